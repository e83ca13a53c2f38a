#include "core/tables/SideBySide.h"

#include <algorithm>
#include <string>

namespace uada {
namespace {

/// Adds columns of tables that have the same rows.
class Columns {
 public:
  Columns(Table& all, const Table& rows) : all_(all) {
    all_.columns.clear();
    all_.digits.clear();
    all_.recipes.clear();
    all_.forms.clear();
    all_.cells.assign(rows.cells.size(), {});
  }
  void add(const Table& from, std::size_t column, std::optional<Epoch> epoch, const std::string& name,
           bool isPublished) {
    all_.columns.push_back(name);
    all_.sides.push_back({epoch, from.columns[column]});
    if (column < from.digits.size()) all_.digits.push_back(from.digits[column]);
    if (column < from.recipes.size()) all_.recipes.push_back(from.recipes[column]);
    if (column < from.forms.size()) all_.forms.push_back(from.forms[column]);
    for (std::size_t row = 0; row < all_.cells.size(); ++row) {
      all_.cells[row].push_back(from.cells[row][column]);
      if (!isPublished) all_.cells[row].back().paper.reset();
    }
  }

 private:
  Table& all_;
};

bool isMeasured(const Table& table, std::size_t column) {
  return std::ranges::any_of(table.cells, [&](const auto& row) { return row[column].isMeasured(); });
}

std::string ruleOf(const Table& best) {
  std::string rule = best.rule.substr(std::min(best.rule.find('\n'), best.rule.size()));
  constexpr std::string_view kHolm = "p < 0.05 (Holm)";
  if (const std::size_t place = rule.find(kHolm); place != std::string::npos)
    rule.insert(place + kHolm.size(), ", each epoch by itself");
  return (best.isOwn()
              ? "Mean ± sd over n seeds, best epoch on the test set and last epoch."
              : "Mean ± sd over n seeds, best epoch as in the paper and last epoch; (paper's value), † "
                "cited by it.") +
         rule;
}

}  // namespace

Table sideBySide(const Table& best, const Table& last) {
  if (!best.epoch) return best;
  Table both = best;
  Columns columns(both, best);
  for (std::size_t i = 0; i < best.columns.size(); ++i) {
    const bool isOfWholeRuns = i < best.forms.size() && !best.forms[i].followsEpoch;
    const std::string& name = best.columns[i];
    if (isOfWholeRuns || !isMeasured(best, i)) {
      columns.add(best, i, isOfWholeRuns ? std::nullopt : best.epoch, name, true);
    } else {
      columns.add(best, i, Epoch::best, name + ", best epoch", true);
      columns.add(last, i, Epoch::last, name + ", last epoch", false);
    }
  }
  both.epoch = Epoch::both;
  both.title += ", best and last epoch";
  both.rule = ruleOf(best);
  both.details +=
      " The columns of the last epoch are made likewise of the test after it, which selects nothing; Holm is "
      "over the differences of one epoch.";
  return both;
}

}  // namespace uada
