#include "core/engine/tasks/Classification.h"

#include <iterator>

#include "core/engine/tasks/Labels.h"
#include "core/engine/tasks/TaskHead.h"

namespace uada {
namespace {

constexpr std::size_t kTestBatch = 250;

class ClassificationHead : public TaskHead {
 public:
  ClassificationHead(const Classification& settings, const HeadContext& context)
      : smoothing_(settings.labelSmoothing), context_(context) {}

  Targets targets(std::span<const Target> targets) const override {
    const at::Tensor classes = at::empty({static_cast<std::int64_t>(targets.size())}, at::kLong);
    std::int64_t* values = classes.mutable_data_ptr<std::int64_t>();
    for (std::size_t r = 0; r < targets.size(); ++r) values[r] = std::get<Label>(targets[r]).value;
    return {classes};
  }
  bool takesShares() const override { return true; }

  at::Tensor losses(const Output& output, const Targets& targets) const override {
    if (targets.shares.defined()) return -(output.main.log_softmax(1) * targets.shares).sum(1);
    return crossEntropy(output.main, targets.classes);
  }
  at::Tensor objective(const Output& output, const Targets& targets) const override {
    if (smoothing_ == 0) return losses(output, targets).mean();
    return at::cross_entropy_loss(output.main, targets.classes, {}, at::Reduction::Mean, -100, smoothing_);
  }
  at::Tensor trainSums(const Output& output, const Targets& targets) const override {
    const at::Tensor right = countTop(output.main, targets.classes, 1).to(at::kDouble);
    return at::stack({right, at::full_like(right, static_cast<double>(targets.rows()))}).unsqueeze(0);
  }

  std::unique_ptr<Meter> meter() const override { return std::make_unique<LabelMeter>(); }
  std::size_t testBatch() const override { return kTestBatch; }
  std::vector<Prediction> predict(Network& network, const Renderer& renderer,
                                  std::span<const std::uint32_t> samples, Meter& meter) const override {
    const Input& input = renderer.settings().input;
    const auto count = static_cast<std::int64_t>(samples.size());
    const at::Tensor pixels = at::empty({count, input.height, input.width, 3}, at::kFloat);
    auto* values = pixels.mutable_data_ptr<float>();
    renderer.plain(samples, values);
    std::vector<Target> labels;
    for (const std::uint32_t sample : samples) labels.emplace_back(Label{renderer.data().label(sample)});
    const Output output = network.forward(imagesOf(values, count, input, context_.device));
    const at::Tensor classes = targets(labels).to(context_.device).classes;
    static_cast<LabelMeter&>(meter).add(output.main, classes);
    std::vector<ClassChances> chances = chancesOf(output.main, classes);
    return {std::make_move_iterator(chances.begin()), std::make_move_iterator(chances.end())};
  }
  void check(const Dataset& data, std::string_view which) const override { checkLabels(data, which); }

 private:
  const double smoothing_;
  const HeadContext context_;
};

}  // namespace

std::unique_ptr<TaskHead> make(const Classification& settings, const HeadContext& context) {
  return std::make_unique<ClassificationHead>(settings, context);
}

}  // namespace uada
