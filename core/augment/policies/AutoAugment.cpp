#include <utility>

#include "core/augment/found/FoundSpace.h"
#include "core/augment/found/Library.h"

namespace uada {
namespace {

struct AutoAugmentSettings {
  std::string table = "cifar10";
  std::string grid = "aa10";
  FrameSettings frame;

  void visit(SettingsVisitor& v) {
    v.field({.name = "table",
             .title = "Policy",
             .help = "The data set it was found for; CIFAR-100 uses that of CIFAR-10",
             .choices = {"cifar10", "imagenet", "svhn"}},
            table);
    v.field({.name = "grid",
             .title = "Levels",
             .help = "What a level means: the authors' code with posterize set right, as published, "
                     "DeepVoltaire's or torchvision's",
             .choices = {"aa10", "aa10-published", "dv10", "tv10"}},
            grid);
    frame.visit(v);
  }
};

FoundPolicy written(const AutoAugmentSettings& settings) {
  FoundPolicy policy = loadPolicy("autoaugment-" + settings.table).policy;
  policy.grid = gridFromName(settings.grid);
  return policy;
}

/// Of a table without an op that was published with an error the published levels are the right ones.
void resolve(Choice& policy, const Json& given, const std::string& where) {
  const auto& settings = policy.as<AutoAugmentSettings>();
  if (settings.grid == "aa10-published" &&
      !hasPublishedErrors(loadPolicy("autoaugment-" + settings.table).policy))
    policy.set("grid", "aa10");
  sayUsualOrder(policy, given, where);
}

}  // namespace

/// 25 sub-policies of two ops, from the files that come with the program.
Policy autoAugment() {
  Policy entry = policyEntry<AutoAugmentSettings>("autoaugment", "AutoAugment", "Cubuk et al., CVPR 2019");
  entry.make = [](const Choice& policy, const PolicyContext& context) -> std::unique_ptr<Space> {
    const auto& settings = policy.as<AutoAugmentSettings>();
    return std::make_unique<FoundSpace>(written(settings), settings.frame, context);
  };
  entry.written = [](const Choice& policy) { return written(policy.as<AutoAugmentSettings>()); };
  entry.resolve = resolve;
  return entry;
}

}  // namespace uada
