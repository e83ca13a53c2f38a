#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/data/Target.h"

namespace uada {

/// Pixels of one class, over all images that were added.
struct ClassPixels {
  std::uint64_t intersection = 0;  ///< predicted and true
  std::uint64_t predicted = 0, truth = 0;
  friend bool operator==(const ClassPixels&, const ClassPixels&) = default;
};

/// How predicted label maps agree with true ones. Pixels whose truth is the ignored label are left out of
/// everything; labels that are no class count for none, but the other label of such a pixel counts. A value:
/// one thread adds; adding images in any order and merging gives the same.
/// source  intersectionAndUnion and the means of github.com/hszhao/semseg, with areas instead of histograms
class LabelCounts {
 public:
  /// classes  1 to 256
  explicit LabelCounts(int classes);
  /// Adds an image.
  /// throws  Error if the maps differ in size
  void add(LabelMapView predicted, LabelMapView truth, int ignore = kIgnoredLabel);
  /// throws  Error if the other counts another number of classes
  void merge(const LabelCounts& other);
  /// All that was added, as numbers; and as if it had been added here, too.
  std::vector<double> numbers() const;
  void merge(std::span<const double> numbers);

  int classes() const { return static_cast<int>(perClass_.size()) - 1; }
  const ClassPixels& pixels(int label) const { return perClass_.at(static_cast<std::size_t>(label)); }
  /// Pixels with labels that are no class; its intersection is of those where both labels are none.
  const ClassPixels& outside() const { return perClass_.back(); }
  std::uint64_t ignored() const { return ignored_; }  ///< pixels
  std::uint64_t counted() const;                      ///< pixels of the truth, of all classes together
  std::uint64_t images() const { return images_; }

  /// Intersection over union, I / (predicted + truth - I + 1e-10), and the share of the class's pixels that
  /// is found, I / (truth + 1e-10); 0..1.
  double iou(int label) const;
  double accuracy(int label) const;
  /// Means over all classes: one that is nowhere counts as 0.
  double meanIou() const;
  double meanAccuracy() const;
  /// Means over the classes that the truth has; 0 if it has none.
  double meanIouOccurring() const;
  double meanAccuracyOccurring() const;
  /// The share of the truth's pixels, of all classes together, that is found.
  double overallAccuracy() const;

 private:
  std::vector<ClassPixels> perClass_;  ///< and at the end that of labels outside
  std::uint64_t ignored_ = 0, images_ = 0;
};

}  // namespace uada
