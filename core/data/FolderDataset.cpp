#include "core/data/FolderDataset.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Sha256.h"
#include "core/base/Text.h"
#include "core/images/LabelPng.h"
#include "core/images/Trusted.h"

namespace uada {
namespace {

constexpr std::size_t kNamed = 5;  // damaged files in a message

std::string identityOf(const FolderIndex& index) {
  Sha256 hash;
  const auto add = [&](std::string_view text) {
    hash.update(std::as_bytes(std::span(text)));
    hash.update(std::as_bytes(std::span("\0", 1)));
  };
  for (const std::string& name : index.classes) add(name);
  for (const IndexedFile& entry : index.files) {
    add(entry.file.name);
    add(std::to_string(entry.file.label));
    add(entry.hash);
    if (entry.file.target.name.empty()) continue;
    add(entry.file.target.name);
    add(entry.targetHash);
  }
  return hash.digits();
}

/// An open file that is read whole.
class File {
 public:
  explicit File(const std::filesystem::path& path)
      : path_(path), fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (fd_ < 0) fail(std::strerror(errno));
  }
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  /// Throws unless size and time of the last change are those of the index.
  void requireUnchanged(std::uint64_t bytes, std::int64_t lastChange) const {
    struct stat state{};
    if (::fstat(fd_, &state) != 0) fail(std::strerror(errno));
    constexpr std::int64_t kNanoseconds = 1'000'000'000;
    const std::int64_t time = state.st_mtim.tv_sec * kNanoseconds + state.st_mtim.tv_nsec;
    if (static_cast<std::uint64_t>(state.st_size) != bytes || time != lastChange)
      fail("it was changed since the data set was opened; start again");
  }
  void read(std::vector<std::byte>& bytes) const {
    for (std::size_t done = 0; done < bytes.size();) {
      const ssize_t got = ::read(fd_, bytes.data() + done, bytes.size() - done);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) fail(got < 0 ? std::strerror(errno) : "it became shorter while it was read");
      done += static_cast<std::size_t>(got);
    }
  }

 private:
  [[noreturn]] void fail(std::string_view why) const {
    throw Error(fmt::format("cannot read '{}': {}", path_.string(), why));
  }
  const std::filesystem::path& path_;
  int fd_;
};

/// The bytes of a file as the index knows it, until the thread's next call.
std::span<const std::byte> unchangedBytes(const std::filesystem::path& path, std::uint64_t size,
                                          std::int64_t time) {
  thread_local std::vector<std::byte> bytes;
  const File open(path);
  open.requireUnchanged(size, time);
  bytes.resize(static_cast<std::size_t>(size));
  open.read(bytes);
  return bytes;
}

}  // namespace

FolderDataset::FolderDataset(const FolderListing& listing, FolderIndex index)
    : folder_(listing.folder),
      index_(std::move(index)),
      kind_(listing.targetKind()),
      makeClasses_(listing.makeClasses),
      identity_(identityOf(index_)) {}

void FolderDataset::requireSize(const std::filesystem::path& file, ImageSize found,
                                std::uint32_t index) const {
  const ImageSize expected = imageSize(index);
  if (found != expected)
    throw Error(
        fmt::format("'{}' has {} x {} pixels, {} x {} were found when the data set was opened; start "
                    "again",
                    file.string(), found.width, found.height, expected.width, expected.height));
}

Held<ImageView> FolderDataset::image(std::uint32_t index, const PixelBox* part) const {
  thread_local DecodeScratch scratch;
  const std::filesystem::path file = path(index);
  const ListedFile& listed = index_.files[index].file;
  const std::span<const std::byte> bytes = unchangedBytes(file, listed.bytes, listed.time);
  scratch.pixels = pool_->take();
  const ImageView view = decodeTrusted(bytes, "'" + file.string() + "'", scratch, part);
  requireSize(file, {view.width, view.height}, index);
  return Held<ImageView>(view, pool_->owning(std::exchange(scratch.pixels, {})));
}

