#include "widgets/panels/samples/SamplesPanel.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScrollBar>
#include <QStackedWidget>
#include <algorithm>
#include <initializer_list>
#include <set>
#include <utility>

#include "core/augment/Space.h"
#include "core/base/Error.h"
#include "core/engine/DecisionLine.h"
#include "core/engine/Decisions.h"
#include "core/ops/Op.h"
#include "widgets/models/Numbers.h"
#include "widgets/models/Pictures.h"
#include "widgets/models/Saving.h"
#include "widgets/models/Words.h"
#include "widgets/panels/ops/SamplePlan.h"
#include "widgets/panels/samples/SamplesView.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr std::size_t kFirstLoad = 200;
constexpr double kAnyGain = -100;

/// From "any" the first step up is to 0, and the first below the least that is asked for is back to "any".
class GainBox : public QDoubleSpinBox {
 public:
  using QDoubleSpinBox::QDoubleSpinBox;
  void stepBy(int steps) override {
    if (value() > kAnyGain) return QDoubleSpinBox::stepBy(steps);
    if (steps > 0) setValue(0);
  }
};

}  // namespace

SamplesPanel::SamplesPanel(const Workbench& workbench, QWidget* parent) : PanelWidget(workbench, parent) {
  filtered_.setSourceModel(&model_);
  view_ = new SamplesView(workbench.theme, this);
  view_->setModel(&filtered_);
  auto* page = new QWidget(this);
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(makeFilters());
  column->addWidget(view_, 1);
  pages_ = new QStackedWidget(this);
  pages_->addWidget(emptyState(
      workbench,
      tr("Samples as the network sees them: the original, each candidate and the one that "
         "was trained on"),
      tr("They appear while a run trains. Start one, or choose one in the list of runs."), "samples"));
  pages_->addWidget(page);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(pages_);

  Session* session = &workbench.session;
  connect(&session->selection(), &Selection::selectionChanged, this, [this] { reload(kFirstLoad); });
  connect(session, &Session::projectChanged, this, [this] { reload(kFirstLoad); });
  connect(session, &Session::reloaded, this, [this](qint64 run) {
    if (run == run_) reload(limit_);
  });
  connect(session, &Session::decided, this, &SamplesPanel::add);
  connect(&session->selection(), &Selection::cursorChanged, this, &SamplesPanel::goTo);
  connect(view_, &QWidget::customContextMenuRequested, this, &SamplesPanel::showMenu);
  reload(kFirstLoad);
}

/// Reads now if the panel is seen, else when it is shown.
void SamplesPanel::reload(std::size_t limit) {
  limit_ = limit;
  stale_ = true;
  answer_.drop();  // it is of what was selected before
  follow();
  if (isVisible()) load(limit);
}

/// The samples of another run are never there while this one's are being read: they would be taken for its.
void SamplesPanel::follow() {
  const qint64 run = workbench_.session.selection().run();
  if (run == run_) return;
  run_ = run;
  index_.reset();
  oneSample_->hide();
  model_.clear();
  leftOut_.clear();
  applyFilter();
}

void SamplesPanel::showEvent(QShowEvent* event) {
  PanelWidget::showEvent(event);
  if (stale_) load(limit_);
}

