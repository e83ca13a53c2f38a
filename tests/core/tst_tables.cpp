#include <QTemporaryDir>
#include <QTest>

#include "core/base/Error.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/models/Model.h"
#include "core/tables/Grid.h"
#include "core/config/Paper.h"
#include "tests/core/TableTools.h"

using namespace uada;
using namespace uada::test;

class TestTables : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void catalogue();
  void paperValues();
  void welchByHand();
  void differenceNeedsTwoSeedsAndSpread();
  void spreadOfCell();
  void intervalOfMean();
  void paperColumnsTakePaperRecipesOnly();
  void otherRecipesGetTheirOwnColumn();
  void settingsGetTheirOwnRow();
  void runsOfOtherTasksDoNotCount();
  void unfinishedRunsDoNotCount();
  void repeatedSeedsCountOnce();
  void costRelativeToRaUc();
  void timeNeedsTheSameMachine();
  void comparisonByHand();
  void comparisonWithoutRaUc();
  void comparisonLabels();
  void fromAProject();
};

void TestTables::catalogue() {
  std::vector<int> numbers;
  for (const TableEntry& entry : tables()) {
    numbers.push_back(entry.number);
    QCOMPARE(entry.name, "table" + std::to_string(entry.number));
  }
  QCOMPARE(numbers, (std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8, 9}));
  QCOMPARE(findTable(3).name, std::string("table3"));
  QVERIFY_THROWS_EXCEPTION(UsageError, findTable(10));
  QVERIFY_THROWS_EXCEPTION(UsageError, tableFormatFromName("xls"));
  for (const char* format : {"text", "csv", "md", "tex"}) tableFormatFromName(format);
}

void TestTables::paperValues() {
  const Table two = makeTable2({});
  QCOMPARE(two.rows.size(), std::size_t{16});
  QCOMPARE(two.columns.size(), std::size_t{7});
  QCOMPARE(two.rows.front(), std::string("Baseline"));
  QCOMPARE(two.rows.back(), std::string("UADA"));
  QCOMPARE(cell(two, "UADA", "C10 R18").paper, std::optional(97.08));
  QCOMPARE(cell(two, "UADA", "C100 SS96").paper, std::optional(85.88));
  QCOMPARE(cell(two, "Cutout", "C10 SS32").paper, std::optional(96.90));
  QVERIFY(!cell(two, "O.A.", "C10 SS96").paper);
  // Checksum over the whole table, so that no digit changes unseen.
  double sum = 0;
  int count = 0;
  for (const auto& row : two.cells)
    for (const Cell& value : row)
      if (value.paper) sum += *value.paper, ++count;
  QCOMPARE(count, 70);
  QVERIFY2(std::abs(sum - 6466.97) < 1e-6, std::to_string(sum).c_str());
  const Table three = makeTable3({});
  QCOMPARE(std::vector(three.rows.begin(), three.rows.begin() + 5),
           (std::vector<std::string>{"RA", "Adv. AA", "LTDA", "DivAug", "UADA"}));
  for (std::size_t i = 5; i < three.rows.size(); ++i)
    QVERIFY(three.rows[i].ends_with("(not in the paper)") && !three.cells[i][0].paper);
  QCOMPARE(cell(three, "UADA", "Time (paper)").paper, std::optional(4.2));
}

void TestTables::welchByHand() {
  // Equal sizes and variances: 4 degrees of freedom, standard error sqrt(2/3), t(0.975; 4) = 2.776445.
  const auto equal = difference({1, 2, 3}, {4, 5, 6});
  QVERIFY(equal && near(equal->mean, -3) && equal->interval && equal->why.empty());
  QVERIFY(near(equal->interval->low, -5.266958) && near(equal->interval->high, -0.733042));
  QVERIFY2(near(*equal->p, 0.0213117), std::to_string(*equal->p).c_str());
  // Variances 1 and 20/3, standard error sqrt(1/3 + 5/3), 4 / (1/18 + 25/27) = 4.075472 degrees of freedom.
  const auto welch = difference({1, 2, 3}, {2, 4, 6, 8});
  QVERIFY(welch && near(welch->mean, -3) && welch->interval);
  QVERIFY2(near(welch->interval->low, -6.897975), std::to_string(welch->interval->low).c_str());
  QVERIFY2(near(welch->interval->high, 0.897975), std::to_string(welch->interval->high).c_str());
  QVERIFY2(near(*welch->p, 0.0999129), std::to_string(*welch->p).c_str());
  const auto turned = difference({2, 4, 6, 8}, {1, 2, 3});
  QVERIFY(near(turned->interval->low, -welch->interval->high) && near(*turned->p, *welch->p));
}

