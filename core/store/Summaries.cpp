#include <fmt/core.h>

#include <algorithm>

#include "core/store/Inserter.h"
#include "core/store/Locks.h"
#include "core/store/ReaderImpl.h"

namespace uada {

using namespace store;

static RunState stateOf(const std::string& name) {
  for (const auto state : {RunState::preparing, RunState::running, RunState::paused, RunState::stopping,
                           RunState::finished, RunState::stopped, RunState::failed})
    if (name == stateName(state)) return state;
  return RunState::interrupted;
}

std::vector<Part> ProjectReader::Impl::parts(std::int64_t run, const char* table) {
  SQLite::Statement query(
      database,
      fmt::format(
          "SELECT attempt, (SELECT min(step) FROM steps s WHERE s.run = a.run AND s.attempt = a.attempt), "
          "(SELECT min(step) FROM {} t WHERE t.run = a.run AND t.attempt = a.attempt) "
          "FROM attempts a WHERE run = ? ORDER BY attempt DESC",
          table));
  std::vector<Part> all;
  std::int64_t end = INT64_MAX;
  bindAll(query, run);
  while (query.executeStep()) {
    all.push_back({query.getColumn(0).getInt64(), end});
    for (const int column : {1, 2})
      if (!query.getColumn(column).isNull()) end = std::min(end, query.getColumn(column).getInt64());
  }
  std::ranges::reverse(all);
  return all;
}

RunSummary ProjectReader::Impl::summary(Row& row) {
  RunSummary run;
  run.id = row.integer();
  run.key = row.text();
  run.title = row.text();
  run.experiment = row.text();
  run.dataset = row.text();
  run.model = row.text();
  run.method = row.text();
  run.seed = row.integer();
  run.configHash = row.text();
  run.epochs = row.small();
  run.created = row.text();
  run.notes = row.text();
  run.tags = row.text();
  addAttempts(run);
  addProgress(run);
  addCosts(run);
  return run;
}

void ProjectReader::Impl::addAttempts(RunSummary& run) {
  SQLite::Statement query(
      database,
      "SELECT attempt, state, problem, ended, seen, host, pid, process_start, device, threads "
      "FROM attempts WHERE run = ? ORDER BY attempt DESC LIMIT 1");
  if (!bindAll(query, run.id).executeStep()) return;
  Row row(query);
  run.attempts = row.small();
  run.state = stateOf(row.text());
  run.problem = row.text();
  run.ended = row.text();
  const std::string seen = row.text();
  const Owner owner{row.text(), row.integer(), row.integer()};
  run.host = owner.host;
  run.pid = owner.pid;
  run.device = row.text();
  run.threads = row.small();
  if (!isLive(run.state) || isAlive(owner, runLockFile(file, run.key))) return;
  run.state = RunState::interrupted;
  run.ended = seen;
}

void ProjectReader::Impl::addProgress(RunSummary& run) {
  SQLite::Statement last(database,
                         "SELECT step, epoch, loss FROM steps WHERE run = ? "
                         "ORDER BY attempt DESC, step DESC LIMIT 1");
  if (bindAll(last, run.id).executeStep()) {
    Row row(last);
    run.step = row.integer();
    run.epoch = row.small();
    run.loss = row.real();
  }
  each(run.id, "epochs",
       "SELECT epoch, step, test_top1, test_top5 FROM epochs "
       "WHERE run = ? AND attempt = ? AND step > ? AND step < ? ORDER BY epoch",
       -1, [&](std::int64_t, Row& row) {
         const int epoch = row.small();
         const std::int64_t step = row.integer();
         run.lastTop1 = row.real();
         run.lastTop5 = row.real();
         if (step >= run.step) run.step = step, run.epoch = epoch;
         // The first of equal ones; NaN is never the best.
         if (!(*run.lastTop1 > run.bestTop1.value_or(-1))) return;
         run.bestTop1 = run.lastTop1;
         run.bestEpoch = epoch;
       });
}

void ProjectReader::Impl::addCosts(RunSummary& run) {
  SQLite::Statement result(database,
                           "SELECT seconds, forwards_no_grad, forwards_train, backwards, chains, best_top1, "
                           "last_top1, last_top5, best_epoch FROM results WHERE run = ? AND attempt = ?");
  if (bindAll(result, run.id, run.attempts).executeStep()) {
    Row row(result);
    run.seconds = row.real();
    run.counts = readCounts(row);
    if (run.lastTop1) return;
    run.bestTop1 = row.real();
    run.lastTop1 = row.real();
    run.lastTop5 = row.real();
    run.bestEpoch = row.small();
    return;
  }
  const auto ranges = parts(run.id, "steps");
  SQLite::Statement query(
      database,
      "SELECT total(render_seconds + probe_seconds + candidate_seconds + train_seconds + wait_seconds + "
      "other_seconds), coalesce(sum(forwards_no_grad), 0), coalesce(sum(forwards_train), 0), "
      "coalesce(sum(backwards), 0), coalesce(sum(chains), 0), max(step) FROM steps "
      "WHERE run = ? AND attempt = ? AND step > ? AND step < ?");
  for (const Part& part : ranges) {
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
