#pragma once

#include <fmt/core.h>
#include <unistd.h>

#include <filesystem>

#include "core/base/Error.h"

namespace uada::cli {

/// A folder in the current one, where projects lie, that is removed at the end.
class ScratchFolder {
 public:
  ScratchFolder() : path_(std::filesystem::current_path() / fmt::format(".uada-bench-{}", ::getpid())) {
    std::error_code error;
    std::filesystem::create_directory(path_, error);
    if (error)
      throw Error(fmt::format("cannot make the folder '{}': {}; change to one that can be written to",
                              path_.string(), error.message()));
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace uada::cli
