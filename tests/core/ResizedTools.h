#pragma once

#include "tests/core/AugmentTools.h"

/// What the tests of random resized crops share.
namespace uada::test {

constexpr ImageSize kSource{50, 37};  ///< larger than the network's input

inline std::unique_ptr<Space> resizedSpace(std::string_view policy, const QByteArray& more = {},
                                           int side = kSide, ImageSize source = kSource) {
  const QByteArray settings = R"({"crop":"resized")" + (more.isEmpty() ? "" : "," + more) + "}";
  return makeSpace(policy, settings.constData(), side, 1, source);
}

/// A resized crop by the names of its numbers.
struct ResizedCrop {
  int row = 0, col = 0, height = 1, width = 1;
  ImageSize source{1, 1};
  Filter filter = Filter::bilinear;
  friend bool operator==(const ResizedCrop&, const ResizedCrop&) = default;
};

inline Plan planWith(const ResizedCrop& part) {
  Plan plan;
  plan.add(resizedCropPart(part.row, part.col, {part.width, part.height}, part.source, part.filter));
  return plan;
}

/// That of a plan, which must have one.
inline ResizedCrop resizedOf(const Plan& plan) {
  const Part& part = *plan.find("resized_crop");
  return {part.at[0],   part.at[1],        part.size[0],
          part.size[1], *sourceSize(plan), static_cast<Filter>(part.style)};
}

inline Probe probedCrop(const Space& space, const Plan& plan, std::uint32_t index) {
  Random random(7, 1, index, Purpose::probe);
  return space.probe(plan, groupNamed("crop"), random);
}

/// One row a policy that can draw a resized crop.
inline void policyRows() {
  QTest::addColumn<QString>("policy");
  const auto isCrop = [](const FieldValue& one) { return one.field.name == "crop"; };
  for (const Policy& policy : policies())
    if (std::ranges::any_of(policy.fields(), isCrop))
      QTest::newRow(policy.name.c_str()) << QString::fromStdString(policy.name);
}

}  // namespace uada::test
