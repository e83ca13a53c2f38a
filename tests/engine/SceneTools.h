#pragma once

#include <string>

#include "core/engine/tasks/Segmentation.h"
#include "tests/core/FolderTools.h"
#include "tests/core/LabelTools.h"
#include "tests/engine/EngineTools.h"

namespace uada {

/// A folder in the layout of Cityscapes: roads (dark) below, cars (bright) on the right, the rest is ignored.
class MadeScenes : public test::ImageFolder {
 public:
  static constexpr int kWidth = 60, kHeight = 44;

  MadeScenes(int train, int val) {
    int number = 0;
    for (int i = 0; i < train; ++i) addScene("train", number++);
    for (int i = 0; i < val; ++i) addScene("val", number++);
  }

 private:
  void addScene(const std::string& split, int number) const {
    const std::string name = split + "/made/" + std::string(1, static_cast<char>('a' + number));
    Image image(kWidth, kHeight);
    std::vector<std::uint8_t> ids(std::size_t{kWidth} * kHeight);
    const int horizon = kHeight / 2 - 4 + number % 5, edge = kWidth / 2 - 6 + 3 * number % 11;
    for (int y = 0; y < kHeight; ++y)
      for (int x = 0; x < kWidth; ++x) {
        const bool road = y >= horizon, car = !road && x >= edge;
        ids[static_cast<std::size_t>(y) * kWidth + x] = road ? 7 : car ? 26 : 4;
        for (int c = 0; c < 3; ++c)
          image.span().row(y)[3 * x + c] = static_cast<std::uint8_t>((road  ? 40
                                                                      : car ? 200
                                                                            : 120) +
                                                                     (7 * x + 5 * y + 11 * c + number) % 20);
      }
    add("leftImg8bit/" + name + "_leftImg8bit.png", image);
    addText("gtFine/" + name + "_gtFine_labelIds.png", test::textOf(test::labelPng(kWidth, kHeight, ids)));
  }
};

/// A small PSPNet on made scenes.
inline RunConfig sceneConfig(const std::string& folder, const std::string& method, int epochs, int batch) {
  RunConfig config = tinyConfig(folder, method, epochs, batch);
  config.recipe.dataset = {"cityscapes", DataSettings{folder, 0, 0}};
  config.recipe.model = modelFromJson(parseJson(R"({"name": "pspnet", "width": 4})", "test"), "test");
  config.recipe.task = {Segmentation::kName, Segmentation{}};
  config.recipe.input = {33, 33, 4};
  config.method.set("policy", "segmentation");
  return config;
}

}  // namespace uada
