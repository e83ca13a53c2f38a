#include "core/augment/FramedSpace.h"

namespace uada {
namespace {

struct OhlSettings {
  FrameSettings frame;
  void visit(SettingsVisitor& v) { frame.visit(v); }
};

/// An ordered pair of ohlElements(), uniform: OHL-Auto-Aug puts learned pairs in its place.
/// Draws of each of the two: its element, then what drawnStep() draws.
class OhlSpace : public FramedSpace {
 public:
  OhlSpace(const OhlSettings& settings, const PolicyContext& context)
      : FramedSpace(settings.frame, context, Grid::ohl, kOps) {}

 private:
  static constexpr int kOps = 2;

  void drawChain(Plan& plan, Random& random, int) const override {
    for (int i = 0; i < kOps; ++i) {
      const auto& all = ohlElements();
      const Element& element = all[random.below(static_cast<std::uint32_t>(all.size()))];
      plan.add(drawnStep(element.op, element.level, random));
    }
  }
};

}  // namespace

Policy ohlSpace() {
  Policy entry =
      policyEntry<OhlSettings>("ohl-space", "OHL's space",
                               "Lin et al., ICCV 2019: 2 of 36 ops with a strength");
  entry.make = [](const Choice& policy, const PolicyContext& context) -> std::unique_ptr<Space> {
    return std::make_unique<OhlSpace>(policy.as<OhlSettings>(), context);
  };
  entry.resolve = sayUsualOrder;
  return entry;
}

}  // namespace uada
