#include <QtTest>

#include "tests/cli/Program.h"

using namespace uada::test;

/// The program uada-workbench as it is started.
class TestWorkbench : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void saysThatThereIsNoDisplay_data();
  void saysThatThereIsNoDisplay();
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

QTEST_GUILESS_MAIN(TestWorkbench)
#include "tst_workbench.moc"
