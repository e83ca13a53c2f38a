#include "app/cli/bench/RenderBench.h"

#include <fmt/core.h>
#include <fnmatch.h>

#include <cstdlib>
#include <thread>

#include "core/base/Error.h"
#include "core/base/Philox.h"
#include "core/base/Text.h"

namespace uada::cli {
namespace {

constexpr int kSides[] = {32, 64, 224};

/// About as many bytes at each size, so that a ring of them lies beyond the first cache as a batch does.
std::uint32_t imagesOf(int side) { return side <= 32 ? 128 : side <= 64 ? 64 : 16; }

std::string loadText() {
  double load[3] = {};
  return ::getloadavg(load, 3) == 3 ? fmt::format("{:.2f} {:.2f} {:.2f}", load[0], load[1], load[2])
                                    : "unknown";
}

/// "16 of 17 targets met; op.solarize_add.32: not met"; empty: there were none.
std::string targetsText(const std::vector<BenchLine>& lines) {
  std::size_t met = 0;
  std::vector<std::string> others;
  for (const BenchLine& line : lines) {
    if (line.met == "met")
      ++met;
    else if (!line.met.empty())
      others.push_back(fmt::format("; {}: {}", line.result.name, line.met));
  }
  const std::size_t all = met + others.size();
  if (all == 0) return "";
  return fmt::format("{} of {} target{} met{}", met, all, all == 1 ? "" : "s", joined(others, ""));
}

}  // namespace

RenderBench::RenderBench(const BenchOptions& options, const Console& console, BenchLines& lines)
    : console_(console), lines_(lines), only_(options.only), seconds_(options.seconds), load_(loadText()) {
  console_.note(fmt::format("load {}; reference: {}", load_, reference_.summary()));
}

bool RenderBench::wanted(const std::string& name) {
  if (!only_.empty() && ::fnmatch(only_.c_str(), name.c_str(), 0) != 0) return false;
  if (!section_.empty()) console_.note("measuring " + std::exchange(section_, {}));
  return true;
}

void RenderBench::add(BenchLine line) {
  if (line.differs) different_.push_back(line.result.name);
  if (!line.failed.empty()) failed_.push_back(line.result.name);
  lines_.add(std::move(line));
}

void RenderBench::finish() {
  if (lines_.all().empty())
    throw UsageError(
        fmt::format("--only '{}' leaves nothing; names are such as op.rotate.32, render.uada9.32", only_));
  const double steal = 100 * steal_.share();
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  console_.object("machine", Json::Object{{"cores", cores},
                                          {"load_before", load_},
                                          {"load_after", loadText()},
                                          {"steal_percent", steal},
                                          {"reference", reference_.summary()}});
  lines_.finish();
  console_.say(
      fmt::format("{} cores, load {} before and {} after, {:.1f} % of the time stolen by the host\n"
                  "reference: {}\n{}",
                  cores, load_, loadText(), steal, reference_.summary(), targetsText(lines_.all())));
  if (steal > 100 * kMostSteal)
    console_.note("warning: the host gave much of the time to others; measure again when it is quiet");
  std::vector<std::string> problems;
  if (!different_.empty())
    problems.push_back("the output differs from the reference's in " + joined(different_, ", "));
  if (!failed_.empty()) problems.push_back("the reference failed in " + joined(failed_, ", "));
  if (!problems.empty()) throw Error(joined(problems, "; "));
}

ResidentDataset madeUpImages(ImageSize size, std::uint32_t images) {
  const auto [width, height] = size;
  const int longest = std::max(width, height);
  ResidentDataset data;
  data.width = width;
  data.height = height;
  data.classCount = 10;
  for (std::uint32_t i = 0; i < (images > 0 ? images : imagesOf(longest)); ++i) {
    Random random(1, 0, i, Purpose::test);
    const std::uint32_t slopes[] = {random.below(8), random.below(8), random.below(8)};
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x)
        for (const std::uint32_t slope : slopes)
          data.rgb.push_back(static_cast<std::uint8_t>(40 + (x * slope + y * (8 - slope)) * 20 / longest +
                                                       random.below(16)));
    data.labels.push_back(static_cast<std::int32_t>(i % 10));
  }
  return data;
}

void benchRender(const BenchOptions& options, const Console& console, BenchLines& lines) {
  RenderBench bench(options, console, lines);
  for (const int side : kSides) {
    benchVariants(bench, side);
    benchPolicies(bench, side);
  }
  benchChains(bench);
  benchScaling(bench);
  for (const int side : kSides) benchOps(bench, side);
  benchBesideOpenCv(bench);
  bench.finish();
}

}  // namespace uada::cli
