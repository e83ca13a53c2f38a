#include "widgets/panels/samples/SamplesModel.h"

#include <algorithm>
#include <limits>

#include "core/augment/PartKind.h"
#include "core/augment/Space.h"
#include "core/ops/Op.h"
#include "widgets/models/Numbers.h"
#include "widgets/models/Words.h"

namespace uada {
namespace {

/// perOne: how many of the number's unit are 1
QString numberText(int number, int perOne = 1) {
  QString text = perOne == 1 ? QString::number(number) : QString::number(1.0 * number / perOne);
  return text.replace('-', QStringLiteral("−"));
}

QString tupleText(const std::vector<int>& numbers, int perOne) {
  QStringList parts;
  for (const int number : numbers) parts << numberText(number, perOne);
  return parts.size() == 1 ? parts[0] : QStringLiteral("(%1)").arg(parts.join(QStringLiteral(", ")));
}

/// What was moved, in the words of the group's part; none: the part has none, or is not there.
std::vector<Moved> movedOf(const Decision& decision, const GroupDecision& group) {
  for (const Part& part : decision.plan.parts()) {
    const PartKind& kind = kindOf(part);
    if (kind.group != group.group || !kind.moved) continue;
    const auto count = static_cast<std::size_t>(kind.coordinates);
    if (group.before.size() != count || group.after.size() != count) return {};
    Part before = part, after = part;
    std::ranges::copy(group.before, before.at.begin());
    std::ranges::copy(group.after, after.at.begin());
    return kind.moved(before, after);
  }
  return {};
}

QString opWord(const Part& step) { return q(ops()[step.op].title).toLower(); }

}  // namespace

QStringList opTitles(const Plan& plan) {
  QStringList titles;
  for (const Part& step : plan.chain()) titles << q(ops()[step.op].title);
  return titles;
}

QString chainText(const Plan& plan) {
  QStringList parts;
  for (const Part& step : plan.chain()) {
    if (!step.fired) continue;
    const Op& op = ops()[step.op];
    if (!op.hasValue) {
      parts << opWord(step);
      continue;
    }
    const bool minus = step.sign < 0 && step.at[0] > 0 && signCounts(op, plan.grid);
    parts << opWord(step) + ' ' + (minus ? QStringLiteral("−") : QString()) +
                 QString::number(std::clamp(step.at[0], 0, plan.topLevel()));
  }
  return parts.join(QStringLiteral(" + "));
}

QString moveText(const Decision& decision, const GroupDecision& group) {
  if (group.before.empty() || group.after.empty()) return {};
  if (toggles(group.group)) {
    const auto word = [](int on) { return on ? QStringLiteral("on") : QStringLiteral("off"); };
    if (group.before == group.after) return word(group.before[0]) + QObject::tr(", unchanged");
    return word(group.before[0]) + QStringLiteral(" → ") + word(group.after[0]);
  }
  const QString arrow = QStringLiteral(" → ");
  // An op of the chain, whichever name its group has, is the one at a position.
  if (group.position < 0 && group.inert) return QObject::tr("not applied");
  if (const std::vector<Moved> moved = movedOf(decision, group); !moved.empty())
    return q(uada::moveText(moved));
  if (group.position < 0) {
    const int unit = perOne(group.group);
    return tupleText(group.before, unit) + arrow + tupleText(group.after, unit);
  }
  const auto chain = decision.plan.chain();
  const bool known = group.position < std::ssize(chain);
  const QString op = known ? opWord(chain[group.position]) + ' ' : QString();
  if (known && !ops()[chain[group.position].op].hasValue) return op + QStringLiteral("has no level");
  return op + numberText(group.before[0]) + arrow + numberText(group.after[0]);
}

QString moveCaption(const Decision& decision, const GroupDecision& group) {
  const std::vector<Moved> moved = movedOf(decision, group);
  if (!moved.empty() && !group.inert) return q(briefMoveText(moved));
  if (!moved.empty() || group.before.size() < 3 || group.before.size() != group.after.size())
    return moveText(decision, group);
  QStringList moves;
  for (std::size_t i = 0; i < group.before.size(); ++i)
    moves << signedText(group.after[i] - group.before[i], 0);
  return moves.join(QLatin1Char(' '));  // no brackets: four of them fit under a small picture
}

double gainOf(const Decision& decision) {
  if (decision.groups.empty()) return std::numeric_limits<double>::quiet_NaN();
  if (decision.winner < 0) return 0;
  return decision.groups[decision.winner].candidateLoss - decision.unperturbedLoss;
}

int SamplesModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

QVariant SamplesModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || (role != Qt::AccessibleTextRole && role != Qt::ToolTipRole)) return {};
  const Decision& d = rows_[index.row()];
  QString text =
      QObject::tr("Step %1, sample %2: %3\nUnperturbed loss %4")
          .arg(countText(d.step), countText(d.index), q(planText(d.plan)), lossText(d.unperturbedLoss));
  for (int i = 0; i < static_cast<int>(d.groups.size()); ++i) {
    const GroupDecision& group = d.groups[i];
    QStringList probes;
    for (const double loss : group.probeLoss) probes << lossText(loss);
    const QString probed = probes.empty() ? QString() : QObject::tr("probe loss %1, ").arg(probes.join(", "));
    text += QObject::tr("\n%1′: %2, %3candidate loss %4%5")
                .arg(q(group.group), moveText(d, group), probed, lossText(group.candidateLoss),
                     i == d.winner ? QObject::tr(" (trained on)") : QString());
  }
  if (d.winner < 0) text += QObject::tr("\nTrained on the unperturbed plan");
  return text;
}

void SamplesModel::clear() { set({}); }

void SamplesModel::set(std::vector<Decision> decisions) {
  beginResetModel();
  if (decisions.size() > kKept) decisions.resize(kKept);
  rows_.assign(std::make_move_iterator(decisions.begin()), std::make_move_iterator(decisions.end()));
  endResetModel();
}

void SamplesModel::add(const std::vector<Decision>& decisions) {
  if (decisions.empty()) return;
  const std::size_t taken = std::min<std::size_t>(decisions.size(), kKept);
  beginInsertRows({}, 0, static_cast<int>(taken) - 1);
  for (auto it = decisions.end() - static_cast<std::ptrdiff_t>(taken); it != decisions.end(); ++it)
    rows_.push_front(*it);
  endInsertRows();
  const int extra = static_cast<int>(rows_.size()) - kKept;
  if (extra <= 0) return;
  beginRemoveRows({}, kKept, static_cast<int>(rows_.size()) - 1);
  rows_.resize(kKept);
  endRemoveRows();
}

std::vector<std::string> SamplesModel::groups() const {
  std::vector<std::string> names;
  if (rows_.empty()) return names;
  for (const GroupDecision& group : rows_.front().groups) names.push_back(group.group);
  return names;
}

void SamplesFilterModel::setFilter(const SampleFilter& filter) {
  filter_ = filter;
  invalidateFilter();
}

bool SamplesFilterModel::filterAcceptsRow(int row, const QModelIndex&) const {
  const Decision& d = static_cast<const SamplesModel*>(sourceModel())->at(row);
  const auto chain = d.plan.chain();
  if (!filter_.op.empty() &&
      std::ranges::none_of(chain, [&](const Part& step) { return ops()[step.op].name == filter_.op; }))
    return false;
  const std::string winner = d.winner < 0 ? "unperturbed" : d.groups[d.winner].group;
  if (!filter_.winner.empty() && (d.groups.empty() || winner != filter_.winner)) return false;
  return filter_.minGain <= -1e300 || gainOf(d) >= filter_.minGain;
}

}  // namespace uada
