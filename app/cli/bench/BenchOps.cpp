#include <fmt/core.h>

#include <cstring>

#include "app/cli/bench/RenderBench.h"
#include "app/cli/bench/Rendering.h"
#include "core/ops/Op.h"

namespace uada::cli {
namespace {

/// A fill that is neither black nor grey, so that a wrong one shows.
constexpr std::array<std::uint8_t, 3> kFill{120, 130, 140};
/// Look-up tables are to take at most so many times a memory copy.
constexpr double kMostMemcpy = 2;

/// The images of one size and room for their results: a call takes the next of the ring.
struct Ring {
  explicit Ring(int side) : data(madeUpImages({side, side})), out(data.rgb.size()) {}
  ImageView image(std::size_t i) const { return data.view(i % data.size()); }
  ImageSpan result(std::size_t i) {
    const std::size_t bytes = data.view(0).bytes();
    return {out.data() + i % data.size() * bytes, data.width, data.height};
  }
  ResidentDataset data;
  std::vector<std::uint8_t> out;
};

struct Case {
  std::string name;
  const Op* op;
  double value;
  Sampling sampling;
};

/// About two thirds of the way to the strongest level, on the first grid that has the op.
double usualValue(const Op& op, int side) {
  for (const GridInfo& info : grids())
    if (op.hasValue && hasLevels(op, info.grid))
      return rawValue(op, info.grid, info.continuous ? 2.0 / 3 : static_cast<int>(info.top * 2 / 3), 1, side);
  return 0;
}

std::vector<Case> casesOf(int side) {
  std::vector<Case> cases;
  for (const Op& op : ops()) {
    const double value = usualValue(op, side);
    cases.push_back({fmt::format("op.{}.{}", op.name, side), &op, value, {kFill, Filter::nearest}});
    if (!op.geometric || !op.hasValue) continue;
    for (const Filter filter : {Filter::bilinear, Filter::bicubic})
      cases.push_back(
          {fmt::format("op.{}.{}.{}", op.name, filterName(filter), side), &op, value, {kFill, filter}});
  }
  return cases;
}

void applyTo(Ring& ring, const Case& c, std::size_t i) {
  Sampling sampling = c.sampling;
  if (c.op->hasPartner) sampling.other = ring.image(i + 1);
  c.op->apply(ring.image(i), ring.result(i), c.value, sampling);
}

Arm oursOf(Ring& ring, const Case& c) {
  return {timed(cpuSeconds, [&ring, &c, i = std::size_t{0}]() mutable { applyTo(ring, c, i++); })};
}

Arm memcpyOf(Ring& ring) {
  return {timed(cpuSeconds, [&ring, i = std::size_t{0}]() mutable {
    std::memcpy(ring.result(i).rgb, ring.image(i).rgb, ring.image(i).bytes());
    ++i;
  })};
}

/// Tells Python about the op; its results are compared with ours. False, and why in the line: there is none.
bool prepareReference(Reference& reference, Ring& ring, const Case& c, BenchLine& line) {
  line.missing = reference.absence({Reference::Library::pillow});
  if (!line.missing.empty()) return false;
  reference.show(ring.data);
  const auto& [red, green, blue] = c.sampling.fill;
  const auto answer = reference.ask(Json::Object{{"do", "op"},
                                                 {"op", c.op->name},
                                                 {"value", c.value},
                                                 {"filter", filterName(*c.sampling.filter)},
                                                 {"fill", Json::Array{int{red}, int{green}, int{blue}}},
                                                 {"x", c.sampling.x},
                                                 {"y", c.sampling.y}});
  if (!answer.problem.empty()) {
    line.failed = "Pillow: " + answer.problem;
    return false;
  }
  for (std::size_t i = 0; i < ring.data.size(); ++i) applyTo(ring, c, i);
  compare(line, ring.out, answer.data);
  line.result.reference = reference.title(Reference::Library::pillow);
  return true;
}

void benchOp(RenderBench& bench, Ring& ring, const Case& c) {
  BenchLine line;
  line.result.name = c.name;
  const bool compares = prepareReference(bench.reference(), ring, c, line);
  std::vector<Arm> arms{oursOf(ring, c), memcpyOf(ring)};
  if (compares) arms.push_back(bench.reference().arm());
  const StealWatch steal;
  const Measured measured = bench.measure(arms);
  putMicros(line, measured, 2);
  const Spread& share = measured.ratios[1];  // of memcpy to ours
  line.timesMemcpy = 1 / share.median;
  if (c.op->lookUp == LookUp::fixed)
    judgeMost(line, {1 / share.median, 1 / share.high, 1 / share.low}, kMostMemcpy, "x memcpy",
              steal.share());
  bench.add(std::move(line));
}

void benchMemcpy(RenderBench& bench, Ring& ring) {
  BenchLine line;
  line.result.name = fmt::format("memcpy.{}", ring.data.width);
  putMicros(line, bench.measure({memcpyOf(ring)}));
  line.note =
      "Operations and memcpy go round a ring of images, "
      "so that they read and write what the first cache does not hold";
  bench.add(std::move(line));
}

}  // namespace

void benchOps(RenderBench& bench, int side) {
  bench.section(fmt::format("operations at {0} x {0} pixels", side));
  std::vector<Case> cases = casesOf(side);
  std::erase_if(cases, [&](const Case& c) { return !bench.wanted(c.name); });
  const bool copies = bench.wanted(fmt::format("memcpy.{}", side));
  if (cases.empty() && !copies) return;
  Ring ring(side);
  if (copies) benchMemcpy(bench, ring);
  for (const Case& c : cases) benchOp(bench, ring, c);
}

}  // namespace uada::cli
