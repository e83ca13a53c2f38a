#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "core/engine/train/StepperContext.h"

// What is no finite number in a step, and of which samples.

namespace uada {

/// Whether all that was asked of the network is finite: a scalar, bool, on its device.
at::Tensor Stepper::Context::isAskedFinite() const {
  std::vector<at::Tensor> all;
  for (const Asked& asked : asked_)
    all.push_back((asked.losses.defined() ? asked.losses : asked.output.main).flatten());
  return at::cat(all).isfinite().all();
}

/// Of the rows that the network was asked about, those whose loss is no finite number, each once.
std::vector<UnsoundRow> Stepper::Context::unsoundAsked() const {
  const at::NoGradGuard noGrad;
  std::vector<UnsoundRow> unsound;
  std::vector<bool> isKnown(begun_.rows.shown().size());
  for (const Asked& asked : asked_) {
    const at::Tensor losses = asked.losses.defined()
                                  ? asked.losses
                                  : stepper_.head_->losses(asked.output, begun_.rows.pickTargets(asked.rows));
    addUnsound(unsound, isKnown, asked.rows, losses);
  }
  return unsound;
}

/// Likewise those that were trained on. They go through the network once more, in the same way.
std::vector<UnsoundRow> Stepper::Context::unsoundTrained(const Pass& pass) {
  const at::NoGradGuard noGrad;
  std::vector<UnsoundRow> unsound;
  std::vector<bool> isKnown(begun_.rows.shown().size());
  for (const Part& part : pass.parts) {
    const RowBuffer::Picked rows = picked(pass.on, part);
    setNoise(pass, part);
    stepper_.network_->useNorms(pass.on.norms);
    const Output output = stepper_.forward(rows.images, Mode{});
    stepper_.network_->useNorms(0);
    addUnsound(unsound, isKnown, pass.on.rows.narrow(0, part.begin, part.count),
               stepper_.head_->losses(output, rows.targets));
  }
  return unsound;
}

/// numbers  of the rows, in the order of their losses
void Stepper::Context::addUnsound(std::vector<UnsoundRow>& unsound, std::vector<bool>& isKnown,
                                  const at::Tensor& numbers, const at::Tensor& losses) const {
  const at::Tensor rows = numbers.to(at::kCPU, at::kLong).contiguous();
  const at::Tensor values = losses.to(at::kCPU, at::kDouble).contiguous();
  const auto* row = static_cast<const std::int64_t*>(rows.const_data_ptr());
  const auto* value = static_cast<const double*>(values.const_data_ptr());
  for (std::int64_t i = 0; i < values.numel(); ++i) {
    const auto at = static_cast<std::size_t>(row[i]);
    if (std::isfinite(value[i]) || isKnown[at]) continue;
    isKnown[at] = true;
    const Shown& shown = begun_.rows.shown()[at];
    unsound.push_back({batch_->indices[static_cast<std::size_t>(shown.place)], shown.plan, value[i]});
  }
}

void Stepper::Context::refuse(std::string_view what, std::span<const UnsoundRow> rows) const {
  throw StepFault(StepFault::Kind::notFinite,
                  fmt::format("step {} (epoch {}, learning rate {:g}) was not taken: {} is not a finite "
                              "number{}; the weights are those before it; a lower learning rate may help",
                              batch_->step, batch_->epoch, learningRate_, what, unsoundText(rows)),
                  rows);
}

/// "a gradient (of conv1.weight and 3 more)".
std::string Stepper::Context::unsoundGradient() const {
  const std::vector<std::string> names = stepper_.updater_->unsoundGradients();
  if (names.empty()) return "the norm of the gradients";  // each is finite, but not its square
  if (names.size() == 1) return fmt::format("a gradient (of {})", names[0]);
  return fmt::format("a gradient (of {} and {} more)", names[0], names.size() - 1);
}

}  // namespace uada
