#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <set>

#include "core/base/Files.h"
#include "core/base/Philox.h"
#include "core/config/Sweep.h"
#include "tests/core/ExperimentText.h"

using namespace uada;
using namespace uada::test;

namespace {

SweptExperiment sweptOf(const std::string& sweep) {
  return sweptFromJson(
      parseJson(replaced(kExperiment, R"("tables": [2, 3])", R"("tables": [2, 3], "sweep": )" + sweep),
                "f.json"),
      "f.json");
}

std::string problemOfSweep(const std::string& sweep) {
  try {
    sweptOf(sweep);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string listText(const std::string& values) {
  return Json(allValues(sweptValuesFromJson(parseJson(values, "v"), "v"), "v")).dump();
}

/// "ra-uc 3 1": method with epsilon where it has one, epochs, seed.
std::string shortText(const RunConfig& run) {
  const Json* epsilon = run.method.settings().find("epsilon");
  return run.method.name + (epsilon ? epsilon->dump() : "") + " " +
         std::to_string(run.recipe.training.epochs) + " " + std::to_string(run.seed);
}

}  // namespace

/// Experiments whose settings are swept: lists, ranges, and draws from them.
class TestSweep : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void rangesHaveBothEnds_data() {
    QTest::addColumn<QString>("values");
    QTest::addColumn<QString>("list");
    QTest::newRow("list") << "[3, 1]" << "[3,1]";
    QTest::newRow("whole") << R"({"from": 1, "to": 7, "step": 3})" << "[1,4,7]";
    QTest::newRow("end between") << R"({"from": 1, "to": 6, "step": 3})" << "[1,4]";
    QTest::newRow("halves") << R"({"from": 0.5, "to": 2, "step": 0.5})" << "[0.5,1.0,1.5,2.0]";
    QTest::newRow("tenths") << R"({"from": 0.1, "to": 0.5, "step": 0.1})" << "[0.1,0.2,0.3,0.4,0.5]";
    QTest::newRow("one") << R"({"from": 2, "to": 2, "step": 1})" << "[2]";
  }
  void rangesHaveBothEnds() {
    QFETCH(QString, values);
    QFETCH(QString, list);
    QCOMPARE(QString::fromStdString(listText(values.toStdString())), list);
  }

  /// Two epochs, two epsilons; ra-uc has no epsilon, so that it comes once an epochs' value. Two seeds.
  void gridIsEveryCombinationOnce() {
    const SweptExperiment swept =
        sweptOf(R"({"settings": {"recipe.training.epochs": [3, 5], "methods.1.epsilon": [1, 2]}})");
    QStringList runs;
    for (const RunConfig& run : swept.runs) runs << QString::fromStdString(shortText(run));
    QCOMPARE(runs,
             QStringList({"ra-uc 3 1", "uada1 3 1", "ra-uc 3 2", "uada1 3 2", "uada2 3 1", "uada2 3 2",
                          "ra-uc 5 1", "uada1 5 1", "ra-uc 5 2", "uada1 5 2", "uada2 5 1", "uada2 5 2"}));
    std::set<std::string> titles;
    for (const RunConfig& run : swept.runs) titles.insert(runTitle(run));
    QCOMPARE(titles.size(), swept.runs.size());
    QCOMPARE(runTitle(swept.runs.back()), std::string("r10w16-c10-epochs5-uada-epsilon=2-s2"));
  }

  /// The same numbers as without a sweep: the hash of a run does not depend on how it was asked for.
  void sweptRunsAreThePlainOnes() {
    const auto plain = expand(experimentOf(kExperiment));
    const auto swept = sweptOf(R"({"settings": {"methods.1.epsilon": [2]}})").runs;
    QCOMPARE(swept.size(), plain.size());
    for (std::size_t i = 0; i < plain.size(); ++i) QCOMPARE(configHash(swept[i]), configHash(plain[i]));
  }

  /// Drawn by seed and number alone: more draws begin with the same ones, another seed gives others.
  void drawsAreSeeded() {
    const auto drawn = [](int draws, int seed) {
      std::vector<std::string> all;
      for (const RunConfig& run :
           sweptOf(
               R"({"settings": {"recipe.optimiser.learning_rate": {"from": 0.001, "to": 0.1, "scale": "log"},
                                    "recipe.training.epochs": {"from": 2, "to": 9}}, "draws": )" +
               std::to_string(draws) + R"(, "seed": )" + std::to_string(seed) + "}")
               .runs)
        if (run.seed == 1 && run.method.name == "ra-uc")
          all.push_back(run.recipe.optimiser.settings().at("learning_rate").dump() + " " +
                        std::to_string(run.recipe.training.epochs));
      return all;
    };
    const auto three = drawn(3, 7), six = drawn(6, 7);
    QCOMPARE(three.size(), std::size_t{3});
    QCOMPARE(six.size(), std::size_t{6});
    for (std::size_t i = 0; i < 3; ++i) QCOMPARE(six[i], three[i]);
    QVERIFY(drawn(3, 8) != three);
    Random random(7, 0, 0, Purpose::selection);
    const double value = 0.001 * std::pow(100.0, random.uniform());
    QVERIFY2(std::abs(std::stod(three[0]) - value) < 1e-4 * value * 10, three[0].c_str());
  }

  void drawsKeepToTheirRange() {
    std::set<std::string> seen;
    for (std::uint32_t i = 0; i < 200; ++i) {
      Random random(1, i, 0, Purpose::selection);
      const auto of = [&](const char* values) {
        return drawnValue(sweptValuesFromJson(parseJson(values, "v"), "v"), random);
      };
      const Json whole = of(R"({"from": 1, "to": 3})");
      QVERIFY(whole.isInt() && whole.asInt() >= 1 && whole.asInt() <= 3);
      seen.insert(whole.dump());
      const double real = of(R"({"from": 0.5, "to": 0.75})").asDouble();
      QVERIFY(real >= 0.5 && real <= 0.75);
      const double stepped = of(R"({"from": 0, "to": 1, "step": 0.25})").asDouble();
      QCOMPARE(stepped * 4, std::floor(stepped * 4));
      seen.insert("listed " + of(R"(["a", "b"])").asString());
    }
    QCOMPARE(seen.size(), std::size_t{5});
  }

  void faultsAreNamed_data() {
    QTest::addColumn<QString>("sweep");
    QTest::addColumn<QString>("words");
    QTest::newRow("nothing") << "{}" << "f.json: sweep: settings: an object expected";
    QTest::newRow("seeds") << R"({"settings": {"seeds": [1, 2]}})" << "seeds are listed in 'seeds'";
    QTest::newRow("runtime") << R"({"settings": {"runtime.threads": [1, 2]}})" << "a setting of the recipe";
    QTest::newRow("no list") << R"({"settings": {"methods.1.epsilon": 2}})"
                             << "sweep.methods.1.epsilon: a list of values expected";
    QTest::newRow("twice") << R"({"settings": {"methods.1.epsilon": [2, 2]}})" << "2 stands there twice";
    QTest::newRow("no method") << R"({"settings": {"methods.7.epsilon": [2, 3]}})"
                               << "f.json: sweep: methods.7.epsilon=2: '7' is no place in an array of 2";
    QTest::newRow("no setting") << R"({"settings": {"recipe.training.epoch": [2, 3]}})" << "epoch";
    QTest::newRow("out of range") << R"({"settings": {"recipe.training.epochs": [2, 0]}})"
                                  << "recipe.training.epochs: 0 found";
    QTest::newRow("no step") << R"({"settings": {"recipe.training.epochs": {"from": 1, "to": 3}}})"
                             << "give a step, or draws";
    QTest::newRow("backwards")
        << R"({"settings": {"recipe.training.epochs": {"from": 3, "to": 1, "step": 1}}})"
        << "runs backwards";
    QTest::newRow("log from 0")
        << R"({"settings": {"recipe.training.epochs": {"from": 0, "to": 1, "scale": "log"}}, "draws": 2})"
        << "a range above 0";
    QTest::newRow("seed alone") << R"({"settings": {"methods.1.epsilon": [1]}, "seed": 2})"
                                << "without draws";
    QTest::newRow("too many") << R"({"settings": {"recipe.training.epochs": {"from": 1, "to": 100, "step": 1},
                                  "methods.1.epsilon": {"from": 1, "to": 20, "step": 1}}})"
                              << "2000 combinations or more, at most 1000";
    QTest::newRow("unknown key") << R"({"grid": {}})" << "grid";
  }
  void faultsAreNamed() {
    QFETCH(QString, sweep);
    QFETCH(QString, words);
    const QString problem = QString::fromStdString(problemOfSweep(sweep.toStdString()));
    QVERIFY2(problem.contains(words), qPrintable(problem));
  }

  /// Written and read again it is the same; --set can change it.
  void filesHoldSweeps() {
    const SweptExperiment swept = sweptOf(
        R"({"settings": {"recipe.optimiser.learning_rate": {"from": 0.1, "to": 0.2, "step": 0.05}, "recipe.training.batch": [50, 100]},
            "draws": 4, "seed": 9})");
    const std::string text = toJson(swept).dump();
    QTemporaryDir folder;
    const std::string file = folder.filePath("s.json").toStdString();
    writeFileAtomically(file, text);
    QCOMPARE(toJson(readSwept(file)).dump(), text);
    QCOMPARE(readSwept(file, {"sweep.draws=2"}).sweep.draws, 2);
    QVERIFY_THROWS_EXCEPTION(UsageError, readExperiment(file));
  }
};

QTEST_GUILESS_MAIN(TestSweep)
#include "tst_sweep.moc"
