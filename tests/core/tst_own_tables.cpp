#include <QTemporaryDir>
#include <QTest>

#include "core/tables/CellPlan.h"
#include "core/tables/OwnTable.h"
#include "core/tables/TableCheck.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/TableTools.h"

using namespace uada;
using namespace uada::test;

namespace {

Recipe recipeOf(int epochs) {
  Json json = Json::object();
  json["dataset"] = Json(Json::Object{{"name", "fashion_mnist"}, {"train_limit", 6000}});
  json["model"] = Json(Json::Object{{"name", "resnet"}, {"depth", "10"}, {"width", 8}});
  json["training"] = Json(Json::Object{{"epochs", epochs}});
  return recipeFromJson(json, "test");
}

CostReference referenceOf(const std::vector<FinishedRun>& runs) {
  CostReference reference;
  for (const FinishedRun& run : runs) reference.add(run.summary);
  return reference;
}

Table made(const OwnTable& own, const std::vector<FinishedRun>& runs, Epoch epoch = Epoch::best) {
  return makeOwnTable(own, runs, referenceOf(runs), bestMain, epoch);
}

/// The same with a row that the others are compared with.
OwnTable against(const std::string& reference, std::vector<std::string> values) {
  OwnTable table{"mine", "", {"method"}, {}, std::move(values)};
  table.reference = reference;
  return table;
}

OwnTable own(std::vector<std::string> rows, std::vector<std::string> columns,
             std::vector<std::string> values = {"metric"}, std::string where = {}) {
  return {"mine", std::move(where), std::move(rows), std::move(columns), std::move(values)};
}

/// UADA over two lengths of training, two seeds each.
std::vector<FinishedRun> twoLengths() {
  return {finishedRun(recipeOf(10), {1, "uada", 1, 0.70, 0.69}),
          finishedRun(recipeOf(10), {2, "uada", 2, 0.72, 0.71}),
          finishedRun(recipeOf(20), {3, "uada", 1, 0.80, 0.79}),
          finishedRun(recipeOf(20), {4, "uada", 2, 0.82, 0.81})};
}

}  // namespace

