#include "core/store/Schema.h"

#include <fmt/core.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/config/ConfigReader.h"
#include "core/config/RunConfig.h"
#include "core/store/Database.h"
#include "core/store/Runs.h"
#include "core/store/TableViews.h"

namespace uada::store {

/// Runs whose policy is a file were told apart by where it lay. A run whose configuration cannot be read, or
/// does not give its hash, stays as it is: it is shown as damaged.
static void hashWithoutPaths(SQLite::Database& database) {
  SQLite::Statement query(database,
                          "SELECT id, config, config_hash FROM runs WHERE CASE WHEN json_valid(config) THEN "
                          "json_extract(config, '$.method.policy.file') END IS NOT NULL");
  SQLite::Statement update(database, "UPDATE runs SET config_hash = ? WHERE id = ?");
  while (query.executeStep()) {
    try {
      const RunConfig config =
          runConfigFromJson(parseJson(query.getColumn(1).getString(), "config"), "config");
      if (configHashWithPath(config) != query.getColumn(2).getString()) continue;
      update.reset();
      bindAll(update, configHash(config), query.getColumn(0).getInt64()).exec();
    } catch (const Error&) {
    }
  }
}

/// A task's metrics by name in tables of their own, where top-1 and top-5 had columns. Damaged numbers stay
/// as they are.
static std::string metricsText() {
  return R"sql(
PRAGMA legacy_alter_table=ON;    -- views that people have made of the old columns do not keep the rest back
DROP VIEW IF EXISTS table3;
DROP VIEW IF EXISTS table2;
DROP VIEW IF EXISTS finished_runs;
CREATE TABLE metrics (           -- of the run's task, by name
  run INTEGER NOT NULL, attempt INTEGER NOT NULL,
  step INTEGER NOT NULL,               -- after it
  part TEXT NOT NULL,                  -- step: of its batch; train: of the epoch's batches; test: of the test set
  name TEXT NOT NULL,
  value,                               -- shares are in 0..1
  PRIMARY KEY (run, attempt, step, part, name),
  FOREIGN KEY (run, attempt) REFERENCES attempts ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE result_metrics (    -- of the test after the last epoch
  run INTEGER NOT NULL, attempt INTEGER NOT NULL,
  name TEXT NOT NULL,
  value,
  PRIMARY KEY (run, attempt, name),
  FOREIGN KEY (run, attempt) REFERENCES attempts ON DELETE CASCADE
) WITHOUT ROWID;
INSERT OR REPLACE INTO metrics SELECT * FROM (
)sql" + std::string(kMetricsBefore6) +
         R"sql();
INSERT OR REPLACE INTO result_metrics SELECT * FROM (
)sql" + std::string(kResultMetricsBefore6) +
         R"sql();
ALTER TABLE results ADD COLUMN metric TEXT NOT NULL DEFAULT 'top1';  -- the task's main one
ALTER TABLE results ADD COLUMN best;                                 -- of it, over the epochs
UPDATE results SET best = best_top1;
ALTER TABLE results DROP COLUMN best_top1;
ALTER TABLE results DROP COLUMN last_top1;
ALTER TABLE results DROP COLUMN last_top5;
ALTER TABLE results DROP COLUMN last_loss;
ALTER TABLE steps DROP COLUMN correct;
ALTER TABLE epochs DROP COLUMN train_loss;
ALTER TABLE epochs DROP COLUMN train_top1;
ALTER TABLE epochs DROP COLUMN test_loss;
ALTER TABLE epochs DROP COLUMN test_top1;
ALTER TABLE epochs DROP COLUMN test_top5;
PRAGMA legacy_alter_table=OFF;
)sql";
}

/// What tells methods apart, of the runs whose configuration can be read.
static void hashMethods(SQLite::Database& database) {
  SQLite::Statement query(database, "SELECT id, config_hash, config FROM runs");
  SQLite::Statement update(database, "UPDATE runs SET method_hash = ? WHERE id = ?");
  ConfigReader reader;
  std::map<std::string, std::string> known;  // by the configuration's hash
  std::vector<std::pair<std::int64_t, std::string>> hashes;
  while (query.executeStep()) {
    const std::string config = query.getColumn(1).getString();
    try {
      if (!known.contains(config))
        known[config] =
            methodHash(reader.read(parseJson(query.getColumn(2).getString(), "config"), "config").method);
      hashes.emplace_back(query.getColumn(0).getInt64(), known[config]);
    } catch (const Error&) {
    }
  }
  for (const auto& [run, hash] : hashes) {
    update.reset();
    bindAll(update, hash, run).exec();
  }
}

const std::vector<Migration>& migrations() {
  static const std::vector<Migration> all{{2, R"sql(
CREATE TABLE policies (          -- found policies that runs use, so that no other machine needs the user's library
  name   TEXT PRIMARY KEY,           -- it was asked for by: means one policy in a project
  sha256 TEXT NOT NULL,              -- of the text; the configurations of the runs name it
  text   TEXT NOT NULL,              -- the file's bytes
  stored TEXT NOT NULL               -- UTC, ISO 8601
) WITHOUT ROWID;
)sql"},
                                          {3, R"sql(
-- As tables name it, with its settings that are not the usual ones; of runs from before version 3 without these,
-- and of a policy's file its path.
ALTER TABLE runs ADD COLUMN policy TEXT NOT NULL DEFAULT '';
UPDATE runs SET policy = coalesce(json_extract(config, '$.method.policy.file'),
                                  json_extract(config, '$.method.policy.name'),
                                  CASE method WHEN 'baseline' THEN 'crop-flip' WHEN 'ra-uc' THEN 'uada-cifar'
                                              WHEN 'uada' THEN 'uada-cifar' ELSE '' END)
WHERE json_valid(config);
)sql"},
                                          {4, fmt::format(R"sql(
ALTER TABLE attempts ADD COLUMN data_published INTEGER;  -- 1: the images are the published ones, 0: others, NULL: not known
ALTER TABLE attempts ADD COLUMN steps_per_epoch INTEGER NOT NULL DEFAULT 0;  -- of the images that are there, 0: not known
UPDATE attempts AS d SET data_published = {};
)sql",
                                                          kPublishedByHash)},
                                          {5, "", hashWithoutPaths},
                                          {6, metricsText()},
                                          {7, R"sql(
CREATE TABLE queue (             -- runs that wait for their turn, the next one first
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  title  TEXT NOT NULL,
  config TEXT NOT NULL,                -- JSON, complete, as that of a run; the policies that it names are kept
  added  TEXT NOT NULL                 -- UTC, ISO 8601
);
)sql"},
                                          {8, R"sql(
ALTER TABLE queue ADD COLUMN place INTEGER NOT NULL DEFAULT 0;  -- in the order of the queue, then by id
UPDATE queue SET place = id;
ALTER TABLE runs ADD COLUMN renamed INTEGER NOT NULL DEFAULT 0; -- 1: a person gave the title
CREATE TABLE settings (          -- of the project, for all programs that work on it
  name  TEXT PRIMARY KEY,              -- queue_paused, queue_stops_after_failure: 1 or 0
  value TEXT NOT NULL
) WITHOUT ROWID;
)sql"},
                                          {9, R"sql(
ALTER TABLE runs ADD COLUMN method_hash TEXT NOT NULL DEFAULT '';  -- of method, policy and their settings
)sql",
                                           hashMethods},
                                          {10, R"sql(
ALTER TABLE steps ADD COLUMN gradient_norm;      -- L2, of all trainable parameters, before clipping
ALTER TABLE runs ADD COLUMN forked_from TEXT NOT NULL DEFAULT '';   -- key of the run whose checkpoint it began with
ALTER TABLE runs ADD COLUMN forked_step INTEGER NOT NULL DEFAULT 0; -- after which that was
ALTER TABLE runs ADD COLUMN forked_config TEXT NOT NULL DEFAULT ''; -- equal for forks of runs that were repeats until then
CREATE TABLE edits (             -- settings that were changed while a run trained, so that its result is of no one configuration
  run INTEGER NOT NULL,
  number    INTEGER NOT NULL,          -- in the order in which they were made, from 1
  attempt   INTEGER NOT NULL,          -- that made it first or, after a resume, again
  step      INTEGER NOT NULL,          -- the last one before it
  key       TEXT NOT NULL,             -- recipe.optimiser.learning_rate, method.epsilon
  old_value TEXT NOT NULL,             -- JSON
  new_value TEXT NOT NULL,
  PRIMARY KEY (run, number),
  FOREIGN KEY (run, attempt) REFERENCES attempts ON DELETE CASCADE
) WITHOUT ROWID;
)sql"},
                                          {11, R"sql(
CREATE TABLE machine (           -- what the machine did while the run trained: a span of 1 s, later of up to 64 s
  run INTEGER NOT NULL, attempt INTEGER NOT NULL,
  number          INTEGER NOT NULL,    -- from 1
  time            TEXT NOT NULL,       -- end of the span, UTC, ISO 8601
  step            INTEGER NOT NULL,    -- the last one that was done by then
  seconds,                             -- of the span
  program_percent,                     -- processor time of the program; 100 is one core
  machine_percent,                     -- the same of all that ran
  cores           INTEGER NOT NULL,
  memory_used     INTEGER NOT NULL,    -- of the machine, bytes, at most in the span
  memory_total    INTEGER NOT NULL,
  memory_program  INTEGER NOT NULL,    -- of the program, bytes, at most
  written,                             -- by the program to disks, bytes a second
  disk_free       INTEGER,             -- of the project's disk, bytes, at least; what is not known is NULL, here and below
  PRIMARY KEY (run, attempt, number),
  FOREIGN KEY (run, attempt) REFERENCES attempts ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE machine_gpus (      -- each NVIDIA GPU of the machine in that span
  run INTEGER NOT NULL, attempt INTEGER NOT NULL, number INTEGER NOT NULL,
  gpu             INTEGER NOT NULL,    -- as nvidia-smi counts them
  name            TEXT NOT NULL,
  percent,                             -- of the time in which it computed
  memory_used     INTEGER,             -- bytes, at most
  memory_total    INTEGER,
  watts,
  celsius,                             -- at most
  throttle        TEXT NOT NULL,       -- why its clock was held down: 'power cap, heat'; '': it was not; 'unknown'
  PRIMARY KEY (run, attempt, number, gpu),
  FOREIGN KEY (run, attempt) REFERENCES attempts ON DELETE CASCADE
) WITHOUT ROWID;
)sql",
                                           makeViews}};
  return all;
}

