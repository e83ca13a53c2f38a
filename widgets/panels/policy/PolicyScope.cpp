#include "widgets/panels/policy/PolicyScope.h"

#include <QLabel>
#include <QSplitter>
#include <QVBoxLayout>
#include <cmath>
#include <tuple>
#include <utility>

#include "widgets/panels/policy/OpTotals.h"
#include "widgets/panels/policy/PolicyPanel.h"
#include "widgets/plot/ZoomEdits.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

PolicyScope::PolicyScope(const Workbench& workbench, const QString& suffix, QWidget* parent)
    : QWidget(parent),
      workbench_(workbench),
      title_(new QLabel(this)),
      top_(new QSplitter(Qt::Horizontal, this)),
      bottom_(new QSplitter(Qt::Horizontal, this)),
      split_(new QSplitter(Qt::Vertical, this)),
      heat_(new Plot(workbench.theme, this)),
      levels_(new Plot(workbench.theme, this)),
      winners_(new Plot(workbench.theme, this)),
      totals_(new OpTotals(workbench.theme, this)) {
  heat_->setObjectName("policy_heat" + suffix);
  levels_->setObjectName("policy_levels" + suffix);
  winners_->setObjectName("policy_winners" + suffix);
  totals_->setObjectName("policy_totals" + suffix);
  title_->setContentsMargins(kGrid, kGrid / 2, kGrid, 0);
  title_->hide();
  top_->addWidget(heat_);
  top_->addWidget(totals_);
  bottom_->addWidget(levels_);
  bottom_->addWidget(winners_);
  split_->addWidget(top_);
  split_->addWidget(bottom_);
  for (QSplitter* one : {top_, bottom_, split_}) {
    one->setStretchFactor(0, 3);
    one->setStretchFactor(1, 2);
    one->setSizes({300, 200});  // a share each, whatever they would like
    one->setChildrenCollapsible(false);
  }
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(title_);
  column->addWidget(split_, 1);
  later_.setSingleShot(true);
  later_.setInterval(200);
  connect(&later_, &QTimer::timeout, this, &PolicyScope::changed);
  Session* session = &workbench.session;
  connect(session, &Session::policyMoved, this, &PolicyScope::add);
  connect(session, &Session::decided, this, &PolicyScope::addDecisions);
  for (Plot* plot : {heat_, levels_, winners_}) keepZooms(*plot, *session);
  connect(heat_, &Plot::clicked, this, &PolicyScope::cellClicked);
  connect(heat_, &Plot::zoomed, this, [this] {
    showTotals();
    Q_EMIT zoomed();
  });
  connect(totals_, &OpTotals::chosen, this, &PolicyScope::opChosen);
}

void PolicyScope::setRun(qint64 run) {
  if (run == run_) return;
  run_ = run;
  reload();
}

void PolicyScope::reload() {
  stale_ = levelsStale_ = true;
  meanwhile_.clear();
  decidedMeanwhile_.clear();
  bins_.clear();
  counts_.clear();
  known_ = {};
  answer_.drop();
  levelsAnswer_.drop();
}

void PolicyScope::load() {
  if (!std::exchange(stale_, false)) return;
  Session& session = workbench_.session;
  if (run_ == 0 || !session.hasProject()) return;
  answer_.ask(
      session, this,
      [run = run_](const OpenProject& project) {  // a long run has a million rows
        project.flush();  // what was reported before this may have been told to nobody
        PolicyBins bins;
        for (const PolicyReport& report : project.reader.policy(run)) bins.add(report);
        return bins;
      },
      [this](std::optional<PolicyBins> stored) { take(stored ? std::move(*stored) : PolicyBins()); });
}

/// What was reported meanwhile comes after what was stored.
void PolicyScope::take(PolicyBins stored) {
  bins_ = std::move(stored);
  add(run_, std::exchange(meanwhile_, {}));
  Q_EMIT changed();
}

