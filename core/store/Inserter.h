#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <set>
#include <string>
#include <utility>

#include "core/store/MachineRow.h"
#include "core/store/Records.h"

namespace uada::store {

/// The prepared statements that add one report each. Belongs to the storage thread; inside its transaction.
class Inserter {
 public:
  Inserter(SQLite::Database& database, std::filesystem::path project);

  void add(std::int64_t run, int attempt, const Report& report);
  void add(std::int64_t run, int attempt, const MachineRow& row);
  /// When what is added from now on was reported: UTC, ISO 8601; empty: now.
  void setTime(std::string time) { time_ = std::move(time); }
  /// Notes when each attempt that got rows was last heard of; the last thing before a commit.
  void noteSeen();
  /// After a rollback.
  void forget() { touched_.clear(); }

  SQLite::Database& database() { return database_; }
  const std::filesystem::path& project() const { return project_; }

 private:
  void add(std::int64_t run, int attempt, const StateReport& report);
  void add(std::int64_t run, int attempt, const StepReport& report);
  void add(std::int64_t run, int attempt, const PolicyReport& report);
  void add(std::int64_t run, int attempt, const Decision& decision);
  void add(std::int64_t run, int attempt, const EpochReport& report);
  void add(std::int64_t run, int attempt, CheckpointReport report);
  void add(std::int64_t run, int attempt, const ResultReport& report);
  void add(std::int64_t run, int attempt, const EventReport& event);
  void add(std::int64_t run, int attempt, const EditReport& edit);
  void add(std::int64_t, int, const EvaluationReport&) {}  // no attempt's: never stored
  void add(std::int64_t, int, const LandscapeReport&) {}
  void add(std::int64_t, int, const PredictionsReport&) {}
  void add(std::int64_t, int, const PredictionReport&) {}
  void addMetrics(std::int64_t run, int attempt, std::int64_t step, const char* part, const Metrics& metrics);
  void addPicture(std::int64_t run, int attempt, const Decision& decision, int candidate,
                  const Image& picture);
  void addEvent(std::int64_t run, int attempt, const char* kind, const std::string& text);

  std::string time() const;

  SQLite::Database& database_;
  const std::filesystem::path project_;
  std::string time_;
  SQLite::Statement step_, policy_, op_, group_, decision_, picture_, epoch_, metric_, checkpoint_, result_,
      resultMetric_, event_, edit_, machine_, gpu_, state_, seen_;
  std::set<std::pair<std::int64_t, int>> touched_;
};

/// isLive() as a condition on the column `state`.
constexpr const char* kLiveStates = "state IN ('preparing', 'running', 'paused', 'stopping')";

/// Live attempts whose process is gone: their rows end where they ended.
void markInterrupted(SQLite::Database& database, const std::filesystem::path& project);

}  // namespace uada::store
