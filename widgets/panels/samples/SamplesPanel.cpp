#include "widgets/panels/samples/SamplesPanel.h"

#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QMenu>
#include <QScrollBar>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "widgets/models/ContextMenu.h"
#include "widgets/models/Numbers.h"
#include "widgets/panels/samples/BesidePane.h"
#include "widgets/panels/samples/DamageDialog.h"
#include "widgets/panels/samples/PlaceBar.h"
#include "widgets/panels/samples/ReplayDialog.h"
#include "widgets/panels/samples/SampleFilters.h"
#include "widgets/panels/samples/SampleMenu.h"
#include "widgets/panels/samples/SamplesView.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

SamplesPanel::SamplesPanel(const Workbench& workbench, QWidget* parent) : PanelWidget(workbench, parent) {
  filtered_.setSourceModel(&model_);
  view_ = new SamplesView(workbench.theme, this);
  view_->setModel(&filtered_);
  pages_ = new QStackedWidget(this);
  pages_->addWidget(emptyState(
      workbench,
      tr("Samples as the network sees them: the original, each candidate and the one that "
         "was trained on"),
      tr("They appear while a run trains. Start one, or choose one in the list of runs."), "samples"));
  pages_->addWidget(makePage());
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(pages_);

  connectAll();
  reload();
}

void SamplesPanel::connectAll() {
  Session* session = &workbench_.session;
  connect(&session->selection(), &Selection::selectionChanged, this, &SamplesPanel::reload);
  connect(session, &Session::projectChanged, this, &SamplesPanel::reload);
  connect(session, &Session::reloaded, this, [this](qint64 run) {
    if (run == run_) reload();
  });
  connect(session, &Session::decided, this, &SamplesPanel::add);
  connect(&session->selection(), &Selection::cursorChanged, this, &SamplesPanel::goTo);
  connect(&session->selection(), &Selection::checkedChanged, beside_, &BesidePane::refill);
  new ContextMenu(view_, [this](QMenu& menu, std::optional<QPoint> at) {
    fillMenu(menu, at ? view_->indexAt(*at) : view_->currentIndex(), at ? view_->columnAt(*at) : -1);
  });
  connect(view_, &SamplesView::resized, this, &SamplesPanel::arrange);
  connect(beside_, &BesidePane::filled, this, &SamplesPanel::arrange);
  connect(filters_, &SampleFilters::changed, this, [this] {
    applyFilter();
    readAgain();
  });
  connect(filters_, &SampleFilters::sampleChanged, this, &SamplesPanel::readAgain);
  connect(filters_, &SampleFilters::orderChanged, this, [this] {
    filtered_.setOrder(filters_->order());
    beside_->setOrder(filters_->order());
    view_->scrollToTop();
    readAgain();
  });
}

QWidget* SamplesPanel::makePage() {
  auto* page = new QWidget(this);
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  filters_ = new SampleFilters(page);
  makeBar(page);
  auto* split = new QSplitter(Qt::Vertical, page);
  split->setChildrenCollapsible(false);
  split->addWidget(view_);
  beside_ = new BesidePane(workbench_, model_, *view_, bar_->beside(), split);
  split->addWidget(beside_);
  auto* legend = new QLabel(
      tr("Framed: trained on. Below a candidate: what moved, its loss, its gain over the unperturbed "
         "plan. Inert: nothing to move; clamped: at the end of its range."),
      page);
  legend->setObjectName("samples_legend");
  legend->setWordWrap(true);
  legend->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid / 2);
  column->addWidget(filters_);
  column->addWidget(bar_);
  column->addWidget(split, 1);
  column->addWidget(legend);
  return page;
}

void SamplesPanel::makeBar(QWidget* parent) {
  bar_ = new PlaceBar(parent);
  connect(bar_, &PlaceBar::zoomChanged, this, &SamplesPanel::arrange);
  connect(bar_, &PlaceBar::olderWanted, this,
          [this] { turnTo(page_.begin + (isByStep() ? kPageSize / 4 : 0), model_.rowCount() - 1); });
  connect(bar_, &PlaceBar::newerWanted, this,
          [this] { turnTo(page_.end + (isByStep() ? 3 * kPageSize / 4 : kPageSize), 0); });
  connect(bar_, &PlaceBar::replayWanted, this, [this] {
    const Decision* chosen = view_->decisionAt(view_->currentIndex());
    if (!chosen) chosen = view_->decisionAt(view_->indexAt({1, 1}));
    chosen ? replay(chosen->step, chosen->index) : replay(workbench_.session.selection().cursor(), 0);
  });
  connect(bar_, &PlaceBar::damageWanted, this, [this] {
    auto* dialog = new DamageDialog(workbench_, run_, this);
    connect(dialog, &DamageDialog::sampleChosen, this,
            [this, run = run_](qint64 step, std::uint32_t sample) {  // another one may be selected by now
              if (!workbench_.session.find(run))
                return Q_EMIT workbench_.session.problem(tr("The run of this sample has been deleted"));
              workbench_.session.selection().select(run);
              showSample(step, sample);
            });
    dialog->show();
  });
}