void PolicyScope::add(qint64 run, const std::vector<PolicyReport>& reports) {
  if (run != run_ || stale_) return;
  if (answer_.isWaiting()) {
    meanwhile_.insert(meanwhile_.end(), reports.begin(), reports.end());
    return;
  }
  for (const PolicyReport& report : reports) {
    if (report.step > bins_.lastStep()) bins_.add(report);  // the project may have been read with it
  }
  if (!later_.isActive()) later_.start();
}

void PolicyScope::readLevels() {
  Session& session = workbench_.session;
  if (!std::exchange(levelsStale_, false) || run_ == 0 || !session.hasProject()) return;
  levelsAnswer_.ask(
      session, this,
      [run = run_](const OpenProject& project) {
        project.flush();
        std::pair<LevelCounts, NewDecisions> read;
        for (const Decision& decision : project.reader.decisions(run, 0, false)) {
          read.first.add(decision);
          read.second.take(decision.step, decision.index);
        }
        return read;
      },
      [this](std::optional<std::pair<LevelCounts, NewDecisions>> read) {
        if (read) std::tie(counts_, known_) = std::move(*read);
        addDecisions(run_, std::exchange(decidedMeanwhile_, {}));
        Q_EMIT changed();
      });
}

void PolicyScope::addDecisions(qint64 run, const std::vector<Decision>& decisions) {
  if (run != run_ || levelsStale_) return;
  if (levelsAnswer_.isWaiting()) {
    decidedMeanwhile_.insert(decidedMeanwhile_.end(), decisions.begin(), decisions.end());
    return;
  }
  for (const Decision& decision : decisions)
    if (known_.take(decision.step, decision.index)) counts_.add(decision);
  if (!later_.isActive()) later_.start();
}

/// Wins and gains are of candidates.
bool PolicyScope::hasTotals() const { return !bins_.groups().empty(); }

void PolicyScope::setNarrow(bool isNarrow, bool showsTotals) {
  if (isNarrow != isNarrow_) split_->setSizes(isNarrow ? QList{200, 300} : QList{300, 200});
  isNarrow_ = isNarrow;
  showsTotals_ = !isNarrow || showsTotals;
  for (QSplitter* one : {top_, bottom_}) one->setOrientation(isNarrow ? Qt::Vertical : Qt::Horizontal);
  bottom_->setVisible(!isNarrow || !showsTotals);
  totals_->setVisible(showsTotals_ && hasTotals());
}

Figure PolicyScope::heatOf(const PolicyShown& shown) const {
  return policyHeat(bins_, shown.quantity, shown.rows);
}

Figure PolicyScope::levelsOf(const PolicyShown& shown) const {
  if (!shown.isHistogram) return levelTrajectory(bins_, shown.op, workbench_.theme);
  Figure figure = levelRidges(counts_, shown.op, workbench_.theme);
  if (levelsAnswer_.isWaiting()) figure.empty = tr("Reading the decisions …");
  return figure;
}

void PolicyScope::show(Figure heat, Figure levels, const QString& title) {
  title_->setText(title);
  title_->setVisible(!title.isEmpty());
  heat_->show(std::move(heat));
  levels_->show(std::move(levels));
  winners_->show(winnerShares(bins_, workbench_.theme));
  showTotals();
}

/// Over what is seen of the strip.
void PolicyScope::showTotals() {
  const auto seen = heat_->zoomedTo();
  totals_->setVisible(showsTotals_ && hasTotals());
  totals_->show(bins_, seen ? std::llround(std::ceil(seen->first)) : 1,
                seen ? std::llround(std::floor(seen->second)) : bins_.lastStep());
}

void PolicyScope::setCursor(std::optional<double> step) {
  for (Plot* plot : {heat_, levels_, winners_})
    plot->setCursor(plot == levels_ && levels_->figure().ridges ? std::nullopt : step);
}

}  // namespace uada
