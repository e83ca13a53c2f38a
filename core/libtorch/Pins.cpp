#include "core/libtorch/Pins.h"

#include <fmt/core.h>

#include <sstream>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Printable.h"
#include "libtorch_pins.h"

namespace uada {
namespace {

LibTorchPin readPin(const std::string& line) {
  constexpr std::string_view kHash = "--hash=sha256:";
  constexpr std::size_t kDigits = 64;
  std::istringstream words(line);
  std::string package, hash;
  words >> package >> hash;
  const auto equals = package.find("==");
  if (equals == package.npos || !hash.starts_with(kHash) || hash.size() != kHash.size() + kDigits)
    throw Error(
        fmt::format("the list of LibTorch's pins has the line '{}'; expected: "
                    "NAME==VERSION --hash=sha256:DIGITS",
                    quotable(line)));
  return {package.substr(0, equals), package.substr(equals + 2), hash.substr(kHash.size())};
}

}  // namespace

std::vector<LibTorchPin> readPins(const std::string& text, bool cuda) {
  std::vector<LibTorchPin> pins;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# CUDA") && !cuda) break;
    if (!line.empty() && line[0] != '#') pins.push_back(readPin(line));
  }
  return pins;
}

std::vector<LibTorchPin> libTorchPins(bool cuda) { return readPins(kLibTorchPins, cuda); }

std::string pinnedLibTorch() { return libTorchPins(false).front().version; }

std::string libTorchStamp(bool cuda) {
  // As the shell's sha256sum says it of its input.
  return fmt::format("{} {}  -\n", cuda ? "cuda" : "cpu", sha256(std::string_view(kLibTorchPins)));
}

}  // namespace uada
