#include <QFile>
#include <QRegularExpression>
#include <QSet>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "app/cli/bench/Judge.h"
#include "app/cli/bench/Measure.h"
#include "core/ops/Op.h"
#include "tests/cli/Program.h"
#include "tests/core/Pillow.h"

using namespace uada;
using namespace uada::test;

/// `uada bench render`: what it prints, and that outputs are compared. How fast anything is, no test says.
class TestBench : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void quartiles();
  void blocksTakeTurns();
  void sharesOfACore();
  void judgesByTheSpread_data();
  void judgesByTheSpread();
  void countsWhatDiffers();
  void everyLineIsThere();
  void onlySomeLines();
  void openCvDoesTheSameWork();
  void referenceIsCompared_data();
  void referenceIsCompared();
  void aDifferenceFails();
  void aFailedReferenceFails_data();
  void aFailedReferenceFails();
  void withoutPythonItSaysSo_data();
  void withoutPythonItSaysSo();
  void tableForPeople();
};

namespace {

QList<QJsonObject> linesOf(const Result& result) { return ofKind(objects(result.out), "bench"); }

QSet<QString> namesOf(const QList<QJsonObject>& lines) {
  QSet<QString> names;
  for (const QJsonObject& line : lines) names.insert(line["name"].toString());
  return names;
}

/// Every op at each size, geometric ones also with the filters that read between pixels.
QSet<QString> opNames() {
  QSet<QString> names;
  for (const QString side : {"32", "64", "224"})
    for (const Op& op : ops()) {
      const QString name = QString("op.") + op.name.c_str();
      names << name + "." + side;
      if (op.geometric && op.hasValue) names << name + ".bilinear." + side << name + ".bicubic." + side;
    }
  return names;
}

QSet<QString> openCvNames() {
  QSet<QString> names;
  for (const QString& name : opNames())
    if (name.endsWith(".224")) names << "opencv" + name.mid(2);
  return names;
}

QSet<QString> otherNames() {
  QSet<QString> names{"render.scaling.2",      "render.seg.713",        "render.det.300",
                      "render.ra_resized.224", "render.aa_resized.224", "render.ta_resized.224"};
  for (const QString side : {"32", "64", "224"})
    for (const char* name :
         {"memcpy", "render.uada9", "render.uada9_released", "render.uada9_bf16", "render.plain", "render.ra",
          "render.ra_chain", "render.aa", "render.aa_chain", "render.ta", "render.ta_chain"})
      names << QString(name) + "." + side;
  return names;
}

}  // namespace

void TestBench::quartiles() {
  const cli::Spread odd = cli::spreadOf({5, 1, 3, 2, 4});
  QCOMPARE(odd.low, 2.0);
  QCOMPARE(odd.median, 3.0);
  QCOMPARE(odd.high, 4.0);
  const cli::Spread even = cli::spreadOf({4, 1, 2, 3});
  QCOMPARE(even.low, 1.75);
  QCOMPARE(even.median, 2.5);
  QCOMPARE(even.high, 3.25);
  QCOMPARE(cli::spreadOf({7}).high, 7.0);
  QCOMPARE(cli::spreadOf({}).median, 0.0);
}

/// A B, B A, A B ... and the ratio block by block: both sides slow down alike from the ninth round on.
void TestBench::blocksTakeTurns() {
  std::string order;
  const auto arm = [&](char name, double seconds) {
    return cli::Arm{[&order, name, seconds](long calls) {
                      order += name;
                      const double slow = order.size() > 20 ? 10 : 1;
                      return slow * seconds * static_cast<double>(calls);
                    },
                    name == 'A' ? 4.0 : 1.0};
  };
  const cli::Measured measured = cli::measure({arm('A', 8), arm('B', 6)}, 0);
  QCOMPARE(order.size(), std::size_t{2 + 32});  // one call each to find how many fit in a block
  QCOMPARE(order.substr(0, 10), std::string("ABABBAABBA"));
  QCOMPARE(measured.ratios[1].median, 3.0);  // 6 s an item to 2
  QCOMPARE(measured.ratios[1].low, 3.0);
  QCOMPARE(measured.ratios[1].high, 3.0);
  QCOMPARE(measured.micros[0].low, 2e6);
  QCOMPARE(measured.micros[0].high, 2e7);
}

