#pragma once

#include "core/augment/PlanSpace.h"
#include "core/ops/Op.h"

namespace uada {

/// What the AutoAugment family does around its ops: crop and flip, and a Cutout box.
struct FrameSettings {
  CropSettings crop;
  std::string order = "usual";
  CutoutSettings cutout;
  std::string outside = "colour";
  ProbeSettings probing;

  void visit(SettingsVisitor& v);
};

/// Of a policy that draws `ops` ops, each for itself, and puts the frame around them.
struct FramedOps {
  int ops = 2;
  FrameSettings frame;

  void visit(SettingsVisitor& v);
};

/// Policy::resolve of the family: the order that is usual with the crop is said as `usual`.
void sayUsualOrder(Choice& policy, const Json& given, const std::string& where);

/// A policy that draws a chain of ops and puts the family's frame around it.
/// Draws, in this order for ever: the chain; the crop (PlanSpace::drawCrop), flip; the box's left and top.
class FramedSpace : public PlanSpace {
 public:
  std::vector<Group> groups() const override { return allGroups(steps_, frame_.cutout.on); }

 protected:
  /// steps  the most that a chain has
  FramedSpace(const FrameSettings& frame, const PolicyContext& context, Grid grid, int steps);

  /// Adds at most the stated number of steps, made by drawnStep().
  virtual void drawChain(Plan& plan, Random& random, int epoch) const = 0;
  Grid grid() const { return grid_; }

 private:
  Plan draw(Random& random, int epoch, ImageSize source) const final;

  FrameSettings frame_;
  RenderOrder order_;
  Grid grid_;
  int steps_;
};

/// A step that fired. Draws the sign; of ops with a place x, y; of ops with a partner its number.
Part drawnStep(std::size_t op, int level, Random& random);
/// The same on a continuous grid. share: of its range, 0 to 1
Part drawnShareStep(std::size_t op, double share, Random& random);

}  // namespace uada
