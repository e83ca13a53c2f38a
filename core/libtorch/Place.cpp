#include "core/libtorch/Place.h"

#include <cstdlib>

#include "core/base/Files.h"
#include "core/libtorch/Pins.h"

namespace uada {
namespace fs = std::filesystem;

fs::path libTorchHome() {
  const auto environment = [](const char* name) {
    const char* value = std::getenv(name);
    return fs::path(value ? value : "");
  };
  fs::path cache = environment("XDG_CACHE_HOME");
  if (cache.empty() && !environment("HOME").empty()) cache = environment("HOME") / ".cache";
  return cache.empty() ? cache : cache / "uada" / ("libtorch-" + pinnedLibTorch());
}

std::string namedLibTorch() {
  const char* named = std::getenv("UADA_LIBTORCH");
  return named ? named : "";
}

bool isLibTorchHome(bool cuda) {
  constexpr std::size_t kMost = 200;  // bytes
  const fs::path home = libTorchHome(), stamp = home / ".uada-kind";
  std::error_code missing;
  const auto has = [&](const char* library) {
    return fs::is_regular_file(home / "torch" / "lib" / library, missing);
  };
  if (!fs::is_regular_file(stamp, missing) || !has("libtorch_cpu.so")) return false;
  if (cuda && !has("libtorch_cuda.so")) return false;
  const std::string text = readTextFile(stamp, kMost);
  return text == libTorchStamp(true) || (!cuda && text == libTorchStamp(false));
}

}  // namespace uada
