#include <array>

#include "core/data/CifarFile.h"
#include "core/data/Places.h"

namespace uada {
namespace {

namespace fs = std::filesystem;

constexpr std::array kLimits{10};

DataReport::File readFile(const fs::path& file, const PublishedFile& published, ResidentDataset& data,
                          ContentHash& hash) {
  return readCifarFile(file, published, kLimits, data, hash);
}

/// MD5 of the members of cifar-10-binary.tar.gz.
const std::vector<PublishedFile>& published() {
  constexpr std::uintmax_t kBytes = 30'730'000;
  static const std::vector<PublishedFile> files{
      {"data_batch_1.bin", Split::train, kBytes, "5dd7e06a14cb22eb9f671a540d1b7c25"},
      {"data_batch_2.bin", Split::train, kBytes, "5ea93a67294ea407fff1d09f752e9692"},
      {"data_batch_3.bin", Split::train, kBytes, "942cd6a4bcdd0dd3c604fbe906cb4421"},
      {"data_batch_4.bin", Split::train, kBytes, "ae636b3ba5c66a11e91e8cb52e771fcb"},
      {"data_batch_5.bin", Split::train, kBytes, "53f37980c15c3d472c316c40844f3f0d"},
      {"test_batch.bin", Split::test, kBytes, "803d5f7f4d78ea53de84dbe85f74fb6d"}};
  return files;
}

SplitReading readSplit(const fs::path& dir, Split split, Hashing hashing) {
  return readCifarSplit({published(), kLimits, readFile}, dir, split, hashing);
}

std::optional<fs::path> find(const fs::path& dir) {
  static const DatasetPlace place{.files = namesOf(published()),
                                  .folders = {"cifar-10-batches-bin", "cifar-10-batches-bin-mini"},
                                  .system = {}};
  return findFolder(place, dir);
}

}  // namespace

DatasetEntry cifar10() {
  return {.name = "cifar10",
          .title = "CIFAR-10",
          .source =
              "Krizhevsky 2009, no licence stated, cite the report; cifar-10-binary.tar.gz from "
              "www.cs.toronto.edu/~kriz",
          .width = kCifarSide,
          .height = kCifarSide,
          .classes = kLimits.back(),
          .trainImages = 50000,
          .testImages = 10000,
          .classNames = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship",
                         "truck"},
          .published = published(),
          .endings = {""},
          .otherForms = {{"data_batch_1", kPythonVersion},
                         {"cifar-10-batches-py/data_batch_1", kPythonVersion},
                         {"cifar-10-python.tar.gz", kPythonVersion},
                         {"cifar-10-binary.tar.gz", kArchive}},
          .find = find,
          .load = loadFiles<readSplit>,
          .check = checkFiles<readSplit>};
}

}  // namespace uada