QWidget* SamplesPanel::makeFilters() {
  auto* bar = new QWidget(this);
  auto* row = new QHBoxLayout(bar);
  row->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid / 2);
  row->setSpacing(kGrid);
  op_ = new QComboBox(bar);
  op_->setObjectName("filter_op");
  op_->addItem(tr("Any op"), QString());
  winner_ = new QComboBox(bar);
  winner_->setObjectName("filter_winner");
  offerWinners();
  class_ = new QComboBox(bar);
  class_->setObjectName("filter_class");
  class_->addItem(tr("Any class"));
  order_ = new QComboBox(bar);
  order_->setObjectName("samples_order");
  order_->addItem(tr("Newest first"), static_cast<int>(SampleOrder::newest));
  order_->addItem(tr("Most gain first"), static_cast<int>(SampleOrder::gain));
  order_->addItem(tr("Highest loss first"), static_cast<int>(SampleOrder::loss));
  order_->setToolTip(
      tr("Which of the samples that were read come first; the loss is of the image trained on"));
  gain_ = new GainBox(bar);
  gain_->setObjectName("filter_gain");
  gain_->setRange(kAnyGain, 100);
  gain_->setSingleStep(0.1);
  gain_->setSpecialValueText(tr("Any gain"));
  gain_->setPrefix(tr("Gain ≥ "));
  gain_->setToolTip(tr("Loss of the chosen candidate minus loss of the unperturbed plan"));
  gain_->setValue(kAnyGain);
  count_ = new QLabel(bar);
  count_->setObjectName("samples_count");
  older_ = new QPushButton(tr("Show older"), bar);
  older_->setObjectName("show_older");
  oneSample_ = new QPushButton(bar);
  oneSample_->setObjectName("one_sample");
  oneSample_->setToolTip(tr("Show all samples again"));
  oneSample_->hide();
  for (QWidget* widget : std::initializer_list<QWidget*>{op_, winner_, class_, gain_, order_, oneSample_})
    row->addWidget(widget);
  row->addStretch();
  row->addWidget(count_);
  row->addWidget(older_);
  connect(op_, &QComboBox::currentIndexChanged, this, &SamplesPanel::applyFilter);
  connect(winner_, &QComboBox::currentIndexChanged, this, &SamplesPanel::applyFilter);
  connect(gain_, &QDoubleSpinBox::valueChanged, this, &SamplesPanel::applyFilter);
  connect(class_, &QComboBox::currentIndexChanged, this, &SamplesPanel::applyFilter);
  connect(order_, &QComboBox::currentIndexChanged, this, [this] {
    filtered_.setOrder(static_cast<SampleOrder>(order_->currentData().toInt()));
    view_->scrollToTop();
  });
  connect(oneSample_, &QPushButton::clicked, this, [this] { showOver(std::nullopt); });
  connect(older_, &QPushButton::clicked, this, [this] { load(limit_ * 4); });
  return bar;
}

/// The run's groups, in candidate order. A winner that is asked for stays so, as long as the run has it.
void SamplesPanel::offerWinners() {
  const QVariant wanted = winner_->currentData();
  const QSignalBlocker blocker(winner_);
  winner_->clear();
  winner_->addItem(tr("Any winner"), QString());
  for (const std::string& name : model_.groups())
    winner_->addItem(tr("%1′ won").arg(q(groupTitle(name))), q(name));
  winner_->addItem(tr("Unperturbed won"), "unperturbed");
  winner_->setCurrentIndex(std::max(0, winner_->findData(wanted)));
}

/// Those that the samples' plans have, in the catalogue's order; what is asked for stays.
void SamplesPanel::offerOps() {
  const QVariant wanted = op_->currentData();
  std::set<std::size_t> drawn;
  for (int row = 0; row < model_.rowCount(); ++row)
    for (const Part& step : model_.at(row).plan.chain()) drawn.insert(step.op);
  const QSignalBlocker blocker(op_);
  op_->clear();
  op_->addItem(tr("Any op"), QString());
  for (std::size_t op = 0; op < ops().size(); ++op)
    if (drawn.contains(op) || q(ops()[op].name) == wanted.toString())
      op_->addItem(q(ops()[op].title), q(ops()[op].name));
  op_->setCurrentIndex(std::max(0, op_->findData(wanted)));
}

QString SamplesPanel::className(int label) const {
  const bool isNamed = label >= 0 && label < static_cast<int>(classNames_.size());
  return isNamed ? q(classNames_[static_cast<std::size_t>(label)]) : tr("class %1").arg(label);
}

