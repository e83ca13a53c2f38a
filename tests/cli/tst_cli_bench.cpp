#include <QtTest>
#include <csignal>

#include "tests/cli/Program.h"

using namespace uada::test;

/// uada bench, but for the render lines.
class TestCliBench : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void benchStoreGivesTheFixedName();
  void benchStoreLeavesNothingWhenStopped();
  void benchAsksTheWindow();
  void benchLoadMeasuresOurSideAlways();
};

void TestCliBench::benchStoreGivesTheFixedName() {
  const Program program;
  const Result result = program.run({"bench", "store", "--json"});
  COMPARE_CODE(result, 0);
  const auto all = ofKind(objects(result.out), "bench");
  QCOMPARE(all.size(), 1);
  QCOMPARE(all[0]["name"].toString(), QString("store.rows_per_second"));
  QVERIFY(all[0]["value"].toDouble() > 0);
  QVERIFY(all[0].contains("threads") && all[0].contains("cpu") && all[0].contains("device"));
  QCOMPARE(QDir(program.path(".")).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
           QStringList());
}

void TestCliBench::benchStoreLeavesNothingWhenStopped() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const Program program;
    const auto left = [&] {
      return QDir(program.path(".")).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot);
    };
    const auto bench = program.start({"bench", "store"});
    QTRY_VERIFY2(!left().isEmpty(), "it measures in the current folder");
    QCOMPARE(bench->state(), QProcess::Running);
    ::kill(static_cast<pid_t>(bench->processId()), signal);
    Program::finish(*bench);
    QCOMPARE(bench->exitStatus(), QProcess::CrashExit);  // by the signal, as if it had not been caught
    QCOMPARE(left(), QStringList());
  }
}

void TestCliBench::benchAsksTheWindow() {
  for (const auto& [what, name] : {std::pair{"start", "start.first_paint"},
                                   {"window", "window.op_change.512"},
                                   {"window", "window.overlay.2048"}}) {
    const Result result = Program().run({"bench", what, "--json"});
    if (QFile::exists(QStringLiteral(PROGRAM_DIR "/uada-workbench"))) {
      COMPARE_CODE(result, 0);
      QVERIFY(result.out.contains(name));
    } else {
      COMPARE_CODE(result, 1);
      QVERIFY(result.err.contains("uada-workbench"));
    }
  }
}

void TestCliBench::benchLoadMeasuresOurSideAlways() {
  const Program program;
  const Result result = program.run({"bench", "load", "--seconds", "0.02", "--json"});
  COMPARE_CODE(result, 0);
  QStringList names;
  for (const auto& line : ofKind(objects(result.out), "bench")) {
    names << line["name"].toString();
    QVERIFY(line["value"].toDouble() > 0);
  }
  QCOMPARE(names, (QStringList{"load.opencv.224", "load.albumentations.224", "load.decode", "load.part"}));
  QCOMPARE(QDir(program.path(".")).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
           QStringList());
}

QTEST_GUILESS_MAIN(TestCliBench)
#include "tst_cli_bench.moc"
