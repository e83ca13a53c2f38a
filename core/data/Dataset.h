#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/data/Held.h"
#include "core/data/Loading.h"
#include "core/data/PixelSums.h"
#include "core/data/Target.h"
#include "core/images/Image.h"
#include "core/images/PixelBox.h"

namespace uada {

enum class Split { train, test };
/// "train", "test".
constexpr const char* splitName(Split split) { return split == Split::train ? "train" : "test"; }

/// Numbered samples: an image and a target each. Any thread may use it at any time.
class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual std::size_t size() const = 0;
  /// Known without decoding. index: below size(), here and in the others.
  virtual ImageSize imageSize(std::uint32_t index) const = 0;
  /// Pixels that lie in memory, or were decoded now.
  /// part    the only pixels that are wanted, inside the image; null: all. What lies outside may be anything
  /// throws  Error naming the file, if it was damaged or changed since the set was opened
  virtual Held<ImageView> image(std::uint32_t index, const PixelBox* part = nullptr) const = 0;
  virtual Held<TargetView> target(std::uint32_t index) const = 0;
  virtual TargetKind targetKind() const = 0;
  /// How many classes there are; labels are 0 to one less.
  virtual int classes() const = 0;
  /// Of the classes, as the files name them; empty: they do not, and the catalogue's names hold.
  virtual std::vector<std::string> classNames() const { return {}; }
  /// Tells the samples of this set from others, wherever its files lie: a hash of their content.
  virtual std::string identity() const = 0;
  /// Of the sample's image, relative to the folder of the set, with '/'; empty: it has no file of its own.
  virtual std::string fileName(std::uint32_t) const { return {}; }
  /// Whether its files are those that were published; true of a part of them too.
  virtual bool isPublished() const { return false; }
  /// Whether images lie in memory, so that to ask for one costs nothing.
  virtual bool isResident() const { return false; }
  /// Sums over the pixels of an image, where they are known without decoding.
  virtual std::optional<PixelSums> pixelSums(std::uint32_t) const { return std::nullopt; }

  /// The class of the image; -1: of a set whose images have none as a whole.
  std::int32_t label(std::uint32_t index) const {
    return targetKind() == TargetKind::label ? std::get<Label>(*target(index)).value : -1;
  }
};

/// The objects of an image; empty: it has none, or the set has other targets. As long as the set lives.
BoxesView boxesOf(const Dataset& data, std::uint32_t index);

/// The size that all images have; empty: there are none, or they differ.
ImageSize commonSize(const Dataset& data);

/// Over all pixels of the set.
/// throws  Error for a set without images
ChannelStatistics channelStatistics(const Dataset& data);

/// Indices of the first sample of each class, then of the second of each, and so on, `count` in all or as
/// many as there are. Of a set without labels the first in order.
std::vector<std::uint32_t> firstOfEachClass(const Dataset& data, std::size_t count);

/// The samples of firstOfEachClass(), in the set's order; 0 or more than there are: all.
std::shared_ptr<const Dataset> subset(std::shared_ptr<const Dataset> data, std::size_t count);

/// The training images in two parts. Each class gives the rounded share of its samples to the second part, at
/// least one and not all: those with the lowest random numbers, which depend on seed and sample alone. A set
/// without labels does so as a whole.
/// share   above 0, below 1
/// throws  Error for a class with one sample, and for a set without labels that has fewer than two
struct Parts {
  std::shared_ptr<const Dataset> training, validation;
};
/// The numbers of the samples in the second part, in order; throws as setAside() does.
std::vector<std::uint32_t> asideOf(const Dataset& data, double share, std::uint64_t seed);
/// The numbers below `count` but these, which are in order.
std::vector<std::uint32_t> allBut(std::size_t count, std::span<const std::uint32_t> samples);
Parts setAside(const std::shared_ptr<const Dataset>& data, double share, std::uint64_t seed);

/// What `uada data check` found.
struct DataReport {
  struct File {
    std::string name;
    std::uintmax_t bytes = 0;
    std::string hash;     ///< SHA-256 of the unpacked bytes
    std::string md5;      ///< likewise, as data sets are published with it
    std::string problem;  ///< empty: sound
    /// From the published file, in words: what was found and what was published. Empty: it is that file.
    std::string difference;
    std::string remark;  ///< what else there is, which is no problem
  };
  std::vector<File> files;
  std::size_t train = 0, test = 0;
  std::vector<std::size_t> trainPerClass, testPerClass;  ///< images; empty: they have no labels
  /// Of the sound images of a split with label maps.
  struct Maps {
    ImageSize least, most;  ///< the smallest and the largest sides
    std::vector<std::uint64_t>
        pixels;  ///< of each class, and last of none; empty: a split without label maps
  };
  Maps trainMaps, testMaps;
  /// Of the sound images of a split with boxes.
  struct Objects {
    std::vector<std::size_t> perClass;  ///< empty: a split without boxes
    std::size_t difficult = 0;          ///< of them: neither trained on nor counted by the test
  };
  Objects trainObjects, testObjects;
  std::vector<std::string> classNames;  ///< as the files name them; empty: they do not
  std::vector<std::string> problems;    ///< in words; empty: sound

