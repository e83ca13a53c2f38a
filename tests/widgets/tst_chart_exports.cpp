#include <QComboBox>
#include <QImage>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "tests/core/FakeEngine.h"
#include "widgets/panels/policy/OpTotals.h"
#include "widgets/panels/policy/PolicyPanel.h"
#include "widgets/panels/predictions/ConfusionView.h"
#include "widgets/plot/CostBars.h"
#include "widgets/plot/ExportDialog.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;

/// Charts that no plot draws, as files: every form, any size, every number.
class TestChartExports : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void costsAreExported();
  void confusionIsExported();
  void policyIsExportedOfBothRuns();

 private:
  QByteArray read(const QString& file) const {
    return QByteArray::fromStdString(readTextFile(folder_.filePath(file).toStdString(), 1 << 24));
  }
  /// In each form, at the width of a column of a paper.
  void write(const ExportItem& item);

  QTemporaryDir folder_;
  Theme theme_{Theme::Kind::dark};
};

void TestChartExports::write(const ExportItem& item) {
  for (const char* kind : {"png", "svg", "pdf", "csv"})
    item.write(folder_.filePath(QStringLiteral("c.%1").arg(kind)), {321, 214});
  const QImage picture(folder_.filePath("c.png"));
  QCOMPARE(picture.size(), QSize(642, 428));
  QCOMPARE(picture.pixelColor(1, 426), QColor(Qt::white));
  QVERIFY(read("c.svg").contains("viewBox=\"0 0 321 214\""));
  QVERIFY(read("c.pdf").startsWith("%PDF"));
}

void TestChartExports::costsAreExported() {
  QWidget view;
  auto* bars = new CostBars(theme_, &view);
  CostBars::Row row;
  row.name = "=UADA";
  row.colour = Qt::red;
  row.timings.train = 0.03;
  row.steps = 10;
  row.runs = 2;
  row.ratio = "4.10 × ra-uc";
  bars->show({row});
  view.resize(600, 300);
  const std::vector<ExportItem> items = chartsOf(view);
  QCOMPARE(items.size(), std::size_t{1});
  QCOMPARE(items[0].id, QString("cost_bars"));
  write(items[0]);
  const QList<QByteArray> lines = read("c.csv").trimmed().split('\n');
  QCOMPARE(lines.front(), QByteArray("curve,runs,steps,phase,Time per step (ms),note"));
  QCOMPARE(lines.size(), static_cast<qsizetype>(2 + phases().size()));
  QCOMPARE(lines.back(), QByteArray("'=UADA,2,10,all,3,4.10 × ra-uc"));
  QVERIFY(std::ranges::count_if(lines, [](const QByteArray& line) { return line.endsWith(",3,"); }) == 1);
  bars->show({});
  QVERIFY(chartsOf(view).empty());
}

void TestChartExports::confusionIsExported() {
  QWidget view;
  auto* matrix = new ConfusionView(theme_, &view);
  const std::vector<Guess> guesses{{0, 0}, {0, 1}, {1, 1}, {2, 0}, {2, 2}, {2, 2}, {2, 2}};
  matrix->show(Confusion(3, guesses), {"cat", "dog, wolf", "=bird"});
  matrix->setOrder({2, 0, 1});
  matrix->setChosen(ConfusionCell{0, 1});
  write(chartOf(view, "confusion"));
  QCOMPARE(read("c.csv"), QByteArray("true,predicted,samples,share\n"
                                     "'=bird,'=bird,3,0.75\n'=bird,cat,1,0.25\n'=bird,\"dog, wolf\",0,0\n"
                                     "cat,'=bird,0,0\ncat,cat,1,0.5\ncat,\"dog, wolf\",1,0.5\n"
                                     "\"dog, wolf\",'=bird,0,0\n\"dog, wolf\",cat,0,0\n"
                                     "\"dog, wolf\",\"dog, wolf\",1,1\n"));
  for (const char* name : {"cat", "dog, wolf", "=bird", "Predicted class"})
    QVERIFY2(read("c.svg").contains(name), name);
  QVERIFY_THROWS_EXCEPTION(UsageError, chartOf(view, "nothing"));
}

void TestChartExports::policyIsExportedOfBothRuns() {
  FakeEngine engine;
  QSettings settings(folder_.filePath("settings.ini"), QSettings::IniFormat);
  Session session(theme_, [&]() -> Engine& { return engine; }, Answers::atOnce);
  session.openProject(folder_.filePath("p.uada"));
  for (const int seed : {1, 2}) {
    session.start(fakeConfig("uada", seed, 2));
    QTRY_VERIFY_WITH_TIMEOUT(session.state() == SessionState::finished, 20000);
  }
  const Workbench workbench{session, settings, theme_};
  PolicyPanel panel(workbench);
  panel.resize(1200, 700);
  panel.show();
  for (const RunSummary& run : session.runs()) session.selection().setChecked(run.id, true);
  session.selection().select(session.runs().front().id);
  QTRY_VERIFY(!panel.bins().isEmpty());
  write(chartOf(panel, "policy_totals"));
  QVERIFY2(read("c.csv").startsWith("op,first step,last step,drawn,probed,won,wins,gain\n") &&
               read("c.csv").contains(",1,20,"),
           read("c.csv").constData());
  auto* beside = panel.findChild<QComboBox*>("beside");
  for (const bool both : {false, true}) {
    beside->setCurrentIndex(both ? 1 : 0);
    panel.exportTo(folder_.filePath("policy.csv"));
    const QByteArray csv = read("policy.csv");
    QVERIFY2(csv.startsWith("run,title,row,Step,"), csv.left(200).constData());
    QCOMPARE(csv.count("run,title,"), 1);
    const auto rowsOf = [&](const RunSummary& run) {
      return csv.count('\n' + QByteArray::fromStdString(run.key) + ',');
    };
    QVERIFY(rowsOf(session.runs().front()) > 10);
    QCOMPARE(rowsOf(session.runs().back()), both ? rowsOf(session.runs().front()) : 0);
  }
}

QTEST_MAIN(TestChartExports)
#include "tst_chart_exports.moc"
