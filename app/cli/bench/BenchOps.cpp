#include <fmt/core.h>

#include <cstring>

#include "app/cli/bench/OpCases.h"
#include "app/cli/bench/RenderBench.h"
#include "app/cli/bench/Rendering.h"

namespace uada::cli {
namespace {

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

std::string lineName(int side, const OpCase& c) { return fmt::format("op.{}.{}", c.name, side); }

void applyTo(Ring& ring, const OpCase& c, std::size_t i) {
  Sampling sampling = c.sampling;
  if (c.op->hasPartner) sampling.other = ring.image(i + 1);
  c.op->apply(ring.image(i), ring.result(i), c.value, sampling);
}

Arm oursOf(Ring& ring, const OpCase& c) {
  return {timed(cpuSeconds, [&ring, &c, i = std::size_t{0}]() mutable { applyTo(ring, c, i++); })};
}

Arm memcpyOf(Ring& ring) {
  return {timed(cpuSeconds, [&ring, i = std::size_t{0}]() mutable {
    std::memcpy(ring.result(i).rgb, ring.image(i).rgb, ring.image(i).bytes());
    ++i;
  })};
}

/// Tells Python about the op; its results are compared with ours. False, and why in the line: there is none.
bool prepareReference(Reference& reference, Ring& ring, const OpCase& c, BenchLine& line) {
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

void benchOp(RenderBench& bench, Ring& ring, const OpCase& c) {
  BenchLine line;
  line.result.name = lineName(ring.data.width, c);
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
  std::vector<OpCase> cases = opCases(side);
  std::erase_if(cases, [&](const OpCase& c) { return !bench.wanted(lineName(side, c)); });
  const bool copies = bench.wanted(fmt::format("memcpy.{}", side));
  if (cases.empty() && !copies) return;
  Ring ring(side);
  if (copies) benchMemcpy(bench, ring);
  for (const OpCase& c : cases) benchOp(bench, ring, c);
}

}  // namespace uada::cli
