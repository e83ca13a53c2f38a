#include <QCheckBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSettings>
#include <QStackedWidget>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <iterator>
#include <map>

#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/store/WorkingTree.h"
#include "core/tables/FedTables.h"
#include "widgets/models/SettingLines.h"
#include "widgets/panels/Panel.h"
#include "widgets/panels/inspector/InspectorLines.h"
#include "widgets/panels/inspector/SourceChanges.h"
#include "widgets/session/AroundSteps.h"
#include "widgets/session/MachineHistory.h"
#include "widgets/session/QtText.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

namespace {

constexpr int kStepRole = Qt::UserRole;  // of a line that is about a step: 0: it is not

/// What is read of the selected run, and of those that it is compared with.
struct Detail {
  RunDetail run;
  std::vector<RunConfig> others;
  std::vector<int> tables;  ///< of the paper, in which it counts
  std::string changes;      ///< of the source that it was trained with: see changesText()
};

/// The settings in which not all of them are alike, as the selected run has them.
std::vector<SettingLine> differingLines(const Detail& detail) {
  const std::vector<SettingLine> lines = settingLines(detail.run.config);
  std::vector<SettingLine> differing;
  for (const RunConfig& other : detail.others) {
    const std::vector<SettingLine> theirs = settingLines(other);
    for (const SettingLine& line : lines) {
      const bool isSame = std::ranges::find(theirs, line) != theirs.end();
      const bool isKnown = std::ranges::find(differing, line) != differing.end();
      if (!isSame && !isKnown) differing.push_back(line);
    }
  }
  return differing;
}

/// A number with more digits than anybody reads with six of them; else the text as it is.
QString shortNumber(const QString& value) {
  constexpr qsizetype kReadable = 10;
  bool isNumber = false;
  const double number = value.toDouble(&isNumber);
  return isNumber && value.size() > kReadable && value.contains('.') ? QString::number(number, 'g', 6)
                                                                     : value;
}

/// What a person writes about a run.
struct Notes {
  QString notes, tags;
  bool operator==(const Notes&) const = default;
};

/// The selected run: configuration (against the other shown runs), results, cost, machine, notes and tags.
class InspectorPanel : public PanelWidget {
 public:
  explicit InspectorPanel(const Workbench& workbench);

 private:
  void makeNotes(QVBoxLayout* layout);
  void reload();
  void showRun(const RunSummary& run);
  void showNotes(const RunSummary& run);
  void readDetail();
  void refreshNumbers();
  void followCursor();
  void showStep();
  void showMachine();
  void fill(QTreeWidgetItem* section, const std::vector<InspectorLine>& lines);
  QTreeWidgetItem* addSection(const QString& title);
  void showDetail(const Detail& detail);
  Notes typed() const { return {notes_->toPlainText(), tags_->text()}; }
  void saveNotes();
  bool eventFilter(QObject* watched, QEvent* event) override;
  void hideEvent(QHideEvent* event) override;
  void showEvent(QShowEvent* event) override;

  QStackedWidget* pages_ = new QStackedWidget;
  QLabel* title_ = new QLabel;
  QCheckBox* differs_ = new QCheckBox(tr("Only what differs"));
  QTreeWidget* tree_ = new QTreeWidget;
  QTreeWidgetItem *results_ = nullptr, *step_ = nullptr, *cost_ = nullptr, *config_ = nullptr,
                  *machine_ = nullptr;
  AroundSteps around_;
  MachineHistory& history_;
  std::vector<InspectorLine> machineFacts_;
  QLineEdit* tags_ = new QLineEdit;
  QPlainTextEdit* notes_ = new QPlainTextEdit;
  /// What changes more of a run than the list says of it.
  struct Stage {
    RunState state = RunState::preparing;
    int attempts = 0;
    std::string ended;
    bool operator==(const Stage&) const = default;
  };
  static Stage stageOf(const RunSummary& run) { return {run.state, run.attempts, run.ended}; }

