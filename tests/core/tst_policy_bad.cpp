#include <fmt/core.h>

#include <QtTest>
#include <functional>

#include "core/augment/found/Library.h"
#include "core/augment/found/Published.h"
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Json.h"
#include "tests/core/Growth.h"
#include "tests/core/PolicyTools.h"

using namespace uada;
using namespace uada::test;

namespace {

constexpr const char* kHead =
    R"({"format":"uada-policy","version":1,"name":"n","decoding":"faa","subpolicies":[)";

std::string repeated(std::size_t count, const std::function<std::string(std::size_t)>& part) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += part(i);
  return text;
}

/// A policy of one op whose probability is written so.
std::string withProbability(const std::string& text) {
  return std::string(kHead) + R"([{"op":"color","probability":)" + text + R"(,"level":0.5}]]})";
}

}  // namespace

/// Files that are no policies at all, and those made to hang or to flood: tst_policy_files has the wrong
/// entries.
class TestPolicyBad : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { folder_ = std::make_unique<PolicyFolder>(); }
  void badTextIsRefused_data();
  void badTextIsRefused();
  void byteOrderMarksArePassedOver();
  void filesCutShortAreRefused_data();
  void filesCutShortAreRefused();
  void tenMillionSubpoliciesAreRefused();
  void theMostSubpoliciesAreRead();
  void importsThatAreTooLargeAsJsonAreRefused();
  void floodsEnd_data();
  void floodsEnd();
  void manyPoliciesInAFileAreRefused();
  void largeFilesAreRefusedByTheirBeginning();
  void placesStandOnce();
  void quotesAreShortAndPrintable();

 private:
  std::unique_ptr<PolicyFolder> folder_;
};

void TestPolicyBad::badTextIsRefused_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<QString>("why");
  const auto row = [](const char* name, const std::string& text, const char* why) {
    QTest::newRow(name) << QByteArray::fromStdString(text) << why;
  };
  row("NaN", withProbability("NaN"), "no valid JSON found at '");
  row("NaN as text", withProbability("\"NaN\""),
      "subpolicies[0][0]: probability: a number expected, \"NaN\" found");
  row("Infinity", withProbability("-Infinity"), "no valid JSON found at '-I");
  row("beyond double", withProbability("1e999"), "1e999");
  row("beyond 64 bits", withProbability("99999999999999999999"), "subpolicies[0][0]: probability");
  row("largest double", withProbability("1e308"),
      "subpolicies[0][0]: probability: 1e+308 found, 0 to 1 allowed");
  row("hexadecimal", withProbability("0x1"), "line 1");
  row("invalid UTF-8", withProbability("\"\xff\""), "UTF-8");
  row("control character in a string", withProbability("\"\x01\""), "control character");
  row("a key twice", withProbability("1, \"probability\": 0"), "the key 'probability' stands twice");
  row("the format twice", R"({"format":"uada-policy","format":"uada-policy"})",
      "the key 'format' stands twice");
  row("65 levels", std::string(kHead) + std::string(65, '['), "more than 64 levels of nesting");
  row("a million levels", "{\"a\":" + std::string(1'000'000, '['), "more than 64 levels of nesting");
  row("text after the end", withProbability("1") + "}", "line 1");
  row("an array", "[[1, 2], [3]]", "line 1");
  row("an object of another kind", R"({"a": 1})", "the key 'format' is missing");
  row("format as number", R"({"format": 1})", "format: a string expected, 1 found");
  row("nine ops", std::string(kHead) + "[" + std::string(8, '0') + "]]}", "line 1");
  row("ten ops in a sub-policy", std::string(kHead) + "[1,2,3,4,5,6,7,8,9,10]]}",
      "subpolicies[0]: 10 entries found, 1 to 8 allowed");
  row("a picture", "\x89PNG\r\n\x1a\n", "no policy found");
  row("empty", "", "no policy found");
  row("zeros", std::string(1000, '\0'), "no policy found");
  row("python that computes", "A = [[('Rotate', 2 ** 1000, 1)]]", "line 1");
  row("python of endless depth", "A = " + std::string(1'000'000, '('), "more than 16 levels of nesting");
  row("python with an endless string", "A = [['" + std::string(1'000'000, 'x'), "a string does not end");
  row("python with a huge integer", "A = [[('Rotate', " + std::string(100'000, '9') + ", 1)]]",
      "is not a number");
  row("python with zeros", std::string("A = [\0]", 7), "'?' found");
  row("a line that is no schedule", "[1, 2, 3]", "line 1: 3 entries found, 6 allowed");
  row("a trial that is none", "[true, 0, 1, 1, [], []]",
      "line 1[0]: an integer expected, true found");
}