Held<TargetView> FolderDataset::target(std::uint32_t index) const {
  const ListedFile& listed = index_.files[index].file;
  if (kind_ == TargetKind::label) return Held<TargetView>(Label{listed.label});
  if (kind_ == TargetKind::boxes) return Held<TargetView>(BoxesView(index_.files[index].boxes));
  const std::filesystem::path file = folder_ / listed.target.name;
  const auto bytes = unchangedBytes(file, listed.target.bytes, listed.target.time);
  LabelMap map;
  map.labels = maps_->take();
  const ImageSize size = decodeLabelsTrusted(bytes, "'" + file.string() + "'", map.labels);
  requireSize(file, size, index);
  map.width = size.width;
  map.height = size.height;
  makeClasses_(map, file, classes());
  const LabelMapView view = map.view();
  return Held<TargetView>(view, maps_->owning(std::move(map.labels)));
}

std::string damageText(const FolderListing& listing, const FolderIndex& index) {
  std::vector<std::string> problems;
  for (const IndexedFile& entry : index.files)
    if (!entry.problem.empty()) problems.push_back(entry.problem);
  if (problems.empty()) return {};
  const std::size_t count = problems.size();
  const auto number = [](std::size_t n) { return groupedText(static_cast<long long>(n)); };
  if (count > kNamed) problems.resize(kNamed);
  std::string text =
      fmt::format("{} of {} {} images in '{}' cannot be used: {}", number(count), number(index.files.size()),
                  listing.split, listing.folder.string(), joined(problems, "; "));
  if (count > kNamed) text += fmt::format("; and {} more", number(count - kNamed));
  return text;
}

/// Says what of a set with label maps or boxes tells nothing, and what of its boxes was mended.
static void noteTargets(const FolderListing& listing, const FolderIndex& index, const Loading& loading) {
  if (!loading.note) return;
  const auto number = [](std::size_t n) { return groupedText(static_cast<long long>(n)); };
  const auto uncounted = std::ranges::count_if(index.files, &IndexedFile::isUncounted);
  if (uncounted > 0)
    loading.note(
        fmt::format("{} of {} {} images in '{}' have no pixel with a class; the first is '{}'",
                    number(static_cast<std::size_t>(uncounted)), number(index.files.size()), listing.split,
                    listing.folder.string(),
                    quotable(std::ranges::find_if(index.files, &IndexedFile::isUncounted)->file.name)));
  const auto isMended = [](const IndexedFile& entry) { return !entry.remark.empty(); };
  if (const auto mended = std::ranges::count_if(index.files, isMended); mended > 0) {
    const IndexedFile& first = *std::ranges::find_if(index.files, isMended);
    loading.note(fmt::format("the boxes of {} of {} {} images in '{}' were mended; of '{}' {}",
                             number(static_cast<std::size_t>(mended)), number(index.files.size()),
                             listing.split, listing.folder.string(), quotable(first.file.target.name),
                             first.remark));
  }
  if (!listing.spareTargets.empty())
    loading.note(fmt::format(
        "{} {} file{} of {} images in '{}' {} no image and {} not used; the first is '{}'",
        number(listing.spareTargets.size()), listing.readBoxes ? "annotation" : "label",
        listing.spareTargets.size() == 1 ? "" : "s", listing.split, listing.folder.string(),
        listing.spareTargets.size() == 1 ? "has" : "have", listing.spareTargets.size() == 1 ? "is" : "are",
        quotable(listing.spareTargets.front().name)));
}

std::shared_ptr<const FolderDataset> openFolder(const FolderListing& listing, const Loading& loading) {
  FolderIndex index = indexOf(listing, loading);
  const std::string damage = damageText(listing, index);
  if (!damage.empty() && !loading.skipsDamaged)
    throw Error(damage + "; mend or remove them, or set recipe.dataset.damaged to skip");
  if (!damage.empty() && loading.note) loading.note(damage + "; they are left out");
  std::erase_if(index.files, [](const IndexedFile& entry) { return !entry.problem.empty(); });
  if (index.files.empty())
    throw Error(
        fmt::format("'{}' holds no {} image that can be read", listing.folder.string(), listing.split));
  noteTargets(listing, index, loading);
  return std::make_shared<FolderDataset>(listing, std::move(index));
}

}  // namespace uada