  qint64 run_ = 0;                  ///< that is described; 0: none
  Stage read_;                      ///< as it was when its detail was read last
  std::vector<int> fed_;            ///< the paper's tables in which it counts
  QString project_;                 ///< the file that it is of
  Notes saved_;                     ///< of the run: what was typed since is not saved
  std::map<qint64, Notes> saving_;  ///< of runs of which the list does not show it yet
};

InspectorPanel::InspectorPanel(const Workbench& workbench)
    : PanelWidget(workbench), around_(workbench.session), history_(MachineHistory::of(workbench.session)) {
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->addWidget(pages_);
  auto* page = new QWidget;
  auto* layout = new QVBoxLayout(page);
  layout->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid);
  layout->setSpacing(kGrid);
  title_->setTextFormat(Qt::RichText);
  title_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  title_->setWordWrap(true);
  differs_->setObjectName("differs");
  differs_->setToolTip(tr(
      "Show only the settings in which the compared runs are not all alike. A run alone has all of them."));
  differs_->setChecked(workbench.settings.value("inspector/differs", true).toBool());
  tree_->setObjectName("facts");
  tree_->setHeaderHidden(true);
  tree_->setColumnCount(2);
  tree_->setIndentation(kGrid);
  tree_->setRootIsDecorated(false);
  tree_->setSelectionMode(QAbstractItemView::NoSelection);
  tree_->setFocusPolicy(Qt::TabFocus);
  tree_->header()->setStretchLastSection(true);
  tree_->setMinimumWidth(22 * kGrid);
  tree_->installEventFilter(this);
  tree_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  tree_->setTextElideMode(Qt::ElideRight);
  tree_->setAccessibleName(tr("Facts about the selected run"));
  results_ = addSection(tr("Results"));
  step_ = addSection({});
  cost_ = addSection(tr("Cost"));
  config_ = addSection(tr("Configuration"));
  machine_ = addSection(tr("Machine"));
  connect(tree_, &QTreeWidget::itemActivated, this, [this](const QTreeWidgetItem* item) {
    if (item->parent() == machine_ && item->text(0) == changesLine()) showChanges(workbench_, run_, this);
  });
  layout->addWidget(title_);
  layout->addWidget(tree_, 1);
  layout->addWidget(differs_);
  makeNotes(layout);
  pages_->addWidget(page);
  pages_->addWidget(emptyState(workbench, tr("The selected run will be described here"),
                               tr("Select one in the list of runs"), "inspector"));
  connect(&workbench.session.selection(), &Selection::selectionChanged, this, [this] { reload(); });
  connect(&workbench.session.selection(), &Selection::checkedChanged, this, [this] { reload(); });
  connect(&workbench.session, &Session::projectChanged, this, [this] { reload(); });
  connect(&workbench.session, &Session::runsChanged, this, [this] { refreshNumbers(); });
  connect(differs_, &QCheckBox::toggled, this, [this](bool isOn) {
    workbench_.settings.setValue("inspector/differs", isOn);
    reload();
  });
  followCursor();
  reload();
}

void InspectorPanel::followCursor() {
  const Session& session = workbench_.session;
  connect(&workbench_.session.selection(), &Selection::cursorChanged, this, [this] { showStep(); });
  connect(&session, &Session::reloaded, this, [this](qint64 run) {
    if (run == run_) showStep();
  });
  connect(&around_, &AroundSteps::changed, this, [this] { showStep(); });
  connect(&history_, &MachineHistory::changed, this, [this](qint64 run) {
    if (run != run_) return;
    showStep();
    showMachine();
  });
  connect(tree_, &QTreeWidget::itemClicked, this, [this](const QTreeWidgetItem* item) {
    if (const qint64 step = item->data(0, kStepRole).toLongLong(); step > 0)
      workbench_.session.selection().setCursor(step);
  });
}

/// What the run did at the step of the cursor. Of one that goes on and is followed the other views tell: here
/// each step would have to be read.
void InspectorPanel::showStep() {
  Session& session = workbench_.session;
  const RunSummary* const run = session.find(run_);
  const qint64 step = session.selection().cursor();
  const bool isWanted = run && isVisible() && run_ == session.selection().run() && step > 0 &&
                        !(isLive(run->state) && session.selection().followsLive());
  step_->setHidden(!isWanted);
  if (!isWanted) return;
  const StepReport* const report = around_.at(run_, step);
  if (!report) return around_.read(run_, step);
  const std::vector<MachineRow>& rows = history_.rows(run_);
  auto row = std::ranges::lower_bound(rows, report->step, {}, &MachineRow::step);
  if (row == rows.end() && !rows.empty()) --row;  // the last steps took less than a second
  step_->setText(0, tr("At step %1").arg(text(groupedText(report->step))));
  fill(step_, stepLines(*run, *report, row == rows.end() ? nullptr : &row->reading));
}

