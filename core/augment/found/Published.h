#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/augment/found/Literals.h"
#include "core/base/Json.h"

namespace uada {

/// How the third entry of (op, probability, level) is read.
enum class Levels {
  found,   ///< by what is there: see fromPublished()
  shares,  ///< 0 to 1 of each op's range, as Fast AutoAugment and DADA write them: the grid faa
  grid,    ///< whole levels 0 to 9, as AutoAugment's authors write them: the grid aa10
};
/// "shares" or "grid". Throws UsageError naming both.
Levels levelsFromName(const std::string& name);

/// A line of Population Based Augmentation's log: at `targetEpochs` the trial `target` took over the state
/// that trial `clone` had after `cloneEpochs`.
struct ScheduleRow {
  std::string target, clone;
  int targetEpochs = 0, cloneEpochs = 0;
  std::vector<int> before, after;  ///< [60]: 30 times (probability 0..10, level 0..9)
};

/// The first of the rows that form one chain to the last, where the target of a row is the clone of the next.
std::size_t chainBegin(const std::vector<ScheduleRow>& rows);

/// The segments of a schedule: of the rows from chainBegin() on; the first segment has the
/// policy before that row, segment r + 1 that after row r, none where it would have no epoch. Throws Error if
/// there are no rows, they fall, or end behind `epochs`.
/// returns  the "segments" of a file of format uada-policy-schedule
Json scheduleSegments(const std::vector<ScheduleRow>& rows, int epochs, const std::string& place);

struct Published {
  std::vector<NamedLiteral> policies;  ///< in our formats, or with the problem that they have
  std::vector<LeftOut> passed;         ///< what is no list of literals, or no part of a schedule
};

/// A file as an author published it, as Json in our formats: one for each policy in it. Nothing in it is run.
/// A list that is wrong has a problem, which names file and entry, and leaves the others be.
///   Fast AutoAugment's archive.py, DADA's genotype.py, AutoAugment's policies.py: lists of sub-policies of
///   (name, probability, level), also as Fast AutoAugment's search prints them, one as JSON, or several in a
///   JSON object; the level may be None where the op has none
///   Population Based Augmentation's schedules: lines of [target, clone, epochs, epochs, policy, policy], as
///   JSON or as Python's literals
/// levels  found: whole levels of which one exceeds 1 mean aa10, shares of which one is written with a point
///         mean faa. Where all are written 0 or 1 either may be meant: such a list has a problem that names
///         both readings, but for one whose ops have no levels (faa)
/// epochs  that a schedule of lines was made for
/// throws  LimitError for more than 100 policies or 1,000 lines; Error for a schedule that is wrong, for two
///         lists of one name, and if there is no policy
Published fromPublished(std::string_view text, const std::string& place, int epochs,
                        Levels levels = Levels::found);

/// Whether a JSON object of a file holds lists of sub-policies rather than one policy in our formats.
bool holdsLists(const Json& json);

}  // namespace uada
