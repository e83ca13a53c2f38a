// What the storage thread does.
#include <fmt/core.h>
#include <sqlite3.h>

#include "core/store/Log.h"
#include "core/store/WriterImpl.h"

namespace uada {

using namespace store;

namespace {

constexpr auto kGather = std::chrono::milliseconds(250);
constexpr auto kLastTries = std::chrono::seconds(2);  // of a commit that fails while the writer is destroyed
constexpr std::uintmax_t kLogBytes = 4u << 20;      // a -wal above this is moved into the project when idle,
constexpr auto kLogAge = std::chrono::seconds(10);  // and a shorter one after this time

}  // namespace

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
  for (Item& item : done) {
    reports += !item.waiter;
    pictures.give(item.pictureBytes);
  }
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

}  // namespace uada
