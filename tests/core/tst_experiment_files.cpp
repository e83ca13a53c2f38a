#include <fmt/core.h>

#include <QDir>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include "core/base/Files.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/ExperimentText.h"

using namespace uada;
using namespace uada::test;

/// Experiments and recipes in files, those that are committed, and what --set changes of them.
class TestExperimentFiles : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void oneKeyIsSetOnce() {
    QTemporaryDir folder;
    const auto file = folder.filePath("f.json").toStdString();
    writeFileAtomically(file, kExperiment);
    QCOMPARE(
        test::errorOf([&] { readExperiment(file, {"seeds=[1]", "seeds=[2]"}); }),
        QString(
            "--set seeds=[2]: the same key was set before, by --set seeds=[1]; leave one of the two out"));
    QCOMPARE(readExperiment(file, {"seeds=[2]", "seeds=[2]"}).seeds, std::vector<std::int64_t>{2});
  }

  /// As a wrong key is; a file that cannot be read is not.
  void whatIsNoJsonIsWrongUse() {
    const QTemporaryDir folder;
    const auto file = folder.filePath("f.json").toStdString();
    for (const char* text : {"", "{\"name\": \"x\",", "{'name': 1}", "[1"}) {
      writeFileAtomically(file, text);
      QVERIFY_THROWS_EXCEPTION(UsageError, readExperiment(file));
    }
    writeFileAtomically(file, R"({"name": "e", "recipe": "r.json", "methods": ["uada"], "seeds": [1]})");
    writeFileAtomically(folder.filePath("r.json").toStdString(), "{");
    QVERIFY_THROWS_EXCEPTION(UsageError, readExperiment(file));
    bool isUsage = true;
    try {
      readExperiment(folder.filePath("none.json").toStdString());
    } catch (const UsageError&) {
    } catch (const Error&) {
      isUsage = false;
    }
    QVERIFY(!isUsage);
  }

  void overrides() {
    QTemporaryDir dir;
    const std::string file = dir.filePath("e.json").toStdString();
    writeFileAtomically(file, kExperiment);
    const Experiment e =
        readExperiment(file, {"recipe.training.epochs=9", "seeds=[5]", "recipe.training.schedule=cosine",
                              "methods.1.epsilon=3", "runtime.threads=1"});
    QCOMPARE(e.recipes[0].training.epochs, 9);
    QCOMPARE(e.recipes[0].schedule.name, std::string("cosine"));
    QCOMPARE(e.methods[1].settings().at("epsilon").asInt(), 3);
    QVERIFY(e.seeds == std::vector<std::int64_t>{5});
    QVERIFY_THROWS_EXCEPTION(UsageError, readExperiment(file, {"recipe.training.epoch=9"}));
    QVERIFY_THROWS_EXCEPTION(UsageError, readExperiment(file, {"nonsense"}));
    QVERIFY_THROWS_EXCEPTION(UsageError, readExperiment(file, {"methods.7.epsilon=3"}));
    QVERIFY_THROWS_EXCEPTION(UsageError, readExperiment(file, {"=1"}));
    QVERIFY_THROWS_EXCEPTION(UsageError, readExperiment(file, {"name.x=1"}));
    for (const char* broken : {"seeds=[1", "methods={", "name=\"x"}) {
      std::string said;
      try {
        readExperiment(file, {broken});
      } catch (const UsageError& error) {
        said = error.what();
      }
      QVERIFY2(
          said.find(std::string("--set ") + broken + ": the value starts like JSON but is not valid") == 0,
          said.c_str());
    }
  }

  /// A recipe may lie in a file beside the experiment; it is the same recipe, which --set may change.
  void recipesInFiles() {
    const QTemporaryDir dir;
    const auto path = [&](const char* name) { return dir.filePath(name).toStdString(); };
    QDir(dir.path()).mkdir("recipes");
    const std::string recipe = R"({"dataset": {"name": "cifar10", "train_limit": 1000},
        "model": {"name": "resnet", "depth": "10", "width": 16}, "training": {"epochs": 3, "batch": 100}})";
    writeFileAtomically(path("recipes/small.json"), recipe);
    const auto experiment = [&](const std::string& keys) {
      writeFileAtomically(path("e.json"),
                          R"({"name": "e", "methods": ["uada"], "seeds": [1], )" + keys + "}");
      return path("e.json");
    };
    const std::string one = experiment(R"("recipe": "recipes/small.json")");
    QCOMPARE(recipeHash(readExperiment(one).recipes[0]), recipeHash(experimentOf(kExperiment).recipes[0]));
    QCOMPARE(readExperiment(one, {"recipe.training.epochs=9"}).recipes[0].training.epochs, 9);
    QCOMPARE(test::errorOf([&] { readExperiment(one, {"recipes.0.training.epochs=9"}); }),
             QString("--set recipes.0.training.epochs=9: the experiment has one 'recipe' and no 'recipes'; "
                     "set recipe.KEY"));
    const std::string two =
        experiment(R"("recipes": ["recipes/small.json", {"dataset": "cifar10", "model": "resnet"}])");
    QCOMPARE(readExperiment(two).recipes.size(), std::size_t{2});
    QCOMPARE(readExperiment(two, {"recipes.0.training.epochs=9"}).recipes[0].training.epochs, 9);

    const Experiment both = readExperiment(
        two, {"recipe.training.epochs=9", "recipe.model.width=8", "recipes.1.training.epochs=7"});
    QCOMPARE(both.recipes[0].training.epochs, 9);
    QCOMPARE(both.recipes[1].training.epochs, 7);
    for (const Recipe& recipe : both.recipes) QCOMPARE(recipe.model.settings().at("width").asInt(), 8);
    QCOMPARE(test::errorOf([&] { readExperiment(two, {"recipe={}"}); }),
             QString("--set recipe={}: the experiment has 'recipes'; set recipes=[...], or recipe.KEY, which "
                     "sets KEY in each of them"));

    const auto problem = [&](const std::string& keys) {
      return test::errorOf([&] { readExperiment(experiment(keys)); }).toStdString();
    };
    QCOMPARE(problem(R"("recipe": "recipes/no.json")"),
             path("e.json") + ": recipe: there is no recipe file '" + path("recipes/no.json") +
                 "'; give an object, or a path from the experiment's folder such as "
                 "\"recipes/r18-cifar10.json\"");
    QVERIFY(problem(R"("recipes": ["recipes"])").starts_with(path("e.json") + ": recipes[0]: there is no"));
    QVERIFY(problem(R"("recipe": "")").starts_with(path("e.json") + ": recipe: there is no"));
    // What is wrong in a file is told by its name.
    writeFileAtomically(path("recipes/small.json"), replaced(recipe, "epochs", "epoch"));
    QVERIFY(
        problem(R"("recipe": "recipes/small.json")").starts_with(path("recipes/small.json") + ".training"));
    writeFileAtomically(path("recipes/small.json"), R"("recipes/small.json")");
    QVERIFY(problem(R"("recipe": "recipes/small.json")").starts_with(path("recipes/small.json")));
    QVERIFY(!problemOf(experiment(R"("recipe": "recipes/small.json")")).empty());  // without a folder
  }

  /// Every committed experiment reads and expands, and feeds tables that there are.
  void committedExperiments() {
    for (const char* folder : {PROJECT_DIR "/experiments", PROJECT_DIR "/experiments/quick"}) {
      const auto files = QDir(folder).entryInfoList({"*.json"});
      QVERIFY(!files.isEmpty());
      for (const QFileInfo& file : files)
        QVERIFY(!expand(readExperiment(file.filePath().toStdString())).empty());
    }
  }

  /// Every committed recipe is used by an experiment, or reads like one that is.
  void committedRecipes() {
    const auto files = QDir(PROJECT_DIR "/experiments/recipes").entryInfoList({"*.json"});
    QVERIFY(!files.isEmpty());
    for (const QFileInfo& file : files) {
      const std::string name = file.filePath().toStdString();
      QVERIFY(newRecipeFromJson(readJsonFile(name), name).training.epochs >= 1);
    }
  }

  /// Milestones are shares of the epochs behind the warm-up, which the sources count in epochs from the
  /// start.
  void ratesFallWhereTheSourcesSay() {
    struct Fall {
      const char* recipe;
      std::vector<int> epochs;  // after which the rate is lower
    };
    const Fall falls[] = {
        {"rfb300-voc", {150, 200, 250}},        {"randaugment-r50-imagenet", {63, 123, 163}},
        {"cutout-r18-cifar10", {60, 120, 160}}, {"adversarial-wrn-cifar10", {60, 120, 160}},
        {"r18-cifar10", {90, 180, 240}},        {"r18-tiny", {100, 150}}};
    constexpr std::int64_t kSteps = 100;
    for (const auto& [name, epochs] : falls) {
      const std::string file = fmt::format(PROJECT_DIR "/experiments/recipes/{}.json", name);
      const Recipe recipe = newRecipeFromJson(readJsonFile(file), file);
      std::vector<int> found;
      for (int epoch = recipe.training.warmupEpochs + 1; epoch < recipe.training.epochs; ++epoch)
        if (learningRate(recipe, epoch, 1, kSteps) < learningRate(recipe, epoch - 1, 1, kSteps))
          found.push_back(epoch);
      QVERIFY2(found == epochs, name);
    }
  }
};

QTEST_GUILESS_MAIN(TestExperimentFiles)
#include "tst_experiment_files.moc"
