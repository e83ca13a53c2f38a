#include <QComboBox>
#include <QPlainTextEdit>
#include <QTest>
#include <QTextBlock>
#include <QToolButton>
#include <QTreeWidget>
#include <cmath>

#include "core/store/Project.h"
#include "tests/widgets/WindowBench.h"
#include "widgets/panels/Panel.h"
#include "widgets/panels/live/LiveDiverged.h"
#include "widgets/plot/Plot.h"
#include "widgets/session/LogBook.h"
#include "widgets/session/MachineHistory.h"

using namespace uada;
using namespace std::chrono_literals;

namespace {

MachineRow rowOf(int number, std::int64_t step, double percent, const char* time) {
  MachineRow row{number, time, step, {}};
  row.reading.seconds = 1;
  row.reading.programPercent = percent;
  row.reading.memory.program = 2'000'000'000;
  GpuLoad gpu{"Fake H200", 80, 1e9, 2e9, 300, 60, number == 2 ? "power cap" : ""};
  row.reading.gpus = {gpu};
  return row;
}

void click(const QPlainTextEdit& text, const QTextBlock& block) {
  QTextCursor cursor(block);
  const_cast<QPlainTextEdit&>(text).setTextCursor(cursor);
  QTest::mouseClick(text.viewport(), Qt::LeftButton, {}, text.cursorRect(cursor).center());
}

}  // namespace

/// One step cursor: a moment chosen in the log, the inspector or the machine's load is that of all views.
class TestOneCursor : public QObject {
  Q_OBJECT
 private:
  /// Of a finished run of 30 steps: what its machine did at steps 10, 20 and 30.
  void addMachine(WindowBench& bench) {
    bench.close();
    {
      ProjectWriter writer(bench.file().toStdString());
      const auto run = ProjectReader(bench.file().toStdString()).runs().front().id;
      writer.append(run, 1, rowOf(1, 10, 100, "2026-11-30T12:00:01Z"));
      writer.append(run, 1, rowOf(2, 20, 200, "2026-11-30T12:00:31Z"));
      writer.append(run, 1, rowOf(3, 30, 150, "2026-11-30T12:01:01Z"));
    }
    bench.make();
    bench.open();
  }
  static QStringList factsOf(const QTreeWidget& tree, const QString& section) {
    QStringList facts;
    for (int i = 0; i < tree.topLevelItemCount(); ++i)
      if (const QTreeWidgetItem* top = tree.topLevelItem(i); top->text(0) == section && !top->isHidden())
        for (int k = 0; k < top->childCount(); ++k)
          facts << top->child(k)->text(0) + ": " + top->child(k)->text(1);
    return facts;
  }

 private Q_SLOTS:
  void aLineOfTheLogBringsTheCursor() {
    WindowBench bench;
    bench.train({fakeConfig("uada", 1, 3)});
    const Selection& selection = bench.session->selection();
    auto* panel = bench.window->panel("log");
    if (!panel->isVisible()) bench.trigger("dock.log");
    const auto* text = panel->findChild<QPlainTextEdit*>("log");
    QTRY_VERIFY(text->isVisible());
    const QTextBlock line = text->document()->find("epoch 2 of 3").block();
    QVERIFY(line.isValid());
    click(*text, line);
    QCOMPARE(selection.cursor(), 20);
    // And the cursor marks the line that it stands at.
    bench.session->selection().setCursor(15);
    QCOMPARE(text->extraSelections().size(), qsizetype{1});
    QVERIFY2(text->extraSelections().constFirst().cursor.block().text().contains("epoch 1 of 3"),
             qPrintable(text->extraSelections().constFirst().cursor.block().text()));
    bench.session->selection().setFollowsLive(true);
    QVERIFY(text->extraSelections().isEmpty());
  }

  /// By what it is, not by how it is worded.
  void linesHaveTheirLevel() {
    WindowBench bench;
    bench.train({fakeConfig("uada", 1, 1)});
    Q_EMIT bench.session->logged({"a run: epoch 1 of 3, as somebody calls it"});
    for (const LogLine& line : LogBook::of(*bench.session).lines()) {
      const bool isProgress = line.text.contains("epoch 1 of 1") || line.text.contains("checkpoint at");
      QVERIFY2((line.level == LogLevel::progress) == isProgress, qPrintable(line.text));
      if (isProgress) QVERIFY(line.run == 1 && line.step == 10);
    }
  }

