#include "app/cli/BenchLines.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>

#include "core/base/Text.h"
#include "core/store/Records.h"

namespace uada::cli {
namespace {

using Align = TextTable::Align;

/// Four digits are more than a repeat agrees on.
std::string valueText(double value) {
  return value >= 10'000 ? groupedText(static_cast<long long>(value + 0.5)) : fmt::format("{:#.4g}", value);
}

}  // namespace

BenchLines::BenchLines(const Console& console)
    : console_(console),
      cpu_(currentManifest().cpu),
      table_({{"name"},
              {"value", Align::right},
              {"unit"},
              {"reference"},
              {"value", Align::right},
              {"ratio", Align::right},
              {"threads", Align::right},
              {"device"}}) {}

void BenchLines::add(const BenchResult& result) {
  const bool compared = !result.reference.empty();
  const std::string device = result.device.empty() ? "cpu" : result.device;
  table_.add({result.name, valueText(result.value), result.unit, compared ? result.reference : "-",
              compared ? valueText(result.referenceValue) : "-",
              compared ? fmt::format("{:.2f}", result.ratio) : "-", std::to_string(result.threads), device});
  Json json = Json::Object{{"name", result.name}, {"value", result.value}, {"unit", result.unit}};
  if (compared) {
    json["reference"] = result.reference;
    json["reference_value"] = result.referenceValue;
    json["ratio"] = result.ratio;
  }
  json["threads"] = result.threads;
  json["cpu"] = cpu_;
  json["device"] = device;
  console_.object("bench", json);
}

void BenchLines::finish() const { console_.say(table_.text() + "on " + cpu_); }

double secondsOf(const std::function<void()>& call) {
  using Clock = std::chrono::steady_clock;
  const auto timed = [&](long calls) {
    const auto start = Clock::now();
    for (long i = 0; i < calls; ++i) call();
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  long calls = 1;
  double span = timed(calls);
  while (span < 0.02) span = timed(calls *= 2);
  double least = span;
  for (int i = 0; i < 6; ++i) least = std::min(least, timed(calls));
  return least / static_cast<double>(calls);
}

}  // namespace uada::cli