void TestTables::differenceNeedsTwoSeedsAndSpread() {
  QVERIFY(!difference({1, 2}, {}));
  const auto alone = [](const std::vector<double>& a, const std::vector<double>& b, const char* why) {
    const auto d = difference(a, b);
    return d && !d->interval && !d->p && d->why == why ? d->mean : std::nan("");
  };
  QCOMPARE(alone({1}, {2, 3}, "one seed"), -1.5);
  QCOMPARE(alone({5, 5}, {4, 4}, "no spread"), 1.0);
  QCOMPARE(alone({5, 5}, {5, 5}, "no spread"), 0.0);
  // Equal values whose sum is rounded: 3 x 0.1 / 3 is not 0.1 in doubles.
  QCOMPARE(alone({0.1, 0.1, 0.1}, {0.1, 0.1, 0.1}, "no spread"), 0.0);
  QCOMPARE(alone({96.95, 96.95, 96.95}, {94.95, 94.95, 94.95}, "no spread"), 96.95 - 94.95);
  // One side without spread: the other's alone, 2 degrees of freedom, standard error 1 / sqrt(3), t
  // = 4.302653.
  const auto one = difference({1, 2, 3}, {5, 5, 5});
  QVERIFY(one && one->interval && near(one->mean, -3));
  QVERIFY(near(one->interval->low, -3 - 2.4841377) && near(one->interval->high, -3 + 2.4841377));
  QVERIFY2(near(*one->p, 0.0350987), std::to_string(*one->p).c_str());
  // Variances whose squares are below the smallest double: 4 degrees of freedom, standard error sqrt(2 / 3)
  // e-85.
  const auto tiny = difference({0, 1e-85, 2e-85}, {0, 1e-85, 2e-85});
  QVERIFY(tiny && tiny->interval && near(*tiny->p, 1));
  QVERIFY(tiny->interval->high > 2.2e-85 && tiny->interval->high < 2.3e-85);  // half of it 2.26696e-85
  const double infinite = std::numeric_limits<double>::infinity(), none = std::nan("");
  for (const double value : {infinite, -infinite, none}) {
    QVERIFY(!difference({1, value}, {1, 2}) && !difference({1, 2}, {1, value}));
    QVERIFY(!meanInterval({1, value}));
    QCOMPARE(whyNoInterval({1, value}), std::string("a value is no number"));
  }
}

void TestTables::intervalOfMean() {
  const auto interval = meanInterval({1, 2, 3});  // 2 -+ t(0.975; 2) / sqrt(3), t = 4.302653
  QVERIFY(interval && near(interval->low, 2 - 2.4841377) && near(interval->high, 2 + 2.4841377));
  QCOMPARE(whyNoInterval({1, 2, 3}), std::string());
  QVERIFY(!meanInterval({1}) && !meanInterval({0.1, 0.1, 0.1}));
  QCOMPARE(whyNoInterval({1}), std::string("one seed"));
  QCOMPARE(whyNoInterval({0.1, 0.1, 0.1}), std::string("no spread"));
}

void TestTables::spreadOfCell() {
  const Cell cell{{1, 2, 4}, {}, {}};
  QVERIFY(near(*cell.mean(), 7.0 / 3) && near(*cell.spread(), std::sqrt(7.0 / 3)));
  QVERIFY(!Cell{}.mean());
  const Cell one{{3}, {}, {}};
  QVERIFY(one.mean() && !one.spread());
}

void TestTables::paperColumnsTakePaperRecipesOnly() {
  Recipe whole = paperRecipe(), few = whole, thin = whole, brief = whole, counted = whole;
  few.dataset.set("train_limit", 500);
  thin.model.set("width", 16);
  brief.training.epochs = 1;
  counted.dataset.set("train_limit", 50000);
  whole.name = "whatever";
  whole.dataset.set("folder", "/data");
  const Table table =
      makeTable2({finishedRun(whole, {1, "uada", 1, 0.97, 0.96}), finishedRun(few, {2, "uada", 1, 0.5, 0.5}),
                  finishedRun(thin, {3, "uada", 1, 0.9, 0.9}), finishedRun(brief, {4, "uada", 1, 0.4, 0.4}),
                  finishedRun(counted, {5, "uada", 2, 0.98, 0.96})});
  QCOMPARE(cell(table, "UADA", "C10 R18").values, (std::vector<double>{97, 98}));
  QCOMPARE(cell(table, "UADA", "C10 R18").runs, (std::vector<std::int64_t>{1, 5}));
  QCOMPARE(
      std::vector<std::string>(table.columns.begin() + 7, table.columns.end()),
      (std::vector<std::string>{"CIFAR-10 r18, 500 images", "CIFAR-10 r18w16", "CIFAR-10 r18, epochs 1"}));
  QVERIFY(!cell(table, "UADA", "CIFAR-10 r18w16").paper);
}

