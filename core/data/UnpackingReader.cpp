#include "core/data/UnpackingReader.h"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Text.h"

namespace uada {
namespace {

std::string grouped(std::uintmax_t number) { return groupedText(static_cast<long long>(number)); }

bool startsGzip(std::span<const std::byte> bytes) {
  return bytes.size() >= 2 && bytes[0] == std::byte{0x1f} && bytes[1] == std::byte{0x8b};
}

/// The most bytes that a file with so many in it can have: deflate adds 5 to 16 KB that it cannot pack, files
/// packed in blocks some 30 to each, and a tape fills up with zeros.
std::uintmax_t mostPacked(std::uintmax_t bytes) { return bytes + bytes / 64 + (1u << 20); }

}  // namespace

void UnpackingReader::Close::operator()(z_stream_s* stream) const {
  ::inflateEnd(stream);
  delete stream;
}

UnpackingReader::UnpackingReader(const std::filesystem::path& path, std::uintmax_t most, ContentHash* hash)
    : name_(path.string()), hash_(hash) {
  open(path, most);
}

void UnpackingReader::open(const std::filesystem::path& path, std::uintmax_t most) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored))
    return fail("not found; fetch it, or name the folder that holds it");
  try {
    source_.emplace(path);
  } catch (const Error& error) {
    problem_ = error.what();
    return;
  }
  fileBytes_ = source_->size();
  const bool packed = startsGzip(source_->from(0, 2));
  const std::uintmax_t limit = packed ? mostPacked(most) : most;
  if (fileBytes_ > limit)
    return fail(
        fmt::format("{} bytes found, at most {} expected; no such file of this set is larger; fetch it again",
                    grouped(fileBytes_), grouped(limit)));
  if (!packed) return;
  constexpr int kGzipOnly = 16;
  stream_.reset(new z_stream{});
  if (::inflateInit2(stream_.get(), kGzipOnly + MAX_WBITS) != Z_OK) throw std::bad_alloc();
}

std::size_t UnpackingReader::read(std::span<std::uint8_t> to) {
  if (!problem_.empty()) return 0;
  const std::size_t count = isPacked() ? unpack(to) : copy(to);
  if (hash_) {
    hash_->sha256.update(std::as_bytes(to.first(count)));
    hash_->md5.update(std::as_bytes(to.first(count)));
  }
  return count;
}

std::size_t UnpackingReader::copy(std::span<std::uint8_t> to) {
  std::size_t count = 0;
  while (count < to.size() && position_ < fileBytes_) {
    const auto piece = source_->from(position_);
    if (piece.empty()) {
      failAtEnd("");
      break;
    }
    const auto n = std::min<std::uintmax_t>({piece.size(), to.size() - count, fileBytes_ - position_});
    std::memcpy(to.data() + count, piece.data(), n);
    position_ += n;
    count += n;
  }
  return count;
}

std::size_t UnpackingReader::unpack(std::span<std::uint8_t> to) {
  z_stream& stream = *stream_;
  stream.next_out = to.data();
  stream.avail_out = static_cast<unsigned>(to.size());
  while (stream.avail_out > 0 && !ended_ && problem_.empty()) {
    const auto piece = source_->from(position_);
    if (piece.empty()) {
      failAtEnd("the packed file is cut short; fetch it again");
      break;
    }
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(piece.data()));
    stream.avail_in = static_cast<unsigned>(piece.size());
    const int code = ::inflate(&stream, Z_NO_FLUSH);
    position_ += piece.size() - stream.avail_in;
    if (code == Z_STREAM_END)
      endMember();
    else if (code != Z_OK && code != Z_BUF_ERROR)
      fail(fmt::format("cannot be unpacked: {}; fetch it again", stream.msg ? stream.msg : ::zError(code)));
  }
  return to.size() - stream.avail_out;
}

/// Another member may follow, or zeros, as on a tape: gzip lets both pass, and nothing else.
void UnpackingReader::endMember() {
  if (startsGzip(source_->from(position_, 2))) {
    ::inflateReset(stream_.get());
    return;
  }
  ended_ = true;
  const std::uintmax_t left = fileBytes_ - position_;
  while (position_ < fileBytes_) {
    const auto piece = source_->from(position_);
    if (piece.empty() || std::ranges::any_of(piece, [](std::byte b) { return b != std::byte{0}; }))
      return fail(fmt::format("{} bytes follow the end of the packed data; fetch it again", grouped(left)));
    position_ += piece.size();
  }
}

std::optional<std::uint32_t> UnpackingReader::statedLength() {
  if (!isPacked() || fileBytes_ < 4) return {};
  const auto bytes = source_->from(fileBytes_ - 4, 4);
  if (bytes.size() < 4) return {};
  std::uint32_t length = 0;
  for (int i = 3; i >= 0; --i) length = length << 8 | std::to_integer<std::uint32_t>(bytes[i]);
  return length;
}

/// text  what it means that the file ends here; it may also be that the disk gives no more of it
void UnpackingReader::failAtEnd(std::string_view text) {
  if (position_ < fileBytes_)
    fail(fmt::format("cannot be read beyond byte {} of {}; look at the disk, or fetch it again",
                     grouped(position_), grouped(fileBytes_)));
  else
    fail(text);
}

void UnpackingReader::fail(std::string_view text) {
  if (problem_.empty()) problem_ = fmt::format("'{}': {}", name_, text);
}

Measured measure(const std::filesystem::path& path, std::uintmax_t most, ContentHash* hash) {
  UnpackingReader reader(path, most, hash);
  std::vector<std::uint8_t> buffer(std::size_t{1} << 16);
  Measured measured;
  while (measured.bytes <= most) {
    const auto wanted = std::min<std::uintmax_t>(buffer.size(), most + 1 - measured.bytes);
    const std::size_t got = reader.read(std::span(buffer).first(wanted));
    measured.bytes += got;
    if (got < wanted) break;
  }
  measured.problem = reader.problem();
  return measured;
}

}  // namespace uada
