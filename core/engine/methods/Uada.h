#pragma once

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
  bool includeUnperturbed = true;
  std::string granularity = "sample";
  std::string update = "gradient";
  std::string selection = "hardest";

  bool perBatch() const { return granularity == "batch"; }
  bool probes() const { return update != "random"; }

  void visit(SettingsVisitor& v) {
    v.field({.name = "epsilon",
             .title = "Step",
             .help = "ε of equation (5): levels, or pixels for crop and cutout (1, 2 or 3 in Table 7)",
             .min = 0,
             .max = 9},
            epsilon);
    v.field({.name = "include_unperturbed",
             .title = "Unperturbed is a candidate",
             .help = "As in the authors' code; off: Algorithm 1 to the letter",
             .advanced = true,
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
             .unless = {{"epsilon", 0}}},
            update);
    v.field({.name = "selection",
             .title = "Train on",
             .help = "Candidate with the largest or the smallest loss",
             .choices = {"hardest", "easiest"},
             .advanced = true,
             .later = true,
             .unless = {{"epsilon", 0}}},
            selection);
  }
  static Adapted adapted(const Uada& settings) {
    if (settings.epsilon == 0) return {Adapting::nothing, "epsilon 0"};
    if (!settings.probes()) return {Adapting::moves, "update random"};
    return {Adapting::probes};
  }
  /// 1 + P probe forwards, P probes of N groups (P = N unless the policy probes each coordinate), N
  /// candidate forwards, one training step; as many chains as forwards without gradient (docs/methods.md,
  /// "Cost"). A random update has no probes. Epsilon 0, and a policy without groups, is the plain policy.
  static Passes passes(const Uada& settings, int groups, int probes) {
    if (settings.epsilon == 0 || groups == 0) return {};
    const double shown = 1.0 + groups + (settings.probes() ? probes : 0);
    return {shown, 1, 1, shown};
  }
};

}  // namespace uada
