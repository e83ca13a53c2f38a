#pragma once

#include "core/engine/train/RenderAhead.h"
#include "core/engine/train/StepFault.h"
#include "core/engine/train/Stepper.h"
#include "core/engine/train/Stopwatch.h"

namespace uada {

/// What a method may do in one step: does it, and keeps counts and timings. It remembers what the network was
/// asked about which rows, so that one place refuses every number that is not finite, and can name its
/// sample.
class Stepper::Context : public StepContext {
 public:
  Context(Stepper& stepper, const Batch& batch, double learningRate, int pictured, RenderAhead::Begun begun)
      : stepper_(stepper),
        batch_(&batch),
        learningRate_(learningRate),
        pictured_(pictured),
        begun_(std::move(begun)) {}

  Rows render(std::span<const Shown> shown) override;
  at::Tensor losses(Rows rows, Mode mode) override;
  at::Tensor lossesOfBatch(const at::Tensor& rows, Mode mode) override;
  Output outputs(Rows rows, Mode mode) override;
  at::Tensor images(Rows rows) const override { return begun_.rows.images(rows, stepper_.renderer_); }
  Trained train(const TrainedOn& on) override;
  Snapshot save() const override;
  void load(const Snapshot& snapshot) override;
  void take(const Batch& batch) override;
  double score(std::span<const std::uint32_t> samples) override;
  [[noreturn]] void refuse(std::string_view what) const override { refuse(what, unsoundAsked()); }
  int pictured() const override { return pictured_; }

  /// How many numbers a step has that ranks add up.
  static std::int64_t sharedNumbers(std::size_t metrics) {
    return 2 + 2 * static_cast<std::int64_t>(metrics);
  }

  Counts counts;
  Timings timings;

 private:
  /// Of the rows that are trained on: those that go through the network together.
  struct Part {
    std::int64_t begin = 0, count = 0;
  };
  /// How rows are trained on.
  struct Pass {
    const TrainedOn& on;
    std::vector<Part> parts;
    std::uint32_t number = 0;  ///< of the step's forwards
    double share = 1;          ///< of the whole batch's loss that is this rank's
    std::int64_t rows() const { return on.rows.numel(); }
  };
  /// What came of the parts.
  struct Sums {
    at::Tensor loss, metrics;
    at::Tensor isSound =
        {};  ///< of all ranks, whether what was asked is finite: a scalar; undefined: not known
    std::vector<at::Tensor> losses, seen;  ///< of each part
  };
  /// Of the rows that it is asked about: those that go together.
  struct Seen {
    Part part;
    Noise noise;
    std::int64_t count = 0;  ///< of rows that go through the network, at least those
  };
  /// What was asked of the network in this step.
  struct Asked {
    at::Tensor rows;         ///< int64: their numbers
    at::Tensor losses = {};  ///< undefined: the output was asked for
    Output output = {};
  };

  static std::vector<Part> partsOf(std::int64_t rows, int most);
  std::vector<Part> partsAlone(std::int64_t rows) const;
  std::int64_t filledCount(std::int64_t rows, const Part& part) const;
  Noise placed(Noise noise, std::int64_t rows) const;
  double shareOf(const TrainedOn& on) const;
  void addUp(const Pass& pass, Sums& sums);
  std::vector<Seen> seen(std::int64_t rows, Mode mode, const at::Tensor& samples);
  Output forward(const Seen& seen, const at::Tensor& images, Mode mode);
  at::Tensor samplesOf(Rows rows, Mode mode) const;
  void count(std::int64_t rows, Mode mode, Stopwatch& watch);
  at::Tensor lossesOf(const Seen& seen, const at::Tensor& images, const Targets& targets, Mode mode);
  void setNoise(const Pass& pass, const Part& part);
  RowBuffer::Picked picked(const TrainedOn& on, const Part& part) const;
  void add(Sums& sums, const Pass& pass, const Part& part);
  void fillGradients() const;
  double batches(std::int64_t rows) const;
  std::vector<at::Tensor> learned() const;
  Trained read(const Pass& pass, const Sums& sums);

  at::Tensor isAskedFinite() const;
  std::vector<UnsoundRow> unsoundAsked() const;
  std::vector<UnsoundRow> unsoundTrained(const Pass& pass);
  void addUnsound(std::vector<UnsoundRow>& unsound, std::vector<bool>& isKnown, const at::Tensor& numbers,
                  const at::Tensor& losses) const;
  [[noreturn]] void refuse(std::string_view what, std::span<const UnsoundRow> rows) const;
  [[noreturn]] void refuse(const RankSums::Faults& faults) const;
  std::string unsoundGradient() const;

  Stepper& stepper_;
  const Batch* batch_;
  const double learningRate_;
  const int pictured_;
  RenderAhead::Begun begun_;
  std::vector<Asked> asked_;
  std::uint32_t passes_ = 0;
};

}  // namespace uada
