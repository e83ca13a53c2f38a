#include "widgets/panels/samples/BesidePane.h"

#include <QComboBox>
#include <QItemSelectionModel>
#include <QLabel>
#include <QMenu>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <algorithm>
#include <memory>
#include <utility>

#include "core/engine/RunImages.h"
#include "widgets/models/ContextMenu.h"
#include "widgets/models/Numbers.h"
#include "widgets/models/Words.h"
#include "widgets/panels/samples/ReplayDialog.h"
#include "widgets/panels/samples/SampleMenu.h"
#include "widgets/panels/samples/SamplesView.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

/// What one view is scrolled to, or selects, the other is, too, as far as it goes.
void lock(SamplesView& one, SamplesView& other) {
  const auto isBusy = std::make_shared<bool>(false);
  const auto follow = [isBusy](SamplesView& from, SamplesView& to) {
    for (auto bar : {&QAbstractScrollArea::verticalScrollBar, &QAbstractScrollArea::horizontalScrollBar}) {
      QScrollBar* along = (to.*bar)();
      QObject::connect((from.*bar)(), &QScrollBar::valueChanged, along, [isBusy, along](int value) {
        if (std::exchange(*isBusy, true)) return;  // a shorter one does not hold the other back
        along->setValue(value);
        *isBusy = false;
      });
    }
    QObject::connect(from.selectionModel(), &QItemSelectionModel::currentChanged, &to,
                     [&to](const QModelIndex& index) {
                       const QModelIndex same = to.model()->index(index.row(), 0);
                       if (index.isValid() && same.isValid() && same != to.currentIndex())
                         to.selectionModel()->setCurrentIndex(same, QItemSelectionModel::ClearAndSelect);
                     });
  };
  follow(one, other);
  follow(other, one);
}

}  // namespace

BesidePane::BesidePane(const Workbench& workbench, const SamplesModel& first, SamplesView& firstView,
                       QComboBox* choice, QWidget* parent)
    : QWidget(parent),
      workbench_(workbench),
      first_(first),
      view_(new SamplesView(workbench.theme, this)),
      choice_(choice),
      title_(new QLabel(this)) {
  filtered_.setSourceModel(&model_);
  filtered_.follow(&first);
  view_->setModel(&filtered_);
  view_->setObjectName("beside_list");
  view_->setAccessibleName(tr("Samples of the run beside"));
  auto* menu = new ContextMenu(view_, [this](QMenu& to, std::optional<QPoint> at) {
    fillMenu(to, at ? view_->indexAt(*at) : view_->currentIndex(), at ? view_->columnAt(*at) : -1);
  });
  menu->setAbout([] { return tr("the run beside"); });
  title_->setObjectName("beside_title");
  title_->setTextFormat(Qt::RichText);
  title_->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid / 2);
  title_->setWordWrap(true);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(title_);
  column->addWidget(view_, 1);
  lock(firstView, *view_);
  choice_->setObjectName("beside_run");
  choice_->setAccessibleName(tr("Run beside"));
  choice_->setToolTip(tr("Another compared run, held to the same samples, steps and zoom"));
  choice_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  choice_->setMinimumContentsLength(16);
  connect(choice_, &QComboBox::currentIndexChanged, this,
          [this] { choose(choice_->currentData().toLongLong()); });
  hide();
  offerRuns();
}

/// Whether sample numbers of both runs mean the same samples, as far as it is known.
static bool haveSameSamples(const RunSummary* one, const RunSummary* other) {
  if (!one || !other || one->dataHash.empty() || other->dataHash.empty()) return true;
  return trainingHash(one->dataHash) == trainingHash(other->dataHash);
}

/// The compared runs, without the one that is looked at; first those whose samples are the same. What is
/// chosen stays.
void BesidePane::offerRuns() {
  const Session& session = workbench_.session;
  const qint64 looked = workbench_.session.selection().run();
  std::vector<qint64> runs = workbench_.session.selection().checked();
  if (run_ && session.find(run_) && std::ranges::find(runs, run_) == runs.end()) runs.push_back(run_);
  std::ranges::stable_partition(
      runs, [&](qint64 run) { return haveSameSamples(session.find(run), session.find(looked)); });
  const QSignalBlocker blocker(choice_);
  choice_->clear();
  choice_->addItem(tr("No run beside"), qint64{0});
  for (const qint64 run : runs)
    if (run != looked) choice_->addItem(tr("Beside: %1").arg(session.nameOf(run)), run);
  choice_->setEnabled(choice_->count() > 1);
  choice_->setCurrentIndex(std::max(0, choice_->findData(run_)));
  if (choice_->currentData().toLongLong() != run_) choose(0);
}

