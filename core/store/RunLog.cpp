#include "core/store/RunLog.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/engine/ReportJson.h"
#include "core/store/Locks.h"

namespace uada::store {

std::vector<std::pair<std::string, Json>> flattened(const Json& object) {
  std::vector<std::pair<std::string, Json>> all;
  for (const auto& [name, value] : object.asObject())
    if (value.isObject())
      for (const auto& [inner, deeper] : value.asObject()) all.emplace_back(name + '.' + inner, deeper);
    else
      all.emplace_back(name, value);
  return all;
}

Json unflattened(const Json::Array& names, const Json::Array& values) {
  if (names.size() != values.size()) throw Error("a row of steps has not as many values as names");
  Json object = Json::object();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string& name = names[i].asString();
    const auto point = name.find('.');
    if (point == name.npos)
      object[name] = values[i];
    else
      object[name.substr(0, point)][name.substr(point + 1)] = values[i];
  }
  return object;
}

RunLog::RunLog(const std::filesystem::path& folder, const RunSummary& run, int attempt,
               const Manifest& manifest, const std::string& from)
    : attempt_(attempt), log_(open(folder / kLogName)), steps_(open(folder / kStepsName)) {
  write("attempt", Json::Object{{"run", run.key},
                                {"created", run.created},
                                {"forked_from", run.lineage.run},
                                {"forked_step", run.lineage.step},
                                {"forked_config", run.lineage.config},
                                {"host", manifest.host},
                                {"user", manifest.user},
                                {"pid", manifest.pid},
                                {"process_start", processStart(manifest.pid)},
                                {"program", manifest.program},
                                {"git", manifest.git},
                                {"libtorch", manifest.libtorch},
                                {"compiler", manifest.compiler},
                                {"cpu", manifest.cpu},
                                {"from_checkpoint", from}});
}

/// Without O_NONBLOCK the opening of a named pipe waits for someone who reads it. A line that was cut off
/// when a process was killed gets its end.
RunLog::File RunLog::open(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
  File opened(fd < 0 ? nullptr : ::fdopen(fd, "a"));
  const off_t size = fd < 0 ? 0 : ::lseek(fd, 0, SEEK_END);
  char last = '\n';
  if (size > 0 && ::pread(fd, &last, 1, size - 1) == 1 && last != '\n') std::fputc('\n', opened.get());
  return opened;
}

void RunLog::write(const char* kind, const Json& members) {
  if (steps_) std::fflush(steps_.get());
  if (!log_) return;
  Json line = Json::object();
  line["time"] = utcNow();
  line["attempt"] = attempt_;
  line["kind"] = kind;
  for (const auto& [key, value] : members.asObject()) line[key] = value;
  const std::string text = line.dump() + "\n";
  std::fwrite(text.data(), 1, text.size(), log_.get());
  std::fflush(log_.get());
}

void RunLog::addState(const StateReport& report) {
  Json members = Json::Object{{"state", stateName(report.state)}, {"text", report.text}};
  if (!report.device.empty()) members["device"] = report.device;
  if (report.threads > 0) members["threads"] = report.threads;
  if (!report.dataHash.empty()) {
    members["data_hash"] = report.dataHash;
    members["data_published"] = report.isDataPublished;
  }
  if (report.stepsPerEpoch > 0) members["steps_per_epoch"] = report.stepsPerEpoch;
  write("state", members);
}

/// The names once, then the values alone.
void RunLog::addStep(const StepReport& report) {
  if (!steps_) return;
  Json names = Json::array(), values = Json::array();
  std::vector<std::string> columns;
  for (auto& [name, value] : flattened(reportToJson(report))) {
    columns.push_back(name);
    names.push(name);
    values.push(std::move(value));
  }
  std::string text;
  if (columns != columns_) text = Json(Json::Object{{"attempt", attempt_}, {"columns", names}}).dump() + '\n';
  columns_ = std::move(columns);
  text += values.dump() + '\n';
  std::fwrite(text.data(), 1, text.size(), steps_.get());
}

void RunLog::add(const Report& report) {
  std::visit(Cases{[&](const StateReport& r) { addState(r); }, [&](const StepReport& r) { addStep(r); },
                   [&](const EpochReport& r) { write("epoch", reportToJson(r)); },
                   [&](const CheckpointReport& r) {
                     write("checkpoint",
                           Json::Object{{"step", r.step},
                                        {"epoch", r.epoch},
                                        {"file", std::filesystem::path(r.file).filename().string()},
                                        {"hash", r.hash}});
                   },
                   [&](const ResultReport& r) { write("result", reportToJson(r)); },
                   [&](const EventReport& r) { write("event", Json::Object{{"text", r.text}}); },
                   [&](const EditReport& r) { write("edit", reportToJson(r)); }, kNothing},
             report);
}

}  // namespace uada::store
