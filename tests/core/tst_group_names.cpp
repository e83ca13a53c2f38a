#include <QTest>

#include "core/tables/GroupNames.h"
#include "tests/core/TableTools.h"

using namespace uada;
using namespace uada::test;

namespace {

std::vector<GroupName> namesOf(const std::vector<FinishedRun>& runs) {
  std::vector<Repeats> groups;
  for (const FinishedRun& run : runs)
    groups.push_back({&run.summary, run.config, run.summary.isDataPublished});
  return groupNames(groups);
}

Json epsilon(int value) { return Json(Json::Object{{"epsilon", value}}); }

Recipe withEpochs(int epochs) {
  Recipe recipe = demoRecipe();
  recipe.training.epochs = epochs;
  return recipe;
}

Recipe withWidth(int width) {
  Recipe recipe = demoRecipe();
  recipe.model.set("width", width);
  return recipe;
}

}  // namespace

/// What runs are called in lists, legends and tables.
class TestGroupNames : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void usualSettingsAreNotTold() {
    const auto names = namesOf({finishedRun(demoRecipe(), {1, "ra-uc", 1, 0.8, 0.8}),
                                finishedRun(demoRecipe(), {2, "uada", 1, 0.8, 0.8})});
    QCOMPARE(names[0].method, std::string("RandAugment (UADA's space)"));
    QCOMPARE(names[1].method, std::string("UADA"));
    QCOMPARE(names[1].recipe(), std::string("r10w8 · Fashion-MNIST, 6,000 images"));
  }

  void methodsThatDifferInASettingTellIt() {
    const auto names = namesOf({finishedRun(demoRecipe(), {1, "uada", 1, 0.8, 0.8, 1, epsilon(1)}),
                                finishedRun(demoRecipe(), {2, "uada", 1, 0.8, 0.8, 1, epsilon(2)})});
    QCOMPARE(names[0].method, std::string("UADA (ε=1)"));
    QCOMPARE(names[1].method, std::string("UADA (ε=2)"));
  }

  /// Its other settings are those of all that are looked at.
  void anUnusualPolicyIsToldOfALoneGroup() {
    const Json policy(Json::Object{{"epsilon", 2}, {"policy", "trivialaugment"}});
    QCOMPARE(namesOf({finishedRun(demoRecipe(), {1, "uada", 1, 0.8, 0.8, 1, policy})})[0].method,
             std::string("UADA (policy trivialaugment)"));
  }

  /// What tells such runs apart stands first, so that a narrow list does not cut it.
  void plainTrainingIsCalledByItsPolicy() {
    const auto plain = [](const Json& policy) { return Json(Json::Object{{"policy", policy}}); };
    const Json imagenet(Json::Object{{"name", "autoaugment"}, {"table", "imagenet"}});
    const auto names = namesOf({finishedRun(demoRecipe(), {1, "plain", 1, 0.8, 0.8, 1, plain("autoaugment")}),
                                finishedRun(demoRecipe(), {2, "plain", 1, 0.8, 0.8, 1, plain("cutout")}),
                                finishedRun(demoRecipe(), {3, "plain", 1, 0.8, 0.8, 1, plain(imagenet)})});
    QCOMPARE(names[0].method, std::string("AutoAugment (plain)"));
    QCOMPARE(names[1].method, std::string("Cutout (plain)"));
    QCOMPARE(names[2].method, std::string("AutoAugment table=imagenet (plain)"));
  }

  /// Label maps have a policy of their own, which is not told, neither of them nor of images with a label.
  void theUsualPolicyOfOtherImagesIsNotTold() {
    Recipe maps = demoRecipe();
    maps.dataset.name = "camvid";
    const Json policy(Json::Object{{"policy", "segmentation"}});
    const auto names = namesOf({finishedRun(maps, {1, "uada", 1, 0.8, 0.8, 1, policy}),
                                finishedRun(demoRecipe(), {2, "uada", 1, 0.8, 0.8}),
                                finishedRun(maps, {3, "plain", 1, 0.8, 0.8, 1, policy})});
    QCOMPARE(names[0].method, std::string("UADA"));
    QCOMPARE(names[1].method, std::string("UADA"));
    QCOMPARE(names[2].method, std::string("Plain training"));
  }

  void recipesThatDifferTellIt() {
    const auto names = namesOf({finishedRun(withEpochs(10), {1, "uada", 1, 0.8, 0.8}),
                                finishedRun(withEpochs(20), {2, "uada", 1, 0.8, 0.8}),
                                finishedRun(withWidth(16), {3, "uada", 1, 0.8, 0.8})});
    QCOMPARE(names[0].recipe(), std::string("r10w8 · Fashion-MNIST, 6,000 images · epochs 10"));
    QCOMPARE(names[1].recipe(), std::string("r10w8 · Fashion-MNIST, 6,000 images · epochs 20"));
    QCOMPARE(names[2].recipe(), std::string("r10w16 · Fashion-MNIST, 6,000 images"));
    for (const GroupName& name : names) QCOMPARE(name.method, std::string("UADA"));
    QCOMPARE(names[1].label(), std::string("UADA, epochs 20"));
  }

  void otherImagesAreTold() {
    const auto names =
        namesOf({finishedRun(demoRecipe(), {1, "uada", 1, 0.8, 0.8, 1, Json::object(), "a+b"}),
                 finishedRun(demoRecipe(), {2, "uada", 1, 0.8, 0.8, 1, Json::object(), "a+c"})});
    QCOMPARE(names[0].method, std::string("UADA, images a+b"));
    QCOMPARE(names[1].method, std::string("UADA, images a+c"));
  }

  void imagesThatWereNotReadAreNotJudged() {
    FinishedRun run = finishedRun(paperRecipe(), {1, "uada", 1, 0, 0, 1, Json::object(), "", std::nullopt});
    QCOMPARE(namesOf({run})[0].dataset, std::string("CIFAR-10"));
    run.summary.dataHash = "a+b";
    QCOMPARE(namesOf({run})[0].dataset, std::string("CIFAR-10, images not known as published"));
  }

  /// A damaged configuration hides no run, and no name of others.
  void withoutAConfigurationTheRunItselfIsTold() {
    FinishedRun one = finishedRun(demoRecipe(), {1, "uada", 1, 0.8, 0.8});
    FinishedRun two = finishedRun(withEpochs(20), {2, "uada", 1, 0.8, 0.8});
    one.config = two.config = nullptr;
    const auto names = namesOf({one, two, finishedRun(demoRecipe(), {3, "ra-uc", 1, 0.8, 0.8})});
    QCOMPARE(names[0].recipe(), std::string("resnet · fashion_mnist"));
    QVERIFY(names[0].method.starts_with("uada, ") && names[0].method != names[1].method);
    QCOMPARE(names[2].method, std::string("RandAugment (UADA's space)"));
  }
};

QTEST_APPLESS_MAIN(TestGroupNames)
#include "tst_group_names.moc"
