#include "app/cli/bench/Rendering.h"

#include <numeric>

namespace uada::cli {

RenderSettings batchSettings(int side) {
  RenderSettings settings;
  settings.input = squareInput(side, side / 8);
  settings.mean = {0.4914f, 0.4822f, 0.4465f};
  settings.deviation = {0.247f, 0.2435f, 0.2616f};
  return settings;
}

std::vector<std::uint32_t> allOf(const Dataset& data) {
  std::vector<std::uint32_t> indices(data.size());
  std::iota(indices.begin(), indices.end(), 0U);
  return indices;
}

Json plansJson(const std::vector<Plan>& plans) {
  Json all = Json::array();
  for (const Plan& plan : plans) all.push(toJson(plan));
  return all;
}

Json numbers(const std::array<float, 3>& values) {
  return Json::Array{double{values[0]}, double{values[1]}, double{values[2]}};
}

void putValue(BenchLine& line, const Spread& spread, const char* unit) {
  line.result.unit = unit;
  line.result.value = spread.median;
  line.low = spread.low;
  line.high = spread.high;
}

void putMicros(BenchLine& line, const Measured& measured, std::size_t reference) {
  putValue(line, measured.micros[0], "us");
  if (reference >= measured.micros.size()) return;
  line.result.referenceValue = measured.micros[reference].median;
  line.result.ratio = measured.ratios[reference].median;
  line.ratioLow = measured.ratios[reference].low;
  line.ratioHigh = measured.ratios[reference].high;
}

}  // namespace uada::cli