/// Both clocks stand still but for the calls: a call takes 3 s of the CPU in 4 s, the first one, which is not
/// timed, 50 s in 60 s.
void TestBench::sharesOfACore() {
  static double work, wall;
  work = wall = 0;
  cli::CoreShare core;
  QCOMPARE(core.share(), 0.0);
  const cli::Block block = cli::timedWithShare(
      core,
      [first = true]() mutable {
        work += first ? 50 : 3;
        wall += first ? 60 : 4;
        first = false;
      },
      [] { return work; }, [] { return wall; });
  QCOMPARE(block(2), 8.0);
  QCOMPARE(core.work, 6.0);
  QCOMPARE(core.wall, 8.0);
  QCOMPARE(block(1), 4.0);
  QCOMPARE(core.work, 9.0);
  QCOMPARE(core.share(), 0.75);
}

void TestBench::judgesByTheSpread_data() {
  QTest::addColumn<double>("median");
  QTest::addColumn<double>("steal");
  QTest::addColumn<QString>("most");   // of at most 62, with quartiles 4 apart
  QTest::addColumn<QString>("least");  // of at least 62
  QTest::newRow("at the limit") << 62.0 << 0.0 << "met" << "met";
  QTest::newRow("just above") << 63.9 << 0.0 << "too noisy to say" << "met";
  QTest::newRow("above") << 64.1 << 0.0 << "not met" << "met";
  QTest::newRow("just below") << 60.1 << 0.2 << "met" << "too noisy to say";
  QTest::newRow("below") << 59.9 << 0.2 << "met" << "not met";
  const QString stolen = "not judged: 21 % of the time was stolen";
  QTest::newRow("stolen time") << 50.0 << 0.21 << stolen << stolen;
}

void TestBench::judgesByTheSpread() {
  QFETCH(double, median);
  QFETCH(double, steal);
  cli::BenchLine most, least;
  cli::judgeMost(most, {median, median - 1, median + 3}, 62, "us", steal);
  cli::judgeLeast(least, {median, median - 1, median + 3}, 62, "times", steal);
  QCOMPARE(most.target, std::string("<= 62 us"));
  QCOMPARE(least.target, std::string(">= 62 times"));
  QTEST(QString::fromStdString(most.met), "most");
  QTEST(QString::fromStdString(least.met), "least");
}

void TestBench::countsWhatDiffers() {
  const auto said = [](const auto& ours, const std::vector<std::uint8_t>& theirs) {
    cli::BenchLine line;
    cli::compare(line, std::span(ours), theirs);
    return (line.differs ? "differs: " : "") + line.output;
  };
  using Bytes = const std::vector<std::uint8_t>;
  const Bytes bytes{1, 2, 3};
  QCOMPARE(said(bytes, bytes), std::string("identical"));
  QCOMPARE(said(bytes, {1, 9, 3}), std::string("differs: 1 of 3 bytes differ"));
  QCOMPARE(said(bytes, {1, 2}), std::string("differs: 2 bytes instead of 3"));
  QCOMPARE(said(bytes, {1, 2, 3, 4}), std::string("differs: 4 bytes instead of 3"));
  const std::vector<float> numbers{0.0F, -2.0F};
  const auto raw = [](std::vector<float> values) {
    std::vector<std::uint8_t> all(values.size() * sizeof(float));
    std::memcpy(all.data(), values.data(), all.size());
    return all;
  };
  const std::string one = "differs: 1 of 2 numbers differ";
  QCOMPARE(said(numbers, raw({0.0F, -2.0F})), std::string("identical"));
  QCOMPARE(said(numbers, raw({0.0F, -2.0000002F})), one);
  QCOMPARE(said(numbers, raw({-0.0F, -2.0F})), one);
  QCOMPARE(said(numbers, raw({std::nanf(""), -2.0F})), one);
  QCOMPARE(said(numbers, raw({0.0F})), std::string("differs: 4 bytes instead of 8"));
  QCOMPARE(said(numbers, raw({0.0F, -2.0F, 0.0F})), std::string("differs: 12 bytes instead of 8"));
}

