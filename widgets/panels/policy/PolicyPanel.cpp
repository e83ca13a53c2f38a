#include "widgets/panels/policy/PolicyPanel.h"

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <algorithm>
#include <cmath>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/ops/Op.h"
#include "core/tables/Grid.h"
#include "widgets/models/Words.h"
#include "widgets/panels/policy/LandscapeDialog.h"
#include "widgets/plot/PlotText.h"
#include "widgets/session/Remembered.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

PolicyPanel::PolicyPanel(const Workbench& workbench, QWidget* parent) : PanelWidget(workbench, parent) {
  first_ = new PolicyScope(workbench, {}, this);
  second_ = new PolicyScope(workbench, "_beside", this);
  second_->hide();
  auto* split = new QSplitter(Qt::Horizontal, this);
  split->addWidget(first_);
  split->addWidget(second_);
  split->setSizes({300, 300});
  split->setChildrenCollapsible(false);
  auto* page = new QWidget(this);
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(makeBar());
  column->addWidget(split, 1);
  pages_ = new QStackedWidget(this);
  pages_->addWidget(
      emptyState(workbench, tr("How the augmentation moves: levels, gradient signs and winners of each op"),
                 tr("It fills while a run trains. Start one, or choose one in the list of runs."), "policy"));
  pages_->addWidget(page);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(pages_);

  Session* session = &workbench.session;
  connect(&session->selection(), &Selection::selectionChanged, this, &PolicyPanel::reload);
  connect(session, &Session::projectChanged, this, [this] {
    for (PolicyScope* scope : {first_, second_}) scope->reload();
    restore();
    reload();
  });
  connect(session, &Session::runsChanged, this, &PolicyPanel::fillRuns);
  connect(session, &Session::reloaded, this, [this](qint64 run) {
    for (PolicyScope* scope : {first_, second_})
      if (scope->run() == run) scope->reload();
    reload();
  });
  connect(&session->selection(), &Selection::cursorChanged, this, &PolicyPanel::markStep);
  connect(&session->selection(), &Selection::checkedChanged, this, &PolicyPanel::fillRuns);
  follow(first_, second_);
  follow(second_, first_);
  samplesTimer_.setSingleShot(true);
  samplesTimer_.setInterval(QApplication::doubleClickInterval());
  connect(&samplesTimer_, &QTimer::timeout, this, &PolicyPanel::showSamples);
  restore();
  reload();
}

/// Both show the same part of the steps.
void PolicyPanel::follow(PolicyScope* scope, PolicyScope* other) {
  connect(scope, &PolicyScope::changed, this, &PolicyPanel::redraw);
  connect(scope, &PolicyScope::opChosen, this, [this](const QString& row) { chooseLevelsOf(row); });
  connect(scope, &PolicyScope::zoomed, this, [this, scope, other] {
    samplesTimer_.stop();
    if (beside() != 0) other->heat()->showX(scope->heat()->zoomedTo());
  });
  connect(scope, &PolicyScope::cellClicked, this,
          [this, scope](double step, double y) { choose(*scope, step, y); });
}

/// In two lines, so that it fits beside two docks on a small screen.
QWidget* PolicyPanel::makeBar() {
  auto* bar = new QWidget(this);
  auto* lines = new QVBoxLayout(bar);
  lines->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid / 2);
  lines->setSpacing(kGrid / 2);
  auto *runs = new QHBoxLayout, *row = new QHBoxLayout;
  for (QHBoxLayout* line : {runs, row}) {
    line->setSpacing(kGrid);
    lines->addLayout(line);
  }
  makeChoices(bar, runs, row);
  runs->addStretch();
  row->addStretch();
  landscape_ = new QPushButton(tr("Landscape…"), bar);
  landscape_->setObjectName("open_landscape");
  row->addWidget(landscape_);
  connect(landscape_, &QPushButton::clicked, this, &PolicyPanel::openLandscape);
  connect(quantity_, &QComboBox::currentIndexChanged, this, [this] {
    chosen_ = true;
    redraw();
  });
  connect(op_, &QComboBox::currentIndexChanged, this, &PolicyPanel::redraw);
  connect(form_, &QComboBox::currentIndexChanged, this, [this] {
    read();
    redraw();
  });
  connect(beside_, &QComboBox::currentIndexChanged, this, &PolicyPanel::reload);
  connect(totals_, &QCheckBox::toggled, this, &PolicyPanel::reload);
  for (QComboBox* box : {quantity_, op_, form_, beside_})
    connect(box, &QComboBox::currentIndexChanged, this, &PolicyPanel::remember);
  return bar;
}

