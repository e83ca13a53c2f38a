#pragma once

#include <span>
#include <utility>
#include <vector>

#include "core/augment/ChangeList.h"
#include "core/engine/methods/Method.h"
#include "core/engine/models/Torch.h"

namespace uada {

/// Variants of the batch: of each plan its row of the step, and what decides between them.
struct Tried {
  at::Tensor rows;    ///< [variants, B], int64, on the device
  at::Tensor losses;  ///< [variants, B], float, on the device
};

/// How the losses of a step's plans are found.
struct LossRule {
  Mode first;           ///< of the unperturbed batch
  Mode others;          ///< of all that is compared with it
  bool reuses = false;  ///< plans that show the same pixels of a sample share one row and its loss
};

/// Which of a step's plans have rows.
class RowPlaces {
 public:
  RowPlaces(const Space& space, bool reuses) : space_(space), reuses_(reuses) {}
  /// The row of each plan, counted from the step's first. What has none yet gets the next one.
  /// added  the plans of the new rows are put here
  std::vector<std::int64_t> place(std::span<const Shown> shown, std::vector<Shown>& added);

 private:
  /// What a row shows: where its changes and covers begin, and how many there are. A whole ChangeList has
  /// room for far more, and a step has hundreds of rows.
  struct Known {
    std::int64_t row = 0;
    ImageSize size{};  ///< of the picture that the first change gets
    std::size_t change = 0, changeCount = 0, cover = 0, coverCount = 0;
  };
  std::int64_t rowOf(const Shown& one, std::vector<Shown>& added);
  Known packed(const ChangeList& list);
  ChangeList changesOf(const Known& known) const;

  const Space& space_;
  const bool reuses_;
  std::int64_t count_ = 0;
  std::vector<std::vector<Known>> known_;  // of each sample
  std::vector<Change> changes_;
  std::vector<Cover> covers_;
};

/// The losses of one step's plans.
class StepLosses {
 public:
  /// size  B, samples of the batch
  StepLosses(const Space& space, const LossRule& rule, int size, StepContext& context)
      : context_(context), rule_(rule), size_(size), places_(space, rule.reuses) {}
  /// Renders what has no row yet, and computes its losses. The first variant of the first call is the
  /// unperturbed batch.
  /// shown  whole variants
  /// later  in the last call: plans that are rendered with them, of which takeRows() asks for some
  Tried take(std::span<const Shown> shown, Phase phase, std::span<const Shown> later = {});
  /// Rows of the plans that were rendered for later.
  /// places       among `later`, or `unperturbed`
  /// unperturbed  stands for the unperturbed plan of the sample, which is the place modulo B
  /// returns      as many, int64, on the device
  at::Tensor rowsOfLater(std::span<const std::int64_t> places, std::int64_t unperturbed) const;
  /// The losses of rows that are there, chosen on the device.
  /// rows  [variants, B], of the samples in order
  Tried takeRows(const at::Tensor& rows, Phase phase);

 private:
  at::Tensor lossesOf(Rows rows, Phase phase);

  StepContext& context_;
  const LossRule rule_;
  const int size_;
  RowPlaces places_;
  // Of the step's rows; without reuse those for later are behind them and have none. Undefined: no rows yet.
  at::Tensor losses_;
  std::vector<std::int64_t> unperturbed_, later_;  // their rows
};

}  // namespace uada
