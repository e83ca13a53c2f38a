#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/weights/WeightsFile.h"

namespace uada {

/// A file in a ZIP archive.
struct ZipEntry {
  std::string name;
  std::uint64_t at = 0, size = 0;  ///< of its content in the archive
  std::uint32_t crc = 0;
  bool isStored = true;      ///< false: its bytes in the archive are not its content
  bool isDeflated = false;   ///< packed by deflate, so that unpackEntry() has its content
  std::uint64_t packed = 0;  ///< bytes that it takes in the archive
};

/// The entries of an archive, as its directory at the end lists them, also of one above 4 GB. Throws Error
/// naming `where`: no directory, entries that reach beyond the file, more than 200,000.
std::vector<ZipEntry> readZip(const RandomBytes& bytes, const std::string& where);

/// Hands on the content of an entry that is stored or packed by deflate, piece by piece in order. Throws
/// Error naming `where` if it is packed otherwise, or is not what its directory says: size and checksum.
void unpackEntry(const RandomBytes& bytes, const ZipEntry& entry, const std::string& where,
                 const std::function<void(std::span<const std::byte>)>& take);

/// Makes an archive of stored entries.
class ZipWriter {
 public:
  void add(std::string_view name, std::span<const std::byte> content);
  void add(std::string_view name, std::string_view content);
  std::vector<std::byte> finish();

 private:
  std::vector<std::byte> bytes_;
  std::vector<ZipEntry> entries_;  ///< `at`: of the local header
};

/// Of zlib.
std::uint32_t crc32Of(std::span<const std::byte> bytes);

}  // namespace uada
