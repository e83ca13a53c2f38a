#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/Json.h"
#include "core/engine/Reports.h"

/// A decision as a line of JSON that stands for itself, and how it is read back to be drawn.
namespace uada {

/// Where a decision comes from: with this its line says which pixels were trained on.
struct DecisionOrigin {
  std::string run;       ///< key
  std::string dataset;   ///< name in the catalogue
  int trainLimit = 0;    ///< DataSettings::trainLimit: the sample's number counts in the images it leaves
  std::string dataHash;  ///< StateReport::dataHash of the attempt; empty: not recorded
};

/// A decision as 'uada export --what decisions' writes it, without the pictures. Quantities that the run does
/// not have are null.
/// throws  Error if the winner is none of its groups
Json decisionToJson(const Decision& decision, const DecisionOrigin& origin);

/// A plan that a person gives to be replayed, and what is said with it.
struct PlanLine {
  enum class Kind { plan, sample, decision };
  Kind kind = Kind::plan;              ///< a plan alone, or the line of a sample or of a decision
  Plan plan;                           ///< of a decision the one that was trained on
  std::string winner;                  ///< of a decision: "unperturbed", or the group whose candidate won
  std::int64_t step = 0;               ///< of a decision
  std::string run;                     ///< of a decision, its key; empty: not said
  std::optional<std::uint32_t> index;  ///< of the training image, in those that trainLimit leaves
  std::string pixelHash;               ///< of the plan's pixels; empty: not said
  std::string dataset;                 ///< name in the catalogue; empty: not said, as in older lines
  int trainLimit = 0;
  std::string trainHash;  ///< of the files of the training images; empty: not said
};

/// text   JSON of a plan, or a line that 'uada sample --json' or 'uada export --what decisions' writes
/// place  for messages: the file's name
/// throws Error naming place and key
PlanLine planLineFromText(std::string_view text, const std::string& place);
/// "the candidate of chain, which was trained on at step 5 of run 3fa2c1d0"; else "the plan in the given
/// line", "the given plan".
std::string lineText(const PlanLine& given);

/// Why the images that a given plan is drawn from are not those that it was made for, or why that cannot be
/// known, in one sentence; empty: they are, or the plan stands alone.
/// dataset    name in the catalogue of what is drawn from; empty: a picture that belongs to none
/// trainHash  of the files of its training images
std::string foreignText(const PlanLine& given, std::string_view dataset, std::string_view trainHash);

}  // namespace uada
