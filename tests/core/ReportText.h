#pragma once

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/engine/Reports.h"

// Each report as a text that shows every bit of every number: {:a} is exact and knows -0, NaN and the
// infinities.
namespace uada {

namespace detail {
class Texter {
 public:
  explicit Texter(bool withTimes) : withTimes_(withTimes) {}
  std::string text;
  template <class T>
  void key(const char*, const T& value) {
    text += fmt::format("{} ", value);
  }
  template <class T>
  void field(const char*, const T& value) {
    text += fmt::format("{} ", value);
  }
  void field(const char* name, double value) {
    if (withTimes_ || std::string_view(name).find("seconds") == std::string_view::npos)
      text += fmt::format("{:a} ", value);
  }
  void added(const char* name, double value, int) { field(name, value); }
  void passes(const char*, double value) { text += fmt::format("{} ", value); }
  void phase(const char*, double seconds) {
    if (withTimes_) text += fmt::format("{:a} ", seconds);
  }
  void total(double) {}
  /// By name: their order is the catalogue's.
  void metrics(const char* part, Metrics metrics) {
    std::ranges::sort(metrics, {}, &MetricValue::name);
    for (const MetricValue& metric : metrics)
      text += fmt::format("{} {} {:a} ", part, metric.name, metric.value);
  }

 private:
  bool withTimes_;
};
}  // namespace detail

/// withTimes  false: without what differs from run to run
template <class R>
  requires requires(R& r, detail::Texter& t) { R::visit(r, t); }
std::string text(const R& report, bool withTimes = true) {
  detail::Texter texter(withTimes);
  R::visit(report, texter);
  return texter.text;
}
inline std::string text(const PolicyReport& r) {
  detail::Texter texter(true);
  PolicyReport::visit(r, texter);
  for (const OpStatistics& op : r.ops) texter.text += '\n' + text(op);
  for (const GroupStatistics& group : r.groups) texter.text += '\n' + text(group);
  return texter.text;
}
inline std::string text(const Image& image) {
  return fmt::format("{}x{} {}", image.width, image.height, fmt::join(image.rgb, ","));
}
inline std::string text(const Decision& d) {
  std::string all = fmt::format("{} {} {} {} {} {:a} {} {}\n{}\n{}", d.step, d.epoch, d.index, d.label,
                                toJson(d.plan).dump(), d.unperturbedLoss, d.winner, d.pixelHash,
                                text(d.original), text(d.unperturbed));
  for (const GroupDecision& g : d.groups)
    all += fmt::format("\n{} {} {} {} {} {:a} {:a} {:a} {} {} {}\n{}", g.group, g.position,
                       fmt::join(g.before, ","), fmt::join(g.delta, ","), fmt::join(g.after, ","),
                       fmt::join(g.probeLoss, ","), fmt::join(g.dL, ","), g.candidateLoss, g.inert, g.clamped,
                       toJson(g.candidate).dump(), text(g.picture));
  return all;
}
template <class R>
std::string text(const std::vector<R>& reports) {
  std::string all;
  for (const R& report : reports) all += text(report) + "\n";
  return all;
}

}  // namespace uada
