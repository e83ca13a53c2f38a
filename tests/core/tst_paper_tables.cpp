#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <set>

#include "core/engine/models/Model.h"
#include "core/tables/Accuracy.h"
#include "core/config/Paper.h"
#include "tests/core/TableTools.h"

using namespace uada;
using namespace uada::test;

namespace {

/// A row as the paper's text has it, in the order of its columns.
struct Printed {
  const char* row;
  std::vector<double> values;
};

void compare(const Table& table, const std::vector<std::string>& columns, const std::vector<Printed>& rows) {
  QCOMPARE(table.columns, columns);
  QCOMPARE(table.rows.size(), rows.size());
  for (std::size_t r = 0; r < rows.size(); ++r) {
    QCOMPARE(table.rows[r], std::string(rows[r].row));
    for (std::size_t c = 0; c < columns.size(); ++c)
      QCOMPARE(table.cells[r][c].paper, std::optional(rows[r].values[c]));
  }
}

Json settings(Json::Object members) { return Json(std::move(members)); }

/// Tiny ImageNet as the authors' code trains on it.
Recipe tinyRecipe() {
  const Json json = parseJson(
      R"({"dataset": {"name": "tiny_imagenet", "normalisation": "imagenet"}, "model": "resnet",
          "optimiser": {"learning_rate": 0.05, "weight_decay": 0.0001},
          "schedule": {"name": "step", "milestones": [0.5, 0.75], "decay": 0.1},
          "training": {"epochs": 200, "batch": 64}})",
      "test");
  return recipeFromJson(json, "test");
}

const Json kUncut = settings({{"name", "uada-cifar"}, {"cutout", false}});

FinishedRun onFolder(const Made& made) {
  Json json = Json::object();
  json["dataset"] = Json(Json::Object{{"name", "folder"}, {"folder", "/pictures"}});
  json["model"] = "resnet";
  json["input"] = Json(Json::Object{{"height", 64}, {"width", 64}});
  return finishedRun(recipeFromJson(json, "test"), made);
}

}  // namespace

