#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/augment/ChangeList.h"
#include "core/augment/Input.h"
#include "core/augment/PartKind.h"
#include "core/augment/Plan.h"
#include "core/augment/PolicyFile.h"
#include "core/base/Philox.h"
#include "core/data/Target.h"
#include "core/settings/Choice.h"
#include "core/settings/Settings.h"

namespace uada {

/// The coordinates of a plan that UADA moves together: those of its part of this name, or of one op of its
/// chain.
struct Group {
  /// Of PartKind::group: the place of the first kind that has it in partKinds().
  std::uint8_t kind = 0;
  /// The step of the chain that moves, as a group of its own (chain_probe=each); -1: another part, or a step
  /// that is drawn for each probe.
  std::int8_t position = -1;
  friend bool operator==(const Group&, const Group&) = default;
};
/// "flip", "crop", "chain", "cutout".
/// throws  UsageError listing the known names
Group groupNamed(std::string_view name);
Group stepGroup(int position);
std::string groupName(Group group);  ///< "flip", "crop", "chain", "cutout", "step 1", "step 2" ...
/// Whether the group moves a level of the chain.
bool isChain(Group group);
/// Whether it is switched on or off (PartKind::toggles).
bool toggles(Group group);
/// The same of a name as stored; false for a name that no group has.
bool toggles(std::string_view group);
/// The title of a group by its name as stored: "Light and colour" of "photometric"; "Step 2" of a step, and
/// likewise of a name that no group has.
std::string groupTitle(std::string_view group);
/// The part of a plan that the group moves; null: none. position: of a chain: the step
const Part* partOf(const Plan& plan, Group group, int position);

constexpr int kMaxCoordinates = 4;

/// A plan with one group, or one coordinate of it, moved by delta.
struct Probe {
  Plan plan;  ///< raw coordinates, perhaps out of range
  /// Of each coordinate `units` units up or down: a level, a pixel, of a resized crop several pixels; of a
  /// toggle +-1; 0: not moved
  std::array<std::int16_t, kMaxCoordinates> delta{};
  std::int8_t units = 1;  ///< the size of delta
  /// Of the group: crop 2 (row, col); flip 1; chain 1 (level); cutout 4; 0: no move.
  std::uint8_t coordinates = 0;
  std::int8_t position = -1;  ///< chain: which step was moved; -1: none
  bool inert = false;         ///< the moved op takes no value, or there was nothing to move: the same image
  bool clamped = false;       ///< a moved coordinate was out of range and is clamped when used
  bool unchanged = false;     ///< after clamping every coordinate equals the original: dL is exactly 0
};

/// A candidate: the plan moved by epsilon along the estimated gradient's sign.
struct Candidate {
  Plan plan;
  bool clamped = false;
};

/// A distribution over plans plus, per group, how to perturb, update and clamp it.
/// Immutable; any thread may use it.
class Space {
 public:
  virtual ~Space() = default;

