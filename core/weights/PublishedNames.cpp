#include "core/weights/PublishedNames.h"

#include <algorithm>
#include <optional>
#include <span>

namespace uada {
namespace {

/// A name and ours for it. `*` stands for what is between two dots, or for the end of it; those of ours are
/// filled in order.
struct Rename {
  std::string_view theirs, ours;
};

/// The first rename that fits a name holds.
struct Naming {
  std::string_view model;  ///< ours
  std::string_view title;
  std::string_view sign;  ///< a tensor that tells its files from those of the namings behind it
  std::vector<std::span<const Rename>> renames;
};

/// Bottleneck blocks as torchvision names them, and many others after it.
constexpr Rename kBottlenecks[] = {
    {"layer*.*.conv1.*", "layer*_*.reduce.conv.*"},
    {"layer*.*.bn1.*", "layer*_*.reduce.bn.*"},
    {"layer*.*.conv2.*", "layer*_*.spatial.conv.*"},
    {"layer*.*.bn2.*", "layer*_*.spatial.bn.*"},
    {"layer*.*.conv3.*", "layer*_*.expand.conv.*"},
    {"layer*.*.bn3.*", "layer*_*.expand.bn.*"},
    {"layer*.*.downsample.0.*", "layer*_*.shortcut.conv.*"},
    {"layer*.*.downsample.1.*", "layer*_*.shortcut.bn.*"},
};
constexpr Rename kDeepStem[] = {
    {"conv1.*", "stem_1.conv.*"}, {"bn1.*", "stem_1.bn.*"},     {"conv2.*", "stem_2.conv.*"},
    {"bn2.*", "stem_2.bn.*"},     {"conv3.*", "stem_3.conv.*"}, {"bn3.*", "stem_3.bn.*"},
};
constexpr Rename kSemSegPspNet[] = {
    {"layer0.0.*", "stem_1.conv.*"},
    {"layer0.1.*", "stem_1.bn.*"},
    {"layer0.3.*", "stem_2.conv.*"},
    {"layer0.4.*", "stem_2.bn.*"},
    {"layer0.6.*", "stem_3.conv.*"},
    {"layer0.7.*", "stem_3.bn.*"},
    {"ppm.features.0.1.*", "pyramid_1.conv.*"},
    {"ppm.features.0.2.*", "pyramid_1.bn.*"},
    {"ppm.features.1.1.*", "pyramid_2.conv.*"},
    {"ppm.features.1.2.*", "pyramid_2.bn.*"},
    {"ppm.features.2.1.*", "pyramid_3.conv.*"},
    {"ppm.features.2.2.*", "pyramid_3.bn.*"},
    {"ppm.features.3.1.*", "pyramid_6.conv.*"},
    {"ppm.features.3.2.*", "pyramid_6.bn.*"},
    {"cls.0.*", "main.hidden.conv.*"},
    {"cls.1.*", "main.hidden.bn.*"},
    {"cls.4.*", "main.last.*"},
    {"aux.0.*", "aux.hidden.conv.*"},
    {"aux.1.*", "aux.hidden.bn.*"},
    {"aux.4.*", "aux.last.*"},
};
/// The stem has half the channels of a deep one: its own layers, and those that take them, do not fit.
constexpr Rename kPlainStem[] = {
    {"layer1.0.conv1.*", "layer1.0.conv1.*"},
    {"layer1.0.bn1.*", "layer1.0.bn1.*"},
    {"layer1.0.downsample.*.*", "layer1.0.downsample.*.*"},
};

/// VGG16 without its last layer, alone, as the detectors' codes start from it; and torchvision's, whose linear
/// layers have no counterpart.
constexpr Rename kVggOfSsd[] = {{"*.*", "vgg.*.*"}}, kVggOfRfb[] = {{"*.*", "base.*.*"}};
constexpr Rename kFeaturesOfSsd[] = {{"features.*.*", "vgg.*.*"}};
constexpr Rename kFeaturesOfRfb[] = {{"features.*.*", "base.*.*"}};

const std::vector<Naming>& namings() {
  static const std::vector<Naming> all{
      {"pspnet", "SemSeg's PSPNet", "layer0.0.weight", {kSemSegPspNet, kBottlenecks}},
      {"pspnet", "SemSeg's ResNet with a deep stem", "conv3.weight", {kDeepStem, kBottlenecks}},
      {"pspnet", "torchvision's ResNet", "layer1.0.conv3.weight", {kPlainStem, kBottlenecks}},
      {"ssd", "ssd.pytorch's VGG16", "33.weight", {kVggOfSsd}},
      {"ssd", "torchvision's VGG16", "features.28.weight", {kFeaturesOfSsd}},
      {"rfb", "ssd.pytorch's VGG16", "33.weight", {kVggOfRfb}},
      {"rfb", "torchvision's VGG16", "features.28.weight", {kFeaturesOfRfb}},
  };
  return all;
}

/// What the stars stand for; none: the name is another.
std::optional<std::vector<std::string_view>> starsOf(std::string_view name, std::string_view pattern) {
  std::vector<std::string_view> stars;
  while (!pattern.empty()) {
    if (pattern.front() == '*') {
      const std::size_t length = std::min(name.find('.'), name.size());
      if (length == 0) return std::nullopt;
      stars.push_back(name.substr(0, length));
      name.remove_prefix(length);
    } else {
      if (name.empty() || name.front() != pattern.front()) return std::nullopt;
      name.remove_prefix(1);
    }
    pattern.remove_prefix(1);
  }
  return name.empty() ? std::optional(stars) : std::nullopt;
}

std::string filled(std::string_view pattern, const std::vector<std::string_view>& stars) {
  std::string text;
  std::size_t next = 0;
  for (const char c : pattern) {
    if (c == '*')
      text += stars[next++];
    else
      text += c;
  }
  return text;
}

std::string renamed(const std::string& name, const Naming& naming) {
  for (const auto& renames : naming.renames)
    for (const Rename& rename : renames)
      if (const auto stars = starsOf(name, rename.theirs)) return filled(rename.ours, *stars);
  return name;
}

}  // namespace

NamedTensors tensorsFor(std::string_view model, const WeightsFile& file) {
  NamedTensors named{networkTensors(file), ""};
  const auto has = [&](std::string_view name) {
    return std::ranges::find(named.tensors, name, &WeightTensor::name) != named.tensors.end();
  };
  const auto naming = std::ranges::find_if(
      namings(), [&](const Naming& each) { return each.model == model && has(each.sign); });
  if (naming == namings().end()) return named;
  named.naming = naming->title;
  for (WeightTensor& tensor : named.tensors) tensor.name = renamed(tensor.name, *naming);
  return named;
}

}  // namespace uada
