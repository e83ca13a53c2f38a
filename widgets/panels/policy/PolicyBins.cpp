#include "widgets/panels/policy/PolicyBins.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/augment/Space.h"
#include "core/ops/Op.h"

namespace uada {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double ratio(double part, double whole) { return whole > 0 ? part / whole : kNone; }

/// The term of a mean that may be undefined where its weight is 0.
double weighted(double mean, double weight) { return weight > 0 ? mean * weight : 0; }

/// Population spread from sums.
double spread(double sum, double squares, double count) {
  if (count <= 0) return kNone;
  const double mean = sum / count;
  return std::sqrt(std::max(0.0, squares / count - mean * mean));
}

constexpr std::string_view kGroup = "group ";

template <class Sums>
void joinNeighbours(std::vector<Sums>& columns) {
  const std::size_t joined = (columns.size() + 1) / 2;
  for (std::size_t i = 0; i < joined; ++i) {
    Sums sum = std::move(columns[2 * i]);
    if (2 * i + 1 < columns.size()) sum += columns[2 * i + 1];
    columns[i] = std::move(sum);
  }
  columns.resize(joined);
}

}  // namespace

std::string groupRow(const std::string& group) { return std::string(kGroup) + group; }

bool isGroupRow(const std::string& row) { return row.starts_with(kGroup); }

std::string rowTitle(const std::string& row) {
  return isGroupRow(row) ? groupTitle(std::string_view(row).substr(kGroup.size()))
                         : std::string(findOp(row).title);
}

bool hasLevels(const std::string& row) { return !isGroupRow(row) && findOp(row).hasValue; }

const std::vector<PolicyQuantityText>& policyQuantities() {
  static const std::vector<PolicyQuantityText> all{
      {PolicyQuantity::before, "before", "Level before", "", "Mean level of the op as drawn, clamped as used",
       false},
      {PolicyQuantity::after, "after", "Level after", "", "Mean level after the update of equation (5)",
       false},
      {PolicyQuantity::change, "change", "Change of level", "", "Mean level after minus mean level before",
       true},
      {PolicyQuantity::gradientSign, "sign", "Sign of gradient", "",
       "Share of + minus share of − among the probed; + means "
       "a higher level is harder",
       true},
      {PolicyQuantity::winShare, "wins", "Share of wins", "",
       "Of the samples where this op was probed, the share trained on "
       "the chain candidate",
       false},
      {PolicyQuantity::meanGain, "gain", "Mean gain", "loss",
       "Loss of the chain candidate minus loss of the unperturbed plan, "
       "among the probed",
       true},
      {PolicyQuantity::inert, "inert", "Inert", "", "Share of the probes that leave the image as it is",
       false},
      {PolicyQuantity::clamped, "clamped", "Clamped", "", "Share of the probes that met the end of the scale",
       false}};
  return all;
}

void OpSums::add(const OpStatistics& op) {
  const double n = op.count, p = op.probed;
  count += n;
  before += weighted(op.beforeMean, n);
  beforeSquares += weighted(op.beforeMean * op.beforeMean + op.beforeSpread * op.beforeSpread, n);
  after += weighted(op.afterMean, n);
  afterSquares += weighted(op.afterMean * op.afterMean + op.afterSpread * op.afterSpread, n);
  probed += p;
  plus += op.plus;
  minus += op.minus;
  wins += op.wins;
  gain += weighted(op.meanGain, p);
  inert += op.inert;
  clamped += op.clamped;
}

void OpSums::add(const GroupStatistics& group) {
  const double n = group.count, probes = group.plus + group.minus + group.zero;
  count += n;
  probed += n;
  if (probes > 0) plus += n * group.plus / probes, minus += n * group.minus / probes;
  wins += group.wins;
  gain += weighted(group.meanGain, n);
  inert += group.inert;
  clamped += group.clamped;
}

OpSums& OpSums::operator+=(const OpSums& o) {
  count += o.count;
  before += o.before, beforeSquares += o.beforeSquares;
  after += o.after, afterSquares += o.afterSquares;
  probed += o.probed, plus += o.plus, minus += o.minus;
  wins += o.wins, gain += o.gain, inert += o.inert, clamped += o.clamped;
  return *this;
}