bool SamplesPanel::isReading() const { return answer_.isWaiting() || beside_->isReading(); }

/// Reads now if the panel is seen, else when it is shown.
void SamplesPanel::reload() {
  isStale_ = true;
  places_.reset();
  answer_.drop();  // it is of what was selected before
  follow();
  if (isVisible()) goOn();
}

/// The samples of another run are never there while this one's are being read: they would be taken for its.
void SamplesPanel::follow() {
  const qint64 run = workbench_.session.selection().run();
  if (run == run_) return;
  run_ = run;
  traits_ = std::make_shared<KnownTraits>();
  bar_->setDamageWhyNot(DamageDialog::whyNot(workbench_.session, run));
  filters_->setSample(std::nullopt);
  filters_->forget();
  model_.clear();
  page_ = {};
  count_ = stored_ = 0;
  known_ = {};
  leftOut_.clear();
  applyFilter();
}

void SamplesPanel::showEvent(QShowEvent* event) {
  PanelWidget::showEvent(event);
  if (isStale_) goOn();
}

void SamplesPanel::add(qint64 run, const std::vector<Decision>& decisions) {
  if (run != run_ || isStale_) return;
  if (answer_.isWaiting()) {
    meanwhile_.insert(meanwhile_.end(), decisions.begin(), decisions.end());
    return;
  }
  const SampleFilter filter = filters_->filter();
  std::vector<Decision> fresh;
  for (const Decision& decision : decisions) {
    if (!known_.take(decision.step, decision.index)) continue;  // the project was read with it
    ++stored_;
    if (matches(filter, traitsOf(decision), decision.index)) fresh.push_back(decision);
  }
  if (fresh.empty()) return tellPlace();
  places_.reset();
  const bool isNewest = page_.end == count_;
  count_ += fresh.size();
  if (isNewest) addRows(fresh);
  tellPlace();
}

void SamplesPanel::addRows(const std::vector<Decision>& decisions) {
  const bool first = model_.rowCount() == 0;
  const int before = filtered_.rowCount();
  model_.add(decisions);
  page_.end = count_;
  page_.begin = std::max(page_.begin, count_ - std::min<std::size_t>(count_, SamplesModel::kKept));
  if (!first) filters_->offer(model_, classNames_), applyFilter();
  if (first) refresh();
  holdPlace(filtered_.rowCount() - before);
  beside_->refill();
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
  const bool any = model_.rowCount() > 0 || stored_ > 0;
  pages_->setCurrentIndex(any ? 1 : 0);
  if (model_.rowCount() > 0) {
    const Decision& first = model_.at(0);
    const Image& picture = first.unperturbed.empty() ? first.original : first.unperturbed;
    view_->setColumns(model_.groups(), picture.width > 0 ? picture.width : 32, classNames_);
  }
  filters_->offer(model_, classNames_);
  applyFilter();
  arrange();
}

void SamplesPanel::applyFilter() {
  filtered_.setFilter(filters_->filter());
  beside_->setFilter(filters_->filter());
  tellPlace();
}

/// Both runs at one zoom, with as many lines of captions.
void SamplesPanel::arrange() {
  const bool isBeside = beside_->run() != 0;
  int zoom = bar_->zoom();
  if (zoom == 0 && isBeside) zoom = std::min(view_->fittingZoom(), beside_->view()->fittingZoom());
  view_->setZoom(zoom);
  beside_->view()->setZoom(zoom);
  const int lines = std::max(view_->neededLines(), isBeside ? beside_->view()->neededLines() : 1);
  view_->setLines(lines);
  beside_->view()->setLines(lines);
}

