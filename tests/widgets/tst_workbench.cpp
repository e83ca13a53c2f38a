#include <signal.h>

#include <QtTest>

#include "tests/cli/Program.h"
#include "tests/core/DamageTools.h"

using namespace uada;
using namespace uada::test;

/// The program uada-workbench as it is started.
class TestWorkbench : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void saysThatThereIsNoDisplay_data();
  void saysThatThereIsNoDisplay();
  void refusesExportsBeforeItOpensAnything_data();
  void refusesExportsBeforeItOpensAnything();
  void refusesOptionsWithoutEffect_data();
  void refusesOptionsWithoutEffect();
  void benchSaysWhatIsNoProject();
  void exportsSayWhatIsDamaged();
  void chartsAreExportedByName();
  void aSecondStartEndsAndATerminationCloses();
};

void TestWorkbench::saysThatThereIsNoDisplay_data() {
  QTest::addColumn<QString>("display");
  QTest::addColumn<QString>("platform");
  QTest::addColumn<QString>("said");
  QTest::newRow("none") << "" << "" << "WAYLAND_DISPLAY is not set, DISPLAY is not set; Qt: ";
  QTest::newRow("unreachable") << "nowhere.invalid:77" << "" << "DISPLAY is 'nowhere.invalid:77'; Qt: ";
  QTest::newRow("platform") << "" << "bogus" << "QT_QPA_PLATFORM is 'bogus'; Qt: ";
}

void TestWorkbench::saysThatThereIsNoDisplay() {
  QFETCH(QString, display);
  QFETCH(QString, platform);
  QFETCH(QString, said);
  Program program("uada-workbench");
  for (const char* name : {"WAYLAND_DISPLAY", "DISPLAY", "QT_QPA_PLATFORM"}) program.unset(name);
  if (!display.isEmpty()) program.set("DISPLAY", display);
  if (!platform.isEmpty()) program.set("QT_QPA_PLATFORM", platform);
  const Result result = program.run({});
  COMPARE_CODE(result, 1);
  QVERIFY2(result.err.startsWith("uada-workbench: cannot open a window: ") && result.err.count('\n') == 1,
           qPrintable(result.err));
  QVERIFY2(result.err.contains(said), qPrintable(result.err));
  QVERIFY(result.err.contains("'uada'") && result.err.contains("xvfb-run"));
}

void TestWorkbench::refusesExportsBeforeItOpensAnything_data() {
  QTest::addColumn<QString>("arguments");
  QTest::addColumn<QString>("said");
  const auto row = [](const char* arguments, const char* said) {
    QTest::newRow(arguments) << arguments << said;
  };
  row("--export window --out w.jpg",
      "cannot write 'w.jpg': the name of this view ends in .png, and this one in .jpg");
  row("--export live/loss --out l.gif", "a chart ends in .png, .svg, .pdf or .csv, and this one in .gif");
  row("--export charts --as gif --out c", "--as is png, svg or pdf");
  row("--export live --out l", "ends in .png, .pdf or .csv, and this one in nothing");
  row("--export tables --out t.jsonl", "ends in .csv, .md, .tex, .xlsx, .txt or .png, and this one in .jsonl");
  row("--export window --out w.png --size 60000x60000",
      "--size 60000x60000 would be a picture of 60000 x 60000 pixels (3,600 million), at most 100 million");
}

void TestWorkbench::refusesExportsBeforeItOpensAnything() {
  QFETCH(QString, arguments);
  QFETCH(QString, said);
  Program program("uada-workbench");
  program.set("QT_QPA_PLATFORM", "offscreen");
  const Result result = program.run(QStringList{"--project", "nowhere.uada"} + arguments.split(' '));
  COMPARE_CODE(result, 2);
  QVERIFY2(result.err.contains(said), qPrintable(result.err));  // Qt may have said something before
}

void TestWorkbench::refusesOptionsWithoutEffect_data() {
  QTest::addColumn<QString>("arguments");
  QTest::addColumn<QString>("said");
  const auto row = [](const char* arguments, const char* said) {
    QTest::newRow(arguments) << arguments << said;
  };
  row("--out o.png", "--out has no effect without --export; leave it out");
  row("--size 800x600", "--size has no effect without --export; leave it out");
  row("--bench --table 8", "--table has no effect without --export; leave it out");
  row("--export live --project p.uada --out l.png --table 8",
      "--table has no effect without --export tables");
  row("--export tables --project p.uada --out t.csv --table 99", "unknown table 99; known: ");
  row("--bench --run 1", "--run has no effect without --export; leave it out");
  row("--bench a.uada b.uada", "one project expected; 'b.uada' is one too many");
  row("--bench --project a.uada b.uada", "one project expected; 'b.uada' is one too many");
  row("--bench --project=", "--project is empty; give a FILE");
}

void TestWorkbench::refusesOptionsWithoutEffect() {
  QFETCH(QString, arguments);
  QFETCH(QString, said);
  Program program("uada-workbench");
  program.set("QT_QPA_PLATFORM", "offscreen");
  const Result result = program.run(arguments.split(' '));
  COMPARE_CODE(result, 2);
  QVERIFY2(result.err.contains(said), qPrintable(result.err));
}

/// At once, and without making one.
void TestWorkbench::benchSaysWhatIsNoProject() {
  Program program("uada-workbench");
  program.set("QT_QPA_PLATFORM", "offscreen");
  program.write("text.uada", "no project");
  const Result text = program.run({"--bench", "--project", "text.uada"});
  COMPARE_CODE(text, 1);
  QVERIFY2(text.err.contains("text.uada"), qPrintable(text.err));
  const Result missing = program.run({"--bench", "--project", "missing.uada"});
  COMPARE_CODE(missing, 1);
  QVERIFY2(missing.err.contains("missing.uada"), qPrintable(missing.err));
  QVERIFY(!QFile::exists(program.path("missing.uada")));
}

