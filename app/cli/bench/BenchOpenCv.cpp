#include <fmt/core.h>

#include <cstdlib>
#include <opencv2/core.hpp>
#include <opencv2/core/utility.hpp>

#include "app/cli/bench/OpenCvCalls.h"
#include "app/cli/bench/RenderBench.h"
#include "app/cli/bench/Rendering.h"
#include "core/images/OpenCv.h"

namespace uada::cli {
namespace {

constexpr int kSide = 224;

/// Two images and the one place for results, of both sides: what a step of a pipeline meets in the second
/// cache.
struct Pair {
  ResidentDataset data = madeUpImages({kSide, kSide});
  Image out{kSide, kSide};
  ImageView image(std::size_t i) const { return data.view(i % 2); }
};

/// OpenCV has no view that cannot be written to; an image is only read through it.
cv::Mat matOf(ImageView image) {
  return {image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.rgb)};
}

void applyOurs(Pair& pair, const OpCase& c, std::size_t i) {
  Sampling sampling = c.sampling;
  if (c.op->hasPartner) sampling.other = pair.image(i + 1);
  c.op->apply(pair.image(i), pair.out.span(), c.value, sampling);
}

void applyTheirs(Pair& pair, const OpenCvCall& call, std::size_t i) {
  cv::Mat out = matOf(pair.out.view());
  call.run(matOf(pair.image(i)), matOf(pair.image(i + 1)), out);
}

/// How far the bytes of the first image lie apart, on average: that both sides do the same work.
double meanDifference(Pair& pair, const OpCase& c, const OpenCvCall& call) {
  applyOurs(pair, c, 0);
  const std::vector<std::uint8_t> ours = pair.out.rgb;
  applyTheirs(pair, call, 0);
  double sum = 0;
  for (std::size_t i = 0; i < ours.size(); ++i) sum += std::abs(int{ours[i]} - int{pair.out.rgb[i]});
  return sum / static_cast<double>(ours.size());
}

void benchBeside(RenderBench& bench, Pair& pair, const OpCase& c, const std::string& name) {
  BenchLine line;
  line.result.name = name;
  std::vector<Arm> arms{{timed(cpuSeconds, [&, i = std::size_t{0}]() mutable { applyOurs(pair, c, i++); })}};
  const std::vector<OpenCvCall> calls = openCvCalls(c, kSide);
  for (const OpenCvCall& call : calls)
    arms.push_back({timed(cpuSeconds, [&, i = std::size_t{0}]() mutable { applyTheirs(pair, call, i++); })});
  const StealWatch steal;
  const Measured measured = bench.measure(arms);
  std::size_t fastest = 1;
  for (std::size_t a = 2; a < arms.size(); ++a)
    if (measured.micros[a].median < measured.micros[fastest].median) fastest = a;
  putMicros(line, measured, fastest);
  if (calls.empty()) {
    line.missing = "OpenCV has no call for it";
  } else {
    const OpenCvCall& call = calls[fastest - 1];
    line.result.reference = fmt::format("OpenCV {}, {}", cv::getVersionString(), call.name);
    line.output = fmt::format("{:.2f} apart", meanDifference(pair, c, call));
    judgeLeast(line, measured.ratios[fastest], 1, "times", steal.share());
  }
  line.note =
      "One thread, results in memory that is there already, images in the second cache. OpenCV's fastest "
      "call "
      "for the same work; its result lies so far from ours, which is Pillow's, on the average of all bytes";
  bench.add(std::move(line));
}

}  // namespace

void benchBesideOpenCv(RenderBench& bench) {
  bench.section(fmt::format("operations beside OpenCV at {0} x {0} pixels", kSide));
  keepOpenCvSerial();
  Pair pair;
  for (const OpCase& c : opCases(kSide)) {
    const std::string name = fmt::format("opencv.{}.{}", c.name, kSide);
    if (bench.wanted(name)) benchBeside(bench, pair, c, name);
  }
}

}  // namespace uada::cli
