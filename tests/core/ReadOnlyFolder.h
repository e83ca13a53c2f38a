#pragma once

#include <unistd.h>

#include "tests/core/SmallDisk.h"

namespace uada {

/// A folder that can be filled and then sealed, so that nobody can write to it: as root a file system of its
/// own that is mounted read-only, which binds root too; else a folder without the permission.
class ReadOnlyFolder {
 public:
  explicit ReadOnlyFolder(const QString& folder) : folder_(folder.toStdString()), disk_(folder, "size=16m") {}
  ~ReadOnlyFolder() {
    if (!disk_.mounted()) permit(std::filesystem::perms::owner_all);
  }
  std::filesystem::path file(const char* name) const { return folder_ / name; }
  /// returns  whether nothing can be written there now
  bool seal() const {
    using std::filesystem::perms;
    if (disk_.mounted()) return disk_.makeReadOnly();
    permit(perms::owner_read | perms::owner_exec);
    return ::access(folder_.c_str(), W_OK) != 0;
  }

 private:
  void permit(std::filesystem::perms perms) const {
    std::error_code ignored;
    std::filesystem::permissions(folder_, perms, ignored);
  }
  const std::filesystem::path folder_;
  const SmallDisk disk_;
};

}  // namespace uada
