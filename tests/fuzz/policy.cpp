#include "core/augment/found/FoundSpace.h"
#include "core/augment/found/Published.h"
#include "core/base/Json.h"
#include "core/ops/Op.h"
#include "tests/core/PlanTools.h"
#include "tests/fuzz/Fuzz.h"

namespace uada::fuzz {
namespace {

void checkEntries(const FoundPolicy& policy) {
  require(policy.count() > 0 && policy.longest() <= kMaxSteps,
          "a policy has entries, none longer than a plan");
  for (const auto& list : policy.lists)
    for (const PolicyOp& op : list) {
      require(op.op < ops().size() && hasLevels(ops()[op.op], policy.grid),
              "an op has levels on the policy's grid");
      require(op.probability >= 0 && op.probability <= 1, "a probability is 0 to 1");
      // Faster AutoAugment's search lets magnitudes leave 0 to 1; they are cut where they are used.
      const bool isSearched = policy.grid == Grid::fraa;
      require(op.level >= (isSearched ? -1 : 0) && op.level <= (isSearched ? 3 : topLevel(policy.grid)),
              "a level is on the grid");
    }
}

/// Plans of the first, a middle and the last epoch are in range and survive being stored.
void checkPlans(const FoundPolicy& policy) {
  constexpr int kEpochs = 90;
  const FoundSpace space(policy, {}, {.input = squareInput(32), .epochs = kEpochs});
  for (const int epoch : {1, kEpochs / 2, kEpochs}) {
    Random random(7, static_cast<std::uint32_t>(epoch), 1, Purpose::plan);
    const Plan plan = space.sample(random, epoch);
    require(test::stepsOf(space.clamped(plan)) == test::stepsOf(plan), "a drawn level is in range");
    require(planFromJson(parseJson(toJson(plan).dump(), "a plan")) == plan, "a stored plan is read back");
  }
}

}  // namespace
}  // namespace uada::fuzz

/// The policy reader: the text as JSON in one of our formats, and as authors publish theirs.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace uada;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  FoundPolicy policy;
  if (!fuzz::isRefused([&] { policy = foundPolicyFromJson(parseJson(text, "a policy"), "a policy"); })) {
    fuzz::checkEntries(policy);
    fuzz::checkPlans(policy);
  }
  std::vector<NamedLiteral> literals;
  fuzz::isRefused([&] { literals = fromPublished(text, "archive.py", 200).policies; });
  for (const NamedLiteral& literal : literals) {
    if (!literal.problem.empty()) continue;
    // Refused is what our format has no room for; what is taken must also be readable as it is stored.
    if (fuzz::isRefused([&] { policy = foundPolicyFromJson(literal.value, "a literal"); })) continue;
    fuzz::checkEntries(policy);
    parseJson(literal.value.dump(1), "a stored literal");
  }
  return 0;
}
