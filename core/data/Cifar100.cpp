#include <array>

#include "core/data/CifarFile.h"
#include "core/data/Places.h"

namespace uada {
namespace {

namespace fs = std::filesystem;

constexpr std::array kLimits{20, 100};  // coarse, fine

DataReport::File readFile(const fs::path& file, const PublishedFile& published, ResidentDataset& data,
                          ContentHash& hash) {
  return readCifarFile(file, published, kLimits, data, hash);
}

/// MD5 of the members of cifar-100-binary.tar.gz.
const std::vector<PublishedFile>& published() {
  static const std::vector<PublishedFile> files{
      {"train.bin", Split::train, 153'700'000, "6172c7755cfe09b2fe270c85cebc1b15"},
      {"test.bin", Split::test, 30'740'000, "4499cfba6c016c1be1438163640a0898"}};
  return files;
}

SplitReading readSplit(const fs::path& dir, Split split, Hashing hashing) {
  return readCifarSplit({published(), kLimits, readFile}, dir, split, hashing);
}

std::optional<fs::path> find(const fs::path& dir) {
  static const DatasetPlace place{
      .files = namesOf(published()), .folders = {"cifar-100-binary", "cifar-100-binary-mini"}, .system = {}};
  return findFolder(place, dir);
}

/// The fine labels, in the official (alphabetical) order.
std::vector<std::string> fineNames() {
  return {"apple",       "aquarium_fish", "baby",      "bear",       "beaver",       "bed",
          "bee",         "beetle",        "bicycle",   "bottle",     "bowl",         "boy",
          "bridge",      "bus",           "butterfly", "camel",      "can",          "castle",
          "caterpillar", "cattle",        "chair",     "chimpanzee", "clock",        "cloud",
          "cockroach",   "couch",         "crab",      "crocodile",  "cup",          "dinosaur",
          "dolphin",     "elephant",      "flatfish",  "forest",     "fox",          "girl",
          "hamster",     "house",         "kangaroo",  "keyboard",   "lamp",         "lawn_mower",
          "leopard",     "lion",          "lizard",    "lobster",    "man",          "maple_tree",
          "motorcycle",  "mountain",      "mouse",     "mushroom",   "oak_tree",     "orange",
          "orchid",      "otter",         "palm_tree", "pear",       "pickup_truck", "pine_tree",
          "plain",       "plate",         "poppy",     "porcupine",  "possum",       "rabbit",
          "raccoon",     "ray",           "road",      "rocket",     "rose",         "sea",
          "seal",        "shark",         "shrew",     "skunk",      "skyscraper",   "snail",
          "snake",       "spider",        "squirrel",  "streetcar",  "sunflower",    "sweet_pepper",
          "table",       "tank",          "telephone", "television", "tiger",        "tractor",
          "train",       "trout",         "tulip",     "turtle",     "wardrobe",     "whale",
          "willow_tree", "wolf",          "woman",     "worm"};
}

}  // namespace

DatasetEntry cifar100() {
  return {.name = "cifar100",
          .title = "CIFAR-100",
          .source =
              "Krizhevsky 2009, no licence stated, cite the report; cifar-100-binary.tar.gz from "
              "www.cs.toronto.edu/~kriz",
          .width = kCifarSide,
          .height = kCifarSide,
          .classes = kLimits.back(),
          .trainImages = 50000,
          .testImages = 10000,
          .classNames = fineNames(),
          .published = published(),
          .endings = {""},
          .otherForms = {{"train", kPythonVersion},
                         {"cifar-100-python/train", kPythonVersion},
                         {"cifar-100-python.tar.gz", kPythonVersion},
                         {"cifar-100-binary.tar.gz", kArchive}},
          .find = find,
          .load = loadFiles<readSplit>,
          .check = checkFiles<readSplit>};
}

}  // namespace uada
