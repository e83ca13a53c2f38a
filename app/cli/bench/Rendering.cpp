#include "app/cli/bench/Rendering.h"

#include <numeric>

namespace uada::cli {

RenderSettings batchSettings(int side) {
  RenderSettings settings;
  settings.side = side;
  settings.pad = side / 8;
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

void putMicros(BenchLine& line, const Measured& measured) {
  line.result.unit = "us";
  line.result.value = measured.micros[0].median;
  line.low = measured.micros[0].low;
  line.high = measured.micros[0].high;
  if (measured.micros.size() < 2) return;
  line.result.referenceValue = measured.micros[1].median;
  line.result.ratio = measured.ratios[1].median;
  line.ratioLow = measured.ratios[1].low;
  line.ratioHigh = measured.ratios[1].high;
}

}  // namespace uada::cli