void TestTables::otherRecipesGetTheirOwnColumn() {
  Recipe longer = demoRecipe();
  longer.training.epochs = 20;
  auto runs = demoRuns();
  const Table one = makeTable2(runs);
  QCOMPARE(one.columns.back(), std::string("Fashion-MNIST r10w8, 6,000 images"));
  QCOMPARE(cell(one, "RA", one.columns.back()).values, (std::vector<double>{80, 82}));
  QVERIFY(!cell(one, "UADA", one.columns.back()).paper);
  runs.push_back(finishedRun(longer, {5, "uada", 1, 0.85, 0.85}));
  const Table two = makeTable2(runs);
  QCOMPARE(two.columns[7], std::string("Fashion-MNIST r10w8, 6,000 images, epochs 10"));
  QCOMPARE(two.columns[8], std::string("Fashion-MNIST r10w8, 6,000 images, epochs 20"));
  QCOMPARE(cell(two, "UADA", two.columns[8]).values, std::vector<double>{85});
}

void TestTables::settingsGetTheirOwnRow() {
  const Json two(Json::Object{{"epsilon", 2}}), letter(Json::Object{{"include_unperturbed", false}});
  const Table table = makeTable2({finishedRun(paperRecipe(), {1, "uada", 1, 0.97, 0.97}),
                                  finishedRun(paperRecipe(), {2, "uada", 1, 0.96, 0.96, 1, two}),
                                  finishedRun(paperRecipe(), {3, "uada", 1, 0.95, 0.95, 1, letter})});
  QCOMPARE(cell(table, "UADA", "C10 R18").values, std::vector<double>{97});
  QCOMPARE(cell(table, "UADA (ε=2)", "C10 R18").values, std::vector<double>{96});
  QCOMPARE(cell(table, "UADA (include unperturbed off)", "C10 R18").values, std::vector<double>{95});
  QVERIFY(!cell(table, "UADA (ε=2)", "C10 R18").paper);
  QCOMPARE(table.rows[16], std::string("UADA (ε=2)"));
}

/// Nor are they said to have diverged.
void TestTables::runsOfOtherTasksDoNotCount() {
  auto runs = demoRuns();
  for (FinishedRun& run : runs) run.summary.metric = "miou";
  const Table table = makeTable2(runs);
  QCOMPARE(table.columns, makeTable2({}).columns);
  QCOMPARE(table.rows, makeTable2({}).rows);
}

void TestTables::unfinishedRunsDoNotCount() {
  auto runs = demoRuns();
  runs[1].summary.state = RunState::interrupted;
  runs[3].summary.state = RunState::running;
  QCOMPARE(onePerSeed(runs).size(), std::size_t{2});
  const Table table = makeTable2(runs);
  QVERIFY(cell(table, "UADA", table.columns.back()).values.empty());
  QCOMPARE(groupRuns(runs).size(), std::size_t{1});
}

void TestTables::repeatedSeedsCountOnce() {
  auto runs = demoRuns();
  runs.insert(runs.begin(), finishedRun(demoRecipe(), {9, "uada", 1, 0.9, 0.9}));  // newer, though first
  const Table table = makeTable2(runs);
  QCOMPARE(cell(table, "UADA", table.columns.back()).runs, (std::vector<std::int64_t>{4, 9}));
}

