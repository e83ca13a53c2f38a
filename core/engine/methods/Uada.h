#pragma once

#include <algorithm>

#include "core/engine/methods/MethodEntry.h"

namespace uada {

/// Universal Adaptive Data Augmentation (Xu & Zhao, IJCAI 2023, Algorithm 1) in the authors' released form
/// (docs/methods.md, "UADA"): per sample, one group moved per candidate, the hardest is trained on.
struct Uada {
  static constexpr const char* kName = "uada";
  static constexpr const char* kTitle = "UADA";
  static constexpr const char* kSource = "Xu & Zhao, IJCAI 2023; authors' code";
  static constexpr const char* kPolicy = "uada-cifar";
  static constexpr PolicySetting kPolicySetting = PolicySetting::other;

  int epsilon = 1;
  int delta = 1;
  bool includeUnperturbed = true;
  std::string granularity = "sample";
  std::string update = "gradient";
  std::string selection = "hardest";
  std::string estimator = "forward";
  std::string mode = "parity";
  std::string norm = "usual";
  std::string precision = "usual";
  std::string noise = "usual";
  std::string candidates = "usual";
  bool oneSided = false;
  double probedShare = 1;
  int probeEvery = 1;

  bool perBatch() const { return granularity == "batch"; }
  bool probes() const { return update != "random"; }
  bool isFast() const { return mode == "fast"; }
  /// Whether images that are the same share a row. With statistics of each forward's own rows a loss depends
  /// on what else is in it: then all variants are whole.
  bool reuses() const { return isFast() && norm != "train" && norm != "probe"; }
  /// Whether both candidates of a group can be rendered before its probe's loss is known.
  /// hasOneProbe  each group has, for all its coordinates
  bool takesBoth(bool hasOneProbe) const { return probes() && estimator != "central" && hasOneProbe; }
  /// Whether a trial decides.
  bool choosesPrecision() const { return isFast() && precision == "usual"; }

