#pragma once

#include <QtTest>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "core/augment/Renderer.h"
#include "core/augment/Space.h"
#include "core/data/ResidentDataset.h"
#include "tests/core/PlanTools.h"

/// What the tests of core/augment share.
namespace uada::test {

constexpr int kSide = 32, kPad = 4;

/// Every policy of the catalogue with its defaults, and more settings of those that differ by them.
struct SpaceCase {
  std::string name, policy, settings;
};
/// withGiven  also every found policy in the folder that UADA_TEST_POLICIES names
inline std::vector<SpaceCase> spaceCases(bool withGiven = true) {
  std::vector<SpaceCase> cases;
  for (const Policy& policy : policies()) cases.push_back({policy.name, policy.name, "{}"});
  const auto add = [&](const char* policy, const char* name, const char* settings) {
    cases.push_back({std::string(policy) + " " + name, policy, settings});
  };
  add("uada-cifar", "each", R"({"chain_probe":"each"})");
  add("uada-cifar", "skip inert", R"({"skip_inert":true})");
  add("crop-flip", "resized", R"({"crop":"resized","resize_filter":"bicubic"})");
  add("uada-cifar", "resized", R"({"crop":"resized","cutout":false})");
  add("autoaugment", "imagenet, torchvision", R"({"table":"imagenet","grid":"tv10"})");
  add("autoaugment", "imagenet, resized",
      R"({"table":"imagenet","grid":"tv10","crop":"resized","cutout":false})");
  add("autoaugment", "svhn, DeepVoltaire", R"({"table":"svhn","grid":"dv10","order":"crop_first"})");
  add("autoaugment", "as published, each",
      R"({"grid":"aa10-published","chain_probe":"each","skip_inert":true})");
  add("randaugment", "16 ops", R"({"grid":"ra30","preset":"cifar10-wrn-28-10","cutout_fill":"black"})");
  add("randaugment", "16 ops as published", R"({"grid":"ra30-published","ops":8})");
  add("trivialaugment", "ra", R"({"space":"ra"})");
  add("trivialaugment", "torchvision", R"({"space":"tv-wide","cutout":false})");
  add("found", "timed", R"({"file":"example-timed"})");
  add("found", "segments", R"({"file":"example-segments"})");
  const std::filesystem::path given = qEnvironmentVariable("UADA_TEST_POLICIES").toStdString();
  if (withGiven && !given.empty())
    for (const auto& entry : std::filesystem::directory_iterator(given))
      if (entry.path().extension() == ".json" && entry.path().stem() != "MANIFEST")
        add("found", entry.path().stem().c_str(), (R"({"file":")" + entry.path().string() + "\"}").c_str());
  add("autoaugment", "mean outside", R"({"outside":"mean"})");
  add("uada-cifar", "as the family", R"({"order":"chain_first","cutout_fill":"mean"})");
  add("found", "elements", R"({"file":"example-elements"})");
  add("uada-cifar", "coordinatewise", R"({"coordinatewise":true})");
  add("uada-cifar", "resized, coordinatewise, each",
      R"({"crop":"resized","coordinatewise":true,"chain_probe":"each"})");
  add("found", "stages", R"({"file":"example-stages"})");
  add("found", "stages as published", R"({"file":"example-stages","as_published":true})");
  return cases;
}
/// Rows for a data function: columns policy and settings.
inline void addSpaceRows() {
  QTest::addColumn<QString>("policy");
  QTest::addColumn<QString>("settings");
  for (const SpaceCase& one : spaceCases())
    QTest::newRow(one.name.c_str()) << QString::fromStdString(one.policy)
                                    << QString::fromStdString(one.settings);
}

inline std::unique_ptr<Space> makeSpace(std::string_view policy, const char* settings = "{}",
                                        int side = kSide, int epochs = 1, ImageSize source = {}) {
  const std::string name(policy);
  return makeSpace(findPolicy(policy).read(name, parseJson(settings, "test"), "test"),
                   {squareInput(side, kPad), epochs, source});
}

