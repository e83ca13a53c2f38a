#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/augment/Renderer.h"
#include "core/data/Dataset.h"
#include "core/engine/Reports.h"
#include "core/engine/models/Network.h"
#include "core/engine/models/Torch.h"
#include "core/engine/models/Transfer.h"
#include "core/predictions/Prediction.h"
#include "core/settings/Choice.h"

namespace uada {

/// The targets of R rows, as the task's losses take them.
struct Targets {
  /// Of labels [R], of label maps [R, height, width], of boxes [R, P]: of each prior, 0 of no object, else
  /// one more than the object's; int64. Undefined of pictures.
  at::Tensor classes = {};
  /// [R, classes], float: where labels may be mixed, each class's share of a row's label, which adds up to 1;
  /// else undefined. `classes` has the label of the sample itself.
  at::Tensor shares = {};
  at::Tensor offsets = {};   ///< of boxes [R, P, 4], float, as PriorBoxes encodes them; else undefined
  at::Tensor pictures = {};  ///< of pictures alone [R, height, width, 3], bytes; else undefined

  std::int64_t rows() const {
    const at::Tensor& any = pictures.defined() ? pictures : classes;
    return any.defined() ? any.size(0) : 0;
  }
  Targets to(at::Device device) const {
    return each([&](const at::Tensor& values) { return values.to(device); });
  }
  Targets part(std::int64_t first, std::int64_t count) const {
    return each([&](const at::Tensor& values) { return values.narrow(0, first, count); });
  }
  /// rows  [K], int64
  Targets picked(const at::Tensor& rows) const {
    return each([&](const at::Tensor& values) { return values.index_select(0, rows); });
  }
  /// For so many rows of this kind, not yet filled.
  Targets room(std::int64_t rows, at::Device device) const {
    return each([&](const at::Tensor& values) {
      std::vector<std::int64_t> shape = values.sizes().vec();
      shape[0] = rows;
      return at::empty(shape, values.options().device(device));
    });
  }
  /// part  of the same device, or of the CPU
  void put(std::int64_t first, const Targets& part) {
    for (const auto member : members()) {
      if (!(this->*member).defined()) continue;
      const at::Tensor to = (this->*member).narrow(0, first, part.rows());
      to.copy_((part.*member).is_cpu() ? sentTo(part.*member, to.device()) : part.*member);
    }
  }

 private:
  static constexpr std::array<at::Tensor Targets::*, 4> members() {
    return {&Targets::classes, &Targets::shares, &Targets::offsets, &Targets::pictures};
  }
  template <class Made>
  Targets each(const Made& made) const {
    Targets all;
    for (const auto member : members())
      if ((this->*member).defined()) all.*member = made(this->*member);
    return all;
  }
};

/// Sums up a task's test metrics.
class Meter {
 public:
  virtual ~Meter() = default;
  /// Task::testMetrics over all that was added.
  virtual Metrics values() const = 0;
  /// All that was added, as numbers; and as if it had been added here, too: what other ranks have counted.
  virtual std::vector<double> numbers() const = 0;
  virtual void merge(std::span<const double> numbers) = 0;
};

/// The torch-side half of a task. Lives on the training thread.
class TaskHead {
 public:
  virtual ~TaskHead() = default;
  /// returns  on the CPU
  virtual Targets targets(std::span<const Target> targets) const = 0;
  /// Whether its losses take Targets::shares.
  virtual bool takesShares() const { return false; }
  /// What becomes of a target whose image is moved.
  virtual TargetRule targetRule() const { return {}; }
  /// What a method compares.
  /// returns  [R], float
  virtual at::Tensor losses(const Output& output, const Targets& targets) const = 0;
  /// What is trained on.
  /// returns  a scalar
  virtual at::Tensor objective(const Output& output, const Targets& targets) const = 0;
  /// Whether the objective is a mean over something else than the rows, and how much of that there is: a
  /// scalar, double. The objectives of several ranks are averaged by it.
  virtual bool hasWeight() const { return false; }
  virtual at::Tensor weight(const Targets& /*targets*/) const { return {}; }
  /// Task::trainMetrics but the loss, of a trained batch, in parts that add up: a sum and what it is divided
  /// by.
  /// returns  [metrics, 2], float64, on the device
  virtual at::Tensor trainSums(const Output& output, const Targets& targets) const = 0;
  virtual std::unique_ptr<Meter> meter() const = 0;
  /// How many samples predict() takes at once.
  virtual std::size_t testBatch() const = 0;
  /// What the network says of unaugmented samples; how well that agrees with their targets is added to a
  /// meter that meter() made. The network is in NormMode::eval, without gradients.
  /// samples   of the renderer's data set
  /// returns   for each sample one of the kind of Task::target
  virtual std::vector<Prediction> predict(Network& network, const Renderer& renderer,
                                          std::span<const std::uint32_t> samples, Meter& meter) const = 0;
  /// Throws Error naming the first target that the network has no class for.
  /// which  "training" or "test", for the message
  virtual void check(const Dataset& data, std::string_view which) const = 0;
};

/// What a task is learned on.
struct HeadContext {
  int classes = 10;
  at::Device device = at::kCPU;
  Input input = {};
  at::Tensor priors = {};                                  ///< Network::priors()
  std::array<float, 3> mean{0, 0, 0}, deviation{1, 1, 1};  ///< of what the network sees: RenderSettings
};

/// The head of a catalogue entry.
std::unique_ptr<TaskHead> makeTaskHead(const Choice& task, const HeadContext& context);

/// Borrows [B, height, width, 3] floats as [B, 3, height, width], channels last in memory; copies to another
/// device.
at::Tensor imagesOf(float* pixels, std::int64_t count, const Input& input, at::Device device);

}  // namespace uada
