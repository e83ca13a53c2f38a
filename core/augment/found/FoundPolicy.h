#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/Json.h"
#include "core/ops/Grid.h"

namespace uada {

/// An op of a written policy.
struct PolicyOp {
  std::uint16_t op = 0;  ///< index into ops()
  double level = 0;  ///< whole; on a continuous grid any, of Faster AutoAugment's as it was found: -1 to 3
  double probability = 1;  ///< that it is applied
};

/// What a policy file says (docs/formats.md, "Policy file"): the four forms that are called its formats.
///   uada-policy            sub-policies, one drawn for each image; with a schedule: of those named for
///                          the epoch
///   uada-policy-schedule   Population Based Augmentation: of each segment of epochs a list of ops; how
///                          many of them are applied is drawn
///   uada-element-schedule  DDAS: for each part of the training a distribution over elements and the
///                          probability that an image is augmented
///   uada-policy-stages     Faster AutoAugment: sub-policies, one drawn for each image; each is a row of
///                          stages, of which each draws one of its ops by weight
struct FoundPolicy {
  enum class Kind { subpolicies, segments, elements, stages };
  /// Epochs from..to-1 of `epochs`, counted from 0, in which a list is used.
  struct Span {
    int from = 0, to = 0;
    std::size_t list = 0;
  };
  /// One part of a DDAS schedule; all parts are of equal length.
  struct Part {
    double applied = 1;              ///< probability that an image is augmented at all
    std::vector<double> cumulative;  ///< [elements], rising to exactly 1
  };

  std::string name, source;
  Kind kind = Kind::subpolicies;
  Grid grid = Grid::aa10;
  std::vector<std::vector<PolicyOp>>
      lists;                   ///< sub-policies; lists of segments; elements: the elements, one list;
                               ///< stages: the ops of stage j of sub-policy i, list i * opsPerImage + j
  std::vector<Span> schedule;  ///< of the lists; empty: all at any time
  int epochs = 0;              ///< that the schedule was written for; 0: none
  std::vector<double> counts;  ///< segments: probability of 0, 1, 2 ... applied ops
  std::vector<Part> parts;     ///< elements
  std::vector<std::vector<double>> cumulative;  ///< stages: weights of each list, rising to exactly 1
  int opsPerImage = 2;                          ///< elements; stages of a sub-policy
  int releasedLevel = -1;  ///< elements: the level that the authors' code really used; -1: none

  /// Sub-policies, segments or parts: what a list of policies says of its size.
  std::size_t count() const;
  /// Whether one of count() sub-policies is drawn for an image.
  bool hasSubpolicies() const { return kind == Kind::subpolicies || kind == Kind::stages; }
  /// The most ops that a plan of it has.
  int longest() const;
  /// The lists that are in use in an epoch.
  /// epoch  from 1, of `of` epochs in all, to which the schedule is stretched
  std::vector<std::size_t> listsAt(int epoch, int of) const;
  const Part& partAt(int epoch, int of) const;
};

constexpr std::size_t kMaxSubpolicies = 10'000;
/// Of Faster AutoAugment's magnitudes, which its search does not keep between 0 and 1.
constexpr double kLeastMagnitude = -1, kMostMagnitude = 3;

/// Strict: throws Error naming place and entry for unknown ops and keys, probabilities and levels out of
/// range, and more entries than are allowed.
/// place  the file's name, for messages
FoundPolicy foundPolicyFromJson(const Json& json, const std::string& place);

/// The op that a published policy means: "auto_contrast", "AutoContrast" and "autocontrast" are the same;
/// Cutout is the one of the grid's code. Throws UsageError listing the ops.
std::uint16_t publishedOp(std::string_view name, Grid grid);

/// The grid with the errors of the published code where it has one of its own, else the same grid.
Grid publishedGrid(Grid grid);

/// The policy as the authors' code has it: its grid with that code's errors, of elements the one level, of
/// Faster AutoAugment flips upside down and magnitudes that may lie beyond 0 to 1.
FoundPolicy asPublished(FoundPolicy policy);

/// Whether FoundSpace draws other plans from the policy as it was published.
bool hasPublishedErrors(const FoundPolicy& policy);

}  // namespace uada