/// The paper's values, typed once more from its text, and which runs stand beside them.
class TestPaperTables : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void table1IsThePapers() {
    compare(makeTable1({}),
            {"C10 R18 top-1", "C10 WRN top-1", "C100 R18 top-1", "C100 WRN top-1", "ImageNet R18 top-1",
             "ImageNet R50 top-1", "Tiny R18 top-1", "Tiny R50 top-1", "Cityscapes PSPNet50 mIoU",
             "Cityscapes PSPNet101 mIoU", "VOC SSD300 mAP", "VOC RFBNet300 mAP"},
            {{"Baseline", {95.22, 96.14, 77.01, 81.03, 69.82, 76.79, 63.13, 65.52, 76.11, 78.22, 76.9, 80.1}},
             {"UADA", {97.08, 97.83, 79.88, 83.17, 70.50, 77.19, 67.41, 70.81, 77.80, 78.83, 77.8, 81.0}}});
  }
  /// But for one column, whose values stand there alone, its numbers are those of the other tables.
  void table1RepeatsTheOthers() {
    const PaperTable& summary = paperTable("table1");
    std::size_t repeated = 0;
    for (std::size_t c = 0; c < summary.columns.size(); ++c) {
      QVERIFY2(summary.columns[c].recipe, summary.columns[c].name.c_str());
      for (const char* name : {"table2", "table4", "table5", "table8", "table9"}) {
        const PaperTable& other = paperTable(name);
        for (std::size_t k = 0; k < other.columns.size(); ++k) {
          const auto& column = other.columns[k];
          if (!column.recipe || column.metric != summary.columns[c].metric ||
              !(recipeIdentity(*column.recipe) == recipeIdentity(*summary.columns[c].recipe)))
            continue;
          ++repeated;
          for (const auto& row : summary.rows) QCOMPARE(row.values[c], valuesOf(other, row.name)[k]);
        }
      }
    }
    QCOMPARE(repeated, summary.columns.size() - 1);
  }
  void table4IsThePapers() {
    compare(makeTable4({}, bestMain), {"R18 top-1", "R18 top-5", "R50 top-1", "R50 top-5"},
            {{"Baseline", {69.82, 89.32, 76.79, 93.40}}, {"UADA", {70.50, 89.51, 77.19, 93.50}}});
  }
  void table5IsThePapers() {
    compare(makeTable5({}), {"R18", "R50"},
            {{"Baseline", {63.13, 65.52}},
             {"AA", {64.94, 67.59}},
             {"RA", {66.41, 68.64}},
             {"UADA", {67.41, 70.81}}});
  }
  void table6IsThePapers() {
    compare(makeTable6({}), {"C10 R18", "C10 WRN", "C100 R18", "C100 WRN"},
            {{"Random update", {96.31, 97.28, 79.54, 82.95}},
             {"Minimise the loss", {89.24, 92.23, 74.22, 79.26}},
             {"UADA", {97.08, 97.83, 79.88, 83.17}}});
  }
  void table7IsThePapers() {
    compare(makeTable7({}), {"C10 R18", "C10 WRN", "C100 R18", "C100 WRN"},
            {{"ε = 0", {96.33, 97.47, 78.75, 82.80}},
             {"ε = 1", {97.08, 97.83, 79.88, 83.17}},
             {"ε = 2", {96.95, 97.75, 80.07, 83.41}},
             {"ε = 3", {96.65, 97.71, 79.25, 83.43}}});
  }

  /// A recipe or method that is misspelt would be literature alone, and nobody would see it.
  void everyNameIsKnown() {
    for (const TableEntry& entry : tables()) {
      const PaperTable& paper = paperTable(entry.name);
      for (const auto& row : paper.rows)
        for (const Choice& method : row.methods) QVERIFY(!findMethod(method.name).title.empty());
      for (const auto& column : paper.columns)
        if (column.recipe) QVERIFY(!findModel(column.recipe->model.name).title.empty());
    }
    QVERIFY(paperTable("table2").columns[0].recipe && paperTable("table5").columns[0].recipe);
    QVERIFY(paperTable("table6").columns[2].recipe && paperTable("table7").columns[0].recipe);
    for (const char* row : {"Baseline", "Cutout", "AA", "RA", "TA", "UA", "Adv. AA", "UADA"})
      QVERIFY2(!methodsOf("table2", row).empty(), row);
    for (const char* table : {"table1", "table4", "table5", "table6", "table7", "table8", "table9"})
      for (const auto& row : paperTable(table).rows) QVERIFY2(!row.methods.empty(), row.name.c_str());
    for (const char* row : {"DADA", "Fast AA", "PBA", "DDAS"})
      QVERIFY2(methodsOf("table2", row).empty(), row);
  }

  /// What can be measured is trained, in full and in small.
  void experimentsFillEveryRow_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<int>("number");
    for (const int number : {4, 5, 6, 7, 8, 9})
      for (const char* folder : {"", "quick/"}) {
        const QString file = QString(PROJECT_DIR "/experiments/%1table%2.json").arg(folder).arg(number);
        QTest::addRow("%stable%d", folder, number) << file << number;
      }
  }
  void experimentsFillEveryRow() {
    QFETCH(QString, file);
    QFETCH(int, number);
    const Experiment experiment = readExperiment(file.toStdString());
    QCOMPARE(experiment.tables, std::vector<int>{number});
    const PaperTable& paper = paperTable("table" + std::to_string(number));
    std::set<std::string> rows, columns;
    for (const Choice& method : experiment.methods) {
      const auto* row = rowOf(paper, method);
      QVERIFY2(row, method.name.c_str());
      rows.insert(row->name);
    }
    for (const Recipe& recipe : experiment.recipes)
      for (const std::string& column : columnsOf(paper, recipe)) columns.insert(column);
    QCOMPARE(rows.size(), paper.rows.size());
    const auto known =
        std::ranges::count_if(paper.columns, [](const auto& c) { return c.recipe != nullptr; });
    QCOMPARE(columns.size(), file.contains("quick") ? 0 : static_cast<std::size_t>(known));
  }

  void cutoutIsARow() {
    const Table table = makeTable2(
        {finishedRun(paperRecipe(), {1, "plain", 1, 0.96, 0.96, 1, settings({{"policy", Json("cutout")}})})});
    QCOMPARE(cell(table, "Cutout", "C10 R18").values, std::vector<double>{96});
    QCOMPARE(table.rows.size(), std::size_t{16});
  }

  void ablationsAreSettings() {
    const auto made = [](std::int64_t id, double best, Json::Object members) {
      return finishedRun(paperRecipe(), {id, "uada", 1, best, best, 1, settings(std::move(members))});
    };
    const Table table =
        makeTable6({made(1, 0.90, {{"update", "random"}}), made(2, 0.80, {{"update", "against"}}),
                    made(3, 0.70, {{"update", "against"}, {"selection", "easiest"}}), made(4, 0.95, {}),
                    made(5, 0.60, {{"epsilon", 2}}), finishedRun(paperRecipe(), {6, "ra-uc", 1, 0.5, 0.5})});
    QCOMPARE(cell(table, "Random update", "C10 R18").values, std::vector<double>{90});
    QCOMPARE(cell(table, "Minimise the loss", "C10 R18").values, std::vector<double>{70});
    QCOMPARE(cell(table, "UADA", "C10 R18").values, std::vector<double>{95});
    QCOMPARE(table.rows.size(), std::size_t{3});  // the rest is left out
    QCOMPARE(table.columns.size(), std::size_t{4});
    // Nor does a recipe that only other methods were trained by have a column.
    QCOMPARE(makeTable6({finishedRun(demoRecipe(), {7, "ra-uc", 1, 0.5, 0.5})}).columns.size(),
             std::size_t{4});
  }

  /// The plain policy, by either of its names; of one seed the newer counts.
  void stepsAreRows() {
    const auto made = [](std::int64_t id, std::int64_t seed, double best, int epsilon) {
      return finishedRun(paperRecipe(), {id, "uada", seed, best, best, 1, settings({{"epsilon", epsilon}})});
    };
    const Table table =
        makeTable7({made(1, 1, 0.90, 0), made(2, 1, 0.91, 1), made(3, 1, 0.92, 2), made(4, 1, 0.93, 3),
                    made(5, 1, 0.94, 4), finishedRun(paperRecipe(), {6, "ra-uc", 1, 0.80, 0.8}),
                    finishedRun(paperRecipe(), {7, "ra-uc", 2, 0.82, 0.8})});
    QCOMPARE(cell(table, "ε = 0", "C10 R18").values, (std::vector<double>{80, 82}));
    QCOMPARE(cell(table, "ε = 1", "C10 R18").values, std::vector<double>{91});
    QCOMPARE(cell(table, "ε = 2", "C10 R18").values, std::vector<double>{92});
    QCOMPARE(cell(table, "ε = 3", "C10 R18").values, std::vector<double>{93});
    QCOMPARE(table.rows.size(), std::size_t{4});
  }

  /// Nobody published sums of these files: as many images as there should be are the paper's.
  void allImagesOfTinyImageNetAreThePapers() {
    auto whole = finishedRun(tinyRecipe(), {1, "plain", 1, 0.64, 0.6, 1, settings({{"policy", kUncut}})});
    auto part = finishedRun(tinyRecipe(), {2, "uada", 1, 0.65, 0.6, 1, settings({{"policy", kUncut}}), "x"});
    auto cut = finishedRun(tinyRecipe(), {3, "uada", 1, 0.5, 0.5});
    for (FinishedRun* run : {&whole, &part, &cut}) run->summary.isDataPublished = {};
    whole.summary.stepsPerEpoch = cut.summary.stepsPerEpoch = 1563;  // 100,000 / 64, rounded up
    part.summary.stepsPerEpoch = 1562;
    const Table table = makeTable5({whole, part, cut, demoRuns()[1]});
    QCOMPARE(cell(table, "RA", "R18").values, std::vector<double>{64});
    QVERIFY(cell(table, "UADA", "R18").values.empty());  // other images: a column of their own
    QCOMPARE(table.columns.size(), std::size_t{3});      // and none for Fashion-MNIST
    QCOMPARE(cell(table, "UADA", table.columns[2]).values, std::vector<double>{65});
    QCOMPARE(cell(table, table.rows[4], "R18").values, std::vector<double>{50});  // with Cutout: another row
  }

  /// What is a row's method depends on the task and the data set; what is no row's elsewhere is none here.
  void summaryTakesTheRowsOfTheOthers() {
    const auto withPolicy = [](Json policy) { return settings({{"policy", std::move(policy)}}); };
    const Json kSegmentation = Json("segmentation");
    auto plain = finishedRun(*paperTable("table1").columns[8].recipe,
                             {1, "plain", 1, 0.75, 0.7, 1, withPolicy(kSegmentation)});
    auto moved = finishedRun(small(*paperTable("table1").columns[8].recipe),
                             {2, "uada", 1, 0.5, 0.5, 1, withPolicy(kSegmentation)});
    plain.summary.isDataPublished = {};
    plain.summary.stepsPerEpoch = 186;  // 2,975 / 16, rounded up
    for (FinishedRun* run : {&plain, &moved}) run->summary.metric = "miou_occurring";
    const auto tiny = [&](std::int64_t id, const char* method, Json more) {
      auto run = finishedRun(tinyRecipe(), {id, method, 1, 0.6, 0.6, 1, std::move(more)});
      run.summary.isDataPublished = {};
      run.summary.stepsPerEpoch = 1563;
      return run;
    };
    auto diverged = finishedRun(paperRecipe(), {9, "baseline", 3, 0.1, 0.1});
    diverged.summary.metric.clear();
    const Table table =
        makeTable1({plain, moved, finishedRun(paperRecipe(), {3, "baseline", 1, 0.95, 0.9}),
                    finishedRun(paperRecipe(), {4, "baseline", 2, 0.96, 0.9}),
                    finishedRun(paperRecipe(), {5, "ra-uc", 1, 0.97, 0.9}),
                    finishedRun(paperRecipe(), {6, "uada", 1, 0.98, 0.9, 1, withPolicy(kUncut)}),
                    tiny(7, "uada", withPolicy(kUncut)), tiny(8, "uada", Json::object()), diverged});
    QCOMPARE(cell(table, "Baseline", "C10 R18 top-1").values, (std::vector<double>{95, 96}));
    QCOMPARE(cell(table, "Baseline", "C10 R18 top-1").diverged, std::vector<std::int64_t>{9});
    QVERIFY(!cell(table, "UADA", "C10 R18 top-1").isMeasured());  // without Cutout: no row in Table 2
    QCOMPARE(cell(table, "UADA", "Tiny R18 top-1").values, std::vector<double>{60});
    QCOMPARE(cell(table, "UADA", "Tiny R18 top-1").runs, std::vector<std::int64_t>{7});
    QCOMPARE(cell(table, "Baseline", "Cityscapes PSPNet50 mIoU").values, std::vector<double>{75});
    QCOMPARE(table.rows.size(), std::size_t{2});
    QCOMPARE(table.columns.size(), std::size_t{13});  // one of its own for the shorter training
    QVERIFY2(table.columns[12].ends_with(", mIoU"), table.columns[12].c_str());
    QCOMPARE(cell(table, "UADA", table.columns[12]).values, std::vector<double>{50});
  }

  void top5IsOfTheBestEpoch() {
    const Json resized = settings({{"name", "uada-cifar"}, {"crop", "resized"}, {"cutout", false}});
    const auto run = onFolder({1, "uada", 1, 0.7, 0.6, 1, settings({{"policy", resized}})});
    const Table table =
        makeTable4({run, demoRuns()[1]}, [](const RunSummary& summary, const std::string& name) {
          return name == "top5" ? std::optional(0.9) : bestMain(summary, name);
        });
    QCOMPARE(table.columns.size(), std::size_t{6});
    QVERIFY2(table.columns[4].ends_with(", top-1"), table.columns[4].c_str());
    QVERIFY2(table.columns[5].ends_with(", top-5"), table.columns[5].c_str());
    QCOMPARE(cell(table, "UADA", table.columns[4]).values, std::vector<double>{70});
    QCOMPARE(cell(table, "UADA", table.columns[5]).values, std::vector<double>{90});
  }

  /// From a project: top-5 is read from the rows of the epochs, and each table writes every form.
  void fromAProject() {
    const QTemporaryDir folder;
    const std::string file = folder.filePath("p.uada").toStdString();
    const Json resized = settings({{"name", "uada-cifar"}, {"crop", "resized"}, {"cutout", false}});
    {
      ProjectWriter project(file);
      record(project, onFolder({1, "uada", 1, 0.7, 0.6, 1, settings({{"policy", resized}})}));
      project.flush();
    }
    const ProjectReader project(file);
    const Table four = findTable(4).make(project);
    QCOMPARE(cell(four, "UADA", four.columns[4]).values, std::vector<double>{70});
    QCOMPARE(cell(four, "UADA", four.columns[5]).values, std::vector<double>{95});
    for (const TableEntry& entry : tables()) {
      const Table table = entry.make(project);
      for (const char* form : {"text", "csv", "md", "tex"}) {
        const std::string text = write(table, tableFormatFromName(form));
        QVERIFY2(
            text.find(paperTable(entry.name).rows.front().name) != text.npos || form == std::string("tex"),
            (entry.name + form).c_str());
      }
    }
    const std::string latex = write(findTable(7).make(project), TableFormat::latex);
    QVERIFY2(latex.find("epsilon") != latex.npos && latex.find("83.43") != latex.npos, latex.c_str());
  }

 private:
  static Recipe small(Recipe recipe) {
    recipe.training.epochs = 1;
    return recipe;
  }
  static std::vector<std::optional<double>> valuesOf(const PaperTable& table, const std::string& name) {
    for (const auto& row : table.rows)
      if (row.name == name) return row.values;
    return {};
  }
  static std::vector<Choice> methodsOf(const std::string& table, const std::string& name) {
    for (const auto& row : paperTable(table).rows)
      if (row.name == name) return row.methods;
    throw Error("no row " + name);
  }
  /// Two epochs, of which the first is the better one.
  static void record(ProjectWriter& project, const FinishedRun& made) {
    const std::int64_t run = project.createRun(*made.config).id;
    const int attempt = project.beginAttempt(run, currentManifest(), "");
    const auto test = [](double top1, double top5) {
      return Metrics{{"top1", top1}, {"top5", top5}, {"loss", 0.1}};
    };
    for (const int number : {1, 2}) {
      EpochReport epoch;
      epoch.epoch = number;
      epoch.step = 5 * number;
      epoch.test = number == 1 ? test(0.7, 0.95) : test(0.6, 0.9);
      project.append(run, attempt, epoch);
    }
    project.append(run, attempt,
                   ResultReport{.metric = "top1", .best = 0.7, .bestEpoch = 1, .last = test(0.6, 0.9)});
    project.append(run, attempt, StateReport{RunState::finished, "", "cpu", 2, "x", false});
  }
};

QTEST_GUILESS_MAIN(TestPaperTables)
#include "tst_paper_tables.moc"
