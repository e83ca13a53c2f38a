#include "core/libtorch/Wheel.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "core/base/Error.h"
#include "core/libtorch/PartFile.h"
#include "core/weights/Zip.h"

namespace uada {
namespace fs = std::filesystem;
namespace {

/// An archive may name files outside the folder that it is unpacked into.
bool staysBelow(std::string_view path) {
  const fs::path parts(path);
  return parts.is_relative() && std::ranges::find(parts, fs::path("..")) == parts.end();
}

/// Thrown by who takes the pieces of an entry, because unpackEntry() has no other way out.
struct Stopped {};

/// goesOn  is given how much of the entry is done, in bytes of the archive
void unpack(const RandomBytes& bytes, const ZipEntry& entry, const fs::path& wheel, const fs::path& path,
            const std::function<bool(std::uint64_t)>& goesOn) {
  PartFile file(path);
  file.clear();  // the archive may have the name twice: the last one counts
  unpackEntry(bytes, entry, wheel.string(), [&](std::span<const std::byte> piece) {
    file.append(piece);
    const double share =
        entry.size > 0 ? static_cast<double>(file.size()) / static_cast<double>(entry.size) : 1;
    if (!goesOn(static_cast<std::uint64_t>(share * static_cast<double>(entry.packed)))) throw Stopped();
  });
}

}  // namespace

bool isPartOfLibTorch(std::string_view path, bool cuda) {
  constexpr std::array<std::string_view, 3> kGpuAlone{"libtorch_cuda", "libc10_cuda", "libtorch_nvshmem"};
  const std::string_view name = path.substr(path.rfind('/') + 1);
  if (name.empty() || !staysBelow(path) || name.starts_with("libtorch_python") || name.ends_with(".a"))
    return false;
  if (!cuda && std::ranges::any_of(kGpuAlone, [&](auto start) { return name.starts_with(start); }))
    return false;
  return path.starts_with("torch/lib/") || path.starts_with("torch/include/") ||
         (path.starts_with("nvidia/") && path.find("/lib/") != path.npos);
}

bool unpackWheel(const fs::path& wheel, const fs::path& folder, bool cuda,
                 const std::function<bool(std::uint64_t)>& goesOn) {
  const auto bytes = bytesOfFile(wheel);
  std::uint64_t done = 0;
  for (const ZipEntry& entry : readZip(*bytes, wheel.string())) {
    if (!goesOn(done)) return false;
    try {
      if (isPartOfLibTorch(entry.name, cuda))
        unpack(*bytes, entry, wheel, folder / entry.name,
               [&](std::uint64_t ofEntry) { return goesOn(done + ofEntry); });
    } catch (const Stopped&) {
      return false;
    }
    done += entry.packed;
  }
  return true;
}

}  // namespace uada
