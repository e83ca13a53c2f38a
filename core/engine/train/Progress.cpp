#include "core/engine/train/Progress.h"

#include <algorithm>

#include "core/engine/ReportJson.h"

namespace uada {
namespace {

template <class R>
Json toJson(const R& sums) {
  detail::JsonWriter writer;
  R::visit(sums, writer);
  return std::move(writer.json);
}

/// Numbers by their names, or, of earlier versions, by their places in a list.
class NumberReader {
 public:
  explicit NumberReader(const Json& json) : json_(json) {}
  void key(const char* name, int& value) { value = static_cast<int>(next(name).asInt()); }
  void field(const char* name, std::int64_t& value) { value = next(name).asInt(); }
  void field(const char* name, std::string& value) { value = next(name).asString(); }
  void passes(const char* name, double& value) { value = next(name).asDouble(); }
  void phase(const char* name, double& seconds) {
    if (const Json* found = find(name)) seconds = found->asDouble();
  }

 private:
  const Json& next(const char* name) {
    return json_.isArray() ? json_.asArray().at(place_++) : json_.at(name);
  }
  /// None: a phase that was not known then.
  const Json* find(const char* name) {
    if (!json_.isArray()) return json_.find(name);
    return place_ < json_.asArray().size() ? &json_.asArray()[place_++] : nullptr;
  }
  const Json& json_;
  std::size_t place_ = 0;
};

template <class R>
R numbersFromJson(const Json& json) {
  R sums;
  NumberReader reader(json);
  R::visit(sums, reader);
  return sums;
}

Json timingsToJson(const Timings& timings) { return toJson(timings).at("timings"); }

Json toJson(const EpochSums& sums) {
  Json json = Json::object(), metrics = Json::object();
  json["loss"] = sums.loss;
  json["count"] = sums.count;
  for (const MetricSum& metric : sums.metrics) metrics[metric.name] = Json::Array{metric.sum, metric.weight};
  json["metrics"] = std::move(metrics);
  json["seconds"] = sums.seconds;
  json["counts"] = toJson(sums.counts);
  json["timings"] = timingsToJson(sums.timings);
  return json;
}

EpochSums sumsFromJson(const Json& json) {
  EpochSums sums;
  sums.loss = json.at("loss").asDouble();
  sums.count = json.at("count").asInt();
  if (const Json* metrics = json.find("metrics"))
    for (const auto& [name, parts] : metrics->asObject())
      sums.metrics.push_back({name, parts.asArray().at(0).asDouble(), parts.asArray().at(1).asDouble()});
  else if (sums.count > 0)
    sums.metrics.push_back({"top1", json.at("correct").asDouble(), static_cast<double>(sums.count)});
  sums.seconds = json.at("seconds").asDouble();
  sums.counts = numbersFromJson<Counts>(json.at("counts"));
  sums.timings = numbersFromJson<Timings>(json.at("timings"));
  return sums;
}

Json toJson(const Metrics& metrics) {
  Json json = Json::object();
  for (const MetricValue& metric : metrics) json[metric.name] = metric.value;
  return json;
}

/// Of a checkpoint from before tasks had names for their metrics.
void readTop1(const Json& json, Progress& progress) {
  const double best = json.at("best_top1").asDouble();
  if (best < 0) return;  // no epoch was tested yet
  progress.best = best;
  for (const char* name : {"top1", "top5", "loss"})
    progress.last.push_back({name, json.at(std::string("last_") + name).asDouble()});
}

}  // namespace

Progress forked(Progress progress) {
  progress.firstEpoch = progress.epoch - 1;
  progress.counts = {};
  progress.seconds = 0;
  progress.best = std::numeric_limits<double>::quiet_NaN();
  progress.bestEpoch = 0;
  progress.edits.clear();
  return progress;
}

void EpochSums::add(const StepReport& report, const std::vector<MetricSum>& added) {
  loss += report.loss * report.count;
  count += report.count;
  counts += report.counts;
  timings += report.timings;
  seconds += report.timings.total();
  for (const MetricSum& metric : added) {
    auto known = std::ranges::find(metrics, metric.name, &MetricSum::name);
    if (known == metrics.end()) known = metrics.insert(known, {metric.name});
    known->sum += metric.sum;
    known->weight += metric.weight;
  }
}

Metrics EpochSums::means() const {
  Metrics all{{"loss", loss / static_cast<double>(count)}};
  for (const MetricSum& metric : metrics) all.push_back({metric.name, metric.mean()});
  return all;
}

Json toJson(const Progress& progress) {
  Json json = Json::object();
  json["step"] = progress.step;
  json["epoch"] = progress.epoch;
  json["step_in_epoch"] = progress.stepInEpoch;
  json["sums"] = toJson(progress.sums);
  json["counts"] = toJson(progress.counts);
  json["seconds"] = progress.seconds;
  if (progress.rowsAtOnce > 0) json["rows_at_once"] = progress.rowsAtOnce;
  json["best"] = progress.best;
  json["best_epoch"] = progress.bestEpoch;
  if (progress.firstEpoch > 0) json["first_epoch"] = progress.firstEpoch;
  json["last"] = toJson(progress.last);
  if (!progress.edits.empty()) {
    Json edits = Json::array();
    for (const EditReport& edit : progress.edits) edits.push(toJson(edit));
    json["edits"] = std::move(edits);
  }
  return json;
}

Progress progressFromJson(const Json& json) {
  Progress progress;
  progress.step = json.at("step").asInt();
  progress.epoch = static_cast<int>(json.at("epoch").asInt());
  progress.stepInEpoch = json.at("step_in_epoch").asInt();
  progress.sums = sumsFromJson(json.at("sums"));
  progress.counts = numbersFromJson<Counts>(json.at("counts"));
  progress.seconds = json.at("seconds").asDouble();
  if (const Json* rows = json.find("rows_at_once")) progress.rowsAtOnce = static_cast<int>(rows->asInt());
  progress.bestEpoch = static_cast<int>(json.at("best_epoch").asInt());
  if (const Json* first = json.find("first_epoch")) progress.firstEpoch = static_cast<int>(first->asInt());
  if (const Json* edits = json.find("edits"))
    for (const Json& edit : edits->asArray()) progress.edits.push_back(numbersFromJson<EditReport>(edit));
  if (!json.find("last")) {
    readTop1(json, progress);
    return progress;
  }
  progress.best = json.at("best").asDouble();
  for (const auto& [name, value] : json.at("last").asObject())
    progress.last.push_back({name, value.asDouble()});
  return progress;
}

}  // namespace uada