  /// The groups that UADA moves, in candidate order; empty: nothing to adapt.
  virtual std::vector<Group> groups() const = 0;
  /// Draws every random choice of one sample, once.
  /// epoch   from 1; of policies that change over the training (PolicyContext::epochs)
  /// source  of this image; empty: of all images as the policy's context says
  /// boxes   of its objects, source pixels: what a policy may keep in the picture
  Plan sample(Random& random, int epoch = 1, ImageSize source = {}, BoxesView boxes = {}) const {
    return drawAround(random, epoch, source, boxes);
  }
  /// Probes that the estimate of one group's gradient takes: 1 that moves all its coordinates, or 1 for each
  /// of them.
  virtual int probes(Group group) const = 0;
  /// Those of all groups.
  int probes() const;
  /// Moves one group by delta = +-`units` units (fair coins from `random`); the flip is toggled.
  /// number  0 .. probes(group) - 1: where there are several, the one coordinate that is moved
  /// units   of the probe, 1 .. 9
  virtual Probe probe(const Plan& plan, Group group, Random& random, int number = 0, int units = 1) const = 0;
  /// Equation (5): coordinate += epsilon * sign(dL / delta), in units and toward zero where fractional;
  /// sign(0) = 0. The flip keeps the toggle only if dL > 0. epsilon >= 0; with 0 the result equals `plan`.
  /// probes  of the group, all of them, in order
  /// dL      of each probe: its loss minus that of `plan`
  virtual Candidate update(const Plan& plan, std::span<const Probe> probes, Group group,
                           std::span<const float> dL, double epsilon) const = 0;
  /// The same of a group with one probe.
  Candidate update(const Plan& plan, const Probe& probe, Group group, float dL, double epsilon) const {
    return update(plan, {&probe, 1}, group, {&dL, 1}, epsilon);
  }
  /// The plan with every coordinate in its range: the one that is rendered.
  virtual Plan clamped(const Plan& plan) const = 0;
  /// Whether its plans may mix labels (Op::mixesLabels).
  virtual bool mixesLabels() const { return false; }
  /// What a plan does to its sample: where showSame() says so of two, their pixels are equal.
  virtual ChangeList changes(const Plan& plan) const = 0;
  /// Whether its plans are of images of any size; else of those as large as the input.
  virtual bool takesAnySize() const { return false; }

  /// The raw coordinates of one group, as recorded with a decision: crop row, col, of either kind; flip 0/1;
  /// chain: the level at `position`; cutout l, t, r, b.
  static std::vector<int> coordinates(const Plan& plan, Group group, int position);

 protected:
  virtual Plan draw(Random& random, int epoch, ImageSize source) const = 0;
  /// Of policies that look at the objects; the others draw without.
  virtual Plan drawAround(Random& random, int epoch, ImageSize source, BoxesView /*boxes*/) const {
    return draw(random, epoch, source);
  }
};

/// What a policy must know of the images.
struct PolicyContext {
  Input input;
  int epochs = 1;         ///< of the whole training: schedules are stretched to it
  ImageSize source = {};  ///< of the data set's images: resized crops are drawn in it; empty: as the input
  /// Of a written policy with sub-policies: the only one that is drawn from, to look at it alone. The other
  /// draws stay those of the whole policy.
  std::optional<std::size_t> subpolicy = {};
  /// Of a policy that is a file: this one, wherever its name may lead; null: by name.
  const PolicyFile* file = nullptr;
};

struct FoundPolicy;

/// A catalogue entry of `policies.def`.
struct Policy {
  std::string name, title, source;
  std::vector<FieldValue> (*fields)() = nullptr;
  Choice::Read read = nullptr;
  std::unique_ptr<Space> (*make)(const Choice& policy, const PolicyContext& context) = nullptr;
  /// Of policies that are written down: what they draw from. Throws Error as make() does.
  FoundPolicy (*written)(const Choice& policy) = nullptr;
  bool isFile = false;  ///< its settings `file` and `sha256` name a policy file
  /// Of the images with such targets it is the usual policy; none: of labels the method has its own.
  std::optional<TargetKind> usualFor = {};
  /// Says what has several ways to be said in one, where a policy is newly given: a preset as the values that
  /// it stands for. Null: nothing has. given: as it was before it was completed; throws UsageError if it
  /// contradicts itself.
  void (*resolve)(Choice& policy, const Json& given, const std::string& where) = nullptr;
};
/// An entry whose settings are the struct S; what it does is added by its source.
template <class S>
Policy policyEntry(const char* name, const char* title, const char* source) {
  return {name, title, source, [] { return fieldsOf<S>(); }, &readChoice<S>};
}
const std::vector<Policy>& policies();
const Policy& findPolicy(std::string_view name);
/// The name of the usual policy of images with such targets; empty: that of the method.
std::string usualPolicyFor(TargetKind target);
/// By name or as an object with `name` and settings. Throws UsageError. where: for messages
Choice policyFromJson(const Json& json, const std::string& where);
/// The space of the policy's plans.
inline std::unique_ptr<Space> makeSpace(const Choice& policy, const PolicyContext& context = {}) {
  return findPolicy(policy.name).make(policy, context);
}

}  // namespace uada