void PolicyPanel::makeChoices(QWidget* bar, QHBoxLayout* runs, QHBoxLayout* levels) {
  quantity_ = new QComboBox(bar);
  quantity_->setObjectName("quantity");
  for (const PolicyQuantityText& text : policyQuantities()) {
    quantity_->addItem(tr(text.title), QString(text.name));
    quantity_->setItemData(quantity_->count() - 1, tr(text.help), Qt::ToolTipRole);
  }
  op_ = new QComboBox(bar);
  op_->setObjectName("op");
  form_ = new QComboBox(bar);
  form_->setObjectName("level_form");
  form_->setAccessibleName(tr("How levels are drawn"));
  form_->addItem(tr("as mean"));
  form_->addItem(tr("as histograms"));
  form_->setToolTip(
      tr("Mean and spread over all samples of a step; or how often each level was drawn and "
         "trained on, counted in the decisions of the pictured samples"));
  beside_ = new QComboBox(bar);
  beside_->setObjectName("beside");
  beside_->setToolTip(
      tr("A second run, to the same scales and with one cursor: one of those that are ticked"));
  for (QComboBox* box : {quantity_, op_, beside_}) {
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(11);
  }
  const auto add = [bar](QHBoxLayout* row, const QString& text, QComboBox* box) {
    auto* label = new QLabel(text, bar);
    label->setBuddy(box);
    row->addWidget(label);
    row->addWidget(box);
  };
  add(runs, tr("Show"), quantity_);
  add(runs, tr("Beside"), beside_);
  add(levels, tr("Levels of"), op_);
  levels->addWidget(form_);
  totals_ = new QCheckBox(tr("Wins and gains"), bar);
  totals_->setObjectName("beside_totals");
  totals_->setToolTip(
      tr("Two runs have no room for all: the bars of wins and gain of each op in place of the charts below"));
  levels->addWidget(totals_);
}

/// A line at the cursor's step; none while it follows the live run, where it would only mark the edge.
void PolicyPanel::markStep(qint64 step) {
  const bool marked = step > 0 && !workbench_.session.selection().followsLive();
  const std::optional<double> x = marked ? std::optional<double>(static_cast<double>(step)) : std::nullopt;
  if (x == marked_) return;
  marked_ = x;
  for (PolicyScope* scope : {first_, second_}) scope->setCursor(x);
}

qint64 PolicyPanel::beside() const { return beside_->currentData().toLongLong(); }

PolicyShown PolicyPanel::shown() const {
  return {policyQuantities()[std::max(0, quantity_->currentIndex())].quantity, rows(),
          op_->currentData().toString().toStdString(), form_->currentIndex() == 1};
}

/// Of both runs, in the catalogue's order.
std::vector<std::string> PolicyPanel::ops() const {
  std::vector<std::string> names = first_->bins().ops();
  if (beside() == 0) return names;
  const std::vector<std::string> other = second_->bins().ops();
  std::vector<std::string> both;
  for (const Op& op : uada::ops())
    if (std::ranges::find(names, op.name) != names.end() || std::ranges::find(other, op.name) != other.end())
      both.push_back(op.name);
  return both;
}

/// Likewise; then the groups of a run whose plans have no ops.
std::vector<std::string> PolicyPanel::rows() const {
  std::vector<std::string> all = ops();
  for (const PolicyScope* scope : {first_, second_}) {
    if (scope == second_ && beside() == 0) break;
    for (const std::string& row : scope->bins().rows())
      if (std::ranges::find(all, row) == all.end()) all.push_back(row);
  }
  return all;
}

/// Reads now if the panel is seen, else when it is shown.
void PolicyPanel::reload() {
  fillRuns();
  first_->setRun(workbench_.session.selection().run());
  second_->setRun(beside());
  second_->setVisible(beside() != 0);
  for (PolicyScope* scope : {first_, second_}) scope->setNarrow(beside() != 0, totals_->isChecked());
  totals_->setVisible(beside() != 0);
  read();
  redraw();
}

