#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/base/Printable.h"
#include "core/engine/tasks/Task.h"
#include "core/store/Inserter.h"
#include "core/store/Locks.h"
#include "core/store/ReaderImpl.h"
#include "core/store/ReportRows.h"
#include "core/store/Schema.h"

namespace uada {

using namespace store;

namespace {

/// Of the first schema that says whether the data are the published ones, and how many steps they give.
constexpr int kVerdictsVersion = 4;
/// Of the first schema that says whether a person gave the title.
constexpr int kRenamedVersion = 8;
/// Of the first schema that knows forks and edits.
constexpr int kForksVersion = 10;
/// Of a summary: each group is NULL where there is none.
constexpr int kDataColumns = 3, kAttemptColumns = 10, kStepColumns = 3, kEpochColumns = 2, kResultColumns = 9;

constexpr std::size_t kMostShown = 1000;  ///< bytes of a title or a time; ours are far shorter

/// A name or a message as every output may show it, also of a time when any text was taken for one.
std::string lineOf(Row& row, std::size_t most = std::string::npos) { return oneLine(row.text(), most); }

/// Where the run is: its last step, or epoch where steps are missing.
void readPlace(Row& row, RunSummary& run) {
  if (row.isNull()) {
    row.skip(kStepColumns);
  } else {
    run.step = row.integer();
    run.epoch = row.small();
    run.loss = row.real();
  }
  if (row.isNull()) return row.skip(kEpochColumns);
  const std::int64_t step = row.integer();
  const int epoch = row.small();
  if (epoch > 0 && step >= run.step) run.step = step, run.epoch = epoch;
  // Earlier versions did not store it.
  if (run.stepsPerEpoch == 0 && epoch > 0) run.stepsPerEpoch = step / epoch;
}

/// What it was trained on, as soon as that was read.
void readDataSet(Row& row, RunSummary& run) {
  if (row.isNull()) return row.skip(kDataColumns);
  run.dataHash = row.text();
  run.isDataPublished = row.flag();
  run.stepsPerEpoch = row.integer();
}

/// A value of the run's main metric. Shares are from 0 to 1.
double mainValue(Row& row, const RunSummary& run) {
  return mainMetric(run).scale == 100 ? row.share() : row.real();
}

void readResult(Row& row, RunSummary& run) {
  row.skip();  // the attempt: there is a result
  run.seconds = row.real();
  if (!(run.seconds >= 0)) row.complain("seconds: a number from 0 on expected, another value found");
  run.counts = readCounts(row);
  run.metric = row.text();
  const double best = mainValue(row, run);
  run.bestEpoch = row.small();
  if (!std::isnan(best)) run.best = best;
}

/// A finished run without one number of its last test, or whose loss is none.
bool hasDiverged(const RunSummary& run) {
  const double last = metricOf(run.last, run.metric), loss = metricOf(run.last, "loss");
  return run.state == RunState::finished &&
         !(run.best && std::isfinite(*run.best) && std::isfinite(last) && std::isfinite(loss));
}

}  // namespace

store::LastMetrics::LastMetrics(SQLite::Database& database, std::optional<std::int64_t> run)
    : query_(database, fmt::format("SELECT run, attempt, name, value FROM result_metrics {} ORDER BY run, "
                                   "attempt, name",
                                   run ? fmt::format("WHERE run = {}", *run) : "")),
      isThere_(query_.executeStep()) {}

std::vector<store::AttemptRows> ProjectReader::Impl::parts(std::int64_t run, const char* table) {
  SQLite::Statement query(
      database,
      fmt::format("SELECT attempt, (SELECT min(step) FROM steps s WHERE s.run = a.run AND s.attempt = "
                  "a.attempt AND step > 0), "
                  "(SELECT min(step) FROM {} t WHERE t.run = a.run AND t.attempt = a.attempt AND step > 0) "
                  "FROM attempts a WHERE run = ? ORDER BY attempt DESC",
                  table));
  std::vector<store::AttemptRows> all;
  std::int64_t end = INT64_MAX;
  bindAll(query, run);
  while (query.executeStep()) {
    all.push_back({query.getColumn(0).getInt64(), end});
    for (const int column : {1, 2})
      if (query.getColumn(column).isInteger()) end = std::min(end, query.getColumn(column).getInt64());
  }
  std::ranges::reverse(all);
  return all;
}

bool ProjectReader::Impl::tellsData() const { return version() >= kVerdictsVersion; }

const char* ProjectReader::Impl::verdictSql() const {
  return tellsData() ? "d.data_published" : kPublishedByHash;
}

std::string ProjectReader::Impl::summarySql(const std::string& which) {
  // Of a run the newest attempt a, the newest that has read its data d, its result x, and the last step s and
  // epoch e of any attempt: all by primary key, so that a list of runs is one query.
  constexpr const char* kSelect = R"sql(
SELECT r.id, r.key, r.title, r.experiment, r.dataset, r.model, r.method, r.seed, r.config_hash, r.recipe_hash,
       r.epochs, r.created, r.notes, r.tags, {}, EXISTS (SELECT 1 FROM checkpoints WHERE run = r.id),
       (SELECT count(*) FROM attempts WHERE run = r.id AND state = 'failed'),
        coalesce((SELECT substr(time, 1, 10) || ': ' || substr(text, length('{}') + 1) FROM events
                  WHERE run = r.id AND kind = 'event' AND text LIKE '{}%' ORDER BY id DESC LIMIT 1), ''),
        {}, d.data_hash, {}, {},
       a.attempt, a.state, a.problem, a.ended, a.seen, a.host, a.pid, a.process_start, a.device, a.threads,
       s.step, s.epoch, s.loss, e.step, e.epoch,
       x.attempt, x.seconds, x.forwards_no_grad, x.forwards_train, x.backwards, x.chains, x.metric, x.best,
       x.best_epoch, json_valid(r.config), r.config
FROM runs r
LEFT JOIN attempts a ON a.run = r.id AND a.attempt = (SELECT max(attempt) FROM attempts WHERE run = r.id)
LEFT JOIN attempts d ON d.run = r.id
  AND d.attempt = (SELECT max(attempt) FROM attempts WHERE run = r.id AND data_hash <> '')
LEFT JOIN steps s ON s.run = r.id AND (s.attempt, s.step) =
  (SELECT attempt, step FROM steps WHERE run = r.id ORDER BY attempt DESC, step DESC LIMIT 1)
LEFT JOIN epochs e ON e.run = r.id AND (e.attempt, e.epoch) =
  (SELECT attempt, epoch FROM epochs WHERE run = r.id ORDER BY attempt DESC, epoch DESC LIMIT 1)
LEFT JOIN results x ON x.run = a.run AND x.attempt = a.attempt
{})sql";
  constexpr const char* kForks =
      "r.forked_from, r.forked_step, r.forked_config, (SELECT count(*) FROM edits WHERE run = r.id)";
  return fmt::format(kSelect, version() >= kRenamedVersion ? "r.renamed" : "0", kRepetitionEvent,
                     kRepetitionEvent, version() >= kForksVersion ? kForks : "'', 0, '', 0", verdictSql(),
                     tellsData() ? "d.steps_per_epoch" : "0", which);
}