void TestBench::everyLineIsThere() {
  Program program;
  program.set("UADA_PYTHON", "");
  const Result result = program.run({"bench", "render", "--json", "--seconds", "0"});
  COMPARE_CODE(result, 0);
  const auto lines = linesOf(result);
  QCOMPARE(namesOf(lines), opNames() + openCvNames() + otherNames());
  QCOMPARE(lines.size(), namesOf(lines).size());
  for (const QJsonObject& line : lines) {
    const QByteArray name = line["name"].toString().toUtf8();
    QVERIFY2(line["value"].toDouble() > 0, name);
    QCOMPARE(line["unit"].toString(), QString(name == "render.scaling.2" ? "times" : "us"));
    QVERIFY2(line["low"].toDouble() <= line["value"].toDouble(), name);
    QVERIFY2(line["high"].toDouble() >= line["value"].toDouble(), name);
    QCOMPARE(line["threads"].toInt(), name == "render.scaling.2" ? 2 : 1);
    QVERIFY2(line.contains("cpu") && line.contains("device"), name);
    if (!name.startsWith("opencv.")) QVERIFY2(!line.contains("reference") && !line.contains("output"), name);
    QCOMPARE(line.contains("times_memcpy"), name.startsWith("op."));
  }
  const auto machine = ofKind(objects(result.out), "machine");
  QCOMPARE(machine.size(), 1);
  QVERIFY(machine[0].contains("steal_percent") && machine[0].contains("load_before"));
}

void TestBench::onlySomeLines() {
  Program program;
  program.set("UADA_PYTHON", "");
  const Result some =
      program.run({"bench", "render", "--json", "--seconds", "0", "--only", "op.posterize.*"});
  COMPARE_CODE(some, 0);
  QCOMPARE(namesOf(linesOf(some)), (QSet<QString>{"op.posterize.32", "op.posterize.64", "op.posterize.224"}));
  for (const QJsonObject& line : linesOf(some)) QCOMPARE(line["target"].toString(), QString("<= 2 x memcpy"));
  const Result none = program.run({"bench", "render", "--seconds", "0", "--only", "op.nix"});
  COMPARE_CODE(none, 2);
  QVERIFY2(none.err.contains("op.nix"), qPrintable(none.err));
}

/// What is timed beside an op gives nearly its pixels: OpenCV is in the program, so there is always a call.
void TestBench::openCvDoesTheSameWork() {
  Program program;
  program.set("UADA_PYTHON", "");
  const Result result = program.run({"bench", "render", "--json", "--seconds", "0", "--only", "opencv.*"});
  COMPARE_CODE(result, 0);
  for (const QJsonObject& line : linesOf(result)) {
    const QByteArray name = line["name"].toString().toUtf8();
    QVERIFY2(line["reference"].toString().startsWith("OpenCV "), name);
    QVERIFY2(line["reference_value"].toDouble() > 0 && line["ratio"].toDouble() > 0, name);
    QCOMPARE(line["target"].toString(), QString(">= 1 times"));
    const QStringList output = line["output"].toString().split(' ');
    QCOMPARE(output.value(1), QString("apart"));
    // Truncated here, rounded there: half a step on average. Shears and equalize differ in a pixel and in a
    // rule.
    QVERIFY2(output[0].toDouble() < 2, name + ": " + output[0].toUtf8());
  }
}

void TestBench::referenceIsCompared_data() {
  QTest::addColumn<QString>("only");
  for (const char* only : {"op.*.32", "op.*.64", "op.[rst]*.224", "render.uada9.32",
                           "render.uada9_released.32", "render.uada9.64", "render.[art]a_chain.32"})
    QTest::newRow(only) << only;
}

/// Whether a line says no more than that a library is not there which the whole of the program misses, too.
/// reference  what the program found
static bool isKnownAbsence(const QString& missing, const QString& reference) {
  if (missing == reference) return true;  // no Python at all
  static const QRegularExpression form(
      "^(compared, but not timed: )?the Python '.*' has no (Pillow|numpy|"
      "torchvision); UADA_PYTHON names another$");
  const QRegularExpressionMatch match = form.match(missing);
  return match.hasMatch() && reference.contains("no " + match.captured(2));
}

