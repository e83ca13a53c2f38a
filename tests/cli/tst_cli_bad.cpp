#include <sys/resource.h>

#include <QtTest>

#include "tests/cli/Program.h"
#include "tests/core/SparseJpeg.h"
#include "tests/core/TinyPng.h"

using namespace uada::test;

namespace {

constexpr long kMostMemory = 64'000'000 / 1024;  // kilobytes
constexpr const char* kHead =
    R"({"format":"uada-policy","version":1,"name":"n","decoding":"faa","subpolicies":[)";

QByteArray bytesOf(const tinypng::Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())};
}

/// So many times the same in a file, a piece at a time: this program must stay small, too.
struct Repeated {
  const char *head = "", *part = "", *tail = "";
  int count = 0;

  void writeTo(const QString& path) const {
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(head);
    constexpr int kAtOnce = 10'000;
    const QByteArray many = QByteArray(part).repeated(kAtOnce);
    for (int i = 0; i < count / kAtOnce; ++i) file.write(many);
    file.write(tail);
  }
};

}  // namespace

/// What the whole program, from its start, takes to refuse a file.
class TestCliBad : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void picturesAreRefused_data();
  void picturesAreRefused();
  void policiesAreRefused_data();
  void policiesAreRefused();

 private:
  /// One line, exit code 1, at most 64 MB.
  void isRefused(const QStringList& arguments, const QString& why) const {
    const Result result = program_.run(arguments);
    QCOMPARE(result.code, 1);
    QVERIFY(result.out.isEmpty());
    QVERIFY2(result.err.count('\n') == 1 &&
                 result.err.contains(arguments[0] == "apply" ? "in.png" : "bad.json") &&
                 result.err.contains(why),
             qPrintable(result.err.left(1000)));
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
    rusage usage{};
    ::getrusage(RUSAGE_CHILDREN, &usage);  // the most that any child has had so far
    QVERIFY2(usage.ru_maxrss <= kMostMemory, qPrintable(QString("%1 kB").arg(usage.ru_maxrss)));
#endif
  }
  Program program_;
};

void TestCliBad::picturesAreRefused_data() {
  QTest::addColumn<QByteArray>("content");
  QTest::addColumn<QString>("why");
  const auto row = [](const char* name, const tinypng::Bytes& bytes, const char* why) {
    QTest::newRow(name) << bytesOf(bytes) << why;
  };
  row("30,000 a side", tinypng::make({30'000, 30'000, 8, 2, std::vector<std::uint8_t>(30'000)}),
      "30000 x 30000 pixels are more than the limit of 64 million; scale it down");
  const tinypng::Bytes jpeg = SparseJpeg(8000, 8000, 31).bytes;
  row("cut short", tinypng::Bytes(jpeg.begin(), jpeg.end() - 2), "no end mark; copy or export it again");
  row("damaged late", SparseJpeg(8000, 8000, 0, 1000).bytes, "premature end of data segment");
  row("damaged late, progressive", SparseJpeg(8000, 8000, 20, 100).bytes, "premature end of data segment");
}

void TestCliBad::picturesAreRefused() {
  QFETCH(QByteArray, content);
  QFETCH(QString, why);
  program_.write("in.png", content);
  isRefused({"apply", "invert", "0", "in.png", "out.png"}, why);
  QVERIFY(!QFile::exists(program_.path("out.png")));
}

void TestCliBad::policiesAreRefused_data() {
  QTest::addColumn<QString>("head");
  QTest::addColumn<QString>("part");
  QTest::addColumn<QString>("tail");
  QTest::addColumn<int>("count");
  QTest::addColumn<QString>("why");
  const auto row = [](const char* name, const Repeated& text, const char* why) {
    QTest::newRow(name) << text.head << text.part << text.tail << text.count << why;
  };
  row("10 million sub-policies", {kHead, "[1],", "[1]]}", 10'000'000},
      "subpolicies[10000]: at most 10,000 entries in an array are allowed; leave some out");
  row("10 million as published", {"A = [", "[],", "]\n", 10'000'000},
      "A: line 1: at most 10,000 entries of a list are allowed; leave some out");
  row("10 million lines", {"", "#,\n", "", 10'000'000}, "30.0 MB found, at most 4.0 MB are read");
  row("10 million spaces", {kHead, " ", "", 10'000'000}, "10.0 MB found, at most 4.0 MB are read");
  row("a number of all digits", {kHead, "1", "]}", 3'900'000}, "beyond any number");
  row("a key of all letters", {"{\"", "k", "\": 1}", 3'900'000}, "the key 'format' is missing");
  row("empty strings", {kHead, "\"\",", "1]}", 1'300'000}, "subpolicies[10000]: at most 10,000 entries");
}

void TestCliBad::policiesAreRefused() {
  QFETCH(QString, head);
  QFETCH(QString, part);
  QFETCH(QString, tail);
  QFETCH(int, count);
  QFETCH(QString, why);
  program_.set("XDG_DATA_HOME", program_.path("data"));
  const QByteArray texts[] = {head.toUtf8(), part.toUtf8(), tail.toUtf8()};
  Repeated{texts[0].constData(), texts[1].constData(), texts[2].constData(), count}.writeTo(
      program_.path("bad.json"));
  isRefused({"policies", "import", "bad.json"}, why);
  QVERIFY(!QFile::exists(program_.path("data")));
}

QTEST_GUILESS_MAIN(TestCliBad)
#include "tst_cli_bad.moc"
