#include <algorithm>

#include "core/engine/train/Precision.h"
#include "core/engine/train/Stepper.h"

// What a step computes of rows, as functions that a graph can keep: of nothing but the rows and what lives as
// long as the run.

namespace uada {

/// Where graphs are wanted, and this run's passes can be some.
void Stepper::makeGraphs(const RunConfig& config) {
  if (config.runtime.step != "graph") return;
  const auto refuse = [&](const std::string& why) {
    startNotes_.push_back("steps go without graphs: " + why);
  };
  if (!world_.isAlone()) return refuse("several ranks train");
  if (norms_ > 1) return refuse("the method has two sets of batch normalisations");
  if (network_->hasOwnWeights()) return refuse("the network comes from elsewhere");
  if (network_->drawsNumbers()) return refuse("the network has layers that draw random numbers");
  StepGraphs graphs = stepGraphsOf(device_);
  if (!graphs.make) return refuse(graphs.whyNone);
  graphs_ = std::make_unique<PassGraphs>(*network_, training_.batch, [this, make = std::move(graphs.make)] {
    ahead_.wait();  // its uploads must not fall into what is kept
    return make();
  });
}

bool Stepper::isBf16(Mode mode) const {
  return mode.precision == Precision::training ? training_.precision == "bf16"
                                               : mode.precision == Precision::bf16;
}

/// The noise has been set.
Output Stepper::forward(const at::Tensor& images, Mode mode) {
  network_->setNormMode(mode.norm);
  Output output;
  if (isBf16(mode)) {
    const Bf16 lower(images.device());
    output = floats(network_->forward(images));
  } else {
    output = network_->forward(images);
  }
  output.features = network_->features();
  if (isBf16(mode) && output.features.defined()) output.features = output.features.to(at::kFloat);
  return output;
}

/// Adds gradients to those that are there.
PassResults Stepper::trained(const at::Tensor& images, const Targets& targets, const TrainRule& rule) {
  network_->useNorms(rule.norms);
  const Output output = forward(images, Mode{});
  network_->useNorms(0);
  at::Tensor loss = head_->objective(output, targets);
  if (rule.term) loss = loss + rule.term(output);
  if (rule.part != 1) loss = loss * rule.part;
  if (rule.share != 1) loss = loss * rule.share;
  loss.backward({}, /*retain_graph=*/!rule.isLast);  // parts may share what their images were made from
  const at::NoGradGuard noGrad;
  PassResults found{loss.detach(), head_->trainSums(output, targets)};
  if (rule.wantsLosses) found.losses = head_->losses(output, targets);
  if (rule.seen) found.seen = rule.seen(output).flatten();
  return found;
}

}  // namespace uada
