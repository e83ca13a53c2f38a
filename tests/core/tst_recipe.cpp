#include <fmt/core.h>

#include <QTest>

#include "core/config/RunConfig.h"
#include "core/data/Dataset.h"
#include "core/engine/models/Model.h"
#include "core/engine/optimisers/Sgd.h"
#include "core/engine/schedules/StepSchedule.h"
#include "core/engine/tasks/Task.h"
#include "core/settings/SettingError.h"
#include "tests/core/ErrorOf.h"

using namespace uada;
using namespace uada::test;

namespace {

/// A recipe of 1,000 images, with what else is said of it.
std::string withRest(const std::string& rest) {
  return R"({"dataset": {"name": "cifar10", "train_limit": 1000}, "model": {"name": "resnet", "depth": "10", "width": 16})" +
         rest + "}";
}
Json recipeText(const std::string& rest) { return parseJson(withRest(rest), "r"); }
Recipe stored(const std::string& rest) { return recipeFromJson(recipeText(rest), "r"); }
Recipe given(const std::string& rest) { return newRecipeFromJson(recipeText(rest), "r"); }
QString problemOf(const std::string& rest) {
  return errorOf([&] { given(rest); });
}

RunConfig runOf(const Recipe& recipe) {
  RunConfig run;
  run.recipe = recipe;
  run.method = methodFromJson("ra-uc", "r");
  return run;
}
QString hashOf(const Recipe& recipe) { return QString::fromStdString(configHash(runOf(recipe))); }

Experiment experimentOf(const std::string& rest, const std::string& methods) {
  return experimentFromJson(
      parseJson(fmt::format(R"({{"name": "e", "recipe": {}, "methods": [{}], "seeds": [1]}})", withRest(rest),
                            methods),
                "f"),
      "f");
}

}  // namespace

