#include "core/store/Runs.h"

#include <fmt/core.h>

#include <random>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/store/Database.h"
#include "core/store/Inserter.h"
#include "core/store/Locks.h"
#include "core/store/Project.h"

namespace uada::store {
namespace {

std::string newKey(const std::filesystem::path& project) {
  std::random_device device;
  for (;;)
    if (std::string key = fmt::format("{:08x}", device()); !std::filesystem::exists(runFolder(project, key)))
      return key;
}

std::int64_t lastAttempt(SQLite::Database& database, std::int64_t run) {
  SQLite::Statement query(
      database, "SELECT (SELECT max(attempt) FROM attempts WHERE run = runs.id) FROM runs WHERE id = ?");
  query.bind(1, run);
  if (!query.executeStep()) throw Error(fmt::format("there is no run {} in the project", run));
  return query.getColumn(0).getInt64();
}

}  // namespace

void keepPolicy(SQLite::Database& database, const PolicyFile& policy) {
  SQLite::Statement query(database, "SELECT sha256 FROM policies WHERE name = ?");
  if (!bindAll(query, policy.name).executeStep()) {
    SQLite::Statement insert(database,
                             "INSERT INTO policies (name, sha256, text, stored) VALUES (?, ?, ?, ?)");
    bindAll(insert, policy.name, policy.sha256, policy.text, utcNow()).exec();
    return;
  }
  if (const std::string known = query.getColumn(0).getString(); known != policy.sha256)
    throw Error(fmt::format(
        "the project has used another policy under the name '{}': SHA-256 {} there, {} here; give the "
        "new one another name",
        policy.name, known, policy.sha256));
}

void dropUnusedPolicies(SQLite::Database& database) {
  database.exec(
      "DELETE FROM policies WHERE NOT EXISTS (SELECT 1 FROM runs WHERE instr(config, policies.sha256)) "
      "AND NOT EXISTS (SELECT 1 FROM queue WHERE instr(config, policies.sha256))");
}

RunSummary newRun(const std::filesystem::path& project, const RunConfig& config) {
  RunSummary summary;
  summary.key = newKey(project);
  summary.title = runTitle(config);
  summary.experiment = config.experiment;
  summary.dataset = config.recipe.dataset.name;
  summary.model = config.recipe.model.name;
  summary.method = config.method.name;
  summary.seed = config.seed;
  summary.configHash = configHash(config);
  summary.recipeHash = recipeHash(config.recipe);
  summary.epochs = config.recipe.training.epochs;
  summary.created = utcNow();
  return summary;
}

std::string methodHash(const Choice& method) { return sha256(methodIdentity(method)); }

std::int64_t addRun(SQLite::Database& database, const RunConfig& config, const RunSummary& summary) {
  if (config.policyFile) keepPolicy(database, *config.policyFile);
  SQLite::Statement insert(
      database,
      "INSERT INTO runs (key, title, experiment, recipe, dataset, model, method, policy, seed, epochs, "
      "config_hash, recipe_hash, method_hash, config, created, forked_from, forked_step, "
      "forked_config) VALUES (?, ?, ?, ?, "
      "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  bindAll(insert, summary.key, summary.title, summary.experiment, config.recipe.name, summary.dataset,
          summary.model, summary.method, policyLabel(policyOf(config.method)), summary.seed, summary.epochs,
          summary.configHash, summary.recipeHash, methodHash(config.method), toJson(config).dump(),
          summary.created, summary.lineage.run, summary.lineage.step, summary.lineage.config)
      .exec();
  return database.getLastInsertRowid();
}

int addAttempt(SQLite::Database& database, std::int64_t run, const Manifest& m,
               const std::string& fromCheckpoint) {
  const int attempt = static_cast<int>(lastAttempt(database, run)) + 1;
  SQLite::Statement close(
      database, fmt::format("UPDATE attempts SET state = 'interrupted', ended = seen WHERE run = ? AND {}",
                            kLiveStates));
  bindAll(close, run).exec();
  SQLite::Statement insert(database,
                           "INSERT INTO attempts (run, attempt, state, started, seen, host, user, pid, "
                           "process_start, program, git, "
                           "libtorch, compiler, cpu, device, threads, data_hash, from_checkpoint) "
                           "VALUES (?, ?, 'preparing', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const std::string now = utcNow();
  bindAll(insert, run, attempt, now, now, m.host, m.user, m.pid, processStart(m.pid), m.program, m.git,
          m.libtorch, m.compiler, m.cpu, m.device, m.threads, m.dataHash, fromCheckpoint)
      .exec();
  return attempt;
}

void noteRun(SQLite::Database& database, std::int64_t run, const std::string& notes,
             const std::string& tags) {
  constexpr std::size_t kMostNotes = 100'000, kMostTags = 1'000;  // bytes
  if (notes.size() > kMostNotes || tags.size() > kMostTags)
    throw Error(fmt::format("notes of {} and tags of {} bytes found, at most {} and {} allowed; shorten them",
                            notes.size(), tags.size(), kMostNotes, kMostTags));
  if (printable(notes) != notes || !isPlainLine(tags))
    throw Error("notes or tags have control characters or marks of direction; remove them");
  SQLite::Statement update(database, "UPDATE runs SET notes = ?, tags = ? WHERE id = ?");
  if (bindAll(update, notes, tags, run).exec() == 0)
    throw Error(fmt::format("there is no run {} in the project", run));
}

void replaceConfig(SQLite::Database& database, std::int64_t run, const RunConfig& config) {
  SQLite::Statement update(database,
                           "UPDATE runs SET config = ? WHERE id = ? AND config_hash = ? AND seed = ?");
  if (bindAll(update, toJson(config).dump(), run, configHash(config), config.seed).exec() == 0)
    throw Error(fmt::format("there is no run {} of this configuration and seed in the project", run));
}

/// Whether the run's configuration gives it that title; false also where it is damaged.
static bool isUsualTitle(SQLite::Database& database, std::int64_t run, const std::string& title) {
  SQLite::Statement query(database, "SELECT config FROM runs WHERE id = ?");
  if (!bindAll(query, run).executeStep()) return false;
  try {
    return runTitle(runConfigFromJson(parseJson(query.getColumn(0).getString(), "config"), "config")) ==
           title;
  } catch (const Error&) {
    return false;
  }
}

void renameRun(SQLite::Database& database, std::int64_t run, const std::string& title) {
  constexpr std::size_t kMostTitle = 200;  // bytes
  if (title.empty() || title.size() > kMostTitle)
    throw Error(fmt::format("name: 1 to {} bytes expected, {} found", kMostTitle, title.size()));
  if (!isPlainLine(title))
    throw Error("name: it has line ends, control characters or marks of direction; remove them");
  SQLite::Statement update(database, "UPDATE runs SET title = ?, renamed = ? WHERE id = ?");
  const std::int64_t isOwn = isUsualTitle(database, run, title) ? 0 : 1;
  if (bindAll(update, title, isOwn, run).exec() == 0)
    throw Error(fmt::format("there is no run {} in the project", run));
}

std::optional<Owner> trainerOf(SQLite::Database& database, std::int64_t run,
                               const std::filesystem::path& lockFile) {
  SQLite::Statement live(
      database,
      fmt::format("SELECT host, pid, process_start FROM attempts WHERE run = ? AND {}", kLiveStates));
  if (!bindAll(live, run).executeStep()) return {};
  Row row(live);
  Owner owner{row.text(), row.integer(), row.integer()};
  if (!isAlive(owner, lockFile)) return {};
  return owner;
}

std::string takeRun(SQLite::Database& database, const std::filesystem::path& project, std::int64_t run,
                    std::optional<int> attempts) {
  SQLite::Statement query(database, "SELECT key FROM runs WHERE id = ?");
  if (!bindAll(query, run).executeStep()) throw Error(fmt::format("there is no run {} in the project", run));
  const SQLite::Column name = query.getColumn(0);
  std::string key = name.isText() ? name.getString() : "";
  if (!isKey(key)) key.clear();
  if (attempts && lastAttempt(database, run) != *attempts)
    throw Error(fmt::format("run {} was not deleted: it has been gone on with since", key));
  if (const auto trainer = trainerOf(database, run, runLockFile(project, key)))
    throw Error(fmt::format("run {} is being trained by process {}; stop it first", key, trainer->pid));
  SQLite::Statement remove(database, "DELETE FROM runs WHERE id = ?");
  bindAll(remove, run).exec();
  dropUnusedPolicies(database);
  return key;
}

}  // namespace uada::store