/// Those of the samples; hidden where they have none.
void SamplesPanel::offerClasses() {
  const QVariant wanted = class_->currentData();
  std::set<int> labels;
  for (int row = 0; row < model_.rowCount(); ++row)
    if (model_.at(row).label >= 0) labels.insert(model_.at(row).label);
  const QSignalBlocker blocker(class_);
  class_->clear();
  class_->addItem(tr("Any class"));
  for (const int label : labels) class_->addItem(className(label), label);
  class_->setCurrentIndex(wanted.isValid() ? std::max(0, class_->findData(wanted)) : 0);
  class_->setVisible(!labels.empty());
}

/// One training image over the steps; none: all of them.
void SamplesPanel::showOver(std::optional<std::uint32_t> index) {
  index_ = index;
  oneSample_->setVisible(index.has_value());
  if (index) oneSample_->setText(tr("Sample %1  ✕").arg(countText(*index)));
  applyFilter();
}

void SamplesPanel::load(std::size_t limit) {
  Session& session = workbench_.session;
  follow();
  limit_ = limit;
  stale_ = false;
  meanwhile_.clear();
  answer_.drop();
  if (!run_ || !session.hasProject()) return take({});
  answer_.ask(
      session, this,
      [run = run_, limit](const OpenProject& project) {
        Stored stored{project.reader.decisions(run, limit, true), {}, {}};
        for (const std::string& remark : project.reader.takeRemarks()) stored.leftOut << q(remark);
        stored.classNames = project.reader.classNames(run);
        return stored;
      },
      [this](std::optional<Stored> stored) { take(stored ? std::move(*stored) : Stored()); });
}

/// What was reported meanwhile comes after what was stored.
void SamplesPanel::take(Stored stored) {
  leftOut_ = stored.leftOut;
  classNames_ = std::move(stored.classNames);
  workbench_.session.tellRemarks(leftOut_);
  older_->setVisible(stored.decisions.size() == limit_);
  model_.set(std::move(stored.decisions));
  refresh();
  if (const qint64 step = std::exchange(wanted_, 0); step > 0) scrollToStep(step);
  if (const auto live = std::exchange(meanwhile_, {}); !live.empty()) add(run_, live);
}

void SamplesPanel::add(qint64 run, const std::vector<Decision>& decisions) {
  if (run != run_ || stale_) return;
  if (answer_.isWaiting()) {
    meanwhile_.insert(meanwhile_.end(), decisions.begin(), decisions.end());
    return;
  }
  std::vector<Decision> fresh;
  const std::int64_t newest = model_.rowCount() ? model_.at(0).step : 0;
  for (const Decision& decision : decisions) {
    if (decision.step > newest) fresh.push_back(decision);  // the project may have been read with them
  }
  const bool first = model_.rowCount() == 0;
  const int before = filtered_.rowCount();
  model_.add(fresh);
  if (!first) offerOps(), offerClasses(), applyFilter();
  if (first) refresh();
  holdPlace(filtered_.rowCount() - before);
}

/// Rows that come in at the top do not move what is being looked at further down.
void SamplesPanel::holdPlace(int added) {
  QScrollBar* bar = view_->verticalScrollBar();
  if (bar->value() == 0 || added <= 0) return;
  const int place = bar->value() + added * view_->grid().rowHeight;
  view_->doItemsLayout();
  bar->setValue(place);
}

void SamplesPanel::refresh() {
  const bool any = model_.rowCount() > 0;
  pages_->setCurrentIndex(any ? 1 : 0);
  if (!any) return;
  const Image& picture = model_.at(0).unperturbed.empty() ? model_.at(0).original : model_.at(0).unperturbed;
  view_->setColumns(model_.groups(), picture.width > 0 ? picture.width : 32, classNames_);
  offerWinners();
  offerOps();
  offerClasses();
  winner_->setEnabled(!model_.groups().empty());
  gain_->setEnabled(!model_.groups().empty());
  applyFilter();
}

