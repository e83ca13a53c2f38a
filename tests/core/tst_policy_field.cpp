#include <fmt/core.h>

#include <QtTest>

#include "core/augment/found/Library.h"
#include "core/augment/found/Published.h"
#include "core/base/Json.h"
#include "core/ops/Op.h"
#include "tests/core/PolicyTools.h"

using namespace uada;
using namespace uada::test;

namespace {

/// "[0, 1, ...]": 60 numbers of which each differs from the one before.
std::string hyper(int first) {
  std::string list = "[";
  for (int i = 0; i < 60; ++i) list += (i ? ", " : "") + std::to_string((first + i) % 7);
  return list + "]";
}

/// A line as the search of Population Based Augmentation writes it.
std::string jsonLine(const char* target, const char* clone, int cloneEpochs, int first) {
  const auto config = [](int n) {
    return R"({"aug_policy": "cifar10", "data_path": "\/data\u002fx", "train_size": 4000, "hp_policy": )" +
           hyper(n) + R"(, "no_aug": false, "name": null, "lr": 0.1})";
  };
  return fmt::format("[\"{}\", \"{}\", {}, {}, {}, {}]\n", target, clone, cloneEpochs + 1, cloneEpochs,
                     config(first), config(first + 1));
}

/// Lines as the entries of one list.
std::string oneList(std::string lines) {
  lines.back() = ']';
  std::ranges::replace(lines, '\n', ',');
  return "[" + lines;
}

/// Lists, segments and their ops: "contrast 0.83 0.26, brightness 0.31 0.77; ..."; of segments the first op.
std::string contentOf(const NamedLiteral& list) {
  const FoundPolicy policy = foundPolicyFromJson(list.value, list.name);
  std::string text;
  for (std::size_t i = 0; i < policy.lists.size(); ++i) {
    if (policy.kind == FoundPolicy::Kind::segments)
      text += fmt::format("{}-{}: ", policy.schedule[i].from, policy.schedule[i].to);
    for (const PolicyOp& op : policy.lists[i]) {
      text += fmt::format("{} {:g} {:g}, ", ops()[op.op].name, op.probability, op.level);
      if (policy.kind == FoundPolicy::Kind::segments) break;
    }
    text.resize(text.size() - 2);
    text += "; ";
  }
  return text;
}

/// All that is in a file: "A aa10 rotate 0.5 7; | B !its problem | ~what was passed over".
QString everything(const std::string& text, const char* file, Levels levels = Levels::found) {
  const Published found = fromPublished(text, std::string("dir/") + file, 50, levels);
  QStringList parts;
  for (const NamedLiteral& list : found.policies) {
    const std::string what = list.problem.empty()
                                 ? list.value.at("decoding").asString() + " " + contentOf(list)
                                 : "!" + list.problem;
    parts << QString::fromStdString(list.name + " " + what).trimmed();
  }
  for (const LeftOut& list : found.passed) parts << QString::fromStdString("~" + list.name);
  return parts.join(" | ");
}

}  // namespace

/// Files as the field has them, and nearly so: searches' results as they are written, and lists of which some
/// are wrong.
class TestPolicyField : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { folder_ = std::make_unique<PolicyFolder>(); }
  void oddFilesAreRead_data();
  void oddFilesAreRead();
  void wrongFilesAreNamed_data();
  void wrongFilesAreNamed();
  void levelsOfZeroAndOneAreAskedFor();
  void statedLevelsHoldForAll();
  void wrongListsDoNotBlockTheOthers();
  void ofOnlyWrongListsTheFirstIsThrown();
  void filesThatStateTheirLevelsTakeNoOther();
  void publishedFilesAreImportedFirst();

 private:
  std::unique_ptr<PolicyFolder> folder_;
};

