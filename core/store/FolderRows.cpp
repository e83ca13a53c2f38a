#include "core/store/FolderRows.h"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/JsonText.h"
#include "core/base/Plural.h"
#include "core/base/Text.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/store/Database.h"
#include "core/store/Inserter.h"
#include "core/store/Locks.h"
#include "core/store/Project.h"
#include "core/store/ReportsFromJson.h"
#include "core/store/RunLog.h"
#include "core/store/Runs.h"
#include "core/store/Schema.h"
#include "core/weights/WeightsFile.h"

namespace uada::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPolicyBytes = 4u << 20;

struct LogLine {
  std::string time, kind;
  int attempt = 1;
  Json json;
};

struct FoundLog {
  std::vector<LogLine> lines;
  long long damaged = 0;
};

/// take  a line; what it throws makes the line a damaged one
template <class Take>
long long readLines(const fs::path& file, Take take) {
  long long damaged = 0;
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) return 0;  // a pipe would be waited for
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) try {
      if (!line.empty()) take(parseJson(line, file.filename().string()));
    } catch (const std::exception&) {  // of a report that has no attempt, too
      ++damaged;
    }
  return damaged;
}

FoundLog readLog(const fs::path& folder) {
  FoundLog log;
  log.damaged = readLines(folder / kLogName, [&](const Json& json) {
    LogLine line{json.at("time").asString(), json.at("kind").asString(),
                 static_cast<int>(json.at("attempt").asInt()), json};
    constexpr int kMostAttempts = 1'000'000;
    if (line.attempt < 1 || line.attempt > kMostAttempts) throw Error("attempt");
    log.lines.push_back(std::move(line));
  });
  return log;
}

RunConfig readConfig(const fs::path& folder) {
  const fs::path file = folder / "config.json";
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored))
    throw Error(fmt::format(
        "'{}' is not the folder of a run: it has no config.json; name one such as PROJECT.files/3fa2c1d0",
        folder.string()));
  RunConfig config = runConfigFromJson(readJsonFile(file), file.string());
  const fs::path policy = folder / "policy.json";
  if (!config.method.settings().find("policy") || !fs::is_regular_file(policy, ignored)) return config;
  const Json settings = policyOf(config.method).settings();
  const std::string text = readTextFile(policy, kPolicyBytes), hash = sha256(std::string_view(text));
  if (const Json* wanted = settings.find("sha256"); !wanted || !(*wanted == Json(hash)))
    throw Error(fmt::format("'{}' is not the policy that '{}' names by its SHA-256; restore it",
                            policy.string(), file.string()));
  config.policyFile = std::make_shared<PolicyFile>(PolicyFile{settings.at("file").asString(), hash, text});
  return config;
}

/// The first line that a start of the run wrote; null: they are of a version that wrote none.
const Json* startOf(const FoundLog& log) {
  const auto first = std::ranges::find(log.lines, "attempt", &LogLine::kind);
  return first == log.lines.end() ? nullptr : &first->json;
}

std::string textOf(const Json* json, const char* name) {
  const Json* value = json ? json->find(name) : nullptr;
  return value && value->isString() ? value->asString() : "";
}
std::int64_t numberOf(const Json* json, const char* name) {
  const Json* value = json ? json->find(name) : nullptr;
  return value && value->isInt() ? value->asInt() : 0;
}

std::string keyOf(const fs::path& folder, const FoundLog& log) {
  const std::string logged = textOf(startOf(log), "run");
  const std::string name = fs::absolute(folder / ".").lexically_normal().parent_path().filename().string();
  const std::string key = logged.empty() ? name : logged;
  if (!isKey(key))
    throw Error(fmt::format(
        "'{}' does not say the key of its run, which was trained by an older version: name the folder by it "
        "(8 hexadecimal digits, 'run' in the header of its checkpoints)",
        folder.string()));
  return key;
}

void addAttempts(SQLite::Database& database, std::int64_t run, const FoundLog& log) {
  std::map<int, const Json*> starts;
  std::map<int, std::string> began;
  int last = 0;
  for (const LogLine& line : log.lines) {
    if (line.kind == "attempt") starts.emplace(line.attempt, &line.json);
    began.emplace(line.attempt, line.time);
    last = std::max(last, line.attempt);
  }
  SQLite::Statement insert(
      database,
      "INSERT INTO attempts (run, attempt, state, started, seen, host, user, pid, "
      "process_start, program, git, libtorch, compiler, cpu, device, threads, data_hash, "
      "from_checkpoint) VALUES (?, ?, 'preparing', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', "
      "0, '', ?)");
  for (int attempt = 1; attempt <= last; ++attempt) {
    const Json* start = starts.contains(attempt) ? starts.at(attempt) : nullptr;
    const std::string time = began.lower_bound(attempt)->second;
    bindAll(insert, run, attempt, time, time, textOf(start, "host"), textOf(start, "user"),
            numberOf(start, "pid"), numberOf(start, "process_start"), textOf(start, "program"),
            textOf(start, "git"), textOf(start, "libtorch"), textOf(start, "compiler"), textOf(start, "cpu"),
            textOf(start, "from_checkpoint"))
        .exec();
  }
}

StateReport stateOf(const Json& json) {
  const Json* published = json.find("data_published");
  return {.state = stateFromName(json.at("state").asString()),
          .text = textOf(&json, "text"),
          .device = textOf(&json, "device"),
          .threads = static_cast<int>(numberOf(&json, "threads")),
          .dataHash = textOf(&json, "data_hash"),
          .isDataPublished = published && published->isBool() && published->asBool(),
          .stepsPerEpoch = numberOf(&json, "steps_per_epoch")};
}

