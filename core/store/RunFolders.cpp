#include "core/store/RunFolders.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Files.h"

namespace uada::store {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const char* doing, const fs::path& file, const std::error_code& code) {
  const std::string text = fmt::format("cannot {} '{}': {}", doing, file.string(), code.message());
  if (code == std::errc::no_space_on_device) throw NoSpace(text);
  throw Error(text);
}

void check(const char* doing, const fs::path& file, const std::error_code& code) {
  if (code) refuse(doing, file, code);
}

void sync(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool isSynced = fd >= 0 && ::fsync(fd) == 0;
  const int problem = errno;
  if (fd >= 0) ::close(fd);
  if (!isSynced) refuse("sync", path, std::error_code(problem, std::generic_category()));
}

void makeFolders(const fs::path& folder) {
  std::error_code code;
  fs::create_directories(folder, code);
  check("make the folder", folder, code);
}

/// What belongs to a process that works in the folder, or did.
bool isOfProcess(const fs::path& name) {
  return name == "lock" || name == "stop" || name.string().ends_with(".part");
}

/// Paths in the folder of all files that are brought.
std::vector<fs::path> filesOf(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code code;
  fs::recursive_directory_iterator entries(folder, code);
  check("read", folder, code);
  for (const fs::recursive_directory_iterator end; entries != end; entries.increment(code)) {
    check("read", folder, code);
    if (isOfProcess(entries->path().filename())) continue;
    const fs::file_status status = entries->symlink_status(code);
    check("read", entries->path(), code);
    if (fs::is_symlink(status))
      throw Error(fmt::format("'{}' is a link, and may lead anywhere; put the file itself in its place",
                              entries->path().string()));
    if (fs::is_regular_file(status)) files.push_back(entries->path().lexically_relative(folder));
  }
  // What a run can go on from comes first: whoever is ended in between leaves nothing that names a file which
  // is not there.
  std::ranges::sort(files, {}, [](const fs::path& file) {
    return std::pair(file.extension() != ".safetensors", file.string());
  });
  return files;
}

void layDown(const fs::path& from, const fs::path& to) {
  makeFolders(to.parent_path());
  std::error_code code;
  if (from.extension() == ".safetensors") {
    fs::create_hard_link(from, to, code);
    if (!code) return;
  }
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, code);
  check("copy", from, code);
  sync(to);
}

void moveInto(const fs::path& laid, const fs::path& to, const std::vector<fs::path>& files) {
  std::error_code code;
  fs::rename(laid, to, code);
  if (!code) return sync(to.parent_path());
  for (const fs::path& file : files) {  // there is such a folder
    makeFolders((to / file).parent_path());
    fs::rename(laid / file, to / file, code);
    check("write", to / file, code);
  }
  sync(to);
}

}  // namespace

void bringRunFolder(const fs::path& from, const fs::path& to, const fs::path& scratch) {
  std::error_code code;
  if (fs::equivalent(from, to, code)) return;
  const fs::path laid = scratch / to.filename();
  fs::remove_all(laid, code);
  makeFolders(laid);
  const std::vector<fs::path> files = filesOf(from);
  for (const fs::path& file : files) layDown(from / file, laid / file);
  sync(laid);
  moveInto(laid, to, files);
  fs::remove_all(laid, code);
}

}  // namespace uada::store
