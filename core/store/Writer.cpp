#include <fmt/core.h>
#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <future>
#include <mutex>
#include <semaphore>
#include <thread>

#include "core/base/Channel.h"
#include "core/base/Error.h"
#include "core/store/Database.h"
#include "core/store/Inserter.h"
#include "core/store/Locks.h"
#include "core/store/Log.h"
#include "core/store/OwnTables.h"
#include "core/store/Project.h"
#include "core/store/Queue.h"
#include "core/store/Runs.h"

namespace uada {

using namespace store;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int kQueued = 4096;
constexpr auto kGather = std::chrono::milliseconds(250);
constexpr auto kRetry = std::chrono::seconds(1);
constexpr auto kLastTries = std::chrono::seconds(2);  // of a commit that fails while the writer is destroyed
constexpr std::uintmax_t kLogBytes = 4u << 20;      // a -wal above this is moved into the project when idle,
constexpr auto kLogAge = std::chrono::seconds(10);  // and a shorter one after this time

/// Somebody who waits for a commit.
struct Waiter {
  std::promise<void> done;
  std::exception_ptr failure;  ///< of the call itself, known before the commit
};

/// One thing to do inside a transaction. Reports have no waiter.
struct Item {
  std::function<void(Inserter&)> apply;
  std::shared_ptr<Waiter> waiter;
};

}  // namespace

struct ProjectWriter::Impl {
  explicit Impl(const std::filesystem::path& path) : file(projectFile(path)), database(openForWriting(file)) {
    try {
      takeCheckpoints();
      moveLog();
      markInterrupted(database, file);
      inserter = std::make_unique<Inserter>(database, file);
    } catch (const SQLite::Exception& e) {
      throw Error(explain(e, file));
    }
    thread = std::thread([this] { work(); });
  }
  ~Impl() {
    channel.close();
    thread.join();
  }

  /// Any thread.
  void append(std::function<void(Inserter&)> apply) {
    // A full disk is waited for; a file that is gone may never come back, and training must be able to end.
    while (!slots.try_acquire_for(kRetry))
      if (gone) return dropped.store(true);
    channel.push({std::move(apply), nullptr});
  }
  /// Any thread; waits for the commit.
  void call(std::function<void(Inserter&)> apply) {
    auto waiter = std::make_shared<Waiter>();
    auto done = waiter->done.get_future();
    channel.push({std::move(apply), std::move(waiter)});
    done.get();
  }

  void work();
  bool isDue(Clock::time_point now) const;
  void commit();
  void requireFile();
  void apply(Item& item);
  void applyCall(Item& item);
  void succeeded();
  void failed(const std::string& why);
  void setProblem(const std::string& text);
  void takeCheckpoints();
  void shortenLog();
  void moveLog();

  const std::filesystem::path file;
  // Unbounded, so that a waiting call always gets through; `slots` bounds the reports.
  Channel<Item> channel{SIZE_MAX};
  std::counting_semaphore<kQueued> slots{kQueued};
  mutable std::mutex mutex;
  std::string problem;                ///< guarded by mutex
  std::atomic<bool> gone = false;     ///< the file was moved or deleted
  std::atomic<bool> dropped = false;  ///< reports, meanwhile

  // The storage thread's alone. The lock outlives the database, which checkpoints when it is closed.
  FileLock checkpointLock;
  SQLite::Database database;
  std::unique_ptr<Inserter> inserter;
  std::vector<Item> pending;
  Clock::time_point firstPending, retryAt, nextCare;
  std::atomic<bool> failing = false;  ///< any thread may ask
  std::atomic<bool> late = false;     ///< somebody has waited too long for the commit that is going on
  bool moveLogDue = false;            ///< a run has written a checkpoint, or is removed
  Clock::time_point logMoved;
  std::string lost;  ///< why a report could not be stored at all
  std::thread thread;
};

void ProjectWriter::Impl::work() {
  Clock::time_point giveUp{};
  for (;;) {
    const auto now = Clock::now();
    const auto until = failing ? retryAt : pending.empty() ? now + kRetry : firstPending + kGather;
    auto taken = channel.takeAll(
        std::chrono::ceil<std::chrono::milliseconds>(std::max(until - now, Clock::duration{})));
    if (pending.empty()) firstPending = Clock::now();
    std::move(taken.begin(), taken.end(), std::back_inserter(pending));
    const bool closed = channel.isClosed();
    if (closed && giveUp == Clock::time_point{}) giveUp = Clock::now() + kLastTries;
    if (!pending.empty() && (isDue(Clock::now()) || closed)) commit();
    if (closed && failing && Clock::now() < giveUp) std::this_thread::sleep_for(kGather);
    if (closed && (pending.empty() || Clock::now() >= giveUp)) break;
    if (moveLogDue && !failing) moveLog();
    if (pending.empty() && Clock::now() >= nextCare) shortenLog();
  }
  if (!gone && isGone(database)) gone = moveLogDue = true;
  if (moveLogDue) moveLog();
  inserter.reset();
}

