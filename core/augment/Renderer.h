#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/augment/ChangeTree.h"
#include "core/augment/Input.h"
#include "core/augment/PartKind.h"
#include "core/augment/Plan.h"
#include "core/augment/Shown.h"
#include "core/augment/Targets.h"
#include "core/base/ThreadPool.h"
#include "core/data/Dataset.h"
#include "core/ops/Normalise.h"
#include "core/ops/Op.h"

namespace uada {

struct RenderSettings {
  Input input;
  std::optional<Sampling> sampling{};  ///< of geometric ops; none: as the grid's code has it
  std::array<float, 3> mean{0, 0, 0};  ///< of the training set / 255
  std::array<float, 3> deviation{1, 1, 1};
};

/// How the grid's code reads the image: UADA's authors, after DeepVoltaire, have grey outside and a bicubic
/// shear; timm grey and bilinear, or in training the data set's mean; Faster AutoAugment black and bilinear;
/// the others black and nearest, and the spaces of TrivialAugment's code a black cutout.
Sampling samplingOf(Grid grid, const Op& op);

/// Turns plans into pixels; a raw plan is clamped first, so it gives the same as its clamped form. Takes
/// sample indices, so that it can run where the data set lies. Used by one thread at a time; spreads its work
/// over the pool; allocates nothing per sample but in parts that OpenCV draws. What the variants of a sample
/// have in common is drawn once. The data set must outlive it. Its images may be of any size for plans with a
/// resized crop or a scale, which must have been drawn for an image of that size, and for plain(); for other
/// plans they must be as large as the input, else Error. A plan must end in a picture of the input's size,
/// else Error.
class Renderer {
 public:
  Renderer(const Dataset& data, RenderSettings settings, ThreadPool& pool);

  /// Renders R rows of a batch of B samples, normalised.
  /// indices  [B] into the data set
  /// rows     [R]
  /// out      [R, height, width, 3], float32, (byte / 255 - mean) / deviation
  void render(std::span<const std::uint32_t> indices, const ShownRows& rows, float* out) const;
  /// The same, each number rounded to the nearest bfloat16 (its bits), ties to even.
  void render(std::span<const std::uint32_t> indices, const ShownRows& rows, std::uint16_t* out) const;
  /// The same before normalisation: out [R, height, width, 3] bytes.
  void renderBytes(std::span<const std::uint32_t> indices, const ShownRows& rows, std::uint8_t* out) const;
  /// What render() makes of the rows whose pixels renderBytes() gave: the same numbers.
  /// bytes  [R, height, width, 3]
  void numbers(const ShownRows& rows, const std::uint8_t* bytes, float* out) const;
  /// Unaugmented images (test set), normalised: out [B, height, width, 3]. Images of another size are
  /// resized and cut as resizedCentre() does (for 224: shorter side 256, then the middle).
  void plain(std::span<const std::uint32_t> indices, float* out) const;
  /// The pixels the network sees of one plan, before normalisation; a box of BoxFill::mean in the rounded
  /// mean. Of another size than the input's if the plan ends in one, as the first parts of a plan may.
  Image picture(std::uint32_t index, const Plan& plan) const;

  /// How the plan moves the sample and its target: the maps of its geometric changes, in order.
  std::vector<Map> maps(const Plan& plan) const;
  /// The target of a sample that is rendered with the plan. A label stays; a label map is read at the nearest
  /// pixel; boxes are moved as movedBoxes() says; a picture is moved as the image is, its colours stay. A box
  /// that the plan erases changes no target.
  /// throws  Error if a label map or a picture is not of the size that the plan is for
  Target target(const Plan& plan, const TargetView& target, const TargetRule& rule = {}) const;

  const RenderSettings& settings() const { return settings_; }
  const Dataset& data() const { return data_; }
  ThreadPool& pool() const { return pool_; }
  /// The sample as it lies in the data set; part: as Dataset::image() has it.
  /// throws  Error if there is none of that number
  Held<ImageView> source(std::uint32_t index, const PixelBox* part = nullptr) const;
  /// How the op of a change reads the picture; without the partner.
  Sampling samplingFor(const Change& change) const;
  /// The image of a plan's partner, brought to a size; until the thread's next call.
  ImageView partner(std::uint32_t number, ImageSize size) const;
  /// Black, or the mean in 8 bits.
  std::array<std::uint8_t, 3> colourOf(BoxFill fill) const;

 private:
  template <class Put>
  void renderAll(std::span<const std::uint32_t> indices, const ShownRows& rows, const Put& put) const;
  template <class Number>
  void renderNumbers(std::span<const std::uint32_t> indices, const ShownRows& rows, Number* out) const;
  ImageSize sizeOf(std::uint32_t index) const;
  PixelBox shownPart(std::uint32_t index, const ShownRows& rows, std::span<const std::size_t> which) const;
  void refuseSize(std::uint32_t index, const Plan& plan) const;
  ImageView centred(ImageView image, ImageSize size) const;
  ChangeList changesOf(const Plan& plan) const;
  std::optional<Map> mapOf(const Change& change) const;
  ImageSize sourceOf(const Plan& plan) const;
  ImageView opacity(const ChangeList& list) const;
  void finish(std::uint8_t* image, const Plan& plan, const ChangeList& list) const;
  template <class Number>
  void finishNumbers(Number* image, const Plan& plan, const ChangeList& list) const;
  std::size_t bytes() const { return std::size_t{3} * settings_.input.height * settings_.input.width; }

  const Dataset& data_;
  RenderSettings settings_;
  ThreadPool& pool_;
  std::vector<std::vector<Sampling>> samplings_;  ///< of each grid and op
  Normaliser normaliser_;
};

}  // namespace uada
