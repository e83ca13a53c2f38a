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

QTEST_GUILESS_MAIN(TestWorkbench)
#include "tst_workbench.moc"