double OpSums::value(PolicyQuantity quantity) const {
  switch (quantity) {
    case PolicyQuantity::before: return ratio(before, count);
    case PolicyQuantity::after: return ratio(after, count);
    case PolicyQuantity::change: return ratio(after - before, count);
    case PolicyQuantity::gradientSign: return ratio(plus - minus, probed);
    case PolicyQuantity::winShare: return ratio(wins, probed);
    case PolicyQuantity::meanGain: return ratio(gain, probed);
    case PolicyQuantity::inert: return ratio(inert, probed);
    case PolicyQuantity::clamped: return ratio(clamped, probed);
  }
  return kNone;
}

double OpSums::spreadBefore() const { return spread(before, beforeSquares, count); }
double OpSums::spreadAfter() const { return spread(after, afterSquares, count); }

WinSums& WinSums::operator+=(const WinSums& other) {
  samples += other.samples;
  unperturbed += other.unperturbed;
  for (const auto& [group, count] : other.wins) wins[group] += count;
  return *this;
}

void PolicyBins::add(const PolicyReport& report) {
  if (report.step < 1) return;
  while ((report.step - 1) / perColumn_ >= mostColumns_) halve();
  const auto column = static_cast<std::size_t>((report.step - 1) / perColumn_);
  columns_ = std::max(columns_, static_cast<int>(column) + 1);
  lastStep_ = std::max(lastStep_, report.step);
  wins_.resize(columns_);
  for (const OpStatistics& op : report.ops) sums_[op.op];
  for (const GroupStatistics& group : report.groups) sums_[groupRow(group.group)];
  for (auto& [row, columns] : sums_) columns.resize(columns_);
  for (const OpStatistics& op : report.ops) sums_[op.op][column].add(op);
  for (const GroupStatistics& group : report.groups) sums_[groupRow(group.group)][column].add(group);
  WinSums& wins = wins_[column];
  if (report.groups.empty()) return;
  wins.samples += report.count;
  wins.unperturbed += report.unperturbedWins;
  for (const GroupStatistics& group : report.groups) {
    wins.wins[group.group] += group.wins;
    if (std::ranges::find(groups_, group.group) == groups_.end()) groups_.push_back(group.group);
  }
}

void PolicyBins::halve() {
  perColumn_ *= 2;
  for (auto& [row, columns] : sums_) joinNeighbours(columns);
  joinNeighbours(wins_);
  columns_ = (columns_ + 1) / 2;
}

void PolicyBins::clear() {
  columns_ = 0;
  perColumn_ = 1;
  lastStep_ = 0;
  sums_.clear();
  wins_.clear();
  groups_.clear();
}

double PolicyBins::middle(int column) const {
  return static_cast<double>(column * perColumn_) + static_cast<double>(perColumn_ + 1) / 2;
}

std::vector<std::string> PolicyBins::ops() const {
  std::vector<std::string> names;
  for (const Op& op : uada::ops()) {
    if (sums_.contains(op.name)) names.push_back(op.name);
  }
  return names;
}

std::vector<std::string> PolicyBins::rows() const {
  std::vector<std::string> rows = ops();
  if (rows.empty())
    for (const std::string& group : groups_) rows.push_back(groupRow(group));
  return rows;
}

const OpSums& PolicyBins::at(const std::string& row, int column) const {
  static const OpSums none;
  const auto found = sums_.find(row);
  return found == sums_.end() || column >= columns_ ? none : found->second[column];
}

OpSums PolicyBins::total(const std::string& row, int first, int last) const {
  OpSums sum;
  for (int column = first; column <= last; ++column) sum += at(row, column);
  return sum;
}

double PolicyBins::winnerShare(const std::string& group, int column) const {
  const WinSums& sums = wins_[column];
  const auto found = sums.wins.find(group);
  const double wins = group == "unperturbed"     ? sums.unperturbed
                      : found == sums.wins.end() ? 0
                                                 : found->second;
  return ratio(wins, sums.samples);
}

}  // namespace uada
