#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/augment/found/Literals.h"
#include "core/base/Json.h"

namespace uada {

/// A line of Population Based Augmentation's log: at `targetEpochs` the trial `target` took over the state
/// that trial `clone` had after `cloneEpochs`.
struct ScheduleRow {
  int target = 0, clone = 0, targetEpochs = 0, cloneEpochs = 0;
  std::vector<int> before, after;  ///< [60]: 30 times (probability 0..10, level 0..9)
};

/// The segments of a schedule (methods.md 3.5): rows from the first on that form one chain to the last, where
/// the target of a row is the clone of the next; the first segment has the policy before row 0, segment r + 1
/// that after row r. Throws Error if the rows do not rise or end behind `epochs`. returns  the "segments" of
/// a file of format uada-policy-schedule
Json scheduleSegments(const std::vector<ScheduleRow>& rows, int epochs, const std::string& place);

/// A file as an author published it, as Json in our formats: one for each policy in it. Nothing in it is run.
///   Fast AutoAugment's archive.py, DADA's genotype.py, AutoAugment's policies.py: lists of sub-policies of
///   (name, probability, level); whole levels mean aa10, shares mean faa
///   Population Based Augmentation's schedules: lines of [target, clone, epochs, epochs, policy, policy]
/// throws  LimitError, too, for more than 100 policies or 1,000 lines
/// epochs  that a schedule of lines was made for
/// passed  receives what was left out because it is more than a literal
std::vector<NamedLiteral> fromPublished(std::string_view text, const std::string& place, int epochs,
                                        std::vector<std::string>* passed = nullptr);

}  // namespace uada