/// What of the run is shown, or what is being read.
void SamplesPanel::tellPlace() {
  const int shown = filtered_.rowCount(), all = model_.rowCount();
  const bool isPart = count_ > static_cast<std::size_t>(all);
  const QString found = count_ == stored_
                            ? tr("%1 stored").arg(countText(stored_))
                            : tr("%1 that match, %2 stored").arg(countText(count_), countText(stored_));
  QString text = isPart || count_ == stored_
                     ? tr("%1 samples").arg(countText(shown))
                     : tr("%1 of %2 samples").arg(countText(shown), countText(stored_));
  if (isPart && all > 0 && isByStep())
    text = tr("%1, steps %2 to %3 of %4")
               .arg(text, countText(model_.at(all - 1).step), countText(model_.at(0).step), found);
  else if (isPart)
    text = tr("Samples %1 to %2 of %3")
               .arg(countText(count_ - page_.end + 1), countText(count_ - page_.begin), found);
  if (!leftOut_.isEmpty()) text = tr("%1, damaged ones left out").arg(text);
  if (answer_.isWaiting())
    text = wanted_ > 0 ? tr("Reading step %1…").arg(countText(wanted_)) : tr("Reading the samples…");
  const QString help =
      !leftOut_.isEmpty() ? leftOut_.join('\n')
      : isPart ? tr("Filters and order are of all samples that are stored, a page at a time. Newest "
                    "first, the step cursor below leads to any step.")
               : QString();
  bar_->setByStep(isByStep());
  bar_->tell(text, help, page_.begin > 0, page_.end < count_);
}

/// Another page, at the row of this one where they meet. It is no longer the newest that is followed.
void SamplesPanel::turnTo(std::size_t end, int row) {
  if (model_.rowCount() == 0) return;
  const qint64 step = model_.at(row).step;
  workbench_.session.selection().setFollowsLive(false);
  wanted_ = isByStep() ? step : 0;
  read({.end = end});
}

void SamplesPanel::goTo(qint64 step) {
  const Session& session = workbench_.session;
  const bool isLive = workbench_.session.selection().followsLive() && session.liveRun() == run_;
  if (isLive && page_.end == count_) return;  // the newest stand at the top
  if (!isByStep()) return;                    // that order is of all steps
  wanted_ = isLive ? 0 : step;
  if (isStale_) return;
  if (answer_.isWaiting()) return tellPlace();  // take() goes on from there
  if (isLive) return read({});
  if (!isOnPage(step)) return read({.step = step});
  wanted_ = 0;
  scrollToStep(step);
}

bool SamplesPanel::isOnPage(qint64 step) const {
  const int rows = model_.rowCount();
  if (rows == 0) return page_ == SamplePage{0, count_};
  const bool isBelow = step <= model_.at(0).step || page_.end == count_;
  return isBelow && (step >= model_.at(rows - 1).step || page_.begin == 0);
}

/// Shows the newest sample at or before the step, or where none is the first one behind it.
void SamplesPanel::scrollToStep(qint64 step) {
  for (int row = 0; row < filtered_.rowCount(); ++row) {
    const QModelIndex index = filtered_.index(row, 0);
    if (view_->decisionAt(index)->step > step && row + 1 < filtered_.rowCount()) continue;
    view_->scrollTo(index, QAbstractItemView::PositionAtTop);
    view_->setCurrentIndex(index);
    return;
  }
}

void SamplesPanel::showOp(const QString& op, qint64 step) {
  const bool wasOne = filters_->sample().has_value();
  filters_->showOnly(op);
  applyFilter();
  wanted_ = step;
  if (answer_.isWaiting() || isStale_) return;
  if (wasOne || !isOnPage(step)) return read({.step = step});
  wanted_ = 0;
  scrollToStep(step);
}

void SamplesPanel::showSample(qint64 step, std::uint32_t sample) {
  filters_->showOnly({});
  filters_->setSample(sample);
  applyFilter();
  wanted_ = step;
  if (!isStale_) read({.step = step});
}

void SamplesPanel::replay(qint64 step, std::uint32_t sample) {
  (new ReplayDialog(workbench_, run_, this))->show(step, sample);
}

void SamplesPanel::fillMenu(QMenu& menu, const QModelIndex& index, int column) {
  // Its own copies: rows come in, and another run may be selected, while the menu is open.
  const Decision* pointed = index.isValid() ? view_->decisionAt(index) : nullptr;
  if (!pointed) return;
  const Decision decision = *pointed;
  addSampleActions(menu, workbench_, this, run_, decision, column, view_->rowPicture(index));
  auto* over = new QAction(tr("Only sample %1, over all steps").arg(countText(decision.index)), &menu);
  connect(over, &QAction::triggered, this, [this, decision] { showSample(decision.step, decision.index); });
  auto* again = new QAction(tr("Replay this sample…"), &menu);
  connect(again, &QAction::triggered, this, [this, decision] { replay(decision.step, decision.index); });
  menu.insertActions(menu.actions().value(1), {again, over});
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
