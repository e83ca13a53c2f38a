#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/augment/Plan.h"
#include "core/base/Error.h"

namespace uada {

/// A row of a step whose loss is no finite number.
struct UnsoundRow {
  std::uint32_t sample = 0;  ///< in the training set
  Plan plan;
  double loss = 0;
};
/// A training step that could not be taken. It left no trace: all that was learned is as it was before.
class StepFault : public Error {
 public:
  enum class Kind { notFinite, memory };
  StepFault(Kind kind, std::string_view message, std::span<const UnsoundRow> rows = {})
      : Error(message), kind(kind), rows(rows.begin(), rows.end()) {}
  const Kind kind;
  bool isOfOther = false;              ///< another rank could not take it, and knows more
  const std::vector<UnsoundRow> rows;  ///< that are known to have no finite loss
};

/// " for 2 samples: sample 17 under rotate 6 (nan), sample 3 under flip (inf)"; "" for none. Of many the
/// first.
std::string unsoundText(std::span<const UnsoundRow> rows);

/// What was asked of the memory, of this machine or of a GPU, and what there is: "2.1 GB were asked for,
/// 300 MB are free". None: the problem is another one.
std::optional<std::string> memoryShortage(const std::exception& problem);

}  // namespace uada