  /// The first file that is not the published one; none: the whole set is as it was published.
  const File* firstDifferent() const;
};

/// A file of a data set as its makers published it, unpacked.
struct PublishedFile {
  std::string name;
  Split split;
  std::uintmax_t bytes;
  std::string md5;
};

/// A catalogue entry of `datasets.def`.
struct DatasetEntry {
  std::string name;    ///< "fashion_mnist", "cifar10"
  std::string title;   ///< "Fashion-MNIST"
  std::string source;  ///< origin and licence, for people
  /// Of the official set, for estimates; 0: not known before the folder is looked at, or they differ.
  int width = 0, height = 0, classes = 0;
  int trainImages = 0, testImages = 0;
  std::vector<std::string> classNames;   ///< empty: read from the folder if there
  std::vector<PublishedFile> published;  ///< in the order in which they are read
  std::vector<std::string> endings;      ///< what their names may have behind them: "", ".gz"
  /// Files of the set in other forms, which are not read, as people have them in the same folder.
  struct OtherForm {
    std::string file, what;  ///< "data_batch_1", "the Python version, which is not read"
  };
  std::vector<OtherForm> otherForms;
  /// RGB, for drawing label maps and boxes; empty: none are usual.
  std::vector<std::array<std::uint8_t, 3>> classColours = {};
  bool isOwn = false;  ///< any folder that is named; there is none that is looked for

  /// The folder that holds this set: `dir` itself or its official sub-folder; with an empty `dir` the places
  /// where it is usually found (Debian's package, UADA_DATA, the user's data folder). None: not found.
  std::optional<std::filesystem::path> (*find)(const std::filesystem::path& dir);
  /// Throws Error naming the file, what was found and what was expected. dir: as `find` gave it.
  std::shared_ptr<const Dataset> (*load)(const std::filesystem::path& dir, Split split,
                                         const Loading& loading);
  DataReport (*check)(const std::filesystem::path& dir, const Loading& loading);
  TargetKind target = TargetKind::label;  ///< what belongs to each image
  /// The names of the classes that a folder has, without a look at its images. Null: classNames holds for
  /// all. Throws Error where the folder does not say.
  std::vector<std::string> (*classesIn)(const std::filesystem::path& dir) = nullptr;
};

/// "'/x/data_batch_1' (the Python version, which is not read)" for each other form in the folder.
std::vector<std::string> otherFormsIn(const DatasetEntry& entry, const std::filesystem::path& folder);

/// RGB of each class: those that are usual for the set, else those that PASCAL VOC has for its labels.
std::vector<std::array<std::uint8_t, 3>> classColoursOf(const DatasetEntry& entry, int classes);

/// "tench"; "class 7" where the names have none for it; "" for -1.
std::string className(std::span<const std::string> names, int label);

/// The names of all classes, as the files of the set name them, else the catalogue; empty: neither does.
std::vector<std::string> classNamesOf(const DatasetEntry& entry, const Dataset& data);
/// The same without the set: as the catalogue names them, else the folder.
/// folder  of the data set; empty: the usual places
std::vector<std::string> classNamesOf(const DatasetEntry& entry, const std::filesystem::path& folder);

/// What tells the images of a run from others.
struct DataIdentity {
  std::string hash;  ///< of the training and of the test set, joined by '+'
  bool isPublished = false;
};
DataIdentity dataIdentity(const Dataset& train, const Dataset& test);
/// Reads both sets. Throws Error as find() and load() do.
/// folder  empty: the usual places
DataIdentity readDataIdentity(const DatasetEntry& entry, const std::filesystem::path& folder);

const std::vector<DatasetEntry>& datasets();
const DatasetEntry& findDataset(std::string_view name);
/// find() or an Error that says where it was looked for, which files were expected and how to get it.
std::filesystem::path locateDataset(const DatasetEntry& entry, const std::filesystem::path& dir);

}  // namespace uada