void PolicyPanel::read() {
  if (!isVisible()) return;
  for (PolicyScope* scope : {first_, second_}) {
    scope->load();
    if (form_->currentIndex() == 1) scope->readLevels();
  }
}

void PolicyPanel::showEvent(QShowEvent* event) {
  PanelWidget::showEvent(event);
  read();
  redraw();
}

/// The ticked runs but the selected one; the chosen one stays while it is among them.
void PolicyPanel::fillRuns() {
  Session& session = workbench_.session;
  const qint64 selected = session.selection().run(), chosen = beside();
  std::vector<std::pair<QString, qint64>> runs{{tr("no other run"), 0}};
  for (const qint64 run : session.selection().checked())
    if (run != selected) runs.emplace_back(session.nameOf(run), run);
  const QSignalBlocker quiet(beside_);
  beside_->clear();
  for (const auto& [name, run] : runs) beside_->addItem(name, run);
  beside_->setCurrentIndex(std::max(0, beside_->findData(chosen)));
  if (beside() == chosen) return;
  second_->setRun(0);
  second_->hide();
  first_->setNarrow(false, true);
  totals_->hide();
  redraw();
}

void PolicyPanel::redraw() {
  const bool isEmpty = bins().isEmpty() && (beside() == 0 || second_->bins().isEmpty());
  pages_->setCurrentIndex(isEmpty ? 0 : 1);
  if (isEmpty) return;
  if (!chosen_) showUsual();
  fillOps();
  if (!isVisible()) return;  // drawn when it is shown
  const PolicyShown what = shown();
  Figure heat = first_->heatOf(what), levels = first_->levelsOf(what);
  const Session& session = workbench_.session;
  if (beside() == 0) return first_->show(std::move(heat), std::move(levels), {});
  Figure otherHeat = second_->heatOf(what), otherLevels = second_->levelsOf(what);
  shareScale(heat, otherHeat);
  shareScale(levels, otherLevels);
  first_->show(std::move(heat), std::move(levels), session.nameOf(first_->run()));
  second_->show(std::move(otherHeat), std::move(otherLevels), session.nameOf(second_->run()));
}

/// Until something is chosen: what each op gained, or its levels where nothing was tried.
void PolicyPanel::showUsual() {
  const QSignalBlocker quiet(quantity_);
  quantity_->setCurrentIndex(quantity_->findData(QString(bins().groups().empty() ? "before" : "gain")));
}

/// The ops that occurred, in the catalogue's order; the chosen one stays chosen.
void PolicyPanel::fillOps() {
  const std::vector<std::string> names = ops();
  for (QWidget* widget : std::initializer_list<QWidget*>{op_, form_, landscape_})
    widget->setEnabled(!names.empty());
  landscape_->setToolTip(
      names.empty() ? tr("This run's plans have no ops, over whose levels the loss could be computed")
                    : tr("The loss of the run's network over all levels of this op, and whether UADA's "
                         "probes see its slope"));
  std::vector<std::string> offered;
  for (int i = 0; i < op_->count(); ++i) offered.push_back(op_->itemData(i).toString().toStdString());
  if (offered == names) return;
  const QSignalBlocker quiet(op_);
  const QString chosen = wantedOp_.isEmpty() ? op_->currentData().toString() : wantedOp_;
  op_->clear();
  for (const std::string& name : names)
    op_->addItem(QString::fromStdString(findOp(name).title), QString::fromStdString(name));
  op_->setCurrentIndex(std::max(0, op_->findData(chosen)));
  if (op_->currentData().toString() == wantedOp_) wantedOp_.clear();
}

/// A group has no levels: those of the op stay.
void PolicyPanel::chooseLevelsOf(const QString& row) {
  if (const int op = op_->findData(row); op >= 0) op_->setCurrentIndex(op);
}

/// A click on a strip: the levels of that op, the cursor at that step, and the samples of the strip's run.
void PolicyPanel::choose(const PolicyScope& scope, double step, double y) {
  const std::vector<std::string> all = rows();
  const int count = static_cast<int>(all.size()), row = count - 1 - static_cast<int>(std::lround(y));
  if (row < 0 || row >= count) return;
  const QString name = q(all[static_cast<std::size_t>(row)]);
  chooseLevelsOf(name);
  const std::int64_t last = std::max<std::int64_t>(1, scope.bins().lastStep());
  clicked_ = {scope.run(), std::clamp<qint64>(std::llround(step), 1, last),
              isGroupRow(all[static_cast<std::size_t>(row)]) ? QString() : name};
  workbench_.session.selection().setCursor(clicked_.step);
  samplesTimer_.start();
}