void InspectorPanel::showMachine() {
  std::vector<InspectorLine> lines = machineFacts_;
  if (isVisible()) std::ranges::move(loadLines(history_.rows(run_)), std::back_inserter(lines));
  fill(machine_, lines);
  for (int i = 0; i < machine_->childCount(); ++i)
    if (QTreeWidgetItem* item = machine_->child(i); item->text(0) == changesLine())
      item->setToolTip(1, tr("%1\nDouble click or Enter: show them").arg(item->text(1)));
}

void InspectorPanel::showEvent(QShowEvent* event) {
  PanelWidget::showEvent(event);
  showStep();
}

void InspectorPanel::makeNotes(QVBoxLayout* layout) {
  tags_->setObjectName("tags");
  tags_->setAccessibleName(tr("Tags"));
  notes_->setAccessibleName(tr("Notes"));
  notes_->setTabChangesFocus(true);
  tags_->setPlaceholderText(tr("Tags, separated by commas"));
  notes_->setObjectName("notes");
  notes_->setPlaceholderText(tr("Notes about this run"));
  notes_->setFixedHeight(10 * kGrid);
  notes_->installEventFilter(this);
  connect(tags_, &QLineEdit::editingFinished, this, [this] { saveNotes(); });
  layout->addWidget(tags_);
  layout->addWidget(notes_);
}

bool InspectorPanel::eventFilter(QObject* watched, QEvent* event) {
  if (watched == notes_ && event->type() == QEvent::FocusOut) saveNotes();
  if (watched == tree_ && event->type() == QEvent::Resize)  // the values keep about half of the width
    tree_->header()->resizeSection(0, std::min(19 * kGrid, 12 * tree_->width() / 25));
  return PanelWidget::eventFilter(watched, event);
}

/// When the window closes no field loses the focus before.
void InspectorPanel::hideEvent(QHideEvent* event) {
  saveNotes();
  PanelWidget::hideEvent(event);
}

void InspectorPanel::saveNotes() {
  Session& session = workbench_.session;
  // Another project may have a run of that number.
  if (project_ != session.projectFile() || !session.find(run_) || typed() == saved_) return;
  saved_ = saving_[run_] = typed();  // first: it may be written, and the list read, at once
  try {
    session.setNotes(run_, saved_.notes, saved_.tags);
  } catch (const std::exception& error) {
    Q_EMIT workbench_.session.problem(text(problemText(error)));
  }
}

QTreeWidgetItem* InspectorPanel::addSection(const QString& title) {
  auto* item = new QTreeWidgetItem(tree_, {title});
  QFont font = this->font();
  font.setWeight(QFont::DemiBold);
  item->setFont(0, font);
  item->setFirstColumnSpanned(true);
  item->setExpanded(true);
  return item;
}

void InspectorPanel::fill(QTreeWidgetItem* section, const std::vector<InspectorLine>& lines) {
  while (section->childCount() > static_cast<int>(lines.size()))
    delete section->takeChild(section->childCount() - 1);
  for (int i = 0; i < static_cast<int>(lines.size()); ++i) {
    QTreeWidgetItem* item = i < section->childCount() ? section->child(i) : new QTreeWidgetItem(section);
    item->setText(0, lines[i].name);
    item->setForeground(0, workbench_.theme.colour("muted"));
    item->setText(1, lines[i].value);
    item->setData(0, kStepRole, lines[i].step);
    const QString go =
        lines[i].step > 0
            ? tr("\nClick: the step cursor goes to step %1").arg(text(groupedText(lines[i].step)))
            : QString();
    item->setToolTip(0, lines[i].name + go);
    item->setToolTip(1, lines[i].value + go);
  }
  section->setHidden(lines.empty());
}

void InspectorPanel::showDetail(const Detail& detail) {
  const bool differs = differs_->isChecked() && !detail.others.empty();
  const std::vector<SettingLine> settings =
      differs ? differingLines(detail) : settingLines(detail.run.config);
  std::vector<InspectorLine> lines;
  for (const SettingLine& setting : settings) lines.emplace_back(setting.title, shortNumber(setting.value));
  if (lines.empty()) lines.emplace_back(tr("nothing differs among the shown runs"), "");
  fill(config_, lines);
  for (int i = 0; i < static_cast<int>(settings.size()); ++i) {
    config_->child(i)->setToolTip(0,
                                  QStringLiteral("%1\n%2").arg(settings[i].help, settings[i].key).trimmed());
    config_->child(i)->setToolTip(1, settings[i].value);
  }
  machineFacts_ = machineLines(detail.run, detail.changes);
  showMachine();
  fed_ = detail.tables;
  refreshNumbers();
}