ResultReport resultOf(const Json& json) {
  Json members = json;
  members["best"] = json.at("best_" + json.at("metric").asString());
  ResultReport result = reportFromJson<ResultReport>(members);
  return result;
}

std::optional<Report> reportOf(const LogLine& line, const fs::path& folder) {
  if (line.kind == "state") return stateOf(line.json);
  if (line.kind == "epoch") return reportFromJson<EpochReport>(line.json);
  if (line.kind == "result") return resultOf(line.json);
  if (line.kind == "edit") return reportFromJson<EditReport>(line.json);
  if (line.kind == "event") return EventReport{line.json.at("text").asString()};
  if (line.kind != "checkpoint") return std::nullopt;
  return CheckpointReport{line.json.at("step").asInt(), static_cast<int>(numberOf(&line.json, "epoch")),
                          (folder / line.json.at("file").asString()).string(),
                          line.json.at("hash").asString()};
}

/// Returns how many lines were damaged.
long long addReports(Inserter& to, std::int64_t run, const FoundLog& log, const fs::path& folder) {
  long long damaged = 0;
  SQLite::Statement seen(to.database(), "UPDATE attempts SET seen = ? WHERE run = ? AND attempt = ?");
  for (const LogLine& line : log.lines) try {
      to.setTime(line.time);
      if (const auto report = reportOf(line, folder)) to.add(run, line.attempt, *report);
      bindAll(seen, line.time, run, line.attempt).exec();
    } catch (const std::exception&) {
      ++damaged;
    }
  return damaged;
}

struct FoundSteps {
  long long rows = 0, damaged = 0;
};

FoundSteps addSteps(Inserter& to, std::int64_t run, const fs::path& folder) {
  FoundSteps found;
  int attempt = 0;
  Json names = Json::array();
  found.damaged = readLines(folder / kStepsName, [&](const Json& json) {
    if (json.isObject()) {
      attempt = static_cast<int>(json.at("attempt").asInt());
      names = json.at("columns");
      return;
    }
    if (attempt < 1) throw Error("no names");
    const Report report = reportFromJson<StepReport>(unflattened(names.asArray(), json.asArray()));
    to.add(run, attempt, report);
    ++found.rows;
  });
  return found;
}

/// What a checkpoint knows of the images and the machine; null: there is none that can be read.
Json newestManifest(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code code;
  for (fs::directory_iterator at(folder, code), end; !code && at != end; at.increment(code))
    if (std::error_code ignored; at->path().extension() == ".safetensors" && at->is_regular_file(ignored))
      files.push_back(at->path());
  std::ranges::sort(files, std::greater());
  for (const fs::path& file : files) try {
      const WeightsFile weights = readWeights(file);
      if (const Json* text = weights.value("manifest"))
        return parseJson(text->asString(), file.filename().string());
    } catch (const Error&) {
    }
  return {};
}

/// Logs of older versions do not say it.
void addDataOf(SQLite::Database& database, const fs::path& folder) {
  const Json manifest = newestManifest(folder);
  SQLite::Statement update(
      database,
      "UPDATE attempts SET data_hash = ?, device = ?, threads = ?, steps_per_epoch = "
      "coalesce((SELECT step / epoch FROM epochs e WHERE e.run = attempts.run LIMIT 1), 0)"
      " WHERE data_hash = ''");
  bindAll(update, textOf(&manifest, "data_hash"), textOf(&manifest, "device"), numberOf(&manifest, "threads"))
      .exec();
  database.exec(fmt::format("UPDATE attempts AS d SET data_published = {} WHERE data_published IS NULL",
                            kPublishedByHash));
}

std::string remarkOf(const FoundSteps& steps, long long damaged) {
  std::string text =
      "not in its folder: policy statistics, decisions and pictures, load of the machine, tags, notes, a "
      "given name";
  if (steps.rows == 0) text += ", the numbers of single steps";
  if (damaged > 0) text += fmt::format("; {} left out", plural(damaged, "damaged line"));
  return text;
}

}  // namespace

RebuiltRun rebuildRows(const fs::path& folder, const fs::path& project) try {
  if (FileLock::isHeld(folder / "lock"))
    throw Error(
        fmt::format("the run in '{}' is being trained; import it when that has ended", folder.string()));
  const RunConfig config = readConfig(folder);
  const FoundLog log = readLog(folder);
  if (log.lines.empty())
    throw Error(fmt::format("'{}' has no line that can be read: nothing is known of the run's training",
                            (folder / kLogName).string()));
  const Json* start = startOf(log);
  RunSummary summary = newRun(project, config);
  summary.key = keyOf(folder, log);
  summary.created = start ? textOf(start, "created") : log.lines.front().time;
  summary.lineage = {textOf(start, "forked_from"), numberOf(start, "forked_step"),
                     textOf(start, "forked_config")};
  SQLite::Database database = openForWriting(project);
  Inserter inserter(database, project);
  SQLite::Transaction transaction(database);
  const std::int64_t run = addRun(database, config, summary);
  addAttempts(database, run, log);
  long long damaged = log.damaged + addReports(inserter, run, log, runFolder(project, summary.key));
  const FoundSteps steps = addSteps(inserter, run, folder);
  addDataOf(database, folder);
  database.exec(fmt::format("UPDATE attempts SET state = 'interrupted', ended = seen WHERE {}", kLiveStates));
  transaction.commit();
  return {summary.key, remarkOf(steps, damaged + steps.damaged)};
} catch (const SQLite::Exception& problem) {
  throw Error(explain(problem, project));
}

}  // namespace uada::store
