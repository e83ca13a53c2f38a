#include "core/engine/methods/MethodEntry.h"
#include "core/store/LockStep.h"
#include "tests/cli/TinyTraining.h"
#include "tests/core/StoreTools.h"

using namespace uada;
using namespace uada::test;

/// A trained network is tested again, and looked at over the levels of ops.
class TestCliExamine : public QObject {
  Q_OBJECT
 private:
  std::unique_ptr<Program> program_;

 private Q_SLOTS:
  void initTestCase() {
    program_ = std::make_unique<Program>();
    writeTinyExperiment(*program_);
    QCOMPARE(program_->run(tinyExperiment(*program_, 2, R"(["uada"])")).code, 0);
  }

  /// Row 48: without other settings a fork goes on as its run did, to the last bit; with others it is another
  /// run, and says whose checkpoint it began with. Neither counts in tables.
  void forksARun() {
    const QString project = program_->path("uada.uada");
    const Result same = program_->run({"fork", "1", "--step", "5", "--json"});
    QVERIFY2(same.code == 0, qPrintable(same.err));
    const QJsonObject run = ofKind(objects(same.out), "run")[0];
    QCOMPARE(run["forked_step"].toInt(), 5);
    QCOMPARE(run["forked_from"], runsIn(*program_).last()["key"]);
    QCOMPARE(lossesIn(*program_, project, "2"), lossesIn(*program_, project, "1").mid(5));
    QVERIFY2(program_->run({"verify", "2"}).out.contains("equal to the last bit"), "verify 2");

    const Result other = program_->run(
        {"fork", "1", "--best", "--set", "method.epsilon=3", "--set", "recipe.training.epochs=3"});
    QVERIFY2(other.code == 0, qPrintable(other.err));
    QVERIFY(lossesIn(*program_, project, "3").last() != lossesIn(*program_, project, "2").last());
    const QByteArray shown = program_->run({"show", "3"}).out.toUtf8();
    QVERIFY2(shown.contains("forked      from ") && shown.contains(" after step "), shown.constData());
    QVERIFY(program_->run({"table", "2"}).out.contains("Not counted: 2 finished runs that were forked"));

    const Result refused = program_->run({"fork", "1", "--set", "recipe.model.width=8"});
    QCOMPARE(refused.code, 2);
    QVERIFY2(refused.err.contains("recipe.model: a fork keeps it, because the checkpoint holds the weights"),
             qPrintable(refused.err));
    const Result done = program_->run({"fork", "1"});
    QCOMPARE(done.code, 1);
    QVERIFY2(done.err.contains("nothing would be left to train"), qPrintable(done.err));
    QCOMPARE(runsIn(*program_).size(), 3);
  }

  /// UADA's three directions from one checkpoint: the same steps, and what the pairs differ in.
  void trainsTwins() {
    const Result said = program_->run({"twins", "1", "--step", "5", "--span", "2", "--json"});
    QVERIFY2(said.code == 0, qPrintable(said.err));
    const auto runs = ofKind(objects(said.out), "run");
    QCOMPARE(runs.size(), 3);
    QCOMPARE(ofKind(objects(said.out), "epoch").size(), 3);
    const auto differences = ofKind(objects(said.out), "difference");
    QCOMPARE(differences.size(), 3);
    QCOMPARE(differences[0]["a"].toString() + differences[0]["b"].toString(), QString("maximiserandom"));
    QVERIFY(differences[0]["low"].isNull());  // of one pair
    const QString project = program_->path("uada.uada");
    const auto losses = [&](int i) { return lossesIn(*program_, project, runs[i]["key"].toString()); };
    QCOMPARE(losses(0), lossesIn(*program_, project, "1").mid(5));  // maximise is what the run did
    QVERIFY(losses(1) != losses(0) && losses(2) != losses(0));
    for (int i = 0; i < 3; ++i) QCOMPARE(losses(i).size(), 5);
    QVERIFY(program_->run({"twins", "1", "--step", "5", "--set", "method=ra-uc"}).code == 2);
  }

  /// Of the queue, those that differ in the method alone; the others stay there.
  void trainsTwinsOfTheQueue() {
    const QString project = program_->path("uada.uada");
    RunConfig config = ProjectReader(project.toStdString()).detail(1).config, other = config;
    config.seed = other.seed = 8;
    other.method = methodFromJson("ra-uc", "test");
    ProjectWriter(project.toStdString()).queue({config, other});
    QVERIFY(program_->run({"twins", "--queued", "1"}).code == 2);  // alone
    QVERIFY(program_->run({"twins", "--queued", "1;2"}).err.contains("by comma"));
    const Result said = program_->run({"twins", "--queued", "1,2", "--json"});
    QVERIFY2(said.code == 0, qPrintable(said.err));
    const auto runs = ofKind(objects(said.out), "run");
    QCOMPARE(runs.size(), 2);
    const ProjectReader reader(project.toStdString());
    QVERIFY(reader.queue().empty());
    std::string experiment;
    for (const auto& run : runs) {
      const RunSummary summary = reader.findRun(run["key"].toString().toStdString());
      QCOMPARE(summary.state, RunState::finished);
      QVERIFY(areTwins(summary.experiment) && (experiment.empty() || experiment == summary.experiment));
      experiment = summary.experiment;
    }
    const auto differences = ofKind(objects(said.out), "difference");
    QCOMPARE(differences.size(), 1);
    QVERIFY(differences[0]["a"].toString() != differences[0]["b"].toString());
    // As it trains alone, to the last bit.
    ProjectWriter(project.toStdString()).queue({config});
    QCOMPARE(program_->run({"queue", "run"}).code, 0);
    const std::string alone = ProjectReader(project.toStdString()).runs().front().key;
    QCOMPARE(lossesIn(*program_, project, runs[0]["key"].toString()),
             lossesIn(*program_, project, QString::fromStdString(alone)));
  }

