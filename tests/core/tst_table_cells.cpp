#include <QTest>
#include <set>

#include "core/data/Dataset.h"
#include "core/tables/CellPlan.h"
#include "core/tables/Grid.h"
#include "core/tables/SideBySide.h"
#include "core/tables/TableCheck.h"
#include "tests/core/TableTools.h"

using namespace uada;
using namespace uada::test;

namespace {

/// Rows of made-up values in one column, the first of them the reference. Seeds are 1, 2, ... of each.
Table column(const std::vector<std::vector<double>>& rows) {
  Table table;
  table.name = "own";
  table.title = "Made up";
  table.columns = {"C10"};
  table.reference = 0;
  std::int64_t run = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    table.rows.push_back("row " + std::to_string(i));
    Cell cell{rows[i], {}, {}};
    for (std::size_t k = 0; k < rows[i].size(); ++k) {
      cell.runs.push_back(++run);
      cell.seeds.push_back(static_cast<std::int64_t>(k + 1));
      cell.keys.push_back("key" + std::to_string(run));
    }
    table.cells.push_back({cell});
  }
  addComparisons(table, true);
  return table;
}

std::vector<bool> bestOf(const std::vector<std::vector<double>>& rows) {
  std::vector<bool> best;
  for (const auto& row : column(rows).cells) best.push_back(row[0].isBest);
  return best;
}

/// With a quiet and a loud method over three seeds in the paper's column.
std::vector<FinishedRun> paperRuns() {
  std::vector<FinishedRun> runs;
  std::int64_t id = 0;
  for (const auto& [method, values] : {std::pair("ra-uc", std::vector{0.9633, 0.9641, 0.9628}),
                                       {"uada", std::vector{0.9708, 0.9712, 0.9699}}})
    for (std::size_t i = 0; i < values.size(); ++i)
      runs.push_back(finishedRun(paperRecipe(), {++id, method, static_cast<std::int64_t>(i + 1), values[i],
                                                 values[i] - 0.001 * static_cast<double>(i + 1)}));
  return runs;
}

}  // namespace

