#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/augment/Space.h"
#include "core/augment/Stages.h"
#include "core/augment/found/FoundPolicy.h"
#include "core/data/LabelPicture.h"
#include "core/engine/DecisionLine.h"
#include "widgets/panels/ops/OpsModel.h"

namespace uada {

/// A policy as the chain view offers it: one of the catalogue, or a policy file by name.
struct PolicyChoice {
  std::string title;
  std::string policy;       ///< name in the catalogue
  std::string file;         ///< of "found": its setting `file`
  std::string tip;          ///< where it comes from
  std::string problem;      ///< why it cannot be used; empty: it can
  std::string sha256 = {};  ///< of the policy file
  friend bool operator==(const PolicyChoice&, const PolicyChoice&) = default;
};
/// The catalogue's, but for "found", then every policy file that is installed.
std::vector<PolicyChoice> policyChoices();
/// The fields of its settings with their defaults; without the file, which is chosen by the choice itself.
std::vector<FieldValue> fieldsOf(const PolicyChoice& choice);
/// Whether what is drawn depends on the epoch.
bool followsEpochs(const FoundPolicy& policy);
/// Whether its plans may have ops that do not fire.
/// written  what it draws from, where that is written down
bool hasGates(const PolicyChoice& choice, const std::optional<FoundPolicy>& written);
/// "rotate 2 (70 %) + translate x 9 (30 %)"; without ops that are never applied.
std::string listText(const FoundPolicy& policy, const std::vector<PolicyOp>& list);
/// The same of a sub-policy; of one of stages the ops that each may draw: "62 % rotate 0.31 or 30 % invert".
std::string subpolicyText(const FoundPolicy& policy, std::size_t number);
/// What is in use in an epoch, in words: "list 3 of 12, epochs 41 to 60 of 200: ...".
std::string epochText(const FoundPolicy& policy, int epoch, int epochs);

/// A picture in data sets, as the renderer takes it.
struct ChainSource {
  std::shared_ptr<const Dataset> square;  ///< for plans with a padded crop, or none
  std::shared_ptr<const Dataset> whole;   ///< for plans with a resized crop
  std::uint32_t index = 0;                ///< in both
  RenderSettings render;
  std::vector<ClassColour> colours;  ///< of the classes, for label maps and boxes
  std::string note;  ///< what was done to a file's picture to make it square; of a sample empty
};
/// A sample stays where it lies, so that its plans and pixels are those of training. A file is a data set of
/// one image; to make it square its middle is cut out and resized (bilinear, antialiased).
/// side  of a file's square, pixels; 0: its own, at most kMostChainSide
ChainSource chainSource(const OpsPicture& picture, int side);
constexpr int kMostChainSide = 512;
/// The set that a plan is rendered from.
const std::shared_ptr<const Dataset>& renderedFrom(const ChainSource& source, const Plan& plan);
/// What the plan is applied to, in words: "The middle 50 × 50 of 90 × 50 px"; of a sample empty.
std::string sourceText(const ChainSource& source, const Plan& plan);

/// Whether the picture is the one that a line names.
bool isPictureOf(const PlanLine& line, const OpsPicture& picture);
/// What is replayed, and whether the picture or its data set is another than the line's, in words.
std::string lineNote(const PlanLine& line, const OpsPicture& picture);

/// What a plan is drawn with: all that training has, so that the plan is the one of a run with that seed.
struct ChainDraw {
  std::int64_t seed = 1;
  int epoch = 1, epochs = 200;
  std::optional<std::size_t> subpolicy = {};  ///< none: as drawn
  bool everyOpFires = false;
};

/// A policy that is drawn from. Its file may be large: it is read once, and the space is made once for all
/// draws with the same settings on the same picture.
class ChainPolicy {
 public:
  explicit ChainPolicy(PolicyChoice choice) : choice_(std::move(choice)) {}

  /// fields  those of fieldsOf() as they are set. Throws Error: then there is nothing to draw from.
  void setFields(const Json& fields);
  /// What it draws from, where it is written down.
  const std::optional<FoundPolicy>& written() const { return written_; }
  /// After setFields(). Throws Error.
  Plan draw(const ChainDraw& draw, const ChainSource& source);

 private:
  PolicyChoice choice_;
  std::optional<PolicyFile> file_;
  std::optional<FoundPolicy> written_;
  Choice policy_;
  PolicyContext context_;  ///< of space_
  std::unique_ptr<Space> space_;
};

/// Throws Error, also for a resized crop that was drawn for another size.
std::vector<Stage> stagesOf(const ChainSource& source, const Plan& plan);

/// What gives the pixels of one of these stages, of an op, in the op explorer.
OpSetting openedStage(const ChainSource& source, const Plan& plan, const Stage& stage);

}  // namespace uada
