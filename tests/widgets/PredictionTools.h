#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/data/Dataset.h"
#include "tests/core/FolderTools.h"
#include "widgets/panels/predictions/PredictionSet.h"

/// What the tests of the view Predictions share.
namespace uada::test {

/// A data set in memory with any targets.
class MadeData : public Dataset {
 public:
  std::vector<Image> images;
  std::vector<Target> targets;
  TargetKind kind = TargetKind::label;
  int classCount = 3;
  std::string hash = "made";

  std::size_t size() const override { return images.size(); }
  ImageSize imageSize(std::uint32_t index) const override {
    return {images[index].width, images[index].height};
  }
  Held<ImageView> image(std::uint32_t index, const PixelBox* = nullptr) const override {
    return Held<ImageView>(images[index].view());
  }
  Held<TargetView> target(std::uint32_t index) const override {
    return Held<TargetView>(viewOf(targets[index]));
  }
  TargetKind targetKind() const override { return kind; }
  int classes() const override { return classCount; }
  std::string identity() const override { return hash; }
};

/// Predictions in memory; the metrics are of the task that learns from these targets.
inline std::shared_ptr<PredictionSet> madeSet(std::shared_ptr<const MadeData> data,
                                              std::vector<Prediction> predictions, const char* task) {
  auto set = std::make_shared<PredictionSet>();
  set->header.task = task;
  set->header.kind = data->kind;
  set->header.dataHash = data->hash;
  set->header.step = 40;
  set->header.classCount = data->classCount;
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    set->header.samples.push_back("s" + std::to_string(i));
    set->header.sizes.push_back(data->imageSize(static_cast<std::uint32_t>(i)));
  }
  set->classes = {"cat", "dog", "eel"};
  set->colours = {{200, 0, 0}, {0, 100, 0}, {0, 0, 50}};
  set->run = "made";
  set->read = [predictions = std::move(predictions)](std::uint32_t sample) { return predictions.at(sample); };
  set->data = std::move(data);
  return set;
}

inline Image plainImage(int width, int height, std::uint8_t value) {
  Image image(width, height);
  std::ranges::fill(image.rgb, value);
  return image;
}

/// Three images of 4 x 2 pixels of which the first is predicted well, the second badly, the third half; the
/// first has an ignored pixel.
inline std::shared_ptr<PredictionSet> segmentedSet() {
  const auto map = [](std::vector<std::uint8_t> labels) {
    LabelMap made(4, 2);
    made.labels = std::move(labels);
    return made;
  };
  auto data = std::make_shared<MadeData>();
  data->kind = TargetKind::labelMap;
  data->images = {plainImage(4, 2, 100), plainImage(4, 2, 120), plainImage(4, 2, 140)};
  data->targets = {map({0, 0, 0, 0, 1, 1, 1, 255}), map({0, 0, 0, 0, 0, 0, 0, 0}),
                   map({0, 0, 0, 0, 1, 1, 1, 1})};
  return madeSet(
      data, {map({0, 0, 0, 0, 1, 1, 1, 2}), map({1, 1, 1, 1, 1, 1, 1, 1}), map({0, 0, 1, 1, 1, 1, 0, 0})},
      "segmentation");
}

/// Two images with boxes: of the first a cat is found and a dog is not; a box is on nothing.
inline std::shared_ptr<PredictionSet> detectedSet() {
  const auto at = [](float x, int label) { return ObjectBox{x, 5, x + 19, 24, label, false}; };
  auto data = std::make_shared<MadeData>();
  data->kind = TargetKind::boxes;
  data->images = {plainImage(120, 60, 90), plainImage(120, 60, 60)};
  data->targets = {Boxes{at(5, 0), at(40, 1)}, Boxes{at(5, 1)}};
  auto set = madeSet(
      data, {FoundBoxes{{at(6, 0), 0.9}, {at(80, 0), 0.6}, {at(41, 1), 0.3}}, FoundBoxes{{at(5, 1), 0.8}}},
      "detection");
  set->header.metrics = {{"map_voc07", 0.7123}};
  set->rule = ApRule::voc07Rfb;
  return set;
}

/// Six images with a class each; what they are taken for: see the test.
inline std::shared_ptr<PredictionSet> classifiedSet() {
  auto data = std::make_shared<MadeData>();
  const std::vector<int> truth{0, 0, 0, 1, 1, 2}, predicted{0, 1, 1, 1, 2, 2};
  const std::vector<double> losses{0.1, 2.0, 3.0, 0.2, 1.5, 0.05};
  std::vector<Prediction> predictions;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    data->images.push_back(plainImage(8, 8, static_cast<std::uint8_t>(30 * i)));
    data->targets.emplace_back(Label{truth[i]});
    predictions.emplace_back(
        ClassChances{{{predicted[i], 0.6}, {(predicted[i] + 1) % 3, 0.3}}, truth[i], losses[i]});
  }
  return madeSet(data, std::move(predictions), "classification");
}

/// One picture of grey 100; degraded it is 90, restored 98.
inline std::shared_ptr<PredictionSet> restoredSet() {
  auto data = std::make_shared<MadeData>();
  data->kind = TargetKind::picture;
  data->images = {plainImage(6, 4, 90), plainImage(6, 4, 50)};
  data->targets = {plainImage(6, 4, 100), plainImage(6, 4, 60)};
  return madeSet(data,
                 {Restored{plainImage(6, 4, 98), plainImage(6, 4, 90)},
                  Restored{plainImage(6, 4, 51), plainImage(6, 4, 50)}},
                 "segmentation");
}

}  // namespace uada::test
