#include <fmt/core.h>

#include <utility>

#include "core/augment/FramedSpace.h"
#include "core/base/Catalog.h"
#include "core/settings/SettingError.h"

namespace uada {
namespace {

/// N and M by task (pytorch-randaugment's configurations, RandAugment's appendix).
struct Preset {
  std::string_view name;
  int ops, magnitude;
};
constexpr Preset kPresets[] = {
    {"cifar10-wrn-28-10", 3, 5},  {"cifar10-wrn-28-2", 3, 4},    {"cifar10-shake-shake", 3, 9},
    {"cifar10-pyramidnet", 3, 9}, {"cifar100-wrn-28-10", 2, 14}, {"cifar100-wrn-28-2", 1, 2},
    {"svhn-wrn-28-10", 3, 7},     {"imagenet-resnet-50", 2, 9},  {"efficientnet-b5", 2, 17},
    {"efficientnet-b7", 2, 28},
};

std::vector<std::string> presetNames() {
  std::vector<std::string> names{"none"};
  for (const Preset& preset : kPresets) names.emplace_back(preset.name);
  return names;
}

/// The settings that a preset takes the place of have no effect with any.
std::vector<Unless> anyPreset() {
  std::vector<Unless> all;
  for (const Preset& preset : kPresets) all.push_back({"preset", std::string(preset.name)});
  return all;
}

/// A preset is another way to state ops and magnitude: these are what is recorded.
void spellOutPreset(Choice& policy, const Json& given, const std::string& where) {
  const std::string name = policy.settings().at("preset").asString();
  if (name != "none") {
    const Preset& preset = findEntry(kPresets, name, "preset", where);
    for (const auto& [key, value] :
         {std::pair("ops", preset.ops), std::pair("magnitude", preset.magnitude)}) {
      const Json* stated = given.find(key);
      if (stated && wholeNumber(*stated) != value)
        throw SettingError(where, key,
                           fmt::format("{} found, but the preset '{}' sets {}; leave one of the two out",
                                       stated->dump(), name, value));
      policy.set(key, value);
    }
    policy.set("preset", "none");
  }
  sayUsualOrder(policy, given, where);
}

struct RandAugmentSettings {
  std::string preset = "none";
  int ops = 2;
  int magnitude = 9;
  std::string grid = "tv31";
  FrameSettings frame;

  void visit(SettingsVisitor& v) {
    v.field({.name = "preset",
             .title = "Published setting",
             .help = "Sets ops and magnitude as published for a task; these are what is recorded",
             .choices = presetNames()},
            preset);
    v.field({.name = "ops",
             .title = "Ops",
             .help = "N: operations for each image, drawn with replacement",
             .min = 1,
             .max = kMaxSteps,
             .unless = anyPreset()},
            ops);
    v.field({.name = "magnitude",
             .title = "Magnitude",
             .help = "M: the level of every operation, of 30",
             .min = 0,
             .max = 30,
             .unless = anyPreset()},
            magnitude);
    v.field({.name = "grid",
             .title = "Levels",
             .help = "What a level means: torchvision, pytorch-randaugment with 16 ops, the same as "
                     "published with its reversed posterize and solarize, or TrivialAugment's code with "
                     "translations up to 10, 14.4 (as in the paper) or 70 pixels (ImageNet)",
             .choices = {"tv31", "ra30", "ra30-published", "ta31", "ta31-paper", "ta31-imagenet"}},
            grid);
    frame.visit(v);
  }
};

/// The list of pytorch-randaugment, which is that of the EfficientNet code.
std::vector<std::size_t> sixteenOps() {
  return opsNamed({"autocontrast", "equalize", "invert", "rotate", "posterize", "solarize", "solarize_add",
                   "color", "contrast", "brightness", "sharpness", "shear_x", "shear_y", "cutout_abs",
                   "translate_x", "translate_y"});
}

/// Draws of each op: its type, then what drawnStep() draws.
class RandAugmentSpace : public FramedSpace {
 public:
  RandAugmentSpace(const RandAugmentSettings& settings, const PolicyContext& context)
      : FramedSpace(settings.frame, context, gridFromName(settings.grid), settings.ops),
        count_(settings.ops),
        magnitude_(settings.magnitude),
        ops_(settings.grid.starts_with("ra30") ? sixteenOps() : fourteenOps()) {}

 private:
  void drawChain(Plan& plan, Random& random, int) const override {
    for (int i = 0; i < count_; ++i) {
      const std::size_t op = drawnOp(ops_, random);
      plan.add(drawnStep(op, magnitude_, random));
    }
  }

  int count_, magnitude_;
  std::vector<std::size_t> ops_;
};

}  // namespace

Policy randAugment() {
  Policy entry = policyEntry<RandAugmentSettings>(
      "randaugment", "RandAugment", "Cubuk et al., CVPR Workshops 2020; torchvision, pytorch-randaugment");
  entry.make = [](const Choice& policy, const PolicyContext& context) -> std::unique_ptr<Space> {
    auto settings = policy.as<RandAugmentSettings>();
    if (settings.preset != "none") {
      const Preset& preset = findEntry(kPresets, settings.preset, "preset");
      settings.ops = preset.ops;
      settings.magnitude = preset.magnitude;
    }
    return std::make_unique<RandAugmentSpace>(settings, context);
  };
  entry.resolve = spellOutPreset;
  return entry;
}

}  // namespace uada
