#include "core/weights/Zip.h"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <memory>

#include "core/base/Error.h"
#include "core/base/Printable.h"

namespace uada {
namespace {

// The numbers of PKWARE's application note: 4.3.7 (local header), 4.3.12 (directory), 4.3.14 to 16 (its end).
constexpr std::uint32_t kLocal = 0x04034b50, kListed = 0x02014b50, kEnd = 0x06054b50, kEnd64 = 0x06064b50,
                        kLocator64 = 0x07064b50;
constexpr std::size_t kLocalBytes = 30, kListedBytes = 46, kEndBytes = 22, kEnd64Bytes = 56,
                      kLocator64Bytes = 20, kMaxComment = 0xffff, kMaxEntries = 200'000,
                      kMaxDirectory = 64u << 20;
constexpr std::uint32_t kSee64 = 0xffffffff;

using Bytes = std::vector<std::byte>;

std::uint64_t numberAt(std::span<const std::byte> bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = value << 8 | static_cast<std::uint64_t>(bytes[at + i]);
  return value;
}

void put(Bytes& to, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) to.push_back(static_cast<std::byte>(value >> 8 * i & 0xff));
}
void put(Bytes& to, std::span<const std::byte> bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }
void put(Bytes& to, std::string_view text) { put(to, std::as_bytes(std::span(text.data(), text.size()))); }

class Directory {
 public:
  Directory(const RandomBytes& bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  std::vector<ZipEntry> entries() {
    find();
    if (count_ > kMaxEntries)
      refuse(fmt::format("it lists {} files, at most {} are read", count_, kMaxEntries));
    if (size_ > kMaxDirectory || at_ > bytes_.size() || size_ > bytes_.size() - at_)
      refuse("its directory lies beyond its end");
    const Bytes listed = read(at_, static_cast<std::size_t>(size_));
    std::vector<ZipEntry> all;
    std::size_t at = 0;
    for (std::uint64_t i = 0; i < count_; ++i) all.push_back(entry(listed, at));
    return all;
  }

 private:
  [[noreturn]] void refuse(std::string_view why) const {
    throw Error(fmt::format("'{}' is damaged: {}; get another copy", where_, why));
  }
  Bytes read(std::uint64_t at, std::size_t size) const {
    if (at > bytes_.size() || size > bytes_.size() - at) refuse("it is cut short");
    Bytes bytes(size);
    bytes_.read(at, bytes);
    return bytes;
  }

  /// Where the directory lies: from the last bytes of the file.
  void find() {
    const std::uint64_t length = bytes_.size();
    const auto tail = static_cast<std::size_t>(std::min<std::uint64_t>(length, kEndBytes + kMaxComment));
    if (tail < kEndBytes) refuse("it is cut short");
    const std::uint64_t begin = length - tail;
    const Bytes end = read(begin, tail);
    std::size_t at = tail - kEndBytes;
    while (numberAt(end, at, 4) != kEnd)
      if (at-- == 0) refuse("the directory at its end is missing; it may be cut short");
    count_ = numberAt(end, at + 10, 2);
    size_ = numberAt(end, at + 12, 4);
    at_ = numberAt(end, at + 16, 4);
    if (count_ == 0xffff || size_ == kSee64 || at_ == kSee64) find64(begin + at);
  }
  /// end  where the record of the smaller archives lies
  void find64(std::uint64_t end) {
    if (end < kLocator64Bytes) refuse("the directory at its end is missing");
    const Bytes locator = read(end - kLocator64Bytes, kLocator64Bytes);
    if (numberAt(locator, 0, 4) != kLocator64) refuse("the directory at its end is missing");
    const Bytes record = read(numberAt(locator, 8, 8), kEnd64Bytes);
    if (numberAt(record, 0, 4) != kEnd64) refuse("the directory at its end is missing");
    count_ = numberAt(record, 32, 8);
    size_ = numberAt(record, 40, 8);
    at_ = numberAt(record, 48, 8);
  }

  ZipEntry entry(const Bytes& listed, std::size_t& at) const {
    if (listed.size() - at < kListedBytes || numberAt(listed, at, 4) != kListed)
      refuse("its directory is shorter than it says");
    const auto field = [&](std::size_t place, std::size_t size) {
      return numberAt(listed, at + place, size);
    };
    ZipEntry entry;
    const bool isOpen = (field(8, 2) & 1) == 0;  // not encrypted
    entry.isStored = isOpen && field(10, 2) == 0;
    entry.isDeflated = isOpen && field(10, 2) == 8;
    entry.crc = static_cast<std::uint32_t>(field(16, 4));
    entry.size = field(24, 4);
    entry.packed = field(20, 4);
    std::uint64_t header = field(42, 4);
    const std::size_t name = field(28, 2), extra = field(30, 2), comment = field(32, 2);
    if (listed.size() - at - kListedBytes < name + extra + comment)
      refuse("its directory is shorter than it says");
    const auto* text = reinterpret_cast<const char*>(listed.data()) + at + kListedBytes;
    entry.name.assign(text, name);
    widen(std::span(listed).subspan(at + kListedBytes + name, extra), entry.size, entry.packed, header);
    at += kListedBytes + name + extra + comment;
    const Bytes local = read(header, kLocalBytes);
    if (numberAt(local, 0, 4) != kLocal) refuse("a file is not where its directory says");
    entry.at = header + kLocalBytes + numberAt(local, 26, 2) + numberAt(local, 28, 2);
    const std::uint64_t reach = entry.isStored ? entry.size : entry.packed;
    if ((entry.isStored || entry.isDeflated) &&
        (entry.at > bytes_.size() || reach > bytes_.size() - entry.at))
      refuse("a file reaches beyond its end");
    return entry;
  }
  /// Sizes and places above 4 GB stand in a field of their own (4.5.3).
  void widen(std::span<const std::byte> extra, std::uint64_t& size, std::uint64_t& packed,
             std::uint64_t& header) const {
    for (std::size_t at = 0; at + 4 <= extra.size();) {
      const std::uint64_t id = numberAt(extra, at, 2), length = numberAt(extra, at + 2, 2);
      at += 4;
      if (length > extra.size() - at) refuse("its directory is shorter than it says");
      const std::size_t end = at + static_cast<std::size_t>(length);
      if (id == 1) {
        const auto next = [&](std::uint64_t& value) {
          if (end - at < 8) refuse("its directory is shorter than it says");
          value = numberAt(extra, at, 8);
          at += 8;
        };
        if (size == kSee64) next(size);
        if (packed == kSee64) next(packed);
        if (header == kSee64) next(header);
      }
      at = end;
    }
  }

  const RandomBytes& bytes_;
  const std::string& where_;
  std::uint64_t count_ = 0, size_ = 0, at_ = 0;
};

/// What local header and directory have in common (4.4).
void putCommon(Bytes& to, const ZipEntry& entry) {
  put(to, 0, 2);       // flags
  put(to, 0, 2);       // stored
  put(to, 0, 2);       // time
  put(to, 0x0021, 2);  // date: 1980-01-01, so that equal weights give equal files
  put(to, entry.crc, 4);
  put(to, entry.size, 4);
  put(to, entry.size, 4);
  put(to, entry.name.size(), 2);
}

}  // namespace

std::uint32_t crc32Of(std::span<const std::byte> bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<z_size_t>(bytes.size())));
}

