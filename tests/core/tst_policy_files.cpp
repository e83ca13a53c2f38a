#include <fmt/core.h>

#include <QtTest>

#include "core/augment/found/FoundSpace.h"
#include "core/augment/found/Library.h"
#include "core/augment/found/Published.h"
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Json.h"
#include "core/ops/Op.h"
#include "tests/core/AugmentTools.h"
#include "tests/core/PolicyTools.h"

using namespace uada;
using namespace uada::test;

namespace {

std::string numbers(int probability, int level) {
  std::string list = "[";
  for (int i = 0; i < 30; ++i) list += std::to_string(probability) + ", " + std::to_string(level) + ", ";
  return list + "]";
}

}  // namespace

class TestPolicyFiles : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { folder_ = std::make_unique<PolicyFolder>(); }
  void shippedTablesAreThoseOfThePaper();
  void examplesOfEachKindAreShipped();
  void wrongFilesAreRefusedByEntry_data();
  void wrongFilesAreRefusedByEntry();
  void hugeFilesAreRefused();
  void literalsAreReadAndNothingElse_data();
  void literalsAreReadAndNothingElse();
  void archivesAreReadWithoutRunning();
  void publishedEntriesAreChecked();
  void schedulesAreReconstructed();
  void schedulesAreReadFromLines();

 private:
  std::unique_ptr<PolicyFolder> folder_;
};

void TestPolicyFiles::shippedTablesAreThoseOfThePaper() {
  const auto row = [](const char* table, std::size_t number) {
    std::string text;
    const FoundPolicy policy = loadPolicy(table).policy;
    for (const PolicyOp& op : policy.lists.at(number - 1))
      text += fmt::format("{} {:g} {:g} ", ops()[op.op].name, op.probability, op.level);
    return text;
  };
  QCOMPARE(row("autoaugment-cifar10", 1), std::string("invert 0.1 7 contrast 0.2 6 "));
  QCOMPARE(row("autoaugment-cifar10", 14), std::string("brightness 0.9 6 color 0.2 8 "));
  QCOMPARE(row("autoaugment-cifar10", 25), std::string("translate_y 0.7 9 autocontrast 0.9 1 "));
  QCOMPARE(row("autoaugment-imagenet", 1), std::string("posterize 0.4 8 rotate 0.6 9 "));
  QCOMPARE(row("autoaugment-imagenet", 20), std::string("color 0.4 0 equalize 0.6 3 "));
  for (const auto& [late, early] : {std::pair{21, 5}, {22, 2}, {23, 14}, {24, 15}, {25, 3}})
    QCOMPARE(row("autoaugment-imagenet", late), row("autoaugment-imagenet", early));
  QCOMPARE(row("autoaugment-svhn", 1), std::string("shear_x 0.9 4 invert 0.2 3 "));
  QCOMPARE(row("autoaugment-svhn", 16), std::string("invert 0.8 5 translate_y 0 2 "));
  QCOMPARE(row("autoaugment-svhn", 25), std::string("shear_x 0.7 2 invert 0.1 5 "));
}

void TestPolicyFiles::examplesOfEachKindAreShipped() {
  std::map<std::string, std::string> formats;
  for (const InstalledPolicy& policy : installedPolicies()) {
    QVERIFY2(policy.problem.empty() && policy.file.empty() && policy.sha256.size() == 64,
             policy.problem.c_str());
    formats[policy.name] = policy.format;
    const std::string text =
        readTextFile(fs::path(PROJECT_DIR) / "experiments/policies" / (policy.name + ".json"), 1 << 20);
    QCOMPARE(policy.sha256, sha256(text));
  }
  QCOMPARE(formats.size(), std::size_t{8});
  QCOMPARE(formats["example-subpolicies"], std::string("uada-policy"));
  QCOMPARE(formats["example-segments"], std::string("uada-policy-schedule"));
  QCOMPARE(formats["example-elements"], std::string("uada-element-schedule"));
  QCOMPARE(formats["example-stages"], std::string("uada-policy-stages"));
  QVERIFY(loadPolicy("example-timed").policy.schedule.size() == 3);
}

