#include <pwd.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/store/Locks.h"
#include "core/store/Records.h"
#include "git_version.h"

namespace uada {

namespace {

std::string userName() {
  const passwd* entry = ::getpwuid(::getuid());
  return entry ? entry->pw_name : std::to_string(::getuid());
}

std::string programName() {
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  return program.filename().string() + " " + UADA_VERSION;
}

std::string processorName() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name"))
      if (const auto colon = line.find(": "); colon != line.npos) return line.substr(colon + 2);
  return "unknown";
}

}  // namespace

Manifest currentManifest() {
  Manifest manifest;
  manifest.host = store::hostName();
  manifest.user = userName();
  manifest.program = programName();
  manifest.git = UADA_GIT;
  manifest.libtorch = UADA_LIBTORCH_VERSION;
  manifest.compiler = __VERSION__;
  manifest.cpu = processorName();
  manifest.pid = ::getpid();
  return manifest;
}

std::string shortDataHash(const std::string& dataHash) {
  constexpr std::size_t kDigits = 8;
  const std::size_t plus = dataHash.find('+');
  const std::string first = dataHash.substr(0, std::min(plus, kDigits));
  return plus == dataHash.npos ? first : first + dataHash.substr(plus, kDigits + 1);
}

const char* verdictText(std::optional<bool> isPublished) {
  if (!isPublished) return "not known whether the published images";
  return *isPublished ? "the published images" : "other images than published";
}

}  // namespace uada
