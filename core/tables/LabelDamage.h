#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/engine/Engine.h"

/// Which augmented images a frozen network no longer recognises: whether augmentation that is made harder
/// still leaves the label true.
namespace uada {

/// The images that the network is shown of each decision, one after another: the original, the plan as it was
/// drawn, and the plan that was trained on.
std::vector<work::PlannedSample> imagesToJudge(std::span<const Decision> decisions);

/// What the network says of one decision.
struct JudgedDecision {
  std::size_t number = 0;  ///< among the decisions that were judged
  std::int64_t step = 0;
  std::uint32_t sample = 0;
  int label = 0;
  std::string winner;            ///< "unperturbed", or the group whose candidate was trained on
  std::vector<std::string> ops;  ///< names, of those that fired in the plan that was trained on; each once
  ClassChances original, drawn, trained;

  /// Loss that the augmentation adds: of the image trained on minus that of the original.
  double added() const { return trained.loss - original.loss; }
  /// The part of it that adapting added to the plan as it was drawn.
  double addedByAdapting() const { return trained.loss - drawn.loss; }
  bool isRecognised() const { return original.predicted() == label; }
  /// Recognised as it is, and no longer as it was trained on.
  bool isLost() const { return isRecognised() && trained.predicted() != label; }
  /// Lost, although the plan as it was drawn is recognised.
  bool isLostByAdapting() const { return isLost() && drawn.predicted() == label; }
};

/// Decisions that have something in common.
struct DamageRow {
  std::string name;        ///< of the op; of a class its number; empty: all decisions
  int decisions = 0;       ///< with an original that is recognised or not
  int recognised = 0;      ///< originals; `lost` are some of these
  int lost = 0;            ///< JudgedDecision::isLost()
  int lostByAdapting = 0;  ///< JudgedDecision::isLostByAdapting()
  double added = 0;        ///< mean of JudgedDecision::added()
  double addedByAdapting = 0;
  /// Share of the recognised ones that were lost, 0..1; NaN: none was recognised.
  double lostShare() const;
};

struct LabelDamage {
  std::vector<JudgedDecision> decisions;  ///< the largest added loss first; what has none last
  DamageRow all;
  std::vector<DamageRow> ops, classes;  ///< the largest share first
};
/// said  of each of imagesToJudge(), in their order
LabelDamage labelDamage(std::span<const Decision> decisions, std::span<const ClassChances> said);

/// A decision as a row of what 'uada damage' and the window write.
Json judgedJson(const JudgedDecision& judged);

/// The same number for the window and the command line: "12 of 480 (2.5 %)".
std::string lostText(const DamageRow& row);

}  // namespace uada