  void testsAsRecorded() {
    const Result said = program_->run({"test", "1"});
    QCOMPARE(said.code, 0);
    QVERIFY2(said.out.contains("after step 10, tested on 20 images"), qPrintable(said.out));
    QCOMPARE(said.out.count("as recorded"), said.out.count('\n') - 1);
    const Result json = program_->run({"test", "1", "--step", "5", "--json"});
    const auto tests = ofKind(objects(json.out), "test");
    QCOMPARE(tests.size(), 1);
    QCOMPARE(tests[0]["step"].toInt(), 5);
    QCOMPARE(tests[0]["epoch"].toInt(), 1);
    QVERIFY(tests[0].contains("test_top1"));
    QCOMPARE(program_->run({"test", "1", "--best"}).code, 0);
  }

  /// Steps that are trained again are those that were recorded, and the run keeps that they are; where the
  /// record says something else, that is told.
  void verifiesSteps() {
    const Result said = program_->run({"verify", "1", "--json"});
    QVERIFY2(said.code == 0, qPrintable(said.err));
    const auto results = ofKind(objects(said.out), "verify");
    QCOMPARE(results.size(), 1);
    QCOMPARE(results[0]["first_step"].toInt(), 6);
    QCOMPARE(results[0]["steps"].toInt(), 5);
    QCOMPARE(results[0]["tests"].toInt(), 1);
    QVERIFY(results[0]["policies"].toInt() > 0 && results[0]["difference"].isNull());
    QVERIFY(program_->run({"show", "1"})
                .out.contains("trained again: steps 6 to 10 from the checkpoint after step 5 are equal to "
                              "the last bit (5 steps"));
    const QString project = program_->path("uada.uada");
    const QString loss = QString::fromStdString(
        uada::sqlite(project.toStdString(), "SELECT printf('%.17g', loss) FROM steps WHERE step = 8"));
    uada::sqlite(project.toStdString(), "UPDATE steps SET loss = loss + 1e-15 WHERE step = 8");
    const Result other = program_->run({"verify", "1", "--steps", "4"});
    uada::sqlite(project.toStdString(),
                 ("UPDATE steps SET loss = " + loss + " WHERE step = 8").toStdString());
    QCOMPARE(other.code, 1);
    QVERIFY2(other.out.contains("steps 6 to 9 from the checkpoint after step 5 differ: step 8: loss is "),
             qPrintable(other.out));
  }

  void writesALandscape() {
    const Result said =
        program_->run({"landscape", "1", "--op", "rotate", "--samples", "8", "--out", "l.csv"});
    QVERIFY2(said.code == 0, qPrintable(said.err));
    const QList<QByteArray> lines = program_->read("l.csv").trimmed().split('\n');
    QCOMPARE(lines.size(), 11);
    QCOMPARE(lines[0],
             "op,level,other_op,other_level,loss,spread,slope,probe_up,probe_down,agreement,samples");
    QVERIFY(lines[1].startsWith("rotate,0,") && lines[1].endsWith(",8"));
    QVERIFY(said.out.contains("10 places of") && said.out.contains("agreement"));
    const Result map = program_->run(
        {"landscape", "1", "--op", "rotate,color", "--samples", "4", "--out", "m.jsonl", "--json"});
    QVERIFY2(map.code == 0, qPrintable(map.err));
    QCOMPARE(ofKind(objects(map.out), "landscape").size(), 100);
    QCOMPARE(program_->read("m.jsonl").count('\n'), 100);
  }

  void saysWhatIsWrong_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("words");
    QTest::newRow("no such checkpoint") << QStringList{"test", "1", "--step", "7"} << 1
                                        << "no sound checkpoint after step 7; there are those of step 5, 10";
    QTest::newRow("step and best") << QStringList{"test", "1", "--step", "5", "--best"} << 2 << "--best";
    QTest::newRow("no step after") << QStringList{"verify", "1", "--step", "10"} << 1
                                   << "recorded no step after 10";
    QTest::newRow("other data") << QStringList{"test", "1", "--data", "/nowhere"} << 1 << "/nowhere";
    QTest::newRow("no run") << QStringList{"test", "99"} << 2 << "99";
    QTest::newRow("no level") << QStringList{"landscape", "1", "--op", "equalize", "--out", "l.csv"} << 2
                              << "the op equalize takes no level";
    QTest::newRow("no op") << QStringList{"landscape", "1", "--op", "twirl", "--out", "l.csv"} << 2
                           << "twirl";
    QTest::newRow("three ops") << QStringList{"landscape", "1",    "--op", "rotate,color,shear_x",
                                              "--out",     "l.csv"}
                               << 2 << "color,shear_x";
    QTest::newRow("form") << QStringList{"landscape", "1", "--op", "rotate", "--out", "l.png"} << 2 << ".csv";
    QTest::newRow("the project") << QStringList{"landscape", "1", "--op", "rotate", "--out", "uada.uada"} << 2
                                 << "uada.uada";
  }
  void saysWhatIsWrong() {
    QFETCH(QStringList, arguments);
    QFETCH(int, code);
    QFETCH(QString, words);
    const Result said = program_->run(arguments);
    QVERIFY2(said.err.contains(words), qPrintable(said.err));
    QCOMPARE(said.code, code);
    QCOMPARE(said.err.trimmed().count('\n'), 0);
  }
};

QTEST_GUILESS_MAIN(TestCliExamine)
#include "tst_cli_examine.moc"
