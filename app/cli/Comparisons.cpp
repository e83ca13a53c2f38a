#include "app/cli/Comparisons.h"

#include <fmt/core.h>

#include "app/cli/Files.h"
#include "core/base/Endings.h"
#include "core/base/Error.h"
#include "core/base/Files.h"

namespace uada::cli {
namespace {

Json number(std::optional<double> value) { return value ? Json(*value) : Json(); }

}  // namespace

Json differenceJson(const Difference& difference) {
  const auto& interval = difference.interval;
  Json json = Json::Object{{"mean", difference.mean},
                           {"low", interval ? Json(interval->low) : Json()},
                           {"high", interval ? Json(interval->high) : Json()},
                           {"p", number(difference.p)}};
  if (difference.p) json["paired"] = difference.isPaired;
  if (!difference.why.empty()) json["no_interval"] = difference.why;
  return json;
}

void writeGroup(const RunGroup& group, const Console& console) {
  Json json = Json::Object{{"label", group.label},
                           {"dataset", group.dataset},
                           {"model", group.model},
                           {"method", group.method},
                           {"config_hash", group.configHash},
                           {"data_hash", group.dataHash},
                           {"n", static_cast<std::int64_t>(group.runs.size() - group.diverged)},
                           {"diverged", static_cast<std::int64_t>(group.diverged)}};
  json["metric"] = group.metric.name;
  for (const auto& [name, values] : {std::pair("last_" + group.metric.name, &group.last),
                                     std::pair("best_" + group.metric.name, &group.best)}) {
    json[name] = Json::array();
    for (const double value : *values) json[name].push(value);
  }
  json["unit"] = group.metric.unit;
  json["seconds"] = group.seconds;
  json["forward_equivalents"] = group.forwardEquivalents;
  json["chains"] = group.chains;
  json["time_ratio"] = number(group.timeRatio);
  json["forward_ratio"] = number(group.forwardRatio);
  json["chain_ratio"] = number(group.chainRatio);
  json["reference"] = group.reference;
  if (group.toReference) json["difference"] = differenceJson(*group.toReference);
  console.object("comparison", json);
}

TableFormat tableOutput(const std::string& out, const std::string& format, const std::string& project) {
  if (out.empty()) {
    const TableFormat found = tableFormatFromName(formOf(tableForms(), format));
    if (found == TableFormat::xlsx) throw UsageError("a workbook needs a file: --out FILE.xlsx");
    return found;
  }
  requireNotOfProject(out, project);
  return tableFormatFromName(formOf(out, "a table", tableForms(), format));
}

void writeTable(const std::string& text, const std::string& out, const std::string& title,
                const Console& console) {
  if (out.empty()) {
    console.say(text);
    return;
  }
  writeFileAtomically(out, text);
  console.note(fmt::format("{}: {}", out, title));
}

}  // namespace uada::cli
