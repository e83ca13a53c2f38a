#include <QtTest>

#include "tests/cli/Program.h"

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
  row("--export live --out l", "ends in .png, .pdf or .csv, and this one in nothing");
  row("--export tables --out t.jsonl", "ends in .csv, .md, .tex, .txt or .png, and this one in .jsonl");
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

QTEST_GUILESS_MAIN(TestWorkbench)
#include "tst_workbench.moc"
