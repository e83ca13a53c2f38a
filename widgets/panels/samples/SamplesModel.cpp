#include "widgets/panels/samples/SamplesModel.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/augment/Space.h"
#include "core/engine/DecisionText.h"
#include "core/ops/Op.h"
#include "widgets/models/Numbers.h"
#include "widgets/models/Words.h"

namespace uada {

QStringList opTitles(const Plan& plan) {
  QStringList titles;
  for (const Part& step : plan.chain()) titles << q(ops()[step.op].title);
  return titles;
}

double gainOf(const Decision& decision) {
  if (decision.groups.empty()) return std::numeric_limits<double>::quiet_NaN();
  if (decision.winner < 0) return 0;
  return decision.groups[decision.winner].candidateLoss - decision.unperturbedLoss;
}

double trainedLossOf(const Decision& decision) {
  return decision.winner < 0 ? decision.unperturbedLoss : decision.groups[decision.winner].candidateLoss;
}

int SamplesModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

QVariant SamplesModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || (role != Qt::AccessibleTextRole && role != Qt::ToolTipRole)) return {};
  const SampleRow& row = rows_[index.row()];
  if (!row.isThere) return row.note;
  const Decision& d = row.decision;
  QString text =
      QObject::tr("Step %1, sample %2: %3\nUnperturbed loss %4")
          .arg(countText(d.step), countText(d.index), q(planText(d.plan)), lossText(d.unperturbedLoss));
  for (int i = 0; i < static_cast<int>(d.groups.size()); ++i) {
    const GroupDecision& group = d.groups[i];
    QStringList probes;
    for (const double loss : group.probeLoss) probes << lossText(loss);
    const QString probed = probes.empty() ? QString() : QObject::tr("probe loss %1, ").arg(probes.join(", "));
    text += QObject::tr("\n%1′: %2, %3candidate loss %4%5")
                .arg(q(groupTitle(group.group)), q(moveText(d, group)), probed, lossText(group.candidateLoss),
                     i == d.winner ? QObject::tr(" (trained on)") : QString());
  }
  if (d.winner < 0) text += QObject::tr("\nTrained on the unperturbed plan");
  return row.note.isEmpty() ? text : row.note + '\n' + text;
}

void SamplesModel::clear() { set({}); }

void SamplesModel::set(std::vector<Decision> decisions) {
  std::vector<SampleRow> rows;
  for (Decision& decision : decisions) rows.push_back({std::move(decision)});
  setRows(std::move(rows));
}

void SamplesModel::setRows(std::vector<SampleRow> rows) {
  beginResetModel();
  if (rows.size() > kKept) rows.resize(kKept);
  rows_.assign(std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
  endResetModel();
}

void SamplesModel::add(const std::vector<Decision>& decisions) {
  if (decisions.empty()) return;
  const std::size_t taken = std::min<std::size_t>(decisions.size(), kKept);
  beginInsertRows({}, 0, static_cast<int>(taken) - 1);
  for (auto it = decisions.end() - static_cast<std::ptrdiff_t>(taken); it != decisions.end(); ++it)
    rows_.push_front({*it});
  endInsertRows();
  const int extra = static_cast<int>(rows_.size()) - kKept;
  if (extra <= 0) return;
  beginRemoveRows({}, kKept, static_cast<int>(rows_.size()) - 1);
  rows_.resize(kKept);
  endRemoveRows();
}

std::vector<std::string> SamplesModel::groups() const {
  std::vector<std::string> names;
  for (const SampleRow& row : rows_) {
    for (const GroupDecision& group : row.decision.groups) names.push_back(group.group);
    if (!names.empty()) break;
  }
  return names;
}

void SamplesFilterModel::setFilter(const SampleFilter& filter) {
  filter_ = filter;
  invalidateFilter();
}

void SamplesFilterModel::setOrder(SampleOrder order) {
  order_ = order;
  if (order == SampleOrder::newest) return sort(-1);
  invalidate();
  sort(0);
}

/// Null: the followed model has no such row yet.
const Decision* SamplesFilterModel::decided(int row) const {
  const auto* model = followed_ ? followed_ : static_cast<const SamplesModel*>(sourceModel());
  return row < model->rowCount() ? &model->at(row) : nullptr;
}

bool SamplesFilterModel::lessThan(const QModelIndex& left, const QModelIndex& right) const {
  const auto key = [&](const QModelIndex& index) {
    const Decision* d = decided(index.row());
    return d ? rankOf(order_, traitsOf(*d)) : -std::numeric_limits<double>::infinity();
  };
  const double a = key(left), b = key(right);
  return a != b ? a > b : left.row() < right.row();
}

bool SamplesFilterModel::filterAcceptsRow(int row, const QModelIndex&) const {
  const Decision* decision = decided(row);
  return decision && matches(filter_, traitsOf(*decision), decision->index);
}

}  // namespace uada