bool ProjectWriter::Impl::isDue(Clock::time_point now) const {
  for (const Item& item : pending)
    if (item.waiter) return true;
  if (failing) return now >= retryAt;
  return pending.size() >= kQueued || now - firstPending >= kGather;
}

void ProjectWriter::Impl::commit() {
  try {
    requireFile();
    database.exec("BEGIN IMMEDIATE");
    for (Item& item : pending) apply(item);
    inserter->noteSeen();
    database.exec("COMMIT");
    succeeded();
  } catch (const std::exception& e) {
    if (!sqlite3_get_autocommit(database.getHandle())) database.tryExec("ROLLBACK");
    inserter->forget();
    const auto* sqlite = dynamic_cast<const SQLite::Exception*>(&e);
    failed(sqlite ? explain(*sqlite, file) : problemText(e, "the writing of '" + file.string() + "'"));
  }
}

/// What is written to a file without a name is lost with the process.
void ProjectWriter::Impl::requireFile() {
  const bool wasGone = gone.exchange(isGone(database));
  // What was committed goes with the file: its -wal stays behind. Once, because another project may come to
  // stand at the old place.
  if (gone && !wasGone) moveLog();
  if (gone)
    throw Error(
        fmt::format("the project file '{}' was moved or deleted while it was being written; move it back "
                    "before the program ends, or what was reported since is lost",
                    file.string()));
}

void ProjectWriter::Impl::apply(Item& item) {
  if (item.waiter) return applyCall(item);
  try {
    item.apply(*inserter);
  } catch (const SQLite::Exception& e) {
    if (mayPass(e)) throw;
    lost = fmt::format("a report could not be stored in '{}': {}", file.string(), e.what());
  } catch (const Error& e) {
    lost = fmt::format("a report could not be stored in '{}': {}", file.string(), e.what());
  }
}

void ProjectWriter::Impl::applyCall(Item& item) {
  item.waiter->failure = nullptr;
  database.exec("SAVEPOINT call");
  try {
    item.apply(*inserter);
  } catch (const SQLite::Exception& e) {
    if (mayPass(e)) throw;
    item.waiter->failure = std::make_exception_ptr(Error(explain(e, file)));
  } catch (...) {
    item.waiter->failure = std::current_exception();
  }
  if (item.waiter->failure) database.exec("ROLLBACK TO call");
  database.exec("RELEASE call");
}

void ProjectWriter::Impl::succeeded() {
  failing = late = false;
  if (dropped.exchange(false))
    lost = fmt::format("reports could not be stored while '{}' was gone", file.string());
  setProblem(lost);
  std::ptrdiff_t reports = 0;
  auto done = std::exchange(pending, {});
  for (Item& item : done) reports += !item.waiter;
  if (reports) slots.release(reports);
  for (Item& item : done) {
    if (!item.waiter) continue;
    if (item.waiter->failure)
      item.waiter->done.set_exception(item.waiter->failure);
    else
      item.waiter->done.set_value();
  }
}

void ProjectWriter::Impl::failed(const std::string& why) {
  auto tried = std::exchange(pending, {});
  for (Item& item : tried)
    if (!item.waiter) pending.push_back(std::move(item));
  failing = !pending.empty();
  retryAt = Clock::now() + kRetry;
  setProblem(failing ? why + "; what was reported is kept and tried again every second" : "");
  for (Item& item : tried)
    if (item.waiter) item.waiter->done.set_exception(std::make_exception_ptr(Error(why)));
}

void ProjectWriter::Impl::setProblem(const std::string& text) {
  std::lock_guard lock(mutex);
  problem = text;
}

/// Debian's SQLite can damage a file when two connections checkpoint: only the holder of the lock does.
void ProjectWriter::Impl::takeCheckpoints() {
  if (checkpointLock.held()) return;
  checkpointLock = FileLock::tryLock(checkpointLockFile(file));
  if (!checkpointLock.held()) return;
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  database.exec("PRAGMA wal_autocheckpoint=1000");
}

/// Takes over the checkpoints of a process that has gone, and does them for others that write.
void ProjectWriter::Impl::shortenLog() {
  nextCare = Clock::now() + kRetry;
  try {
    const bool wasGone = gone;
    requireFile();
    if (wasGone) setProblem(lost);
    takeCheckpoints();
    std::error_code ignored;
    const auto bytes = std::filesystem::file_size(logFile(file), ignored);
    if (!ignored && bytes > 0 && (bytes > kLogBytes || Clock::now() - logMoved >= kLogAge)) moveLog();
  } catch (const std::exception& e) {
    setProblem(problemText(e, "the writing of '" + file.string() + "'"));
  }
}

/// Copies what was committed from the -wal into the project itself, which then can be moved alone. Only the
/// holder of the lock does. What fails here is tried again later, and lost by nobody.
void ProjectWriter::Impl::moveLog() {
  moveLogDue = false;
  logMoved = Clock::now();
  if (!checkpointLock.held()) return;
  // Of a file that was moved away the -wal is emptied, so that nothing of it is found at the old place.
  const int mode = gone ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
  sqlite3_wal_checkpoint_v2(database.getHandle(), nullptr, mode, nullptr, nullptr);
}

