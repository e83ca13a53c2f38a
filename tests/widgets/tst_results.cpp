#include <QCheckBox>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QListWidget>
#include <QSettings>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>

#include "core/base/Csv.h"
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/tables/FedTables.h"
#include "tests/core/FakeEngine.h"
#include "widgets/models/SettingLines.h"
#include "widgets/panels/compare/CompareModel.h"
#include "widgets/panels/compare/ComparePanel.h"
#include "widgets/panels/compare/GroupCurve.h"
#include "widgets/panels/compare/Reference.h"
#include "widgets/panels/tables/TablesModel.h"
#include "widgets/panels/tables/TablesPanel.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;

static RunGroup group(const char* label, std::vector<std::int64_t> runs, std::vector<double> last) {
  RunGroup g;
  g.label = label;
  for (const std::int64_t run : runs) {
    g.runs.emplace_back();
    g.runs.back().id = run;
    g.runs.back().metric = "top1";
    g.runs.back().last = {{"top1", last[g.runs.size() - 1] / 100}};
  }
  g.metric = findTask("classification").testMetrics.front();
  g.last = last;
  g.best = last;
  for (double& value : g.best) value += 1;
  g.seconds = 90;
  g.forwardRatio = 4;
  return g;
}

static QString text(const QAbstractItemModel& model, int row, const QString& column) {
  for (int i = 0; i < model.columnCount(); ++i) {
    if (model.headerData(i, Qt::Horizontal).toString() == column)
      return model.index(row, i).data().toString();
  }
  return "no column " + column;
}

