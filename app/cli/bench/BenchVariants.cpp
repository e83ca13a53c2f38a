#include <fmt/core.h>

#include <thread>

#include "app/cli/bench/RenderBench.h"
#include "app/cli/bench/Rendering.h"
#include "core/augment/Space.h"
#include "core/base/Philox.h"

namespace uada::cli {
namespace {

constexpr double kMostMicros = 62;
constexpr double kLeastScaling = 1.8;
/// One thread alone that gets less of a core than this shares it with other work.
constexpr double kLeastShare = 0.95;

/// The plans that one step of UADA renders for each sample, as the released code does: unperturbed, then a
/// probe and a candidate for each of the four groups. Variant-major.
std::vector<Plan> uadaPlans(const Space& space, std::uint32_t samples) {
  std::vector<Plan> base, all;
  for (std::uint32_t i = 0; i < samples; ++i) {
    Random random(1, 1, i, Purpose::plan);
    base.push_back(space.clamped(space.sample(random)));
  }
  all = base;
  for (const Group group : space.groups()) {
    std::vector<Plan> candidates;
    for (std::uint32_t i = 0; i < samples; ++i) {
      Random random(1, 1, i, Purpose::probe);
      const Probe probe = space.probe(base[i], group, random);
      all.push_back(space.clamped(probe.plan));
      candidates.push_back(
          space.clamped(space.update(base[i], probe, group, random.coin() ? 1.0F : -1.0F, 1).plan));
    }
    all.insert(all.end(), candidates.begin(), candidates.end());
  }
  return all;
}

/// A batch with the nine variants of each of its samples.
struct Variants {
  explicit Variants(int side) : data(madeUpImages({side, side})), settings(batchSettings(side)) {
    const auto space = makeSpace(policyFromJson("uada-cifar", "bench"), {.input = settings.input});
    plans = uadaPlans(*space, static_cast<std::uint32_t>(data.size()));
    out.resize(plans.size() * data.view(0).bytes());
  }
  std::size_t each() const { return plans.size() / data.size(); }

