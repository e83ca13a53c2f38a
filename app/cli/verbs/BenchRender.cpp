#include <fmt/core.h>

#include "app/cli/BenchLines.h"
#include "core/augment/Renderer.h"
#include "core/augment/Space.h"
#include "core/base/Philox.h"
#include "core/engine/methods/Method.h"
#include "core/ops/Op.h"

namespace uada::cli {
namespace {

constexpr std::uint64_t kSeed = 1;
constexpr std::uint32_t kBatch = 128;
constexpr double kMicro = 1e6;

/// Soft blobs with a little noise: neither flat nor pure noise, which would favour or punish single ops.
Dataset madeUpImages(int side, std::uint32_t count) {
  Dataset data;
  data.width = data.height = side;
  data.classes = 10;
  for (std::uint32_t i = 0; i < count; ++i) {
    Random random(kSeed, 0, i, Purpose::test);
    const std::uint32_t slopes[] = {random.below(8), random.below(8), random.below(8)};
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x)
        for (const std::uint32_t slope : slopes)
          data.rgb.push_back(
              static_cast<std::uint8_t>(40 + (x * slope + y * (8 - slope)) * 20 / side + random.below(16)));
    data.labels.push_back(static_cast<std::int32_t>(i % 10));
  }
  return data;
}

BenchResult result(std::string name, double microseconds) {
  BenchResult result;
  result.name = std::move(name);
  result.value = microseconds;
  result.unit = "us";
  result.device = "cpu";
  return result;
}

void benchOps(int side, BenchLines& lines) {
  const Dataset data = madeUpImages(side, 1);
  Image out(side, side);
  Sampling sampling;
  sampling.fill = {128, 128, 128};
  for (const Op& op : ops()) {
    const double value = op.hasValue ? op.valueAt(Grid::uc10, 6, 1, side) : 0;
    const double seconds = secondsOf([&] { op.apply(data.image(0), out.span(), value, sampling); });
    lines.add(result(fmt::format("op.{}.{}", op.name, side), kMicro * seconds));
  }
}

/// The plans that one step of UADA renders for a sample: unperturbed, then a probe and a candidate for each
/// group.
std::vector<Plan> uadaPlans(const Space& space, const std::vector<Plan>& plans, std::uint32_t batch) {
  std::vector<Plan> all = plans;
  for (const Group group : space.groups()) {
    std::vector<Plan> candidates;
    for (std::uint32_t i = 0; i < batch; ++i) {
      Random random(kSeed, 1, i, Purpose::probe);
      const Probe probe = space.probe(plans[i], group, random);
      all.push_back(space.clamped(probe.plan));
      candidates.push_back(
          space.clamped(space.update(plans[i], probe, group, random.coin() ? 1.0F : -1.0F, 1).plan));
    }
    all.insert(all.end(), candidates.begin(), candidates.end());
  }
  return all;
}

void benchChains(int side, std::uint32_t batch, bool adaptive, const std::string& name, BenchLines& lines) {
  const Dataset data = madeUpImages(side, batch);
  RenderSettings settings;
  settings.side = side;
  settings.pad = side / 8;
  const Choice policy = findMethod("ra-uc").policy(Json::object());
  const auto space = findPolicy(policy.name).make(policy.settings, {.side = side, .pad = settings.pad});
  std::vector<Plan> plans;
  std::vector<std::uint32_t> indices;
  for (std::uint32_t i = 0; i < batch; ++i) {
    Random random(kSeed, 1, i, Purpose::plan);
    plans.push_back(space->clamped(space->sample(random)));
    indices.push_back(i);
  }
  if (adaptive) plans = uadaPlans(*space, plans, batch);
  std::vector<float> out(plans.size() * side * side * 3);
  ThreadPool pool(1);
  const Renderer renderer(data, settings, pool);
  const double seconds = secondsOf([&] { renderer.render(indices, plans, out.data()); });
  lines.add(result(name, kMicro * seconds / batch));
}

}  // namespace

void benchRender(BenchLines& lines) {
  benchChains(32, kBatch, true, "render.uada9.32", lines);
  benchChains(32, kBatch, false, "render.ra.32", lines);
  benchChains(224, 16, false, "render.ra.224", lines);
  benchOps(32, lines);
  benchOps(224, lines);
}

}  // namespace uada::cli
