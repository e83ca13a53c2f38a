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

inline Plan planWith(const ResizedCrop& part) {
  Plan plan;
  plan.resizedCrop = part;
  return plan;
}

inline Probe probedCrop(const Space& space, const Plan& plan, std::uint32_t index) {
  Random random(7, 1, index, Purpose::probe);
  return space.probe(plan, Group::crop, random);
}

/// One row a policy.
inline void policyRows() {
  QTest::addColumn<QString>("policy");
  for (const Policy& policy : policies())
    QTest::newRow(policy.name.c_str()) << QString::fromStdString(policy.name);
}

}  // namespace uada::test
