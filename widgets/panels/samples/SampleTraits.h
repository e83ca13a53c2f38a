#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "core/store/Project.h"

namespace uada {

/// What of the samples is shown.
struct SampleFilter {
  std::string op;                      ///< in the plan's chain; empty: any
  std::string winner;                  ///< group that won, or "unperturbed"; empty: any
  std::optional<int> label;            ///< its class; none: any
  std::optional<std::uint32_t> index;  ///< this training image alone; none: any
  double minGain = -1e300;
  friend bool operator==(const SampleFilter&, const SampleFilter&) = default;
};
/// Which samples come first: the newest, or those with the largest gain or loss, those without such last.
enum class SampleOrder { newest, gain, loss };

/// What filter and order look at of a decision.
struct SampleTraits {
  int label = -1;
  std::string winner;            ///< as SampleFilter has it; empty: nothing was decided
  std::vector<std::size_t> ops;  ///< of the chain, by their places in the catalogue
  double gain = 0;  ///< loss of the chosen candidate minus that of the unperturbed plan; NaN: none
  double loss = 0;  ///< of the image that was trained on; NaN: not known
};
SampleTraits traitsOf(const Decision& decision);
/// index  the sample
bool matches(const SampleFilter& filter, const SampleTraits& traits, std::uint32_t index);
/// What the order compares, the largest first: of NaN it is less than any number.
double rankOf(SampleOrder order, const SampleTraits& traits);

/// Traits of the stored decisions of one run, each read once. On the project's thread alone.
class KnownTraits {
 public:
  /// none: the decision is damaged, which the project remarks
  const std::optional<SampleTraits>& of(const ProjectReader& project, std::int64_t run,
                                        const DecisionPlace& place);

 private:
  std::map<std::tuple<std::int64_t, std::int64_t, std::int64_t>, std::optional<SampleTraits>> known_;
};

}  // namespace uada
