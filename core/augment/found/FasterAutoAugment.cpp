#include "core/augment/found/FasterAutoAugment.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "core/augment/Plan.h"
#include "core/augment/found/FoundPolicy.h"
#include "core/base/Error.h"
#include "core/base/Printable.h"

namespace uada {
namespace {

constexpr int kMaxStaged = 1'000;  // sub-policies
constexpr double kMaxTemperature = 1'000;

/// In the order of its code, which has TranslateY twice.
struct Operation {
  const char* op;
  bool hasMagnitude;
};
constexpr Operation kOperations[] = {
    {"shear_x", true},   {"shear_y", true},       {"translate_y", true}, {"translate_y", true},
    {"rotate", true},    {"flip_lr", false},      {"invert", false},     {"solarize", true},
    {"posterize", true}, {"contrast", true},      {"color", true},       {"brightness", true},
    {"sharpness", true}, {"autocontrast", false}, {"equalize", false},
};

/// Tensors that the state has, too, and that say nothing of what was found.
bool isConstant(std::string_view name) {
  return name == "policy/_mean" || name == "policy/_std" || name.ends_with(".temperature") ||
         name.ends_with(".kernel");
}

class StateReader {
 public:
  explicit StateReader(const WeightsFile& file) : file_(file) {
    for (const WeightTensor& tensor : file.tensors) tensors_.emplace(tensor.name, &tensor);
  }

  Json subpolicies() {
    if (!file_.value("policy_kwargs/num_sub_policies"))
      refuse(
          "no policy of Faster AutoAugment: a dictionary with 'policy' and 'policy_kwargs' expected, as its "
          "search saves them");
    const int count = integer("num_sub_policies", kMaxStaged);
    stages_ = integer("operation_count", kMaxSteps);
    temperature_ = number("policy_kwargs/temperature");
    if (!(temperature_ > 0 && temperature_ <= kMaxTemperature))
      refuse(fmt::format("policy_kwargs/temperature: {:g} found, above 0 to {:g} expected", temperature_,
                         kMaxTemperature));
    Json all = Json::array();
    for (int i = 0; i < count; ++i) {
      Json subpolicy = Json::array();
      for (int j = 0; j < stages_; ++j)
        subpolicy.push(stage(fmt::format("policy/sub_policies.{}.stages.{}.", i, j)));
      all.push(std::move(subpolicy));
    }
    refuseOthers(count);
    return all;
  }
  int stages() const { return stages_; }

 private:
  [[noreturn]] void refuse(const std::string& problem) const {
    throw Error(fmt::format("{}: {}", file_.where, problem));
  }

  double number(const std::string& name) const {
    const Json* value = file_.value(name);
    if (!value || !value->isNumber())
      refuse(fmt::format("{}: {}, a number expected", name, value ? value->typeName() : "missing"));
    return value->asDouble();
  }

  int integer(const char* key, int most) const {
    const std::string name = std::string("policy_kwargs/") + key;
    const double value = number(name);
    if (!(value >= 1 && value <= most && value == std::floor(value)))
      refuse(fmt::format("{}: {:g} found, a whole number from 1 to {} expected", name, value, most));
    return static_cast<int>(value);
  }

  /// The finite numbers of a tensor of so many.
  std::vector<double> numbers(const std::string& name, std::size_t count) {
    const auto known = tensors_.find(name);
    if (known == tensors_.end()) refuse(fmt::format("{}: missing, a tensor of {} expected", name, count));
    const WeightTensor& tensor = *known->second;
    if (tensor.sizes.size() != 1 || tensor.sizes[0] != static_cast<std::int64_t>(count))
      refuse(fmt::format("{}: a tensor of {} numbers in {} dimensions found, {} in 1 expected", name,
                         tensor.count(), tensor.sizes.size(), count));
    read_.insert(name);
    std::vector<double> values = file_.doubles(tensor);
    for (const double value : values)
      if (!std::isfinite(value)) refuse(fmt::format("{}: {} found, finite numbers expected", name, value));
    return values;
  }

  Json stage(const std::string& place) {
    std::vector<double> weights = numbers(place + "_weights", std::size(kOperations));
    const double most = *std::ranges::max_element(weights);
    double sum = 0;
    for (double& weight : weights) sum += weight = std::exp((weight - most) / temperature_);
    Json ops = Json::array();
    for (std::size_t k = 0; k < std::size(kOperations); ++k)
      ops.push(operation(kOperations[k], fmt::format("{}operations.{}.", place, k), weights[k] / sum));
    return ops;
  }

  Json operation(const Operation& known, const std::string& place, double weight) {
    Json json = Json::Object{{"op", known.op}, {"weight", weight}};
    json["probability"] = std::clamp(numbers(place + "_probability", 1)[0], 0.0, 1.0);
    json["level"] = Json();
    if (!known.hasMagnitude) return json;
    const std::string name = place + "_magnitude";
    const double magnitude = numbers(name, 1)[0];
    if (magnitude < kLeastMagnitude || magnitude > kMostMagnitude)
      refuse(fmt::format("{}: {:g} found, {:g} to {:g} allowed", name, magnitude, kLeastMagnitude,
                         kMostMagnitude));
    json["level"] = magnitude;
    return json;
  }

  /// A tensor beyond those that policy_kwargs announces would be a policy that is imported in part.
  void refuseOthers(int count) const {
    for (const WeightTensor& tensor : file_.tensors)
      if (tensor.name.starts_with("policy/") && !isConstant(tensor.name) && !read_.contains(tensor.name))
        refuse(
            fmt::format("{}: unknown; policy_kwargs announces {} sub-policies of {} stages of {} operations",
                        printable(tensor.name), count, stages_, std::size(kOperations)));
  }

  const WeightsFile& file_;
  std::map<std::string_view, const WeightTensor*> tensors_;  ///< by name: there may be very many
  std::set<std::string> read_;
  int stages_ = 0;
  double temperature_ = 1;
};

}  // namespace

bool isTorchFile(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  char start[4] = {};
  stream.read(start, sizeof start);
  const std::string_view begin(start, static_cast<std::size_t>(stream.gcount()));
  return begin.starts_with("PK\x03\x04") || begin.starts_with("\x80\x02");
}

Json fasterAutoAugmentPolicy(const WeightsFile& file, const std::string& name) {
  StateReader reader(file);
  Json json = Json::object();
  json["format"] = "uada-policy-stages";
  json["version"] = 1;
  json["name"] = name;
  json["source"] = "Faster AutoAugment (Hataya et al., ECCV 2020), a state of its search";
  json["decoding"] = "fraa";
  Json subpolicies = reader.subpolicies();
  json["ops_per_subpolicy"] = reader.stages();
  json["subpolicies"] = std::move(subpolicies);
  return json;
}

Published publishedState(const std::filesystem::path& file, Levels levels) {
  if (levels != Levels::found)
    throw UsageError(
        fmt::format("{}: a state of Faster AutoAugment has magnitudes; leave --levels out", file.string()));
  const std::string name = "faster-aa-" + file.stem().string();
  return {{{name, fasterAutoAugmentPolicy(readWeights(file), name), {}}}, {}};
}

}  // namespace uada
