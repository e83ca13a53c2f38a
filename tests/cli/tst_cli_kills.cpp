#include <signal.h>

#include <QRandomGenerator>

#include "tests/cli/TinyTraining.h"
#include "tests/core/StoreTools.h"

#ifndef CLI_KILLS
#define CLI_KILLS 3
#endif

using namespace uada::test;

/// A training that is killed at any moment, and again after each resume.
class TestCliKills : public QObject {
  Q_OBJECT
 private:
  static constexpr int kKills = CLI_KILLS, kMostSteps = 12, kEpochs = 4 * kKills;  // of five steps

  /// The step of the last checkpoint that the program told of.
  static int checkpointIn(const QByteArray& seen) {
    const auto told = ofKind(objects(QString::fromUtf8(seen.left(seen.lastIndexOf('\n') + 1))), "checkpoint");
    return told.isEmpty() ? 0 : told.back()["step"].toInt();
  }

 private Q_SLOTS:
  /// Each time the project is sound and has all rows up to the last checkpoint; what comes of it in the end
  /// is what an undisturbed run gives, to the last bit.
  void leavesNoTrace() {
    const Program program;
    writeTinyExperiment(program);
    const QStringList run = tinyExperiment(program, kEpochs, R"(["uada"])");
    const auto code = [&](const QStringList& arguments) {
      return Program::finish(*program.start(arguments), 6 * kTimeout).code;
    };
    QCOMPARE(code(run + QStringList{"--project", "straight.uada", "--quiet"}), 0);
    const quint32 seed = QRandomGenerator::global()->generate();
    QRandomGenerator random(seed);
    int checkpoint = 0;
    for (int kill = 0; kill < kKills; ++kill) {
      const auto process =
          program.start((kill == 0 ? run : QStringList{"resume", "1"}) + QStringList{"--json"});
      QByteArray seen;
      QVERIFY(waitForSteps(*process, 1 + random.bounded(kMostSteps), seen));
      QTest::qSleep(random.bounded(30));
      ::kill(static_cast<pid_t>(process->processId()), SIGKILL);
      QVERIFY(process->waitForFinished(kTimeout));
      seen += process->readAllStandardOutput();
      checkpoint = std::max(checkpoint, checkpointIn(seen));
      const std::string said = uada::sqlite(program.path("uada.uada").toStdString(),
                                            "PRAGMA quick_check; SELECT count(DISTINCT step) FROM steps");
      QVERIFY2(said.starts_with("ok\n"), said.c_str());
      QVERIFY2(std::stoi(said.substr(3)) >= checkpoint, qPrintable(QString("seed %1").arg(seed)));
    }
    qInfo("%d kills, seed %u, %d of %d steps were safe at the last", kKills, seed, checkpoint, 5 * kEpochs);
    QCOMPARE(code({"resume", "1", "--quiet"}), 0);
    QVERIFY(lossesIn(program, "uada.uada") == lossesIn(program, "straight.uada"));
    QCOMPARE(lossesIn(program, "uada.uada").size(), 5 * kEpochs);
  }
};

QTEST_GUILESS_MAIN(TestCliKills)
#include "tst_cli_kills.moc"
