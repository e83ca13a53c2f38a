#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

/// What is left on the disk when the power goes: what was synced, and of the rest any part.
namespace uada {

/// A file and what was done to it since it was synced last.
struct UnsyncedFile {
  struct Change {
    enum Kind { write, truncate, remove } kind;
    std::size_t offset = 0;  ///< truncate: the new size
    std::string bytes = {};
  };
  std::string synced;
  bool isThere = false;  ///< for sure
  std::vector<Change> changes;

  void sync() {
    for (const Change& change : changes) apply(change, synced, isThere);
    isThere = isThere || changes.empty() || changes.back().kind != Change::remove;
    changes.clear();
  }
  /// As a power loss leaves it; none: it is not there. Each change is kept, dropped, or kept in some of its
  /// sectors of 512 bytes, whatever comes after it.
  std::optional<std::string> afterPowerLoss(std::mt19937& random) const {
    std::string content = synced;
    bool isThereNow = isThere;
    const auto mode = random() % 4;  // 0: nothing of it, 1: all, else any part
    for (const Change& change : changes) {
      const auto fate = mode < 2 ? mode : random() % 3;
      if (fate == 0) continue;
      if (fate == 1 || change.kind != Change::write) {
        apply(change, content, isThereNow);
        continue;
      }
      constexpr std::size_t kSector = 512;
      for (std::size_t at = 0; at < change.bytes.size(); at += kSector)
        if (random() % 2)
          apply({Change::write, change.offset + at, change.bytes.substr(at, kSector)}, content, isThereNow);
    }
    return isThereNow ? std::optional(content) : std::nullopt;
  }

 private:
  static void apply(const Change& change, std::string& content, bool& isThere) {
    isThere = change.kind != Change::remove;
    if (change.kind == Change::remove) return content.clear();
    if (change.kind == Change::truncate) return content.resize(std::min(content.size(), change.offset));
    if (content.size() < change.offset + change.bytes.size())
      content.resize(change.offset + change.bytes.size());
    content.replace(change.offset, change.bytes.size(), change.bytes);
  }
};

/// In the place of SQLite's own way to files while it lives: records what is synced of databases and their
/// logs, and takes down what a power loss at some moments would leave. One at a time.
class PowerLoss {
 public:
  using Image = std::map<std::string, std::string>;  ///< files by path
  /// every  how many calls lie between two losses, on average
  /// lost   is called with each image, on the thread that writes
  PowerLoss(unsigned seed, unsigned every, std::function<void(Image)> lost);
  ~PowerLoss();

 private:
  struct Handle;
  static PowerLoss*& current();
  static sqlite3_io_methods methods();
  static int openFile(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* given);
  static int removeFile(sqlite3_vfs* vfs, const char* name, int isFolderSynced);
  void change(const std::string& path, UnsyncedFile::Change change);
  void perhapsLose();

  std::mutex mutex_;
  std::mt19937 random_;
  const unsigned every_;
  const std::function<void(Image)> lost_;
  std::map<std::string, UnsyncedFile> files_;
  sqlite3_vfs* const usual_;
  sqlite3_vfs vfs_;
};

}  // namespace uada