void InspectorPanel::reload() {
  Session& session = workbench_.session;
  saveNotes();
  if (project_ != session.projectFile()) {
    project_ = session.projectFile();
    for (QWidget* field : std::initializer_list<QWidget*>{tags_, notes_}) {
      field->setEnabled(session.readOnly().isEmpty());
      field->setToolTip(session.readOnly());
    }
    saving_.clear();
    run_ = 0;
  }
  const RunSummary* run = session.find(session.selection().run());
  pages_->setCurrentIndex(run ? 0 : 1);
  const bool isOther = run && run->id != run_;
  run_ = run ? run->id : 0;
  if (isOther) fed_.clear(), machineFacts_.clear();
  if (!run) return;
  showRun(*run);
  showStep();
  if (isOther) showNotes(*run);  // else what is typed stays: the list may be older
  readDetail();
  refreshNumbers();
}

void InspectorPanel::showRun(const RunSummary& run) {
  const RunList& list = *workbench_.session.list();
  const SeedGroup* group = list.groupOf(run.id);
  title_->setText(QStringLiteral("<b>%1</b><br><span style='color:%2'>%3<br>%4 &middot; %5</span>")
                      .arg(list.nameOf(run.id).toHtmlEscaped(), workbench_.theme.colour("muted").name(),
                           text(group ? group->name.recipe() : run.model).toHtmlEscaped(),
                           text(run.title).toHtmlEscaped(), text(run.key)));
}

/// What is on its way to the project is newer than the list.
void InspectorPanel::showNotes(const RunSummary& run) {
  const auto saving = saving_.find(run.id);
  const Notes shown = saving == saving_.end() ? Notes{text(run.notes), text(run.tags)} : saving->second;
  tags_->setText(shown.tags);
  notes_->setPlainText(shown.notes);
  saved_ = typed();
}

void InspectorPanel::readDetail() {
  Session& session = workbench_.session;
  if (const RunSummary* run = session.find(run_)) read_ = stageOf(*run);
  std::vector<RunSummary> others;
  if (differs_->isChecked())
    for (const qint64 other : session.selection().shown())
      if (const RunSummary* summary = session.find(other); summary && other != run_)
        others.push_back(*summary);
  session.ask(
      this,
      [id = run_, others, list = session.list()](const OpenProject& project) {
        Detail detail{project.reader.detail(id), {}, {}, {}};
        const RunSummary& self = detail.run.summary;
        detail.changes = changesText(changesFile(project.reader.file(), self.key, self.attempts));
        if (const RunSummary* run = list->find(id))
          detail.tables = tablesFedBy(project.reader, *run, list->runs);
        for (const RunSummary& other : others)
          if (auto config = project.reader.soundConfig(other)) detail.others.push_back(std::move(*config));
        return detail;
      },
      [this, id = run_](std::optional<Detail> detail) {
        if (detail && id == run_) showDetail(*detail);
      });
}

void InspectorPanel::refreshNumbers() {
  std::erase_if(saving_, [this](const auto& one) {
    const RunSummary* run = workbench_.session.find(one.first);
    return !run || Notes{text(run->notes), text(run->tags)} == one.second;
  });
  const RunSummary* run = workbench_.session.find(run_);
  if (!run) return reload();
  const Notes stored{text(run->notes), text(run->tags)};
  if (!saving_.contains(run_) && typed() == saved_ && stored != saved_) showNotes(*run);  // it was undone
  if (!(stageOf(*run) == read_)) readDetail();  // it has ended, or trains again
  std::vector<InspectorLine> results = resultLines(*run);
  if (!fed_.empty()) results.emplace_back(tr("Feeds"), tablesText(fed_));
  std::ranges::move(originLines(workbench_.session, *run), std::back_inserter(results));
  fill(results_, results);
  fill(cost_, costLines(*run));
}

}  // namespace

Panel panel::inspector() {
  return {"inspector", "Inspector", "Configuration, results, cost and notes of the selected run",
          [](const Workbench& workbench) -> PanelWidget* { return new InspectorPanel(workbench); }};
}

}  // namespace uada