/// Recipes: optimiser, schedule, task and input, in the present form and the one before.
class TestRecipe : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// An error of a setting carries its place, whatever its message.
  void errorsCarryTheirSetting_data() {
    QTest::addColumn<QByteArray>("recipe");
    QTest::addColumn<QByteArray>("owner");
    QTest::addColumn<QByteArray>("key");
    const char* cifar = R"("dataset": "cifar10", "model": "resnet")";
    const auto row = [&](const char* owner, const char* key, const char* parts) {
      QTest::addRow("%s.%s", owner, key)
          << QByteArray(parts).replace("CIFAR", cifar) << QByteArray(owner) << QByteArray(key);
    };
    row("optimiser", "learning_rate", R"({CIFAR, "optimiser": {"name": "sgd", "learning_rate": -1}})");
    row("training", "epochs", R"({CIFAR, "training": {"epochs": 0}})");
    row("schedule", "milestones", R"({CIFAR, "schedule": {"name": "step", "milestones": [0.5, 0.2]}})");
    row("schedule", "decay", R"({CIFAR, "schedule": {"name": "step", "milestones": [], "decay": 0.5}})");
    row("dataset", "train_limit", R"({"dataset": {"name": "cifar10", "train_limit": 1}, "model": "resnet"})");
    row("input", "height", R"({CIFAR, "input": {"height": 33, "width": 34}})");
    row("recipe", "model",
        R"({"dataset": "camvid", "model": "resnet", "input": {"height": 33, "width": 33}})");
  }
  void errorsCarryTheirSetting() {
    QFETCH(const QByteArray, recipe);
    QFETCH(const QByteArray, owner);
    QFETCH(const QByteArray, key);
    try {
      newRecipeFromJson(parseJson(recipe.toStdString(), "test"), "a file. Of mine: recipe");
      QFAIL("it is accepted");
    } catch (const SettingError& error) {
      QCOMPARE(QByteArray::fromStdString(error.owner()), owner);
      QCOMPARE(QByteArray::fromStdString(error.key()), key);
    }
  }

  /// What a network cannot take is refused with the recipe, not when a run starts.
  void networksSayWhichInputTheyTake() {
    const auto problemOf = [](int side) {
      const std::string input = fmt::format(R"("input": {{"height": {0}, "width": {0}}})", side);
      return test::errorOf([&] {
        newRecipeFromJson(parseJson(R"({"dataset": "camvid", "model": "pspnet", )" + input + "}", "test"),
                          "f.json: recipe");
      });
    };
    QCOMPARE(problemOf(161), QString());
    QVERIFY(problemOf(160).startsWith("f.json: recipe.input.height: 160 x 160 found"));
  }

  /// The hashes are those that programs gave which knew the old form alone.
  void bothFormsAreOneRecipe_data() {
    QTest::addColumn<QString>("old");
    QTest::addColumn<QString>("now");
    QTest::addColumn<QString>("hash");
    QTest::newRow("usual") << R"(, "training": {"epochs": 3, "batch": 100, "schedule": "step"})"
                           << R"(, "training": {"epochs": 3, "batch": 100})"
                           << "2dc76f1458397e86fe1fc5d2a3d383132390592f8b78cc3004fff5fbfd30d7a7";
    QTest::newRow("cosine") << R"(, "training": {"epochs": 3, "batch": 100, "schedule": "cosine"})"
                            << R"(, "schedule": "cosine", "training": {"epochs": 3, "batch": 100})"
                            << "ac2ebfd343fbaabfe6581d0d756b3f7b9eee538c7cad9fe4c0f63d7720e1eb4e";
    QTest::newRow("constant")
        << R"(, "training": {"epochs": 3, "batch": 100, "schedule": "constant"})"
        << R"(, "schedule": {"name": "constant"}, "optimiser": "sgd", "training": {"epochs": 3, "batch": 100})"
        << "1d2b98c4dbc65b6096614297bf2f7e8497bf68772a541e87c6247e0f11356c98";
    QTest::newRow("all others")
        << R"(, "training": {"epochs": 3, "batch": 100, "learning_rate": 0.05, "momentum": 0.8,
             "nesterov": true, "weight_decay": 0.001, "milestones": [0.5], "decay": 0.5})"
        << R"(, "task": "classification", "training": {"epochs": 3, "batch": 100},
             "optimiser": {"learning_rate": 0.05, "momentum": 0.8, "nesterov": true, "weight_decay": 0.001},
             "schedule": {"milestones": [0.5], "decay": 0.5})"
        << "a9f2c450036172a63830c970c50bcb663e6cf5a112ca4e0cbc5fc714d69d663f";
  }
  void bothFormsAreOneRecipe() {
    QFETCH(QString, old);
    QFETCH(QString, now);
    QFETCH(QString, hash);
    for (const QString& rest : {old, now}) {
      for (const Recipe& recipe : {stored(rest.toStdString()), given(rest.toStdString())}) {
        QCOMPARE(hashOf(recipe), hash);
        const Recipe again = recipeFromJson(recipeToJson(recipe), "again");
        QCOMPARE(hashOf(again), hash);
        QCOMPARE(recipeToJson(again).dump(), recipeToJson(given(now.toStdString())).dump());
      }
    }
  }

  void partsAreTyped() {
    const Recipe recipe = given(R"(, "training": {"momentum": 0.8, "milestones": [0.25], "epochs": 8})");
    QCOMPARE(recipe.optimiser.as<Sgd>().momentum, 0.8);
    QCOMPARE(recipe.schedule.as<StepSchedule>().milestones, std::vector<double>{0.25});
    QCOMPARE(recipe.training.epochs, 8);
    QCOMPARE(taskOf(recipe).name, std::string("classification"));
    QCOMPARE(learningRate(recipe, 1, 1, 10), 0.1);
    QCOMPARE(learningRate(recipe, 2, 1, 10), 0.1 * 0.2);
  }

  /// A stored run may have settings that had no effect when that was no fault: they are in its hash for ever.
  void idleSettingsOfStoredRunsKeepTheirHash() {
    const char* old =
        R"(, "training": {"epochs": 3, "batch": 100, "schedule": "cosine", "milestones": [0.5], "decay": 0.7})";
    const Recipe recipe = stored(old);
    const QString hash = "6efbf24219226b9827a680341f39f9d0cba2512309325f1f5fd9496c5d7d0958";
    QCOMPARE(hashOf(recipe), hash);
    QCOMPARE(hashOf(recipeFromJson(recipeToJson(recipe), "again")), hash);
    QCOMPARE(problemOf(old),
             QString("r.training.milestones: [0.5] has no effect with schedule cosine; leave one of the two "
                     "out"));
    QCOMPARE(errorOf([&] { newRecipeFromJson(recipeToJson(recipe), "r"); }),
             QString("r.training.milestones: [0.5] has no effect with schedule cosine; leave one of the two "
                     "out"));
  }

  void refuses_data() {
    QTest::addColumn<QString>("rest");
    QTest::addColumn<QString>("problem");
    const auto row = [](const char* rest, const char* problem) { QTest::newRow(rest) << rest << problem; };
    row(R"(, "optimiser": "adams")", "r.optimiser: unknown optimiser 'adams'; known: sgd");
    row(R"(, "optimiser": {"momentun": 1})", "r.optimiser: unknown key 'momentun'; known: learning_rate, ");
    row(R"(, "optimiser": {"momentum": 1})", "r.optimiser.momentum: 1 found, a number between 0 and 0.9999");
    row(R"(, "optimiser": 3)", "r.optimiser: a name or an object expected, 3 found");
    row(R"(, "optimiser": {"momentum": 0, "nesterov": true})",
        "r.optimiser.nesterov: true has no effect with momentum 0.0; leave one of the two out");
    row(R"(, "schedule": "cosin")",
        "r.schedule: unknown schedule 'cosin'; known: step cosine constant poly; did you mean 'cosine'?");
    row(R"(, "schedule": {"name": "cosine", "decay": 0.5})", "r.schedule: unknown key 'decay'");
    row(R"(, "schedule": {"milestones": [0.8, 0.3]})", "r.schedule.milestones: ascending shares expected");
    row(R"(, "training": {"milestones": [0.8, 0.3]})", "r.training.milestones: ascending shares expected");
    row(R"(, "training": {"momentum": 0.5}, "optimiser": "sgd")",
        "r.training.momentum: the recipe has 'optimiser', too; say it there alone, as recipe.optimiser");
    row(R"(, "training": {"schedule": "cosine"}, "schedule": "step")",
        "r.training.schedule: the recipe has 'schedule', too; say it there alone, as recipe.schedule");
    row(R"(, "training": {"decay": 0.5}, "schedule": "step")",
        "r.training.decay: the recipe has 'schedule', too; say it there alone, as recipe.schedule");
    row(R"(, "training": {"epoch": 5})",
        "r.training: unknown key 'epoch'; known: epochs, batch, warmup_epochs, gradient_clip, averaging, "
        "decayed, precision, norm_devices, patience; did you mean 'epochs'?");
    row(R"(, "training": {"norm_devices": -1})", "r.training.norm_devices: -1 found, a number between 0 and 1024 expected");
    row(R"(, "training": {"epoch": 5, "momentum": 0.5})", "r.training: unknown key 'epoch'; known: epochs, ");
    row(R"(, "task": "tracking")",
        "r.task: unknown task 'tracking'; known: classification segmentation detection");
    row(R"(, "task": "segmentation")",
        "r.task: segmentation found, but the model resnet learns classification; leave the task out, or ");
    row(R"(, "task": {"smoothing": 0.1})", "r.task: unknown key 'smoothing'");
    row(R"(, "input": {"height": 24, "width": 16})",
        "r.input.height: 24 found with width 16, a square expected; give both alike");
    row(R"(, "input": {"height": 24})", "r.input.height: 24 found with width 32, a square expected");
    row(R"(, "input": {"side": 24})", "r.input: unknown key 'side'; known: height, width, pad");
    row(R"(, "input": {"pad": -1})", "r.input.pad: -1 found, a number between 0 and 128 expected");
  }
  void refuses() {
    QFETCH(QString, rest);
    QFETCH(QString, problem);
    const QString said = problemOf(rest.toStdString());
    QVERIFY2(said.startsWith(problem), qPrintable(said));
  }

  /// The images' own size is the usual input, stated or not; another is another recipe.
  void inputIsPartOfTheRecipe() {
    const Recipe usual = given(""), same = given(R"(, "input": {"height": 32, "width": 32, "pad": 4})");
    QCOMPARE(recipeToJson(same).dump(), recipeToJson(usual).dump());
    QVERIFY(inputOf(usual, {32, 32}) == squareInput(32));
    QVERIFY(inputOf(usual, {28, 28}) == squareInput(28));
    const Recipe wide = given(R"(, "input": {"pad": 6})");
    QVERIFY(hashOf(wide) != hashOf(usual));
    QVERIFY(inputOf(wide, {32, 32}) == squareInput(32, 6));
    const Recipe small = given(R"(, "input": {"height": 24, "width": 24})");
    QVERIFY(hashOf(small) != hashOf(usual) && hashOf(small) != hashOf(wide));
    const Recipe again = recipeFromJson(recipeToJson(small), "again");
    QVERIFY(inputOf(again, {32, 32}) == squareInput(24));
    QCOMPARE(hashOf(again), hashOf(small));
    QVERIFY(
        errorOf([&] { inputOf(usual, {}); }).startsWith("recipe.input.height: height and width expected"));
    QVERIFY(inputOf(small, {}) == squareInput(24));
  }

  /// Plans of a padded crop are for images as large as the input.
  void anotherInputNeedsAResizedCrop() {
    const char* input = R"(, "input": {"height": 24, "width": 24})";
    QCOMPARE(
        errorOf([&] { experimentOf(input, R"("ra-uc")"); }),
        QString(
            "f: recipe.input: 24 x 24 pixels with method ra-uc, whose policy uada-cifar draws a padded "
            "crop of images of that size, but those of cifar10 have 32 x 32; the method's policy is fixed: "
            "leave the input out"));
    QVERIFY(errorOf([&] {
              experimentOf(input, R"("uada")");
            }).contains("; give a policy with crop resized, or leave the input out"));
    const char* resized =
        R"({"name": "uada", "policy": {"name": "uada-cifar", "crop": "resized", "cutout": false}})";
    QCOMPARE(experimentOf(input, resized).methods.size(), std::size_t{1});
    QCOMPARE(experimentOf(R"(, "input": {"pad": 2})", R"("ra-uc")").methods.size(), std::size_t{1});
  }

  /// A method that knows one task alone is refused with a model of another, before any run.
  void methodsLearnTheirTask() {
    const auto problemOf = [](const char* method) {
      const std::string text = fmt::format(
          R"({{"name": "e", "recipe": {{"dataset": "camvid", "model": "pspnet",
               "input": {{"height": 161, "width": 161}}}},
               "methods": [{{"name": "{}", "policy": "segmentation"}}], "seeds": [1]}})",
          method);
      return test::errorOf([&] { experimentFromJson(parseJson(text, "test"), "f.json"); });
    };
    QCOMPARE(problemOf("plain"), QString());
    QCOMPARE(problemOf("divaug"),
             QString("f.json: the method divaug learns classification alone, but the recipe's model pspnet "
                     "learns segmentation; leave the method out, or choose a model for classification"));
  }

  void modelsLearnFromWhatTheDataHas() {
    const Recipe recipe = given("");
    DatasetEntry scenes = findDataset("cifar10");
    requireTargets(recipe, scenes, "r");
    scenes.name = "scenes";
    scenes.target = TargetKind::labelMap;
    QCOMPARE(
        errorOf([&] { requireTargets(recipe, scenes, "r"); }),
        QString("r.model: resnet learns classification from a label of each image, but scenes has a label "
                "map; choose another model, or another data set"));
    Recipe denoising = recipe;
    denoising.model = modelFromJson("dncnn", "test");
    for (const TargetKind kind : {TargetKind::label, TargetKind::labelMap, TargetKind::boxes}) {
      scenes.target = kind;  // an image is itself a picture
      QCOMPARE(errorOf([&] { requireTargets(denoising, scenes, "r"); }), QString());
    }
  }
};

QTEST_GUILESS_MAIN(TestRecipe)
#include "tst_recipe.moc"