void TestPolicyBad::badTextIsRefused() {
  QFETCH(QByteArray, text);
  QFETCH(QString, why);
  const fs::path file = folder_->write("bad.json", text.toStdString());
  const QString message = refusal([&] { importPolicy(file); });
  QVERIFY2(message.startsWith(QString::fromStdString(file.string()) + ": ") && message.contains(why) &&
               message.size() < 1000 && !message.contains('\n'),
           qPrintable(message.left(2000)));
  QVERIFY(!fs::exists(policiesFolder()));
}

void TestPolicyBad::byteOrderMarksArePassedOver() {
  const std::string mark = "\xef\xbb\xbf";
  QCOMPARE(importPolicy(folder_->write("ours.json", mark + withProbability("0.25"))).policies.at(0).name,
           std::string("n"));
  QCOMPARE(loadPolicy("n").policy.lists[0][0].probability, 0.25);
  QCOMPARE(
      importPolicy(folder_->write("theirs.py", mark + "A = [[('Color', 0.5, 0.5)]]")).policies.at(0).name,
      std::string("A"));
}

void TestPolicyBad::filesCutShortAreRefused_data() {
  QTest::addColumn<QString>("name");
  for (const char* name : {"elements", "segments", "subpolicies", "timed", "stages"})
    QTest::newRow(name) << QString("example-%1.json").arg(name);
}

void TestPolicyBad::filesCutShortAreRefused() {
  QFETCH(QString, name);
  const std::string whole = changed(name.toUtf8().constData(), "\"example-", "\"my-");
  for (std::size_t size = 0; size < whole.rfind('}'); ++size) {
    const QString message =
        refusal([&] { foundPolicyFromJson(parseJson(whole.substr(0, size), "cut.json"), "cut.json"); });
    QVERIFY2(message.startsWith("cut.json: "), qPrintable(QString("%1: %2").arg(size).arg(message)));
  }
}