const char* const kMetricsBefore6 = R"sql(
SELECT run, attempt, step, 'step' AS part, 'top1' AS name,
       CASE WHEN typeof(correct) = 'integer' AND typeof(count) = 'integer' THEN correct * 1.0 / count
            ELSE correct END AS value FROM main.steps
UNION ALL SELECT run, attempt, step, 'train', 'loss', train_loss FROM main.epochs
UNION ALL SELECT run, attempt, step, 'train', 'top1', train_top1 FROM main.epochs
UNION ALL SELECT run, attempt, step, 'test', 'loss', test_loss FROM main.epochs
UNION ALL SELECT run, attempt, step, 'test', 'top1', test_top1 FROM main.epochs
UNION ALL SELECT run, attempt, step, 'test', 'top5', test_top5 FROM main.epochs
)sql";

const char* const kResultMetricsBefore6 = R"sql(
SELECT run, attempt, 'loss' AS name, last_loss AS value FROM main.results
UNION ALL SELECT run, attempt, 'top1', last_top1 FROM main.results
UNION ALL SELECT run, attempt, 'top5', last_top5 FROM main.results
)sql";

const char* const kResultsBefore6 = R"sql(
SELECT run, attempt, 'top1' AS metric, best_top1 AS best, best_epoch, parameters, seconds, forwards_no_grad,
       forwards_train, backwards, chains FROM main.results
)sql";

const char* const kPublishedByHash = R"sql(CASE
  WHEN d.data_hash IN (
    'a0181da372c0d63a5920fdbea2ec3f83ecbc552d378218e1cb473cf634941a3b+' ||
    '8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b',
    'd9ef4273af5c2e360155dad0c06bd939447bf37a6620db007d69fc79e4732045+' ||
    '30214f3fe91405cb8ea60b11ecf0914a65dd6a6ca8e13c13a62eb434f2d9fe56') THEN 1
  WHEN d.data_hash <> '' AND (SELECT dataset FROM runs WHERE id = d.run) IN ('cifar10', 'fashion_mnist') THEN 0
END)sql";

}  // namespace uada::store
