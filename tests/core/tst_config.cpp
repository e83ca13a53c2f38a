#include <fmt/core.h>

#include <QTest>

#include "core/augment/Space.h"
#include "core/base/Error.h"
#include "core/config/RunConfig.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/models/Model.h"
#include "core/engine/optimisers/Sgd.h"
#include "tests/core/ExperimentText.h"

using namespace uada;
using namespace uada::test;

/// What an experiment says, and the runs that it becomes.
class TestConfig : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void readsAndFillsIn() {
    const Experiment e = experimentOf(kExperiment);
    QCOMPARE(e.recipes.size(), std::size_t{1});
    QCOMPARE(e.recipes[0].name, std::string("r10w16-c10"));
    QCOMPARE(e.recipes[0].training.epochs, 3);
    QCOMPARE(e.recipes[0].optimiser.as<Sgd>().momentum, 0.9);  // a default
    QCOMPARE(e.recipes[0].model.settings().at("width").asInt(), 16);
    QCOMPARE(e.methods[1].settings().at("include_unperturbed").asBool(), true);
    QVERIFY(e.tables == (std::vector<int>{2, 3}));
  }

  void expandsInOrder() {
    const auto runs = expand(experimentOf(kExperiment));
    QCOMPARE(runs.size(), std::size_t{4});
    QCOMPARE(runTitle(runs[0]), std::string("r10w16-c10-ra-uc-s1"));
    QCOMPARE(runTitle(runs[1]), std::string("r10w16-c10-uada-epsilon=2-s1"));
    QCOMPARE(runs[2].seed, 2);
  }

  void roundTrips() {
    const Experiment e = experimentOf(kExperiment);
    QCOMPARE(toJson(experimentFromJson(toJson(e), "again")).dump(), toJson(e).dump());
    const RunConfig run = expand(e)[1];
    QCOMPARE(toJson(runConfigFromJson(toJson(run), "again")).dump(), toJson(run).dump());
  }

  void hashIsOfWhatDefinesTheResult() {
    RunConfig a = expand(experimentOf(kExperiment))[1];
    RunConfig b = a;
    b.seed = 99;
    b.runtime.threads = 7;
    b.experiment = "other";
    b.recipe.name = "other";
    b.recipe.dataset.set("folder", "/elsewhere");
    QCOMPARE(configHash(a), configHash(b));
    b.method.set("epsilon", 3);
    QVERIFY(configHash(a) != configHash(b));
    QCOMPARE(recipeHash(a.recipe), recipeHash(b.recipe));
    b.recipe.training.epochs = 4;
    QVERIFY(recipeHash(a.recipe) != recipeHash(b.recipe));
  }

  /// Two policies never give one title: a file's has the beginning of its hash, a name in the library is
  /// whole.
  void titlesTellPoliciesApart() {
    const auto titleOf = [](const char* file, char digit) {
      Json policy(Json::Object{{"name", "found"}, {"file", file}, {"sha256", std::string(64, digit)}});
      RunConfig config = expand(experimentOf(kExperiment))[1];
      config.method = findMethod("uada").read("uada", Json(Json::Object{{"policy", policy}}), "test");
      return runTitle(config);
    };
    QCOMPARE(titleOf("x/autoaugment.json", '1'), std::string("r10w16-c10-uada-autoaugment@11111111-s1"));
    QCOMPARE(titleOf("a/pol.json", '1'), std::string("r10w16-c10-uada-pol@11111111-s1"));
    QCOMPARE(titleOf("b/pol.json", '2'), std::string("r10w16-c10-uada-pol@22222222-s1"));
    QCOMPARE(titleOf("pol.v1", '1'), std::string("r10w16-c10-uada-pol.v1-s1"));
    QCOMPARE(titleOf("pol.v2", '2'), std::string("r10w16-c10-uada-pol.v2-s1"));
    QCOMPARE(titleOf("b/pol.v2", '2'), std::string("r10w16-c10-uada-pol.v2@22222222-s1"));
  }

  void methodsTakeAnyPolicy() {
    const auto methods = [](const char* list) {
      return experimentOf(replaced(kExperiment, R"(["ra-uc", {"name": "uada", "epsilon": 2}])", list));
    };
    const Experiment e = methods(R"([{"name": "uada", "policy": "trivialaugment"}, "plain",
      {"name": "plain", "policy": {"name": "autoaugment", "table": "svhn", "cutout": false}},
      {"name": "uada", "policy": "uada-cifar"},
      {"name": "uada", "policy": {"name": "uada-cifar", "chain_probe": "each"}}])");
    std::vector<std::string> titles;
    const auto runs = expand(e);
    for (std::size_t i = 0; i < 5; ++i) titles.push_back(runTitle(runs[i]));
    QCOMPARE(titles, (std::vector<std::string>{
                         "r10w16-c10-uada-trivialaugment-s1", "r10w16-c10-plain-autoaugment-s1",
                         "r10w16-c10-plain-autoaugment-table=svhn-cutout=false-s1", "r10w16-c10-uada-s1",
                         "r10w16-c10-uada-uada-cifar-chain_probe=each-s1"}));
    QCOMPARE(policyOf(e.methods[0]).settings().at("cutout_size").asInt(), 16);  // complete
    QCOMPARE(policyLabel(policyOf(e.methods[2])), std::string("autoaugment table=svhn cutout=false"));
    QCOMPARE(policyOf(e.methods[3]).name, std::string("uada-cifar"));
    QVERIFY(!e.methods[3].settings().find("policy"));  // stating the default is no other method
    QCOMPARE(toJson(experimentFromJson(toJson(e), "again")).dump(), toJson(e).dump());
    for (std::size_t i = 0; i < 5; ++i) {
      QCOMPARE(toJson(runConfigFromJson(toJson(runs[i]), "again")).dump(), toJson(runs[i]).dump());
      for (std::size_t k = 0; k < i; ++k) QVERIFY(configHash(runs[i]) != configHash(runs[k]));
    }
    QCOMPARE(estimateCost(runs[0]).relativeToRaUc, 4.0);
    QCOMPARE(estimateCost(runs[2]).relativeToRaUc, 1.0);
    QVERIFY(qAbs(estimateCost(runs[4]).relativeToRaUc - 14 / 3.0) < 1e-12);  // five groups
  }

  /// Runs that older versions stored are gone on with: what defines them must give the same hash for ever.
  void hashesAreTheSameForEver() {
    const auto runs = expand(experimentOf(kExperiment));
    QCOMPARE(QString::fromStdString(configHash(runs[0])),
             "2dc76f1458397e86fe1fc5d2a3d383132390592f8b78cc3004fff5fbfd30d7a7");
    QCOMPARE(QString::fromStdString(configHash(runs[1])),
             "29578a04672557a82ac27d1c79d86f53b61de51a249ef24b5ec93f15cccf7d5d");
  }

  /// Settings that came later are stated where they are not the default, and only there.
  void laterSettingsAreSilentDefaults() {
    const auto runs = expand(experimentOf(kExperiment));
    QVERIFY(!runs[1].method.settings().find("granularity"));
    const auto policy = [](const char* json) {
      return policyFromJson(parseJson(json, "test"), "test").settings();
    };
    QVERIFY(policy(R"({"name":"uada-cifar","coordinatewise":true})").at("coordinatewise").asBool());
    QVERIFY(!policy(R"({"name":"uada-cifar","coordinatewise":false})").find("coordinatewise"));
    const auto method = [](const char* json) {
      return findMethod("uada").read("uada", parseJson(json, "test"), "test").settings();
    };
    QCOMPARE(method(R"({"granularity":"batch"})").at("granularity").asString(), std::string("batch"));
    QVERIFY(!method(R"({"granularity":"sample"})").find("granularity"));
  }

  void refuses_data() {
    QTest::addColumn<QString>("from");
    QTest::addColumn<QString>("to");
    QTest::addColumn<QString>("part");
    QTest::newRow("unknown key") << "\"epochs\"" << "\"epoch\""
                                 << "f.json: recipe.training: unknown key 'epoch'; known: epochs, batch";
    QTest::newRow("unknown top key") << "\"title\"" << "\"titel\"" << "f.json: unknown key 'titel'";
    QTest::newRow("range")
        << "\"epochs\": 3" << "\"epochs\": 0"
        << "f.json: recipe.training.epochs: 0 found, a number between 1 and 100000 expected";
    QTest::newRow("fraction") << "\"epochs\": 3" << "\"epochs\": 2.5" << "a whole number expected";
    QTest::newRow("type") << "\"epochs\": 3" << "\"epochs\": \"3\"" << "a number expected, \"3\" found";
    QTest::newRow("choice") << "\"depth\": \"10\"" << "\"depth\": \"11\""
                            << "recipe.model.depth: '11' found, one of 10, 18, 34, 50, 101 expected";
    QTest::newRow("unknown model") << "\"resnet\"" << "\"resnett\""
                                   << "unknown model 'resnett'; known: resnet";
    QTest::newRow("unknown data set")
        << "\"cifar10\"" << "\"cifar11\"" << "f.json: recipe.dataset: unknown dataset 'cifar11'; known: ";
    QTest::newRow("unknown method")
        << "\"ra-uc\"" << "\"ra\""
        << "f.json: methods[0]: unknown method 'ra'; known: baseline plain ra-uc uada";
    QTest::newRow("method twice") << "{\"name\": \"uada\", \"epsilon\": 2}" << "\"ra-uc\""
                                  << "f.json: methods[1]: 'ra-uc' stands there twice";
    QTest::newRow("method twice, one spelt out")
        << "\"ra-uc\"" << "{\"name\": \"uada\", \"include_unperturbed\": true, \"epsilon\": 2}"
        << "f.json: methods[1]: 'uada' stands there twice";
    QTest::newRow("unknown policy")
        << "\"epsilon\": 2" << "\"policy\": \"auto\""
        << "f.json: methods[1].policy: unknown policy 'auto'; known: crop-flip uada-cifar autoaugment";
    QTest::newRow("unknown key of a policy")
        << "\"epsilon\": 2" << "\"policy\": {\"name\": \"autoaugment\", \"tabel\": \"svhn\"}"
        << "f.json: methods[1].policy: unknown key 'tabel'; known: table, grid";
    QTest::newRow("choice of a policy")
        << "\"epsilon\": 2" << "\"policy\": {\"name\": \"autoaugment\", \"table\": \"mnist\"}"
        << "f.json: methods[1].policy.table: 'mnist' found, one of cifar10";
    QTest::newRow("policy without a name") << "\"epsilon\": 2" << "\"policy\": {\"table\": \"svhn\"}"
                                           << "f.json: methods[1].policy: the key 'name' (a text) is missing";
    QTest::newRow("policy as a number") << "\"epsilon\": 2" << "\"policy\": 3"
                                        << "f.json: methods[1].policy: a name or an object expected, 3 found";
    QTest::newRow("unknown policy of a fixed method")
        << "\"ra-uc\"" << "{\"name\": \"baseline\", \"policy\": \"nonesuch\"}"
        << "f.json: methods[0]: unknown key 'policy'";
    QTest::newRow("policy of a fixed method")
        << "\"ra-uc\"" << "{\"name\": \"ra-uc\", \"policy\": \"autoaugment\"}"
        << "f.json: methods[0]: unknown key 'policy'";
    QTest::newRow("method twice, policy stated")
        << "\"ra-uc\", {\"name\": \"uada\", \"epsilon\": 2}"
        << "\"uada\", {\"name\": \"uada\", \"policy\": {\"name\": \"uada-cifar\"}}"
        << "f.json: methods[1]: 'uada' stands there twice";
    QTest::newRow("one image") << "\"train_limit\": 1000" << "\"train_limit\": 1"
                               << "f.json: recipe.dataset.train_limit: 1 found, at least 2 expected";
    QTest::newRow("name of a method as a number")
        << "\"ra-uc\"" << "{\"name\": 5}" << "f.json: methods[0].name: a text expected, 5 found";
    QTest::newRow("seeds as a number") << "[1, 2], \"tables\"" << "7, \"tables\""
                                       << "at least one entry, 7 found";
    QTest::newRow("blank name") << "\"small\"" << "\"  \"" << "f.json: the key 'name' is empty";
    QTest::newRow("name that shows nothing") << "\"small\"" << "\"a\u200B\"" << "f.json: name: 'a?' has ends";
    QTest::newRow("empty name") << "\"small\"" << "\"\"" << "f.json: the key 'name' is empty";
    for (const char* device : {"cuda:-1", "cuda:x", "cuda:", "cuda:1234567", "gpu", ""})
      QTest::addRow("device '%s'", device)
          << "\"tables\"" << QString("\"runtime\": {\"device\": \"%1\"}, \"tables\"").arg(device)
          << QString("f.json: runtime.device: '%1' is no device; use auto, cpu").arg(device);
    QTest::newRow("no seeds") << "[1, 2], \"tables\"" << "[], \"tables\""
                              << "'seeds' must be an array with at least one entry";
    QTest::newRow("seed twice") << "[1, 2], \"tables\"" << "[2, 2], \"tables\"" << "2 stands there twice";
    QTest::newRow("negative seed") << "[1, 2], \"tables\"" << "[-1], \"tables\"" << "-1 found";
    QTest::newRow("tables as a number")
        << "[2, 3]}" << "2}"
        << "f.json: tables: an array of numbers 1 to 9 expected, such as [2, 3], 2 found";
    QTest::newRow("crossed settings of a policy")
        << "\"epsilon\": 2"
        << "\"policy\": {\"name\": \"autoaugment\", \"crop\": \"resized\", \"min_area\": 0.9, \"max_area\": "
           "0.2}"
        << "f.json: methods[1].policy.min_area: 0.9 found, at most the 0.2 of max_area expected";
    QTest::newRow("table") << "[2, 3]}" << "[12]}" << "numbers 1 to 9 expected, 12 found";
    QTest::newRow("null") << "{\"epochs\": 3, \"batch\": 100}" << "null"
                          << "f.json: recipe.training: an object expected, null found";
    QTest::newRow("null runtime") << "\"tables\"" << "\"runtime\": null, \"tables\""
                                  << "f.json: runtime: an object expected, null found";
    QTest::newRow("name of a recipe as a number") << "\"dataset\": {" << "\"name\": 7, \"dataset\": {"
                                                  << "f.json: recipe: name: a text expected, 7 found";
    QTest::newRow("folder as a number")
        << "\"train_limit\": 1000" << "\"folder\": 2024"
        << "f.json: recipe.dataset.folder: a text expected, 2024 found; write it in quotes: \"2024\"";
    QTest::newRow("near name") << "\"epochs\"" << "\"epoch\"" << "; did you mean 'epochs'?";
    QTest::newRow("near choice")
        << "\"epochs\": 3" << "\"schedule\": \"cosin\""
        << "'cosin' found, one of step, cosine, constant expected; did you mean 'cosine'?";
    QTest::newRow("near method") << "\"ra-uc\"" << "\"RA_UC\"" << "; did you mean 'ra-uc'?";
    QTest::newRow("line end in a name")
        << "\"small\"" << "\"a\\nb\""
        << "f.json: name: 'a?b' has ends of lines, control characters or marks of direction; remove them";
    QTest::newRow("NUL in a name") << "\"small\"" << "\"a\\u0000b\""
                                   << "f.json: name: 'a?b' has ends of lines";
    QTest::newRow("mark of direction in a recipe's name")
        << "\"dataset\": {" << "\"name\": \"a\u202Eb\", \"dataset\": {"
        << "f.json: recipe: name: 'a?b' has ends of lines";
    QTest::newRow("line end in a title")
        << "\"A small one\"" << "\"a\\rb\"" << "f.json: title: 'a?b' has ends";
    QTest::newRow("line end in a folder") << "\"train_limit\": 1000" << "\"folder\": \"/a\\nb\""
                                          << "f.json: recipe.dataset.folder: '/a?b' has control characters";
    QTest::newRow("long name") << "\"small\"" << QString("\"%1\"").arg(QString(101, 'x'))
                               << "has 101 bytes, at most 100 allowed; shorten it";
    QTest::newRow("long name of a recipe")
        << "\"dataset\": {" << QString("\"name\": \"%1\", \"dataset\": {").arg(QString(101, 'x'))
        << "f.json: recipe: name: 'xxx";
    QTest::newRow("no model") << "\"model\"" << "\"modell\"" << "unknown key 'modell'";
  }
  void refuses() {
    QFETCH(QString, from);
    QFETCH(QString, to);
    QFETCH(QString, part);
    const auto message = problemOf(replaced(kExperiment, from.toStdString(), to.toStdString()));
    QVERIFY2(QString::fromStdString(message).contains(part), message.c_str());
  }

  /// 0 and -0 train alike, so that they are recorded alike.
  void zeroHasNoSign() {
    const auto hashOf = [](const char* rate) {
      return configHash(expand(experimentOf(replaced(
          kExperiment, "\"epochs\": 3", fmt::format("\"epochs\": 3, \"learning_rate\": {}", rate))))[0]);
    };
    QCOMPARE(hashOf("-0.0"), hashOf("0"));
    QVERIFY(hashOf("0.5") != hashOf("0"));
  }

  /// A depth of 10 was once the text "10" alone: both are the same run, recorded as it always was.
  void depthIsANumber() {
    const RunConfig text = expand(experimentOf(kExperiment))[0];
    for (const char* depth : {"10", "10.0", "1e1"}) {
      const RunConfig number = expand(experimentOf(replaced(kExperiment, "\"10\"", depth)))[0];
      QCOMPARE(toJson(number).dump(), toJson(text).dump());
      QCOMPARE(configHash(number), configHash(text));
      QCOMPARE(runTitle(number), std::string("r10w16-c10-ra-uc-s1"));
    }
    QCOMPARE(text.recipe.model.settings().at("depth").asString(), std::string("10"));
    QCOMPARE(findModel("resnet").fields[0].value.asInt(), 18);
    const auto problem = [](const char* depth) {
      return QString::fromStdString(problemOf(replaced(kExperiment, "\"10\"", depth)));
    };
    QCOMPARE(problem("12"),
             QString("f.json: recipe.model.depth: 12 found, one of 10, 18, 34, 50, 101 expected"));
    QCOMPARE(problem("10.5"),
             QString("f.json: recipe.model.depth: 10.5 found, one of 10, 18, 34, 50, 101 expected"));
    QCOMPARE(problem("true"), QString("f.json: recipe.model.depth: a whole number expected, true found"));
  }

  void wholeNumbersMayBeWrittenInAnyWay() {
    Experiment e = experimentOf(replaced(kExperiment, "\"epochs\": 3", "\"epochs\": 1e3"));
    QCOMPARE(e.recipes[0].training.epochs, 1000);
    e = experimentOf(replaced(kExperiment, "\"epsilon\": 2", "\"epsilon\": 2.0"));
    QCOMPARE(configHash(expand(e)[1]), configHash(expand(experimentOf(kExperiment))[1]));
    e = experimentOf(replaced(kExperiment, "[1, 2], \"tables\": [2, 3]", "[1.0, 2e2], \"tables\": [2.0]"));
    QCOMPARE(e.seeds, (std::vector<std::int64_t>{1, 200}));
    QCOMPARE(e.tables, std::vector<int>{2});
    QVERIFY(!wholeNumber(Json(1e300)) && !wholeNumber(Json(0.5)) && !wholeNumber(Json("3")));
  }

  /// Names that were stored when any text was taken for one are read as one line, and change no hash.
  void storedNamesAreOneLine() {
    RunConfig run = expand(experimentOf(kExperiment))[0];
    Json json = toJson(run);
    json["experiment"] = "a\nb";
    json["recipe"]["name"] = "x\n[1/1] forged\x1b[31m\u202E";
    const RunConfig stored = runConfigFromJson(json, "s");
    QCOMPARE(stored.experiment, std::string("a b"));
    QCOMPARE(runTitle(stored), std::string("x [1/1] forged?[31m?-ra-uc-s1"));
    QCOMPARE(configHash(stored), configHash(run));
    json["recipe"]["name"] = 3;
    QVERIFY_THROWS_EXCEPTION(UsageError, runConfigFromJson(json, "s"));
    json["recipe"]["name"] = "x";
    json["seed"] = "1";
    QVERIFY_THROWS_EXCEPTION(UsageError, runConfigFromJson(json, "s"));
  }

  /// Before memory is taken for each of them.
  void refusesTooManyRunsWithTheirNumber() {
    std::string seeds = "[0";
    for (int seed = 1; seed <= 5000; ++seed) seeds += ',' + std::to_string(seed);
    const std::string text = replaced(kExperiment, "[1, 2], \"tables\"", seeds + "], \"tables\"");
    QCOMPARE(
        QString::fromStdString(problemOf(text)),
        QString("f.json: 1 recipes with 2 methods and 5,001 seeds are 10,002 runs, at most 10,000 allowed; "
                "split it into several experiments"));
    QCOMPARE(problemOf(replaced(text, ",5000]", "]")), std::string());
  }

  void refusesEqualRecipes() {
    const auto problem = [](const char* second) {
      return QString::fromStdString(problemOf(fmt::format(
          R"({{"name": "r", "methods": ["uada"], "seeds": [1], "recipes": [
               {{"name": "a", "dataset": "cifar10", "model": "resnet"}},
               {{"name": "b", "dataset": "cifar10", "model": {}}}]}})",
          second)));
    };
    QCOMPARE(problem(R"({"name": "resnet", "depth": "10"})"), QString());
    QCOMPARE(problem(R"({"name": "resnet", "depth": "18"})"),
             QString("f.json: recipes[1]: 'b' stands there twice with the same settings, first as entry [0]; "
                     "remove one"));
  }

  void parameterFormula_data() {
    QTest::addColumn<QString>("depth");
    QTest::addColumn<int>("classes");
    QTest::addColumn<qint64>("parameters");
    QTest::newRow("C10") << "18" << 10 << qint64{11173962};
    QTest::newRow("C100") << "18" << 100 << qint64{11220132};
    QTest::newRow("tiny") << "18" << 200 << qint64{11271432};
  }
  void parameterFormula() {
    QFETCH(QString, depth);
    QFETCH(int, classes);
    QFETCH(qint64, parameters);
    Choice resnet = modelFromJson("resnet", "test");
    resnet.set("depth", depth.toStdString());
    QCOMPARE(findModel("resnet").parameters(resnet, {.classes = classes, .input = {}}),
             std::int64_t{parameters});
  }

  /// 1,000 images in batches of 100, 3 epochs; N = 4 groups: 9 forwards without gradient, 12 in all
  /// (docs/methods.md, "Cost").
  void cost() {
    const auto runs = expand(experimentOf(kExperiment));
    const CostEstimate plain = estimateCost(runs[0]), uada = estimateCost(runs[1]);
    QCOMPARE(plain.steps, std::int64_t{30});
    QCOMPARE(plain.relativeToRaUc, 1.0);
    QCOMPARE(plain.forwardEquivalents, 90.0);
    QCOMPARE(uada.relativeToRaUc, 4.0);
    QCOMPARE(uada.forwardEquivalents, 360.0);
    QCOMPARE(findMethod("uada").passes(runs[1].method, *makeSpace(runs[1], squareInput(32))).chains, 9.0);
  }
};

QTEST_GUILESS_MAIN(TestConfig)
#include "tst_config.moc"