void TestPolicyField::oddFilesAreRead_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<QString>("file");
  QTest::addColumn<QString>("content");
  const auto row = [](const char* name, const std::string& text, const char* file, const char* content) {
    QTest::newRow(name) << QByteArray::fromStdString(text) << QString(file) << QString(content);
  };
  row("Fast AutoAugment's result",
      R"([[["Contrast", 0.83, 0.26], ["Brightness", 0.31, 0.77]], [["Rotate", 0.4, 0.1], ["Cutout", 0.9, 0.5]]])",
      "fast_aa.final.json",
      "fast_aa.final faa contrast 0.83 0.26, brightness 0.31 0.77; rotate 0.4 0.1, cutout_abs 0.9 0.5;");
  row("the same in lines, with a mark and CRLF",
      "\xef\xbb\xbf\r\n[\r\n  [\r\n    [\"Color\", 1, 0.5]\r\n  ]\r\n]\r\n", "a.json", "a faa color 1 0.5;");
  row("several lists of JSON",
      R"({"loss": 0.25, "first": [[["Color", 0.5, 0.25]]], "second": [[["Color", 0.5, 9]]]})", "two.json",
      "first faa color 0.5 0.25; | second aa10 color 0.5 9;");
  row("numbers printed by NumPy 2",
      "A = [[('Contrast', np.float64(0.83), np.float32(0.26)), (np.str_('Invert'), numpy.int64(1), "
      "np.float64( "
      "0.5 ))]]\n",
      "n.py", "A faa contrast 0.83 0.26, invert 1 0.5;");
  row("arrays printed by NumPy", "A = [np.array([['Color', 0.5, 0.25]]), array([('Rotate', 1, .5)])]\n",
      "n.py", "A faa color 0.5 0.25; rotate 1 0.5;");
  row("levels of the grid as floating numbers", "A = [[('Rotate', 0.5, 7.0), ('Color', 1, np.float64(0.0))]]",
      "a.py", "A aa10 rotate 0.5 7, color 1 0;");
  row("no level where there is none, as torchvision has it",
      "A = [((\"Posterize\", 0.4, 8), (\"Equalize\", 0.6, None))]", "a.py",
      "A aa10 posterize 0.4 8, equalize 0.6 0;");
  row("two names of one list, and a type",
      "CIFAR10 = long_name_of_it = [[('Color', .5, .5)]]\nB: list[list] = [[('Color', .5, .25)]]\n", "g.py",
      "CIFAR10 faa color 0.5 0.5; | B faa color 0.5 0.25;");
  row("functions with a type and lists that are none",
      "def p() -> list:\n  return [[('Color', .5, .5)]]\nx = [f(1)]\ny = [1] + [2]\nz = ['ShearX']\n", "g.py",
      "p faa color 0.5 0.5; | ~x");
  row("only ops without levels", "A = [[('Equalize', 0.5, 0), ('AutoContrast', 1, 1)]]", "a.py",
      "A faa equalize 0.5 0, autocontrast 1 1;");
  row("0.0 and 1.0 are shares", R"([[["Rotate", 1, 1.0]], [["Color", 0.5, 0.0]]])", "a.json",
      "a faa rotate 1 1; color 0.5 0;");
  row("a schedule as its search writes it", jsonLine("9", "8", 12, 1) + jsonLine("7", "9", 34, 2),
      "pbt_policy_7.txt", "pbt_policy_7 pba 0-12: rotate 0.1 2; 12-34: rotate 0.2 3; 34-50: rotate 0.3 4;");
  row("the same in one list", oneList(jsonLine("9", "8", 12, 1) + jsonLine("7", "9", 34, 2)), "a.txt",
      "a pba 0-12: rotate 0.1 2; 12-34: rotate 0.2 3; 34-50: rotate 0.3 4;");
  row("trials with names, and one taken over twice at once",
      jsonLine("f0_00001", "f0_00002", 12, 1) + "\r\n" + jsonLine("f0_00003", "f0_00001", 12, 2) +
          jsonLine("f0_00004", "f0_00003", 34, 3),
      "a.txt", "a pba 0-12: rotate 0.1 2; 12-34: rotate 0.3 4; 34-50: rotate 0.4 5;");
  row("a list within a string",
      "x = '''\nB = [[('Rotate', 0.5, 0.5)]]\n'''  # not code\nA = [[('Color', 0.5, 0.25)]]\n", "a.py",
      "A faa color 0.5 0.25;");
  row("two lists of one line", "A = [[('Color', 0.5, 0.25)]]; B = [[('Color', 0.5, 0.5)]]\n", "a.py",
      "A faa color 0.5 0.25; | B faa color 0.5 0.5;");
  row("a list that is only used", "A = [[('Color', 0.5, 0.25)]]\nif A == B: pass\nprint(A)\n", "a.py",
      "A faa color 0.5 0.25;");
  row("lines of other trials before",
      jsonLine("1", "2", 3, 0) + jsonLine("9", "8", 12, 1) + jsonLine("7", "9", 34, 2), "a.txt",
      "a pba 0-12: rotate 0.1 2; 12-34: rotate 0.2 3; 34-50: rotate 0.3 4; | ~the first line of the "
      "schedule");
}

void TestPolicyField::oddFilesAreRead() {
  QFETCH(QByteArray, text);
  QFETCH(QString, file);
  QFETCH(QString, content);
  QCOMPARE(everything(text.toStdString(), file.toUtf8().constData()), content);
}

