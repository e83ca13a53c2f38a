#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/base/Metrics.h"
#include "core/data/AveragePrecision.h"
#include "core/data/Dataset.h"
#include "core/data/Target.h"

/// What a network says of images, as plain values.
namespace uada {

/// A class and how likely it is, 0..1.
struct ClassChance {
  std::int32_t label = 0;
  double chance = 0;
  friend bool operator==(const ClassChance&, const ClassChance&) = default;
};

/// Of an image that has one class.
struct ClassChances {
  /// The likeliest first, up to five; of equal ones the first class. One whose chance is no number is left
  /// out.
  std::vector<ClassChance> best;
  std::int32_t truth = -1;  ///< the class that it has
  double loss = 0;          ///< cross-entropy
  /// -1: none, no chance is a number.
  std::int32_t predicted() const { return best.empty() ? -1 : best.front().label; }
  friend bool operator==(const ClassChances&, const ClassChances&) = default;
};

/// Objects that were found, in pixels of the image.
using FoundBoxes = std::vector<FoundBox>;

/// A picture that was made better, and what it was made of; of one size.
struct Restored {
  Image picture, degraded;
  friend bool operator==(const Restored&, const Restored&) = default;
};

/// Of one sample, in the order of TargetKind. A label map has the size of the image.
using Prediction = std::variant<ClassChances, LabelMap, FoundBoxes, Restored>;

inline TargetKind kindOf(const Prediction& prediction) { return static_cast<TargetKind>(prediction.index()); }

/// What predictions are of.
struct PredictionHeader {
  std::string task;                     ///< by its name in the catalogue
  TargetKind kind = TargetKind::label;  ///< of what is predicted
  std::string run;                      ///< its key; empty: not known
  std::string configHash;               ///< of the run
  std::string dataHash;                 ///< Dataset::identity() of the split
  std::int64_t step = 0;                ///< of the checkpoint
  int epoch = 0;                        ///< likewise: those that were trained whole
  Split split = Split::test;
  int classCount = 0;
  std::vector<std::string> classes = {};  ///< names; empty: they have none
  /// The samples 0 to size() - 1 of the split: as files are named of them, and the size of each image.
  std::vector<std::string> samples = {};
  std::vector<ImageSize> sizes = {};
  Metrics metrics = {};  ///< of these samples
};

/// A name for each of the first samples of a set: that of its file without folder and ending, else its
/// number. No two of the set are alike, and each is one that a file can have; where two files of different
/// folders have one name, the folders stand before it. Of a set with boxes they are without spaces, since
/// VOC's text files divide by them.
/// count  at most data.size()
std::vector<std::string> sampleNames(const Dataset& data, std::size_t count);

/// Names for files made of any texts, in their order: no two alike, without '/' and control characters, not
/// empty, no point in front.
std::vector<std::string> fileNamesOf(std::vector<std::string> texts);

}  // namespace uada