void TestTables::costRelativeToRaUc() {
  const Table table = makeTable3(demoRuns());
  const std::string recipe = "Fashion-MNIST r10w8, 6,000 images";
  QCOMPARE(table.columns, (std::vector<std::string>{"Time (paper)", "Time, " + recipe, "Forwards, " + recipe,
                                                    "Chains, " + recipe}));
  // ra-uc: 100 s and 120 s, so UADA's 420 s and 460 s are divided by 110.
  const Cell& time = cell(table, "UADA", "Time, " + recipe);
  QVERIFY(near(time.values[0], 420.0 / 110) && near(time.values[1], 460.0 / 110));
  QVERIFY(near(*cell(table, "RA", "Time, " + recipe).mean(), 1));
  QCOMPARE(cell(table, "UADA", "Forwards, " + recipe).values,
           (std::vector<double>{4, 4}));  // (9 + 1 + 2) / 3
  QCOMPARE(cell(table, "UADA", "Chains, " + recipe).values, (std::vector<double>{9, 9}));
  QVERIFY(!time.paper);
  const auto runs = demoRuns();
  QCOMPARE(makeTable3({runs[1], runs[3]}).columns.size(), std::size_t{1});  // nothing to relate to
}

void TestTables::timeNeedsTheSameMachine() {
  auto runs = demoRuns();
  runs[3].summary.threads = 4;
  runs[0].summary.host = "other";
  const Table table = makeTable3(runs);
  QCOMPARE(cell(table, "UADA", table.columns[1]).values, std::vector<double>{420.0 / 120});
  QCOMPARE(cell(table, "UADA", table.columns[2]).values.size(), std::size_t{2});
}

void TestTables::comparisonByHand() {
  auto runs = demoRuns();
  std::swap(runs[0], runs[3]);  // the order given does not matter
  const auto groups = groupRuns(runs);
  QCOMPARE(groups.size(), std::size_t{2});
  QCOMPARE(groups[0].method, std::string("ra-uc"));
  QCOMPARE(groups[1].label, std::string("UADA"));
  QCOMPARE(groups[1].dataset, std::string("Fashion-MNIST, 6,000 images"));
  QCOMPARE(groups[1].model, std::string("r10w8"));
  QCOMPARE(groups[1].last, (std::vector<double>{82, 84}));
  QCOMPARE(groups[1].best, (std::vector<double>{83, 84}));
  QVERIFY(near(groups[1].seconds, 440) && near(*groups[1].timeRatio, 4));
  QVERIFY(near(*groups[1].forwardRatio, 4) && near(*groups[1].chainRatio, 9));
  QVERIFY(near(groups[1].forwardEquivalents, 120) && near(groups[1].chains, 11520));
  QVERIFY(!groups[0].toReference);
  QVERIFY(groups[1].toReference && near(groups[1].toReference->mean, 3.5));  // 83 - 79.5
}

/// Tasks that ra-uc cannot be trained on are compared with plain, if that has one policy alone.
void TestTables::comparisonWithoutRaUc() {
  const Json first(Json::Object{{"policy", "autoaugment"}}), second(Json::Object{{"policy", "randaugment"}});
  std::vector<FinishedRun> runs{finishedRun(demoRecipe(), {1, "plain", 1, 0.80, 0.80, 100, first}),
                                finishedRun(demoRecipe(), {2, "plain", 2, 0.82, 0.82, 100, first}),
                                finishedRun(demoRecipe(), {3, "uada", 1, 0.84, 0.84, 400, first})};
  auto groups = groupRuns(runs);
  QCOMPARE(groups.size(), std::size_t{2});
  QCOMPARE(groups[0].reference, std::string("plain"));
  QCOMPARE(groups[1].method, std::string("uada"));
  QVERIFY(!groups[0].toReference && near(*groups[0].timeRatio, 1));
  QVERIFY(near(*groups[1].timeRatio, 4) && near(groups[1].toReference->mean, 3));
  const std::string text = writeComparison(groups, TableFormat::text);
  QVERIFY2(text.find("Difference to plain") != text.npos && text.find("relative to plain") != text.npos,
           text.c_str());
  runs.push_back(finishedRun(demoRecipe(), {4, "plain", 1, 0.7, 0.7, 100, second}));
  for (const RunGroup& group : groupRuns(runs))
    QVERIFY(group.reference.empty() && !group.timeRatio && !group.toReference);
  runs.push_back(finishedRun(demoRecipe(), {5, "ra-uc", 1, 0.9, 0.9, 200}));
  for (const RunGroup& group : groupRuns(runs)) {
    QCOMPARE(group.reference, std::string("ra-uc"));
    QVERIFY(group.method != "uada" || near(*group.timeRatio, 2));
  }
}

