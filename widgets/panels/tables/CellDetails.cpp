#include "widgets/panels/tables/CellDetails.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <algorithm>

#include "core/base/Error.h"
#include "core/base/Text.h"
#include "widgets/models/Numbers.h"
#include "widgets/models/Words.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr double kAlpha = 0.05;   // as the tables mark what is better
constexpr int kMostRunsSeen = 5;  // further ones by scrolling

/// "1 seed", "2 more seeds".
QString counted(int count, const QString& one, const QString& several) {
  return QStringLiteral("%1 %2").arg(count).arg(count == 1 ? one : several);
}

QString pText(double p) {
  return p < 0.001 ? QStringLiteral("p < 0.001") : QStringLiteral("p = %1").arg(p, 0, 'f', 3);
}

/// adjusted  p by Holm over the table
QString adviceOf(const Difference& d, double adjusted, std::size_t seeds) {
  const auto needed = seedsFor(d);
  if (!needed) return QObject::tr("more than %1 seeds would be needed to tell this apart").arg(kMostSeeds);
  if (*needed <= static_cast<int>(seeds))
    return *d.p < kAlpha && adjusted >= kAlpha
               ? QObject::tr("enough seeds to tell this apart alone, not among all comparisons of the table")
               : QObject::tr("enough seeds to tell this apart");
  return QObject::tr("%1 of each would tell this apart at 80 % power")
      .arg(counted(*needed - static_cast<int>(seeds), QObject::tr("more seed"), QObject::tr("more seeds")));
}

QString differenceOf(const Table& table, const Cell& cell, int digits) {
  const Comparison& found = *cell.comparison;
  const Difference& d = found.difference;
  const QString head =
      QObject::tr("minus %1 %2")
          .arg(q(table.rows[static_cast<std::size_t>(table.reference)]), signedText(d.mean, digits));
  if (!d.interval) return QObject::tr("%1, no interval: %2").arg(head, q(d.why));
  return QObject::tr("%1 [%2, %3], %4, by Holm over the table %5 (%6); %7")
      .arg(head, signedText(d.interval->low, digits), signedText(d.interval->high, digits), pText(*d.p),
           pText(found.adjusted.value_or(1)),
           d.isPaired ? QObject::tr("paired by seed") : QObject::tr("Welch"),
           adviceOf(d, found.adjusted.value_or(1), cell.values.size()));
}

}  // namespace

QString cellSummary(const Table& table, std::size_t row, std::size_t column) {
  const Cell& cell = table.cells[row][column];
  const auto fixed = [digits = table.measuredDigits(column)](double value) {
    return QString::number(value, 'f', digits);
  };
  QStringList parts;
  if (const auto mean = cell.mean()) {
    const auto spread = cell.spread();
    parts << (spread ? QStringLiteral("%1 ± %2").arg(fixed(*mean), fixed(*spread)) : fixed(*mean));
  }
  if (!cell.isCount) parts << QObject::tr("n = %1").arg(cell.values.size());
  if (!cell.diverged.empty()) parts << QObject::tr("%1 diverged").arg(cell.diverged.size());
  if (const std::optional<Interval> interval = meanInterval(cell.values))
    parts
        << QObject::tr("95 % interval of the mean %1 to %2").arg(fixed(interval->low), fixed(interval->high));
  else if (!cell.values.empty() && !cell.isCount)
    parts << QObject::tr("no interval: %1").arg(q(whyNoInterval(cell.values)));
  if (cell.paper && cell.mean())
    parts << QObject::tr("measured minus paper %1").arg(signedText(*cell.mean() - *cell.paper, 2));
  QString text = parts.join(QStringLiteral(", "));
  if (cell.comparison) text += QStringLiteral("; ") + differenceOf(table, cell, table.measuredDigits(column));
  if (cell.mixture) text += QStringLiteral("; ") + q(mixtureDetails(*cell.mixture));
  if (cell.isBest) text += QObject::tr(". The best of its column");
  return text + '.';
}

CellDetails::CellDetails(const Workbench& workbench, QWidget* parent)
    : QWidget(parent), workbench_(workbench) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(kGrid, 0, kGrid, kGrid);
  layout->setSpacing(kGrid / 2);
  summary_ = new QLabel(this);
  summary_->setObjectName("cell_summary");
  summary_->setTextFormat(Qt::RichText);
  summary_->setWordWrap(true);
  summary_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  runs_ = new QListWidget(this);
  runs_->setObjectName("cell_runs");
  runs_->setAccessibleName(tr("Runs of the cell"));
  runs_->setUniformItemSizes(true);
  runs_->setFrameShape(QFrame::NoFrame);
  runs_->setToolTip(tr("Enter or double click: show this run"));
  connect(runs_, &QListWidget::itemActivated, this, [this](const QListWidgetItem* item) {
    workbench_.session.selection().select(item->data(Qt::UserRole).toLongLong());
  });
  layout->addWidget(summary_);
  layout->addWidget(runs_);
  layout->addWidget(makeQueueRow());
  hide();
}

