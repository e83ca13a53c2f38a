#include "widgets/forms/FileReading.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/config/ModelFiles.h"
#include "core/weights/WeightsFile.h"

namespace uada {

/// size  "" where it may take long to ask for it
static UnreadFile reading(const std::filesystem::path& file, const std::string& size) {
  return UnreadFile(fmt::format("Reading '{}'{} …", quotable(file.filename().string()), size));
}

static std::string sizeOf(const std::filesystem::path& file) {
  std::error_code ignored;
  const auto size = std::filesystem::file_size(file, ignored);
  return fmt::format(" ({})", bytesText(ignored ? 0 : static_cast<double>(size)));
}

/// All paths of policies in a part of an experiment, which may be wrong.
static void addPolicyPaths(const Json& part, std::vector<std::string>& paths) {
  if (part.isString() && isPolicyPath(part.asString())) paths.push_back(part.asString());
  if (part.isArray())
    for (const Json& one : part.asArray()) addPolicyPaths(one, paths);
  if (part.isObject())
    for (const auto& [key, value] : part.asObject()) addPolicyPaths(value, paths);
}

FileReading::FileReading(Session& session, PolicyLooks::Read read)
    : session_(session), policies_(std::move(read)) {
  connect(&policies_, &PolicyLooks::found, this, &FileReading::read);
}

void FileReading::require(const Json& experiment) {
  for (const std::filesystem::path& file : modelFiles(experiment)) {
    if (unreadable_.contains(file) || isHashKnown(file)) continue;
    begin(file);
    throw reading(file, sizeOf(file));
  }
  std::vector<std::string> paths;
  for (const char* part : {"methods", "sweep"})
    if (const Json* json = experiment.isObject() ? experiment.find(part) : nullptr)
      addPolicyPaths(*json, paths);
  for (const std::string& path : paths) {
    const PolicyLooks::Look* const look = policies_.at(path);
    if (!look) throw reading(path, "");
    if (!look->problem.empty()) throw UsageError(look->problem);
  }
}

std::vector<PolicyFile> FileReading::known(std::vector<PolicyFile> used) const {
  std::ranges::move(policies_.files(), std::back_inserter(used));
  return used;
}

void FileReading::begin(const std::filesystem::path& file) {
  if (answer_.isWaiting() && running_ == file) return;
  running_ = file;
  answer_.ask(
      session_, this, [file](const OpenProject&) { return fileHash(file); },
      [this, file](const std::optional<std::string>& hash) {
        running_.clear();
        if (!hash) unreadable_.insert(file);
        Q_EMIT read();
      });
}

}  // namespace uada