RunSummary ProjectReader::Impl::summary(Row& row, LastMetrics& metrics) {
  RunSummary run;
  run.id = row.integer();
  run.key = row.text();
  run.title = lineOf(row, kMostShown);
  run.experiment = lineOf(row);
  run.dataset = lineOf(row);
  run.model = lineOf(row);
  run.method = lineOf(row);
  run.seed = row.integer(std::numeric_limits<std::int64_t>::min());
  run.configHash = row.text();
  run.recipeHash = row.text();
  run.epochs = row.small();
  run.created = lineOf(row, kMostShown);
  run.notes = printable(row.text());
  run.tags = lineOf(row);
  run.isRenamed = row.flag().value_or(false);
  run.hasCheckpoint = row.flag().value_or(false);
  run.failures = row.small();
  run.certificate = lineOf(row);
  run.isRepeatable = run.certificate.find(kEqualToTheBit) != std::string::npos;
  run.lineage = {lineOf(row), row.integer(), row.text()};
  run.edits = row.small();
  if (!isKey(run.key)) {
    row.complain(fmt::format("key: 8 hexadecimal digits expected, '{}' found", quotable(run.key)));
    run.key.clear();
  }
  readDataSet(row, run);
  readAttempt(row, run);
  readPlace(row, run);
  if (row.isNull()) {
    row.skip(kResultColumns);
    addEpochs(run);
    addCosts(run);
  } else {
    readResult(row, run);
    addLastMetrics(row, metrics, run);
  }
  if (row.flag() != true) row.complain("config: JSON expected, other text found");
  run.damage = row.problem();
  return run;
}

