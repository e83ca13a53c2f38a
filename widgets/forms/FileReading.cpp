#include "widgets/forms/FileReading.h"

#include <fmt/core.h>

#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/config/ModelFiles.h"
#include "core/weights/WeightsFile.h"

namespace uada {

static std::string readingText(const std::filesystem::path& file) {
  std::error_code ignored;
  const auto size = std::filesystem::file_size(file, ignored);
  return fmt::format("Reading '{}' ({}) …", quotable(file.filename().string()),
                     bytesText(ignored ? 0 : static_cast<double>(size)));
}

UnreadFile::UnreadFile(const std::filesystem::path& file) : UsageError(readingText(file)), file(file) {}

void FileReading::require(const Json& experiment) const {
  for (const std::filesystem::path& file : modelFiles(experiment))
    if (!unreadable_.contains(file) && !isHashKnown(file)) throw UnreadFile(file);
}

void FileReading::read(const std::filesystem::path& file, const QObject* context,
                       std::function<void()> then) {
  if (answer_.isWaiting() && running_ == file) return;
  running_ = file;
  answer_.ask(
      session_, context, [file](const OpenProject&) { return fileHash(file); },
      [this, file, then = std::move(then)](const std::optional<std::string>& hash) {
        running_.clear();
        if (!hash) unreadable_.insert(file);
        then();
      });
}

}  // namespace uada
