#include <fmt/core.h>

#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "core/augment/Space.h"
#include "core/base/Printable.h"
#include "core/engine/methods/Method.h"
#include "core/store/ReaderImpl.h"

namespace uada {

using namespace store;

namespace {

Timings readTimings(Row& row) {
  return {row.real(), row.real(), row.real(), row.real(), row.real(), row.real()};
}

StepReport readStep(Row& row) {
  StepReport r;
  r.step = row.integer(1);
  r.epoch = row.small();
  r.learningRate = row.real();
  r.loss = row.real();
  r.unperturbedLoss = row.real();
  r.gain = row.real();
  r.correct = row.small();
  r.count = row.small();
  r.counts = readCounts(row);
  r.timings = readTimings(row);
  return r;
}

EpochReport readEpoch(Row& row) {
  EpochReport r;
  r.epoch = row.small(1);
  r.step = row.integer();
  r.trainLoss = row.real();
  r.trainTop1 = row.real();
  r.testLoss = row.real();
  r.testTop1 = row.real();
  r.testTop5 = row.real();
  r.seconds = row.real();
  r.testSeconds = row.real();
  r.counts = readCounts(row);
  r.timings = readTimings(row);
  return r;
}

OpStatistics readOp(Row& row) {
  OpStatistics o;
  o.op = row.text();
  o.count = row.small();
  o.beforeMean = row.real();
  o.beforeSpread = row.real();
  o.afterMean = row.real();
  o.afterSpread = row.real();
  o.probed = row.small();
  o.plus = row.small();
  o.minus = row.small();
  o.zero = row.small();
  o.meanDL = row.real();
  o.wins = row.small();
  o.meanGain = row.real();
  o.inert = row.small();
  o.clamped = row.small();
  return o;
}

GroupStatistics readGroup(Row& row) {
  GroupStatistics g;
  g.group = row.text();
  g.count = row.small();
  g.plus = row.small();
  g.minus = row.small();
  g.zero = row.small();
  g.meanDL = row.real();
  g.wins = row.small();
  g.meanGain = row.real();
  g.inert = row.small();
  g.clamped = row.small();
  return g;
}

/// Of a stored picture: a network's input, enlarged by nobody.
constexpr int kPoliciesVersion = 2;  ///< of the first schema that has the table policies

constexpr const char* kStepColumns =
    "step, epoch, learning_rate, loss, unperturbed_loss, gain, correct, count, forwards_no_grad, "
    "forwards_train, "
    "backwards, chains, render_seconds, probe_seconds, candidate_seconds, train_seconds, wait_seconds, "
    "other_seconds";
constexpr const char* kEpochColumns =
    "epoch, step, train_loss, train_top1, test_loss, test_top1, test_top5, seconds, test_seconds, "
    "forwards_no_grad, "
    "forwards_train, backwards, chains, render_seconds, probe_seconds, candidate_seconds, train_seconds, "
    "wait_seconds, "
    "other_seconds";
constexpr const char* kOpColumns =
    "op, count, before_mean, before_spread, after_mean, after_spread, probed, plus, minus, zero, mean_dl, "
    "wins, "
    "mean_gain, inert, clamped";
constexpr const char* kGroupColumns =
    "grp, count, plus, minus, zero, mean_dl, wins, mean_gain, inert, clamped";

}  // namespace

std::string ProjectReader::Impl::keyOf(std::int64_t run) {
  SQLite::Statement query(database, "SELECT key FROM runs WHERE id = ?");
  if (!bindAll(query, run).executeStep())
    throw Error(fmt::format("there is no run {} in '{}'", run, file.string()));
  const SQLite::Column key = query.getColumn(0);
  if (key.isText() && isKey(key.getString())) return key.getString();
  throw Error(fmt::format("run {} of '{}' is damaged: key: 8 hexadecimal digits expected, '{}' found", run,
                          file.string(), quotable(key.getString())));
}

/// Its key, for messages; its number if it has none.
std::string ProjectReader::Impl::nameOf(std::int64_t run) {
  SQLite::Statement query(database, "SELECT key FROM runs WHERE id = ?");
  const bool isThere = bindAll(query, run).executeStep() && query.getColumn(0).isText();
  return isThere && isKey(query.getColumn(0).getString()) ? query.getColumn(0).getString()
                                                          : std::to_string(run);
}

std::vector<CheckpointReport> ProjectReader::Impl::checkpoints(std::int64_t run) {
  const auto folder = runFolder(file, keyOf(run));
  SQLite::Statement query(database,
                          "SELECT step, epoch, file, hash FROM checkpoints WHERE run = ? ORDER BY id");
  std::vector<CheckpointReport> all;
  for (bindAll(query, run); query.executeStep();) {
    Row row(query);
    CheckpointReport report{row.integer(), row.small(), (folder / row.text()).string(), row.text()};
    if (isSound(run, "checkpoints", report.step, row)) all.push_back(std::move(report));
  }
  return all;
}

ProjectReader::ProjectReader(const std::filesystem::path& file) : impl_(std::make_unique<Impl>(file)) {}
ProjectReader::~ProjectReader() = default;
const std::filesystem::path& ProjectReader::file() const { return impl_->file; }

std::vector<RunSummary> ProjectReader::runs() const {
  return guarded(file(), [&] {
    std::vector<RunSummary> all;
    SQLite::Transaction snapshot(impl_->database);
    SQLite::Statement query(impl_->database, impl_->summarySql("ORDER BY r.id DESC"));
    while (query.executeStep()) {
      Row row(query);
      all.push_back(impl_->summary(row));
    }
    return all;
  });
}

RunConfig ProjectReader::Impl::config(const RunSummary& run, const std::string& text) const {
  try {
    return runConfigFromJson(parseJson(text, "config"), "config");
  } catch (const Error& error) {
    throw Error(
        fmt::format("run {} of '{}' is damaged: {}; restore a copy of the project, or take the "
                    "configuration from config.json in the run's folder",
                    run.key, file.string(), error.what()));
  }
}

std::vector<FinishedRun> ProjectReader::finishedRuns(const std::vector<std::int64_t>& runs) const {
  const std::unordered_set<std::int64_t> wanted(runs.begin(), runs.end());
  return guarded(file(), [&] {
    std::vector<FinishedRun> all;
    std::unordered_map<std::string, RunConfig> known;  // by hash: what defines the result is read once
    SQLite::Transaction snapshot(impl_->database);
    SQLite::Statement query(impl_->database, impl_->summarySql("WHERE a.state = 'finished' ORDER BY r.id"));
    while (query.executeStep()) {
      Row row(query);
      if (!wanted.empty() && !wanted.contains(query.getColumn(0).getInt64())) continue;
      RunSummary summary = impl_->summary(row);
      auto config = known.find(summary.damage.empty() ? summary.configHash : "");
      if (config == known.end()) {
        auto own = impl_->soundConfig(summary, row);
        if (!own) continue;
        config = known.emplace(summary.configHash, std::move(*own)).first;
      }
      all.push_back({std::move(summary), config->second});
      all.back().config.seed = all.back().summary.seed;
    }
    return all;
  });
}

std::vector<PolicyFile> ProjectReader::Impl::policies() {
  std::vector<PolicyFile> all;
  if (database.execAndGet("PRAGMA user_version").getInt() < kPoliciesVersion) return all;
  SQLite::Statement query(database, "SELECT name, sha256, text FROM policies ORDER BY name");
  while (query.executeStep()) {
    Row row(query);
    PolicyFile policy{row.text(), row.text(), row.text()};
    if (row.problem().empty()) all.push_back(std::move(policy));
  }
  return all;
}

std::vector<PolicyFile> ProjectReader::policies() const {
  return guarded(file(), [&] {
    SQLite::Transaction snapshot(impl_->database);
    return impl_->policies();
  });
}

/// The project's copy of what the method's policy is made of.
std::shared_ptr<const PolicyFile> ProjectReader::Impl::policyFileOf(const Choice& method) {
  const Choice policy = policyOf(method);
  if (!findPolicy(policy.name).isFile) return nullptr;
  const std::string& hash = policy.settings.at("sha256").asString();
  for (PolicyFile& file : policies())
    if (file.sha256 == hash) return std::make_shared<const PolicyFile>(std::move(file));
  return nullptr;
}

RunDetail ProjectReader::detail(std::int64_t run) const {
  return guarded(file(), [&] {
    SQLite::Transaction snapshot(impl_->database);
    SQLite::Statement query(impl_->database, impl_->summarySql("WHERE r.id = ?"));
    if (!bindAll(query, run).executeStep()) impl_->keyOf(run);
    Row row(query);
    RunDetail detail;
    detail.summary = impl_->summary(row);
    detail.config = impl_->config(detail.summary, row.text());
    detail.config.policyFile = impl_->policyFileOf(detail.config.method);
    detail.checkpoints = impl_->checkpoints(run);
    SQLite::Statement attempts(
        impl_->database, fmt::format("SELECT host, user, program, git, libtorch, compiler, cpu, device, "
                                     "threads, pid, data_hash, {} FROM attempts d WHERE run = ? ORDER BY "
                                     "attempt",
                                     impl_->verdictSql()));
    for (bindAll(attempts, run); attempts.executeStep();) {
      Row a(attempts);
      detail.attempts.push_back({a.text(), a.text(), a.text(), a.text(), a.text(), a.text(), a.text(),
                                 a.text(), a.small(), a.integer(), a.text(), a.flag()});
    }
    SQLite::Statement events(impl_->database,
                             "SELECT text FROM events WHERE run = ? AND kind = 'event' ORDER BY id");
    for (bindAll(events, run); events.executeStep();) detail.events.push_back(oneLine(Row(events).text()));
    return detail;
  });
}

std::vector<StepReport> ProjectReader::steps(std::int64_t run, std::int64_t afterStep) const {
  return guarded(file(), [&] {
    std::vector<StepReport> all;
    SQLite::Transaction snapshot(impl_->database);
    impl_->each(
        run, "steps",
        fmt::format(
            "SELECT {} FROM steps WHERE run = ? AND attempt = ? AND step > ? AND step < ? ORDER BY step",
            kStepColumns),
        afterStep, [&](std::int64_t, Row& row) {
          const StepReport report = readStep(row);
          if (impl_->isSound(run, "steps", report.step, row)) all.push_back(report);
        });
    return all;
  });
}

std::vector<EpochReport> ProjectReader::epochs(std::int64_t run) const {
  return guarded(file(), [&] {
    std::vector<EpochReport> all;
    SQLite::Transaction snapshot(impl_->database);
    impl_->each(
        run, "epochs",
        fmt::format(
            "SELECT {} FROM epochs WHERE run = ? AND attempt = ? AND step > ? AND step < ? ORDER BY epoch",
            kEpochColumns),
        -1, [&](std::int64_t, Row& row) {
          const EpochReport report = readEpoch(row);
          if (impl_->isSound(run, "epochs", report.step, row)) all.push_back(report);
        });
    return all;
  });
}

std::vector<PolicyReport> ProjectReader::policy(std::int64_t run, std::int64_t afterStep) const {
  return guarded(file(), [&] {
    std::vector<PolicyReport> all;
    SQLite::Transaction snapshot(impl_->database);
    const std::string rows = "WHERE run = ? AND attempt = ? AND step > ? AND step < ? ORDER BY step";
    impl_->each(run, "policy", "SELECT step, epoch, unperturbed_wins, count FROM policy " + rows, afterStep,
                [&](std::int64_t, Row& row) {
                  PolicyReport report{row.integer(1), row.small(), row.small(), row.small(), {}, {}};
                  if (impl_->isSound(run, "policy", report.step, row)) all.push_back(std::move(report));
                });
    // The parts come in the order of the reports: each goes to the report of its step.
    auto report = all.begin();
    const auto at = [&](std::int64_t step) {
      while (report != all.end() && report->step < step) ++report;
      return report != all.end() && report->step == step;
    };
    impl_->each(run, "policy", fmt::format("SELECT step, {} FROM policy_ops {}, position", kOpColumns, rows),
                afterStep, [&](std::int64_t, Row& row) {
                  const std::int64_t step = row.integer();
                  OpStatistics op = readOp(row);
                  if (impl_->isSound(run, "policy_ops", step, row) && at(step))
                    report->ops.push_back(std::move(op));
                });
    report = all.begin();
    impl_->each(run, "policy",
                fmt::format("SELECT step, {} FROM policy_groups {}, position", kGroupColumns, rows),
                afterStep, [&](std::int64_t, Row& row) {
                  const std::int64_t step = row.integer();
                  GroupStatistics group = readGroup(row);
                  if (impl_->isSound(run, "policy_groups", step, row) && at(step))
                    report->groups.push_back(std::move(group));
                });
    return all;
  });
}

std::optional<CheckpointReport> ProjectReader::lastCheckpoint(std::int64_t run) const {
  return guarded(file(), [&]() -> std::optional<CheckpointReport> {
    auto all = impl_->checkpoints(run);
    if (all.empty()) return {};
    return all.back();
  });
}

std::int64_t ProjectReader::dataVersion() const {
  return guarded(file(), [&] { return impl_->database.execAndGet("PRAGMA data_version").getInt64(); });
}

}  // namespace uada