/// What is sound is written; where nothing could be, that is a failure.
void TestWorkbench::exportsSayWhatIsDamaged() {
  Program program("uada-workbench");
  program.set("QT_QPA_PLATFORM", "offscreen");
  const auto path = [&](const char* name) { return std::filesystem::path(program.path(name).toStdString()); };
  writeDamageable(path("sound.uada"));
  QVERIFY(damage(path("sound.uada"), path("p.uada"),
                 "UPDATE steps SET count = 'abc' WHERE run = 1 AND step IN (3, 7)"));
  const auto exported = [&](const char* project, const char* out) {
    return program.run(
        {"--export", "live", "--project", project, "--run", "1", "--out", out, "--settings", "settings.ini"});
  };
  // Beside what Qt says of the platform.
  const auto said = [](const Result& result) {
    return result.err.split('\n').filter(QRegularExpression("^uada-workbench: ")).join('\n');
  };
  const Result whole = exported("sound.uada", "whole.csv");
  COMPARE_CODE(whole, 0);
  QCOMPARE(said(whole), QString());
  QCOMPARE(program.read("whole.csv").count('\n'), 21);  // the loss of 20 steps
  const Result result = exported("p.uada", "l.csv");
  COMPARE_CODE(result, 0);
  QVERIFY2(said(result).startsWith("uada-workbench: note: run ") &&
               said(result).contains("2 rows of steps are damaged and left out (step 3: ") &&
               said(result).contains("), also in step 7;") && said(result).count('\n') == 0,
           qPrintable(said(result)));
  QCOMPARE(program.read("l.csv").count('\n'), 19);
  const Result failed = exported("sound.uada", "nowhere/l.csv");
  COMPARE_CODE(failed, 1);
  QVERIFY2(said(failed).contains("nowhere/l.csv") && said(failed).count('\n') == 0, qPrintable(said(failed)));
}

void TestWorkbench::chartsAreExportedByName() {
  Program program("uada-workbench");
  program.set("QT_QPA_PLATFORM", "offscreen");
  writeDamageable(std::filesystem::path(program.path("p.uada").toStdString()));
  const auto exported = [&](const QStringList& arguments) {
    return program.run(arguments +
                       QStringList{"--project", "p.uada", "--run", "1", "--settings", "settings.ini"});
  };
  COMPARE_CODE(exported({"--export", "live/loss", "--out", "loss.svg", "--size", "500x300"}), 0);
  QVERIFY(program.read("loss.svg").contains("viewBox=\"0 0 500 300\""));
  const Result unknown = exported({"--export", "live/nothing", "--out", "x.svg"});
  COMPARE_CODE(unknown, 2);
  QVERIFY2(unknown.err.contains("there is no chart 'nothing' in that view; known: ") &&
               unknown.err.contains(" loss"),
           qPrintable(unknown.err));
  COMPARE_CODE(exported({"--export", "charts", "--out", "charts", "--as", "svg"}), 0);
  const QStringList files = QDir(program.path("charts")).entryList(QDir::Files);
  QVERIFY2(files.contains("live-loss.svg") && files.contains("live-loss.csv"), qPrintable(files.join(' ')));
}

/// Whether the process has a handler for SIGTERM by now.
static bool catchesTermination(const QProcess& process) {
  QFile status(QStringLiteral("/proc/%1/status").arg(process.processId()));
  if (!status.open(QIODevice::ReadOnly)) return false;
  const QRegularExpressionMatch caught =
      QRegularExpression("SigCgt:\\s*([0-9a-f]+)").match(QString::fromUtf8(status.readAll()));
  return caught.captured(1).toULongLong(nullptr, 16) >> (SIGTERM - 1) & 1;
}

/// One window for one file of settings; SIGTERM closes it.
void TestWorkbench::aSecondStartEndsAndATerminationCloses() {
  Program program("uada-workbench");
  program.set("QT_QPA_PLATFORM", "offscreen");
  program.set("XDG_RUNTIME_DIR", program.path(""));
  const QStringList arguments{"--settings", "settings.ini"};
  const auto first = program.start(arguments);
  QVERIFY(first->waitForStarted());
  const auto sockets = [&] {
    return QDir(program.path("")).entryList({"uada-workbench-*"}, QDir::System).size();
  };
  QTRY_COMPARE_WITH_TIMEOUT(sockets(), 1, 30000);
  Result second;
  const auto isTaken = [&] {  // it may listen before it looks
    second = program.run(arguments + QStringList{"new.uada"});
    return second.code == 0 && second.err.contains("the window that is open takes it");
  };
  QVERIFY2(isTaken(), qPrintable(second.err));
  QCOMPARE(first->state(), QProcess::Running);
  const auto other = program.start(arguments + QStringList{"--new-instance"});
  QVERIFY(other->waitForStarted());
  for (QProcess* process : {first.get(), other.get()}) {
    QTRY_VERIFY_WITH_TIMEOUT(catchesTermination(*process), 60000);
    process->terminate();
    QVERIFY(process->waitForFinished(30000));
    QCOMPARE(process->exitStatus(), QProcess::NormalExit);
    QCOMPARE(process->exitCode(), 0);
  }
}

QTEST_GUILESS_MAIN(TestWorkbench)
#include "tst_workbench.moc"
