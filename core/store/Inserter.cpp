#include "core/store/Inserter.h"

#include <fmt/core.h>

#include <string>

#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/images/ImageIo.h"
#include "core/store/Database.h"
#include "core/store/DecisionRow.h"
#include "core/store/Locks.h"
#include "core/store/Project.h"

namespace uada::store {

namespace {

/// "INSERT OR REPLACE INTO steps VALUES (?, ?, ...)": a report that comes again replaces the first.
std::string insertInto(const std::string& table, int columns) {
  std::string sql = "INSERT OR REPLACE INTO " + table + " VALUES (?";
  for (int i = 1; i < columns; ++i) sql += ", ?";
  return sql + ")";
}

/// A checkpoint in the run's folder is stored by its name, so that a project can be moved.
std::string storedName(const std::filesystem::path& file, const std::filesystem::path& project) {
  const auto files = runFolder(project, "").parent_path();
  return file.parent_path().parent_path() == files ? file.filename().string() : file.string();
}

}  // namespace

bool isLive(RunState state) {
  return state == RunState::preparing || state == RunState::running || state == RunState::paused ||
         state == RunState::stopping;
}

Inserter::Inserter(SQLite::Database& database, std::filesystem::path project)
    : database_(database),
      project_(std::move(project)),
      step_(database, insertInto("steps", 20)),
      policy_(database, insertInto("policy", 6)),
      op_(database, insertInto("policy_ops", 19)),
      group_(database, insertInto("policy_groups", 14)),
      decision_(database, insertInto("decisions", 11)),
      picture_(database, insertInto("pictures", 6)),
      epoch_(database, insertInto("epochs", 21)),
      checkpoint_(database,
                  "INSERT INTO checkpoints (run, attempt, step, epoch, file, hash, written) "
                  "VALUES (?, ?, ?, ?, ?, ?, ?)"),
      result_(database, insertInto("results", 13)),
      event_(database, "INSERT INTO events (run, attempt, time, kind, text) VALUES (?, ?, ?, ?, ?)"),
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
  const std::string ended = isLive(r.state) ? "" : utcNow();
  bindAll(state_, run, attempt, std::string(stateName(r.state)), problem, ended, r.device, r.threads,
          r.dataHash, r.isDataPublished, r.stepsPerEpoch)
      .exec();
}

void Inserter::add(std::int64_t run, int attempt, const StepReport& r) {
  const Counts& c = r.counts;
  const Timings& t = r.timings;
  bindAll(step_, run, attempt, r.step, r.epoch, r.learningRate, r.loss, r.unperturbedLoss, r.gain, r.correct,
          r.count, c.forwardsNoGrad, c.forwardsTrain, c.backwards, c.chains, t.render, t.probe, t.candidate,
          t.train, t.wait, t.other)
      .exec();
  touched_.emplace(run, attempt);
}

void Inserter::add(std::int64_t run, int attempt, const PolicyReport& r) {
  bindAll(policy_, run, attempt, r.step, r.epoch, r.unperturbedWins, r.count).exec();
  int position = 0;
  for (const OpStatistics& o : r.ops)
    bindAll(op_, run, attempt, r.step, o.op, position++, o.count, o.beforeMean, o.beforeSpread, o.afterMean,
            o.afterSpread, o.probed, o.plus, o.minus, o.zero, o.meanDL, o.wins, o.meanGain, o.inert,
            o.clamped)
        .exec();
  position = 0;
  for (const GroupStatistics& g : r.groups)
    bindAll(group_, run, attempt, r.step, g.group, position++, g.count, g.plus, g.minus, g.zero, g.meanDL,
            g.wins, g.meanGain, g.inert, g.clamped)
        .exec();
  touched_.emplace(run, attempt);
}

void Inserter::add(std::int64_t run, int attempt, const Decision& d) {
  bindAll(decision_, run, attempt, d.step, d.index, d.epoch, d.label, d.winner, d.unperturbedLoss,
          d.pixelHash, toJson(d.plan).dump(), groupsToJson(d.groups))
      .exec();
  addPicture(run, attempt, d, -2, d.original);
  addPicture(run, attempt, d, -1, d.unperturbed);
  for (std::size_t i = 0; i < d.groups.size(); ++i)
    addPicture(run, attempt, d, static_cast<int>(i), d.groups[i].picture);
  touched_.emplace(run, attempt);
}

void Inserter::addPicture(std::int64_t run, int attempt, const Decision& d, int candidate,
                          const Image& picture) {
  if (picture.empty()) return;
  const auto png = encodePng(picture.view());
  bindAll(picture_, run, attempt, d.step, d.index, candidate, std::span<const std::byte>(png)).exec();
}

void Inserter::add(std::int64_t run, int attempt, const EpochReport& r) {
  const Counts& c = r.counts;
  const Timings& t = r.timings;
  bindAll(epoch_, run, attempt, r.epoch, r.step, r.trainLoss, r.trainTop1, r.testLoss, r.testTop1, r.testTop5,
          r.seconds, r.testSeconds, c.forwardsNoGrad, c.forwardsTrain, c.backwards, c.chains, t.render,
          t.probe, t.candidate, t.train, t.wait, t.other)
      .exec();
  touched_.emplace(run, attempt);
}

void Inserter::add(std::int64_t run, int attempt, const CheckpointReport& r) {
  bindAll(checkpoint_, run, attempt, r.step, r.epoch, storedName(r.file, project_), r.hash, utcNow()).exec();
  touched_.emplace(run, attempt);
}

void Inserter::add(std::int64_t run, int attempt, const ResultReport& r) {
  const Counts& c = r.counts;
  bindAll(result_, run, attempt, r.bestTop1, r.lastTop1, r.lastTop5, r.lastLoss, r.bestEpoch, r.parameters,
          r.seconds, c.forwardsNoGrad, c.forwardsTrain, c.backwards, c.chains)
      .exec();
  touched_.emplace(run, attempt);
}

void Inserter::add(std::int64_t run, int attempt, const std::string& event) {
  addEvent(run, attempt, "event", event);
}

void Inserter::addEvent(std::int64_t run, int attempt, const char* kind, const std::string& text) {
  bindAll(event_, run, attempt, utcNow(), std::string(kind), text).exec();
  touched_.emplace(run, attempt);
}

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