void BesidePane::choose(qint64 run) {
  if (run == run_) return;
  run_ = run;
  model_.clear();
  setVisible(run != 0);
  refill();
}

/// Sample numbers of other images mean other samples.
QString BesidePane::whyNot() const {
  const RunSummary* own = workbench_.session.find(run_);
  const RunSummary* first = workbench_.session.find(workbench_.session.selection().run());
  if (haveSameSamples(own, first)) return {};
  return tr("it was trained on other images, so that its sample numbers mean other samples");
}

void BesidePane::refill() {
  offerRuns();
  answer_.drop();
  Session& session = workbench_.session;
  if (run_ == 0 || !session.hasProject()) return Q_EMIT filled();
  const QString why = whyNot();
  const QString name = session.nameOf(run_).toHtmlEscaped();
  title_->setText(why.isEmpty() ? QStringLiteral("<b>%1</b>").arg(name)
                                : tr("<b>%1</b> cannot stand beside: %2").arg(name, why));
  view_->setVisible(why.isEmpty());
  if (!why.isEmpty()) {
    model_.clear();
    return Q_EMIT filled();
  }
  std::vector<WantedDecision> wanted;
  for (int row = 0; row < first_.rowCount(); ++row)
    wanted.push_back({first_.at(row).step, first_.at(row).index});
  using Rows = std::pair<std::vector<SampleRow>, std::vector<std::string>>;
  answer_.ask(
      session, this,
      [run = run_, wanted](const OpenProject& project) {
        return Rows{readMatching(project.reader, run, wanted), project.reader.classNames(run)};
      },
      [this](std::optional<Rows> rows) {
        if (rows) take(std::move(rows->first), rows->second);
      });
}

void BesidePane::take(std::vector<SampleRow> rows, const std::vector<std::string>& classNames) {
  const auto isSame = [](const SampleRow& row) { return row.isThere && row.note.isEmpty(); };
  const auto same = std::ranges::count_if(rows, isSame);
  const auto there = std::ranges::count_if(rows, [](const SampleRow& row) { return row.isThere; });
  const QString name = workbench_.session.nameOf(run_).toHtmlEscaped();
  const auto all = static_cast<qsizetype>(rows.size());
  const QString words =
      same == all
          ? tr("all %1 at the same step").arg(countText(all))
          : tr("%1 of %2 at the same step, %3 at the nearest one it stored, %4 in no step")
                .arg(countText(same), countText(all), countText(there - same), countText(all - there));
  title_->setText(tr("<b>%1</b> beside it: %2").arg(name, words));
  model_.setRows(std::move(rows));
  for (int row = 0; row < model_.rowCount(); ++row) {
    const Image& picture =
        model_.at(row).unperturbed.empty() ? model_.at(row).original : model_.at(row).unperturbed;
    if (picture.empty()) continue;
    view_->setColumns(model_.groups(), picture.width, classNames);
    break;
  }
  Q_EMIT filled();
}

/// As of the first run's samples; a row without one of this run has nothing to be done.
void BesidePane::fillMenu(QMenu& menu, const QModelIndex& index, int column) {
  const Decision* pointed = index.isValid() ? view_->decisionAt(index) : nullptr;
  if (!pointed) return;
  const Decision decision = *pointed;  // rows come in while the menu is open
  addSampleActions(menu, workbench_, this, run_, decision, column, view_->rowPicture(index));
  auto* again = new QAction(tr("Replay this sample…"), &menu);
  connect(again, &QAction::triggered, this, [this, run = run_, decision] {
    (new ReplayDialog(workbench_, run, this))->show(decision.step, decision.index);
  });
  menu.insertAction(menu.actions().value(1), again);
}

void BesidePane::setFilter(const SampleFilter& filter) { filtered_.setFilter(filter); }
void BesidePane::setOrder(SampleOrder order) { filtered_.setOrder(order); }

}  // namespace uada
