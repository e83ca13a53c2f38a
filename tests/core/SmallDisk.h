#pragma once

#include <sys/mount.h>

#include <QString>
#include <filesystem>

namespace uada {

/// A small file system of its own, unmounted at the end.
class SmallDisk {
 public:
  SmallDisk(const QString& folder, const char* size) : folder_(folder.toStdString()) {
    std::filesystem::create_directories(folder_);
    mounted_ = ::mount("tmpfs", folder_.c_str(), "tmpfs", 0, size) == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  bool resize(const char* size) const {
    return ::mount(nullptr, folder_.c_str(), nullptr, MS_REMOUNT, size) == 0;
  }
  bool makeReadOnly() const {
    return ::mount(nullptr, folder_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0;
  }
  std::filesystem::path file(const char* name) const { return folder_ / name; }

 private:
  const std::filesystem::path folder_;
  bool mounted_ = false;
};

}  // namespace uada
