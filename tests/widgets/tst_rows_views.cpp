#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QPushButton>
#include <QSlider>
#include <QTableView>
#include <QTableWidget>
#include <QTimer>
#include <QTreeWidget>
#include <cmath>

#include "tests/core/StoreTools.h"
#include "tests/widgets/WindowBench.h"
#include "widgets/models/SettingLines.h"
#include "widgets/panels/compare/CompareModel.h"
#include "widgets/panels/compare/ComparePanel.h"
#include "widgets/panels/policy/PolicyPanel.h"
#include "widgets/panels/runs/RunsModel.h"
#include "widgets/panels/runs/RunsPanel.h"
#include "widgets/panels/runs/RunsView.h"
#include "widgets/panels/tables/TablesModel.h"
#include "widgets/panels/tables/TablesPanel.h"
#include "widgets/plot/Plot.h"
#include "widgets/plot/PlotText.h"

using namespace uada;

namespace {

/// Two methods of three and two seeds.
std::vector<RunConfig> fiveRuns() {
  return {fakeConfig("uada", 1, 2), fakeConfig("uada", 2, 2), fakeConfig("uada", 3, 2),
          fakeConfig("ra-uc", 1, 2), fakeConfig("ra-uc", 2, 2)};
}

RunsView& listOf(const WindowBench& bench) {
  return *bench.window->panel("runs")->findChild<RunsView*>("runs");
}
RunsModel& runsOf(const WindowBench& bench) {
  return static_cast<RunsPanel*>(bench.window->panel("runs"))->model();
}

void clickOn(const QAbstractItemView& view, const QModelIndex& index, Qt::KeyboardModifiers with = {}) {
  QTest::mouseClick(view.viewport(), Qt::LeftButton, with, view.visualRect(index).center());
}

/// What Compare says of the group of three seeds.
QStringList comparedOf(const WindowBench& bench) {
  const CompareModel& model = static_cast<ComparePanel*>(bench.window->panel("compare"))->model();
  for (int row = 0; row < model.rowCount(); ++row) {
    QMap<QString, QString> said;
    for (int column = 0; column < model.columnCount(); ++column)
      said[model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString()] =
          model.index(row, column).data().toString();
    if (said["n"] == "3") return {said["Last epoch %"], said["± spread"], said["Best epoch %"]};
  }
  return {};
}

/// What its row in the list of runs says.
QStringList listedOf(const WindowBench& bench) {
  const RunsModel& model = runsOf(bench);
  for (int row = 0; row < model.rowCount(); ++row)
    if (const QModelIndex group = model.index(row, 0); model.rowCount(group) == 3)
      return {group.siblingAtColumn(model.section("last")).data().toString(),
              group.siblingAtColumn(model.section("name")).data().toString()};
  return {};
}

/// Answers the next menu that opens by that entry.
void chooseInMenu(QTimer& timer, const QString& entry) {
  timer.setInterval(20);
  QObject::connect(&timer, &QTimer::timeout, &timer, [&timer, entry] {
    auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
    if (!menu) return;
    timer.stop();
    for (QAction* action : menu->actions())
      if (action->text() == entry) action->trigger();
    menu->close();
  });
  timer.start();
}

}  // namespace