/// Pixels and numbers of ours are those of a Pillow that is at hand, and of torchvision where it is.
void TestBench::referenceIsCompared() {
  QFETCH(QString, only);
  const Result result = Program().run({"bench", "render", "--json", "--seconds", "0", "--only", only});
  COMPARE_CODE(result, 0);
  const QString reference = ofKind(objects(result.out), "machine").value(0)["reference"].toString();
  int compared = 0;
  for (const QJsonObject& line : linesOf(result)) {
    const QString name = line["name"].toString(), output = line["output"].toString();
    const QString missing = line["missing"].toString();
    QVERIFY2(!line.contains("failed"), qPrintable(name));
    if (!output.isEmpty()) {
      QVERIFY2(output == "identical", qPrintable(name + ": " + output));
      ++compared;
    } else {
      QVERIFY2(isKnownAbsence(missing, reference), qPrintable(name + ": " + missing));
    }
    if (!missing.isEmpty()) qInfo("%s: %s", qPrintable(name), qPrintable(missing));
  }
  if (compared == 0) QSKIP("nothing was compared: the notes above say what is missing");
  qInfo("%d lines are identical to the reference", compared);
}

/// A Python that runs the program's script after sed has changed it; empty: no Python has Pillow.
static QString changedPython(const Program& program, const char* change) {
  QString version;
  const QString python = pythonWithPillow(version);
  if (python.isEmpty()) return {};
  program.write("python", "#!/bin/sh\nexec " + python.toUtf8() + " -c \"$(printf '%s' \"$2\" | sed '" +
                              change + "')\"\n");
  QFile::setPermissions(program.path("python"), QFile::ReadUser | QFile::WriteUser | QFile::ExeUser);
  return program.path("python");
}

/// A reference that is right, made wrong on its way: what is fast and wrong must fail.
void TestBench::aDifferenceFails() {
  Program program;
  const QString python = changedPython(program, "s/ImageOps.invert(i)/i.rotate(180)/");
  if (python.isEmpty()) QSKIP("not run: no Python has Pillow (Debian's package python3-pil)");
  program.set("UADA_PYTHON", python);
  const Result result = program.run({"bench", "render", "--json", "--seconds", "0", "--only", "op.[in]*.32"});
  const auto lines = linesOf(result);
  QVERIFY(!lines.isEmpty());
  COMPARE_CODE(result, 1);
  QVERIFY2(result.err.contains("op.invert.32"), qPrintable(result.err));
  QVERIFY2(!result.err.contains("op.identity.32"), qPrintable(result.err));
  for (const QJsonObject& line : lines)
    QCOMPARE(line["output"].toString() == "identical", line["name"].toString() != "op.invert.32");
}

void TestBench::aFailedReferenceFails_data() {
  QTest::addColumn<QByteArray>("change");
  QTest::addColumn<QString>("only");
  QTest::addColumn<QString>("name");  // of the one line that fails
  QTest::addColumn<QString>("said");
  const auto row = [](const char* title, const char* change, const char* only, const char* name,
                      const char* said) {
    QTest::newRow(title) << QByteArray(change) << QString(only) << QString(name) << QString(said);
  };
  row("an operation", "s/ImageOps.invert(i)/i.nix()/", "op.[in]*.32", "op.invert.32",
      "Pillow: AttributeError");
  row("an unknown one", "s/\"invert\": lambda/\"nix\": lambda/", "op.[in]*.32", "op.invert.32",
      "Pillow: KeyError: 'invert'");
  row("Python ends", "s/ImageOps.invert(i)/sys.exit()/", "op.invert.32", "op.invert.32", "Pillow: ended");
  row("variants", "s/ImageOps.expand(/ImageOps.nix(/", "render.uada9.32", "render.uada9.32",
      "Pillow: AttributeError");
  // torchvision that is installed and cannot be imported
  row("a policy",
      "s/importlib.metadata.version(.*)/\"0\"/;s/^import sys$/import sys; sys.modules[\"torch\"] = None/",
      "render.ra.32", "render.ra.32", "torchvision: ModuleNotFoundError");
  row("the same plans", "s/importlib.metadata.version(.*)/\"0\"/;s/def do_replay(.*/&\\n        nix/",
      "render.ra_chain.32", "render.ra_chain.32", "torchvision, the same plans: NameError");
}