void TestPolicyField::wrongFilesAreNamed_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<QString>("why");
  const auto row = [](const char* name, const std::string& text, const char* why) {
    QTest::newRow(name) << QByteArray::fromStdString(text) << QString(why);
  };
  row("a result cut short", R"([[["Contrast", 0.83, 0.26], ["Bright)",
      "f.json: line 1: a string does not end");
  row("two results in a file", "[[[\"Color\", 0.5, 0.5]]]\n[[[\"Color\", 0.5, 0.5]]]\n",
      "f.json: line 1: text after the list");
  row("an op without a level", R"([[["Contrast", 0.83]]])", "f.json[0][0]: 2 entries found, 3 allowed");
  row("a share and a level", R"([[["Contrast", 0.83, 0.26], ["Color", 1, 7]]])",
      "f.json[0][1][2]: 7 found, 0 to 1 allowed");
  row("a level below", R"([[["Contrast", 0.83, -1]]])", "f.json[0][0][2]: -1 found, 0 to 1 allowed");
  row("an op without a level that has one", R"([[["Contrast", 0.83, null], ["Color", 1, 0.5]]])",
      "f.json[0][0][2]: a number expected, null found");
  row("a level beyond the grid", R"([[["Contrast", 0.83, 11], ["Color", 1, 0]]])",
      "f.json[0][0][2]: 11 found, 0 to 9 allowed");
  row("an unknown op", R"([[["Twist", 0.83, 0.5]]])", "f.json[0][0][0]: unknown op 'Twist'");
  row("an empty sub-policy", R"([[["Color", 0.83, 0.5]], []])", "f.json[1]: 0 entries found, 1 to 8 allowed");
  row("NumPy that computes", "A = [[('Color', np.sqrt(0.5), 0.5)]]",
      "f.json: A: line 1: the name 'np' found");
  row("NumPy with more than a value", "A = [[('Color', np.float64(0.5, 1), 0.5)]]", "')' expected");
  row("a file of NumPy", std::string("\x93NUMPY\x01\x00v\x00{'descr': '|O'}", 24),
      "a file of NumPy, pickle or");
  row("a pickle", std::string("\x80\x03}q\x00", 5), "a file of NumPy, pickle or PyTorch found");
  row("a schedule cut short", jsonLine("9", "8", 12, 1) + jsonLine("7", "9", 34, 2).substr(0, 100),
      "f.json: line 2: ");
  row("a schedule without policies", R"(["9", "8", 12, 11, {"lr": 0.1}, {"lr": 0.1}])",
      "f.json: line 1[4]: the key 'hp_policy' is missing");
  row("a schedule that falls", jsonLine("9", "8", 34, 1) + jsonLine("7", "9", 12, 2),
      "f.json: a segment from epoch 34 to 12 found");
  row("a schedule of more epochs", jsonLine("9", "8", 50, 1), "f.json: a segment from epoch 50 to 50 found");
  for (const char* change : {"A += [[('Rotate', 0.5, 0.5)]]", "A.append([('Rotate', 0.5, 0.5)])", "del A[0]",
                             "A[0] = []", "A = A[::-1]"})
    row(change, fmt::format("A = [[('Color', 0.5, 0.5)]]\n\n{}\n", change),
        "f.json: A: line 3 changes the list, and Python is not run; write it whole");
  row("an object of other things", R"({"policy": [["Color", 0.5, 0.5]]})", "the key 'format' is missing");
}

void TestPolicyField::wrongFilesAreNamed() {
  QFETCH(QByteArray, text);
  QFETCH(QString, why);
  const fs::path file = folder_->write("f.json", text.toStdString());
  const QString message = refusal([&] { importPolicy(file, {.epochs = 50}); });
  QVERIFY2(message.startsWith(QString::fromStdString((folder_->path() / "f.json").string())) &&
               message.contains(why) && !message.contains('\n'),
           qPrintable(message));
  QVERIFY(!fs::exists(policiesFolder()));
}

/// 1 is the strongest as a share and next to nothing on the grid: neither is taken unasked.
void TestPolicyField::levelsOfZeroAndOneAreAskedFor() {
  const std::string text = "A = [[('Rotate', 0.5, 1), ('Equalize', 1, 0)]]\n";
  const QString asked = everything(text, "a.py");
  QVERIFY2(asked.startsWith("A !dir/a.py: A: all levels are 0 or 1, which may be shares") &&
               asked.endsWith("with --levels shares or --levels grid"),
           qPrintable(asked));
  QCOMPARE(everything(text, "a.py", Levels::shares), QString("A faa rotate 0.5 1, equalize 1 0;"));
  QCOMPARE(everything(text, "a.py", Levels::grid), QString("A aa10 rotate 0.5 1, equalize 1 0;"));
  const fs::path file = folder_->write("a.py", text);
  QVERIFY(refusal([&] { importPolicy(file); }).contains("--levels shares or --levels grid"));
  QCOMPARE(importPolicy(file, {.levels = Levels::grid}).policies.at(0).grid, Grid::aa10);
  QCOMPARE(loadPolicy("A").policy.grid, Grid::aa10);
  QVERIFY(refusal([] { levelsFromName("share"); }).contains("'shares' or 'grid' expected, 'share' found"));
}

