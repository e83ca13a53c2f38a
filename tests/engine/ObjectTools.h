#pragma once

#include <fmt/core.h>

#include <string>
#include <vector>

#include "core/base/Philox.h"
#include "core/data/Dataset.h"
#include "core/engine/tasks/Detection.h"
#include "tests/core/FolderTools.h"
#include "tests/engine/EngineTools.h"

namespace uada {

/// An image with one to three objects on a noisy ground: red squares (class 0) and blue bars (class 1).
struct MadeObjects {
  static constexpr int kSide = 100;
  Image image{kSide, kSide};
  Boxes boxes;

  explicit MadeObjects(std::uint32_t number) {
    Random random(11, 0, number, Purpose::test);
    for (std::uint8_t& byte : image.rgb) byte = static_cast<std::uint8_t>(90 + random.below(60));
    const int count = 1 + static_cast<int>(number % 3);
    for (int i = 0; i < count; ++i) {
      const bool isBar = (number + static_cast<std::uint32_t>(i)) % 2 == 1;
      const int width = isBar ? 40 : 20 + static_cast<int>(random.below(16)), height = isBar ? 16 : width;
      // Side by side, so that none covers another.
      const int top = 33 * i + static_cast<int>(random.below(3)), most = kSide - width;
      add(static_cast<int>(random.below(static_cast<std::uint32_t>(most))), std::min(top, kSide - height),
          width, std::min(height, 31), isBar);
    }
  }

 private:
  void add(int left, int top, int width, int height, bool isBar) {
    for (int y = top; y < top + height; ++y)
      for (int x = left; x < left + width; ++x)
        for (int c = 0; c < 3; ++c) image.span().row(y)[3 * x + c] = c == (isBar ? 2 : 0) ? 230 : 30;
    const auto edge = [](int at) { return static_cast<float>(at); };
    boxes.push_back({edge(left), edge(top), edge(left + width - 1), edge(top + height - 1), isBar ? 1 : 0});
  }
};

/// Such images in memory.
class ObjectImages : public Dataset {
 public:
  explicit ObjectImages(std::uint32_t count, std::uint32_t first = 0) {
    for (std::uint32_t i = 0; i < count; ++i) made_.emplace_back(first + i);
  }
  std::size_t size() const override { return made_.size(); }
  ImageSize imageSize(std::uint32_t) const override { return {MadeObjects::kSide, MadeObjects::kSide}; }
  Held<ImageView> image(std::uint32_t index, const PixelBox*) const override {
    return Held<ImageView>(made_[index].image.view());
  }
  Held<TargetView> target(std::uint32_t index) const override {
    return Held<TargetView>(BoxesView(made_[index].boxes));
  }
  TargetKind targetKind() const override { return TargetKind::boxes; }
  int classes() const override { return 2; }
  std::string identity() const override { return "made objects"; }
  bool isResident() const override { return true; }

  std::vector<MadeObjects>& all() { return made_; }

 private:
  std::vector<MadeObjects> made_;
};

/// Such images and their annotations in folders.
class ObjectFolder : public test::ImageFolder {
 public:
  ObjectFolder(std::uint32_t train, std::uint32_t testing) {
    for (std::uint32_t i = 0; i < train + testing; ++i) write(i < train ? "train" : "test", i);
  }

 private:
  void write(const char* split, std::uint32_t number) const {
    const MadeObjects made(number);
    const std::string name = fmt::format("{}/{:03}", split, number);
    add(name + ".png", made.image);
    std::string text = "<annotation>";
    for (const ObjectBox& box : made.boxes)
      text += fmt::format(
          "<object><name>{}</name><difficult>0</difficult><bndbox><xmin>{}</xmin><ymin>{}</ymin>"
          "<xmax>{}</xmax><ymax>{}</ymax></bndbox></object>",
          box.label == 1 ? "bar" : "square", box.left + 1, box.top + 1, box.right + 1, box.bottom + 1);
    addText(name + ".xml", text + "</annotation>");
  }
};

/// A small SSD on images of the input's size.
/// folder  of an ObjectFolder; empty: images of no data set
inline RunConfig objectConfig(const std::string& method, int batch, const std::string& folder = "",
                              const std::string& model = R"({"name": "ssd", "width": 8})") {
  RunConfig config = tinyConfig(folder, method, 1, batch);
  config.recipe.dataset.name = folder.empty() ? "" : "boxes";
  config.recipe.model = modelFromJson(parseJson(model, "test"), "test");
  config.recipe.task = {Detection::kName, Detection{}};
  return config;
}

}  // namespace uada