void ProjectReader::Impl::readAttempt(Row& row, RunSummary& run) const {
  if (row.isNull()) return row.skip(kAttemptColumns);  // none has begun
  run.attempts = row.small();
  const std::string state = row.text();
  run.state = stateFromName(state);
  if (state != stateName(run.state))
    row.complain(fmt::format("state: the name of a state expected, '{}' found", quotable(state)));
  run.problem = lineOf(row);
  run.ended = lineOf(row, kMostShown);
  const std::string seen = lineOf(row, kMostShown);
  const Owner owner{row.text(), row.integer(), row.integer()};
  run.host = owner.host;
  run.pid = owner.pid;
  run.device = row.text();
  run.threads = row.small();
  if (!isLive(run.state) || isAlive(owner, runLockFile(file, run.key))) return;
  run.state = RunState::interrupted;
  run.ended = seen;
}

/// Metrics of a run without a result.
void ProjectReader::Impl::addEpochs(RunSummary& run) {
  std::int64_t last = 0;
  run.metric = mainMetric(run).name;
  each(
      run.id, "epochs",
      "SELECT m.step, m.name, m.value, e.epoch FROM metrics m JOIN epochs e ON e.run = m.run AND e.attempt = "
      "m.attempt AND e.step = m.step WHERE m.run = ? AND m.attempt = ? AND m.step > ? AND m.step < ? "
      "AND m.part = 'test' ORDER BY e.epoch",
      -1, [&](std::int64_t, Row& row) {
        const std::int64_t step = row.integer();
        if (step != std::exchange(last, step)) run.last.clear();
        run.last.push_back({row.text(), row.real()});
        const MetricValue& metric = run.last.back();
        const double best = run.best.value_or(std::nan(""));
        if (metric.name != run.metric || !mainMetric(run).isBetter(metric.value, best)) return;
        run.best = metric.value;  // the first of equal ones; NaN is never the best
        run.bestEpoch = row.small();
      });
}

/// Of a run with a result.
void ProjectReader::Impl::addLastMetrics(Row& row, LastMetrics& metrics, RunSummary& run) {
  metrics.of(run.id, run.attempts, [&](Row& metric) {
    std::string name = metric.text();
    const double value = name == run.metric ? mainValue(metric, run) : metric.real();
    if (metric.problem().empty())
      run.last.push_back({std::move(name), value});
    else
      row.complain("result_metrics: " + metric.problem());
  });
  run.hasDiverged = hasDiverged(run);
}

void ProjectReader::Impl::addCosts(RunSummary& run) {
  const auto ranges = parts(run.id, "steps");
  SQLite::Statement query(database,
                          "SELECT total(" + joined(phaseColumns(version()), " + ") +
                              "), coalesce(sum(forwards_no_grad), 0), coalesce(sum(forwards_train), 0), "
                              "coalesce(sum(backwards), 0), coalesce(sum(chains), 0), max(step) FROM steps "
                              "WHERE run = ? AND attempt = ? AND step > ? AND step < ?");
  for (const store::AttemptRows& part : ranges) {
    Spent& sum = spent[{run.id, part.attempt}];
    if (sum.end != part.end) sum = {part.end, -1, 0, {}};
    bindAll(query, run.id, part.attempt, sum.lastStep, part.end).executeStep();
    Row row(query);
    sum.seconds += row.real();
    sum.counts += readCounts(row);
    if (!row.isNull()) sum.lastStep = row.integer();
    run.seconds += sum.seconds;
    run.counts += sum.counts;
  }
}

}  // namespace uada