void SamplesPanel::applyFilter() {
  SampleFilter filter;
  filter.op = op_->currentData().toString().toStdString();
  filter.winner = winner_->currentData().toString().toStdString();
  if (gain_->value() > kAnyGain) filter.minGain = gain_->value();
  if (class_->currentData().isValid()) filter.label = class_->currentData().toInt();
  filter.index = index_;
  filtered_.setFilter(filter);
  const int shown = filtered_.rowCount(), all = model_.rowCount();
  count_->setText(shown == all ? tr("%1 samples").arg(countText(all))
                               : tr("%1 of %2 samples").arg(countText(shown), countText(all)));
  if (!leftOut_.isEmpty()) count_->setText(tr("%1, damaged ones left out").arg(count_->text()));
  count_->setToolTip(leftOut_.join('\n'));
}

/// Shows the newest sample at or before the step.
void SamplesPanel::goTo(qint64 step) {
  if (!workbench_.session.selection().followsLive()) scrollToStep(step);  // else the newest stand at the top
}

void SamplesPanel::scrollToStep(qint64 step) {
  for (int row = 0; row < filtered_.rowCount(); ++row) {
    const QModelIndex index = filtered_.index(row, 0);
    if (view_->decisionAt(index)->step > step) continue;
    view_->scrollTo(index, QAbstractItemView::PositionAtTop);
    return;
  }
}

void SamplesPanel::showOp(const QString& op, qint64 step) {
  winner_->setCurrentIndex(0);
  class_->setCurrentIndex(0);
  gain_->setValue(kAnyGain);
  order_->setCurrentIndex(0);
  showOver(std::nullopt);
  if (op_->findData(op) < 0) op_->addItem(q(findOp(op.toStdString()).title), op);
  op_->setCurrentIndex(std::max(0, op_->findData(op)));
  answer_.isWaiting() || stale_ ? void(wanted_ = step) : scrollToStep(step);
}

QImage SamplesPanel::imageAt(const Decision& d, int column) const {
  const int groups = static_cast<int>(d.groups.size());
  if (column == 0) return copyOf(d.original);
  if (groups > 0 && column == 1) return copyOf(d.unperturbed);
  if (groups > 0 && column - 2 < groups) return copyOf(d.groups[column - 2].picture);
  return copyOf(d.winner < 0 ? d.unperturbed : d.groups[d.winner].picture);
}

void SamplesPanel::showMenu(const QPoint& at) {
  // Its own copies: rows come in, and another run may be selected, while the menu is open.
  const QModelIndex index = view_->indexAt(at);
  const Decision* pointed = index.isValid() ? view_->decisionAt(index) : nullptr;
  if (!pointed) return;
  const Decision decision = *pointed;
  const qint64 run = run_;
  const int column = view_->columnAt(at), shown = planAt(decision, column);
  const QImage image = imageAt(decision, column), row = view_->rowPicture(index);
  QMenu menu(this);
  const QString plan = shown < 0 ? tr("the unperturbed plan")
                       : shown == decision.winner
                           ? tr("the trained plan")
                           : tr("the plan of %1′").arg(q(groupTitle(nameOf(decision, shown))));
  menu.addAction(workbench_.theme.icon("ops"), tr("Open %1 in Ops").arg(plan),
                 [&] { openInOps(run, decision, column); });
  menu.addAction(tr("Only sample %1, over all steps").arg(countText(decision.index)),
                 [&] { showOver(decision.index); });
  menu.addSeparator();
  menu.addAction(tr("Copy unperturbed plan as JSON"), [&] { copyPlan(decision, -1); });
  menu.addAction(tr("Copy trained plan as JSON"), [&] { copyPlan(decision, decision.winner); });
  if (shown >= 0 && shown != decision.winner)
    menu.addAction(tr("Copy plan of %1′ as JSON").arg(q(groupTitle(nameOf(decision, shown)))),
                   [&] { copyPlan(decision, shown); });
  menu.addAction(tr("Copy decision as JSON"), [&] { copyDecision(run, decision); });
  menu.addSeparator();
  menu.addAction(tr("Copy image"), [&] { QApplication::clipboard()->setImage(image); })
      ->setEnabled(!image.isNull());
  menu.addAction(tr("Copy row as image"), [&] { QApplication::clipboard()->setImage(row); });
  menu.addAction(tr("Save image…"), [&] { saveImage(image); })->setEnabled(!image.isNull());
  menu.addAction(tr("Save row as image…"), [&] { saveImage(row); });
  menu.exec(view_->viewport()->mapToGlobal(at));
}