  void theInspectorTellsTheStepAndBringsTheCursor() {
    WindowBench bench;
    bench.train({fakeConfig("uada", 1, 3)});
    addMachine(bench);
    auto* tree = bench.window->panel("inspector")->findChild<QTreeWidget*>("facts");
    QTRY_VERIFY(tree->isVisible());
    bench.session->selection().setCursor(17);
    QTRY_VERIFY(!factsOf(*tree, "At step 17").isEmpty());
    const QString facts = factsOf(*tree, "At step 17").join('\n');
    QVERIFY2(facts.contains("Loss: ") && facts.contains("Learning rate: ") && facts.contains("Epoch: 2"),
             qPrintable(facts));
    QVERIFY2(facts.contains("Processor, program: 200 %") && facts.contains("GPU 0: 80 %"), qPrintable(facts));
    const QString machine = factsOf(*tree, "Machine").join('\n');
    QVERIFY2(machine.contains("Processor, mean: 150 %") && machine.contains("Memory, at most: "),
             qPrintable(machine));
    QVERIFY2(machine.contains("GPU 0, clock held down: 33.3"), qPrintable(machine));
    QTreeWidgetItem* best = nullptr;
    for (QTreeWidgetItem* item : tree->findItems("best", Qt::MatchContains | Qt::MatchRecursive)) best = item;
    QVERIFY(best);
    Q_EMIT tree->itemClicked(best, 0);
    const RunSummary& run = bench.session->runs().front();
    QCOMPARE(bench.session->selection().cursor(), run.bestEpoch * run.stepsPerEpoch);
  }

  /// (32) Stored with the run, drawn over its time, throttling marked.
  void theMachineOfARunIsDrawn() {
    WindowBench bench;
    bench.train({fakeConfig("uada", 1, 3)});
    addMachine(bench);
    auto* panel = bench.window->panel("machine");
    if (!panel->isVisible()) bench.trigger("dock.machine");
    QTRY_VERIFY(panel->isVisible());
    panel->findChild<QComboBox*>("machineSource")->setCurrentIndex(1);
    const auto plot = [&](const char* name) { return panel->findChild<Plot*>(name); };
    QTRY_VERIFY(plot("processor") && plot("gpu0Power"));
    const Curve& curve = plot("processor")->figure().curves.at(0);
    QCOMPARE(curve.y, (std::vector<double>{100, 200, 150}));
    QVERIFY(std::abs(curve.x[0] - 1 / 60.0) < 1e-9 && std::abs(curve.x[2] - 61 / 60.0) < 1e-9);
    const Figure& power = plot("gpu0Power")->figure();
    QCOMPARE(power.markers.size(), std::size_t{2});
    QVERIFY(power.markers[0].text.contains("power cap"));
    Q_EMIT plot("memory")->clicked(0.5, 0);
    QCOMPARE(bench.session->selection().cursor(), 20);
    Q_EMIT plot("memory")->clicked(9, 0);
    QCOMPARE(bench.session->selection().cursor(), 30);
    panel->findChild<QComboBox*>("machineSource")->setCurrentIndex(0);
    QTRY_VERIFY(!plot("processor") || plot("processor")->figure().x.title.contains("before now"));
  }

  /// Also of one that was looked at before its first row, and ended before it was to be read again.
  void aShortRunIsReadToItsEnd() {
    WindowBench bench(slowSteps(25ms, 100));
    bench.open();
    MachineHistory& history = MachineHistory::of(*bench.session);
    bench.session->queue({fakeConfig("uada", 1, 1)});
    bench.session->startNext();
    QTRY_VERIFY(!bench.session->runs().empty());
    const qint64 run = bench.session->runs().front().id;
    history.rows(run);
    QTRY_VERIFY_WITH_TIMEOUT(!bench.session->isLive(), 60000);
    QTRY_VERIFY(!history.rows(run).empty());
    QCOMPARE(history.rows(run).size(), ProjectReader(bench.file().toStdString()).machine(run).size());
  }

  /// Two rows as one: the mean of the load, the most of the memory, the later one's end.
  void ofManyRowsTwoAreOne() {
    std::vector<MachineRow> rows;
    for (int i = 1; i <= 5; ++i) {
      rows.push_back(rowOf(i, 10 * i, 100 * i, "2026-11-30T12:00:00Z"));
      rows.back().reading.memory.program = 1000 * i;
    }
    joinRows(rows, 5);
    QCOMPARE(rows.size(), std::size_t{5});
    joinRows(rows, 4);
    QCOMPARE(rows.size(), std::size_t{3});
    QCOMPARE(rows[0].step, 20);
    QCOMPARE(rows[0].reading.programPercent, 150.0);
    QCOMPARE(rows[0].reading.seconds, 2.0);
    QCOMPARE(rows[1].reading.memory.program, std::int64_t{4000});
    QCOMPARE(rows[2].reading.programPercent, 500.0);
    QCOMPARE(rows[2].step, 50);
  }

