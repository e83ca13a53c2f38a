#include "app/cli/Files.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "core/base/Error.h"
#include "core/store/Project.h"

namespace uada::cli {
namespace {

namespace fs = std::filesystem;

/// Links resolved as far as the path exists.
fs::path resolved(const fs::path& path) {
  std::error_code error;
  fs::path whole = fs::weakly_canonical(fs::absolute(path), error);
  return error ? fs::absolute(path).lexically_normal() : whole;
}

bool isSame(const fs::path& a, const fs::path& b) {
  std::error_code ignored;  // what is not there is compared by name
  return fs::equivalent(a, b, ignored) || resolved(a) == resolved(b);
}

bool isBelow(const fs::path& path, const fs::path& folder) {
  const fs::path whole = resolved(path), start = resolved(folder);
  return std::ranges::mismatch(whole, start).in2 == start.end();
}

}  // namespace

void requireNotOfProject(const std::string& out, const fs::path& project) {
  if (out.empty()) throw UsageError("--out '': the name of a file or folder expected");
  const auto refuse = [&](const char* what) {
    throw UsageError(fmt::format("--out '{}' is {} '{}', which it would overwrite; give another name", out,
                                 what, project.string()));
  };
  if (isSame(out, project)) refuse("the project");
  for (const char* ending : {"-wal", "-shm", "-journal"})
    if (isSame(out, project.string() + ending)) refuse("a part of the project");
  if (isSame(out, fs::path(project).replace_extension(".uada-lock"))) refuse("the lock of the project");
  if (isBelow(out, runFolder(project, "run").parent_path()))
    refuse("in the folder of the runs of the project");
}

}  // namespace uada::cli