/// Which plan of a decision the picture at a column shows, as planOf() counts.
int SamplesPanel::planAt(const Decision& d, int column) {
  const int groups = static_cast<int>(d.groups.size());
  if (groups > 0 && column == 1) return -1;
  return groups > 0 && column >= 2 && column - 2 < groups ? column - 2 : d.winner;
}

void SamplesPanel::copyPlan(const Decision& decision, int which) const {
  try {
    QApplication::clipboard()->setText(q(toJson(planOf(decision, which)).dump()));
  } catch (const Error& error) {
    Q_EMIT workbench_.session.problem(QString::fromStdString(error.what()));
  }
}

/// The line that 'uada export --what decisions' writes: pasted into Ops it shows what was trained on.
void SamplesPanel::copyDecision(qint64 run, const Decision& decision) const {
  workbench_.session.ask(
      this,
      [run, decision](const OpenProject& project) {
        const RunDetail detail = project.reader.detail(run);
        return q(decisionToJson(decision, originOf(detail, std::ssize(detail.attempts))).dump());
      },
      [](const std::optional<QString>& line) {
        if (line) QApplication::clipboard()->setText(*line);
      });
}

/// The plan of the picture at the column; of the trained one with its recorded hash.
void SamplesPanel::openInOps(qint64 run, const Decision& d, int column) {
  const int shown = planAt(d, column);
  SamplePlan sample;
  sample.index = d.index;
  if (shown == d.winner) sample.pixelHash = QString::fromStdString(d.pixelHash);
  sample.original = d.original;
  try {
    sample.plan = planOf(d, shown);
  } catch (const std::exception& error) {
    Q_EMIT workbench_.session.problem(QString::fromStdString(problemText(error)));
    return;
  }
  const ImageSize seen{d.unperturbed.width, d.unperturbed.height};  // by the network
  const QString title = tr("sample %1 at step %2 of %3").arg(countText(d.index), countText(d.step));
  workbench_.session.ask(
      this, [run](const OpenProject& project) { return project.reader.detail(run); },
      [this, drawn = sample, seen, title](const std::optional<RunDetail>& run) {
        if (!run) return;
        SamplePlan sample = drawn;
        sample.dataHash = originOf(*run, std::ssize(run->attempts)).dataHash;
        sample.dataset = run->config.recipe.dataset;
        if (!seen.empty()) sample.input = Input{seen.height, seen.width, run->config.recipe.input.pad};
        sample.title = title.arg(workbench_.session.nameOf(run->summary.id));
        workbench_.openInOps(sample);
      });
}

void SamplesPanel::saveImage(const QImage& image) {
  const QString why = askAndSave(this, image, "sample.png");
  if (!why.isEmpty()) Q_EMIT workbench_.session.problem(why);
}

void SamplesPanel::copy() const {
  const QModelIndex chosen = view_->currentIndex();
  if (!chosen.isValid()) return PanelWidget::copy();
  QApplication::clipboard()->setImage(view_->rowPicture(chosen));
}

namespace panel {
Panel samples() {
  return {"samples", "Samples", "Augmented samples with every candidate and the one that was trained on",
          [](const Workbench& workbench) -> PanelWidget* { return new SamplesPanel(workbench); }};
}
}  // namespace panel

}  // namespace uada
