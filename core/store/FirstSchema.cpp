#include "core/store/Schema.h"

namespace uada::store {

// Comments inside CREATE statements are kept by SQLite: `.schema` of the sqlite3 program shows them.
const char* const kFirstSchema = R"sql(
CREATE TABLE runs (              -- one recipe, one method, one seed
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  key         TEXT NOT NULL UNIQUE,  -- 8 hexadecimal digits: the folder PROJECT.files/KEY
  title       TEXT NOT NULL,
  experiment  TEXT NOT NULL,
  recipe      TEXT NOT NULL,         -- its name
  dataset     TEXT NOT NULL,
  model       TEXT NOT NULL,
  method      TEXT NOT NULL,
  seed        INTEGER NOT NULL,
  epochs      INTEGER NOT NULL,      -- to train
  config_hash TEXT NOT NULL,         -- equal for runs that repeat one another with another seed
  recipe_hash TEXT NOT NULL,         -- of all but method, seed and runtime: runs that are compared in cost
  config      TEXT NOT NULL,         -- JSON, complete
  created     TEXT NOT NULL,         -- UTC, ISO 8601
  notes       TEXT NOT NULL DEFAULT '',
  tags        TEXT NOT NULL DEFAULT ''
);

CREATE TABLE attempts (          -- a start or a resume of a run, and what was true on the machine
  run             INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  attempt         INTEGER NOT NULL,  -- from 1
  state           TEXT NOT NULL,     -- preparing running paused stopping finished stopped failed interrupted
  problem         TEXT NOT NULL DEFAULT '',  -- why it failed
  started         TEXT NOT NULL,
  seen            TEXT NOT NULL,     -- when rows of it were last committed
  ended           TEXT NOT NULL DEFAULT '',
  host            TEXT NOT NULL,
  user            TEXT NOT NULL,
  pid             INTEGER NOT NULL,
  process_start   INTEGER NOT NULL,  -- clock ticks since boot: tells a process from a later one of the same number
  program         TEXT NOT NULL,
  git             TEXT NOT NULL,     -- of the source the program was built from
  libtorch        TEXT NOT NULL,
  compiler        TEXT NOT NULL,
  cpu             TEXT NOT NULL,
  device          TEXT NOT NULL,
  threads         INTEGER NOT NULL,
  data_hash       TEXT NOT NULL,
  from_checkpoint TEXT NOT NULL,     -- empty: from the beginning
  PRIMARY KEY (run, attempt)
) WITHOUT ROWID;

-- Where attempts overlap (a resume repeats the steps after its checkpoint) the later one counts: a row of attempt a
-- at step s is superseded if a later attempt has a step <= s. Columns without a type
-- hold doubles, NULL standing for NaN: declared REAL, SQLite would turn -0.0 into 0.

CREATE TABLE steps (
  run INTEGER NOT NULL, attempt INTEGER NOT NULL,
  step              INTEGER NOT NULL,  -- from 1, over the whole run
  epoch             INTEGER NOT NULL,  -- from 1
  learning_rate,
  loss,                                -- mean cross-entropy of the trained batch
  unperturbed_loss,                    -- NULL where the method has none
  gain,                                -- mean of (loss of the chosen candidate - unperturbed loss)
  correct           INTEGER NOT NULL,  -- top-1 on the trained batch
  count             INTEGER NOT NULL,
  forwards_no_grad  INTEGER NOT NULL,
  forwards_train    INTEGER NOT NULL,
  backwards         INTEGER NOT NULL,
  chains            INTEGER NOT NULL,  -- images rendered through an augmentation chain
  render_seconds, probe_seconds, candidate_seconds, train_seconds, wait_seconds,
  other_seconds,
  PRIMARY KEY (run, attempt, step),
  FOREIGN KEY (run, attempt) REFERENCES attempts ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE epochs (
  run INTEGER NOT NULL, attempt INTEGER NOT NULL,
  epoch             INTEGER NOT NULL,
  step              INTEGER NOT NULL,  -- the last of it
  train_loss, train_top1,         -- over the augmented batches; top-1 in 0..1
  test_loss, test_top1, test_top5,
  seconds, test_seconds,
  forwards_no_grad INTEGER NOT NULL, forwards_train INTEGER NOT NULL, backwards INTEGER NOT NULL,
  chains INTEGER NOT NULL,
  render_seconds, probe_seconds, candidate_seconds, train_seconds, wait_seconds,
  other_seconds,
  PRIMARY KEY (run, attempt, epoch),
  FOREIGN KEY (run, attempt) REFERENCES attempts ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE policy (            -- one batch's decisions in sums; the parts are in policy_ops and policy_groups
  run INTEGER NOT NULL, attempt INTEGER NOT NULL, step INTEGER NOT NULL,
  epoch            INTEGER NOT NULL,
  unperturbed_wins INTEGER NOT NULL,
  count            INTEGER NOT NULL,   -- samples
  PRIMARY KEY (run, attempt, step),
  FOREIGN KEY (run, attempt) REFERENCES attempts ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE policy_ops (
  run INTEGER NOT NULL, attempt INTEGER NOT NULL, step INTEGER NOT NULL,
  op            TEXT NOT NULL,
  position      INTEGER NOT NULL,      -- in the report
  count         INTEGER NOT NULL,      -- steps of this op in the batch's plans
  before_mean, before_spread, after_mean, after_spread,       -- levels as used
  probed        INTEGER NOT NULL,
  plus INTEGER NOT NULL, minus INTEGER NOT NULL, zero INTEGER NOT NULL,      -- sign of the estimated gradient
  mean_dl,                             -- mean of (probe loss - unperturbed loss)
  wins          INTEGER NOT NULL,
  mean_gain,
  inert INTEGER NOT NULL, clamped INTEGER NOT NULL,
  PRIMARY KEY (run, attempt, step, op),
  FOREIGN KEY (run, attempt) REFERENCES attempts ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE policy_groups (
  run INTEGER NOT NULL, attempt INTEGER NOT NULL, step INTEGER NOT NULL,
  grp           TEXT NOT NULL,
  position      INTEGER NOT NULL,      -- candidate order
  count         INTEGER NOT NULL,
  plus INTEGER NOT NULL, minus INTEGER NOT NULL, zero INTEGER NOT NULL,      -- sign of dL
  mean_dl,
  wins          INTEGER NOT NULL,
  mean_gain,
  inert INTEGER NOT NULL, clamped INTEGER NOT NULL,
  PRIMARY KEY (run, attempt, step, grp),
  FOREIGN KEY (run, attempt) REFERENCES attempts ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE decisions (         -- all that was decided for one pictured sample at one step
  run INTEGER NOT NULL, attempt INTEGER NOT NULL, step INTEGER NOT NULL,
  sample           INTEGER NOT NULL,   -- index in the training set
  epoch            INTEGER NOT NULL,
  label            INTEGER NOT NULL,
  winner           INTEGER NOT NULL,   -- index into groups; -1: the unperturbed plan
  unperturbed_loss,
  pixel_hash       TEXT NOT NULL,      -- SHA-256 of the trained image's bytes
  plan             TEXT NOT NULL,      -- JSON
  groups           TEXT NOT NULL,      -- JSON array: before, delta, after, losses, candidate of each group
  PRIMARY KEY (run, attempt, step, sample),
  FOREIGN KEY (run, attempt) REFERENCES attempts ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE pictures (          -- of a decision
  run INTEGER NOT NULL, attempt INTEGER NOT NULL, step INTEGER NOT NULL, sample INTEGER NOT NULL,
  candidate INTEGER NOT NULL,          -- index into groups; -1: unperturbed; -2: original
  png       BLOB NOT NULL,
  PRIMARY KEY (run, attempt, step, sample, candidate),
  FOREIGN KEY (run, attempt) REFERENCES attempts ON DELETE CASCADE
);

CREATE TABLE checkpoints (
  id      INTEGER PRIMARY KEY,         -- in the order of writing
  run INTEGER NOT NULL, attempt INTEGER NOT NULL,
  step    INTEGER NOT NULL,
  epoch   INTEGER NOT NULL,
  file    TEXT NOT NULL,               -- in the run's folder, or an absolute path
  hash    TEXT NOT NULL,               -- SHA-256 of its content
  written TEXT NOT NULL,
  FOREIGN KEY (run, attempt) REFERENCES attempts ON DELETE CASCADE
);
CREATE INDEX checkpoints_of_run ON checkpoints(run, attempt);

CREATE TABLE results (           -- of an attempt that reached its last epoch
  run INTEGER NOT NULL, attempt INTEGER NOT NULL,
  best_top1, last_top1, last_top5, last_loss,       -- top-1, top-5 in 0..1
  best_epoch INTEGER NOT NULL,
  parameters INTEGER NOT NULL,
  seconds,                             -- training over all attempts, tests left out
  forwards_no_grad INTEGER NOT NULL, forwards_train INTEGER NOT NULL, backwards INTEGER NOT NULL,
  chains     INTEGER NOT NULL,
  PRIMARY KEY (run, attempt),
  FOREIGN KEY (run, attempt) REFERENCES attempts ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE events (
  id      INTEGER PRIMARY KEY,
  run INTEGER NOT NULL, attempt INTEGER NOT NULL,
  time    TEXT NOT NULL,
  kind    TEXT NOT NULL,               -- event, state
  text    TEXT NOT NULL,
  FOREIGN KEY (run, attempt) REFERENCES attempts ON DELETE CASCADE
);
CREATE INDEX events_of_run ON events(run, attempt);
)sql";

}  // namespace uada::store