  void visit(SettingsVisitor& v) {
    v.field({.name = "epsilon",
             .title = "Step",
             .help = "ε of equation (5): levels, or pixels for crop and cutout (1, 2 or 3 in Table 7)",
             .min = 0,
             .max = 9,
             .live = true},
            epsilon);
    v.field({.name = "delta",
             .title = "Probe",
             .help = "δ of equation (2): levels, or pixels for crop and cutout; a flip is toggled",
             .min = 1,
             .max = 9,
             .later = true,
             .live = true,
             .unless = {{"epsilon", 0}, {"update", "random"}}},
            delta);
    v.field({.name = "include_unperturbed",
             .title = "Unperturbed is a candidate",
             .help = "As in the authors' code; off: Algorithm 1 to the letter",
             .advanced = true,
             .live = true,
             .unless = {{"epsilon", 0}}},
            includeUnperturbed);
    v.field({.name = "granularity",
             .title = "Decided for",
             .help = "Each sample by itself, or a batch as one: one plan, moved by the mean loss",
             .choices = {"sample", "batch"},
             .advanced = true,
             .later = true,
             .unless = {{"epsilon", 0}}},
            granularity);
    v.field({.name = "update",
             .title = "Move",
             .help = "Along the estimated gradient, against it, or at random without probes",
             .choices = {"gradient", "against", "random"},
             .advanced = true,
             .later = true,
             .live = true,
             .unless = {{"epsilon", 0}}},
            update);
    v.field({.name = "selection",
             .title = "Train on",
             .help = "Candidate with the largest or the smallest loss",
             .choices = {"hardest", "easiest"},
             .advanced = true,
             .later = true,
             .live = true,
             .unless = {{"epsilon", 0}}},
            selection);
    visitEstimate(v);
    visitSpeed(v);
  }
  /// What is known of the gradient, and for which samples and steps.
  void visitEstimate(SettingsVisitor& v) {
    v.field(
        {.name = "mode",
         .title = "Mode",
         .help =
             "parity: every forward as in the authors' code. fast: the same decisions for less: no image "
             "is computed twice, statistics of the unperturbed batch for all, bfloat16 where it is faster",
         .choices = {"parity", "fast"},
         .later = true,
         .unless = {{"epsilon", 0}}},
        mode);
    v.field({.name = "estimator",
             .title = "Gradient",
             .help = "How dL is found: one probe a group, loss minus the unperturbed loss; two probes, moved "
                     "both ways; or one probe that moves all groups at once",
             .choices = {"forward", "central", "joint"},
             .advanced = true,
             .later = true,
             .unless = {{"epsilon", 0}, {"update", "random"}}},
            estimator);
    v.field(
        {.name = "one_sided",
         .title = "One-sided",
         .help = "An approximation: a group moves only where dL is positive; in fast mode, with a step as "
                 "large as the probe, all candidates are then known",
         .advanced = true,
         .later = true,
         .live = true,
         .unless = {{"epsilon", 0}, {"update", "random"}}},
        oneSided);
    v.field(
        {.name = "probed_share",
         .title = "Probed samples",
         .help = "An approximation: the share of a batch, drawn for each sample and epoch, that is probed; "
                 "the others are trained on as drawn",
         .min = 0.01,
         .max = 1,
         .advanced = true,
         .later = true,
         .live = true,
         .unless = {{"epsilon", 0}, {"granularity", "batch"}, {"mode", "parity"}}},
        probedShare);
    v.field({.name = "probe_every",
             .title = "Probe every",
             .help = "An approximation: only every so many steps is there a choice; the others train on the "
                     "plans as drawn",
             .min = 1,
             .max = 1000,
             .advanced = true,
             .later = true,
             .live = true,
             .unless = {{"epsilon", 0}}},
            probeEvery);
  }
  /// How the losses that are compared are computed.
  void visitSpeed(SettingsVisitor& v) {
    v.field(
        {.name = "norm",
         .title = "Batch normalisation",
         .help = "Of forwards that only compare: statistics of each batch (train: they also move the running "
                 "ones; probe), of the unperturbed batch (base), or the running ones (eval). usual: train "
                 "in parity, base in fast mode",
         .choices = {"usual", "train", "probe", "base", "eval"},
         .advanced = true,
         .later = true,
         .unless = {{"epsilon", 0}}},
        norm);
    v.field(
        {.name = "precision",
         .title = "Precision of probes",
         .help = "Of forwards that only compare. usual: float32 in parity; in fast mode what was faster in a "
                 "trial at the start, which the log tells",
         .choices = {"usual", "float32", "bf16"},
         .advanced = true,
         .later = true,
         .unless = {{"epsilon", 0}}},
        precision);
    v.field({.name = "noise",
             .title = "Dropout's noise",
             .help = "A draw for each forward, or one for all forwards of a sample in a step. usual: own in "
                     "parity, common in fast mode",
             .choices = {"usual", "own", "common"},
             .advanced = true,
             .later = true,
             .unless = {{"epsilon", 0}}},
            noise);
    v.field(
        {.name = "candidates",
         .title = "Candidates rendered",
         .help =
             "Of each group the one that the sign of dL asks for, when it is known (asked), or both before "
             "(both): the step then waits for its device once. The decisions are the same "
             "(docs/methods.md, Cost). usual: both on a GPU",
         .choices = {"usual", "asked", "both"},
         .advanced = true,
         .later = true,
         .unless = {{"epsilon", 0}, {"update", "random"}, {"estimator", "central"}}},
        candidates);
  }
  static Adapted adapted(const Uada& settings) {
    if (settings.epsilon == 0) return {Adapting::nothing, "epsilon 0"};
    if (!settings.probes()) return {Adapting::moves, "update random"};
    return {Adapting::probes};
  }
  /// In fast mode about what is computed; in parity: 1 + P probe forwards, P probes of N groups (P = N unless
  /// the policy probes each coordinate), N candidate forwards, one training step; as many chains as forwards
  /// without gradient, as a CPU renders them (docs/methods.md, "Cost"). A random update has no probes.
  /// Epsilon 0, and a policy without groups, is the plain policy.
  static Passes passes(const Uada& settings, int groups, int probes, int switched) {
    if (settings.epsilon == 0 || groups == 0) return {};
    const int asked = !settings.probes() ? 0 : settings.estimator == "joint" ? 1 : probes;
    const int opposite = settings.estimator == "central" ? asked - std::min(asked, switched) : 0;
    const double before = asked + opposite;
    const double candidates = settings.reuses() ? unknownCandidates(settings, groups) : groups;
    const bool hasBoth = settings.candidates == "both" && settings.takesBoth(probes == groups);
    const double rendered = hasBoth ? bothCandidates(settings, groups, switched) : candidates;
    const double compared = 1 + settings.probedShare * (before + (settings.reuses() ? rendered : candidates));
    const double chains = 1 + settings.probedShare * (before + rendered);
    const double share = 1.0 / settings.probeEvery;
    return {compared * share, 1, 1, chains * share + 1 - share};
  }
  /// Both of each group, without those that are the unperturbed image or, in fast mode, their probe.
  static double bothCandidates(const Uada& settings, int groups, int switched) {
    const bool areProbes = settings.reuses() && settings.epsilon == settings.delta;
    const double up = areProbes && settings.estimator == "forward" ? 0 : groups, down = groups - switched;
    if (settings.oneSided) return settings.update == "against" ? down : up;
    return up + down;
  }
  /// With epsilon = delta every second candidate is its probe, whose loss is known; with opposite probes all
  /// are.
  static double unknownCandidates(const Uada& settings, int groups) {
    if (settings.epsilon != settings.delta || !settings.probes() || settings.estimator == "joint")
      return groups;
    return settings.oneSided || settings.estimator == "central" ? 0 : groups / 2.0;
  }
};

}  // namespace uada