QWidget* CellDetails::makeQueueRow() {
  auto* bar = new QWidget(this);
  auto* row = new QHBoxLayout(bar);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(kGrid);
  seeds_ = new QSpinBox(bar);
  seeds_->setObjectName("more_seeds");
  seeds_->setAccessibleName(tr("Further seeds"));
  seeds_->setToolTip(tr("How many further seeds"));
  seeds_->setRange(1, kMostAsked);
  queue_ = new QPushButton(tr("Queue seeds"), bar);
  queue_->setObjectName("queue_cell");
  note_ = new QLabel(bar);
  note_->setObjectName("muted");
  note_->setWordWrap(true);
  row->addWidget(seeds_);
  row->addWidget(queue_);
  row->addWidget(note_, 1);
  connect(seeds_, &QSpinBox::valueChanged, this, &CellDetails::plan);
  connect(queue_, &QPushButton::clicked, this, &CellDetails::queue);
  return bar;
}

void CellDetails::clear() {
  table_.reset();
  answer_.drop();
  runs_->clear();
  hide();
}

void CellDetails::showCell(std::shared_ptr<const Table> table, std::size_t row, std::size_t column,
                           std::shared_ptr<const std::vector<MeasuredRate>> rates) {
  table_ = std::move(table);
  rates_ = std::move(rates);
  row_ = row;
  column_ = column;
  const QString place =
      QStringLiteral("<b>%1, %2</b>: ")
          .arg(q(table_->rows[row]).toHtmlEscaped(), q(table_->columns[column]).toHtmlEscaped());
  const bool isMeasured = cell().isMeasured();
  summary_->setText(
      place + (isMeasured ? cellSummary(*table_, row, column).toHtmlEscaped() : tr("not measured yet.")));
  listRuns(cell());
  {
    const QSignalBlocker quiet(seeds_);
    seeds_->setValue(askedSeeds(cell()));
  }
  plan();
  show();
}

void CellDetails::listRuns(const Cell& cell) {
  runs_->clear();
  runs_->setVisible(cell.isMeasured());
  const auto add = [&](const QString& value, std::int64_t run) {
    auto* item = new QListWidgetItem(tr("%1   %2").arg(value, workbench_.session.nameOf(run)), runs_);
    item->setData(Qt::UserRole, static_cast<qlonglong>(run));
    item->setSizeHint({0, kRowHeight});
  };
  for (std::size_t i = 0; i < cell.runs.size() && i < cell.values.size(); ++i)
    add(QString::number(cell.values[i], 'f', table_->measuredDigits(column_)), cell.runs[i]);
  for (const std::int64_t run : cell.diverged) add(tr("diverged"), run);
  runs_->setFixedHeight(std::min(runs_->count(), kMostRunsSeen) * kRowHeight);
}

/// What the button would add, and what it would cost.
void CellDetails::plan() {
  if (!table_) return;
  Session& session = workbench_.session;
  const QString why =
      session.hasProject() ? session.readOnly() : tr("open or create a project to measure it");
  if (!why.isEmpty()) {
    answer_.drop();
    CellPlan refused;
    refused.why = why.toStdString();
    return showPlan(std::move(refused));
  }
  queue_->setEnabled(false);
  answer_.ask(
      session, this,
      [table = table_, row = row_, column = column_, seeds = seeds_->value(),
       rates = rates_](const OpenProject&) { return cellPlan(*table, row, column, seeds, *rates); },
      [this](std::optional<CellPlan> plan) {
        if (plan && table_) showPlan(std::move(*plan));
      });
}

void CellDetails::showPlan(CellPlan plan) {
  plan_ = std::move(plan);
  queue_->setEnabled(true);
  const bool canQueue = plan_.why.empty();
  seeds_->setVisible(canQueue);
  queue_->setVisible(canQueue);
  if (!canQueue) {
    note_->setText(tr("It cannot be queued: %1").arg(q(plan_.why)));
    return;
  }
  const QString time = plan_.seconds ? tr(" (about %1)").arg(q(durationText(*plan_.seconds))) : QString();
  const int count = seeds_->value();
  queue_->setText((cell().isMeasured()
                       ? tr("Queue %1").arg(counted(count, tr("more seed"), tr("more seeds")))
                       : tr("Queue this cell: %1").arg(counted(count, tr("seed"), tr("seeds")))) +
                  time);
  QStringList seeds;
  for (const RunConfig& run : plan_.runs) seeds << QString::number(run.seed);
  QString note = tr("Seeds %1").arg(seeds.join(QStringLiteral(", ")));
  if (plan_.forwardEquivalents > 0)
    note += tr("; %1 forwards of a batch").arg(q(groupedText(std::llround(plan_.forwardEquivalents))));
  note += plan_.seconds ? tr("; time by %1").arg(q(plan_.measuredOn))
                        : tr("; time not known: no finished run here with this data set and network");
  note_->setText(note);
}

void CellDetails::queue() {
  if (!table_->isOwn())
    for (RunConfig& run : plan_.runs) run.experiment = table_->name;
  const std::size_t count = plan_.runs.size();
  try {
    workbench_.session.queue(plan_.runs);
  } catch (const std::exception& error) {
    Q_EMIT workbench_.session.problem(q(problemText(error)));
    return;
  }
  queue_->setVisible(false);
  seeds_->setVisible(false);
  note_->setText(tr("%1 added to the queue; the cell counts what finishes.")
                     .arg(counted(static_cast<int>(count), tr("run"), tr("runs"))));
}

}  // namespace uada
