#include "app/cli/Files.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "core/base/Error.h"

namespace uada::cli {

bool hasPngName(const std::string& file) {
  std::string extension = std::filesystem::path(file).extension().string();
  std::ranges::transform(extension, extension.begin(), [](unsigned char c) { return std::tolower(c); });
  return extension == ".png";
}

void requirePngName(const std::string& file) {
  if (!hasPngName(file))
    throw UsageError(fmt::format("'{}': pictures are written as PNG; give a name that ends in .png", file));
}

}  // namespace uada::cli
