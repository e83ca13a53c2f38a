#include <QAction>
#include <QHeaderView>
#include <QLineEdit>
#include <QTest>
#include <random>

#include "tests/widgets/WindowBench.h"
#include "widgets/panels/runs/RunColour.h"
#include "widgets/panels/runs/RunsModel.h"
#include "widgets/panels/runs/RunsPanel.h"
#include "widgets/panels/runs/RunsView.h"
#include "widgets/plot/Plot.h"
#include "widgets/plot/ZoomEdits.h"

using namespace uada;

namespace {

/// Two methods of two seeds in the real window.
struct Bench : WindowBench {
  Bench() {
    train({fakeConfig("uada", 1, 1), fakeConfig("uada", 2, 1), fakeConfig("ra-uc", 1, 1),
           fakeConfig("ra-uc", 2, 1)});
    panel = window->findChild<RunsPanel*>();
    session->edits().clear();
  }
  void undoByKeys() const {
    window->activateWindow();
    find<RunsView>("runs")->setFocus();
    QTest::keyClick(find<RunsView>("runs"), Qt::Key_Z, Qt::ControlModifier);
  }
  /// All of what can be undone, as it is seen.
  QString seen() const {
    QString text =
        find<QLineEdit>("filter")->text() + '|' + QString::fromStdString(panel->model().fold()) + '|';
    for (const std::string& name : panel->shownColumns()) text += QString::fromStdString(name) + ' ';
    const QHeaderView* header = find<RunsView>("runs")->header();
    text += QString("|%1 %2|").arg(header->sortIndicatorSection()).arg(header->sortIndicatorOrder());
    for (const qint64 run : session->selection().checked()) text += QString::number(run) + ' ';
    for (const RunSummary& run : session->runs()) text += session->groupColour(run.id).name();
    return text;
  }
  RunsPanel* panel;
};

}  // namespace

