#include "core/store/Queue.h"

#include <fmt/core.h>

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

std::filesystem::path queueFile(const std::filesystem::path& project) {
  return runFolder(projectFile(project), "run").parent_path() / "queue.json";
}

}  // namespace

std::int64_t store::addQueued(SQLite::Database& database, const RunConfig& config) {
  if (config.policyFile) keepPolicy(database, *config.policyFile);
  SQLite::Statement insert(database, "INSERT INTO queue (title, config, added) VALUES (?, ?, ?)");
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

std::vector<QueuedRun> ProjectReader::queue() const {
  return impl_->read([&] {
    std::vector<QueuedRun> all;
    if (impl_->version() < kQueueVersion) return all;
    SQLite::Statement query(impl_->database, "SELECT id, title, added FROM queue ORDER BY id");
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