/// What is there and does not work is no absence: nothing was compared, and the command says so.
void TestBench::aFailedReferenceFails() {
  QFETCH(QByteArray, change);
  QFETCH(QString, only);
  QFETCH(QString, name);
  QFETCH(QString, said);
  Program program;
  const QString python = changedPython(program, change);
  if (python.isEmpty()) QSKIP("not run: no Python has Pillow (Debian's package python3-pil)");
  program.set("UADA_PYTHON", python);
  const Result result = program.run({"bench", "render", "--json", "--seconds", "0", "--only", only});
  COMPARE_CODE(result, 1);
  QVERIFY2(result.err.contains("the reference failed in " + name + "\n"), qPrintable(result.err));
  int failed = 0;
  for (const QJsonObject& line : linesOf(result)) {
    QVERIFY(line["value"].toDouble() > 0);
    if (!line.contains("failed")) continue;
    ++failed;
    QCOMPARE(line["name"].toString(), name);
    QVERIFY2(line["failed"].toString().startsWith(said), qPrintable(line["failed"].toString()));
    QVERIFY(!line.contains("output") && !line.contains("reference") && !line.contains("missing"));
  }
  QCOMPARE(failed, 1);
}

void TestBench::withoutPythonItSaysSo_data() {
  QTest::addColumn<QString>("python");
  QTest::addColumn<QString>("said");
  QTest::newRow("absent") << "/nowhere/python" << "'/nowhere/python' does not run as Python";
  QTest::newRow("no Python") << "/bin/false" << "'/bin/false' does not run as Python";
  QTest::newRow("says something else") << "/bin/echo" << "'/bin/echo' does not run as Python";
  QTest::newRow("none") << "" << "no Python";
}

void TestBench::withoutPythonItSaysSo() {
  QFETCH(QString, python);
  QFETCH(QString, said);
  Program program;
  program.set("UADA_PYTHON", python);
  for (const char* name : {"op.invert.32", "render.uada9.32", "render.ra.32"}) {
    const Result result = program.run({"bench", "render", "--json", "--seconds", "0", "--only", name});
    COMPARE_CODE(result, 0);
    const auto lines = linesOf(result);
    QCOMPARE(lines.size(), 1);
    QVERIFY2(lines[0]["missing"].toString().contains(said), qPrintable(lines[0]["missing"].toString()));
  }
}

void TestBench::tableForPeople() {
  Program program;
  program.set("UADA_PYTHON", "");
  const Result result = program.run({"bench", "render", "--seconds", "0", "--only", "*e*.[36][24]"});
  COMPARE_CODE(result, 0);
  const QStringList lines = result.out.split('\n');
  QVERIFY2(lines[0].startsWith("name"), qPrintable(lines[0]));
  for (const char* title : {"value", "unit", "images/s", "target"}) QVERIFY2(lines[0].contains(title), title);
  QVERIFY2(!lines[0].contains("times longer"), qPrintable(lines[0]));  // nothing was compared
  QVERIFY2(lines[2].startsWith("render.uada9.32"), qPrintable(lines[2]));
  const auto starting = [&](const QString& start) {
    return std::count_if(lines.begin(), lines.end(),
                         [&](const QString& line) { return line.startsWith(start); });
  };
  const qsizetype head = lines.indexOf(QRegularExpression("operation .*"));
  QVERIFY(head > 0);
  for (const char* title : {"32 px, us", "64 px, us", "x memcpy", "target"})
    QVERIFY2(lines[head].contains(title), title);
  QVERIFY2(!lines[head].contains("224"), qPrintable(lines[head]));  // left out by --only
  QCOMPARE(starting("op.posterize "), 1);                           // both sizes in one row
  QCOMPARE(starting("op.shear_x.bicubic "), 1);
  QVERIFY2(result.out.contains("stolen"), qPrintable(result.out));
  QVERIFY2(result.out.contains(QRegularExpression("\n\\d+ of \\d+ targets met")), qPrintable(result.out));
}

QTEST_GUILESS_MAIN(TestBench)
#include "tst_bench.moc"