ProjectWriter::ProjectWriter(const std::filesystem::path& file) : impl_(std::make_unique<Impl>(file)) {}
ProjectWriter::~ProjectWriter() = default;
const std::filesystem::path& ProjectWriter::file() const { return impl_->file; }

RunSummary ProjectWriter::createRun(const RunConfig& config, std::int64_t queued, const Lineage& lineage) {
  RunSummary summary = newRun(file(), config);
  summary.lineage = lineage;
  impl_->call([&](Inserter& to) {
    if (queued > 0) takeQueued(to.database(), queued);
    summary.id = addRun(to.database(), config, summary);
  });
  return summary;
}

std::vector<std::int64_t> ProjectWriter::queue(const std::vector<RunConfig>& runs) {
  std::vector<std::int64_t> queued;
  impl_->call([&](Inserter& to) {
    queued.clear();
    for (const RunConfig& run : runs) queued.push_back(addQueued(to.database(), run));
  });
  return queued;
}

void ProjectWriter::unqueue(std::int64_t queued) {
  impl_->call([&](Inserter& to) {
    takeQueued(to.database(), queued);
    dropUnusedPolicies(to.database());
  });
}

std::vector<TakenOut> ProjectWriter::unqueue(const std::vector<std::int64_t>& queued) {
  std::vector<TakenOut> taken;
  impl_->call([&](Inserter& to) {
    taken = takeAllQueued(to.database(), queued);
    dropUnusedPolicies(to.database());
  });
  return taken;
}

void ProjectWriter::requeue(const std::vector<TakenOut>& runs) {
  impl_->call([&](Inserter& to) { putBackQueued(to.database(), runs); });
}

void ProjectWriter::moveQueued(const std::vector<std::int64_t>& queued, std::int64_t before) {
  impl_->call([&](Inserter& to) { store::moveQueued(to.database(), queued, before); });
}

void ProjectWriter::setQueueRules(const QueueRules& rules) {
  impl_->call([&](Inserter& to) { keepQueueRules(to.database(), rules); });
}

void ProjectWriter::keepTable(const StoredTable& table, const std::string& before) {
  impl_->call([&](Inserter& to) { store::keepTable(to.database(), table, before); });
}

void ProjectWriter::removeTable(const std::string& name) {
  impl_->call([&](Inserter& to) { store::dropTable(to.database(), name); });
}

int ProjectWriter::beginAttempt(std::int64_t run, const Manifest& manifest,
                                const std::string& fromCheckpoint) {
  int attempt = 0;
  impl_->call([&](Inserter& to) { attempt = addAttempt(to.database(), run, manifest, fromCheckpoint); });
  return attempt;
}

void ProjectWriter::setNotes(std::int64_t run, const std::string& notes, const std::string& tags) {
  impl_->call([&](Inserter& to) { noteRun(to.database(), run, notes, tags); });
}

void ProjectWriter::setConfig(std::int64_t run, const RunConfig& config) {
  impl_->call([&](Inserter& to) { replaceConfig(to.database(), run, config); });
}

void ProjectWriter::renameRun(std::int64_t run, const std::string& title) {
  impl_->call([&](Inserter& to) { store::renameRun(to.database(), run, title); });
}

void ProjectWriter::removeRun(std::int64_t run, std::optional<int> attempts) {
  std::string key;
  impl_->call([&](Inserter& to) {
    key = takeRun(to.database(), file(), run, attempts);
    impl_->moveLogDue = true;
  });
  if (key.empty()) return;
  const auto folder = runFolder(file(), key);
  std::error_code code;
  std::filesystem::remove_all(folder, code);
  if (code) throw Error(fmt::format("cannot remove '{}': {}", folder.string(), code.message()));
}

void ProjectWriter::flush() {
  impl_->call([this](Inserter&) {
    if (const std::string why = std::exchange(impl_->lost, ""); !why.empty()) throw Error(why);
  });
}

bool ProjectWriter::settle(std::chrono::milliseconds patience) {
  if (impl_->failing || impl_->late) return false;
  auto waiter = std::make_shared<Waiter>();
  auto done = waiter->done.get_future();
  impl_->channel.push({[](Inserter&) {}, std::move(waiter)});
  impl_->late = done.wait_for(patience) != std::future_status::ready;
  if (impl_->late) return false;
  try {
    done.get();
    return true;
  } catch (const Error&) {  // problem() says why
    return false;
  }
}

void ProjectWriter::append(std::int64_t run, int attempt, Report report) {
  const bool isCheckpoint = std::holds_alternative<CheckpointReport>(report);
  impl_->append([run, attempt, isCheckpoint, report = std::move(report), this](Inserter& to) {
    to.add(run, attempt, report);
    if (isCheckpoint) impl_->moveLogDue = true;
  });
}

std::string ProjectWriter::problem() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->problem;
}

}  // namespace uada
