#include <fmt/core.h>

#include <algorithm>

#include "core/base/Text.h"
#include "core/data/Places.h"
#include "core/data/SplitReading.h"
#include "core/data/UnpackingReader.h"

namespace uada {
namespace {

namespace fs = std::filesystem;

constexpr int kSide = 28, kClasses = 10;
constexpr std::size_t kPixels = std::size_t{kSide} * kSide;
const std::vector<std::string> kEndings{"", ".gz"};
constexpr std::uint32_t kImagesMagic = 2051, kLabelsMagic = 2049;  // unsigned bytes of 3 and of 1 dimensions

std::string grouped(std::uintmax_t number) { return groupedText(static_cast<long long>(number)); }

std::string moreThan(const fs::path& file, std::uintmax_t wanted) {
  return fmt::format("'{0}': more than {1} bytes found, {1} expected; it has bytes too many; fetch it again",
                     file.string(), grouped(wanted));
}

/// What is wrong with the length that a header claims, seen without unpacking more than it claims.
std::string lengthProblem(UnpackingReader& reader, const fs::path& file, std::uint32_t count,
                          std::uintmax_t wanted) {
  if (!reader.isPacked() && wanted != reader.fileBytes())
    return wrongSize(file, reader.fileBytes(),
                     fmt::format("{} (its header claims a count of {})", grouped(wanted), grouped(count)),
                     wanted > reader.fileBytes() ? "the file is cut short" : "it has bytes too many");
  if (!reader.isPacked() || reader.statedLength() == wanted) return {};
  const Measured all =
      measure(file, wanted);  // of several members, with zeros behind it, or of another length
  if (!all.problem.empty() || all.bytes == wanted) return all.problem;
  if (all.bytes > wanted) return moreThan(file, wanted);
  return wrongSize(file, all.bytes, grouped(wanted), "the file is cut short");
}

/// The words of an IDX header, checked against what is expected, and its claim against the file.
/// words     magic, count, and for images rows and columns
/// perItem   bytes of one image or label
/// most      bytes of the published file
/// returns   the count; 0 with `problem` set if anything is wrong
std::size_t readHeader(UnpackingReader& reader, const fs::path& file, std::span<const std::uint32_t> expected,
                       std::size_t perItem, std::uintmax_t most, std::string& problem) {
  const std::size_t headerBytes = 4 * (expected.size() + 1);
  std::uint8_t bytes[16];
  const std::size_t got = reader.read(std::span(bytes).first(headerBytes));
  const auto word = [&](std::size_t i) {
    return std::uint32_t{bytes[4 * i]} << 24 | bytes[4 * i + 1] << 16 | bytes[4 * i + 2] << 8 |
           bytes[4 * i + 3];
  };
  if (problem = reader.problem(); !problem.empty()) return 0;
  if (got < headerBytes) {
    problem = wrongSize(file, got, fmt::format("a header of {}", headerBytes), "the file is cut short");
    return 0;
  }
  if (word(0) != expected[0]) {
    problem = fmt::format("'{}': magic number {} found, {} expected; not an IDX file of {}; fetch it again",
                          file.string(), word(0), expected[0], expected.size() > 1 ? "images" : "labels");
    return 0;
  }
  if (expected.size() > 1 && (word(2) != expected[1] || word(3) != expected[2])) {
    problem = fmt::format("'{}': images of {} x {} found, {} x {} expected; take the files of Fashion-MNIST",
                          file.string(), word(3), word(2), expected[2], expected[1]);
    return 0;
  }
  // A count of 32 bits times at most 784 cannot overflow 64.
  const std::uintmax_t wanted = headerBytes + std::uintmax_t{word(1)} * perItem;
  if (word(1) == 0)
    problem = fmt::format("'{}': a count of 0 found, at least 1 expected; fetch it again", file.string());
  else if (wanted > most)
    problem = fmt::format("'{}': a count of {} found in its header, at most {} expected; fetch it again",
                          file.string(), grouped(word(1)), grouped((most - headerBytes) / perItem));
  else
    problem = lengthProblem(reader, file, word(1), wanted);
  return problem.empty() ? word(1) : 0;
}

/// What is wrong at the end of the file: bytes missing or left over.
std::string problemAtEnd(UnpackingReader& reader, const fs::path& file, std::uintmax_t wanted,
                         std::uintmax_t found) {
  std::uint8_t more;
  if (found == wanted) found += reader.read(std::span(&more, 1));
  if (!reader.problem().empty()) return reader.problem();
  if (found < wanted) return wrongSize(file, found, grouped(wanted), "the file is cut short");
  if (found > wanted) return moreThan(file, wanted);
  return {};
}

DataReport::File readImages(const fs::path& file, const PublishedFile& published, ResidentDataset& data,
                            ContentHash& hash) {
  UnpackingReader reader(file, published.bytes, &hash);
  DataReport::File result;
  result.bytes = reader.fileBytes();
  const std::uint32_t expected[] = {kImagesMagic, kSide, kSide};
  const std::size_t count = readHeader(reader, file, expected, kPixels, published.bytes, result.problem);
  if (count == 0) return result;
  data.rgb.resize(3 * kPixels * count);
  std::vector<std::uint8_t> grey(kPixels * 64);
  std::size_t found = 0;
  auto* to = data.rgb.data();
  while (found < kPixels * count) {
    const std::size_t wanted = std::min(grey.size(), kPixels * count - found);
    const std::size_t got = reader.read(std::span(grey).first(wanted));
    for (std::size_t i = 0; i < got; ++i, to += 3) to[0] = to[1] = to[2] = grey[i];
    found += got;
    if (got < wanted) break;
  }
  result.problem = problemAtEnd(reader, file, 16 + kPixels * count, 16 + found);
  return result;
}

DataReport::File readLabels(const fs::path& file, const PublishedFile& published, ResidentDataset& data,
                            ContentHash& hash) {
  UnpackingReader reader(file, published.bytes, &hash);
  DataReport::File result;
  result.bytes = reader.fileBytes();
  const std::uint32_t expected[] = {kLabelsMagic};
  const std::size_t count = readHeader(reader, file, expected, 1, published.bytes, result.problem);
  if (count == 0) return result;
  std::vector<std::uint8_t> labels(count);
  labels.resize(reader.read(labels));
  for (const std::uint8_t label : labels) {
    if (label < kClasses) {
      data.labels.push_back(label);
    } else {
      result.problem = wrongLabel(file, label, data.labels.size(), kClasses);
      return result;
    }
  }
  result.problem = problemAtEnd(reader, file, 8 + count, 8 + labels.size());
  return result;
}

/// MD5 of the unpacked files: packers differ in the bytes they make.
const std::vector<PublishedFile>& published() {
  static const std::vector<PublishedFile> files{
      {"train-images-idx3-ubyte", Split::train, 47'040'016, "f4a8712d7a061bf5bd6d2ca38dc4d50a"},
      {"train-labels-idx1-ubyte", Split::train, 60'008, "9018921c3c673c538a1fc5bad174d6f9"},
      {"t10k-images-idx3-ubyte", Split::test, 7'840'016, "8181f5470baa50b63fa0f6fddb340f0a"},
      {"t10k-labels-idx1-ubyte", Split::test, 10'008, "15d484375f8d13e6eb1aabb0c3f46965"}};
  return files;
}

/// Throws Error if a file that is there is damaged or longer than it may be.
void requireWhole(const fs::path& dir, const PublishedFile& published) {
  std::error_code ignored;
  const fs::path plain = dir / published.name, packed = dir / (published.name + ".gz");
  const fs::path file = fs::exists(plain, ignored) ? plain : packed;
  if (!fs::exists(file, ignored)) return;
  const Measured found = measure(file, published.bytes);
  if (!found.problem.empty()) throw Error(found.problem);
}

/// Reads the plain file, or the packed one where there is no plain one. Where there are both, and the plain
/// one is not what was published, both have to hold the same.
void readEither(SplitReader& reader, const fs::path& dir, const PublishedFile& published, ReadFile readFile) {
  std::error_code ignored;
  const fs::path plain = dir / published.name, packed = dir / (published.name + ".gz");
  const bool isPlain = fs::exists(plain, ignored);
  reader.read(isPlain ? plain : packed, published, readFile);
  if (!isPlain || !fs::exists(packed, ignored)) return;
  DataReport::File& file = reader.last();
  file.remark = fmt::format("'{}' is there too and is not used", packed.filename().string());
  if (!file.problem.empty() || file.difference.empty()) return;
  Sha256 unused;
  ContentHash hash{unused, {}};
  const Measured other = measure(packed, published.bytes, &hash);
  const std::string found = other.problem.empty() ? hash.md5.digits() : "none: " + other.problem;
  if (found != file.md5)
    file.problem =
        fmt::format("'{}': MD5 {} found, that of '{}' expected, which is there too ({}); remove one",
                    plain.string(), file.md5, packed.filename().string(), found);
}

SplitReading readSplit(const fs::path& dir, Split split, Hashing hashing) {
  const auto files = published().begin() + (split == Split::train ? 0 : 2);
  if (hashing == Hashing::together) requireWhole(dir, files[1]);  // short, so looked at before the long one
  SplitReader reader(kSide, kSide, kClasses, hashing);
  readEither(reader, dir, files[0], readImages);
  const std::string images = reader.last().name;
  readEither(reader, dir, files[1], readLabels);
  const std::size_t imageCount = reader.data().rgb.size() / (3 * kPixels);
  if (reader.isSound() && imageCount != reader.data().size())
    reader.last().problem = fmt::format(
        "'{}': {} labels found, {} expected for the images in '{}'; fetch both again",
        (dir / reader.last().name).string(), grouped(reader.data().size()), grouped(imageCount), images);
  return reader.finish();
}

std::optional<fs::path> find(const fs::path& dir) {
  static const DatasetPlace place{.files = namesOf(published(), kEndings),
                                  .folders = {"fashion-mnist", "fashion_mnist", "FashionMNIST/raw"},
                                  .system = {"/usr/share/datasets/fashion-mnist"}};
  return findFolder(place, dir);
}

}  // namespace

DatasetEntry fashionMnist() {
  return {.name = "fashion_mnist",
          .title = "Fashion-MNIST",
          .source = "Zalando Research 2017, MIT licence; Debian's package dataset-fashion-mnist",
          .width = kSide,
          .height = kSide,
          .classes = kClasses,
          .trainImages = 60000,
          .testImages = 10000,
          .classNames = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker",
                         "Bag", "Ankle boot"},
          .published = published(),
          .endings = kEndings,
          .otherForms = {},
          .find = find,
          .load = loadFiles<readSplit>,
          .check = checkFiles<readSplit>};
}

}  // namespace uada
