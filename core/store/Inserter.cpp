#include "core/store/Inserter.h"

#include <fmt/core.h>

#include <string>

#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/engine/DecisionJson.h"
#include "core/images/ImageIo.h"
#include "core/store/Database.h"
#include "core/store/DecisionRow.h"
#include "core/store/Locks.h"
#include "core/store/Project.h"
#include "core/store/ReportRows.h"

namespace uada::store {

namespace {

constexpr int kNow = kSchemaVersion;

/// A checkpoint in the run's folder is stored by its name, so that a project can be moved.
std::string storedName(const std::filesystem::path& file, const std::filesystem::path& project) {
  const auto files = runFolder(project, "").parent_path();
  return file.parent_path().parent_path() == files ? file.filename().string() : file.string();
}

}  // namespace

Inserter::Inserter(SQLite::Database& database, std::filesystem::path project)
    : database_(database),
      project_(std::move(project)),
      step_(database, insertInto<StepReport>("steps", {"run", "attempt"}, kNow)),
      policy_(database, insertInto<PolicyReport>("policy", {"run", "attempt"}, kNow)),
      op_(database, insertInto<OpStatistics>("policy_ops", {"run", "attempt", "step", "position"}, kNow)),
      group_(database,
             insertInto<GroupStatistics>("policy_groups", {"run", "attempt", "step", "position"}, kNow)),
      decision_(database,
                "INSERT OR REPLACE INTO decisions (run, attempt, step, sample, epoch, label, winner, "
                "unperturbed_loss, pixel_hash, plan, groups) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      picture_(database,
               "INSERT OR REPLACE INTO pictures (run, attempt, step, sample, candidate, png) "
               "VALUES (?, ?, ?, ?, ?, ?)"),
      epoch_(database, insertInto<EpochReport>("epochs", {"run", "attempt"}, kNow)),
      metric_(
          database,
          "INSERT OR REPLACE INTO metrics (run, attempt, step, part, name, value) VALUES (?, ?, ?, ?, ?, ?)"),
      checkpoint_(database, insertInto<CheckpointReport>("checkpoints", {"run", "attempt", "written"}, kNow)),
      result_(database, insertInto<ResultReport>("results", {"run", "attempt"}, kNow)),
      resultMetric_(database,
                    "INSERT OR REPLACE INTO result_metrics (run, attempt, name, value) VALUES (?, ?, ?, ?)"),
      event_(database, "INSERT INTO events (run, attempt, time, kind, text) VALUES (?, ?, ?, ?, ?)"),
      edit_(database, insertInto<EditReport>("edits", {"run", "attempt"}, kNow)),
      machine_(database, insertInto<MachineRow>("machine", {"run", "attempt"}, kNow)),
      gpu_(database, insertInto<GpuLoad>("machine_gpus", {"run", "attempt", "number", "gpu"}, kNow)),
      state_(database,
             "UPDATE attempts SET state = ?3, problem = ?4, ended = ?5, "
             "device = CASE WHEN ?6 = '' THEN device ELSE ?6 END, "
             "threads = CASE WHEN ?7 = 0 THEN threads ELSE ?7 END, "
             "data_hash = CASE WHEN ?8 = '' THEN data_hash ELSE ?8 END, "
             "data_published = CASE WHEN ?8 = '' THEN data_published ELSE ?9 END, "
             "steps_per_epoch = CASE WHEN ?10 = 0 THEN steps_per_epoch ELSE ?10 END "
             "WHERE run = ?1 AND attempt = ?2"),
      seen_(database, "UPDATE attempts SET seen = ?3 WHERE run = ?1 AND attempt = ?2") {}

void Inserter::add(std::int64_t run, int attempt, const StateReport& r) {
  addEvent(run, attempt, "state",
           r.text.empty() ? stateName(r.state) : std::string(stateName(r.state)) + ": " + r.text);
  const std::string problem = r.state == RunState::failed ? r.text : "";
  const std::string ended = isLive(r.state) ? "" : time();
  bindAll(state_, run, attempt, std::string(stateName(r.state)), problem, ended, r.device, r.threads,
          r.dataHash, r.isDataPublished, r.stepsPerEpoch)
      .exec();
}

void Inserter::add(std::int64_t run, int attempt, const StepReport& r) {
  insertReport(step_, r, run, attempt);
  addMetrics(run, attempt, r.step, "step", r.metrics);
}

void Inserter::add(std::int64_t run, int attempt, const PolicyReport& r) {
  insertReport(policy_, r, run, attempt);
  int position = 0;
  for (const OpStatistics& op : r.ops) insertReport(op_, op, run, attempt, r.step, position++);
  position = 0;
  for (const GroupStatistics& group : r.groups) insertReport(group_, group, run, attempt, r.step, position++);
}

void Inserter::addMetrics(std::int64_t run, int attempt, std::int64_t step, const char* part,
                          const Metrics& metrics) {
  for (const MetricValue& metric : metrics)
    bindAll(metric_, run, attempt, step, std::string(part), metric.name, metric.value).exec();
}

void Inserter::add(std::int64_t run, int attempt, const Decision& d) {
  bindAll(decision_, run, attempt, d.step, d.index, d.epoch, d.label, d.winner, d.unperturbedLoss,
          d.pixelHash, toJson(d.plan).dump(), groupsToJson(d.groups).dump())
      .exec();
  addPicture(run, attempt, d, -2, d.original);
  addPicture(run, attempt, d, -1, d.unperturbed);
  for (std::size_t i = 0; i < d.groups.size(); ++i)
    addPicture(run, attempt, d, static_cast<int>(i), d.groups[i].picture);
}

void Inserter::addPicture(std::int64_t run, int attempt, const Decision& d, int candidate,
                          const Image& picture) {
  if (picture.empty()) return;
  const auto png = encodePng(picture.view());
  bindAll(picture_, run, attempt, d.step, d.index, candidate, std::span<const std::byte>(png)).exec();
}

void Inserter::add(std::int64_t run, int attempt, const EpochReport& r) {
  insertReport(epoch_, r, run, attempt);
  addMetrics(run, attempt, r.step, "train", r.train);
  addMetrics(run, attempt, r.step, "test", r.test);
}

void Inserter::add(std::int64_t run, int attempt, CheckpointReport r) {
  r.file = storedName(r.file, project_);
  insertReport(checkpoint_, r, run, attempt, time());
}

void Inserter::add(std::int64_t run, int attempt, const ResultReport& r) {
  insertReport(result_, r, run, attempt);
  for (const MetricValue& metric : r.last)
    bindAll(resultMetric_, run, attempt, metric.name, metric.value).exec();
}

void Inserter::add(std::int64_t run, int attempt, const EventReport& event) {
  addEvent(run, attempt, "event", event.text);
}

void Inserter::add(std::int64_t run, int attempt, const EditReport& edit) {
  insertReport(edit_, edit, run, attempt);
}

void Inserter::addEvent(std::int64_t run, int attempt, const char* kind, const std::string& text) {
  bindAll(event_, run, attempt, time(), std::string(kind), text).exec();
}

void Inserter::add(std::int64_t run, int attempt, const Report& report) {
  std::visit([&](const auto& one) { add(run, attempt, one); }, report);
  touched_.emplace(run, attempt);
}

void Inserter::add(std::int64_t run, int attempt, const MachineRow& row) {
  insertReport(machine_, row, run, attempt);
  int index = 0;
  for (const GpuLoad& gpu : row.reading.gpus) insertReport(gpu_, gpu, run, attempt, row.number, index++);
}

std::string Inserter::time() const { return time_.empty() ? utcNow() : time_; }

void Inserter::noteSeen() {
  const std::string now = utcNow();
  for (const auto& [run, attempt] : touched_) bindAll(seen_, run, attempt, now).exec();
  touched_.clear();
}

void markInterrupted(SQLite::Database& database, const std::filesystem::path& project) {
  std::vector<std::pair<std::int64_t, std::int64_t>> gone;
  SQLite::Statement query(database,
                          fmt::format("SELECT run, attempt, host, pid, process_start, key FROM attempts "
                                      "JOIN runs ON runs.id = run WHERE {}",
                                      kLiveStates));
  while (query.executeStep()) {
    Row row(query);
    const auto run = row.integer(), attempt = row.integer();
    const Owner owner{row.text(), row.integer(), row.integer()};
    if (!isAlive(owner, runLockFile(project, row.text()))) gone.emplace_back(run, attempt);
  }
  query.reset();
  if (gone.empty()) return;
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  SQLite::Statement mark(database, fmt::format("UPDATE attempts SET state = 'interrupted', ended = seen "
                                               "WHERE run = ? AND attempt = ? AND {}",
                                               kLiveStates));
  for (const auto& [run, attempt] : gone) bindAll(mark, run, attempt).exec();
  transaction.commit();
}

}  // namespace uada::store
