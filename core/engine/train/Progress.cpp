#include "core/engine/train/Progress.h"

namespace uada {
namespace {

Json toJson(const Counts& counts) {
  return Json::Array{counts.forwardsNoGrad, counts.forwardsTrain, counts.backwards, counts.chains};
}

Counts countsFromJson(const Json& json) {
  const Json::Array& a = json.asArray();
  return {a.at(0).asInt(), a.at(1).asInt(), a.at(2).asInt(), a.at(3).asInt()};
}

Json toJson(const Timings& t) {
  return Json::Array{t.render, t.probe, t.candidate, t.train, t.wait, t.other};
}

Timings timingsFromJson(const Json& json) {
  const Json::Array& a = json.asArray();
  return {a.at(0).asDouble(), a.at(1).asDouble(), a.at(2).asDouble(),
          a.at(3).asDouble(), a.at(4).asDouble(), a.at(5).asDouble()};
}

Json toJson(const EpochSums& sums) {
  Json json = Json::object();
  json["loss"] = sums.loss;
  json["correct"] = sums.correct;
  json["count"] = sums.count;
  json["seconds"] = sums.seconds;
  json["counts"] = toJson(sums.counts);
  json["timings"] = toJson(sums.timings);
  return json;
}

EpochSums sumsFromJson(const Json& json) {
  return {json.at("loss").asDouble(),        json.at("correct").asInt(),
          json.at("count").asInt(),          json.at("seconds").asDouble(),
          countsFromJson(json.at("counts")), timingsFromJson(json.at("timings"))};
}

}  // namespace

void EpochSums::add(const StepReport& report) {
  loss += report.loss * report.count;
  correct += report.correct;
  count += report.count;
  counts += report.counts;
  timings.render += report.timings.render;
  timings.probe += report.timings.probe;
  timings.candidate += report.timings.candidate;
  timings.train += report.timings.train;
  timings.wait += report.timings.wait;
  timings.other += report.timings.other;
  seconds += report.timings.total();
}

Json toJson(const Progress& progress) {
  Json json = Json::object();
  json["step"] = progress.step;
  json["epoch"] = progress.epoch;
  json["step_in_epoch"] = progress.stepInEpoch;
  json["sums"] = toJson(progress.sums);
  json["counts"] = toJson(progress.counts);
  json["seconds"] = progress.seconds;
  json["best_top1"] = progress.bestTop1;
  json["best_epoch"] = progress.bestEpoch;
  json["last_top1"] = progress.lastTop1;
  json["last_top5"] = progress.lastTop5;
  json["last_loss"] = progress.lastLoss;
  return json;
}

Progress progressFromJson(const Json& json) {
  Progress progress;
  progress.step = json.at("step").asInt();
  progress.epoch = static_cast<int>(json.at("epoch").asInt());
  progress.stepInEpoch = json.at("step_in_epoch").asInt();
  progress.sums = sumsFromJson(json.at("sums"));
  progress.counts = countsFromJson(json.at("counts"));
  progress.seconds = json.at("seconds").asDouble();
  progress.bestTop1 = json.at("best_top1").asDouble();
  progress.bestEpoch = static_cast<int>(json.at("best_epoch").asInt());
  progress.lastTop1 = json.at("last_top1").asDouble();
  progress.lastTop5 = json.at("last_top5").asDouble();
  progress.lastLoss = json.at("last_loss").asDouble();
  return progress;
}

}  // namespace uada