  ResidentDataset data;
  RenderSettings settings;
  std::vector<Plan> plans;
  std::vector<float> out;
};

/// Compares our numbers with the reference's. False, and why in the line: it cannot be timed.
bool prepareReference(Reference& reference, const Variants& variants, bool released, BenchLine& line) {
  using Library = Reference::Library;
  line.missing = released ? reference.absence({Library::pillow, Library::numpy, Library::torchvision})
                          : reference.absence({Library::pillow});
  if (!line.missing.empty()) return false;
  reference.show(variants.data);
  const auto answer = reference.ask(Json::Object{{"do", "variants"},
                                                 {"released", released},
                                                 {"plans", plansJson(variants.plans)},
                                                 {"pad", variants.settings.input.pad},
                                                 {"mean", numbers(variants.settings.mean)},
                                                 {"deviation", numbers(variants.settings.deviation)}});
  if (!answer.problem.empty()) {
    line.failed = (released ? "released script: " : "Pillow: ") + answer.problem;
    return false;
  }
  compare(line, variants.out, answer.data);
  if (answer.head.find("untimed")) {
    line.missing = "compared, but not timed: " + reference.absence({Library::numpy});
    return false;
  }
  line.result.reference = fmt::format("{}, {}", reference.title(Library::pillow),
                                      released ? "torch" : reference.title(Library::numpy));
  return true;
}

std::string noteOf(bool released) {
  return fmt::format(
      "A sample: the nine variants of UADA (crop, flip, two ops, Cutout, numbers about 0) of the same plans. "
      "Ours: float32, into the batch. Theirs: {}, one variant after another",
      released ? "the stations of the released script, tensor to image to tensor, in torch, numpy and Pillow"
               : "as little Python as it needs, in Pillow and numpy");
}

/// released  beside the released script's way instead of the leanest
void benchNine(RenderBench& bench, int side, bool released, const std::string& name) {
  Variants variants(side);
  ThreadPool pool(1);
  const Renderer renderer(variants.data, variants.settings, pool);
  const std::vector<std::uint32_t> indices = allOf(variants.data);
  const auto render = [&] { renderer.render(indices, variants.plans, variants.out.data()); };
  render();
  BenchLine line;
  line.result.name = name;
  line.note = noteOf(released);
  const bool compares = prepareReference(bench.reference(), variants, released, line);
  std::vector<Arm> arms{{timed(cpuSeconds, render), static_cast<double>(variants.data.size())}};
  if (compares) arms.push_back(bench.reference().arm());
  const StealWatch steal;
  const Measured measured = bench.measure(arms);
  putMicros(line, measured);
  line.imagesPerSecond = 1e6 * static_cast<double>(variants.each()) / line.result.value;
  if (side == 32) judgeMost(line, measured.micros[0], kMostMicros, "us", steal.share());
  bench.add(std::move(line));
}

void benchHalf(RenderBench& bench, int side, const std::string& name) {
  const Variants variants(side);
  std::vector<std::uint16_t> out(variants.out.size());
  ThreadPool pool(1);
  const Renderer renderer(variants.data, variants.settings, pool);
  const std::vector<std::uint32_t> indices = allOf(variants.data);
  BenchLine line;
  line.result.name = name;
  line.note = "The same nine variants, numbers in bfloat16";
  putMicros(line,
            bench.measure({{timed(cpuSeconds, [&] { renderer.render(indices, variants.plans, out.data()); }),
                            static_cast<double>(variants.data.size())}}));
  line.imagesPerSecond = 1e6 * static_cast<double>(variants.each()) / line.result.value;
  bench.add(std::move(line));
}

void benchPlain(RenderBench& bench, int side, const std::string& name) {
  const ResidentDataset data = madeUpImages({side, side});
  ThreadPool pool(1);
  const Renderer renderer(data, batchSettings(side), pool);
  const std::vector<std::uint32_t> indices = allOf(data);
  std::vector<float> out(data.rgb.size());
  BenchLine line;
  line.result.name = name;
  line.note = "An image as it is, only turned into numbers about 0, float32";
  putMicros(line, bench.measure({{timed(cpuSeconds, [&] { renderer.plain(indices, out.data()); }),
                                  static_cast<double>(data.size())}}));
  line.imagesPerSecond = 1e6 / line.result.value;
  bench.add(std::move(line));
}

/// How much faster two threads (the first arm) are than one.
void putScaling(BenchLine& line, const Measured& measured) {
  putValue(line, measured.ratios[1], "times");
  line.note = fmt::format(
      "Nine variants at 32 x 32 pixels on two threads ({:.1f} us a sample) and on one ({:.1f} us), "
      "by the clock on the wall",
      measured.micros[0].median, measured.micros[1].median);
}

}  // namespace

void benchVariants(RenderBench& bench, int side) {
  bench.section(fmt::format("variants at {0} x {0} pixels", side));
  for (const bool released : {false, true}) {
    const std::string name = fmt::format("render.uada9{}.{}", released ? "_released" : "", side);
    if (bench.wanted(name)) benchNine(bench, side, released, name);
  }
  const std::string half = fmt::format("render.uada9_bf16.{}", side);
  if (bench.wanted(half)) benchHalf(bench, side, half);
  const std::string plain = fmt::format("render.plain.{}", side);
  if (bench.wanted(plain)) benchPlain(bench, side, plain);
}

void benchScaling(RenderBench& bench) {
  const std::string name = "render.scaling.2";
  bench.section("two threads");
  if (!bench.wanted(name)) return;
  Variants variants(32);
  const std::vector<std::uint32_t> indices = allOf(variants.data);
  ThreadPool two(2), one(1);
  const Renderer wide(variants.data, variants.settings, two), narrow(variants.data, variants.settings, one);
  const auto items = static_cast<double>(variants.data.size());
  const auto render = [&](const Renderer& r) { r.render(indices, variants.plans, variants.out.data()); };
  CoreShare core;  // of the blocks on one thread
  BenchLine line;
  line.result.name = name;
  line.result.threads = 2;
  const StealWatch steal;
  const Measured measured = bench.measure({{timed(wallSeconds, [&] { render(wide); }), items},
                                           {timedWithShare(core, [&] { render(narrow); }), items}});
  putScaling(line, measured);
  if (std::thread::hardware_concurrency() < 2)
    line.missing = "this machine has one core";
  else
    judgeLeast(line, measured.ratios[1], kLeastScaling, "times", steal.share());
  if (line.missing.empty() && core.share() < kLeastShare)
    line.met = fmt::format("not judged: other work took {:.0f} % of a core", 100 * (1 - core.share()));
  bench.add(std::move(line));
}

}  // namespace uada::cli
