#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/engine/Reports.h"

namespace uada {

/// What the heat strip shows of each op.
enum class PolicyQuantity { before, after, change, gradientSign, winShare, meanGain, inert, clamped };
struct PolicyQuantityText {
  PolicyQuantity quantity;
  const char* name;  ///< for object names and files
  const char* title;
  const char* unit;
  const char* help;
  bool isSigned;  ///< diverging colours about 0
};
const std::vector<PolicyQuantityText>& policyQuantities();

/// Sums of one row over the steps of one column. Means weigh every sample alike.
struct OpSums {
  double count = 0;                                                   ///< occurrences in plans
  double before = 0, beforeSquares = 0, after = 0, afterSquares = 0;  ///< of levels
  double probed = 0, plus = 0, minus = 0, wins = 0, gain = 0, inert = 0, clamped = 0;
  void add(const OpStatistics& op);
  /// Each of `count` is probed; with several probes of one, its sign is their mean. Levels stay 0.
  void add(const GroupStatistics& group);
  OpSums& operator+=(const OpSums& other);
  /// NaN where there is nothing to divide by.
  double value(PolicyQuantity quantity) const;
  double spreadBefore() const;
  double spreadAfter() const;
};

/// The rows of the strip are ops, or, of plans without ops as those of segmentation, groups of candidates.
std::string groupRow(const std::string& group);
bool isGroupRow(const std::string& row);
/// "Rotate", "Blur"
std::string rowTitle(const std::string& row);
/// Whether the row has levels: groups and ops as equalize have none.
bool hasLevels(const std::string& row);

/// Samples trained on each group's candidate, and on the unperturbed plan.
struct WinSums {
  double samples = 0, unperturbed = 0;
  std::map<std::string, double> wins;
  WinSums& operator+=(const WinSums& other);
};

/// Policy reports gathered into at most kMostColumns columns of equal numbers of steps. A report costs the
/// same however long the run: when the columns run out, neighbours are joined and each holds twice the steps.
class PolicyBins {
 public:
  static constexpr int kMostColumns = 512;
  explicit PolicyBins(int mostColumns = kMostColumns) : mostColumns_(mostColumns) {}

  void add(const PolicyReport& report);
  void clear();

  bool isEmpty() const { return columns_ == 0; }
  int columns() const { return columns_; }
  std::int64_t stepsPerColumn() const { return perColumn_; }
  std::int64_t lastStep() const { return lastStep_; }
  /// Middle of a column, in steps.
  double middle(int column) const;
  /// In the order of the ops' catalogue; only those that occurred.
  std::vector<std::string> ops() const;
  /// These; where no op occurred the groups, in candidate order.
  std::vector<std::string> rows() const;
  /// Names in candidate order.
  const std::vector<std::string>& groups() const { return groups_; }
  const OpSums& at(const std::string& row, int column) const;
  /// The column that a step is in.
  int columnOf(std::int64_t step) const { return static_cast<int>((step - 1) / perColumn_); }
  /// Over the columns from first to last.
  OpSums total(const std::string& row, int first, int last) const;
  double value(const std::string& row, int column, PolicyQuantity quantity) const {
    return at(row, column).value(quantity);
  }
  /// Share of the samples of a column trained on the group's candidate ("unperturbed": on the plan itself);
  /// NaN: none.
  double winnerShare(const std::string& group, int column) const;

 private:
  void halve();

  int mostColumns_;
  int columns_ = 0;
  std::int64_t perColumn_ = 1, lastStep_ = 0;
  std::map<std::string, std::vector<OpSums>> sums_;  ///< of ops and of groups
  std::vector<WinSums> wins_;
  std::vector<std::string> groups_;
};

}  // namespace uada
