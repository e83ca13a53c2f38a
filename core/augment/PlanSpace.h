#pragma once

#include "core/augment/Clamp.h"
#include "core/augment/Space.h"

namespace uada {

/// How plans made of whole pixels and levels are probed, updated and clamped, as the UADA authors' code does
/// (methods.md 1.2, "probe", "update", "clamping"). A policy adds how plans are drawn and which groups move.
class PlanSpace : public Space {
 public:
  Probe probe(const Plan& plan, Group group, Random& random) const override;
  Candidate update(const Plan& plan, const Probe& probe, Group group, float dL,
                   double epsilon) const override;
  Plan clamped(const Plan& plan) const override { return clampPlan(plan, bounds_); }

 protected:
  explicit PlanSpace(const PlanBounds& bounds) : bounds_(bounds) {}

  /// Row, then column, uniform in 0..2*pad.
  Crop drawCrop(Random& random) const;
  const PlanBounds& bounds() const { return bounds_; }

 private:
  bool isClamped(const Plan& plan, Group group, int position) const;
  PlanBounds bounds_;
};

}  // namespace uada
