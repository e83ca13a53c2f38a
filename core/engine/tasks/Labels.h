#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/data/Dataset.h"
#include "core/engine/Reports.h"
#include "core/engine/models/Torch.h"
#include "core/engine/tasks/TaskHead.h"
#include "core/predictions/Prediction.h"

namespace uada {

/// Cross-entropy of each sample: logsumexp(z) - z[y].
/// logits   [B, classes], float
/// targets  [B], int64, 0..classes-1
/// returns  [B], float
at::Tensor crossEntropy(const at::Tensor& logits, const at::Tensor& targets);

/// How many samples have their label among the k largest logits. Equal logits rank by class, the lowest
/// first, as argmax does on the CPU; a label whose logit is not a number is wrong.
/// logits   [B, classes]
/// targets  [B], int64
/// returns  a scalar, int64, on the device
at::Tensor countTop(const at::Tensor& logits, const at::Tensor& targets, int k);

/// The five likeliest classes of each sample, and its loss. Equal logits rank by class, as in countTop().
/// logits   [B, classes]
/// targets  [B], int64
std::vector<ClassChances> chancesOf(const at::Tensor& logits, const at::Tensor& targets);

/// Sums up Classification::testMetrics() over batches.
class LabelMeter : public Meter {
 public:
  /// logits [B, classes], targets [B] int64
  void add(const at::Tensor& logits, const at::Tensor& targets);
  Metrics values() const override;
  std::vector<double> numbers() const override;
  void merge(std::span<const double> numbers) override;

 private:
  double loss_ = 0;
  std::int64_t top1_ = 0, top5_ = 0, count_ = 0;
};

/// Throws Error naming the first label outside 0..classes-1 and its place in the set.
/// which  "training" or "test", for the message
void checkLabels(const Dataset& data, std::string_view which);

}  // namespace uada
