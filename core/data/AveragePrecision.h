#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/data/Target.h"

namespace uada {

/// An object that a network found, and how sure it is. Corners of it and of the truth are those of VOC's
/// files, each less one: the box's first and last pixels, from 0 on; what is found may lie between pixels.
struct FoundBox {
  ObjectBox box;
  double score = 0;
  friend bool operator==(const FoundBox&, const FoundBox&) = default;
};

/// Whose measure. All match as Pascal VOC does and differ in what two boxes have in common, and in the mean:
/// - voc07Ssd   of ssd.pytorch's eval.py: 11 points; widths are differences of coordinates, and what is found
///              lies a pixel further right and down than the truth, since its file counts from 1
/// - voc07Rfb   of RFBNet's, as VOC's own: 11 points; widths count pixels
/// - voc12Area  widths count pixels; the area below the curve of precision, made falling
enum class ApRule { voc07Ssd, voc07Rfb, voc12Area };
constexpr std::array<std::string_view, 3> kApRuleNames{"voc07_ssd", "voc07_rfb", "voc12_area"};

/// What two boxes share of what they cover together, 0..1: in numbers of pixels, or as ssd.pytorch counts.
double overlap(const ObjectBox& found, const ObjectBox& truth, ApRule rule);

/// How a found box stands to the objects of its image.
enum class Verdict : std::uint8_t { wrong, right, neither };
struct JudgedBox {
  Verdict verdict = Verdict::wrong;
  int object = -1;   ///< its place among the image's objects; -1: it belongs to none
  double share = 0;  ///< what it shares with that object, or most with any of its class, 0..1
};
/// Judges the boxes of one image, in the order in which they are given. In each class, from the surest on, a
/// box belongs to the object that it shares most with, if that is above 0.5; it is right if none before it
/// was that object's, wrong else; one that belongs to a difficult object counts as neither. A verdict rests
/// on surer boxes alone: whatever score is asked for, the boxes that have it keep theirs. Boxes of equal
/// scores count in their order.
/// source  Everingham et al. 2010, 4.2
std::vector<JudgedBox> judged(std::span<const FoundBox> found, BoxesView truth, ApRule rule);

/// How well found boxes agree with the objects of images, as judged() has it. A value: one thread adds. Boxes
/// of equal scores count in the order in which they were added.
/// source  Everingham et al. 2010, 4.2; eval.py of github.com/amdegroot/ssd.pytorch, voc_eval.py of
///         github.com/GOATmessi7/RFBNet
class AveragePrecision {
 public:
  /// classes  at least 1
  explicit AveragePrecision(int classes);
  /// Adds an image. Boxes of labels that are no class are left out.
  void add(std::span<const FoundBox> found, BoxesView truth);

  /// All that was added, as numbers; and as if it had been added here, after what was before.
  std::vector<double> numbers() const;
  void merge(std::span<const double> numbers);

  int classes() const { return static_cast<int>(perClass_.size()); }
  std::size_t images() const { return images_; }
  std::size_t objects(int label) const { return of(label).objects; }      ///< that count
  std::size_t difficult(int label) const { return of(label).difficult; }  ///< objects that do not
  std::size_t found(int label) const { return of(label).found.size(); }   ///< boxes

  /// The average precision of a class, 0..1; 0 where it has no object that counts, or nothing was found.
  double average(int label, ApRule rule) const;
  /// The mean over the classes that have an object; 0 if none has.
  double mean(ApRule rule) const;

 private:
  /// By each of the two ways to count what boxes share.
  struct Judged {
    double score;
    Verdict byPixels, bySsd;
  };
  struct OfClass {
    std::size_t objects = 0, difficult = 0;
    std::vector<Judged> found;
  };
  const OfClass& of(int label) const { return perClass_.at(static_cast<std::size_t>(label)); }

  std::vector<OfClass> perClass_;
  std::size_t images_ = 0;
};

/// A point of a curve: the share of the objects that was found, and that of the found boxes that are right.
struct CurvePoint {
  double recall = 0, precision = 0;
};
/// The mean over recalls 0, 0.1 ... 1 of the best precision there and beyond; 0 beyond the last point.
/// curve  by rising recall
double elevenPoints(std::span<const CurvePoint> curve);
/// The area below the curve in which each precision is the best there and beyond.
double areaBelow(std::span<const CurvePoint> curve);

}  // namespace uada