void TestPolicyField::statedLevelsHoldForAll() {
  const std::string text = "A = [[('Rotate', 0.5, 7)]]\nB = [[('Rotate', 0.5, 0.5)]]\n";
  QCOMPARE(everything(text, "a.py", Levels::shares),
           QString("A !dir/a.py: A[0][0][2]: 7 found, 0 to 1 allowed | B faa rotate 0.5 0.5;"));
  QCOMPARE(everything(text, "a.py", Levels::grid),
           QString("A aa10 rotate 0.5 7; | B !dir/a.py: B[0][0][2]: an integer expected, 0.5 found"));
  const std::string schedule = jsonLine("9", "8", 12, 1);
  QVERIFY(refusal([&] {
            fromPublished(schedule, "s.txt", 50, Levels::grid);
          }).contains("s.txt: the levels of a schedule are those of Population Based Augmentation"));
}

void TestPolicyField::wrongListsDoNotBlockTheOthers() {
  const std::string text =
      "one = [[('Rotate', 0.5, 0.5)]]\n"
      "broken = [[('Rotate', 0.5, level)]]\n"
      "two = [[('Color', 1.5, 0.5)]]\n"
      "def three():\n  return [[('Rotate', 0.5, 0.5), ('Color', 2)]]\n"
      "asked = [[('Color', 0.5, 1)]]\n" +
      std::string(65, 'x') +
      " = [[('Color', 0.5, 0.5)]]\n"
      "last = [[('Color', 0.5, np.float64(0.25))]]\n";
  const fs::path file = folder_->write("archive.py", text);
  const Import import = importPolicy(file);
  QStringList sound, wrong;
  for (const InstalledPolicy& policy : import.policies) sound << QString::fromStdString(policy.name);
  for (const LeftOut& list : import.wrong) {
    wrong << QString::fromStdString(list.name);
    QVERIFY2(list.why.starts_with(file.string() + ": "), list.why.c_str());
  }
  QCOMPARE(sound.join(' '), QString("one last"));
  QCOMPARE(wrong.join(' '), "broken two three asked " + QString(65, 'x'));
  QVERIFY2(import.wrong[0].why.ends_with("archive.py: broken: line 2: the name 'level' found; only literals "
                                         "are read"),
           import.wrong[0].why.c_str());
  QVERIFY2(import.wrong[1].why.ends_with("archive.py: two[0][0][1]: 1.5 found, 0 to 1 allowed"),
           import.wrong[1].why.c_str());
  QCOMPARE(loadPolicy("last").policy.lists[0][0].level, 0.25);
  QVERIFY(importPolicy(file, {.name = "last"}).wrong.empty());  // the others were not asked for
  QVERIFY(refusal([&] { importPolicy(file, {.name = "two"}); }).contains("two[0][0][1]: 1.5 found"));
}

void TestPolicyField::ofOnlyWrongListsTheFirstIsThrown() {
  const fs::path file =
      folder_->write("a.py", "one = [[('Rotate', 0.5, x)]]\ntwo = [[('Color', 1.5, 0.5)]]\nz = [1]\n");
  const QString message = refusal([&] { importPolicy(file); });
  QVERIFY2(
      message.endsWith("a.py: one: line 1: the name 'x' found; only literals are read; 1 more of its lists "
                       "cannot be used either"),
      qPrintable(message));
  QVERIFY(!fs::exists(policiesFolder()));
}

void TestPolicyField::filesThatStateTheirLevelsTakeNoOther() {
  const fs::path file =
      folder_->write("mine.json", changed("example-timed.json", "\"example-timed", "\"mine"));
  QVERIFY(refusal([&] {
            importPolicy(file, {.levels = Levels::grid});
          }).contains("the file states how its levels are read (decoding: faa); leave --levels out"));
}

void TestPolicyField::publishedFilesAreImportedFirst() {
  const fs::path file = folder_->write("final.json", R"([[["Color", 0.5, 0.5]]])");
  const QString message = refusal([&] { loadPolicy(file.string()); });
  QVERIFY2(message.contains("an array found") && message.contains("uada policies import FILE"),
           qPrintable(message));
}

QTEST_GUILESS_MAIN(TestPolicyField)
#include "tst_policy_field.moc"
