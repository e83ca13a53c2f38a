#include <fmt/core.h>

#include <bit>
#include <cstdlib>
#include <cstring>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/data/FolderIndex.h"

namespace uada {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "UADA image index 3\n";
constexpr std::size_t kHashDigits = 64;
static_assert(std::endian::native == std::endian::little, "index files are of this machine's cache only");

[[noreturn]] void refuse(std::string_view why) { throw Error(fmt::format("the index {}", why)); }

class Packer {
 public:
  std::string bytes{kMagic};
  template <class Number>
  void number(Number value) {
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes.append(raw, sizeof value);
  }
  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    bytes += value;
  }
};

class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : bytes_(bytes) {}
  template <class Number>
  void number(Number& value) {
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
  }
  void text(std::string& value) {
    std::uint32_t size = 0;
    number(size);
    value = take(size);
  }
  /// How many entries follow, each of at least so many bytes: no more than the bytes that are left can hold.
  std::size_t count(std::size_t least) {
    std::uint64_t n = 0;
    number(n);
    if (n > bytes_.size() / least) refuse("is damaged: it claims more entries than it has bytes for");
    return static_cast<std::size_t>(n);
  }
  void end() const {
    if (!bytes_.empty()) refuse("is damaged: bytes follow its last entry");
  }

 private:
  std::string_view take(std::size_t size) {
    if (size > bytes_.size()) refuse("is cut short");
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  std::string_view bytes_;
};

void visitPixels(Packer& packer, const std::vector<std::uint64_t>& pixels) {
  packer.number(static_cast<std::uint64_t>(pixels.size()));
  for (const std::uint64_t count : pixels) packer.number(count);
}
void visitPixels(Unpacker& unpacker, std::vector<std::uint64_t>& pixels) {
  pixels.resize(unpacker.count(sizeof(std::uint64_t)));
  for (std::uint64_t& count : pixels) unpacker.number(count);
}

template <class Archive, class Box>
void visitBox(Archive& archive, Box& box) {
  for (auto* edge : {&box.left, &box.top, &box.right, &box.bottom}) archive.number(*edge);
  archive.number(box.label);
  archive.number(box.difficult);
}
constexpr std::size_t kBoxBytes = 5 * 4 + 1;
void visitBoxes(Packer& packer, const Boxes& boxes) {
  packer.number(static_cast<std::uint64_t>(boxes.size()));
  for (const ObjectBox& box : boxes) visitBox(packer, box);
}
void visitBoxes(Unpacker& unpacker, Boxes& boxes) {
  boxes.resize(unpacker.count(kBoxBytes));
  for (ObjectBox& box : boxes) visitBox(unpacker, box);
}

/// The members of an entry, written and read by one list.
template <class Archive, class Entry>
void visitEntry(Archive& archive, Entry& entry) {
  archive.text(entry.file.name);
  archive.number(entry.file.label);
  archive.number(entry.file.bytes);
  archive.number(entry.file.time);
  archive.text(entry.file.target.name);
  archive.number(entry.file.target.bytes);
  archive.number(entry.file.target.time);
  archive.number(entry.width);
  archive.number(entry.height);
  for (auto& value : entry.sums.sum) archive.number(value);
  for (auto& value : entry.sums.squares) archive.number(value);
  archive.number(entry.sums.pixels);
  archive.text(entry.hash);
  archive.text(entry.targetHash);
  visitPixels(archive, entry.mapPixels);
  visitBoxes(archive, entry.boxes);
  archive.text(entry.remark);
  archive.text(entry.problem);
}
constexpr std::size_t kLeastEntry = 6 * 4 + 3 * 4 + 4 * 8 + 9 * 8;  // bytes

std::string keyOf(const FolderListing& listing) {
  std::error_code ignored;
  const fs::path whole = fs::absolute(listing.folder, ignored).lexically_normal();
  return whole.string() + "\n" + listing.split;
}

}  // namespace

fs::path indexFile(const FolderListing& listing) {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  fs::path folder;
  // The base directory specification: a relative folder is to be ignored.
  if (cache && fs::path(cache).is_absolute())
    folder = cache;
  else if (home && *home)
    folder = fs::path(home) / ".cache";
  else
    return {};
  return folder / "uada" / "index" / (sha256(keyOf(listing)).substr(0, 32) + ".index");
}

std::string packedIndex(const FolderListing& listing, const FolderIndex& index) {
  Packer packer;
  packer.text(keyOf(listing));
  packer.number(static_cast<std::uint64_t>(index.classes.size()));
  for (const std::string& name : index.classes) packer.text(name);
  packer.number(static_cast<std::uint64_t>(index.files.size()));
  for (const IndexedFile& entry : index.files) visitEntry(packer, entry);
  return packer.bytes + sha256(packer.bytes);
}

FolderIndex unpackedIndex(const FolderListing& listing, std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) refuse("is none of this version");
  if (bytes.size() < kMagic.size() + kHashDigits) refuse("is cut short");
  const std::string_view content = bytes.substr(0, bytes.size() - kHashDigits);
  if (sha256(content) != bytes.substr(content.size())) refuse("is damaged: its hash is another");
  Unpacker unpacker(content.substr(kMagic.size()));
  std::string key;
  unpacker.text(key);
  if (key != keyOf(listing)) refuse("is of another folder");
  FolderIndex index;
  index.classes.resize(unpacker.count(sizeof(std::uint32_t)));
  for (std::string& name : index.classes) unpacker.text(name);
  index.files.resize(unpacker.count(kLeastEntry));
  for (IndexedFile& entry : index.files) visitEntry(unpacker, entry);
  unpacker.end();
  return index;
}

}  // namespace uada