inline Random planStream(std::uint32_t index, std::uint64_t seed = 7, std::uint32_t epoch = 1) {
  return {seed, epoch, index, Purpose::plan};
}

/// Of an image with two objects, for the spaces that look at them.
inline Plan samplePlan(const Space& space, std::uint32_t index, std::uint64_t seed = 7, int epoch = 1) {
  static const Boxes boxes{{2, 3, 14, 12, 0}, {20, 18, 30, 29, 1}};
  Random random = planStream(index, seed);
  return space.sample(random, epoch, {}, boxes);
}

/// The sample of docs/methods.md, "A worked example". Which ops its chain has is not said there.
inline Plan examplePlan() {
  Plan plan;
  plan.set(cropPart(4, 7));
  plan.set(flipPart(false));
  plan.add(makeStep("rotate", 3));
  plan.add(makeStep("color", 9, -1));
  plan.set(cutoutPart(2, 20, 18, 32));
  return plan;
}

/// CRC-32 of zlib's polynomial, as the golden vectors of OpGolden.h have it.
inline std::uint32_t crc32(const std::vector<std::uint8_t>& bytes) {
  std::uint32_t crc = ~0u;
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
  }
  return ~crc;
}

/// Pictures made by a generator of 32 bits; the first of 32 x 32 pixels is its input picture.
inline ResidentDataset makeData(ImageSize size, int count) {
  ResidentDataset data;
  data.width = size.width;
  data.height = size.height;
  data.classCount = 2;
  std::uint32_t state = 1;
  for (int n = 0; n < count; ++n) {
    data.labels.push_back(n % 2);
    for (int y = 0; y < size.height; ++y)
      for (int x = 0; x < size.width; ++x)
        for (int c = 0; c < 3; ++c) {
          state = 1664525u * state + 1013904223u;
          const int noise = state >> 24 & 63, base = (5 * x * (c + 1) + 3 * y * (3 - c) + 17 * c) % 193;
          data.rgb.push_back(static_cast<std::uint8_t>(base + noise));
        }
  }
  return data;
}
inline ResidentDataset makeData(int side, int count) { return makeData(ImageSize{side, side}, count); }

inline RenderSettings settingsOf(int side) {
  RenderSettings settings;
  settings.input.height = settings.input.width = side;
  settings.mean = {0.5f, 0.4f, 0.3f};
  settings.deviation = {0.25f, 0.5f, 1.0f};
  return settings;
}

struct Batch {
  std::vector<std::uint32_t> indices;
  std::vector<Plan> plans;  ///< variant-major
};

/// All probes of one group.
inline std::vector<Probe> probesOf(const Space& space, const Plan& plan, Group group, Random& random) {
  std::vector<Probe> probes;
  for (int number = 0; number < space.probes(group); ++number)
    probes.push_back(space.probe(plan, group, random, number));
  return probes;
}

/// The batch of one UADA step: of each sample the plan, its probes and its candidates.
inline Batch uadaBatch(const Space& space, std::size_t count) {
  Batch batch;
  std::vector<std::vector<Plan>> variants(1 + space.groups().size() +
                                          static_cast<std::size_t>(space.probes()));
  for (std::uint32_t index = 0; index < count; ++index) {
    batch.indices.push_back(index);
    const Plan plan = samplePlan(space, index);
    Random random(7, 1, index, Purpose::probe);
    std::size_t variant = 0;
    variants[variant++].push_back(plan);
    for (const Group group : space.groups()) {
      const std::vector<Probe> probes = probesOf(space, plan, group, random);
      const std::vector<float> dL(probes.size(), index % 2 ? 1 : -1);
      for (const Probe& probe : probes) variants[variant++].push_back(probe.plan);
      variants[variant++].push_back(space.update(plan, probes, group, dL, 1).plan);
    }
  }
  for (const auto& plans : variants) batch.plans.insert(batch.plans.end(), plans.begin(), plans.end());
  return batch;
}

}  // namespace uada::test
