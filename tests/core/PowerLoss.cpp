#include "tests/core/PowerLoss.h"

#include <algorithm>
#include <fstream>
#include <new>
#include <sstream>
#include <utility>

namespace uada {

/// SQLite's file, and behind it that of the usual way.
struct PowerLoss::Handle {
  sqlite3_file base;
  const std::string* path;  ///< null: what it holds need not last
  static Handle& of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
  static sqlite3_file* usual(sqlite3_file* file) { return reinterpret_cast<sqlite3_file*>(&of(file) + 1); }
};

namespace {

std::string contentOf(const std::string& path, bool& isThere) {
  std::ifstream in(path, std::ios::binary);
  isThere = in.good();
  std::ostringstream all;
  if (isThere) all << in.rdbuf();
  return all.str();
}

}  // namespace

PowerLoss*& PowerLoss::current() {
  static PowerLoss* one = nullptr;
  return one;
}

PowerLoss::PowerLoss(unsigned seed, unsigned every, std::function<void(Image)> lost)
    : random_(seed), every_(every), lost_(std::move(lost)), usual_(sqlite3_vfs_find(nullptr)), vfs_(*usual_) {
  vfs_.zName = "power-loss";
  vfs_.szOsFile = static_cast<int>(sizeof(Handle)) + usual_->szOsFile;
  vfs_.xOpen = openFile;
  vfs_.xDelete = removeFile;
  current() = this;
  sqlite3_vfs_register(&vfs_, 1);
}

PowerLoss::~PowerLoss() {
  sqlite3_vfs_unregister(&vfs_);
  sqlite3_vfs_register(usual_, 1);
  current() = nullptr;
}

/// With the mutex held.
void PowerLoss::perhapsLose() {
  if (random_() % every_) return;
  Image image;
  for (const auto& [path, file] : files_)
    if (auto content = file.afterPowerLoss(random_)) image[path] = std::move(*content);
  lost_(std::move(image));
}

void PowerLoss::change(const std::string& path, UnsyncedFile::Change change) {
  const std::lock_guard lock(mutex_);
  perhapsLose();
  files_[path].changes.push_back(std::move(change));
}

int PowerLoss::openFile(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* given) {
  static const sqlite3_io_methods kMethods = methods();
  PowerLoss& self = *current();
  Handle& handle = *new (file) Handle{};
  const bool lasts = name && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL));
  if (lasts) {
    const std::lock_guard lock(self.mutex_);
    const auto [place, isNew] = self.files_.try_emplace(name);
    if (isNew) place->second.synced = contentOf(name, place->second.isThere);
    handle.path = &place->first;
  }
  const int code = self.usual_->xOpen(self.usual_, name, Handle::usual(file), flags, given);
  if (Handle::usual(file)->pMethods) handle.base.pMethods = &kMethods;
  return code;
}

int PowerLoss::removeFile(sqlite3_vfs*, const char* name, int isFolderSynced) {
  PowerLoss& self = *current();
  {
    const std::lock_guard lock(self.mutex_);
    if (const auto file = self.files_.find(name); file != self.files_.end()) {
      self.perhapsLose();
      file->second.changes.push_back({UnsyncedFile::Change::remove});
      if (isFolderSynced) file->second = {};
    }
  }
  return self.usual_->xDelete(self.usual_, name, isFolderSynced);
}

sqlite3_io_methods PowerLoss::methods() {
  using File = sqlite3_file*;
  sqlite3_io_methods all{};
  all.iVersion = 3;
  all.xClose = [](File f) { return Handle::usual(f)->pMethods->xClose(Handle::usual(f)); };
  all.xRead = [](File f, void* to, int size, sqlite3_int64 at) {
    return Handle::usual(f)->pMethods->xRead(Handle::usual(f), to, size, at);
  };
  all.xWrite = [](File f, const void* from, int size, sqlite3_int64 at) {
    if (const std::string* path = Handle::of(f).path)
      current()->change(*path, {UnsyncedFile::Change::write, static_cast<std::size_t>(at),
                                std::string(static_cast<const char*>(from), static_cast<std::size_t>(size))});
    return Handle::usual(f)->pMethods->xWrite(Handle::usual(f), from, size, at);
  };
  all.xTruncate = [](File f, sqlite3_int64 size) {
    if (const std::string* path = Handle::of(f).path)
      current()->change(*path, {UnsyncedFile::Change::truncate, static_cast<std::size_t>(size)});
    return Handle::usual(f)->pMethods->xTruncate(Handle::usual(f), size);
  };
  all.xSync = [](File f, int flags) {
    if (const std::string* path = Handle::of(f).path) {
      const std::lock_guard lock(current()->mutex_);
      current()->perhapsLose();
      current()->files_[*path].sync();
    }
    return Handle::usual(f)->pMethods->xSync(Handle::usual(f), flags);
  };
  all.xFileSize = [](File f, sqlite3_int64* size) {
    return Handle::usual(f)->pMethods->xFileSize(Handle::usual(f), size);
  };
  all.xLock = [](File f, int level) { return Handle::usual(f)->pMethods->xLock(Handle::usual(f), level); };
  all.xUnlock = [](File f, int level) {
    return Handle::usual(f)->pMethods->xUnlock(Handle::usual(f), level);
  };
  all.xCheckReservedLock = [](File f, int* is) {
    return Handle::usual(f)->pMethods->xCheckReservedLock(Handle::usual(f), is);
  };
  all.xFileControl = [](File f, int what, void* with) {
    return Handle::usual(f)->pMethods->xFileControl(Handle::usual(f), what, with);
  };
  all.xSectorSize = [](File f) { return Handle::usual(f)->pMethods->xSectorSize(Handle::usual(f)); };
  all.xDeviceCharacteristics = [](File f) {
    return Handle::usual(f)->pMethods->xDeviceCharacteristics(Handle::usual(f));
  };
  all.xShmMap = [](File f, int page, int size, int isWrite, void volatile** at) {
    return Handle::usual(f)->pMethods->xShmMap(Handle::usual(f), page, size, isWrite, at);
  };
  all.xShmLock = [](File f, int from, int count, int flags) {
    return Handle::usual(f)->pMethods->xShmLock(Handle::usual(f), from, count, flags);
  };
  all.xShmBarrier = [](File f) { Handle::usual(f)->pMethods->xShmBarrier(Handle::usual(f)); };
  all.xShmUnmap = [](File f, int isRemoved) {
    return Handle::usual(f)->pMethods->xShmUnmap(Handle::usual(f), isRemoved);
  };
  all.xFetch = [](File f, sqlite3_int64 at, int size, void** to) {
    return Handle::usual(f)->pMethods->xFetch(Handle::usual(f), at, size, to);
  };
  all.xUnfetch = [](File f, sqlite3_int64 at, void* from) {
    return Handle::usual(f)->pMethods->xUnfetch(Handle::usual(f), at, from);
  };
  return all;
}

}  // namespace uada