void TestPolicyBad::tenMillionSubpoliciesAreRefused() {
  std::string text = kHead;
  text.reserve(40'000'000);
  for (int i = 0; i < 10'000'000; ++i) text += "[1],";
  const fs::path file = folder_->write("endless.json", text + "[1]]}");
  for (const QString& message :
       {refusal([&] { importPolicy(file); }), refusal([&] { loadPolicy(file.string()); })})
    QVERIFY2(message.contains("endless.json: subpolicies[10000]: at most 10,000 entries in an array are "
                              "allowed; leave some out"),
             qPrintable(message));
  const auto first = [&](std::size_t count) {
    return refusal([&] {
      importPolicy(
          folder_->write("fewer.json", text.substr(0, std::string_view(kHead).size() + 4 * count) + "[1]]}"));
    });
  };
  for (const std::size_t count : {900'000, 400'000, 10'000}) {
    const QString fewer = first(count);
    QVERIFY2(fewer.contains("fewer.json: subpolicies[10000]: at most 10,000 entries in an array are allowed"),
             qPrintable(fewer));
  }
  QVERIFY(first(9'999).contains("fewer.json: subpolicies[0][0]: "));
}

void TestPolicyBad::theMostSubpoliciesAreRead() {
  const std::string one = R"([{"op":"color","probability":1,"level":1},)"
                          R"({"op":"rotate","probability":0.1234567,"level":0.7654321}])";
  const std::string text = kHead + one + repeated(9'999, [&](std::size_t) { return "," + one; }) + "]}";
  QCOMPARE(importPolicy(folder_->write("most.json", text)).policies.at(0).count, std::size_t{10'000});
}

/// What an import writes is read again: what would be too large for that is not written.
void TestPolicyBad::importsThatAreTooLargeAsJsonAreRefused() {
  const auto file = [&](std::size_t count, const std::string& op) {
    const std::string list = "[" + repeated(8, [&](std::size_t) { return op + ","; }) + "],";
    return folder_->write("large.py", "A = [" + repeated(count, [&](std::size_t) { return list; }) + "]\n");
  };
  const Import most = importPolicy(file(10'000, "('Color',0.5,0.5)"));
  QCOMPARE(most.policies.at(0).count, std::size_t{10'000});
  QCOMPARE(loadPolicy("A").policy.lists.size(), std::size_t{10'000});
  QCOMPARE(installedPolicies().back().problem, std::string());
  removePolicy("A");
  // 4,117,306 bytes: parsed by itself, but no file of it is read; then 6.4 million
  for (const auto& [count, op, found] :
       {std::tuple{9'850, "('Brightness',0.55,0.55)", "9,850 sub-policies give 4.1 MB"},
        {10'000, "('Brightness',0.55555555,0.55555555)", "10,000 sub-policies give 5.1 MB"}}) {
    const fs::path large = file(count, op);
    const QString message = refusal([&] { importPolicy(large); });
    QVERIFY2(message.contains(QString("large.py: A: %1 of JSON, at most 4.0 MB are kept; ").arg(found)),
             qPrintable(message));
    QVERIFY(installedPolicies().back().file.empty());
    const long growth = growthOf([&] { importPolicy(large); });
    QVERIFY2(growth >= 0 && growth < kMostGrowth, qPrintable(QString::number(growth)));
  }
}

void TestPolicyBad::floodsEnd_data() {
  QTest::addColumn<QByteArray>("text");
  const auto row = [](const char* name, const std::string& text) {
    QVERIFY(text.size() > 1'800'000 && text.size() < 4'000'000);
    QTest::newRow(name) << QByteArray::fromStdString(text);
  };
  // Each would take hours if the time grew with the square of the size.
  row("keys",
      "{\"format\": 1" + repeated(250'000, [](std::size_t i) { return fmt::format(",\"{}\":1", i); }) + "}");
  row("keys of python",
      "A = [{'a': 1" + repeated(250'000, [](std::size_t i) { return fmt::format(",'{}':1", i); }) + "}]\n");
  row("functions without an end", repeated(500'000, [](std::size_t) { return "def a\n"; }));
  row("functions with comments", repeated(250'000, [](std::size_t) { return "def a():\n #\n"; }));
  row("bodies that go on", repeated(150'000, [](std::size_t) { return "def a():\n x = [1]\n"; }));
  row("lists that go on", repeated(300'000, [](std::size_t) { return "A=[1]+1\n"; }));
  row("comments", "A = [" + repeated(800'000, [](std::size_t) { return "#\n "; }));
  row("values of python", "A = [" + repeated(1'500'000, [](std::size_t) { return "0,"; }) + "]\n");
  row("empty lines", std::string(3'000'000, '\n'));
  row("lines of a schedule", repeated(900'000, [](std::size_t) { return "[]\n"; }));
  row("comments in json",
      repeated(400'000, [](std::size_t) { return "/**/\n"; }) + std::string(100, ' ') + "{");
  const std::string keys = repeated(9'999, [](std::size_t i) { return fmt::format("\"{}\":0,", i); });
  row("objects", "{\"a\":[" + repeated(40, [&](std::size_t) { return "{" + keys + "\"\":0},"; }) + "0]}");
  const std::string entries = repeated(8'193, [](std::size_t) { return "[],"; });
  row("arrays", "{\"a\":[" + repeated(130, [&](std::size_t) { return "[" + entries + "0],"; }) + "0]}");
  row("lists", repeated(999, [&](std::size_t i) {
        return fmt::format("A{}=[{}]\n", i, std::string_view(entries).substr(0, 3 * 900));
      }));
  row("policies", repeated(100'000, [](std::size_t i) { return fmt::format("A{}=[[('Color',0,0)]]\n", i); }));
  row("members", R"({"format":"uada-policy","version":1,"name":"n","decoding":"faa","subpolicies":[)" +
                     repeated(1'500'000, [](std::size_t) { return "0,"; }) + "0]}");
}

void TestPolicyBad::floodsEnd() {
  QFETCH(QByteArray, text);
  const fs::path file = folder_->write("flood.py", text.toStdString());
  const QString message = refusal([&] { importPolicy(file); });
  QVERIFY2(message.contains("flood.py: ") && message.size() < 1000, qPrintable(message.left(1000)));
  const long growth = growthOf([&] { importPolicy(file); });
  QVERIFY2(growth >= 0 && growth < kMostGrowth, qPrintable(QString::number(growth)));
}

void TestPolicyBad::manyPoliciesInAFileAreRefused() {
  const auto file = [&](std::size_t count) {
    return folder_->write("many.py", repeated(count, [](std::size_t i) {
                            return fmt::format("A{} = [[('Color', 0.5, 0.5)]]\n", i);
                          }));
  };
  QVERIFY(refusal([&] {
            importPolicy(file(101));
          }).contains("many.py: A100: at most 100 policies in a file are read; split it"));
  QVERIFY(!fs::exists(policiesFolder()));
  QCOMPARE(importPolicy(file(100)).policies.size(), std::size_t{100});
}

void TestPolicyBad::largeFilesAreRefusedByTheirBeginning() {
  const auto message = [&](const std::string& head) {
    return refusal([&] { importPolicy(folder_->write("large", head + std::string(4'000'000, ' '))); });
  };
  const char* size = "at most 4.0 MB are read; leave something out, or split it";
  QVERIFY(message("{\"a\": [").contains(size));  // all that is wrong is that the beginning ends
  QVERIFY(message("A = [").contains(size));
  QVERIFY(message(withProbability("1.2")).contains(size));
  QVERIFY(message(std::string(65, '[')).contains("more than 16 levels of nesting"));
  QVERIFY(message("{\"a\":" + std::string(65, '[')).contains("more than 64 levels of nesting"));
}

void TestPolicyBad::placesStandOnce() {
  const auto message = [&](const std::string& op) {
    return refusal([&] {
      importPolicy(folder_->write(
          "bad.json", std::string(kHead) + "[{\"op\":" + op + ",\"probability\":1,\"level\":1}]]}"));
    });
  };
  for (const char* op : {"1", "\"colour\"", "\"\"", "null"})
    QVERIFY2(message(op).count("subpolicies[0][0]") == 1 && message(op).count("bad.json") == 1,
             qPrintable(message(op)));
  QCOMPARE(message("\"identity\""), QString());  // with the same entries a policy
}

void TestPolicyBad::quotesAreShortAndPrintable() {
  const auto message = [&](const char* from, const std::string& to) {
    return refusal([&] {
      importPolicy(folder_->write("bad.json", changed("example-subpolicies.json", from, to.c_str())));
    });
  };
  const std::string endless(1'000'000, 'x');
  for (const char* key : {"translate_x", "\"uada-policy", "aa10", "example-subpolicies\",", "\"example\","}) {
    const std::string quoted = std::string(key).starts_with('"') ? "\"" + endless : endless;
    const QString text = message(key, std::string(key).ends_with(',') ? quoted + "\"," : quoted);
    QVERIFY2(text.size() < 1000 && text.contains("bytes found"), qPrintable(text.left(1000)));
  }
  QVERIFY(message("\"source\"", "\"" + endless + "\"").size() < 1000);
  QVERIFY(message("\"name\"", "\"decoding\": 1, \"decoding\"").contains("stands twice"));
  // Colours and line ends of a terminal.
  const QString text = message("translate_x", "\\u001b[31mred\\nsecond line");
  QVERIFY2(text.contains("subpolicies[0][1]: op: '?[31mred?second line' found"), qPrintable(text));
  QVERIFY(message("\"source\"", "\"\\u001b[31m\"").contains("'?[31m'"));
}

QTEST_GUILESS_MAIN(TestPolicyBad)
#include "tst_policy_bad.moc"
