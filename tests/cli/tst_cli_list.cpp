#include <QTemporaryDir>
#include <algorithm>

#include "core/config/RunConfig.h"
#include "core/engine/tasks/Task.h"
#include "core/store/Project.h"
#include "tests/cli/Program.h"

using namespace uada;
using namespace uada::test;

/// uada list.
class TestCliList : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void listsEveryKind_data();
  void listsEveryKind();
  void listsTheRangesOfGrids();
  void listsSettings();
  void plansOneExperiment();
  void countsParametersForTheClassesGiven();

 private:
  void listsAllSettingsInATerminal();
  static void listsSettingsOfTasks(const QList<QJsonObject>& all);
};

void TestCliList::listsEveryKind_data() {
  QTest::addColumn<QString>("what");
  QTest::addColumn<QString>("kind");
  QTest::addColumn<QString>("member");
  QTest::addColumn<QStringList>("keys");
  QTest::newRow("ops") << "ops" << "op" << "rotate"
                       << QStringList{"min", "max", "unit", "signed", "geometric"};
  QTest::newRow("models") << "models" << "model" << "resnet" << QStringList{"task", "parameters"};
  QTest::newRow("tasks") << "tasks" << "task" << "classification"
                         << QStringList{"target", "train_metrics", "test_metrics", "settings"};
  QTest::newRow("optimisers") << "optimisers" << "optimiser" << "sgd" << QStringList{"settings"};
  QTest::newRow("schedules") << "schedules" << "schedule" << "cosine" << QStringList{"settings"};
  QTest::newRow("datasets") << "datasets" << "dataset" << "cifar10"
                            << QStringList{"classes", "folder", "target"};
  QTest::newRow("methods") << "methods" << "method" << "uada" << QStringList{"passes", "policy"};
  QTest::newRow("policies") << "policies" << "policy" << "uada-cifar" << QStringList{"groups"};
  QTest::newRow("tables") << "tables" << "table" << "table2" << QStringList{"number"};
  QTest::newRow("experiments") << "experiments" << "experiment" << "quick/table7"
                               << QStringList{"runs", "tables", "forward_equivalents", "seconds"};
}

void TestCliList::listsEveryKind() {
  QFETCH(QString, what);
  QFETCH(QString, kind);
  QFETCH(QString, member);
  QFETCH(QStringList, keys);
  const Result text = Program().run({"list", what});
  COMPARE_CODE(text, 0);
  QVERIFY(text.out.contains('\n' + member + ' '));

  const Result json = Program().run({"list", what, "--json"});
  COMPARE_CODE(json, 0);
  const auto all = objects(json.out);
  QCOMPARE(ofKind(all, kind).size(), all.size());
  const QStringList lines = text.out.trimmed().split('\n');
  const auto notes = lines.filter(QRegularExpression("^(cost|settings|metrics|forwards|time):")).size();
  QCOMPARE(all.size() + 2 + notes, lines.size());  // titles and rule
  for (const QJsonObject& object : all)
    for (const QString& key : QStringList{"name", "title", "source"} + keys)
      QVERIFY2(object.contains(key), qPrintable(key));
}

void TestCliList::listsTheRangesOfGrids() {
  const auto all = objects(Program().run({"list", "grids", "--json"}).out);
  QCOMPARE(ofKind(all, "grid").size(), 23);
  const auto find = [&](const char* name) {
    for (const QJsonObject& grid : all)
      if (grid["name"] == name) return grid;
    return QJsonObject();
  };
  const QJsonObject wide = find("ta-wide31"), ops = wide["ops"].toObject();
  QCOMPARE(wide["top"].toInt(), 30);
  QCOMPARE(ops["rotate"].toObject()["values"].toArray(), (QJsonArray{0, 135}));
  QVERIFY(ops["rotate"].toObject()["signed"].toBool() && !ops["posterize"].toObject()["signed"].toBool());
  QVERIFY(!ops.contains("invert") && !wide["continuous"].toBool() && find("faa")["continuous"].toBool());
  const QString text = Program().run({"list", "grids"}).out;
  QVERIFY2(text.contains(QRegularExpression("\nta-wide31 +rotate +0 +135 +degrees +\\+ or -\n")),
           qPrintable(text));
  // As used: the formulas give -1 for no box, -102 for a threshold and -0.
  for (const char* row : {"\nfaa +cutout_abs +none +6.4 +pixels", "\nddas +solarize +256 +0 +threshold",
                          "\ntv10 +translate_x +0 +-14 +pixels"})
    QVERIFY2(text.contains(QRegularExpression(row)), row);
  QVERIFY(!text.contains(" -0 "));
}

void TestCliList::listsSettings() {
  const auto all = objects(Program().run({"list", "settings", "--json"}).out);
  QVERIFY(all.size() > 60);
  for (const QJsonObject& setting : all)
    QVERIFY2(!setting["help"].toString().isEmpty() && !setting["allowed"].toString().isEmpty(),
             qPrintable(setting["name"].toString()));
  const auto some = objects(Program().run({"list", "settings", "uada", "--json"}).out);
  QCOMPARE(ofKind(some, "setting").size(), 15);
  QCOMPARE(some[3]["name"].toString(), QString("granularity"));
  QCOMPARE(some[3]["choices"].toArray(), (QJsonArray{"sample", "batch"}));
  const QString text = Program().run({"list", "settings", "uada"}).out;
  QVERIFY2(text.startsWith("uada (method)\n"), qPrintable(text));
  QVERIFY2(text.contains(QRegularExpression("\nupdate +gradient +gradient, against or random +A")),
           qPrintable(text));
  listsAllSettingsInATerminal();
  listsSettingsOfTasks(all);
  COMPARE_CODE(Program().run({"list", "settings", "nothing"}), 2);
  COMPARE_CODE(Program().run({"list", "ops", "uada"}), 2);
}

