#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

namespace uada {

/// Whether a file of a wheel belongs to LibTorch: its libraries and headers, without Python's part, and
/// without what GPUs need unless cuda. The same that ./setup unpacks.
bool isPartOfLibTorch(std::string_view path, bool cuda);

/// Unpacks the files of a wheel that belong to LibTorch into a folder, with their paths.
/// goesOn  asked for every piece with the bytes of the wheel done so far; false: it stops
/// returns  false: it was stopped
/// Throws Error naming the file: a damaged archive, a full disk.
bool unpackWheel(const std::filesystem::path& wheel, const std::filesystem::path& folder, bool cuda,
                 const std::function<bool(std::uint64_t done)>& goesOn);

}  // namespace uada
