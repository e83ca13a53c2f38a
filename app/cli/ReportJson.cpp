#include "app/cli/ReportJson.h"

#include "core/engine/ReportJson.h"

namespace uada::cli {
namespace {

Json number(const std::optional<double>& value) { return value ? numberToJson(*value) : Json(); }
/// Null: not known.
Json flag(std::optional<bool> value) { return value ? Json(*value) : Json(); }

}  // namespace

Json stepsJson(std::int64_t steps) { return steps > 0 ? Json(steps) : Json(); }

/// What came of it so far.
static void addResults(const RunSummary& run, Json& json) {
  json["loss"] = number(run.loss);
  json["metric"] = mainMetric(run).name;
  for (const Metric& metric : taskOf(run).testMetrics)
    json["last_" + metric.name] = numberToJson(metricOf(run.last, metric.name));
  json["best_" + mainMetric(run).name] = number(run.best);
  json["best_epoch"] = run.bestEpoch;
  json["seconds"] = run.seconds;
  const Json counts = reportToJson(run.counts);
  for (const auto& [key, value] : counts.asObject()) json[key] = value;
}

Json summaryJson(const RunSummary& run) {
  Json json = Json::Object{{"id", run.id},
                           {"key", run.key},
                           {"title", run.title},
                           {"experiment", run.experiment},
                           {"dataset", run.dataset},
                           {"model", run.model},
                           {"method", run.method},
                           {"seed", run.seed},
                           {"config_hash", run.configHash},
                           {"recipe_hash", run.recipeHash},
                           {"data_hash", run.dataHash},
                           {"data_published", flag(run.isDataPublished)},
                           {"state", stateName(run.state)},
                           {"problem", run.problem},
                           {"damage", run.damage},
                           {"attempts", run.attempts},
                           {"epoch", run.epoch},
                           {"epochs", run.epochs},
                           {"step", run.step},
                           {"steps_per_epoch", stepsJson(run.stepsPerEpoch)},
                           {"planned_steps", stepsJson(run.plannedSteps())},
                           {"diverged", run.hasDiverged}};
  addResults(run, json);
  json["created"] = run.created;
  json["ended"] = run.ended;
  json["host"] = run.host;
  json["device"] = run.device;
  json["threads"] = run.threads;
  json["notes"] = run.notes;
  json["tags"] = run.tags;
  json["forked_from"] = run.lineage.run.empty() ? Json() : Json(run.lineage.run);
  json["forked_step"] = run.lineage.run.empty() ? Json() : Json(run.lineage.step);
  json["edits"] = run.edits;
  return json;
}

Json manifestJson(const Manifest& manifest) {
  return Json::Object{{"host", manifest.host},
                      {"user", manifest.user},
                      {"program", manifest.program},
                      {"git", manifest.git},
                      {"libtorch", manifest.libtorch},
                      {"compiler", manifest.compiler},
                      {"cpu", manifest.cpu},
                      {"device", manifest.device},
                      {"threads", manifest.threads},
                      {"pid", manifest.pid},
                      {"data_hash", manifest.dataHash},
                      {"data_published", flag(manifest.isDataPublished)}};
}

}  // namespace uada::cli
