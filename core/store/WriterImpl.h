#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "core/base/Channel.h"
#include "core/base/Error.h"
#include "core/store/Database.h"
#include "core/store/Inserter.h"
#include "core/store/Locks.h"
#include "core/store/PictureRoom.h"
#include "core/store/Project.h"

namespace uada {

namespace store {

constexpr int kQueued = 4096;                     // reports that wait to be stored, at most
constexpr auto kRetry = std::chrono::seconds(1);  // of a commit that failed

/// Somebody who waits for a commit.
struct Waiter {
  std::promise<void> done;
  std::exception_ptr failure;  ///< of the call itself, known before the commit
};

/// One thing to do inside a transaction. Reports have no waiter.
struct Item {
  std::function<void(Inserter&)> apply;
  std::shared_ptr<Waiter> waiter = nullptr;
  std::size_t pictureBytes = 0;  ///< taken of the PictureRoom
};

}  // namespace store

/// The storage thread and what it shares with the threads that call.
struct ProjectWriter::Impl {
  using Clock = std::chrono::steady_clock;
  using Item = store::Item;

  explicit Impl(const std::filesystem::path& path)
      : file(store::projectFile(path)), database(store::openForWriting(file)) {
    try {
      takeCheckpoints();
      moveLog();
      store::markInterrupted(database, file);
      inserter = std::make_unique<store::Inserter>(database, file);
    } catch (const SQLite::Exception& e) {
      throw Error(store::explain(e, file));
    }
    thread = std::thread([this] { work(); });
  }
  ~Impl() {
    channel.close();
    thread.join();
  }

  /// Any thread.
  void append(Item item) {
    // A full disk is waited for; a file that is gone may never come back, and training must be able to end.
    while (!slots.try_acquire_for(store::kRetry)) {
      if (!gone) continue;
      pictures.give(item.pictureBytes);
      dropped = true;
      return;
    }
    channel.push(std::move(item));
  }
  /// Any thread; waits for the commit.
  void call(std::function<void(store::Inserter&)> apply) {
    auto waiter = std::make_shared<store::Waiter>();
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
  std::counting_semaphore<store::kQueued> slots{store::kQueued};
  store::PictureRoom pictures;
  mutable std::mutex mutex;
  std::string problem;                ///< guarded by mutex
  std::atomic<bool> gone = false;     ///< the file was moved or deleted
  std::atomic<bool> dropped = false;  ///< reports, meanwhile

  // The storage thread's alone. The lock outlives the database, which checkpoints when it is closed.
  store::FileLock checkpointLock;
  SQLite::Database database;
  std::unique_ptr<store::Inserter> inserter;
  std::vector<Item> pending;
  Clock::time_point firstPending, retryAt, nextCare;
  std::atomic<bool> failing = false;  ///< any thread may ask
  std::atomic<bool> late = false;     ///< somebody has waited too long for the commit that is going on
  bool moveLogDue = false;            ///< a run has written a checkpoint, or is removed
  Clock::time_point logMoved;
  std::string lost;  ///< why a report could not be stored at all
  std::thread thread;
};

}  // namespace uada
