#include "app/cli/ReportJson.h"

#include <cmath>

namespace uada::cli {
namespace {

/// JSON has no NaN: what does not exist is null.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }
Json number(const std::optional<double>& value) { return value ? number(*value) : Json(); }
/// Null: not known.
Json flag(std::optional<bool> value) { return value ? Json(*value) : Json(); }

void add(Json& json, const Counts& counts) {
  json["forwards_no_grad"] = counts.forwardsNoGrad;
  json["forwards_train"] = counts.forwardsTrain;
  json["backwards"] = counts.backwards;
  json["chains"] = counts.chains;
}

Json timingsJson(const Timings& timings) {
  return Json::Object{{"render", timings.render}, {"probe", timings.probe}, {"candidate", timings.candidate},
                      {"train", timings.train},   {"wait", timings.wait},   {"other", timings.other}};
}

}  // namespace

Json stepsJson(std::int64_t steps) { return steps > 0 ? Json(steps) : Json(); }

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
  json["loss"] = number(run.loss);
  json["last_top1"] = number(run.lastTop1);
  json["last_top5"] = number(run.lastTop5);
  json["best_top1"] = number(run.bestTop1);
  json["best_epoch"] = run.bestEpoch;
  json["seconds"] = run.seconds;
  add(json, run.counts);
  json["created"] = run.created;
  json["ended"] = run.ended;
  json["host"] = run.host;
  json["device"] = run.device;
  json["threads"] = run.threads;
  json["notes"] = run.notes;
  json["tags"] = run.tags;
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

Json stepJson(const StepReport& report) {
  Json json =
      Json::Object{{"step", report.step}, {"epoch", report.epoch}, {"learning_rate", report.learningRate}};
  json["loss"] = number(report.loss);
  json["unperturbed_loss"] = number(report.unperturbedLoss);
  json["gain"] = number(report.gain);
  json["correct"] = report.correct;
  json["count"] = report.count;
  add(json, report.counts);
  json["seconds"] = report.timings.total();
  json["timings"] = timingsJson(report.timings);
  return json;
}

Json epochJson(const EpochReport& report) {
  Json json = Json::Object{{"epoch", report.epoch}, {"step", report.step}};
  json["train_loss"] = number(report.trainLoss);
  json["train_top1"] = number(report.trainTop1);
  json["test_loss"] = number(report.testLoss);
  json["test_top1"] = number(report.testTop1);
  json["test_top5"] = number(report.testTop5);
  json["seconds"] = report.seconds;
  json["test_seconds"] = report.testSeconds;
  add(json, report.counts);
  json["timings"] = timingsJson(report.timings);
  return json;
}

Json checkpointJson(const CheckpointReport& report) {
  return Json::Object{
      {"step", report.step}, {"epoch", report.epoch}, {"file", report.file}, {"hash", report.hash}};
}

Json resultJson(const ResultReport& report) {
  Json json = Json::object();
  json["best_top1"] = number(report.bestTop1);
  json["best_epoch"] = report.bestEpoch;
  json["last_top1"] = number(report.lastTop1);
  json["last_top5"] = number(report.lastTop5);
  json["last_loss"] = number(report.lastLoss);
  json["parameters"] = report.parameters;
  json["seconds"] = report.seconds;
  add(json, report.counts);
  return json;
}

Json policyJson(const PolicyReport& report) {
  Json json = Json::Object{{"step", report.step},
                           {"epoch", report.epoch},
                           {"count", report.count},
                           {"unperturbed_wins", report.unperturbedWins}};
  Json ops = Json::array(), groups = Json::array();
  for (const OpStatistics& op : report.ops)
    ops.push(Json::Object{{"op", op.op},
                          {"count", op.count},
                          {"before_mean", op.beforeMean},
                          {"before_spread", op.beforeSpread},
                          {"after_mean", op.afterMean},
                          {"after_spread", op.afterSpread},
                          {"probed", op.probed},
                          {"plus", op.plus},
                          {"minus", op.minus},
                          {"zero", op.zero},
                          {"mean_dl", number(op.meanDL)},
                          {"wins", op.wins},
                          {"mean_gain", number(op.meanGain)},
                          {"inert", op.inert},
                          {"clamped", op.clamped}});
  for (const GroupStatistics& group : report.groups)
    groups.push(Json::Object{{"group", group.group},
                             {"count", group.count},
                             {"plus", group.plus},
                             {"minus", group.minus},
                             {"zero", group.zero},
                             {"mean_dl", number(group.meanDL)},
                             {"wins", group.wins},
                             {"mean_gain", number(group.meanGain)},
                             {"inert", group.inert},
                             {"clamped", group.clamped}});
  json["ops"] = ops;
  json["groups"] = groups;
  return json;
}

}  // namespace uada::cli
