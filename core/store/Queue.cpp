#include "core/store/Queue.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "core/base/Error.h"
#include "core/base/JsonText.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/store/Database.h"
#include "core/store/ReaderImpl.h"
#include "core/store/Runs.h"

namespace uada {

using namespace store;

namespace {

/// Of the first schema that has the table.
constexpr int kQueueVersion = 7;
/// Of the first schema whose queue can be put in another order.
constexpr int kPlacesVersion = 8;
constexpr const char* kInOrder = "SELECT id, title, added FROM queue ORDER BY place, id";
/// Rows of the table settings.
constexpr const char *kPaused = "queue_paused", *kStopsAfterFailure = "queue_stops_after_failure";

std::filesystem::path queueFile(const std::filesystem::path& project) {
  return runFolder(projectFile(project), "run").parent_path() / "queue.json";
}

}  // namespace

std::int64_t store::addQueued(SQLite::Database& database, const RunConfig& config) {
  if (config.policyFile) keepPolicy(database, *config.policyFile);
  SQLite::Statement insert(database,
                           "INSERT INTO queue (title, config, added, place) VALUES (?, ?, ?, "
                           "(SELECT coalesce(max(place), 0) + 1 FROM queue))");
  bindAll(insert, runTitle(config), toJson(config).dump(), utcNow()).exec();
  return database.getLastInsertRowid();
}

void store::takeQueued(SQLite::Database& database, std::int64_t queued) {
  SQLite::Statement remove(database, "DELETE FROM queue WHERE id = ?");
  if (bindAll(remove, queued).exec() == 0)
    throw Error(
        fmt::format("there is no run {} in the queue any more: it was removed, or another program has begun "
                    "to train it",
                    queued));
}

namespace {

std::vector<PolicyFile> policiesIn(SQLite::Database& database, const std::string& config) {
  std::vector<PolicyFile> found;
  SQLite::Statement query(database, "SELECT name, sha256, text FROM policies WHERE instr(?, sha256)");
  for (bindAll(query, config); query.executeStep();) {
    Row row(query);
    found.push_back({row.text(), row.text(), row.text()});
  }
  return found;
}

}  // namespace

std::vector<TakenOut> store::takeAllQueued(SQLite::Database& database,
                                           const std::vector<std::int64_t>& queued) {
  std::vector<TakenOut> taken;
  SQLite::Statement query(database, "SELECT title, config, added, place FROM queue WHERE id = ?");
  for (const std::int64_t id : queued) {
    query.reset();
    if (!bindAll(query, id).executeStep()) continue;
    Row row(query);
    TakenOut run{row.text(), row.text(), row.text(), row.integer(), {}};
    run.policies = policiesIn(database, run.config);
    takeQueued(database, id);
    taken.push_back(std::move(run));
  }
  return taken;
}

void store::putBackQueued(SQLite::Database& database, const std::vector<TakenOut>& runs) {
  SQLite::Statement insert(database, "INSERT INTO queue (title, config, added, place) VALUES (?, ?, ?, ?)");
  for (const TakenOut& run : runs) {
    for (const PolicyFile& policy : run.policies) keepPolicy(database, policy);
    insert.reset();
    bindAll(insert, run.title, run.config, run.added, run.place).exec();
  }
}

void store::moveQueued(SQLite::Database& database, const std::vector<std::int64_t>& queued,
                       std::int64_t before) {
  std::vector<std::int64_t> order;
  SQLite::Statement query(database, kInOrder);
  while (query.executeStep()) order.push_back(query.getColumn(0).getInt64());
  std::vector<std::int64_t> moved;
  for (const std::int64_t id : queued)
    if (std::erase(order, id) > 0) moved.push_back(id);
  order.insert(std::ranges::find(order, before), moved.begin(), moved.end());
  SQLite::Statement update(database, "UPDATE queue SET place = ? WHERE id = ?");
  for (std::size_t i = 0; i < order.size(); ++i) {
    update.reset();
    bindAll(update, static_cast<std::int64_t>(i + 1), order[i]).exec();
  }
}

void store::keepQueueRules(SQLite::Database& database, const QueueRules& rules) {
  SQLite::Statement insert(database, "INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)");
  for (const auto& [name, isOn] :
       {std::pair(kPaused, rules.isPaused), std::pair(kStopsAfterFailure, rules.stopsAfterFailure)}) {
    insert.reset();
    bindAll(insert, std::string(name), std::string(isOn ? "1" : "0")).exec();
  }
}

QueueRules ProjectReader::queueRules() const {
  return impl_->read([&] {
    QueueRules rules;
    if (impl_->version() < kPlacesVersion) return rules;
    SQLite::Statement query(impl_->database, "SELECT name FROM settings WHERE value = '1'");
    while (query.executeStep()) {
      const std::string name = query.getColumn(0).getString();
      if (name == kPaused) rules.isPaused = true;
      if (name == kStopsAfterFailure) rules.stopsAfterFailure = true;
    }
    return rules;
  });
}

std::vector<QueuedRun> ProjectReader::queue() const {
  return impl_->read([&] {
    std::vector<QueuedRun> all;
    if (impl_->version() < kQueueVersion) return all;
    SQLite::Statement query(impl_->database, impl_->version() < kPlacesVersion
                                                 ? "SELECT id, title, added FROM queue ORDER BY id"
                                                 : kInOrder);
    while (query.executeStep()) {
      Row row(query);
      QueuedRun& run = all.emplace_back(QueuedRun{row.integer(), oneLine(row.text()), oneLine(row.text())});
      if (!row.problem().empty()) run.title = "damaged: " + row.problem();
    }
    return all;
  });
}

RunConfig ProjectReader::queuedConfig(std::int64_t queued) const {
  return impl_->read([&] {
    const auto refuseMissing = [&](bool isThere) {
      if (isThere) return;
      throw Error(
          fmt::format("there is no run {} in the queue of '{}'; 'uada queue list' names those that "
                      "there are",
                      queued, file().string()));
    };
    refuseMissing(impl_->version() >= kQueueVersion);
    SQLite::Statement query(impl_->database, "SELECT config FROM queue WHERE id = ?");
    refuseMissing(bindAll(query, queued).executeStep());
    Row row(query);
    const std::string text = row.text();
    try {
      if (!row.problem().empty()) throw Error(row.problem());
      RunConfig config = runConfigFromJson(parseJson(text, "config"), "config");
      config.policyFile = impl_->policyFileOf(config.method);
      return config;
    } catch (const Error& error) {
      throw Error(
          fmt::format("run {0} in the queue of '{1}' is damaged: {2}; 'uada queue remove {0}' takes it "
                      "out",
                      queued, file().string(), error.what()));
    }
  });
}

bool hasQueueFile(const std::filesystem::path& project) {
  return std::filesystem::exists(queueFile(project));
}

void adoptQueueFile(ProjectWriter& project) {
  if (!hasQueueFile(project.file())) return;
  const std::filesystem::path file = queueFile(project.file());
  const Json json = readJsonFile(file);
  if (!json.isArray())
    throw Error(fmt::format("{}: an array of runs expected, {} found; remove it, or put a copy in its place",
                            file.string(), foundText(json)));
  std::vector<RunConfig> runs;
  for (const Json& item : json.asArray()) runs.push_back(runConfigFromJson(item, file.string()));
  project.queue(runs);
  std::filesystem::remove(file);
}

}  // namespace uada