/// Rows of docs/features.md, by their numbers, as the views of the window show them.
class TestRowsViews : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // ---- 13: groups of seeds

  /// What is filtered away, ticked off or deleted beside a group changes none of its numbers, which are those
  /// of its three runs by hand.
  void row13_hidingOtherRunsChangesNoNumber() {
    WindowBench bench;
    bench.train(fiveRuns());
    bench.trigger("view.compare");
    Session& session = *bench.session;
    for (const RunSummary& run : session.runs()) session.selection().setChecked(run.id, true);
    QTRY_COMPARE(comparedOf(bench).size(), 3);
    std::vector<double> last;
    for (const RunSummary& run : session.runs())
      if (run.method == "uada") last.push_back(100 * *run.lastMain());
    const double mean = (last[0] + last[1] + last[2]) / 3;
    double squares = 0;
    for (const double one : last) squares += (one - mean) * (one - mean);
    const QStringList compared = comparedOf(bench), listed = listedOf(bench);
    QVERIFY2(compared.contains(QString::number(mean, 'f', 2)) &&
                 compared.contains(QString::number(std::sqrt(squares / 2), 'f', 2)),
             qPrintable(compared.join(' ')));
    QVERIFY2(listed[0].startsWith(QString::number(mean, 'f', 2)), qPrintable(listed[0]));
    const auto same = [&] { return comparedOf(bench) == compared && listedOf(bench) == listed; };
    auto* filter = bench.window->panel("runs")->findChild<QLineEdit*>("filter");
    QTest::keyClicks(filter, "method=uada");
    QCOMPARE(runsOf(bench).rowCount(), 1);
    QVERIFY(same());
    filter->clear();
    for (int row = 0; row < 2; ++row)  // the square of the other group, by mouse
      if (const QModelIndex group = runsOf(bench).index(row, 0); runsOf(bench).rowCount(group) == 2)
        clickOn(listOf(bench), group);
    QCOMPARE(session.selection().checked().size(), std::size_t{3});
    QTRY_VERIFY(same());
    session.deleteRuns({4});
    QTRY_COMPARE(session.runs().size(), std::size_t{4});
    QTRY_VERIFY(same());
  }

  // ---- 14: only what differs

  /// Two runs that are chosen with the mouse and the control key: of all settings the two that differ, and
  /// with a filter only what it leaves can be chosen.
  void row14_differencesOfTheChosenRunsAlone() {
    WindowBench bench;
    RunConfig wide = fakeConfig("uada", 2, 2);
    wide.method.set("epsilon", 2);
    QVERIFY(settingLines(wide).size() > 20);
    bench.train({fakeConfig("uada", 1, 2), wide, fakeConfig("ra-uc", 1, 2)});
    RunsModel& model = runsOf(bench);
    model.setFold("");
    QTest::keyClicks(bench.window->panel("runs")->findChild<QLineEdit*>("filter"), "method=uada");
    QCOMPARE(model.rowCount(), 2);
    RunsView& list = listOf(bench);
    list.setFocus();
    clickOn(list, model.index(0, RunsModel::title));
    QTest::keyClick(&list, Qt::Key_A, Qt::ControlModifier);  // all that the filter leaves
    QTimer timer;
    chooseInMenu(timer, "Show differences...");
    Q_EMIT list.customContextMenuRequested(list.visualRect(model.index(0, RunsModel::title)).center());
    QTRY_VERIFY(bench.window->findChild<QTableWidget*>("differences"));
    const auto* table = bench.window->findChild<QTableWidget*>("differences");
    QStringList keys;
    for (int row = 0; row < table->rowCount(); ++row) keys << table->verticalHeaderItem(row)->text();
    QCOMPARE(keys, (QStringList{"method.epsilon", "seed"}));
    QCOMPARE(table->columnCount(), 2);
    QStringList values{table->item(0, 0)->text(), table->item(0, 1)->text()};
    values.sort();
    QCOMPARE(values, (QStringList{"1", "2"}));
  }

  // ---- 15: curves

  /// By mouse: a drag in one plot zooms all, a double click fits them again, the pointer reads out the values
  /// at its step in every row of the legend, smoothing keeps the raw values.
  void row15_plotsAreZoomedAndReadByMouse() {
    WindowBench bench;
    bench.train({fakeConfig("uada", 1, 6), fakeConfig("ra-uc", 1, 6)});
    for (const RunSummary& run : bench.session->runs()) bench.session->selection().setChecked(run.id, true);
    bench.window->resize(1300, 850);
    bench.trigger("view.live");
    auto* live = bench.window->panel("live");
    Plot* loss = live->findChild<Plot*>("loss");
    QTRY_VERIFY(live->findChild<Plot*>("gain") && loss->figure().curves.size() == 2);
    Plot* gain = live->findChild<Plot*>("gain");
    QTRY_VERIFY(loss->width() > 200 && !gain->figure().curves.empty());
    QTest::qWait(150);  // drawn
    auto* canvas = loss->findChild<QWidget*>("plot_canvas");
    const QPoint middle = canvas->rect().center();
    const auto drag = [&](QPoint from, QPoint to) {
      QTest::mousePress(canvas, Qt::LeftButton, {}, from);
      QTest::mouseMove(canvas, to);
      QTest::mouseRelease(canvas, Qt::LeftButton, {}, to);
    };
    drag(middle - QPoint(40, 25), middle + QPoint(40, 25));
    QVERIFY(loss->isZoomed());
    QTRY_COMPARE(gain->zoomedTo(), loss->zoomedTo());
    QVERIFY(loss->zoomedTo()->first > 5 && loss->zoomedTo()->second < 55);
    QTest::mouseDClick(canvas, Qt::LeftButton, {}, middle);
    QTRY_VERIFY(!loss->isZoomed() && !gain->isZoomed());
    QTest::qWait(150);
    QTest::mouseMove(canvas, middle + QPoint(3, 0));
    QTest::mouseMove(canvas, middle);
    const auto* head = live->findChild<QLabel*>("legendHead");
    QTRY_VERIFY2(head->text().startsWith("Training loss at step "), qPrintable(head->text()));
    const qint64 step = head->text().section(' ', -1).remove(',').toLongLong();
    QVERIFY2(step >= 1 && step <= 60, qPrintable(head->text()));
    const auto* legend = live->findChild<QTreeWidget*>("legend");
    QCOMPARE(legend->topLevelItemCount(), 2);
    QStringList read, wanted;
    for (int row = 0; row < 2; ++row) read << legend->topLevelItem(row)->text(2);
    for (const RunSummary& run : bench.session->runs())
      wanted << valueText(bench.session->histories().of(run.id).loss.nearest(step)->y, "");
    read.sort(), wanted.sort();
    QCOMPARE(read, wanted);
    auto* smoothing = live->findChild<QSlider*>("smoothing");
    const std::vector<double> raw = loss->figure().curves[0].y;
    smoothing->setValue(0);
    QTRY_COMPARE(loss->figure().curves[0].smoothing, 0.0);
    smoothing->setValue(95);
    QTRY_VERIFY(loss->figure().curves[0].smoothing == 0.95 || !loss->figure().curves[0].mean.empty());
    QCOMPARE(loss->figure().curves[0].y, raw);  // the thin line
    live->findChild<QCheckBox*>("log")->click();
    QTRY_VERIFY(loss->figure().left.log);
  }

  /// Of 100 runs of 10,000 steps each: what is kept to be drawn has every extreme, and is bounded.
  void row15_aHundredLongRunsAreDrawnInPart() {
    constexpr int kRuns = 100, kSteps = 10'000;
    std::vector<double> x, y, drawnX, drawnY;
    for (int step = 1; step <= kSteps; ++step) {
      x.push_back(step);
      y.push_back(step % 911 == 5 ? 40.0 : std::sin(step * 0.7));
    }
    const Theme theme(Theme::Kind::light);
    Plot plot(theme);
    plot.resize(800, 400);
    Figure figure;
    for (int run = 0; run < kRuns; ++run) figure.curves.push_back({"run", theme.groupColour(run), x, y});
    plot.show(figure);
    plot.picture();
    QVERIFY(plot.isReduced());  // and a badge says so
    envelope(x, y, 1, kSteps, 800, drawnX, drawnY);
    QVERIFY(drawnX.size() <= 2 * 800 + 2);
    QCOMPARE(std::ranges::count(drawnY, 40.0), std::ranges::count(y, 40.0));  // as far apart as they stand
    const std::vector<double> smooth = smoothed({1, 1, std::nan(""), 5, 5}, 0.9);
    QVERIFY(std::isnan(smooth[2]));  // no line over the gap
  }

  // ---- 24: the policy of a long run

  /// 78,200 steps of 14 ops: what is kept is bounded, and each number is the project's.
  void row24_aLongRunOfFourteenOps() {
    constexpr int kSteps = 78'200;
    WindowBench bench;
    bench.train({fakeConfig("uada", 1, 1)});
    bench.close();
    QStringList names;
    for (const Op& op : ops())
      if (names.size() < 14)
        names << QString("('%1',%2)").arg(QString::fromStdString(op.name)).arg(names.size());
    const std::filesystem::path file = bench.file().toStdString();
    const std::string steps = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
                              std::to_string(kSteps) + ") ";
    const std::string said = sqlite(
        file,
        "BEGIN; DELETE FROM policy; DELETE FROM policy_ops; DELETE FROM policy_groups; " + steps +
            "INSERT INTO policy SELECT 1, 1, i, 1 + i / 400, 10, 10 FROM n; CREATE TEMP TABLE o(name, "
            "place); INSERT INTO o VALUES " +
            names.join(',').toStdString() + "; " + steps +
            "INSERT INTO policy_ops SELECT 1, 1, i, name, place, 1 + (i + place) % 7, i % 9, 1, (i + 3 * "
            "place) % 9, 1, 2, 1, 1, 0, 0.1, i % 2, ((i * 13 + place * 7) % 100) / 50.0 - 1, 0, 0 FROM n, "
            "o; COMMIT");
    QVERIFY2(said.empty(), said.c_str());
    QCOMPARE(sqlite(file, "SELECT count(*) FROM policy_ops"), std::to_string(14 * kSteps));
    bench.make();
    bench.open();
    bench.trigger("view.policy");
    auto* panel = static_cast<PolicyPanel*>(bench.window->panel("policy"));
    QTRY_COMPARE_WITH_TIMEOUT(panel->bins().lastStep(), std::int64_t{kSteps}, 60000);
    const PolicyBins& bins = panel->bins();
    QCOMPARE(bins.ops().size(), std::size_t{14});
    QVERIFY(bins.columns() <= PolicyBins::kMostColumns);
    const HeatMap heat = panel->findChild<Plot*>("policy_heat")->figure().heat.value();
    QCOMPARE(heat.values.size(), std::size_t(14 * bins.columns()));
    const std::int64_t wide = bins.stepsPerColumn();
    for (const int column : {0, bins.columns() / 2, bins.columns() - 1}) {
      const std::string where = " FROM policy_ops WHERE op = '" + bins.ops()[3] + "' AND step BETWEEN " +
                                std::to_string(column * wide + 1) + " AND " +
                                std::to_string((column + 1) * wide);
      const double level =
          std::stod(sqlite(file, "SELECT sum(1.0 * before_mean * count) / sum(count)" + where));
      const double gain = std::stod(sqlite(file, "SELECT sum(mean_gain * probed) / sum(probed)" + where));
      QVERIFY(std::abs(bins.value(bins.ops()[3], column, PolicyQuantity::before) - level) < 1e-9);
      QVERIFY(std::abs(bins.value(bins.ops()[3], column, PolicyQuantity::meanGain) - gain) < 1e-9);
    }
  }

  // ---- 27: from a cell to its runs

  void row27_aClickOnACellListsTheRunsOfItsMean() {
    WindowBench bench;
    bench.train(fiveRuns());
    bench.trigger("view.tables");
    auto* panel = static_cast<TablesPanel*>(bench.window->panel("tables"));
    panel->choose(2);
    auto* view = panel->findChild<QTableView*>("paper_table");
    const TablesModel& model = panel->model();
    int measured = 0;
    for (int row = 0; row < model.rowCount(); ++row)
      for (int column = 0; column < model.columnCount(); ++column) {
        const QModelIndex place = model.index(row, column);
        const Cell& cell = model.cellAt(place);
        if (cell.values.empty()) continue;
        ++measured;
        view->scrollTo(place);
        clickOn(*view, place);
        auto* runs = panel->findChild<QListWidget*>("cell_runs");
        QTRY_COMPARE(runs->count(), static_cast<int>(cell.values.size()));
        std::set<qint64> listed;
        for (int i = 0; i < runs->count(); ++i) listed.insert(runs->item(i)->data(Qt::UserRole).toLongLong());
        QCOMPARE(listed.size(), cell.values.size());
        double sum = 0;
        for (const qint64 run : listed) sum += 100 * *bench.session->find(run)->best;
        QVERIFY(std::abs(sum / static_cast<double>(listed.size()) - *cell.mean()) < 1e-9);
        runs->setFocus();
        runs->setCurrentRow(0);
        QTest::keyClick(runs, Qt::Key_Return);
        QTRY_COMPARE(bench.session->selection().run(), runs->item(0)->data(Qt::UserRole).toLongLong());
      }
    QCOMPARE(measured, 2);  // the cells of the two methods
  }
};

QTEST_MAIN(TestRowsViews)
#include "tst_rows_views.moc"
