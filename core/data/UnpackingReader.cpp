#include "core/data/UnpackingReader.h"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

namespace uada {
namespace {

gzFile handle(void* file) { return static_cast<gzFile>(file); }

}  // namespace

void UnpackingReader::Close::operator()(void* file) const { ::gzclose_r(handle(file)); }

UnpackingReader::UnpackingReader(const std::filesystem::path& path, Sha256& hash)
    : name_(path.string()), hash_(hash) {
  open(path);
}

void UnpackingReader::open(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return fail("not found; fetch it, or name the folder that holds it");
  if (!std::filesystem::is_regular_file(status)) return fail("not a regular file");
  fileBytes_ = std::filesystem::file_size(path, error);
  if (!error) file_.reset(::gzopen(path.c_str(), "rb"));
  if (!file_) return fail(fmt::format("cannot be read: {}", error ? error.message() : std::strerror(errno)));
  ::gzbuffer(handle(file_.get()), 1 << 17);
  packed_ = ::gzdirect(handle(file_.get())) == 0;
}

std::uintmax_t UnpackingReader::mostBytes() const {
  // Deflate gives at most 258 bytes for 2 bits (zlib's "maximum compression factor" of 1032).
  constexpr std::uintmax_t kMostRatio = 1032;
  if (!packed_) return fileBytes_;
  return std::min(fileBytes_, std::numeric_limits<std::uintmax_t>::max() / kMostRatio) * kMostRatio;
}

std::size_t UnpackingReader::read(std::span<std::uint8_t> to) {
  std::size_t count = 0;
  while (problem_.empty() && count < to.size()) {
    const auto piece = static_cast<unsigned>(std::min<std::size_t>(to.size() - count, 1 << 20));
    const int n = ::gzread(handle(file_.get()), to.data() + count, piece);
    if (n > 0) count += static_cast<std::size_t>(n);
    if (n == static_cast<int>(piece)) continue;
    int code = Z_OK;
    const char* text = ::gzerror(handle(file_.get()), &code);
    if (code == Z_BUF_ERROR)
      fail("the packed file is cut short; fetch it again");
    else if (code == Z_ERRNO)
      fail(fmt::format("cannot be read: {}", std::strerror(errno)));
    else if (n < 0)
      fail(fmt::format("cannot be unpacked: {}; fetch it again", text));
    break;
  }
  hash_.update(std::as_bytes(to.first(count)));
  return count;
}

void UnpackingReader::fail(std::string_view text) {
  if (problem_.empty()) problem_ = fmt::format("'{}': {}", name_, text);
}

}  // namespace uada
