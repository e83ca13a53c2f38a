#include <QDir>
#include <QTemporaryDir>
#include <QTest>
#include <fstream>

#include "core/base/Files.h"
#include "core/config/RunConfig.h"
#include "core/engine/models/Model.h"
#include "tests/core/ErrorOf.h"

using namespace uada;

/// Files that a recipe's model names: the one that training starts from, and the one that is the network.
class TestModelFiles : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    for (const auto& [name, text] : {std::pair{"a.pth", "one"}, {"b.pth", "one"}, {"c.pth", "two"}})
      std::ofstream(path(name)) << text;
  }

  /// A run is defined by what the file holds, not by where it lies.
  void theHashIsRecorded() {
    const Recipe a = recipe(start("a.pth")), b = recipe(start("b.pth")), c = recipe(start("c.pth"));
    QCOMPARE(startOf(a.model).weights, path("a.pth"));
    QCOMPARE(startOf(a.model).sha256, sha256(std::string_view("one")));
    QCOMPARE(recipeHash(a), recipeHash(b));
    QVERIFY(recipeHash(a) != recipeHash(c));
    QVERIFY(recipeHash(a) != recipeHash(recipe("")));
    QVERIFY(recipeToJson(a) == recipeToJson(recipeFromJson(recipeToJson(a), "stored")));
  }
  /// Relative paths are those of where the run was made.
  void pathsBecomeAbsolute() {
    const QString before = QDir::currentPath();
    QVERIFY(QDir::setCurrent(dir_.path()));
    const std::string found = startOf(recipe(", \"weights\": \"./a.pth\"").model).weights;
    QVERIFY(QDir::setCurrent(before));
    QCOMPARE(QString::fromStdString(found), QDir(dir_.path()).absoluteFilePath("a.pth"));
  }
  /// Recipes without such a file are what they were: no key more, the same hash.
  void withoutAFileNothingChanged() {
    const Json json = recipeToJson(recipe(""));
    QCOMPARE(json.at("model").dump(), std::string(R"({"name":"resnet","depth":"10","width":2})"));
    QVERIFY(startOf(recipe("").model).weights.empty());
  }

  void saysWhatIsWrong_data() {
    QTest::addColumn<QString>("model");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, const std::string& model, const char* says) {
      QTest::newRow(name) << QString::fromStdString(model) << says;
    };
    const std::string resnet = R"("name": "resnet", "depth": "10", "width": 2)";
    const std::string zeros(64, '0');
    row("no file", resnet + ", \"weights\": \"/nowhere/x.pth\"",
        "model.weights: there is no file '/nowhere/x.pth'");
    row("changed", resnet + start("a.pth") + ", \"weights_sha256\": \"" + zeros + "\"",
        "has changed: SHA-256 0000");
    row("hash alone", resnet + ", \"weights_sha256\": \"" + zeros + "\"", "a hash without weights");
    row("no network", R"("name": "torchscript")", "model.file: a file that torch.jit.save() wrote expected");
    row("network is not there", R"("name": "torchscript", "file": "/nowhere/net.pt")",
        "model.file: there is no file '/nowhere/net.pt'");
  }
  void saysWhatIsWrong() {
    QFETCH(QString, model);
    QFETCH(QString, says);
    const QString message = test::errorOf([&] { experiment(model.toStdString()); });
    QVERIFY2(message.contains(says), qPrintable(message));
  }
  /// The cost is estimated also where the file is not known yet.
  void aNetworkFromElsewhereHasItsOwnCount() {
    const Model& model = findModel("torchscript");
    const std::string file = PROJECT_DIR "/tests/golden/torchscript/net.pt";
    const Choice choice = modelFromJson(Json::Object{{"name", "torchscript"}, {"file", file}}, "t");
    QCOMPARE(model.parameters(choice, {}), std::int64_t{108 + 8 + 288 + 16 + 80 + 10});
    QCOMPARE(model.parameters(modelFromJson("torchscript", "t"), {}), std::int64_t{0});
    QCOMPARE(model.shortName(choice), std::string("net"));
  }

 private:
  std::string path(const char* name) const { return dir_.filePath(name).toStdString(); }
  std::string start(const char* name) const { return fmt::format(", \"weights\": \"{}\"", path(name)); }
  static Experiment experiment(const std::string& model) {
    const std::string text = fmt::format(
        R"({{"name": "e", "recipe": {{"dataset": "cifar10", "model": {{{}}}}}, "methods": ["ra-uc"], "seeds": [1]}})",
        model);
    return experimentFromJson(parseJson(text, "f"), "f");
  }
  static Recipe recipe(const std::string& more) {
    return experiment(R"("name": "resnet", "depth": "10", "width": 2)" + more).recipes.front();
  }

  const QTemporaryDir dir_;
};

QTEST_GUILESS_MAIN(TestModelFiles)
#include "tst_model_files.moc"