class TestResults : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;
  const Theme theme_{Theme::Kind::light};
  QSettings settings_{folder_.filePath("settings.ini"), QSettings::IniFormat};
  FakeEngine engine_;

  static QString nameOf(qint64 run) { return QString("run %1").arg(run); }
  static RunConfig configOf(qint64 run) { return fakeConfig(run < 10 ? "uada" : "ra-uc", run); }

 private Q_SLOTS:
  void comparisonShowsMeanSpreadAndCost() {
    CompareModel model;
    const std::vector<RunGroup> groups{group("UADA", {1, 2}, {90, 92}), group("RA", {11}, {89})};
    model.setRows(compareRows(groups, false, configOf, nameOf), {}, true);
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(text(model, 0, "Diverged"), QString("no column Diverged"));
    QCOMPARE(text(model, 0, "Group"), QString("UADA"));
    QCOMPARE(text(model, 0, "n"), QString("2"));
    QCOMPARE(text(model, 0, "Last epoch %"), QString("91.00"));
    QCOMPARE(text(model, 0, "± spread"), QString("1.41"));  // sqrt(2)
    QCOMPARE(text(model, 0, "Best epoch %"), QString("92.00"));
    QCOMPARE(text(model, 0, "Forwards ×"), QString("4.00 ×"));
    QCOMPARE(text(model, 0, "Time ×"), QString("–"));
    QCOMPARE(text(model, 1, "± spread"), QString("–"));
  }

  /// Of epochs that not all have reached, and of a test that gave no number.
  void curvesAreMeansOverSeeds() {
    const Metric& metric = tasks().front().testMetrics.front();
    const auto epochs = [&](const std::vector<double>& values) {
      std::vector<EpochReport> reports;
      for (std::size_t i = 0; i < values.size(); ++i) {
        EpochReport report;
        report.epoch = static_cast<int>(i + 1);
        report.test = {{metric.name, values[i]}};
        reports.push_back(report);
      }
      return reports;
    };
    const auto a = epochs({0.5, 0.6, 0.9}), b = epochs({0.7, std::nan("")});
    const GroupCurve curve = groupCurve({&a, &b}, metric);
    QCOMPARE(curve.mean.x, (std::vector<double>{1, 2, 3}));
    QCOMPARE(curve.mean.y[0], 60.0);
    QCOMPARE(curve.mean.y[1], 60.0);
    QCOMPARE(curve.mean.y[2], 90.0);
    QCOMPARE(curve.spread.x, std::vector<double>{1});
    QCOMPARE(curve.spread.low[0], 60 - std::sqrt(200.0));
    QCOMPARE(curve.spread.high[0], 60 + std::sqrt(200.0));
    QVERIFY(groupCurve({&a}, metric).spread.x.empty());
  }

  void onlyDifferingSettingsAreColumnsUnlessAllAreWanted() {
    CompareModel model;
    const std::vector<RunGroup> groups{group("UADA", {1}, {90}), group("RA", {11}, {89})};
    model.setRows(compareRows(groups, false, configOf, nameOf), {}, true);
    QCOMPARE(text(model, 0, "Epochs"), QString("no column Epochs"));
    QCOMPARE(text(model, 0, "Epsilon"), QString("no column Epsilon"));  // a setting of one method alone
    const auto longer = [](qint64 run) { return fakeConfig("uada", run, run < 10 ? 3 : 30); };
    model.setRows(compareRows(groups, false, longer, nameOf), {}, true);
    QCOMPARE(text(model, 1, "Epochs"), QString("30"));
    QCOMPARE(text(model, 1, "Batch"), QString("no column Batch"));
    model.setRows(compareRows(groups, false, configOf, nameOf), {}, false);
    QCOMPARE(text(model, 0, "Epsilon"), QString("1"));
    QCOMPARE(text(model, 1, "Epsilon"), QString("–"));
    QCOMPARE(text(model, 0, "Epochs"), QString("3"));
    QCOMPARE(text(model, 0, "Data set"), QString("fashion_mnist"));
    QVERIFY(!text(model, 0, "Model").startsWith("no column"));
  }

  void theBestOfARecipeStandsOut() {
    CompareModel model;
    const auto show = [&](const RunGroup& one, const RunGroup& other) {
      model.setRows(compareRows({one, other}, false, configOf, nameOf), {}, true);
    };
    show(group("UADA", {1}, {90}), group("RA", {11}, {89}));
    int column = 0;
    while (model.headerData(column, Qt::Horizontal, Qt::DisplayRole) != QString("Last epoch %")) ++column;
    QVERIFY(!model.index(0, column).data(Qt::FontRole).isValid());  // one seed may be chance
    show(group("UADA", {1, 2, 3}, {90, 91, 93}), group("RA", {11, 12, 13}, {80, 82, 81}));
    QVERIFY(model.index(0, column).data(Qt::FontRole).value<QFont>().bold());
    QVERIFY(!model.index(1, column).data(Qt::FontRole).isValid());
    QVERIFY(!model.index(0, 0).data(Qt::FontRole).isValid());
  }

  /// To another group than the usual one; of another recipe nothing is said.
  void theReferenceCanBeChosen() {
    std::vector<RunGroup> groups{group("UADA", {1, 2}, {90, 92}), group("RA", {11, 12}, {88, 89}),
                                 group("Other", {21}, {50})};
    groups[2].runs[0].recipeHash = "other";
    for (std::size_t i = 0; i < groups.size(); ++i) {
      groups[i].configHash = std::to_string(i);
      groups[i].forwardEquivalents = 10.0 * static_cast<double>(i + 1);
    }
    const auto compared = comparedWith(groups, 2);
    QCOMPARE(compared[1].reference, std::string("UADA"));
    QCOMPARE(compared[1].toReference->mean, -2.5);
    QVERIFY(!compared[0].toReference && !compared[2].toReference && !compared[2].forwardRatio);
    QCOMPARE(*compared[1].forwardRatio, 2.0);
    QCOMPARE(*comparedWith(groups, 0)[0].forwardRatio, 4.0);
    CompareModel model;
    model.setRows(compareRows(compared, false, configOf, nameOf), {}, true);
    QCOMPARE(text(model, 1, "p"), QString::number(*compared[1].toReference->p, 'f', 3));
    QCOMPARE(text(model, 0, "p"), QString("–"));
  }

  /// The reason would fill the table; it is in the tool tip.
  void aDifferenceWithoutIntervalIsShort() {
    CompareModel model;
    std::vector<RunGroup> groups{group("UADA", {1}, {90}), group("RA", {11}, {89})};
    groups[0].toReference = difference(groups[0].last, groups[1].last);
    model.setRows(compareRows(groups, false, configOf, nameOf), {}, true);
    QCOMPARE(text(model, 0, "− ra-uc, points"), QString("+1.00, no interval"));
    int column = 0;
    while (model.headerData(column, Qt::Horizontal, Qt::DisplayRole) != QString("− ra-uc, points")) ++column;
    const QString tip = model.data(model.index(0, column), Qt::ToolTipRole).toString();
    QVERIFY2(tip.contains(QString::fromStdString(groups[0].toReference->why)), qPrintable(tip));
  }

  /// Of every method: what the inspector shows is read in forms, too.
  void everySettingHasATitle() {
    for (const MethodEntry& method : methods()) {
      const std::vector<SettingLine> lines = settingLines(fakeConfig(method.name, 1));
      QVERIFY(lines.size() > 20);
      for (const SettingLine& line : lines)
        QVERIFY2(line.title != line.key && !line.title.contains('_'), qPrintable(line.key));
    }
    const auto lines = settingLines(fakeConfig("uada", 7, 3));
    const auto epochs = std::ranges::find(lines, QString("training.epochs"), &SettingLine::key);
    QCOMPARE(epochs->title, QString("Epochs"));
    QCOMPARE(epochs->value, QString("3"));
    QCOMPARE(std::ranges::find(lines, QString("seed"), &SettingLine::key)->value, QString("7"));
  }

  void aRowPerSeedShowsEachRun() {
    CompareModel model;
    model.setRows(compareRows({group("UADA", {1, 2}, {90, 92})}, true, configOf, nameOf), {}, true);
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(text(model, 1, "Group"), QString("run 2"));
    QCOMPARE(text(model, 1, "Last epoch %"), QString("92.00"));
  }

  void noiseIsJudgedByTheInterval_data() {
    QTest::addColumn<QList<double>>("values");
    QTest::addColumn<double>("paper");
    QTest::addColumn<int>("outside");
    // mean 10, spread 1, n = 3: half = 4.303 / sqrt(3) = 2.484
    QTest::newRow("within") << QList<double>{9, 10, 11} << 12.4 << 0;
    QTest::newRow("paper above") << QList<double>{9, 10, 11} << 12.5 << -1;
    QTest::newRow("paper below") << QList<double>{9, 10, 11} << 7.5 << 1;
    QTest::newRow("one seed") << QList<double>{10} << 99.0 << 0;
    QTest::newRow("no spread") << QList<double>{0.1, 0.1, 0.1} << 99.0 << 0;
  }
  void noiseIsJudgedByTheInterval() {
    QFETCH(QList<double>, values);
    QFETCH(double, paper);
    QFETCH(int, outside);
    QCOMPARE(outsidePaper({{values.begin(), values.end()}, {}, paper}), outside);
  }

  void measuredColumnsComeFirst() {
    Table table;
    table.rows = {"RA", "UADA"};
    table.columns = {"a", "b", "c", "d"};
    const Cell none{{}, {}, 96.33}, some{{90}, {1}, {}};
    table.cells = {{none, none, none, some}, {none, some, none, none}};
    const Table sorted = ordered(table, measuredFirst(table));
    QCOMPARE(sorted.columns, (std::vector<std::string>{"b", "d", "a", "c"}));
    QVERIFY(sorted.cells[1][0].isMeasured() && !sorted.cells[0][0].isMeasured());
    QVERIFY(sorted.cells[0][1].isMeasured() && !sorted.cells[1][1].isMeasured());
    QCOMPARE(sorted.rows, table.rows);
  }

  void cellsSayMeasuredPaperAndMark() {
    auto table = std::make_shared<Table>();
    table->rows = {"RA", "UADA"};
    table->columns = {"C10"};
    table->unit = "%";
    table->reference = 0;
    table->cells = {{{{90, 91}, {1, 2}, 96.33}}, {{{95, 96, 95.5}, {3, 4, 5}, {}}}};
    addComparisons(*table, true);
    TablesModel model;
    model.setTable(table);
    const QModelIndex reference = model.index(0, 0), other = model.index(1, 0);
    QCOMPARE(reference.data().toString(), QString("90.50 ± 0.71"));
    QCOMPARE(model.paperText(reference), QString("paper 96.33"));  // t(1) is wide
    QCOMPARE(model.markText(reference), QString());
    QCOMPARE(model.markText(other), QString("▲"));
    QVERIFY(table->cells[1][0].isBest);
    // The same numbers as costs: more is worse.
    auto costs = std::make_shared<Table>(*table);
    costs->unit = "×";
    model.setTable(costs);
    QCOMPARE(model.markText(other), QString("▼"));
    auto flat = std::make_shared<Table>(*table);
    flat->cells = {{{{90, 90}, {1, 2}, {}}}, {{{92, 92}, {3, 4}, {}}}};
    addComparisons(*flat, true);
    model.setTable(flat);
    QCOMPARE(model.markText(other), QString());  // no spread, no noise to beat
    table->cells[1][0].diverged = {6};
    model.setTable(table);
    QCOMPARE(other.data().toString(), QString("95.50 ± 0.50, 1 diverged"));
    QCOMPARE(model.headerData(1, Qt::Vertical, Qt::DisplayRole).toString(), QString("UADA"));
  }

  void panelsShowAndExportFinishedRuns() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    session.openProject(folder_.filePath("results.uada"));
    for (const char* method : {"ra-uc", "uada"})
      for (const int seed : {1, 2}) session.queue({fakeConfig(method, seed, 1)});
    session.startNext();
    const auto finished = [&] {
      return std::ranges::count(session.runs(), RunState::finished, &RunSummary::state) == 4;
    };
    QTRY_VERIFY_WITH_TIMEOUT(finished(), 30000);
    const Workbench workbench{session, settings_, theme_};
    checkCompare(workbench);
    checkTables(workbench, session);
  }

 private:
  void checkCompare(const Workbench& workbench) {
    ComparePanel unseen(workbench);  // as an export from the command line does it
    unseen.exportTo(folder_.filePath("unseen.csv"));
    QVERIFY(readTextFile(folder_.filePath("unseen.csv").toStdString(), 1 << 20).find("UADA") !=
            std::string::npos);
    ComparePanel panel(workbench);
    panel.resize(900, 600);
    panel.show();
    QCOMPARE(panel.model().rowCount(), 2);
    const int uada =
        text(panel.model(), 0, "Group").contains("UADA") && text(panel.model(), 0, "Forwards ×") != "1.00 ×"
            ? 0
            : 1;
    QCOMPARE(text(panel.model(), uada, "n"), QString("2"));
    QCOMPARE(text(panel.model(), uada, "Forwards ×"), QString("4.00 ×"));
    // The fake's methods differ by the same for each seed: pairs without spread.
    QVERIFY(text(panel.model(), uada, "− ra-uc, points").endsWith(", no interval"));
    panel.findChild<QCheckBox*>("by_seed")->setChecked(true);
    QCOMPARE(panel.model().rowCount(), 4);
    for (const char* ending : {"csv", "md", "tex", "txt", "png"}) {
      const QString file = folder_.filePath(QString("compare.") + ending);
      panel.exportTo(file);
      QVERIFY2(QFile(file).size() > 50, ending);
    }
    QVERIFY(readTextFile(folder_.filePath("compare.tex").toStdString(), 1 << 20).find("tabular") !=
            std::string::npos);
    QVERIFY_THROWS_EXCEPTION(Error, panel.exportTo("/nonexistent/compare.csv"));
    // A row a seed, every setting, and in the order that is seen.
    panel.findChild<QCheckBox*>("only_differing")->setChecked(false);
    for (const auto order : {Qt::AscendingOrder, Qt::DescendingOrder}) {
      auto* table = panel.findChild<QTableView*>("comparison");
      int column = 0;
      while (panel.model().headerData(column, Qt::Horizontal, Qt::DisplayRole).toString() != "Last epoch %")
        ++column;
      table->sortByColumn(column, order);
      panel.exportTo(folder_.filePath("seen.csv"));
      const QStringList lines =
          QString::fromStdString(readTextFile(folder_.filePath("seen.csv").toStdString(), 1 << 20))
              .trimmed()
              .split('\n');
      QCOMPARE(lines.size(), 5);
      QVERIFY2(lines[0].contains(",training.epochs"), qPrintable(lines[0]));
      const auto place = lines[0].split(',').indexOf("last_mean");
      for (int row = 0; row < 4; ++row) {
        const auto seen = table->model()->index(row, column).data(Qt::UserRole).toDouble();
        const std::vector<std::string> cells = csvValues(lines[row + 1].toStdString());
        QCOMPARE(std::stod(cells.at(static_cast<std::size_t>(place))), seen);
      }
    }
  }

  void checkTables(const Workbench& workbench, Session& session) {
    TablesPanel panel(workbench);
    panel.resize(900, 600);
    panel.show();
    auto* which = panel.findChild<QComboBox*>("which_table");
    QCOMPARE(which->count(), int(tables().size()));
    QCOMPARE(which->currentData().toInt(), 2);
    panel.choose(1);
    QCOMPARE(panel.model().table().number, 1);
    QVERIFY_THROWS_EXCEPTION(Error, panel.choose(99));
    panel.choose(2);
    auto* view = panel.findChild<QTableView*>("paper_table");
    QModelIndex measured;
    for (int row = 0; row < panel.model().rowCount(); ++row)
      for (int column = 0; column < panel.model().columnCount(); ++column)
        if (!panel.model().cellAt(panel.model().index(row, column)).values.empty())
          measured = panel.model().index(row, column);
    QVERIFY(measured.isValid());
    // The cells of the selected run, and no others.
    const Cell& cell = panel.model().cellAt(measured);
    session.selection().select(cell.runs[0]);
    for (int row = 0; row < panel.model().rowCount(); ++row)
      for (int column = 0; column < panel.model().columnCount(); ++column) {
        const QModelIndex index = panel.model().index(row, column);
        const auto& runs = panel.model().cellAt(index).runs;
        QCOMPARE(panel.model().isMarked(index), std::ranges::find(runs, cell.runs[0]) != runs.end());
      }
    QVERIFY(
        panel.model().data(measured, Qt::ToolTipRole).toString().contains("The selected run counts here"));
    std::vector<int> fed;
    session.ask(
        this,
        [run = *session.find(cell.runs[0]), list = session.list()](const OpenProject& project) {
          return tablesFedBy(project.reader, run, list->runs);
        },
        [&](std::optional<std::vector<int>> tables) { fed = tables.value_or(std::vector<int>()); });
    std::vector<int> expected;
    session.ask(
        this,
        [run = cell.runs[0]](const OpenProject& project) {
          std::vector<int> with;
          for (const TableEntry& entry : tables()) {
            const Table table = entry.make(project.reader);
            for (const auto& row : table.cells)
              for (const Cell& one : row)
                if (std::ranges::find(one.runs, run) != one.runs.end() &&
                    (with.empty() || with.back() != entry.number))
                  with.push_back(entry.number);
          }
          return with;
        },
        [&](std::optional<std::vector<int>> tables) { expected = *tables; });
    QVERIFY(!fed.empty());
    QCOMPARE(fed, expected);
    view->setCurrentIndex(measured);
    auto* runs = panel.findChild<QListWidget*>("cell_runs");
    QCOMPARE(runs->count(), 2);
    QVERIFY(panel.findChild<QLabel*>("cell_summary")->text().contains("95 % interval"));
    Q_EMIT runs->itemActivated(runs->item(1));
    QCOMPARE(session.selection().run(), runs->item(1)->data(Qt::UserRole).toLongLong());
    panel.findChild<QCheckBox*>("show_paper")->setChecked(false);
    QVERIFY(!view->isColumnHidden(measured.column()));
    QCOMPARE(measured.column(), 0);
    QVERIFY(view->isColumnHidden(panel.model().columnCount() - 1));  // the paper's own were not measured
    for (const char* ending : {"csv", "md", "tex", "txt"}) {
      const QString file = folder_.filePath(QString("table2.") + ending);
      panel.exportTo(file);
      QVERIFY2(QFile(file).size() > 50, ending);
    }
    panel.findChild<QCheckBox*>("show_paper")->setChecked(true);
    panel.resize(300, 200);  // so that the table scrolls both ways
    panel.exportTo(folder_.filePath("table2.png"));
    const QSize seen = panel.size(), whole = QImage(folder_.filePath("table2.png")).size();
    QVERIFY(whole.width() >= view->horizontalHeader()->length() &&
            whole.height() >= view->verticalHeader()->length());
    QVERIFY2(
        view->horizontalHeader()->length() > seen.width() && view->verticalHeader()->length() > seen.height(),
        qPrintable(QString("%1 x %2").arg(seen.width()).arg(seen.height())));
    QCoreApplication::processEvents();
    QVERIFY(view->width() <= panel.width() && panel.size() == seen);
    which->setCurrentIndex(which->findData(3));
    QCOMPARE(panel.model().table().number, 3);
    which->setCurrentIndex(0);
    QCOMPARE(panel.model().table().number, 1);
  }
};

QTEST_MAIN(TestResults)
#include "tst_results.moc"