/// What is done to how things are shown, and taken back by Ctrl+Z in the window.
class TestViewEdits : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// The menu says what it takes back, and what it does again.
  void row42_theMenuSaysWhatItUndoes() {
    const Bench bench;
    QAction *undo = bench.action("edit.undo"), *redo = bench.action("edit.redo");
    QVERIFY(!undo->isEnabled() && !redo->isEnabled());
    QCOMPARE(undo->text(), QString("Undo"));
    const QString before = bench.seen();
    bench.session->selection().setChecked(1, false);
    QCOMPARE(undo->text(), "Undo: Unticked " + bench.session->nameOf(1));
    bench.panel->showColumns({"state", "seed"});
    QCOMPARE(undo->text(), QString("Undo: Changed the columns of the runs"));
    const QString after = bench.seen();
    bench.undoByKeys();
    QCOMPARE(undo->text(), "Undo: Unticked " + bench.session->nameOf(1));
    QCOMPARE(redo->text(), QString("Redo: Changed the columns of the runs"));
    bench.undoByKeys();
    QCOMPARE(bench.seen(), before);
    QVERIFY(!undo->isEnabled());
    redo->trigger();
    redo->trigger();
    QCOMPARE(bench.seen(), after);
    bench.session->selection().setChecked(1, true);
    QVERIFY(!redo->isEnabled());  // another way was taken
  }

  /// Letters one after the other are one edit; taking the filter away is another.
  void row42_theFilterIsUndoneAsAWhole() {
    const Bench bench;
    auto* filter = bench.find<QLineEdit>("filter");
    filter->setFocus();
    QTest::keyClicks(filter, "s1");
    filter->clear();
    QCOMPARE(bench.panel->model().shownRuns().size(), std::size_t{4});
    QTest::keyClick(filter, Qt::Key_Z, Qt::ControlModifier);  // of the window, not of the line
    QCOMPARE(filter->text(), QString("s1"));
    QCOMPARE(bench.panel->model().shownRuns().size(), std::size_t{2});
    QTest::keyClick(filter, Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(filter->text(), QString());
    QVERIFY(!bench.action("edit.undo")->isEnabled());
  }

  void row42_fiftyViewEditsAreUndone() {
    const Bench bench;
    std::mt19937 random(7);
    const QString first = bench.seen();
    const auto edit = [&](unsigned kind) {
      Session& s = *bench.session;
      const auto run = static_cast<qint64>(1 + random() % 4);
      switch (kind % 6) {
        case 0: return s.selection().setChecked(run, !s.selection().isChecked(run));
        case 1:
          return bench.find<QLineEdit>("filter")->setText(random() % 2 ? "uada"
                                                                       : QString::number(random() % 9));
        case 2: {
          std::vector<std::string> columns{"state", "seed", "last", "epoch", "method"};
          std::shuffle(columns.begin(), columns.end(), random);
          columns.resize(1 + random() % 5);
          return bench.panel->showColumns(columns);
        }
        case 3:
          return bench.find<RunsView>("runs")->sortByColumn(
              bench.panel->model().section(random() % 2 ? "seed" : "last"),
              random() % 2 ? Qt::AscendingOrder : Qt::DescendingOrder);
        case 4: return s.chooseColour(run, QColor::fromHsv(static_cast<int>(random() % 360), 200, 160));
        default: return s.selection().setOnlyChecked({run});
      }
    };
    for (int i = 0; i < 50; ++i) edit(random());
    QVERIFY(bench.seen() != first);
    for (int i = 0; i < 60 && bench.action("edit.undo")->isEnabled(); ++i) bench.trigger("edit.undo");
    QCOMPARE(bench.seen(), first);
  }

  /// A deletion's own bar takes back that, whatever was done since.
  void theBarTakesBackWhatItSays() {
    const Bench bench;
    bench.session->deleteRuns({2});
    bench.panel->showColumns({"state"});
    bench.find<QPushButton>("undo")->click();
    QTRY_VERIFY(bench.session->find(2));
    QCOMPARE(bench.panel->shownColumns(), std::vector<std::string>{"state"});
    QCOMPARE(bench.session->edits().last(), QString("Changed the columns of the runs"));
  }

  /// A step back from each zoom; the wheel's many steps are one.
  void row42_zoomsAreUndone() {
    Bench bench;
    Plot plot(bench.theme);
    Figure figure;
    figure.curves.push_back({"a curve", Qt::red, {0, 10, 20, 30}, {1, 2, 3, 4}});
    plot.show(figure);
    plot.resize(500, 300);
    plot.show();
    QVERIFY(QTest::qWaitForWindowExposed(&plot));
    keepZooms(plot, *bench.session);
    QWidget* canvas = plot.findChild<QWidget*>("plot_canvas");
    const auto drag = [&](QPoint from, QPoint to) {
      QTest::mousePress(canvas, Qt::LeftButton, {}, from);
      QTest::mouseMove(canvas, (from + to) / 2);
      QTest::mouseMove(canvas, to);
      QTest::mouseRelease(canvas, Qt::LeftButton, {}, to);
    };
    Edits& edits = bench.session->edits();
    drag({150, 80}, {400, 200});
    QTRY_COMPARE(edits.last(), "Zoomed " + plot.name());
    const auto first = plot.zoom();
    QVERIFY(first && first->y);
    drag({200, 100}, {300, 150});
    QTRY_VERIFY(plot.zoom() != first);
    QTest::qWait(20);
    const auto second = plot.zoom();
    edits.undo();
    QVERIFY(plot.zoom() == first);
    edits.redo();
    QVERIFY(plot.zoom() == second);
    edits.undo();
    edits.undo();
    QVERIFY(!plot.isZoomed() && edits.last().isEmpty());
    for (int i = 0; i < 3; ++i) {
      QWheelEvent wheel({250, 150}, plot.mapToGlobal(QPointF(250, 150)), {}, {0, 120}, Qt::NoButton, {},
                        Qt::NoScrollPhase, false);
      QApplication::sendEvent(canvas, &wheel);
      QTest::qWait(30);
    }
    QVERIFY(plot.isZoomed());
    edits.undo();
    QVERIFY(!plot.isZoomed() && edits.last().isEmpty());
  }

  /// With the part of the window that was edited its edits go; with the project all.
  void whatIsGoneIsForgotten() {
    Bench bench;
    Edits& edits = bench.session->edits();
    {
      QObject part;
      edits.did({"of the part", [] {}, {}}, &part);
      edits.did({"of the session", [] {}, {}});
    }
    QCOMPARE(edits.last(), QString("of the session"));
    edits.undo();
    QVERIFY(edits.last().isEmpty() && edits.next().isEmpty());
    bench.session->selection().setChecked(1, false);
    bench.session->closeProject();
    QVERIFY(edits.last().isEmpty());
  }

  /// Of a group in every view, kept with the project, by the menu of a run.
  void row12_aColourIsChosenAndKept() {
    Bench bench;
    Session& s = *bench.session;
    const QColor usual = s.groupColour(1);
    QMenu menu;
    addColourActions(menu, *bench.workbench, {1, 2}, bench.panel);
    QVERIFY(!menu.findChild<QAction*>("usualColour")->isEnabled());
    menu.findChild<QAction*>("chooseColour")->trigger();
    auto* dialog = bench.window->findChild<QColorDialog*>("colourDialog");
    QVERIFY(dialog);
    dialog->setCurrentColor(QColor("#ff00aa"));
    QVERIFY(QMetaObject::invokeMethod(dialog, "accept"));
    QCOMPARE(s.groupColour(1).name(), QString("#ff00aa"));
    QCOMPARE(s.groupColour(2).name(), QString("#ff00aa"));
    QVERIFY(s.groupColour(3).name() != "#ff00aa");
    bench.again();
    bench.open();
    QTRY_VERIFY(bench.session->find(1));
    QCOMPARE(bench.session->groupColour(1).name(), QString("#ff00aa"));
    QMenu again;
    addColourActions(again, *bench.workbench, {1}, bench.window.get());
    again.findChild<QAction*>("usualColour")->trigger();
    QCOMPARE(bench.session->groupColour(1), usual);
    QMenu several;  // of two groups
    addColourActions(several, *bench.workbench, {1, 3}, bench.window.get());
    QVERIFY(!several.findChild<QAction*>("chooseColour")->isEnabled());
  }
};

QTEST_MAIN(TestViewEdits)
#include "tst_view_edits.moc"