std::vector<ZipEntry> readZip(const RandomBytes& bytes, const std::string& where) {
  return Directory(bytes, where).entries();
}

namespace {

/// The content of one entry, with what its directory says of it checked at the end.
class Unpacking {
 public:
  Unpacking(const RandomBytes& bytes, const ZipEntry& entry, const std::string& where)
      : bytes_(bytes), entry_(entry), where_(where) {
    if (!entry.isStored && !entry.isDeflated) refuse("it is packed by a method that is not read");
  }
  void perform(const std::function<void(std::span<const std::byte>)>& take) {
    const auto taken = [&](std::span<const std::byte> piece) {
      crc_ = static_cast<std::uint32_t>(
          crc32_z(crc_, reinterpret_cast<const Bytef*>(piece.data()), static_cast<z_size_t>(piece.size())));
      size_ += piece.size();
      if (size_ > entry_.size) refuse("it is larger than its directory says");
      take(piece);
    };
    if (entry_.isStored)
      eachPiece(entry_.size, taken);
    else
      inflate(taken);
    if (size_ != entry_.size) refuse("it is smaller than its directory says");
    if (crc_ != entry_.crc) refuse("its checksum is wrong");
  }

 private:
  static constexpr std::size_t kPiece = 1 << 18;  // bytes

