#pragma once

#include "core/base/Json.h"
#include "core/engine/Reports.h"

namespace uada {

/// JSON has no NaN: what does not exist is null. An infinity is the text "Infinity" or "-Infinity".
Json numberToJson(double value);
/// Also reads what earlier versions wrote: "NaN".
double numberFromJson(const Json& value);

namespace detail {

class JsonWriter {
 public:
  Json json = Json::object();
  template <class T>
  void key(const char* name, const T& value) {
    json[name] = value;
  }
  template <class T>
  void field(const char* name, const T& value) {
    json[name] = value;
  }
  void field(const char* name, double value) { json[name] = numberToJson(value); }
  void added(const char* name, double value, int) { field(name, value); }
  /// A whole number without a point.
  void passes(const char* name, double value) {
    const auto whole = static_cast<std::int64_t>(value);
    json[name] = value == static_cast<double>(whole) ? Json(whole) : numberToJson(value);
  }
  void phase(const char* name, double seconds);
  void metrics(std::string_view part, const Metrics& metrics);
  void total(double seconds) { json["seconds"] = seconds; }
};

}  // namespace detail

/// A report as one object, keys as its `visit` names them. Metrics are "top1" of a step, "test_top1" of an
/// epoch, "last_top1" of a result; phases are one member `timings`. The best value of a result is
/// "best_top1".
template <class R>
Json reportToJson(const R& report) {
  detail::JsonWriter writer;
  R::visit(report, writer);
  return std::move(writer.json);
}
Json reportToJson(const PolicyReport& report);
Json reportToJson(const ResultReport& report);

}  // namespace uada