/// Samples are shown of the selected run: where that is the other one, the two change places.
void PolicyPanel::showSamples() {
  Selection& selection = workbench_.session.selection();
  const qint64 before = selection.run();
  if (clicked_.run != before) {
    selection.select(clicked_.run);
    beside_->setCurrentIndex(std::max(0, beside_->findData(before)));
  }
  selection.setCursor(clicked_.step);
  workbench_.showSamples(clicked_.op, clicked_.step);
}

/// With the project, as other views do.
void PolicyPanel::remember() {
  const RunSummary* run = workbench_.session.find(beside());
  workbench_.session.remember("policy",
                              Json::Object{{"quantity", quantity_->currentData().toString().toStdString()},
                                           {"op", op_->currentData().toString().toStdString()},
                                           {"histograms", form_->currentIndex() == 1},
                                           {"beside", run ? run->key : ""}});
}

/// Another project: as it was left. The op is chosen once those of the run are known.
void PolicyPanel::restore() {
  const Session& session = workbench_.session;
  const Json json = session.remembered("policy");
  const QSignalBlocker quiet[] = {QSignalBlocker(quantity_), QSignalBlocker(op_), QSignalBlocker(form_)};
  const int quantity = quantity_->findData(rememberedText(json, "quantity"));
  chosen_ = quantity >= 0;
  quantity_->setCurrentIndex(std::max(0, quantity));
  form_->setCurrentIndex(rememberedFlag(json, "histograms") ? 1 : 0);
  op_->clear();
  wantedOp_ = rememberedText(json, "op");
  fillRuns();
  const auto run =
      std::ranges::find(session.runs(), rememberedText(json, "beside").toStdString(), &RunSummary::key);
  const QSignalBlocker besideQuiet(beside_);
  beside_->setCurrentIndex(run == session.runs().end() ? 0 : std::max(0, beside_->findData(qint64{run->id})));
}

void PolicyPanel::openLandscape() {
  workbench_.session.ask(
      this, [run = first_->run()](const OpenProject& project) { return project.reader.detail(run); },
      [this](std::optional<RunDetail> run) {
        if (!run) return;
        auto* dialog = new LandscapeDialog(workbench_, std::move(*run), bins().ops(),
                                           op_->currentData().toString().toStdString(), this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->show();
      });
}

QStringList PolicyPanel::exportFilters() const { return {tr("Picture (*.png)"), tr("Numbers (*.csv)")}; }

/// A CSV with columns before its own that say of which run it is.
static QByteArray ofRun(const RunSummary& run, const QByteArray& csv, bool withHead) {
  const QByteArray before = QByteArray::fromStdString(csvText(run.key) + ',' + csvText(run.title) + ',');
  QByteArray text;
  const QList<QByteArray> lines = csv.trimmed().split('\n');
  for (qsizetype i = withHead ? 0 : 1; i < lines.size(); ++i)
    text += (i == 0 ? QByteArrayLiteral("run,title,") : before) + lines[i] + '\n';
  return text;
}

void PolicyPanel::writeExport(const QString& file, const std::string& ending) {
  std::vector<PolicyScope*> scopes{first_};
  if (beside() != 0) scopes.push_back(second_);
  for (PolicyScope* scope : scopes) scope->load();
  if (ending != "csv") return PanelWidget::writeExport(file, ending);
  QByteArray text;
  for (PolicyScope* scope : scopes)
    if (const RunSummary* run = workbench_.session.find(scope->run()))
      text += ofRun(*run, csvOf(scope->heatOf(shown())), text.isEmpty());
  if (text.isEmpty()) throw Error("no run is chosen, whose policy could be exported: choose one in the list");
  writeFileAtomically(file.toStdString(), std::string_view(text.constData(), text.size()));
}

namespace panel {
Panel policy() {
  return {"policy", "Policy",
          "How the level of each op moves, which way the gradient points, and which group wins",
          [](const Workbench& workbench) -> PanelWidget* { return new PolicyPanel(workbench); }};
}
}  // namespace panel

}  // namespace uada
