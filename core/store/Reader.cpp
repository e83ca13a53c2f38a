#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "core/augment/Space.h"
#include "core/base/Printable.h"
#include "core/base/ThreadPool.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/store/Inserter.h"
#include "core/store/ReaderImpl.h"
#include "core/store/ReportRows.h"
#include "core/store/Schema.h"

namespace uada {

using namespace store;

namespace {

/// Of the first schema that has the table policies, of that which has metrics, and of that which has edits.
constexpr int kPoliciesVersion = 2, kMetricsVersion = 6, kEditsVersion = 10;

constexpr const char* kRange = "WHERE run = ? AND attempt = ? AND step > ? AND step < ?";

template <class R>
std::string select(int version, const char* first, const char* table, const char* order) {
  return fmt::format("SELECT {}{} FROM {} {} ORDER BY {}", first, joined(columnsOf<R>(version), ", "), table,
                     kRange, order);
}

/// Moves on to the report of a step; reports are in the order of the steps, and so are the steps asked for.
template <class R>
class Follower {
 public:
  explicit Follower(std::vector<R>& reports) : report_(reports.begin()), end_(reports.end()) {}
  R* at(std::int64_t step) {
    while (report_ != end_ && report_->step < step) ++report_;
    return report_ != end_ && report_->step == step ? &*report_ : nullptr;
  }

 private:
  std::vector<R>::iterator report_, end_;
};

/// The configurations of many runs. By hash: what defines the result is read once.
class SharedConfigs {
 public:
  /// row  at the column of the configuration of a run with this hash
  /// returns  false: it has none that could be read
  bool add(const std::string& hash, Row& row) {
    if (places_.contains(hash)) return true;
    std::string text = row.text();
    if (!row.problem().empty()) return false;
    places_.emplace(hash, configs_.size());
    texts_.push_back(std::move(text));
    configs_.emplace_back();
    return true;
  }
  /// All that were added, on several threads where there are thousands.
  void read() {
    constexpr std::size_t kOfAThread = 500;
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    ThreadPool pool(static_cast<int>(std::clamp<std::size_t>(texts_.size() / kOfAThread, 1, cores)));
    pool.forRanges(texts_.size(), kOfAThread, [&](std::size_t begin, std::size_t end) {
      ConfigReader reader;
      for (std::size_t i = begin; i < end; ++i) configs_[i] = readSound(reader, texts_[i]);
    });
  }
  /// Those that could be read.
  void moveTo(ConfigsByHash& all) {
    for (const auto& [hash, place] : places_)
      if (configs_[place]) all.emplace(hash, std::move(configs_[place]));
  }
  /// null: the text that was added is damaged
  std::shared_ptr<const RunConfig> of(const std::string& hash) const { return configs_[places_.at(hash)]; }
  std::shared_ptr<const RunConfig> take(const std::string& hash, RunConfig config) {
    return configs_[places_.at(hash)] = std::make_shared<const RunConfig>(std::move(config));
  }

 private:
  static std::shared_ptr<const RunConfig> readSound(ConfigReader& reader, const std::string& text) {
    try {
      return std::make_shared<const RunConfig>(reader.read(parseJson(text, "config"), "config"));
    } catch (const Error&) {
      return nullptr;  // who asks for it says why
    }
  }

