#include <QTemporaryDir>
#include <QTest>

#include "core/base/Error.h"
#include "core/engine/RunImages.h"
#include "tests/core/FolderTools.h"
#include "tests/engine/Attempt.h"

using namespace uada;
using uada::test::ImageFolder;

namespace {

/// 13 and 9 training and 6 and 4 test images: stripes across and along. isLarge: of 40 to 61 pixels a side,
/// no two alike; else of 32.
void addStripes(const ImageFolder& folder, bool isLarge = false) {
  const auto add = [&](const std::string& part, int label, int number) {
    const int width = isLarge ? 40 + number % 20 : 32, height = isLarge ? 61 - number % 17 : 32;
    Image image(width, height);
    Random random(5, 0, static_cast<std::uint32_t>(number), Purpose::test);
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x)
        for (int c = 0; c < 3; ++c)
          image.rgb[static_cast<std::size_t>(3 * (width * y + x) + c)] = static_cast<std::uint8_t>(
              ((label ? x : y) / 4 % 2 ? 170 : 30) + static_cast<int>(random.below(50)));
    folder.add(fmt::format("{}/class{}/{:02}.png", part, label, number), image);
  };
  for (int i = 0; i < 22; ++i) add("train", i < 13 ? 0 : 1, i);
  for (int i = 30; i < 40; ++i) add("val", i < 36 ? 0 : 1, i);
}

RunConfig folderConfig(const ImageFolder& folder, const std::string& method, const std::string& more = "") {
  RunConfig config = tinyConfig(folder.dir().string(), "ra-uc", 2, 8);
  config.recipe = recipeFromJson(parseJson(fmt::format(R"({{"dataset": {{"name": "folder", "folder": "{}"{}}},
                              "model": {{"name": "resnet", "depth": 10, "width": 2}},
                              "training": {{"epochs": 2, "batch": 8, "learning_rate": 0.05}}}})",
                                                       folder.dir().string(), more),
                                           "test"),
                                 "test");
  config.method = methodFromJson(parseJson(method, "test"), "test");
  return config;
}

std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was refused";
}

constexpr const char* kResized = R"({"name": "uada", "policy": {"name": "randaugment", "crop": "resized"}})";

}  // namespace

/// Training on a folder of image files, from the file to the result.
class TestFolderTraining : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void picturesAreThoseOfTheFiles();
  void largerImagesAreShownAtTheInputsSize();
  void paddedCropsOfOtherSizesAreRefused();
  void resumesExactly();
  void keptImagesChangeNoNumber();
  void synchronisedNormalisationIsRefused();
  void damagedFilesStopOrAreNamed();
  void validationTakesThePlaceOfTheTest();
  void namedConstantsNormalise();
};

void TestFolderTraining::picturesAreThoseOfTheFiles() {
  const ImageFolder folder;
  addStripes(folder);
  const RunConfig config = folderConfig(folder, kResized);
  const Attempt attempt(config, {});
  QCOMPARE(attempt.state, RunState::finished);
  QCOMPARE(attempt.sink.steps.size(), std::size_t{6});
  const auto data = runImages(config.recipe.dataset, Split::train, folder.dir());
  QVERIFY(!data->isResident());
  ThreadPool pool(1);
  const Renderer renderer(*data, runRendering(config.recipe, *data), pool);
  QVERIFY(!attempt.sink.decisions.empty());
  for (const Decision& d : attempt.sink.decisions) {
    QCOMPARE(d.label, data->label(d.index));
    QVERIFY(d.plan.find("resized_crop"));
    QVERIFY(d.original == Image(*data->image(d.index)));
    QVERIFY(d.unperturbed == renderer.picture(d.index, d.plan));
    for (const GroupDecision& g : d.groups) QVERIFY(g.picture == renderer.picture(d.index, g.candidate));
  }
}

void TestFolderTraining::largerImagesAreShownAtTheInputsSize() {
  const ImageFolder folder;
  addStripes(folder, true);
  RunConfig config = folderConfig(folder, kResized);
  config.recipe.input.height = config.recipe.input.width = 32;
  const Attempt attempt(config, {});
  QCOMPARE(attempt.state, RunState::finished);
  QCOMPARE(attempt.sink.epochs.size(), std::size_t{2});
  const auto data = runImages(config.recipe.dataset, Split::train, folder.dir());
  QVERIFY(commonSize(*data).empty());
  ThreadPool pool(1);
  const Renderer renderer(*data, runRendering(config.recipe, *data), pool);
  QVERIFY(!attempt.sink.decisions.empty());
  for (const Decision& d : attempt.sink.decisions) {
    QVERIFY(d.plan.find("resized_crop"));
    QVERIFY(d.original == Image(*data->image(d.index)));
    QCOMPARE(d.unperturbed.width, 32);
    QCOMPARE(d.unperturbed.height, 32);
    QVERIFY(d.unperturbed == renderer.picture(d.index, d.plan));
  }
}