/// What is known of a cell beyond its mean: comparisons, which is best, what would have to be trained.
class TestTableCells : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void cellsAreComparedWithTheReference() {
    const Table table = makeTable2(paperRuns());
    QCOMPARE(table.rows[static_cast<std::size_t>(table.reference)], std::string("RA"));
    QVERIFY(!cell(table, "RA", "C10 R18").comparison && !cell(table, "Baseline", "C10 R18").comparison);
    const auto& found = cell(table, "UADA", "C10 R18").comparison;
    QVERIFY(found && found->difference.isPaired && found->difference.interval);
    QVERIFY(near(found->difference.mean, (97.08 + 97.12 + 96.99 - 96.33 - 96.41 - 96.28) / 3));
    QCOMPARE(found->adjusted, found->difference.p);  // the only one
  }

  /// By hand: of three p the smallest is multiplied by 3, the next by 2.
  void pIsAdjustedOverTheWholeTable() {
    const Table table = column({{1, 2, 3}, {4, 5.5, 6}, {1.5, 2, 3.5}, {10, 11, 12.5}});
    std::vector<double> p;
    for (std::size_t row = 1; row < 4; ++row) p.push_back(*table.cells[row][0].comparison->difference.p);
    const auto adjusted = holm(p);
    std::set<double> factors;
    for (std::size_t row = 1; row < 4; ++row) {
      QVERIFY(near(*table.cells[row][0].comparison->adjusted, adjusted[row - 1]));
      factors.insert(std::round(*table.cells[row][0].comparison->adjusted / p[row - 1]));
    }
    QVERIFY(factors.contains(3));
    // Two columns are one family.
    Table two = column({{1, 2, 3}, {4, 5.5, 6}});
    const double alone = *two.cells[1][0].comparison->adjusted;
    two.columns.push_back("C100");
    for (auto& row : two.cells) row.push_back(row[0]);
    addComparisons(two, true);
    QVERIFY(near(*two.cells[1][0].comparison->adjusted, 2 * alone));
  }

  void bestIsMarkedBeyondTheNoiseAlone() {
    QCOMPARE(bestOf({{90, 91, 90.5}, {95, 96.1, 95.4}, {92, 93.2, 92.4}}), (std::vector{false, true, false}));
    QCOMPARE(bestOf({{90, 91, 90.5}, {95, 96.1, 95.4}, {95, 95.9, 95.6}}),
             (std::vector{false, false, false}));
    // The highest, but within the noise of the next one: p is there, and not small.
    QCOMPARE(bestOf({{90, 91, 90.5}, {95, 96.1, 95.4}, {95.4, 95.6, 95.2}}),
             (std::vector{false, false, false}));
    QVERIFY(difference({95, 96.1, 95.4}, {95.4, 95.6, 95.2})->mean > 0);
    QCOMPARE(bestOf({{95, 96, 95.5}}), std::vector{false});                       // nothing to be better than
    QCOMPARE(bestOf({{90}, {99}}), (std::vector{false, false}));                  // one seed
    QCOMPARE(bestOf({{90, 90}, {99, 99}}), (std::vector{false, false}));          // no spread
    QCOMPARE(bestOf({{95, 96, 97}, {95, 96, 97}}), (std::vector{false, false}));  // a tie
    // One of the others has one seed: whether it is worse is not known.
    QCOMPARE(bestOf({{90, 91, 90.5}, {95, 96.1, 95.4}, {50}}), (std::vector{false, false, false}));
    QCOMPARE(bestOf({{90, 91, 90.5}, {}, {95, 96.1, 95.4}}), (std::vector{false, false, true}));
  }

  void boldIsWritten() {
    const Table table = column({{90, 91, 90.5}, {95, 96.1, 95.4}});
    QVERIFY(write(table, TableFormat::text).find("95.50 ± 0.56, n 3*") != std::string::npos);
    QVERIFY(write(table, TableFormat::markdown).find("| row 1 | **95.50 ± 0.56, n 3** |") !=
            std::string::npos);
    QVERIFY(write(table, TableFormat::latex).find("row 1 & \\textbf{95.50 $\\pm$ 0.56, n 3} \\\\") !=
            std::string::npos);
    QVERIFY(write(table, TableFormat::markdown, {.paper = true, .measured = false}).find("**95") ==
            std::string::npos);
    QVERIFY(write(makeTable3(demoRuns()), TableFormat::text).find('*') == std::string::npos);
  }

  /// Both epochs of a run are there, and each says which it is.
  void lastEpochCanBeAskedFor() {
    const Table best = makeTable2(paperRuns()), last = makeTable2(paperRuns(), bestMain, Epoch::last);
    const auto& first = cell(best, "UADA", "C10 R18").values;
    QVERIFY(near(first[0], 97.08) && near(first[1], 97.12) && near(first[2], 96.99));
    const auto& values = cell(last, "UADA", "C10 R18").values;
    QVERIFY(near(values[0], 96.98) && near(values[1], 96.92) && near(values[2], 96.69));
    QVERIFY(last.title.ends_with(", last epoch") && last.rule.find("last epoch") != std::string::npos);
    QVERIFY(best.rule.find("best epoch") != std::string::npos && best.epoch == Epoch::best);
    QVERIFY(!makeTable3(demoRuns(), bestMain, Epoch::last).epoch);
    QCOMPARE(epochFromName("last"), Epoch::last);
    QVERIFY_THROWS_EXCEPTION(UsageError, epochFromName("first"));
  }

  /// Each measured column twice, named by its epoch, with the numbers and comparisons of the tables alone.
  void bothEpochsStandSideBySide() {
    const Table best = makeTable2(paperRuns()), last = makeTable2(paperRuns(), bestMain, Epoch::last);
    const Table both = sideBySide(best, last);
    QCOMPARE(both.columns.size(), best.columns.size() + 1);  // one is measured
    QCOMPARE(both.rows, best.rows);
    for (const auto& cells : both.cells) QCOMPARE(cells.size(), both.columns.size());
    QCOMPARE(both.recipes.size(), both.columns.size());
    const Cell &left = cell(both, "UADA", "C10 R18, best epoch"),
               &right = cell(both, "UADA", "C10 R18, last epoch");
    QCOMPARE(left.values, cell(best, "UADA", "C10 R18").values);
    QCOMPARE(right.values, cell(last, "UADA", "C10 R18").values);
    QCOMPARE(left.comparison->adjusted, cell(best, "UADA", "C10 R18").comparison->adjusted);
    QCOMPARE(right.comparison->adjusted, cell(last, "UADA", "C10 R18").comparison->adjusted);
    QCOMPARE(right.isBest, cell(last, "UADA", "C10 R18").isBest);
    QVERIFY(left.paper && !right.paper);  // the paper's is of the best epoch
    QVERIFY(both.title.ends_with(", best and last epoch"));
    QVERIFY2(both.rule.find("(Holm), each epoch by itself.") != std::string::npos, both.rule.c_str());
    QVERIFY(std::ranges::find(both.columns, "C100 R18") != both.columns.end());  // published alone: as it was
    // What is checked later is each epoch's own cell.
    std::vector<std::string> alone = provenance(best), side = provenance(both);
    for (const std::string& line : provenance(last)) alone.push_back(line);
    std::ranges::sort(alone);
    std::ranges::sort(side);
    QCOMPARE(side, alone);
    const Table shown = ordered(both, measuredFirst(both));
    QCOMPARE(shown.epochOf(0), Epoch::best);
    QCOMPARE(shown.epochOf(1), Epoch::last);
    QCOMPARE(shown.nameAlone(1), "C10 R18");
    const Table costs = makeTable3(demoRuns());
    QCOMPARE(write(sideBySide(costs, costs), TableFormat::text), write(costs, TableFormat::text));
    QCOMPARE(epochFromName("both"), Epoch::both);
  }

  /// A cell's hash is of its values: the same runs after another epoch have another one.
  void provenanceTellsValuesApart() {
    const auto best = provenance(makeTable2(paperRuns()));
    const auto last = provenance(makeTable2(paperRuns(), bestMain, Epoch::last));
    QCOMPARE(best.size(), std::size_t{2});
    const auto hashOf = [](const std::string& line) { return line.substr(line.find("\"hash\"")); };
    for (std::size_t i = 0; i < best.size(); ++i) QVERIFY(hashOf(best[i]) != hashOf(last[i]));
    QCOMPARE(provenance(makeTable2(paperRuns())), best);
  }

  /// As the paper prints them: 70.50, 76.9, 4.2.
  void publishedValuesHaveTheirDigits() {
    const auto text = [](const Table& table) {
      return write(table, TableFormat::text, {.paper = true, .measured = false});
    };
    QVERIFY(text(makeTable4({})).find("(70.50)") != std::string::npos);
    QVERIFY(text(makeTable9({})).find("(76.9)") != std::string::npos);
    QVERIFY(text(makeTable3({})).find("(4.2)") != std::string::npos);
    const std::string first = text(makeTable1({}));
    QVERIFY(first.find("(80.1)") != std::string::npos && first.find("(81.03)") != std::string::npos);
  }

  void citedRowsAreMarked() {
    const std::string text = write(makeTable2({}), TableFormat::text);
    QVERIFY(text.find("DADA † ") != std::string::npos && text.find("UADA †") == std::string::npos);
    QVERIFY(text.find("Li et al.") == std::string::npos);
    const std::string explained = write(makeTable2({}), TableFormat::text, {.explains = true});
    QVERIFY2(explained.find("† DADA: Li et al., ECCV 2020;") != std::string::npos, explained.c_str());
    QVERIFY(explained.find("paired t test") != std::string::npos);
    QVERIFY(write(makeTable3({}), TableFormat::text).find("Adv. AA †") != std::string::npos);
  }

  /// More is told when it is asked for.
  void theRuleHasTwoLines() {
    for (const TableEntry& entry : tables()) {
      const Table table = entry.published();
      QCOMPARE(std::ranges::count(table.rule, '\n'), 1);
      for (const std::string& line :
           {table.rule.substr(0, table.rule.find('\n')), table.rule.substr(table.rule.find('\n') + 1)})
        QVERIFY2(QString::fromStdString(line).size() <= 100, line.c_str());
      QVERIFY(!table.details.empty() && table.reference >= 0);
      QCOMPARE(table.recipes.size(), table.columns.size());
      QCOMPARE(table.choices.size(), table.rows.size());
    }
  }

  void cellsListHasEverything() {
    const std::string csv = writeCells(makeTable2(paperRuns()), TableFormat::csv);
    QVERIFY2(
        csv.starts_with("row,column,metric,mean,sd,n,diverged,paper,minus_paper,difference,low,high,p,p_holm,"
                        "test,seeds_needed,best,paper_source,runs,mixes\n"),
        csv.c_str());
    const std::size_t start = csv.find("\nUADA,C10 R18,top-1,");
    QVERIFY(start != std::string::npos);
    const std::string line = csv.substr(start + 1, csv.find('\n', start + 1) - start - 1);
    QVERIFY2(
        line.find(",97.08,") != std::string::npos && line.find(",paired,none,best,,") != std::string::npos,
        line.c_str());
    const std::string text = writeCells(makeTable2(paperRuns()), TableFormat::text);
    QVERIFY2(text.find("paired") != std::string::npos && text.find("-0.02") != std::string::npos,
             text.c_str());
    QVERIFY(csv.find("\nDADA,C10 WRN,top-1,,,,,97.3,,,,,,,,,,\"Li et al., ECCV 2020\",,\n") !=
            std::string::npos);
  }

  void nextSeedsAreTheReferencesThenTheSmallest() {
    Table table = column({{1, 2, 3}, {4}});
    table.cells[0][0].seeds = {7, 2, 1};
    table.cells[1][0].seeds = {1};
    table.cells[1][0].divergedSeeds = {3};
    QCOMPARE(nextSeeds(table, 1, 0, 4), (std::vector<std::int64_t>{2, 7, 4, 5}));
    QCOMPARE(nextSeeds(table, 0, 0, 2), (std::vector<std::int64_t>{3, 4}));
    table.reference = -1;
    QCOMPARE(nextSeeds(table, 1, 0, 2), (std::vector<std::int64_t>{2, 4}));
  }

  void askedSeedsFollowTheAdviser() {
    const Table table = column({{90, 91, 90.5}, {90.6, 91.2, 91.3}, {99, 99.4, 99.3}, {}});
    const auto& comparison = table.cells[1][0].comparison;
    QVERIFY(comparison && seedsFor(comparison->difference).value_or(0) > 3);
    QCOMPARE(askedSeeds(table.cells[1][0]), *seedsFor(comparison->difference) - 3);
    QCOMPARE(adviceText(comparison->difference, 3), std::to_string(askedSeeds(table.cells[1][0])));
    QCOMPARE(askedSeeds(table.cells[2][0]), 1);  // enough are there
    QCOMPARE(askedSeeds(table.cells[3][0]), 3);
  }

  /// A run that is queued for a cell is counted in that cell.
  void plannedRunsFillTheirCell_data() {
    QTest::addColumn<int>("number");
    for (const TableEntry& entry : tables()) QTest::addRow("table %d", entry.number) << entry.number;
  }
  void plannedRunsFillTheirCell() {
    QFETCH(int, number);
    const Table table = findTable(number).published();
    std::size_t planned = 0;
    for (std::size_t row = 0; row < table.rows.size(); ++row)
      for (std::size_t col = 0; col < table.columns.size(); ++col) {
        const auto config = plannedConfig(table, row, col);
        QCOMPARE(config.has_value(), table.recipes[col] != nullptr && table.choices[row].has_value());
        if (!config) continue;
        ++planned;
        auto run = finishedRun(config->recipe, {1, config->method.name, 1, 0.5, 0.5});
        run.config = std::make_shared<const RunConfig>(*config);
        run.summary.configHash = configHash(*config);
        run.summary.metric = taskOf(config->recipe).testMetrics.front().name;
        const auto& data = findDataset(config->recipe.dataset.name);
        const int batch = config->recipe.training.batch;
        run.summary.stepsPerEpoch = (data.trainImages + batch - 1) / batch;
        const Table filled = findTable(number).of(
            {run}, [](const RunSummary&, const std::string&) { return std::optional(0.5); }, Epoch::best);
        QCOMPARE(filled.columns, table.columns);
        QCOMPARE(filled.cells[row][col].values, std::vector<double>{50});
      }
    QVERIFY(number == 3 ? planned == 0 : planned > 0);
  }

  void whatCannotBeTrainedSaysWhy() {
    const Table table = makeTable2({});
    const auto why = [&](const char* row, const char* column) {
      return cellPlan(table, indexOf(table.rows, row), indexOf(table.columns, column), 2, {}).why;
    };
    QVERIFY2(why("DADA", "C10 WRN").find("'uada policies import FILE'") != std::string::npos,
             why("DADA", "C10 WRN").c_str());
    QVERIFY(cellPlan(makeTable3({}), 0, 0, 1, {}).why.find("no recipe") != std::string::npos);
    qputenv("UADA_DATA", "/nowhere");
    const std::string missing = why("UADA", "C10 R18");
    if (!missing.empty()) QVERIFY2(missing.find("CIFAR-10") != std::string::npos, missing.c_str());
  }

  /// A column that is not the paper's is trained by its own recipe; its time follows from a run like it.
  void ownColumnsAreTrainedAsTheirRuns() {
    const Table table = makeTable2(demoRuns());
    const std::size_t row = indexOf(table.rows, "UADA"), col = table.columns.size() - 1;
    const auto config = plannedConfig(table, row, col);
    QVERIFY(config && configHash(*config) == demoRuns()[1].summary.configHash);
    const MeasuredRate rate{
        "r10w8-fmnist-uada-s1", "fashion_mnist", config->recipe.model, 128, "cpu", "desk", 0.5, "uada"};
    MeasuredRate newer = rate, wide = rate;
    newer.method = "ltda";
    wide.model.set("width", 64);
    const std::vector<MeasuredRate> rates{wide, newer, rate};
    QCOMPARE(fittingRate(rates, *config), &rates[2]);          // of its own method before a newer one
    QCOMPARE(fittingRate({newer}, *config) != nullptr, true);  // else of another
    QCOMPARE(fittingRate({wide}, *config), nullptr);
    const CellPlan plan = cellPlan(table, row, col, 2, {rate});
    if (!plan.why.empty()) QSKIP(qPrintable(QString::fromStdString("not run: " + plan.why)));
    QCOMPARE(plan.runs.size(), std::size_t{2});
    QCOMPARE(plan.runs[0].seed, 3);
    QVERIFY(plan.seconds && near(*plan.seconds, 0.5 * plan.forwardEquivalents) && *plan.seconds > 1);
    QCOMPARE(plan.measuredOn, std::string("r10w8-fmnist-uada-s1 on cpu"));
    QVERIFY(!cellPlan(table, row, col, 2, {}).seconds);
  }
};

QTEST_GUILESS_MAIN(TestTableCells)
#include "tst_table_cells.moc"
