#pragma once

#include <filesystem>

#include "core/libtorch/Pins.h"

namespace uada {

/// The folder that LibTorch is made in, HOME.fetch, beside its place HOME. One process at a time has it: it
/// locks the file HOME.lock, as ./setup does, which stays there, so that all lock the same file.
/// Throws Error naming the folder: another process has it, or it cannot be made.
class Workshop {
 public:
  explicit Workshop(std::filesystem::path home);
  ~Workshop();
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;

  std::filesystem::path wheel(const LibTorchPin& pin) const;
  std::filesystem::path tree() const { return folder_ / "tree"; }
  /// A tree that another process left half made is of no use.
  void clearTree() const;
  /// Puts the tree in its place, over one that is there; the folder is then gone.
  void putInPlace() const;

 private:
  const std::filesystem::path home_, folder_;
  int lock_ = -1;
};

/// Puts a folder in the place of another, which goes. Where the disk cannot exchange the two in one step
/// (RENAME_EXCHANGE: NFS, ZFS) this moves the old one aside, to `aside`: for a moment there is none.
void replaceInSteps(const std::filesystem::path& folder, const std::filesystem::path& place,
                    const std::filesystem::path& aside);

}  // namespace uada