/// In 120 columns, what several policies share once, and every word of the JSON.
void TestCliList::listsAllSettingsInATerminal() {
  const QString all = Program().run({"list", "settings"}).out;
  for (const QString& line : all.split('\n')) QVERIFY2(line.size() <= 120, qPrintable(line));
  QCOMPARE(all.count("\ncutout_size "), 1);
  QVERIFY2(all.contains("\nuada-cifar, autoaugment, randaugment, trivialaugment, uniformaugment, "
                        "adversarial-space, ltda-space, "
                        "divaug-space,\nentaugment-space, ohl-space, found (policy)\n"),
           qPrintable(all));
  QVERIFY2(all.contains("\nbaseline (method)\nno settings\n"), qPrintable(all));
  const QString one = Program().run({"list", "settings", "randaugment"}).out;
  QCOMPARE(one.count("\ncutout_size "), 1);
  for (const QJsonObject& setting : objects(Program().run({"list", "settings", "randaugment", "--json"}).out))
    for (const char* key : {"name", "allowed", "help"})
      for (const QString& word : setting[key].toString().split(' '))
        QVERIFY2(one.contains(word) && all.contains(word), qPrintable(word));
}

/// Which may be called as a policy is.
void TestCliList::listsSettingsOfTasks(const QList<QJsonObject>& all) {
  for (const Task& task : tasks())
    for (const FieldValue& setting : task.fields)
      QVERIFY2(std::ranges::any_of(all,
                                   [&](const QJsonObject& known) {
                                     return known["place"] == "recipe.task" &&
                                            known["of"] == task.name.c_str() &&
                                            known["name"] == setting.field.name.c_str();
                                   }),
               setting.field.name.c_str());
  const QString text = Program().run({"list", "settings", "detection"}).out;
  for (const char* part :
       {"detection (recipe.task)\n", "\nnegatives ", "\ndetection (policy)\n", "\noverlap "})
    QVERIFY2(text.contains(part), part);
}

/// By recipe and method, with the cells that they feed; time by a run of this machine: 60 s for 10 steps of 3
/// forwards, so 2 s a forward, and 640 images in batches of 64 for 3 epochs are 30 steps.
void TestCliList::plansOneExperiment() {
  const auto row = [](const QJsonObject& line) {
    return QString("%1 %2").arg(line["method"]["name"].toString()).arg(line["method"]["epsilon"].toInt());
  };
  const QTemporaryDir folder;
  const QString project = folder.filePath("p.uada");
  const auto planned = [&](const QString& name) {
    return ofKind(objects(Program().run({"list", "experiments", name, "--project", project, "--json"}).out),
                  "planned");
  };
  const auto full = planned("table7");
  QCOMPARE(full.size() % 4, 0);
  QCOMPARE(row(full[2]), QString("uada 2"));
  QCOMPARE(full[2]["cells"].toArray(), (QJsonArray{"7: ε = 2 / C10 R18"}));
  QCOMPARE(full[2]["runs"].toInt(), 3);
  QCOMPARE(full[2]["steps"].toInt(), 3 * 300 * 391);
  QCOMPARE(full[2]["forward_equivalents"].toDouble(), 12.0 * 3 * 300 * 391);
  QVERIFY(full[2]["seconds"].isNull() && full[2]["measured_on"].isNull());
  {
    ProjectWriter writer(project.toStdString());
    const auto run =
        writer.createRun(expand(readExperiment(PROJECT_DIR "/experiments/quick/table7.json"))[0]);
    const int attempt = writer.beginAttempt(run.id, currentManifest(), "");
    const Counts counts{.forwardsNoGrad = 0, .forwardsTrain = 10, .backwards = 10, .chains = 640};
    writer.append(run.id, attempt,
                  ResultReport{.metric = "top1",
                               .best = 0.5,
                               .bestEpoch = 1,
                               .last = {{"top1", 0.5}, {"loss", 1.0}},
                               .seconds = 60,
                               .counts = counts});
    writer.append(run.id, attempt, StateReport{RunState::finished, "", "cpu", 2, "x", false});
    writer.flush();
  }
  const auto quick = planned("quick/table7");
  QCOMPARE(quick[0]["seconds"].toDouble(), 2.0 * 3 * 30);
  QCOMPARE(quick[1]["seconds"].toDouble(), 2.0 * 12 * 30);
  QVERIFY(quick[1]["measured_on"].toString().endsWith("-s1 on cpu"));
  QCOMPARE(quick[1]["cells"].toArray(), (QJsonArray{"7: ε = 1 / own column"}));
  const QString text = Program().run({"list", "experiments", "quick/table7", "--project", project}).out;
  QVERIFY2(text.contains(QRegularExpression("uada, ε=1 +1 +30 +360 +4.00 +12:00 +7: ε = 1")),
           qPrintable(text));
  COMPARE_CODE(Program().run({"list", "experiments", "quick/table99"}), 2);
}

void TestCliList::countsParametersForTheClassesGiven() {
  const auto parameters = [](const QStringList& more) {
    const auto all = objects(Program().run(QStringList{"list", "models", "--json"} + more).out);
    return all.isEmpty() ? 0 : all[0]["parameters"].toInt();
  };
  QCOMPARE(parameters({}), 11'173'962);                    // ResNet-18 of width 64
  QCOMPARE(parameters({"--classes", "100"}), 11'220'132);  // 90 more rows of 512 weights and a bias
}

QTEST_GUILESS_MAIN(TestCliList)
#include "tst_cli_list.moc"
