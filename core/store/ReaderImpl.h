#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/Error.h"
#include "core/config/ConfigReader.h"
#include "core/store/Database.h"
#include "core/store/Project.h"

namespace uada {

namespace store {

/// The rows of one attempt that no later attempt supersedes: step < end.
struct AttemptRows {
  std::int64_t attempt = 0, end = INT64_MAX;
};

/// What the steps of one attempt took so far. Steps are only ever appended, so that a look at a live run
/// reads the new ones alone.
struct Spent {
  std::int64_t end = 0, lastStep = -1;
  double seconds = 0;
  Counts counts;
};

/// The metrics of results, read once along with the runs that they are of.
class LastMetrics {
 public:
  /// run  of these alone; none: of all
  explicit LastMetrics(SQLite::Database& database, std::optional<std::int64_t> run = {});
  /// Those of one attempt, take(row) with name and value for each. The runs are asked for in ascending order.
  template <class Take>
  void of(std::int64_t run, std::int64_t attempt, Take take) {
    const auto place = [this] {
      return std::pair(query_.getColumn(0).getInt64(), query_.getColumn(1).getInt64());
    };
    const std::pair wanted(run, attempt);
    while (isThere_ && place() < wanted) isThere_ = query_.executeStep();
    for (; isThere_ && place() == wanted; isThere_ = query_.executeStep()) {
      Row row(query_);
      row.skip(2);
      take(row);
    }
  }

 private:
  SQLite::Statement query_;
  bool isThere_;
};

/// Rows of one table that are damaged, where they are, and what is wrong with the first of them.
struct LeftOut {
  std::size_t rows = 0;
  std::string first;
  std::int64_t firstStep = 0;
  std::set<std::int64_t> steps;  ///< of all rows; empty: they are of no step
};

inline Counts readCounts(Row& row) { return {row.amount(), row.amount(), row.amount(), row.integer()}; }

/// Runs a query; what SQLite says becomes an Error in words.
template <class Body>
auto guarded(const std::filesystem::path& file, Body body) {
  try {
    return body();
  } catch (const SQLite::Exception& e) {
    throw Error(explain(e, file));
  }
}

}  // namespace store

struct ProjectReader::Impl {
  explicit Impl(const std::filesystem::path& path)
      : file(store::projectFile(path)), database(store::openForReading(file)) {}

  /// Runs body, which sees one moment of the file; what SQLite says becomes an Error in words.
  template <class Body>
  auto read(Body body) {
    return store::guarded(file, [&] {
      fitVersion();
      SQLite::Transaction snapshot(database);
      return body();
    });
  }
  /// Of the file's schema. Older ones are asked like the newest: see fitVersion().
  int version() const { return version_; }
  /// Makes the tables of metrics out of the columns of a file from before there were such tables.
  void fitVersion();

  /// Ascending. A later attempt begins where its first step, or its first row in this table, says.
  std::vector<store::AttemptRows> parts(std::int64_t run, const char* table);
  /// The steps that are asked for: after one, up to and with another.
  struct Steps {
    Steps(std::int64_t afterStep = -1, std::int64_t lastStep = INT64_MAX - 1)
        : after(afterStep), last(lastStep) {}
    std::int64_t after, last;
  };
  /// sql  with parameters run, attempt, after, end; take(attempt, row) for each row in order
  template <class Take>
  void each(std::int64_t run, const char* table, const std::string& sql, Steps steps, Take take);
  template <class R>
  std::vector<R> reports(std::int64_t run, const char* table, const char* order, Steps steps);
  /// table  whose rows say where a later attempt begins.
  /// reports  in the order of their steps
  template <class R>
  void addMetrics(std::int64_t run, const char* table, const char* part, Metrics R::* metrics, Steps steps,
                  std::vector<R>& reports);
  template <class Part>
  void addParts(std::int64_t run, const char* table, std::vector<Part> PolicyReport::* parts,
                std::int64_t afterStep, std::vector<PolicyReport>& reports);
  /// Whether attempts say of their data if they are the published ones, and how many steps they give.
  bool tellsData() const;
  /// Whether the data of an attempt d are the published ones, as an expression.
  const char* verdictSql() const;
  /// A row of what summary() reads for each run, and then its configuration.
  /// which  of the runs r, and in which order
  std::string summarySql(const std::string& which);
  /// metrics  of the results of these runs
  RunSummary summary(store::Row& row, store::LastMetrics& metrics);
  void readAttempt(store::Row& row, RunSummary& run) const;
  void addEpochs(RunSummary& run);
  void addLastMetrics(store::Row& row, store::LastMetrics& metrics, RunSummary& run);
  void addCosts(RunSummary& run);
  std::size_t countRuns();
  RunConfig config(const RunSummary& run, const std::string& text) const;
  /// None, recorded as not counted, if that or the run is damaged.
  std::optional<RunConfig> soundConfig(const RunSummary& run);
  std::string keyOf(std::int64_t run);
  std::string nameOf(std::int64_t run);
  /// Whether all columns of a row were as expected; if not, it is recorded as left out.
  bool isSound(std::int64_t run, const char* table, std::int64_t step, const store::Row& row);
  /// A row of a step that is damaged.
  void leaveOut(std::int64_t run, const char* table, std::int64_t step, const std::string& why);
  /// A run that is not counted.
  void leaveOut(std::int64_t run, const std::string& why);
  /// Throws Error saying what is wrong with it.
  Decision decisionAt(std::int64_t run, const DecisionPlace& place);
  /// All pictures of a decision that were kept.
  /// damaged  called with the reason for each that cannot be read
  void readPictures(std::int64_t run, std::int64_t attempt, Decision& decision,
                    const std::function<void(const std::string&)>& damaged);
  /// The same; those that cannot be read are recorded as left out.
  void readSoundPictures(std::int64_t run, std::int64_t attempt, Decision& decision);
  std::vector<CheckpointReport> checkpoints(std::int64_t run);
  std::vector<EditReport> edits(std::int64_t run);
  MachineRows machine(std::int64_t run, const MachinePlace& place);
  std::vector<PolicyFile> policies();
  std::shared_ptr<const PolicyFile> policyFileOf(const Choice& method);

  const std::filesystem::path file;
  SQLite::Database database;
  int version_ = 0;
  std::map<std::pair<std::int64_t, std::int64_t>, store::Spent> spent;     ///< by run and attempt
  std::map<std::pair<std::int64_t, std::string>, store::LeftOut> leftOut;  ///< by run and table
};

template <class Take>
void ProjectReader::Impl::each(std::int64_t run, const char* table, const std::string& sql, Steps steps,
                               Take take) {
  const auto ranges = parts(run, table);
  const std::int64_t end = steps.last == INT64_MAX ? INT64_MAX : steps.last + 1;
  SQLite::Statement query(database, sql);
  for (const store::AttemptRows& part : ranges) {
    store::bindAll(query, run, part.attempt, steps.after, std::min(part.end, end));
    while (query.executeStep()) {
      store::Row row(query);
      take(part.attempt, row);
    }
  }
}

}  // namespace uada