void TestFolderTraining::paddedCropsOfOtherSizesAreRefused() {
  const ImageFolder folder;
  addStripes(folder, true);
  RunConfig config = folderConfig(folder, R"("uada")");
  config.recipe.input.height = config.recipe.input.width = 32;
  const std::string why = refusal([&] { const Attempt attempt(config, {}); });
  QVERIFY2(why.find("different sizes") != why.npos && why.find("crop resized") != why.npos, why.c_str());
}

void TestFolderTraining::resumesExactly() {
  const ImageFolder folder;
  addStripes(folder);
  const RunConfig config = folderConfig(folder, kResized);
  const Attempt whole(config, {});
  QTemporaryDir dir;
  const std::filesystem::path run = dir.path().toStdString();
  const Attempt first(config, run, {}, atStep(4, command::Stop{}));  // the first of the second epoch
  QCOMPARE(first.state, RunState::stopped);
  const Attempt second(config, run, run);
  QCOMPARE(second.state, RunState::finished);
  QVERIFY(joinedNumbers(first.sink, second.sink) == whole.sink.numbers());
}

void TestFolderTraining::damagedFilesStopOrAreNamed() {
  const ImageFolder folder;
  addStripes(folder);
  folder.addText("train/class1/15.png", "GIF89a");
  const std::string why = refusal([&] { const Attempt attempt(folderConfig(folder, R"("plain")"), {}); });
  QVERIFY2(why.find("1 of 22 train images") != why.npos && why.find("15.png") != why.npos, why.c_str());
  const Attempt attempt(folderConfig(folder, R"("plain")", R"(, "damaged": "skip")"), {});
  QCOMPARE(attempt.state, RunState::finished);
  QVERIFY(std::ranges::any_of(attempt.sink.events, [](const std::string& event) {
    return event.find("15.png") != event.npos && event.find("left out") != event.npos;
  }));
  QCOMPARE(attempt.sink.steps[2].count, 21 - 16);  // the last batch of the epoch
}

void TestFolderTraining::validationTakesThePlaceOfTheTest() {
  const ImageFolder folder;
  addStripes(folder);
  const RunConfig config = folderConfig(folder, R"("plain")", R"(, "validation": 0.25)");
  // Of 13 and 9 images the rounded quarters: 3 and 2.
  QCOMPARE(runImages(config.recipe.dataset, Split::train, folder.dir())->size(), std::size_t{17});
  QCOMPARE(runImages(config.recipe.dataset, Split::test, folder.dir())->size(), std::size_t{5});
  std::filesystem::remove_all(folder.dir() / "val");
  const Attempt attempt(config, {});
  QCOMPARE(attempt.state, RunState::finished);
  QVERIFY(configHash(config) != configHash(folderConfig(folder, R"("plain")")));
}

void TestFolderTraining::namedConstantsNormalise() {
  const ImageFolder folder;
  addStripes(folder);
  const RunConfig own = folderConfig(folder, R"("plain")"),
                  named = folderConfig(folder, R"("plain")", R"(, "normalisation": "imagenet")");
  const auto data = runImages(own.recipe.dataset, Split::train, folder.dir());
  QCOMPARE(runRendering(named.recipe, *data).mean, (std::array<float, 3>{0.485F, 0.456F, 0.406F}));
  QCOMPARE(runRendering(named.recipe, *data).deviation, (std::array<float, 3>{0.229F, 0.224F, 0.225F}));
  QCOMPARE(runRendering(own.recipe, *data).mean, channelStatistics(*data).mean);
}

/// Whether all, some or no images stay decoded.
void TestFolderTraining::keptImagesChangeNoNumber() {
  const ImageFolder folder;
  addStripes(folder, true);
  RunConfig config = folderConfig(folder, kResized);
  config.recipe.input = {32, 32, 4};
  const Attempt plain(config, {});
  QCOMPARE(plain.state, RunState::finished);
  for (const int megabytes : {1, 100}) {
    config.runtime.keptImagesMb = megabytes;
    const Attempt kept(config, {});
    QCOMPARE(kept.sink.numbers(), plain.sink.numbers());
  }
}

/// Over more devices than the run is trained on.
void TestFolderTraining::synchronisedNormalisationIsRefused() {
  const ImageFolder folder;
  addStripes(folder);
  RunConfig config = folderConfig(folder, kResized);
  config.recipe.training.normDevices = 4;
  const std::string said = refusal([&] { prepare(config); });
  QVERIFY2(said.starts_with(
               "recipe.training.norm_devices: 4 found, but the run has one rank: start it with as many"),
           said.c_str());
}

QTEST_GUILESS_MAIN(TestFolderTraining)
#include "tst_folder_training.moc"
