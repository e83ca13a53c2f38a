#include "core/engine/train/StartWeights.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/engine/train/TensorFile.h"
#include "core/weights/PublishedNames.h"

namespace uada {
namespace {

constexpr std::string_view kModel = "model.", kCounter = "num_batches_tracked";

using Tensors = std::map<std::string, at::Tensor>;

class Naming : public StateVisitor {
 public:
  void tensor(const std::string& name, at::Tensor value) override {
    tensors[name.substr(kModel.size())] = std::move(value);
  }
  Tensors tensors;
};

/// "'a', 'b', 'c' and 4 more".
std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 3;
  std::vector<std::string> first;
  for (const std::string& name : names)
    if (first.size() < kMost) first.push_back('\'' + quotable(name) + '\'');
  const std::string more =
      names.size() > kMost ? fmt::format(" and {} more", names.size() - kMost) : std::string();
  return joined(first, ", ") + more;
}

std::string shapeText(at::IntArrayRef sizes) { return fmt::format("[{}]", fmt::join(sizes, ", ")); }

/// Whether a tensor is of a layer that has one output for each class: a linear one, or a 1x1 convolution.
bool isOfClassifier(const std::string& name, const Tensors& tensors, int classes) {
  const auto weight = tensors.find(name.substr(0, name.rfind('.') + 1) + "weight");
  if (weight == tensors.end()) return false;
  const at::IntArrayRef sizes = weight->second.sizes();
  if (sizes.empty() || sizes[0] != classes) return false;
  return sizes.size() == 2 || (sizes.size() == 4 && sizes[2] == 1 && sizes[3] == 1);
}

class Start {
 public:
  Start(const WeightsFile& file, const Network& network, std::string_view model, int classes)
      : file_(file), named_(tensorsFor(model, file)), classes_(classes) {
    Naming naming;
    network.visit(naming);
    tensors_ = std::move(naming.tensors);
  }

  std::vector<std::string> take() {
    const at::NoGradGuard noGrad;
    for (const WeightTensor& given : named_.tensors) {
      const auto place = tensors_.find(given.name);
      if (place == tensors_.end()) {
        // A counter that PyTorch's batch normalisation keeps and nothing reads.
        if (!given.name.ends_with(kCounter)) unused_.push_back(given.name);
        continue;
      }
      seen_.push_back(given.name);
      if (at::IntArrayRef(given.sizes) == place->second.sizes())
        copy(given, place->second);
      else
        leave(given, place->second);
    }
    if (taken_ == 0)
      throw Error(
          fmt::format("no tensor of '{}' fits this network: it has {}, the network {}; give a file of "
                      "the same network",
                      file_.where, listed(unused_.empty() ? seen_ : unused_), listed(names())));
    return notes();
  }

 private:
  void copy(const WeightTensor& given, const at::Tensor& to) {
    const at::Tensor from = tensorOf(file_, given);
    if (from.is_floating_point() != to.is_floating_point())
      throw Error(fmt::format("the tensor '{}' of '{}' is of type {}, the network's of type {}",
                              quotable(given.name), file_.where, c10::toString(from.scalar_type()),
                              c10::toString(to.scalar_type())));
    if (!from.to(at::kFloat).isfinite().all().item<bool>())
      throw Error(fmt::format("the tensor '{}' of '{}' has numbers that are not finite; give another file",
                              quotable(given.name), file_.where));
    to.copy_(from);
    ++taken_;
  }
  /// Of another shape: only what says the classes may be.
  void leave(const WeightTensor& given, const at::Tensor& to) {
    const at::IntArrayRef found = given.sizes, wanted = to.sizes();
    const bool isClassifier = isOfClassifier(given.name, tensors_, classes_) && !found.empty() &&
                              found.size() == wanted.size() && found.slice(1) == wanted.slice(1);
    if (!isClassifier)
      throw Error(
          fmt::format("the tensor '{}' of '{}' is of {}, this network wants {}; give a file of the "
                      "same network, or the network's settings of that file",
                      quotable(given.name), file_.where, shapeText(found), shapeText(wanted)));
    left_.push_back(given.name);
    theirClasses_ = found[0];
  }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& [name, value] : tensors_) names.push_back(name);
    return names;
  }
  std::vector<std::string> notes() const {
    std::vector<std::string> notes{
        fmt::format("weights from '{}': {} tensors of {} taken", file_.where, taken_, tensors_.size())};
    if (!named_.naming.empty()) notes.front() += ", by the names of " + named_.naming;
    if (!left_.empty())
      notes.push_back(fmt::format("{}: of {} classes there, of {} here; left as initialised", listed(left_),
                                  theirClasses_, classes_));
    std::vector<std::string> missing;
    for (const std::string& name : names())
      if (std::ranges::find(seen_, name) == seen_.end()) missing.push_back(name);
    if (!missing.empty())
      notes.push_back(fmt::format("not in the file, and left as initialised: {}", listed(missing)));
    if (!unused_.empty()) notes.push_back(fmt::format("in the file, but not used: {}", listed(unused_)));
    return notes;
  }

  const WeightsFile& file_;
  const NamedTensors named_;
  const int classes_;
  Tensors tensors_;  ///< of the network
  int taken_ = 0;
  std::int64_t theirClasses_ = 0;
  std::vector<std::string> seen_, left_, unused_;
};

}  // namespace

std::vector<std::string> startFrom(const WeightsFile& file, const Network& network, std::string_view model,
                                   int classes) {
  return Start(file, network, model, classes).take();
}

}  // namespace uada
