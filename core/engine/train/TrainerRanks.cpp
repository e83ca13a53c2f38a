#include <fmt/core.h>

#include <algorithm>

#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/data/Dataset.h"
#include "core/engine/train/Trainer.h"

// What is another thing where several ranks train together (docs/scale.md).
namespace uada {

/// Throws Error if a batch is too small to be cut.
void Trainer::requireParts() const {
  const std::int64_t last = batches_.steps() - 1;
  const std::size_t least = batches_.end(last) - batches_.begin(last);
  if (least >= static_cast<std::size_t>(world_.size())) return;
  throw Error(fmt::format(
      "the last batch of an epoch has {} of the {} images, fewer than there are ranks, {}: give another "
      "recipe.training.batch, or fewer ranks",
      least, groupedText(static_cast<long long>(batches_.count)), world_.size()));
}

/// returns  false: a stop came meanwhile
bool Trainer::readDataTogether() {
  const std::string stopText = "stop";
  std::string said;
  try {
    readData();
  } catch (const LoadingStopped&) {
    said = stopText;
  } catch (const std::exception& problem) {
    if (world_.isAlone()) throw;
    said = problemText(problem);
  }
  if (world_.isAlone()) return said.empty();
  const std::vector<std::string> problems = world_.said(said);
  const std::vector<std::string> hashes = world_.said(data_.identity.hash);
  if (std::ranges::find(problems, stopText) != problems.end()) return false;
  for (int rank = 0; rank < world_.size(); ++rank) {
    const auto at = static_cast<std::size_t>(rank);
    if (!problems[at].empty())
      throw Error(fmt::format("rank {} of {}: {}", rank, world_.size(), problems[at]));
    if (hashes[at] != hashes[0])
      throw Error(
          fmt::format("rank {} of {} has other images than rank 0 (their hash is {:.12}, that of rank 0 "
                      "{:.12}): give all the same",
                      rank, world_.size(), hashes[at], hashes[0]));
  }
  return true;
}

/// A rank is gone. Steps are done by all or by none, so that the run can go on from here.
void Trainer::giveUp(const PeerLost& lost) {
  std::string text = lost.what();
  const bool canSave = stepper_ && !prepared_.runFolder.empty() && world_.rank() == 0;
  if (canSave && progress_.step > savedStep_) {
    enter(RunState::stopping, "writing a checkpoint");
    saveHere();
  }
  if (canSave && savedStep_ >= 0)
    text +=
        fmt::format("; a checkpoint of step {} was written, from which the run can be resumed", savedStep_);
  world_.quit("");
  throw PeerLost(text);
}

/// Of a step's batch: how many samples are this rank's.
std::size_t Trainer::ownSize(std::int64_t place) const {
  const auto [begin, end] = world_.shareOf(batches_.end(place) - batches_.begin(place));
  return end - begin;
}

/// This rank's samples of the running epoch, in order, from a step on.
std::vector<std::uint32_t> Trainer::ownSamples(std::int64_t place) const {
  std::vector<std::uint32_t> samples;
  for (; place < batches_.steps(); ++place) {
    const auto begin = order_.begin() + static_cast<std::ptrdiff_t>(batches_.begin(place));
    const auto [first, last] = world_.shareOf(batches_.end(place) - batches_.begin(place));
    samples.insert(samples.end(), begin + static_cast<std::ptrdiff_t>(first),
                   begin + static_cast<std::ptrdiff_t>(last));
  }
  return samples;
}

/// All take part in the fault of one. Whoever knows about it says so.
StepFault Trainer::agreed(const StepFault& fault) {
  if (world_.isAlone()) return fault;
  const std::vector<std::string> texts = world_.said(fault.isOfOther ? "" : fault.what());
  if (!texts[0].empty()) return fault.isOfOther ? StepFault(fault.kind, texts[0]) : fault;
  for (std::size_t rank = 1; rank < texts.size(); ++rank)
    if (!texts[rank].empty())
      return {fault.kind, fmt::format("rank {} of {}: {}", rank, texts.size(), texts[rank]), fault.rows};
  return fault;
}

}  // namespace uada