  [[noreturn]] void refuse(std::string_view why) const {
    throw Error(fmt::format("'{}' in '{}' cannot be unpacked: {}", quotable(entry_.name), where_, why));
  }
  template <class Take>
  void eachPiece(std::uint64_t size, const Take& take) {
    Bytes piece;
    for (std::uint64_t done = 0; done < size; done += piece.size()) {
      piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, size - done)));
      bytes_.read(entry_.at + done, piece);
      take(std::span<const std::byte>(piece));
    }
  }
  template <class Take>
  void inflate(const Take& take) {
    z_stream stream{};
    if (::inflateInit2(&stream, -MAX_WBITS) != Z_OK) refuse("memory is short");
    const std::unique_ptr<z_stream, int (*)(z_stream*)> open(&stream, ::inflateEnd);
    Bytes out(kPiece);
    int state = Z_OK;
    eachPiece(entry_.packed, [&](std::span<const std::byte> in) {
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(in.data()));
      stream.avail_in = static_cast<uInt>(in.size());
      do {
        stream.next_out = reinterpret_cast<Bytef*>(out.data());
        stream.avail_out = static_cast<uInt>(out.size());
        state = ::inflate(&stream, Z_NO_FLUSH);
        if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR) refuse("it is damaged");
        take(std::span<const std::byte>(out).first(out.size() - stream.avail_out));
      } while (state != Z_STREAM_END && stream.avail_out == 0);
    });
    if (state != Z_STREAM_END) refuse("it is cut short");
  }

  const RandomBytes& bytes_;
  const ZipEntry& entry_;
  const std::string& where_;
  std::uint64_t size_ = 0;
  std::uint32_t crc_ = 0;
};

}  // namespace

void unpackEntry(const RandomBytes& bytes, const ZipEntry& entry, const std::string& where,
                 const std::function<void(std::span<const std::byte>)>& take) {
  Unpacking(bytes, entry, where).perform(take);
}

void ZipWriter::add(std::string_view name, std::span<const std::byte> content) {
  constexpr std::size_t kAlignment = 64;  // of content, as torch.save() aligns it
  constexpr std::uint64_t kPadding = 0x4246;
  ZipEntry entry{std::string(name), bytes_.size(), content.size(), crc32Of(content)};
  const std::size_t begin = bytes_.size() + kLocalBytes + name.size() + 4;
  const std::size_t padding = (kAlignment - begin % kAlignment) % kAlignment;
  put(bytes_, kLocal, 4);
  put(bytes_, 20, 2);  // version 2.0 reads it
  putCommon(bytes_, entry);
  put(bytes_, 4 + padding, 2);
  put(bytes_, name);
  put(bytes_, kPadding, 2);
  put(bytes_, padding, 2);
  put(bytes_, std::string(padding, 'Z'));
  put(bytes_, content);
  entries_.push_back(std::move(entry));
  if (bytes_.size() > kSee64 - kMaxDirectory)
    throw Error("weights above 4 GB do not fit into a .pth file; write .safetensors");
}

void ZipWriter::add(std::string_view name, std::string_view content) {
  add(name, std::as_bytes(std::span(content.data(), content.size())));
}

std::vector<std::byte> ZipWriter::finish() {
  if (entries_.size() >= 0xffff)
    throw Error("more than 65,534 tensors do not fit into a .pth file; write .safetensors");
  const std::size_t begin = bytes_.size();
  for (const ZipEntry& entry : entries_) {
    put(bytes_, kListed, 4);
    put(bytes_, 20, 2);
    put(bytes_, 20, 2);
    putCommon(bytes_, entry);
    put(bytes_, 0, 8);  // no extra field, no comment, disk 0, attributes within
    put(bytes_, 0, 4);  // attributes without
    put(bytes_, entry.at, 4);
    put(bytes_, entry.name);
  }
  const std::size_t size = bytes_.size() - begin;
  put(bytes_, kEnd, 4);
  put(bytes_, 0, 4);
  put(bytes_, entries_.size(), 2);
  put(bytes_, entries_.size(), 2);
  put(bytes_, size, 4);
  put(bytes_, begin, 4);
  put(bytes_, 0, 2);
  return std::move(bytes_);
}

}  // namespace uada
