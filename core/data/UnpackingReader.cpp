#include "core/data/UnpackingReader.h"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Text.h"

namespace uada {
namespace {

gzFile handle(void* file) { return static_cast<gzFile>(file); }

}  // namespace

void UnpackingReader::Close::operator()(void* file) const { ::gzclose_r(handle(file)); }

UnpackingReader::UnpackingReader(const std::filesystem::path& path, ContentHash& hash)
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
  hash_.sha256.update(std::as_bytes(to.first(count)));
  hash_.md5.update(std::as_bytes(to.first(count)));
  readBytes_ += count;
  return count;
}

void UnpackingReader::requireEnd() {
  if (!packed_ || !problem_.empty()) return;
  // A packed file ends with the length of what is in it (RFC 1952), so most need no second look.
  std::uint8_t length[4] = {};
  std::ifstream file(name_, std::ios::binary);
  file.seekg(-4, std::ios::end).read(reinterpret_cast<char*>(length), sizeof length);
  std::uint32_t stored = 0;
  for (int i = 3; i >= 0; --i) stored = stored << 8 | length[i];
  if (file && stored == static_cast<std::uint32_t>(readBytes_)) return;
  if (const auto more = bytesAfterEnd(); more > 0)
    fail(fmt::format("{} bytes follow the end of the packed data; fetch it again",
                     groupedText(static_cast<long long>(more))));
}

/// Unpacks the file once more, member by member, to see where the last one ends.
std::uintmax_t UnpackingReader::bytesAfterEnd() const {
  constexpr int kGzipOnly = 16;
  std::ifstream file(name_, std::ios::binary);
  std::vector<std::uint8_t> in(1 << 16), out(1 << 18);
  z_stream stream{};
  if (::inflateInit2(&stream, kGzipOnly + MAX_WBITS) != Z_OK) throw Error("zlib cannot start: no memory");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, ::inflateEnd);
  std::uintmax_t consumed = 0, members = 0;  // consumed: up to the end of the last whole member
  for (int code = Z_OK; code == Z_OK || code == Z_BUF_ERROR;) {
    if (stream.avail_in == 0) {
      file.read(reinterpret_cast<char*>(in.data()), static_cast<std::streamsize>(in.size()));
      stream.next_in = in.data();
      stream.avail_in = static_cast<unsigned>(file.gcount());
      if (stream.avail_in == 0) break;
    }
    stream.next_out = out.data();
    stream.avail_out = static_cast<unsigned>(out.size());
    code = ::inflate(&stream, Z_NO_FLUSH);
    if (code != Z_STREAM_END) continue;
    ++members;
    consumed += stream.total_in;
    code = ::inflateReset(&stream);
  }
  return members > 0 ? fileBytes_ - consumed : 0;
}

void UnpackingReader::fail(std::string_view text) {
  if (problem_.empty()) problem_ = fmt::format("'{}': {}", name_, text);
}

}  // namespace uada