/// Tables that a person makes: which runs a cell has, what it says of them, and what is refused.
class TestOwnTables : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void cellsAreMeansOverSeeds() {
    const Table table = made(own({"method"}, {}), demoRuns());
    QCOMPARE(table.rows.size(), std::size_t{2});
    QCOMPARE(table.columns, std::vector<std::string>{"Top-1 (%)"});
    const Cell& uada = cell(table, findMethod("uada").title, "Top-1 (%)");
    QVERIFY(near(*uada.mean(), 83.5) && near(*uada.spread(), std::sqrt(0.5)));
    QCOMPARE(uada.keys.size(), std::size_t{2});
    QCOMPARE(uada.seeds, (std::vector<std::int64_t>{1, 2}));
    QVERIFY(!uada.mixture);
    const Table last = made(own({"method"}, {}), demoRuns(), Epoch::last);
    QVERIFY(near(*cell(last, findMethod("uada").title, "Top-1 (%)").mean(), 83));
    QVERIFY(QString::fromStdString(last.title).endsWith("last epoch"));
  }

  /// Best and last side by side, whatever epoch is chosen.
  void valuesHaveColumns() {
    for (const Epoch epoch : {Epoch::best, Epoch::last}) {
      const Table table =
          made(own({"method"}, {}, {"best", "last", "seconds", "forward_ratio", "runs"}), demoRuns(), epoch);
      const std::string uada = findMethod("uada").title;
      QVERIFY(near(*cell(table, uada, "Top-1, best (%)").mean(), 83.5));
      QVERIFY(near(*cell(table, uada, "Top-1, last (%)").mean(), 83));
      QVERIFY(near(*cell(table, uada, "Time (s)").mean(), 440));
      // 90 forwards without gradient beside 10 + 2 * 10 of both: (90 + 30) / 30.
      QVERIFY(near(*cell(table, uada, "Forwards (×)").mean(), 4));
      const Cell& runs = cell(table, uada, "Runs");
      QVERIFY(near(*runs.mean(), 2) && !runs.spread());
      const std::string text = write(table, TableFormat::csv);
      QVERIFY2(text.find(",Runs,Runs,measured,2,,2,,") != std::string::npos, text.c_str());
    }
  }

  /// Never silently: the cell says how many configurations it has, and in what they differ.
  void mixedCellsSayWhatDiffers() {
    const Table mixed = made(own({"method"}, {"dataset"}), twoLengths());
    const Cell& all = mixed.cells.at(0).at(0);
    QVERIFY(near(*all.mean(), 76) && all.values.size() == 4);
    QVERIFY(all.mixture);
    QCOMPARE(mixtureDetails(*all.mixture),
             std::string("mixes 2 configurations, which differ in training.epochs (10, 20)"));
    for (const TableFormat format : {TableFormat::text, TableFormat::markdown, TableFormat::latex})
      QVERIFY(write(mixed, format).find("mixes 2 configurations (training.epochs)") != std::string::npos);
    QVERIFY(write(mixed, TableFormat::csv).find(mixtureDetails(*all.mixture)) != std::string::npos);
    QVERIFY(writeCells(mixed, TableFormat::csv).find(mixtureDetails(*all.mixture)) != std::string::npos);
    // With the setting as a key nothing is mixed; numbers stand in their order.
    const Table apart = made(own({"method"}, {"epochs"}), twoLengths());
    QCOMPARE(apart.columns, (std::vector<std::string>{"epochs 10", "epochs 20"}));
    QVERIFY(!apart.cells[0][0].mixture && near(*apart.cells[0][0].mean(), 71));
    QVERIFY(write(apart, TableFormat::text).find("mixes 2") == std::string::npos);
  }

  /// By hand: of best UADA - RA is {3, 2} by seed: mean 2.5, t = 5 with one degree of freedom, whose
  /// two-sided p is 1 - 2 atan(5) / pi; of last {3, 4}: mean 3.5, t = 7. Holm over both: the smaller one
  /// twice.
  void rowsAreComparedWithTheReference() {
    const std::string ra = findMethod("ra-uc").title, uada = findMethod("uada").title;
    const Table table = made(against(ra, {"best", "last"}), demoRuns());
    QCOMPARE(table.rows.at(static_cast<std::size_t>(table.reference)), ra);
    const Cell &best = cell(table, uada, "Top-1, best (%)"), &last = cell(table, uada, "Top-1, last (%)");
    QVERIFY(best.comparison && last.comparison);
    const Difference& d = best.comparison->difference;
    QVERIFY(d.isPaired && near(d.mean, 2.5) && near(*d.p, 1 - 2 * std::atan(5) / M_PI));
    QVERIFY(std::abs(d.interval->low - (2.5 - 12.7062 / 2)) < 1e-4);
    QVERIFY(near(last.comparison->difference.mean, 3.5));
    const double least = 1 - 2 * std::atan(7) / M_PI;
    QVERIFY(near(*last.comparison->difference.p, least));
    QVERIFY(near(*last.comparison->adjusted, 2 * least) && near(*best.comparison->adjusted, 2 * least));
    QVERIFY(!cell(table, ra, "Top-1, best (%)").comparison);
    const QStringList rule = QString::fromStdString(table.rule).split('\n');
    QCOMPARE(rule.size(), 2);
    QVERIFY2(rule[1].startsWith("Bold") &&
                 rule[1].endsWith("Differences are to " + QString::fromStdString(ra) + '.'),
             qPrintable(rule[1]));
    const std::string cells = writeCells(table, TableFormat::text);
    QVERIFY2(cells.find("+2.50 [-3.85, +8.85], p 0.126") != std::string::npos, cells.c_str());
  }

  /// Of times the lowest is the best: {320, 340} s apart by seed, t = 33, p 0.019. Of counts none is.
  void theBestIsByTheValuesDirection() {
    const std::string ra = findMethod("ra-uc").title, uada = findMethod("uada").title;
    for (const std::string& reference : {std::string(), ra}) {
      const Table table = made(against(reference, {"metric", "seconds", "runs"}), demoRuns());
      QVERIFY(cell(table, ra, "Time (s)").isBest && !cell(table, uada, "Time (s)").isBest);
      QVERIFY(!cell(table, uada, "Top-1 (%)").isBest);  // p 0.126
      QVERIFY(!cell(table, uada, "Runs").isBest && !cell(table, uada, "Runs").comparison);
      QVERIFY(write(table, TableFormat::latex).find("\\textbf{110.0") != std::string::npos);
      QVERIFY(write(table, TableFormat::markdown).find("**110.0") != std::string::npos);
    }
    const std::map<std::string, Better> known{{"top1", Better::higher},      {"loss", Better::lower},
                                              {"time_ratio", Better::lower}, {"chains", Better::lower},
                                              {"metric", Better::higher},    {"runs", Better::neither}};
    for (const auto& [value, better] : known)
      QCOMPARE(made(against({}, {value}), demoRuns()).betterOf(0), better);
  }

  void withoutVarianceThereIsNoP() {
    const std::string ra = findMethod("ra-uc").title, uada = findMethod("uada").title;
    std::vector<FinishedRun> runs = demoRuns();
    for (FinishedRun& run : runs) run.summary.best = run.summary.method == "uada" ? 0.9 : 0.8;
    const Table flat = made(against(ra, {"metric"}), runs);
    const Cell& none = cell(flat, uada, "Top-1 (%)");
    QVERIFY(near(none.comparison->difference.mean, 10) && !none.comparison->difference.p && !none.isBest);
    QCOMPARE(none.comparison->difference.why, std::string(kNoSpread));
    // Nor of runs that are no repeats of one another.
    runs = twoLengths();
    for (const std::int64_t seed : {1, 2})
      runs.push_back(finishedRun(recipeOf(10), {4 + seed, "ra-uc", seed, 0.5 + 0.01 * double(seed), 0.5}));
    const Table mixed = made(against(ra, {"metric"}), runs);
    const Cell& both = cell(mixed, uada, "Top-1 (%)");
    QVERIFY(near(both.comparison->difference.mean, 76 - 51.5) && !both.comparison->difference.p);
    QCOMPARE(both.comparison->difference.why, std::string(kMixed));
    QVERIFY(!both.isBest);
  }

  void aReferenceWithoutRunsIsSaid() {
    const Table table = made(against("Nobody", {"metric"}), demoRuns());
    QVERIFY(table.reference < 0 && !table.cells[1][0].comparison);
    QVERIFY(table.rule.ends_with("no run here is of the reference row Nobody."));
    const QString why = errorOf([&] { checkReference(against("Nobody", {"metric"}), table); });
    QVERIFY2(
        why.contains("no row 'Nobody'") && why.contains(QString::fromStdString(findMethod("uada").title)),
        qPrintable(why));
    checkReference(against("Nobody", {"metric"}), Table{});  // it may still be trained
  }

  /// As the program kept them before tables had references.
  void anOlderDefinitionStillOpens() {
    const QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("p.uada").toStdString();
    {
      ProjectWriter project(file);
      project.keepTable(
          {"old", R"({"where":"","rows":["variant"],"columns":["recipe"],"values":["metric"]})"});
    }
    const ProjectReader project(file);
    const OwnTable old = findOwnTable(project, "old");
    QVERIFY(old == (OwnTable{"old", "", {"variant"}, {"recipe"}, {"metric"}}));
    QVERIFY(makeTable(project, "old").reference < 0);
    // Without a reference it is kept as older programs read it.
    QVERIFY(stored(old, project).definition.find("reference") == std::string::npos);
    QCOMPARE(findOwnTable(project, "old").reference, std::string());
  }

  void imagesAndMachinesAreToldToo() {
    std::vector<FinishedRun> runs = demoRuns();
    runs.push_back(finishedRun(demoRecipe(), {5, "uada", 3, 0.5, 0.4, 100, Json::object(), "other"}));
    runs.back().summary.host = "laptop";
    const Table table = made(own({"method"}, {}, {"metric", "seconds"}), runs);
    const std::string uada = findMethod("uada").title;
    const Cell &result = cell(table, uada, "Top-1 (%)"), &time = cell(table, uada, "Time (s)");
    QVERIFY(result.mixture && time.mixture);
    QCOMPARE(result.mixture->configurations, std::size_t{2});
    QVERIFY(mixtureText(*result.mixture).find("(images)") != std::string::npos);
    QVERIFY(mixtureDetails(*time.mixture).find("host (desk, laptop)") != std::string::npos);
    // Accuracy does not depend on the machine.
    runs.pop_back();
    runs.back().summary.host = "laptop";
    const Table machines = made(own({"method"}, {}, {"metric", "seconds"}), runs);
    QVERIFY(!cell(machines, uada, "Top-1 (%)").mixture);
    QCOMPARE(mixtureText(*cell(machines, uada, "Time (s)").mixture), std::string("mixes 2 machines (host)"));
  }

  void aQueryChoosesTheRuns() {
    const Table table = made(own({"method"}, {}, {"runs"}, "epochs=10 & seed>1"), twoLengths());
    QVERIFY(near(*table.cells.at(0).at(0).mean(), 1));
    QCOMPARE(table.cells[0][0].runs, std::vector<std::int64_t>{2});
    const Table none = made(own({"method"}, {}, {"metric"}, "seed=7"), twoLengths());
    QVERIFY(none.rows.empty());
    QVERIFY(write(none, TableFormat::text).find("Nothing was measured yet") != std::string::npos);
  }

  void ofARepeatedSeedTheNewestCounts() {
    std::vector<FinishedRun> runs = twoLengths();
    runs.push_back(finishedRun(recipeOf(10), {9, "uada", 1, 0.74, 0.5}));
    const Table table = made(own({"epochs"}, {}), runs);
    QCOMPARE(table.cells.at(0).at(0).runs, (std::vector<std::int64_t>{2, 9}));
    QVERIFY(near(*table.cells[0][0].mean(), 73));
  }

  void divergedRunsAreCountedApart() {
    std::vector<FinishedRun> runs = demoRuns();
    runs[3].summary.hasDiverged = true;
    const Table table = made(own({"method"}, {}, {"metric", "seconds"}), runs);
    const std::string uada = findMethod("uada").title;
    QCOMPARE(cell(table, uada, "Top-1 (%)").diverged, std::vector<std::int64_t>{4});
    QVERIFY(near(*cell(table, uada, "Top-1 (%)").mean(), 83));
    QVERIFY(near(*cell(table, uada, "Time (s)").mean(), 440));  // it took its time
  }

  /// Methods by their settings, where those differ; in the order of the catalogue.
  void variantsHaveTheNamesOfGroups() {
    std::vector<FinishedRun> runs = demoRuns();
    runs.push_back(finishedRun(demoRecipe(), {5, "uada", 1, 0.9, 0.9, 1, Json::Object{{"epsilon", 2}}}));
    const Table table = made(own({"variant"}, {"recipe"}), runs);
    QCOMPARE(table.rows.size(), std::size_t{3});
    QVERIFY(indexOf(table.rows, "UADA (ε=2)") != std::size_t(-1));
    for (const auto& row : table.cells) QVERIFY(!row.at(0).mixture);
  }

  void furtherSeedsOfACellAreItsRunsAgain() {
    const Table table = made(own({"epochs"}, {"method"}), twoLengths());
    const auto config = plannedConfig(table, 1, 0);
    QVERIFY(config);
    QCOMPARE(configHash(*config), twoLengths()[2].summary.configHash);
    QCOMPARE(nextSeeds(table, 1, 0, 2), (std::vector<std::int64_t>{3, 4}));
    const Table mixed = made(own({"method"}, {}), twoLengths());
    QVERIFY(!plannedConfig(mixed, 0, 0));
    QVERIFY(cellPlan(mixed, 0, 0, 1, {}).why.find("mixes 2 configurations") != std::string::npos);
  }

  void whatCannotBeIsRefused() {
    const auto why = [](const OwnTable& table) { return errorOf([&] { made(table, twoLengths()); }); };
    QVERIFY2(why(own({"epoks"}, {})).contains("there is no column or setting 'epoks'"),
             why(own({"epoks"}, {})).toUtf8().constData());
    QVERIFY(why(own({"epochz"}, {})).contains("did you mean 'epoch"));
    QVERIFY(why(own({"seconds"}, {})).contains("'seconds' is measured"));
    QVERIFY(why(own({"seed"}, {"seed"})).contains("'seed' stands twice"));
    QVERIFY(why(own({"seed"}, {}, {"top9"})).contains("no values 'top9'"));
    QVERIFY(why(own({"seed"}, {}, {})).contains("needs a value"));
    QVERIFY(why(own({"seed"}, {}, {"metric"}, "seed >")).contains("which runs:"));
    for (const char* name : {"", "7", " x", "x ", "two\nlines"})
      QVERIFY2(!errorOf([&] { checkTableName(name); }).isEmpty(), name);
    checkTableName("7b");
    const auto wrong = [](const char* text) {
      return errorOf([&] { ownTableFromJson("x", parseJson(text, "t"), "t"); });
    };
    QVERIFY(wrong(R"({"row": []})").contains("t: row is unknown"));
    QVERIFY(wrong(R"({"rows": "a"})").contains("t: rows: an array of names expected"));
    QVERIFY(wrong(R"({"rows": [1]})").contains("a name expected"));
  }

  void aDefinitionIsKeptInTheProject() {
    const QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("p.uada").toStdString();
    const OwnTable first{"été & 50 %", "method=uada", {"variant"}, {"seed"}, {"metric", "runs"}};
    {
      ProjectWriter project(file);
      project.keepTable(stored(first, ProjectReader(file)));
      project.keepTable(stored({"b", "", {"method"}, {}, {"last"}}, ProjectReader(file)));
      QueueRules rules;
      rules.isPaused = true;
      project.setQueueRules(rules);  // of the same table of the file
    }
    {
      const ProjectReader project(file);
      QCOMPARE(ownTables(project).size(), std::size_t{2});
      QVERIFY(findOwnTable(project, first.name) == first);
      QVERIFY(project.queueRules().isPaused);
      const QString unknown = errorOf([&] { makeTable(project, "c"); });
      QVERIFY2(unknown.contains("its own tables: 'b' 'été & 50 %'; the paper's: 1 to 9"),
               qPrintable(unknown));
      QCOMPARE(makeTable(project, "2").number, 2);
      QVERIFY(makeTable(project, "b").isOwn());
    }
    ProjectWriter project(file);
    OwnTable other = first;
    other.rows = {"method"};
    project.keepTable(stored(other, ProjectReader(file)));
    project.removeTable("b");
    QVERIFY(errorOf([&] { project.removeTable("b"); }).contains("no table 'b'"));
    QVERIFY(ownTables(ProjectReader(file)) == std::vector{other});
  }
};

QTEST_GUILESS_MAIN(TestOwnTables)
#include "tst_own_tables.moc"