void TestPolicyFiles::wrongFilesAreRefusedByEntry_data() {
  QTest::addColumn<QString>("file");
  QTest::addColumn<QString>("from");
  QTest::addColumn<QString>("to");
  QTest::addColumn<QString>("entry");
  QTest::addColumn<QString>("why");
  const auto row = [](const char* name, const char* file, const char* from, const char* to, const char* entry,
                      const char* why) { QTest::newRow(name) << file << from << to << entry << why; };
  const char *subs = "example-subpolicies.json", *timed = "example-timed.json",
             *segments = "example-segments.json", *elements = "example-elements.json",
             *stages = "example-stages.json";
  row("unknown op", subs, "translate_x", "translate_z", "subpolicies[0][1]: op", "translate_z");
  row("probability 1.2", subs, "0.3", "1.2", "subpolicies[0][1]: probability", "1.2 found, 0 to 1 allowed");
  row("negative probability", subs, "0.3", "-0.1", "subpolicies[0][1]: probability", "-0.1");
  row("probability as text", subs, "0.3", "\"0.3\"", "subpolicies[0][1]: probability", "a number expected");
  row("level 11", subs, "\"level\": 9", "\"level\": 11", "subpolicies[0][1]: level",
      "11 found, 0 to 9 allowed");
  row("fractional level", subs, "\"level\": 9", "\"level\": 8.5", "subpolicies[0][1]: level",
      "8.5 found");
  row("no level", subs, "\"level\": 9", "\"level\": null", "subpolicies[0][1]: level", "null found");
  row("op without levels on the grid", subs, "translate_x", "sample_pairing", "subpolicies[0][1]: op",
      "no levels on the grid aa10");
  row("unknown key of an op", subs, "\"probability\": 0.3", "\"p\": 0.3", "subpolicies[0][1]", "'p'");
  row("key missing", subs, "\"op\": \"color\", ", "", "subpolicies[1][0]", "'op' is missing");
  row("empty sub-policy", subs, "[{\"op\": \"color\", \"probability\": 1, \"level\": 6}]", "[]",
      "subpolicies[1]", "0 entries found");
  row("unknown key", subs, "\"source\"", "\"sauce\"", "wrong.json", "'sauce'");
  row("unknown format", subs, "\"uada-policy\"", "\"policy\"", "format", "uada-policy-schedule");
  row("next version", subs, "\"version\": 1", "\"version\": 2", "version", "2 found");
  row("unknown grid", subs, "\"aa10\"", "\"aa11\"", "decoding", "aa11");
  row("share above 1", timed, "0.55", "1.01", "subpolicies[0][0]: level", "1.01");
  row("gap in the schedule", timed, "\"from\": 20", "\"from\": 31", "schedule", "no sub-policy for epoch 30");
  row("backward schedule", timed, "\"to\": 30", "\"to\": 0", "schedule[0]: to", "0 found");
  row("schedule of a stranger", timed, "\"policy\": 2", "\"policy\": 3", "schedule[2]: policy",
      "3 found, 0 to 2 allowed");
  row("gap between segments", segments, "\"start_epoch\": 20", "\"start_epoch\": 21",
      "segments[1]: start_epoch", "20 expected");
  row("segments too short", segments, "\"epochs\": 30", "\"epochs\": 29", "segments",
      "end at epoch 49, 50 expected");
  row("tenths above 10", segments, "\"probability_10\": 3", "\"probability_10\": 11",
      "segments[0]: first_half[0]: probability_10", "11");
  row("counts that are no distribution", segments, "0.2, 0.3", "0.2, 0.4", "apply_count_probabilities",
      "1.1");
  row("distribution of another size", elements, "0.2, 0.2, 0.2, 0.2, 0.2", "0.25, 0.25, 0.25, 0.25",
      "steps[0]: element_probabilities", "4 entries");
  row("no distribution", elements, "0.4, 0.25", "0.4, 0.35", "steps[1]: element_probabilities",
      "a sum of 1.1");
  row("level 15", elements, "\"level\": 14", "\"level\": 15", "elements[3]: level",
      "15 found, 0 to 14 allowed");
  row("weights that are no distribution", stages, "\"weight\": 0.75", "\"weight\": 0.7", "subpolicies[0][0]",
      "a sum of 0.95 found, 1 expected");
  row("negative weight", stages, "\"weight\": 0.75", "\"weight\": -0.1", "subpolicies[0][0][0]: weight",
      "-0.1 found");
  row("a stage too few", stages, "\"ops_per_subpolicy\": 2", "\"ops_per_subpolicy\": 3", "subpolicies[0]",
      "2 entries found, 3 allowed");
  row("magnitude above 3", stages, "\"level\": 1.2", "\"level\": 3.1", "subpolicies[1][1][1]: level",
      "3.1 found, -1 to 3 allowed");
  row("magnitude as text", stages, "\"level\": 0.3", "\"level\": \"0.3\"", "subpolicies[0][1][0]: level",
      "a number expected");
  row("no magnitude", stages, "\"level\": 0.3", "\"level\": null", "subpolicies[0][1][0]: level",
      "null found");
}