  std::unordered_map<std::string, std::size_t> places_;
  std::vector<std::string> texts_;
  std::vector<std::shared_ptr<const RunConfig>> configs_;
};

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

/// Another process may bring the file up to date while it is open here.
void ProjectReader::Impl::fitVersion() {
  const int now = database.execAndGet("PRAGMA user_version").getInt();
  if (now == version_) return;
  if (version_ < kMetricsVersion) database.exec("PRAGMA query_only=OFF");
  if (version_ > 0 && version_ < kMetricsVersion)
    database.exec("DROP VIEW temp.metrics; DROP VIEW temp.result_metrics; DROP VIEW temp.results");
  if (now < kMetricsVersion)
    database.exec(
        fmt::format("CREATE TEMP VIEW metrics AS {}; CREATE TEMP VIEW result_metrics AS {}; "
                    "CREATE TEMP VIEW results AS {}",
                    kMetricsBefore6, kResultMetricsBefore6, kResultsBefore6));
  database.exec("PRAGMA query_only=ON");
  version_ = now;
}

ProjectReader::ProjectReader(const std::filesystem::path& file) : impl_(std::make_unique<Impl>(file)) {}
ProjectReader::~ProjectReader() = default;
const std::filesystem::path& ProjectReader::file() const { return impl_->file; }

std::size_t ProjectReader::Impl::countRuns() {
  return static_cast<std::size_t>(database.execAndGet("SELECT count(*) FROM runs").getInt64());
}

std::vector<RunSummary> ProjectReader::runs() const {
  return impl_->read([&] {
    std::vector<RunSummary> all;
    all.reserve(impl_->countRuns());
    SQLite::Statement query(impl_->database, impl_->summarySql("ORDER BY r.id"));
    LastMetrics metrics(impl_->database);
    while (query.executeStep()) {
      Row row(query);
      all.push_back(impl_->summary(row, metrics));
    }
    std::ranges::reverse(all);
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
  return impl_->read([&] {
    std::vector<FinishedRun> all;
    all.reserve(wanted.empty() ? impl_->countRuns() : wanted.size());
    SharedConfigs configs;
    LastMetrics metrics(impl_->database);
    SQLite::Statement query(impl_->database, impl_->summarySql("WHERE a.state = 'finished' ORDER BY r.id"));
    while (query.executeStep()) {
      Row row(query);
      if (!wanted.empty() && !wanted.contains(query.getColumn(0).getInt64())) continue;
      RunSummary summary = impl_->summary(row, metrics);
      if (summary.damage.empty() && configs.add(summary.configHash, row))
        all.push_back({std::move(summary), nullptr});
      else
        impl_->leaveOut(summary.id, summary.damage.empty() ? row.problem() : summary.damage);
    }
    configs.read();
    for (FinishedRun& run : all) {
      run.config = configs.of(run.summary.configHash);
      if (run.config) continue;
      // The text that was read is damaged; this run may have a sound one of its own.
      if (auto own = impl_->soundConfig(run.summary))
        run.config = configs.take(run.summary.configHash, std::move(*own));
    }
    std::erase_if(all, [](const FinishedRun& run) { return !run.config; });
    return all;
  });
}

ConfigsByHash ProjectReader::configs(ConfigsByHash known) const {
  return impl_->read([&] {
    SharedConfigs configs;
    SQLite::Statement query(impl_->database, "SELECT config_hash, config FROM runs ORDER BY id");
    while (query.executeStep()) {
      Row row(query);
      const std::string hash = row.text();
      if (row.problem().empty() && !known.contains(hash)) configs.add(hash, row);
    }
    configs.read();
    configs.moveTo(known);
    return std::move(known);
  });
}

std::vector<EditReport> ProjectReader::Impl::edits(std::int64_t run) {
  std::vector<EditReport> all;
  if (version() < kEditsVersion) return all;
  SQLite::Statement query(database, fmt::format("SELECT {} FROM edits WHERE run = ? ORDER BY number",
                                                joined(columnsOf<EditReport>(version()), ", ")));
  for (bindAll(query, run); query.executeStep();) {
    Row row(query);
    EditReport edit = reportFrom<EditReport>(row, version());
    if (isSound(run, "edits", edit.step, row)) all.push_back(std::move(edit));
  }
  return all;
}

std::vector<double> ProjectReader::testsAfter(int epoch, const RunSummary& of) const {
  return impl_->read([&] {
    SQLite::Statement query(
        impl_->database,
        fmt::format(
            "SELECT m.value FROM runs r "
            "JOIN attempts a ON a.run = r.id AND a.attempt = (SELECT max(attempt) FROM attempts WHERE run = "
            "r.id) "
            "JOIN epochs e ON e.run = r.id AND e.epoch = ?1 AND e.attempt = (SELECT max(attempt) FROM epochs "
            "WHERE run = r.id AND epoch = ?1) "
            "JOIN metrics m ON m.run = e.run AND m.attempt = e.attempt AND m.step = e.step AND m.part = "
            "'test' AND m.name = ?2 "
            "WHERE r.experiment = ?3 AND r.dataset = ?4 AND r.id <> ?5 AND (a.state = 'finished' OR a.{})",
            kLiveStates));
    bindAll(query, epoch, mainMetric(of).name, of.experiment, of.dataset, of.id);
    std::vector<double> values;
    while (query.executeStep())
      if (const SQLite::Column value = query.getColumn(0); value.isFloat() || value.isInteger())
        values.push_back(value.getDouble());
    return values;
  });
}

std::vector<EditReport> ProjectReader::edits(std::int64_t run) const {
  return impl_->read([&] { return impl_->edits(run); });
}

std::vector<PolicyFile> ProjectReader::Impl::policies() {
  std::vector<PolicyFile> all;
  if (version() < kPoliciesVersion) return all;
  SQLite::Statement query(database, "SELECT name, sha256, text FROM policies ORDER BY name");
  while (query.executeStep()) {
    Row row(query);
    PolicyFile policy{row.text(), row.text(), row.text()};
    if (row.problem().empty()) all.push_back(std::move(policy));
  }
  return all;
}

std::vector<PolicyFile> ProjectReader::policies() const {
  return impl_->read([&] { return impl_->policies(); });
}

/// The project's copy of what the method's policy is made of.
std::shared_ptr<const PolicyFile> ProjectReader::Impl::policyFileOf(const Choice& method) {
  const Choice policy = policyOf(method);
  if (!findPolicy(policy.name).isFile) return nullptr;
  const std::string& hash = policy.settings().at("sha256").asString();
  for (PolicyFile& file : policies())
    if (file.sha256 == hash) return std::make_shared<const PolicyFile>(std::move(file));
  return nullptr;
}

RunDetail ProjectReader::detail(std::int64_t run) const {
  return impl_->read([&] {
    SQLite::Statement query(impl_->database, impl_->summarySql("WHERE r.id = ?"));
    if (!bindAll(query, run).executeStep()) impl_->keyOf(run);
    Row row(query);
    RunDetail detail;
    LastMetrics metrics(impl_->database, run);
    detail.summary = impl_->summary(row, metrics);
    detail.config = impl_->config(detail.summary, row.text());
    detail.config.policyFile = impl_->policyFileOf(detail.config.method);
    detail.checkpoints = impl_->checkpoints(run);
    detail.edits = impl_->edits(run);
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

template <class R>
std::vector<R> ProjectReader::Impl::reports(std::int64_t run, const char* table, const char* order,
                                            Steps steps) {
  std::vector<R> all;
  each(run, table, select<R>(version(), "", table, order), steps, [&](std::int64_t, Row& row) {
    R report = reportFrom<R>(row, version());
    if (isSound(run, table, report.step, row)) all.push_back(std::move(report));
  });
  return all;
}

template <class R>
void ProjectReader::Impl::addMetrics(std::int64_t run, const char* table, const char* part,
                                     Metrics R::* metrics, Steps steps, std::vector<R>& reports) {
  Follower<R> follower(reports);
  const std::string sql =
      fmt::format("SELECT step, name, value FROM metrics {} AND part = '{}' ORDER BY step", kRange, part);
  each(run, table, sql, steps, [&](std::int64_t, Row& row) {
    const std::int64_t step = row.integer();
    MetricValue metric{row.text(), row.real()};
    R* report = follower.at(step);
    if (isSound(run, "metrics", step, row) && report) (report->*metrics).push_back(std::move(metric));
  });
}

std::vector<StepReport> ProjectReader::steps(std::int64_t run, std::int64_t afterStep,
                                             std::int64_t lastStep) const {
  return impl_->read([&] {
    const Impl::Steps steps{afterStep, lastStep};
    auto all = impl_->reports<StepReport>(run, "steps", "step", steps);
    impl_->addMetrics(run, "steps", "step", &StepReport::metrics, steps, all);
    return all;
  });
}

std::vector<EpochReport> ProjectReader::epochs(std::int64_t run) const {
  return impl_->read([&] {
    auto all = impl_->reports<EpochReport>(run, "epochs", "epoch", {});
    impl_->addMetrics(run, "epochs", "train", &EpochReport::train, {}, all);
    impl_->addMetrics(run, "epochs", "test", &EpochReport::test, {}, all);
    return all;
  });
}

template <class Part>
void ProjectReader::Impl::addParts(std::int64_t run, const char* table,
                                   std::vector<Part> PolicyReport::* parts, std::int64_t afterStep,
                                   std::vector<PolicyReport>& reports) {
  Follower<PolicyReport> follower(reports);
  each(run, "policy", select<Part>(version(), "step, ", table, "step, position"), afterStep,
       [&](std::int64_t, Row& row) {
         const std::int64_t step = row.integer();
         Part part = reportFrom<Part>(row, version());
         PolicyReport* report = follower.at(step);
         if (isSound(run, table, step, row) && report) (report->*parts).push_back(std::move(part));
       });
}

std::vector<PolicyReport> ProjectReader::policy(std::int64_t run, std::int64_t afterStep) const {
  return impl_->read([&] {
    auto all = impl_->reports<PolicyReport>(run, "policy", "step", {afterStep});
    impl_->addParts(run, "policy_ops", &PolicyReport::ops, afterStep, all);
    impl_->addParts(run, "policy_groups", &PolicyReport::groups, afterStep, all);
    return all;
  });
}

std::optional<CheckpointReport> ProjectReader::lastCheckpoint(std::int64_t run) const {
  return impl_->read([&]() -> std::optional<CheckpointReport> {
    auto all = impl_->checkpoints(run);
    if (all.empty()) return {};
    return all.back();
  });
}

std::int64_t ProjectReader::dataVersion() const {
  return guarded(file(), [&] { return impl_->database.execAndGet("PRAGMA data_version").getInt64(); });
}

}  // namespace uada