void TestTables::comparisonLabels() {
  const Json two(Json::Object{{"epsilon", 2}});
  Recipe longer = demoRecipe();
  longer.training.epochs = 20;
  auto runs = demoRuns();
  runs.push_back(finishedRun(demoRecipe(), {5, "uada", 1, 0.8, 0.8, 1, two}));
  auto groups = groupRuns(runs);
  QCOMPARE(groups[1].label, std::string("UADA (ε=1)"));
  QCOMPARE(groups[2].label, std::string("UADA (ε=2)"));
  runs = demoRuns();
  runs.push_back(finishedRun(longer, {6, "baseline", 1, 0.8, 0.8}));
  groups = groupRuns(runs);
  QCOMPARE(groups[1].label, std::string("UADA, epochs 10"));
  QCOMPARE(groups[2].label, std::string("Baseline, epochs 20"));
  QVERIFY(!groups[2].timeRatio && !groups[2].toReference);
  // A policy that is not the method's own is told of a lone group, too.
  const Json other(Json::Object{{"policy", "autoaugment"}});
  groups = groupRuns({finishedRun(demoRecipe(), {7, "uada", 1, 0.8, 0.8, 1, other}),
                      finishedRun(demoRecipe(), {8, "plain", 1, 0.8, 0.8, 1, other})});
  QStringList labels;
  for (const RunGroup& group : groups) labels += QString::fromStdString(group.label);
  labels.sort();
  QCOMPARE(labels, (QStringList{"AutoAugment (plain)", "UADA (policy autoaugment)"}));
}

namespace {

/// Writes a run as training would: two epochs, the first the best, and, unless it stays unfinished, the
/// result and the last state.
std::int64_t record(ProjectWriter& project, const FinishedRun& made, bool finishes) {
  const RunSummary& summary = made.summary;
  const std::int64_t run = project.createRun(*made.config).id;
  const int attempt = project.beginAttempt(run, currentManifest(), "");
  project.append(run, attempt, StateReport{RunState::running, "", "cpu", 2, summary.dataHash, true});
  EpochReport epoch;
  epoch.epoch = 1;
  epoch.step = 5;
  epoch.test = {{"top1", *summary.best}};
  project.append(run, attempt, epoch);
  epoch.epoch = 2;
  epoch.step = 10;
  epoch.test = {{"top1", *summary.lastMain()}};
  epoch.counts = summary.counts;
  project.append(run, attempt, epoch);
  if (finishes) {
    project.append(run, attempt,
                   ResultReport{.metric = "top1",
                                .best = *summary.best,
                                .bestEpoch = 1,
                                .last = {{"top1", *summary.lastMain()}, {"loss", 0.1}},
                                .seconds = summary.seconds,
                                .counts = summary.counts});
    project.append(run, attempt, StateReport{RunState::finished, "", "cpu", 2, summary.dataHash, true});
  }
  return run;
}

}  // namespace

void TestTables::fromAProject() {
  const QTemporaryDir dir;
  const std::string file = dir.filePath("test.uada").toStdString();
  auto made = demoRuns();
  std::vector<std::int64_t> ids;
  {
    ProjectWriter project(file);
    for (const FinishedRun& run : made) ids.push_back(record(project, run, true));
    RunConfig other = *made[1].config;
    other.seed = 3;
    made[1].config = std::make_shared<const RunConfig>(other);
    record(project, made[1], false);
    project.flush();
  }
  const ProjectReader project(file);
  const auto groups = compareRuns(project);
  const auto expected = groupRuns(demoRuns());
  QCOMPARE(groups.size(), expected.size());
  for (std::size_t i = 0; i < groups.size(); ++i) {
    QCOMPARE(groups[i].label, expected[i].label);
    QCOMPARE(groups[i].configHash, expected[i].configHash);
    QCOMPARE(groups[i].last, expected[i].last);
    QCOMPARE(groups[i].best, expected[i].best);
    QCOMPARE(groups[i].timeRatio, expected[i].timeRatio);
    QCOMPARE(groups[i].chainRatio, expected[i].chainRatio);
  }
  QCOMPARE(write(findTable(2).make(project), TableFormat::csv),
           write(makeTable2(demoRuns()), TableFormat::csv));
  QCOMPARE(write(findTable(3).make(project), TableFormat::csv),
           write(makeTable3(demoRuns()), TableFormat::csv));
  const auto some = compareRuns(project, {ids[0], ids[1]});
  QCOMPARE(some.size(), std::size_t{2});
  QCOMPARE(some[1].last, std::vector<double>{82});
}

QTEST_GUILESS_MAIN(TestTables)
#include "tst_tables.moc"
