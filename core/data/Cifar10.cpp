#include <array>

#include "core/data/CifarFile.h"
#include "core/data/Places.h"

namespace uada {
namespace {

namespace fs = std::filesystem;

constexpr std::array kLimits{10};

DataReport::File readFile(const fs::path& file, Dataset& data, Sha256& hash) {
  return readCifarFile(file, kLimits, data, hash);
}

std::vector<std::string> filesOf(Split split) {
  if (split == Split::test) return {"test_batch.bin"};
  return {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"};
}

SplitReading readSplit(const fs::path& dir, Split split, Hashing hashing) {
  SplitReader reader(kCifarSide, kCifarSide, kLimits.back(), hashing);
  for (const std::string& name : filesOf(split)) reader.read(dir / name, readFile);
  return reader.finish();
}

std::optional<fs::path> find(const fs::path& dir) {
  static const DatasetPlace place{.files = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                                            "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"},
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
          .find = find,
          .load = [](const fs::path& dir, Split split) { return loadSplit(readSplit, dir, split); },
          .check = [](const fs::path& dir) { return checkSplits(readSplit, dir); }};
}

}  // namespace uada