void TestPolicyFiles::wrongFilesAreRefusedByEntry() {
  QFETCH(QString, file);
  QFETCH(QString, from);
  QFETCH(QString, to);
  QFETCH(QString, entry);
  QFETCH(QString, why);
  const std::string text =
      changed(file.toUtf8().constData(), from.toUtf8().constData(), to.toUtf8().constData());
  const fs::path wrong = folder_->write("wrong.json", text);
  const QString message = refusal([&] { importPolicy(wrong); });
  QVERIFY2(message.startsWith(QString::fromStdString(wrong.string())) && message.contains(entry) &&
               message.contains(why),
           message.toUtf8().constData());
  QVERIFY(!fs::exists(policiesFolder()));
}

void TestPolicyFiles::hugeFilesAreRefused() {
  const std::string one = R"([{"op":"color","probability":1,"level":6}])";
  const std::string head =
      R"({"format":"uada-policy","version":1,"name":"n","decoding":"aa10","subpolicies":[)";
  std::string many = head + one, endless = head + "[]";
  for (int i = 0; i < 10'000; ++i) many += "," + one;
  for (int i = 1; i < 10'000'000; ++i) endless += ",[]";
  const fs::path file = folder_->write("many.json", many + "]}"),
                 huge = folder_->write("huge.json", endless + "]}");
  const QString tooMany = refusal([&] { importPolicy(file); });
  QVERIFY2(tooMany.contains("many.json") && tooMany.contains("subpolicies[10000]: at most 10,000 entries"),
           tooMany.toUtf8().constData());
  const QString tooLarge = refusal([&] { importPolicy(huge); });
  QVERIFY2(tooLarge.contains("huge.json") && tooLarge.contains("subpolicies[10000]: at most 10,000 entries"),
           tooLarge.toUtf8().constData());
  const fs::path deep = folder_->write("deep.py", "x = " + std::string(100'000, '['));
  QVERIFY(refusal([&] { importPolicy(deep); }).contains("nesting"));
}

void TestPolicyFiles::literalsAreReadAndNothingElse_data() {
  QTest::addColumn<QString>("text");
  QTest::addColumn<QString>("json");  // "": refused
  const auto row = [](const char* text, const char* json) { QTest::newRow(text) << text << json; };
  row("[1, -2, +3, 4.5, .5, 1e-3, -2.]", "[1,-2,3,4.5,0.5,0.001,-2.0]");
  row("('a', \"b\", (1,), ())", R"(["a","b",[1],[]])");
  row("{'x': [True, False, None],}", R"({"x":[true,false,null]})");
  row("[ # comment ] \n 1]", "[1]");
  row(R"(["it\'s", "a\\b"])", R"(["it's","a\\b"])");
  for (const char* wrong : {"[1",
                            "[1 2]",
                            "[1+1]",
                            "[x]",
                            "f(1)",
                            "[i for i in x]",
                            "__import__('os')",
                            "['\\n']",
                            "['a",
                            "{1: 2}",
                            "{'a': 1, 'a': 2}",
                            "[1,,2]",
                            "[0x10]",
                            "[1_000]",
                            "[nan]",
                            "[1e999]",
                            "['a' 'b']",
                            "",
                            "#",
                            "[#",
                            "[lambda: 0]"})
    row(wrong, "");
}

void TestPolicyFiles::literalsAreReadAndNothingElse() {
  QFETCH(QString, text);
  QFETCH(QString, json);
  const std::string source = text.toStdString();
  std::size_t at = 0;
  Json value;
  const QString message = refusal([&] { value = readLiteral(source, at, "x.py"); });
  QCOMPARE(message.isEmpty(), !json.isEmpty());
  if (!json.isEmpty())
    QCOMPARE(QString::fromStdString(value.dump()), json);
  else
    QVERIFY2(message.startsWith("x.py: line ") && message.contains("only literals"),
             message.toUtf8().constData());
}

void TestPolicyFiles::archivesAreReadWithoutRunning() {
  const Published published = fromPublished(kArchive, "dir/archive.py", 200);
  const std::vector<NamedLiteral>& found = published.policies;
  QCOMPARE(found.size(), std::size_t{3});
  QCOMPARE(published.passed.size(), std::size_t{1});
  QCOMPARE(published.passed[0].name, std::string("joined_small"));
  QCOMPARE(found[0].name, std::string("fa_small"));
  QCOMPARE(found[0].value.dump(),
           std::string(R"({"format":"uada-policy","version":1,"name":"fa_small",)"
                       R"("source":"archive.py, fa_small","decoding":"faa",)"
                       R"("subpolicies":[[{"op":"contrast","probability":0.83,"level":0.4988},)"
                       R"({"op":"translate_x","probability":0.5,"level":0.1}],)"
                       R"([{"op":"cutout_abs","probability":1.0,"level":0.25},)"
                       R"({"op":"autocontrast","probability":0.0,"level":1.0}]]})"));
  QCOMPARE(found[1].name, std::string("whole_small"));
  QCOMPARE(found[1].value.at("decoding").asString(), std::string("aa10"));
  QCOMPARE(found[2].name, std::string("CIFAR"));
  const FoundPolicy policy = foundPolicyFromJson(found[2].value, "test");
  QCOMPARE(policy.lists[0][0].level, 0.5752825736999512);
  QVERIFY(refusal([] { fromPublished("import os\n", "x.py", 200); }).contains("x.py: no policy found"));
}

void TestPolicyFiles::publishedEntriesAreChecked() {
  const auto message = [](const std::string& text) {
    return QString::fromStdString(fromPublished(text, "g.py", 200).policies.at(0).problem);
  };
  QVERIFY(message("A = [[('Rotate', 1.2, 0.5)]]").contains("g.py: A[0][0][1]: 1.2 found"));
  QVERIFY(message("A = [[('Rotat', 0.2, 0.5)]]").contains("g.py: A[0][0][0]: unknown op 'Rotat'"));
  QVERIFY(message("A = [[('Rotate', 0.2, 5), ('Color', 0.2, 11)]]")
              .contains("g.py: A[0][1][2]: 11 found, 0 to 9 allowed"));
  QVERIFY(message("A = [[('Rotate', 0.2, 0.5), ('Color', 0.2)]]").contains("g.py: A[0][1]"));
  QVERIFY(message("A = [[('Rotate', 0.2, x)]]").contains("g.py: A: line 1: the name 'x' found"));
}

void TestPolicyFiles::schedulesAreReconstructed() {
  const auto policy = [](int n) { return std::vector<int>(60, n); };
  const std::vector<ScheduleRow> rows{{"9", "3", 4, 4, policy(8), policy(9)},
                                      {"1", "0", 10, 11, policy(1), policy(2)},
                                      {"5", "1", 20, 19, policy(6), policy(3)},
                                      {"0", "5", 30, 31, policy(7), policy(4)}};
  const Json segments = scheduleSegments(rows, 40, "test");
  QStringList got;
  for (const Json& segment : segments.asArray()) {
    const Json& last = segment.at("second_half").asArray().back();
    QCOMPARE(segment.at("first_half").asArray().size(), std::size_t{15});
    QCOMPARE(last.at("op").asString(), std::string("contrast"));
    got << QString("%1+%2:%3")
               .arg(segment.at("start_epoch").asInt())
               .arg(segment.at("epochs").asInt())
               .arg(last.at("level").asInt());
  }
  QCOMPARE(got.join(' '), QString("0+11:1 11+8:2 19+12:3 31+9:4"));
  QVERIFY(
      refusal([&] { scheduleSegments(rows, 31, "s.txt"); }).contains("s.txt: a segment from epoch 31 to 31"));
  QVERIFY(refusal([&] { scheduleSegments({}, 31, "s.txt"); }).contains("no lines"));
}

void TestPolicyFiles::schedulesAreReadFromLines() {
  const std::string lines = "['3', '2', 6, 5, " + numbers(1, 2) + ", " + numbers(3, 4) + "]\n\n" +
                            "[4, 3, 12, 11, {\"hp_policy\": " + numbers(5, 6) +
                            "}, {'hp_policy': " + numbers(10, 9) + "}]\n";
  const std::vector<NamedLiteral> found = fromPublished(lines, "/x/small_wrn.txt", 20).policies;
  QCOMPARE(found.size(), std::size_t{1});
  const FoundPolicy policy = foundPolicyFromJson(found[0].value, "test");
  QCOMPARE(found[0].name, std::string("small_wrn"));
  QCOMPARE(policy.epochs, 20);
  QCOMPARE(policy.counts, (std::vector<double>{0.2, 0.3, 0.5}));
  QCOMPARE(policy.lists.size(), std::size_t{3});
  QCOMPARE(policy.lists[0].size(), std::size_t{30});
  for (const auto& [list, probability, level] : {std::tuple{0, 0.1, 2}, {1, 0.3, 4}, {2, 1.0, 9}})
    QVERIFY(policy.lists[list][7].probability == probability && policy.lists[list][7].level == level);
  const auto message = [](const std::string& text) {
    return refusal([&] { fromPublished(text, "s.txt", 20); });
  };
  QVERIFY(message("[1, 2, 3, 4, [1], [2]]").contains("s.txt: line 1[4]: 1 entries found, 60 allowed"));
  QVERIFY(message(lines + "[1, 2]").contains("s.txt: line 4: 2 entries found, 6 allowed"));
  QVERIFY(message(lines + "[1, x]").contains("s.txt: line 4: the name 'x' found"));
  QVERIFY(message(lines + "[1, 2\n]").contains("s.txt: line 4: ',' or ']' expected"));
  QVERIFY(message("[1, 2, 3, 4, 5, 6] 7").contains("s.txt: line 1: text after the list"));
  QVERIFY(message("[4, 3, 12, 11, " + numbers(11, 2) + "," + numbers(1, 2) + "]")
              .contains("line 1[4][0]: 11 found, 0 to 10 allowed"));
}

QTEST_GUILESS_MAIN(TestPolicyFiles)
#include "tst_policy_files.moc"
