#include "core/augment/FramedSpace.h"

#include <fmt/core.h>

#include "core/augment/Parts.h"
#include "core/base/Error.h"

namespace uada {

void FrameSettings::visit(SettingsVisitor& v) {
  crop.visit(v);
  v.field(
      {.name = "order",
       .title = "Order",
       .help =
           "Ops before crop and flip, as the AutoAugment family, or after, as UADA; "
           "usual: before a padded crop, after a resized one; in Adversarial AutoAugment's space after both",
       .choices = {"usual", "chain_first", "crop_first"},
       .advanced = true,
       .unless = {{"crop", "resized"}}},
      order);
  cutout.visit(v, "The data set's mean, or black before normalisation, as UADA", {"mean", "black"});
  v.field(
      {.name = "outside",
       .title = "Outside shows",
       .help = "What ops and crop uncover and the op cutout erases: each op's colour, or the data set's mean "
               "where no later op makes it opaque, as the AutoAugment authors' code",
       .choices = {"colour", "mean"},
       .advanced = true},
      outside);
  probing.visit(v);
}

void FramedOps::visit(SettingsVisitor& v) {
  v.field({.name = "ops",
           .title = "Ops",
           .help = "Operations for each image, drawn with replacement",
           .min = 1,
           .max = kMaxSteps},
          ops);
  frame.visit(v);
}

void sayUsualOrder(Choice& policy, const Json&, const std::string&) {
  const bool isResized = policy.settings().at("crop") == Json("resized");
  if (policy.settings().at("order") == Json(isResized ? "crop_first" : "chain_first"))
    policy.set("order", "usual");
}

FramedSpace::FramedSpace(const FrameSettings& frame, const PolicyContext& context, Grid grid, int steps)
    : PlanSpace(context, frame.crop, frame.probing),
      frame_(frame),
      order_(frame.crop.orderOf(frame.order)),
      grid_(grid),
      steps_(steps) {
  if (steps > kMaxSteps)
    throw UsageError(fmt::format("a chain of {} ops, at most {} allowed", steps, kMaxSteps));
}

Part drawnStep(std::size_t op, int level, Random& random) {
  const int sign = random.sign();
  Part step = stepPart(op, level, sign);
  if (ops()[op].hasPlace) {
    step.x = static_cast<float>(random.next() >> 8) * 0x1p-24f;  // below 1 in single precision, too
    step.y = static_cast<float>(random.next() >> 8) * 0x1p-24f;
  }
  if (ops()[op].hasPartner) step.partner = random.next();
  return step;
}

Part drawnShareStep(std::size_t op, double share, Random& random) {
  Part step = drawnStep(op, levelOfShare(share), random);
  step.found = share;
  return step;
}

Plan FramedSpace::draw(Random& random, int epoch, ImageSize source) const {
  Plan plan;
  plan.grid = grid_;
  plan.setOrder(order_);
  plan.outside = frame_.outside == "mean" ? Outside::mean : Outside::colour;
  drawChain(plan, random, epoch);
  drawCrop(plan, random, source);
  const bool flip = random.coin();
  plan.add(flipPart(flip));
  if (frame_.cutout.on) {
    plan.add(drawBox(random, frame_.cutout.size));
    plan.boxFill = frame_.cutout.boxFill();
  }
  return plan;
}

}  // namespace uada
