#pragma once

#include "core/augment/FramedSpace.h"
#include "core/augment/found/FoundPolicy.h"

namespace uada {

/// Plans of a policy file. Draws of a chain, in this order for ever:
///   sub-policies: which one (drawn, too, where only one is looked at); of each of its ops whether it
///     fires, then what drawnStep() draws
///   segments: how many are to fire; then ops in random order, each: which of those left, whether it
///     fires; of those that fire, which alone stand in the plan, what drawnStep() draws
///   elements: whether the image is augmented; of each op which element, then what drawnStep() draws
///   stages: which sub-policy (likewise); of each stage which of its ops, whether it fires, then what
///     drawnStep() draws
class FoundSpace : public FramedSpace {
 public:
  FoundSpace(FoundPolicy policy, const FrameSettings& frame, const PolicyContext& context);

 private:
  void drawChain(Plan& plan, Random& random, int epoch) const override;
  void drawSubpolicy(Plan& plan, Random& random, int epoch) const;
  void drawSegment(Plan& plan, Random& random, int epoch) const;
  void drawElements(Plan& plan, Random& random, int epoch) const;
  void drawStages(Plan& plan, Random& random) const;
  void addOp(Plan& plan, const PolicyOp& op, bool fired, Random& random) const;
  Part drawOp(const PolicyOp& op, Random& random) const;

  FoundPolicy policy_;
  int epochs_;
  std::optional<std::size_t> only_;  ///< PolicyContext::subpolicy
};

}  // namespace uada