  /// And as one of the numbers that Live draws.
  void liveDrawsTheMachine() {
    WindowBench bench;
    bench.train({fakeConfig("uada", 1, 3)});
    addMachine(bench);
    bench.settings.setValue("live/scalars", QStringList{"loss", "machine/program_percent"});
    bench.again();
    bench.open();
    auto* live = bench.window->panel("live");
    QTRY_VERIFY(live->findChild<Plot*>("machine/program_percent") &&
                !live->findChild<Plot*>("machine/program_percent")->figure().curves.empty());
    const Plot* plot = live->findChild<Plot*>("machine/program_percent");
    QTRY_COMPARE(plot->figure().curves.at(0).y, (std::vector<double>{100, 200, 150}));
    QCOMPARE(plot->figure().curves.at(0).x, (std::vector<double>{10, 20, 30}));
    const QString csv = QString::fromUtf8(plot->numbers());
    QVERIFY2(csv.contains(",10,100") && csv.contains(",30,150"), qPrintable(csv));
  }

  /// Rows of one step are put together; those before the first step are of none.
  void rowsByStep() {
    std::vector<MachineRow> rows{
        rowOf(1, 0, 10, "2026-11-30T12:00:01Z"), rowOf(2, 5, 20, "2026-11-30T12:00:02Z"),
        rowOf(3, 5, 40, "2026-11-30T12:00:03Z"), rowOf(4, 6, 50, "2026-11-30T12:00:03Z")};
    const std::vector<MachineAtStep> steps = bySteps(rows);
    QCOMPARE(steps.size(), std::size_t{2});
    QCOMPARE(steps[0].step, 5);
    QCOMPARE(steps[0].reading.programPercent, 30.0);
    QCOMPARE(machineScalarOf(steps[0].reading, "machine/gpu_throttled"), 1.0);
    QCOMPARE(machineScalarOf(steps[1].reading, "machine/gpu_throttled"), 0.0);
    const std::vector<double> seconds = secondsOf(rows);
    QCOMPARE(seconds[0], 1.0);
    QCOMPARE(seconds[2], 3.0);
    QVERIFY(seconds[3] > seconds[2]);  // of the same second: in order all the same
  }

  /// Three runs end near 1, one at 1,000: the axis ends at the highest of the three.
  void divergedCurvesDoNotFlattenTheOthers() {
    Figure figure;
    for (const double last : {1.0, 0.8, 1.2, 1000.0}) {
      Curve curve;
      curve.x = {1, 2};
      curve.y = {2.5, last};
      figure.curves.push_back(curve);
    }
    const DivergedCut cut = divergedCut(figure);
    QCOMPARE(cut.curves, 1);
    QCOMPARE(cut.end, 2.5 + 0.05 * (2.5 - 0.8));
    QCOMPARE(cut.begin, 0.8 - 0.05 * (2.5 - 0.8));
    figure.curves[3].y = {2.5, std::nan("")};  // it has diverged, and leaves nothing
    QCOMPARE(divergedCut(figure).curves, 0);
    figure.curves[3].y = {90, std::nan("")};
    QCOMPARE(divergedCut(figure).curves, 1);
    figure.curves.resize(3);
    QCOMPARE(divergedCut(figure).curves, 0);
    figure.curves.resize(1);
    QCOMPARE(divergedCut(figure).curves, 0);
    QVERIFY(mayDiverge("test/loss") && mayDiverge("loss") && !mayDiverge("test/top1"));
  }

  /// The window was late: what it was not told of is read from the project.
  void whatTheWindowMissedIsRead() {
    FakeSettings fast;
    fast.stepsPerEpoch = 400;
    fast.pictureEvery = 1;  // 800 decisions: more than wait for the window
    WindowBench bench(fast);
    bench.open();
    bench.window->panel("policy");
    QSignalSpy again(bench.session.get(), &Session::reloaded);
    bench.session->start(fakeConfig("uada", 1, 1));
    const ProjectReader reader(bench.file().toStdString());
    const auto isTrained = [&] { return !reader.runs().empty() && reader.runs().front().step >= 400; };
    for (int i = 0; i < 1000 && !isTrained(); ++i) QThread::msleep(30);  // nobody looks into the mailboxes
    QVERIFY(isTrained());
    QTRY_VERIFY_WITH_TIMEOUT(!bench.session->isLive(), 60000);
    QTRY_VERIFY_WITH_TIMEOUT(again.count() > 0, 20000);
    const auto& lines = LogBook::of(*bench.session).lines();
    QVERIFY(std::ranges::any_of(lines, [](const LogLine& line) {
      return line.text.contains("came faster than they could be shown");
    }));
  }
};

QTEST_MAIN(TestOneCursor)
#include "tst_one_cursor.moc"
