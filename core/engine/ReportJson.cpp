#include "core/engine/ReportJson.h"

#include <cmath>
#include <utility>

namespace uada {

Json numberToJson(double value) { return std::isnan(value) ? Json() : Json(value); }

double numberFromJson(const Json& value) { return value.isNull() ? std::nan("") : value.asDouble(); }

namespace detail {

void JsonWriter::phase(const char* name, double seconds) { json["timings"][name] = seconds; }

void JsonWriter::metrics(std::string_view part, const Metrics& metrics) {
  for (const MetricValue& metric : metrics)
    json[part.empty() ? metric.name : std::string(part) + '_' + metric.name] = numberToJson(metric.value);
}

}  // namespace detail

Json reportToJson(const PolicyReport& report) {
  Json json = reportToJson<PolicyReport>(report);
  Json ops = Json::array(), groups = Json::array();
  for (const OpStatistics& op : report.ops) ops.push(reportToJson(op));
  for (const GroupStatistics& group : report.groups) groups.push(reportToJson(group));
  json["ops"] = std::move(ops);
  json["groups"] = std::move(groups);
  return json;
}

Json reportToJson(const ResultReport& report) {
  Json json = Json::object();
  const Json members = reportToJson<ResultReport>(report);
  for (const auto& [key, value] : members.asObject())
    json[key == "best" ? "best_" + report.metric : key] = value;
  return json;
}

}  // namespace uada
