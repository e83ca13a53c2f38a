#include <QTemporaryDir>
#include <QTest>
#include <cstdlib>
#include <limits>
#include <new>
#include <set>

#include "core/config/Paper.h"
#include "core/tables/Comparison.h"
#include "core/tables/Cost.h"
#include "core/tables/Labels.h"
#include "tests/core/TableTools.h"

using namespace uada;
using namespace uada::test;

// Work is counted, not timed: comparisons of texts, and pieces of memory that were asked for. The program's
// own functions stand in for those of the C library in the libraries it uses, too.
static std::size_t worked = 0;  // NOLINT: these have no other place to count in
void* operator new(std::size_t size) {
  ++worked;
  if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
extern "C" __attribute__((no_builtin)) int memcmp(const void* a, const void* b, std::size_t size) noexcept {
  ++worked;
  const auto *left = static_cast<const unsigned char*>(a), *right = static_cast<const unsigned char*>(b);
  for (std::size_t i = 0; i < size; ++i)
    if (left[i] != right[i]) return left[i] < right[i] ? -1 : 1;
  return 0;
}
extern "C" __attribute__((no_builtin)) int bcmp(const void* a, const void* b, std::size_t size) noexcept {
  return memcmp(a, b, size);
}

namespace {

/// SHA-256 of a file, made up.
std::string hashOf(char digit) { return std::string(8, digit) + std::string(56, '0'); }

/// uada with a policy that is a file.
Json found(const char* file, const std::string& hash) {
  return Json(
      Json::Object{{"policy", Json(Json::Object{{"name", "found"}, {"file", file}, {"sha256", hash}})}});
}

std::set<std::string> asSet(const std::vector<std::string>& names) { return {names.begin(), names.end()}; }

/// Runs of uada that differ in their policy alone, each of one seed.
std::vector<FinishedRun> policyRuns() {
  const Recipe recipe = paperRecipe();
  const Json builtIn(Json::Object{{"policy", "autoaugment"}});
  return {finishedRun(recipe, {1, "uada", 1, 0.10, 0.10, 1, builtIn}),
          finishedRun(recipe, {2, "uada", 1, 0.20, 0.20, 1, found("x/autoaugment.json", hashOf('1'))}),
          finishedRun(recipe, {3, "uada", 1, 0.30, 0.30, 1, found("pol.v1", hashOf('2'))}),
          finishedRun(recipe, {4, "uada", 1, 0.40, 0.40, 1, found("pol.v2", hashOf('3'))}),
          finishedRun(recipe, {5, "uada", 1, 0.50, 0.50, 1, found("a/pol.json", hashOf('4'))}),
          finishedRun(recipe, {6, "uada", 2, 0.60, 0.60, 1, found("b/pol.json", hashOf('4'))}),
          finishedRun(recipe, {7, "uada", 1, 0.70, 0.70, 1, found("b/pol.json", hashOf('5'))})};
}

/// A file is what it holds: a/pol.json and b/pol.json of one content are one policy, b/pol.json of another is
/// another.
struct Expected {
  std::string label;
  std::vector<double> values;
  std::vector<std::int64_t> runs;
};
const std::vector<Expected> kPolicies{{"(policy autoaugment)", {10}, {1}},
                                      {"(policy autoaugment@11111111)", {20}, {2}},
                                      {"(policy pol.v1)", {30}, {3}},
                                      {"(policy pol.v2)", {40}, {4}},
                                      {"(policy pol@44444444)", {50, 60}, {5, 6}},
                                      {"(policy pol@55555555)", {70}, {7}}};

/// Runs of half as many recipes.
std::vector<FinishedRun> sweep(int count) {
  std::vector<FinishedRun> runs;
  for (int i = 0; i < count; ++i) {
    Recipe recipe = demoRecipe();
    recipe.optimiser.set("learning_rate", 0.001 * (1 + i / 2));
    runs.push_back(finishedRun(recipe, {i + 1, i % 2 ? "uada" : "ra-uc", 1, 0.8, 0.8}));
  }
  return runs;
}

}  // namespace

/// What rows, columns, cells and groups are told apart by: configuration, images and seed, never their names.
class TestTableKeys : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void policiesOfOneNameHaveRowsOfTheirOwn() {
    for (const Table& table : {makeTable2(policyRuns()), makeTable3([] {
                                 auto runs = policyRuns();
                                 runs.push_back(finishedRun(paperRecipe(), {8, "ra-uc", 1, 0.8, 0.8}));
                                 return runs;
                               }())}) {
      const std::size_t papers = paperTable(table.name).rows.size();
      QCOMPARE(table.rows.size(), papers + kPolicies.size());
      QCOMPARE(asSet(table.rows).size(), table.rows.size());
      for (std::size_t i = 0; i < kPolicies.size(); ++i)
        QCOMPARE(table.rows[papers + i], "UADA " + kPolicies[i].label);
    }
    const Table table = makeTable2(policyRuns());
    for (const Expected& expected : kPolicies) {
      const Cell& one = cell(table, "UADA " + expected.label, "C10 R18");
      QCOMPARE(one.values, expected.values);
      QCOMPARE(one.runs, expected.runs);
    }
  }

  void policiesOfOneNameAreGroupsOfTheirOwn() {
    const auto groups = groupRuns(policyRuns());
    QCOMPARE(groups.size(), kPolicies.size());
    for (std::size_t i = 0; i < groups.size(); ++i) {
      QCOMPARE(groups[i].label, "UADA " + kPolicies[i].label);
      QCOMPARE(groups[i].last, kPolicies[i].values);
    }
  }

  /// Words of one label may be another's; then a hash tells them.
  void labelsNeverReadAlike() {
    const std::vector<Json> things{Json(Json::Object{{"x", 1}}), Json(Json::Object{{"x", 2}}),
                                   Json(Json::Object{{"y", 1}}), Json("b")};
    const auto labels = toldApart({"a", "a", "a, x 1", "b"}, [&](std::size_t i) { return things[i]; }, {"b"});
    QCOMPARE(asSet(labels).size(), std::size_t{4});
    QCOMPARE(labels[1], std::string("a, x 2"));
    QVERIFY(labels[0].starts_with("a, x 1, #") && labels[2].starts_with("a, x 1, #"));
    QVERIFY(labels[3].starts_with("b, #"));
    // A text and a number of the same digits.
    const auto typed = toldApart(
        {"a", "a"}, [](std::size_t i) { return Json(Json::Object{{"x", i == 0 ? Json(1) : Json("1")}}); });
    QVERIFY(typed[0] != typed[1]);
  }

  void otherImagesHaveColumnsOfTheirOwn() {
    const Recipe recipe = paperRecipe();
    const Table table =
        makeTable2({finishedRun(recipe, {1, "uada", 1, 0.91, 0.9, 1, Json::object(), "real", true}),
                    finishedRun(recipe, {2, "uada", 2, 0.10, 0.1, 1, Json::object(), "noise", false}),
                    finishedRun(recipe, {3, "uada", 3, 0.92, 0.9, 1, Json::object(), "real", {}}),
                    finishedRun(recipe, {4, "uada", 4, 0.20, 0.2, 1, Json::object(), "old", {}})});
    QCOMPARE(cell(table, "UADA", "C10 R18").values, (std::vector<double>{91, 92}));
    QCOMPARE(cell(table, "UADA", "CIFAR-10 r18, other images than published").values,
             std::vector<double>{10});
    QCOMPARE(cell(table, "UADA", "CIFAR-10 r18, images not known as published").values,
             std::vector<double>{20});
    QCOMPARE(table.columns.size(), std::size_t{9});
  }

  void imagesThatAreBothOthersAreToldByTheirHash() {
    const auto of = [](std::int64_t id, const char* data) {
      return finishedRun(paperRecipe(),
                         {id, "uada", 1, 0.1 * static_cast<double>(id), 0.1, 1, Json::object(), data, false});
    };
    // One set of training images with two of test images.
    const Table table = makeTable2({of(1, "aaaaaaaa11+bbbbbbbb22"), of(2, "aaaaaaaa11+cccccccc33")});
    const std::string column = "CIFAR-10 r18, other images than published, images aaaaaaaa+";
    QCOMPARE(cell(table, "UADA", column + "bbbbbbbb").values, std::vector<double>{10});
    QCOMPARE(cell(table, "UADA", column + "cccccccc").values, std::vector<double>{20});
    const auto groups = groupRuns({of(1, "a+b"), of(2, "a+c")});
    QCOMPARE(groups.size(), std::size_t{2});
    QCOMPARE(groups[0].dataset, std::string("CIFAR-10, other images than published"));
    QCOMPARE(groups[0].label, std::string("UADA, images a+b"));
    QCOMPARE(groups[1].label, std::string("UADA, images a+c"));
  }

  void aSeedOnOtherImagesIsNoRepeat() {
    const Recipe recipe = demoRecipe();
    const auto kept = onePerSeed({finishedRun(recipe, {1, "uada", 1, 0.1, 0.1, 1, Json::object(), "a"}),
                                  finishedRun(recipe, {2, "uada", 1, 0.2, 0.2, 1, Json::object(), "b"}),
                                  finishedRun(recipe, {3, "uada", 1, 0.3, 0.3, 1, Json::object(), "a"})});
    QCOMPARE(kept.size(), std::size_t{2});
    QCOMPARE(kept[0].summary.id, 2);
    QCOMPARE(kept[1].summary.id, 3);
  }

  /// What was measured on images that were set aside is not read as a result on the test images.
  void aColumnSaysOnWhatItsRunsWereTested() {
    Recipe held = paperRecipe();
    held.dataset.set("validation", 0.1);
    const Table table = makeTable2({finishedRun(held, {1, "uada", 1, 0.97, 0.96})});
    const std::string wanted = "tested on 10 % of the training images";
    QVERIFY(std::ranges::any_of(
        table.columns, [&](const std::string& column) { return column.find(wanted) != std::string::npos; }));
  }

  /// A fork of ra-uc is no measure for the others, neither where there is no other, nor where it comes first.
  void aForkIsNoReference() {
    const Recipe recipe = demoRecipe();
    std::vector<FinishedRun> runs{finishedRun(recipe, {1, "ra-uc", 1, 0.9, 0.9, 100}),
                                  finishedRun(recipe, {2, "uada", 1, 0.8, 0.8, 400})};
    runs[0].summary.lineage = {"89abcdef", 30, "a configuration"};
    for (const RunGroup& group : groupRuns(runs)) QVERIFY(!group.toReference);
    runs.push_back(finishedRun(recipe, {3, "ra-uc", 1, 0.7, 0.7, 100}));
    int compared = 0;
    for (const RunGroup& group : groupRuns(runs))
      if (group.method == "uada") {
        ++compared;
        QVERIFY(group.toReference && near(group.toReference->mean, 10));
      }
    QCOMPARE(compared, 1);
  }

  /// train_limit 50000 is the whole set: the same training as with 0, under another hash.
  void aCellCountsSeedsOnce() {
    Recipe counted = paperRecipe();
    counted.dataset.set("train_limit", 50000);
    const Table table = makeTable2({finishedRun(paperRecipe(), {1, "uada", 1, 0.97, 0.96}),
                                    finishedRun(counted, {2, "uada", 1, 0.98, 0.96}),
                                    finishedRun(counted, {3, "uada", 2, 0.95, 0.96}),
                                    finishedRun(paperRecipe(), {4, "uada", 2, 0.94, 0.96})});
    QCOMPARE(cell(table, "UADA", "C10 R18").values, (std::vector<double>{98, 94}));
    QCOMPARE(cell(table, "UADA", "C10 R18").runs, (std::vector<std::int64_t>{2, 4}));
  }

  void costsAreDividedByRunsOnTheSameImages() {
    const Recipe recipe = demoRecipe();
    const std::vector<FinishedRun> runs{
        finishedRun(recipe, {1, "ra-uc", 1, 0.8, 0.8, 100, Json::object(), "a"}),
        finishedRun(recipe, {2, "ra-uc", 1, 0.8, 0.8, 10, Json::object(), "b"}),
        finishedRun(recipe, {3, "uada", 1, 0.8, 0.8, 400, Json::object(), "a"}),
        finishedRun(recipe, {4, "uada", 1, 0.8, 0.8, 50, Json::object(), "b"}),
        finishedRun(recipe, {5, "uada", 1, 0.8, 0.8, 50, Json::object(), "c"})};
    CostReference reference;
    for (const FinishedRun& run : runs) reference.add(run.summary);
    QCOMPARE(reference.ratios(runs[2].summary).time, std::optional(4.0));
    QCOMPARE(reference.ratios(runs[3].summary).time, std::optional(5.0));
    QVERIFY(!reference.fits(runs[4].summary) && !reference.ratios(runs[4].summary).forwards);
    std::map<std::string, std::optional<double>> ratios;
    for (const RunGroup& group : groupRuns(runs))
      if (group.method == "uada") ratios[group.dataHash] = group.timeRatio;
    const std::map<std::string, std::optional<double>> wanted{{"a", 4.0}, {"b", 5.0}, {"c", std::nullopt}};
    QVERIFY(ratios == wanted);
  }

  void costsAStepAlsoOfRunsThatGoOn() {
    RunSummary plain = finishedRun(demoRecipe(), {1, "ra-uc", 1, 0.8, 0.8, 100}).summary;
    plain.step = 200;
    CostReference reference;
    reference.add(plain);
    RunSummary live = finishedRun(demoRecipe(), {2, "uada", 1, 0.8, 0.8, 30}).summary;
    QVERIFY(!reference.timePerStep(live));
    live.step = 20;
    QCOMPARE(reference.timePerStep(live), std::optional(3.0));  // 1.5 s to 0.5 s
    live.device = "cuda:0";
    QVERIFY(!reference.timePerStep(live));
  }

  void divergedSeedsAreToldAndNotAveraged() {
    auto runs = demoRuns();
    runs.push_back(finishedRun(demoRecipe(), {5, "uada", 3, 0.1, 0.1}));
    runs.back().summary.hasDiverged = true;
    const Table table = makeTable2(runs);
    const Cell& one = cell(table, "UADA", table.columns.back());
    QCOMPARE(one.values, (std::vector<double>{83, 84}));
    QCOMPARE(one.diverged, std::vector<std::int64_t>{5});
    QVERIFY(write(table, TableFormat::text).find("83.50 ± 0.71, n 2, 1 diverged") != std::string::npos);
    QVERIFY(write(table, TableFormat::csv).find(",top-1,measured,83.5,0.7071067811865") != std::string::npos);
    QVERIFY(write(table, TableFormat::csv).find(",top-1,diverged,,,1,\n") != std::string::npos);
    const auto groups = groupRuns(runs);
    QCOMPARE(groups[1].last, (std::vector<double>{82, 84}));
    QCOMPARE(groups[1].diverged, std::size_t{1});
    QVERIFY(writeComparison(groups, TableFormat::text).find("2, 1 diverged") != std::string::npos);
  }

  void withoutSpreadThereIsNoInterval() {
    const Recipe recipe = demoRecipe();
    const auto groups = groupRuns(
        {finishedRun(recipe, {1, "ra-uc", 1, 0.80, 0.80}), finishedRun(recipe, {2, "uada", 1, 0.82, 0.82}),
         finishedRun(recipe, {3, "ra-uc", 2, 0.80, 0.80}), finishedRun(recipe, {4, "uada", 2, 0.82, 0.82})});
    const std::string said = "+2.00, no interval: no spread";
    for (const TableFormat format : {TableFormat::text, TableFormat::markdown, TableFormat::latex}) {
      const std::string text = writeComparison(groups, format);
      QVERIFY2(text.find(said) != std::string::npos && text.find("p <") == std::string::npos, text.c_str());
    }
    const std::string csv = writeComparison(groups, TableFormat::csv);
    QVERIFY2(csv.ends_with(",0,no interval: no spread,train+test,ra-uc\n"), csv.c_str());
  }

  /// As in the tables: means 11 apart beside deviations of 1 are better, 1 apart they are not; one seed
  /// never.
  void onlyWhatIsBetterBeyondTheNoiseIsBold() {
    const auto groups = [](double uada, int seeds) {
      std::vector<FinishedRun> runs;
      for (int seed = 1; seed <= seeds; ++seed) {
        const double noise = 0.01 * (seed % 3), other = 0.01 * (seed * 2 % 3);
        runs.push_back(finishedRun(demoRecipe(), {seed, "ra-uc", seed, 0.8 + noise, 0.8 + noise}));
        runs.push_back(finishedRun(demoRecipe(), {10 + seed, "uada", seed, uada + other, uada + other}));
      }
      return groupRuns(runs);
    };
    QCOMPARE(bestGroups(groups(0.91, 3)), (std::vector<bool>{false, true}));
    QCOMPARE(bestGroups(groups(0.81, 3)), (std::vector<bool>{false, false}));
    QCOMPARE(bestGroups(groups(0.91, 1)), (std::vector<bool>{false, false}));
    const std::string text = writeComparison(groups(0.91, 3), TableFormat::markdown);
    QVERIFY2(text.find("**92.00 ± 1.00**") != std::string::npos &&
                 text.find("p below 0.05 (Holm)") != std::string::npos,
             text.c_str());
    const auto rows = runsAsGroups(groups(0.91, 3));
    QCOMPARE(rows.size(), std::size_t{6});
    QCOMPARE(rows[1].last, std::vector<double>{82});
    const std::string csv = writeComparison(
        rows, {{"training.batch", "Batch", {"1", "2", "=3", "4", "5", "6"}}}, TableFormat::csv);
    QVERIFY2(csv.substr(0, csv.find('\n')).ends_with(",reference,training.batch") &&
                 csv.find(",'=3\n") != std::string::npos,
             csv.c_str());
  }

  void workGrowsWithTheRuns() {
    const auto workOf = [](int count) {
      const auto runs = sweep(count);
      const std::size_t before = worked;
      const std::string text = write(makeTable2(runs), TableFormat::csv) +
                               write(makeTable3(runs), TableFormat::text) +
                               writeComparison(groupRuns(runs), TableFormat::text);
      return text.empty() ? 0.0 : static_cast<double>(worked - before);
    };
    const double small = workOf(100), large = workOf(800);
    QVERIFY2(large < 10 * small, qPrintable(QString("%1 and %2").arg(small).arg(large)));
  }
};

QTEST_GUILESS_MAIN(TestTableKeys)
#include "tst_table_keys.moc"
