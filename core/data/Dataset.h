#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/data/TargetKind.h"
#include "core/images/Image.h"

namespace uada {

enum class Split { train, test };

/// A classification data set in memory: equal-sized 8-bit RGB images and a label each.
struct Dataset {
  int width = 0, height = 0, classes = 0;
  std::vector<std::uint8_t> rgb;     ///< [N, height, width, 3]
  std::vector<std::int32_t> labels;  ///< [N], 0..classes-1
  std::string hash;                  ///< SHA-256 over the files' unpacked bytes, in the order read
  bool isPublished = false;  ///< its files are those that were published; true of a subset() of them too

  std::size_t size() const { return labels.size(); }
  ImageView image(std::size_t index) const {
    return {rgb.data() + std::size_t{3} * width * height * index, width, height};
  }
};

/// Mean and unbiased deviation over all pixels of the set, per channel, of value / 255.
struct ChannelStatistics {
  std::array<float, 3> mean{}, deviation{};
};
ChannelStatistics channelStatistics(const Dataset& data);

/// The first `count` samples of each class in turn (balanced, deterministic); 0 or more than there are: all.
Dataset subset(Dataset data, std::size_t count);

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
  std::vector<std::size_t> trainPerClass, testPerClass;
  std::vector<std::string> problems;  ///< in words; empty: sound

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
  std::string name;    ///< "fashion_mnist", "cifar10", "cifar100"
  std::string title;   ///< "Fashion-MNIST"
  std::string source;  ///< origin and licence, for people
  int width = 0, height = 0, classes = 0;
  int trainImages = 0, testImages = 0;   ///< of the official set, for estimates
  std::vector<std::string> classNames;   ///< empty: read from the folder if there
  std::vector<PublishedFile> published;  ///< in the order in which they are read
  std::vector<std::string> endings;      ///< what their names may have behind them: "", ".gz"
  /// Files of the set in other forms, which are not read, as people have them in the same folder.
  struct OtherForm {
    std::string file, what;  ///< "data_batch_1", "the Python version, which is not read"
  };
  std::vector<OtherForm> otherForms;

  /// The folder that holds this set: `dir` itself or its official sub-folder; with an empty `dir` the places
  /// where it is usually found (Debian's package, UADA_DATA, the user's data folder). None: not found.
  std::optional<std::filesystem::path> (*find)(const std::filesystem::path& dir);
  /// Throws Error naming the file, what was found and what was expected. dir: as `find` gave it.
  Dataset (*load)(const std::filesystem::path& dir, Split split);
  DataReport (*check)(const std::filesystem::path& dir);
  TargetKind target = TargetKind::label;  ///< what belongs to each image
};

/// "'/x/data_batch_1' (the Python version, which is not read)" for each other form in the folder.
std::vector<std::string> otherFormsIn(const DatasetEntry& entry, const std::filesystem::path& folder);

/// What tells the images of a run from others.
struct DataIdentity {
  std::string hash;  ///< of the training and of the test set, joined by '+'
  bool isPublished = false;
};
DataIdentity dataIdentity(const Dataset& train, const Dataset& test);
/// Reads both sets. Throws Error as find() and load() do. folder  empty: the usual places
DataIdentity readDataIdentity(const DatasetEntry& entry, const std::filesystem::path& folder);

const std::vector<DatasetEntry>& datasets();
const DatasetEntry& findDataset(std::string_view name);
/// find() or an Error that says where it was looked for, which files were expected and how to get it.
std::filesystem::path locateDataset(const DatasetEntry& entry, const std::filesystem::path& dir);

}  // namespace uada
