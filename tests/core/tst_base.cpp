#include <errno.h>

#include <QTemporaryDir>
#include <QTest>
#include <atomic>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <new>
#include <stdexcept>
#include <thread>

#include "core/base/Channel.h"
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Json.h"
#include "core/base/Mailbox.h"
#include "core/base/Philox.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/base/ThreadPool.h"

using namespace uada;

namespace {

std::string messageOf(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

/// Makes the n-th call of a save fail in one way; counts all calls.
class FaultyCalls : public FileCalls {
 public:
  enum Fault { refuse, noSpace, shortWrite };
  FaultyCalls(int at, Fault fault) : at_(at), fault_(fault) {}
  int calls = 0;

  int open(const char* path, int flags, unsigned mode) override {
    return now() ? -1 : FileCalls::open(path, flags, mode);
  }
  ssize_t write(int fd, const void* data, std::size_t size) override {
    if (!now()) return FileCalls::write(fd, data, size);
    return fault_ == shortWrite ? FileCalls::write(fd, data, size / 2) : -1;
  }
  int fsync(int fd) override { return now() ? -1 : FileCalls::fsync(fd); }
  int close(int fd) override {
    const bool fails = now();
    const int result = FileCalls::close(fd);
    return fails ? -1 : result;
  }
  int rename(const char* from, const char* to) override { return now() ? -1 : FileCalls::rename(from, to); }
  int renameToNew(const char* from, const char* to) override {
    return now() ? -1 : FileCalls::renameToNew(from, to);
  }

 private:
  bool now() {
    errno = fault_ == noSpace ? ENOSPC : EIO;
    return ++calls == at_;
  }
  const int at_;
  const Fault fault_;
};

}  // namespace

class TestBase : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// Known answers of Random123 for philox4x32-10.
  void philoxKnownAnswers() {
    using Four = std::array<std::uint32_t, 4>;
    QVERIFY(philox({0, 0, 0, 0}, {0, 0}) == (Four{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
    QVERIFY(philox({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}) ==
            (Four{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
    QVERIFY(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
            (Four{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
  }

  void randomDependsOnlyOnItsKey() {
    Random a(7, 3, 11, Purpose::plan), b(7, 3, 11, Purpose::plan);
    for (int i = 0; i < 20; ++i) QCOMPARE(a.next(), b.next());
    const auto first = [](Random r) { return r.next(); };
    const auto base = first(Random(7, 3, 11, Purpose::plan));
    QVERIFY(base != first(Random(8, 3, 11, Purpose::plan)));
    QVERIFY(base != first(Random(7, 4, 11, Purpose::plan)));
    QVERIFY(base != first(Random(7, 3, 12, Purpose::plan)));
    QVERIFY(base != first(Random(7, 3, 11, Purpose::probe)));
    QVERIFY(base != first(Random(7 + (1ull << 32), 3, 11, Purpose::plan)));
  }

  void randomIsUniform() {
    Random random(1, 0, 0, Purpose::test);
    std::array<int, 7> counts{};
    for (int i = 0; i < 70000; ++i) ++counts[random.below(7)];
    double chi = 0;
    for (const int n : counts) chi += (n - 10000.0) * (n - 10000.0) / 10000.0;
    QVERIFY2(chi < 22.5, qPrintable(QString("chi-square %1, 6 degrees of freedom, p 0.001").arg(chi)));
    double sum = 0;
    for (int i = 0; i < 10000; ++i) {
      const double u = random.uniform();
      QVERIFY(u >= 0 && u < 1);
      sum += u;
    }
    QVERIFY(std::abs(sum / 10000 - 0.5) < 0.012);  // 4 standard errors
  }

  void jsonRoundTrip() {
    const char* text = "{\"a\":[1,2.5,-0.0,1e300,true,null,\"x\\\"\\\\\\n\\u0001é\"],\"b\":{\"c\":[]}}";
    const Json json = parseJson(text, "t");
    QVERIFY(parseJson(json.dump(), "t") == json);
    QVERIFY(parseJson(json.dump(2), "t") == json);
    QVERIFY(std::signbit(json.at("a").asArray()[2].asDouble()));
    for (const double value : {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, -0.0})
      QVERIFY(std::bit_cast<std::uint64_t>(parseJson(Json(value).dump(), "t").asDouble()) ==
              std::bit_cast<std::uint64_t>(value));
    QVERIFY(std::isnan(parseJson(Json(std::nan("")).dump(), "t").asDouble()));
    QCOMPARE(parseJson(Json(-HUGE_VAL).dump(), "t").asDouble(), -HUGE_VAL);
    QCOMPARE(parseJson("9223372036854775807", "t").asInt(), std::numeric_limits<std::int64_t>::max());
  }

  void jsonAllowsComments() {
    QCOMPARE(parseJson("// why\n{\"a\": /* here */ 1}\n", "t").at("a").asInt(), 1);
  }

  void jsonRefuses_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("part");
    QTest::newRow("duplicate") << QByteArray("{\"a\":1,\"a\":2}") << "'a' stands twice";
    QTest::newRow("trailing") << QByteArray("{} {}")
                              << "line 1, column 4: text behind the end of the JSON found at '{} {'";
    QTest::newRow("open") << QByteArray("{\n\"a\": [1,") << "line 2, column 8: the JSON ends too early";
    QTest::newRow("empty") << QByteArray("") << "t: ";
    QTest::newRow("NUL") << QByteArray("{}\n\0{\"a\": 1}", 11) << "t: line 2: a NUL character found";
    QTest::newRow("depth") << QByteArray(100, '[') << "64 levels";
    QTest::newRow("huge depth") << QByteArray(1000000, '[') << "64 levels";
    QTest::newRow("large number") << QByteArray("[1,\n 1e999]")
                                  << "t: line 2, column 6: 1e999 found, which is beyond any number";
    QTest::newRow("escape") << QByteArray("[\xc2\x9b\x1b]")
                            << "t: line 1, column 2: no valid JSON found at '";
    QTest::newRow("large integer") << QByteArray("[18446744073709551615]") << "too large";
    QTest::newRow("invalid utf-8") << QByteArray("[\"\xff\"]") << "UTF-8";
    const QByteArray key = QByteArray(60, 'k') + "\":";
    QTest::newRow("too many, deep") << "{\"" + key + "{\"" + key + "{\"" + key + "{\"" + key + "[" +
                                           QByteArray("0,").repeated(10'000) + "0]}}}}"
                                    << QString(
                                           "t: …%1[10000]: at most 10,000 entries in an array are "
                                           "allowed; leave some out")
                                           .arg(QString(60, 'k'));
    QTest::newRow("too many, a long key")
        << "{\"a\": [{\"" + QByteArray(300, 'k') + "\": [" + QByteArray("0,").repeated(10'000) + "0]}]}"
        << "kkk…[10000]: at most 10,000 entries in an array are allowed; ";
    QTest::newRow("too many, in arrays") << QByteArray(60, '[') + QByteArray("0,").repeated(10'000) + "0]"
                                         << "[0][10000]: at most 10,000 entries in an array are allowed; ";
    QTest::newRow("too long") << QByteArray((4 << 20) + 1, ' ') << "bytes of JSON";
  }
  void jsonRefuses() {
    QFETCH(QByteArray, text);
    QFETCH(QString, part);
    const auto message = messageOf([&] { parseJson({text.data(), std::size_t(text.size())}, "t"); });
    QVERIFY2(QString::fromStdString(message).contains(part), message.c_str());
  }

  void jsonTypeErrors() {
    QCOMPARE(messageOf([] { Json("x").asInt(); }), std::string("an integer expected, \"x\" found"));
    QCOMPARE(messageOf([] { Json::object().at("k"); }), std::string("the key 'k' is missing"));
  }

  /// What is shown of names and messages from elsewhere is one line in one direction.
  void textsFromElsewhere() {
    const std::string marks = "\u061C\u200E\u200F\u2028\u2029\u202A\u202E\u2066\u2069";
    QCOMPARE(printable(marks), std::string(9, '?'));
    QCOMPARE(printable("a\nb\tc\rd"), std::string("a\nb\tc?d"));
    QCOMPARE(oneLine("a\nb\tc\x1b[1m"), std::string("a b c?[1m"));
    QCOMPARE(oneLine("äöü", 4), std::string("äö…"));
    for (const char* good : {"", "é ü 漢字", "a-b_c.d"}) QVERIFY2(isPlainLine(good), good);
    for (const char* bad : {"a\nb", "a\tb", "a\rb", "\x7f", "\xff", "\u202E", "\u2028"})
      QVERIFY2(!isPlainLine(bad), bad);
    QVERIFY(!isPlainLine(std::string_view("a\0b", 3)));
  }

  void everyErrorIsOneLine() {
    QCOMPARE(std::string(Error("a\nb\x1b").what()), std::string("a b?"));
    QCOMPARE(std::string(UsageError(std::string(5000, 'x')).what()).size(), std::size_t{2000} + 3);
  }

  /// What libraries say becomes a line that names what was being done.
  void problemsOfLibraries() {
    QCOMPARE(problemText(std::bad_alloc(), "the table"),
             std::string("not enough memory for the table; free some, or ask for less"));
    QCOMPARE(problemText(std::length_error("vector::_M_default_append"), "the table"),
             std::string("not enough memory for the table; free some, or ask for less"));
    QCOMPARE(problemText(std::runtime_error("first\nsecond"), "the table"),
             std::string("cannot finish the table: first"));
    QCOMPARE(problemText(Error("as it is"), "the table"), std::string("as it is"));
    QCOMPARE(problemText(std::runtime_error("first")), std::string("first"));
  }

  void suggestions() {
    QCOMPARE(editDistance("kitten", "sitting"), std::size_t{3});
    QCOMPARE(editDistance("", "ab"), std::size_t{2});
    const std::vector<std::string> known{"epochs", "batch", "fashion_mnist", "cifar10"};
    QCOMPARE(suggestion("epoch", known), std::string("; did you mean 'epochs'?"));
    QCOMPARE(suggestion("Fashion-MNIST", known), std::string("; did you mean 'fashion_mnist'?"));
    QCOMPARE(suggestion("cifar100", {"cifar10", "cifar1000"}), std::string("; did you mean 'cifar10'?"));
    QCOMPARE(suggestion("rnu", {"list", "run"}), std::string("; did you mean 'run'?"));
    for (const char* far : {"momentum", "", "x", "11"}) QCOMPARE(suggestion(far, known), std::string());
    QCOMPARE(suggestion(std::string(1 << 20, 'e'), known), std::string());
  }

  void atomicFileReplaces() {
    QTemporaryDir dir;
    const std::filesystem::path path = dir.filePath("f").toStdString();
    writeFileAtomically(path, "old");
    writeFileAtomically(path, std::string(100000, 'n'));
    QCOMPARE(readTextFile(path, 1 << 20).size(), std::size_t{100000});
    QCOMPARE(QDir(dir.path()).entryList(QDir::Files).size(), 1);
  }

  /// For every call of a save and every kind of failure: the old or the new content, an error, no litter.
  void atomicFileSurvivesAFaultAtEveryCall() {
    for (const auto fault : {FaultyCalls::refuse, FaultyCalls::noSpace, FaultyCalls::shortWrite})
      for (int at = 1;; ++at) {
        QTemporaryDir dir;
        const std::filesystem::path path = dir.filePath("f").toStdString();
        writeFileAtomically(path, "old");
        FaultyCalls calls(at, fault);
        const auto message = messageOf([&] { writeFileAtomically(path, "new content", calls); });
        if (calls.calls < at) {
          QVERIFY(at >
                  7);  // open, write, fsync, close, rename, open and fsync of the folder were all reached
          break;
        }
        const std::string content = readTextFile(path, 100);
        QVERIFY2(content == "old" || content == "new content", content.c_str());
        // A short write is carried on with; closing the folder cannot lose anything.
        if (message.empty()) QCOMPARE(content, std::string("new content"));
        if (content == "old") QVERIFY(message.find(path.string()) != message.npos);
        QCOMPARE(QDir(dir.path()).entryList(QDir::Files).size(), 1);
      }
  }

  /// What may pass by itself is told from what does not.
  void noRoomIsTold_data() {
    QTest::addColumn<int>("code");
    QTest::addColumn<bool>("mayPass");
    QTest::newRow("disk full") << ENOSPC << true;
    QTest::newRow("quota") << EDQUOT << true;
    QTest::newRow("limit on sizes") << EFBIG << true;
    QTest::newRow("broken disk") << EIO << false;
    QTest::newRow("read-only") << EROFS << false;
  }
  void noRoomIsTold() {
    QFETCH(int, code);
    QFETCH(bool, mayPass);
    struct Refusing : FileCalls {
      int code = 0;
      ssize_t write(int, const void*, std::size_t) override { return errno = code, -1; }
    } calls;
    calls.code = code;
    QTemporaryDir dir;
    bool isNoSpace = false;
    try {
      writeFileAtomically(dir.filePath("f").toStdString(), "x", calls);
    } catch (const NoSpace&) {
      isNoSpace = true;
    } catch (const Error&) {
    }
    QCOMPARE(isNoSpace, mayPass);
    QVERIFY(QDir(dir.path()).isEmpty());
  }

  void newFilesReplaceNothing() {
    QTemporaryDir dir;
    const std::filesystem::path path = dir.filePath("f").toStdString();
    QVERIFY(writeNewFileAtomically(path, "first"));
    QVERIFY(!writeNewFileAtomically(path, "second"));
    QCOMPARE(readTextFile(path, 100), std::string("first"));
    QCOMPARE(QDir(dir.path()).entryList(QDir::Files).size(), 1);
    for (int at = 1; at <= 7; ++at) {  // open, write, sync, close, rename, open and sync of the folder
      std::filesystem::remove(path);
      FaultyCalls calls(at, FaultyCalls::refuse);
      const auto message = messageOf([&] { writeNewFileAtomically(path, "first", calls); });
      QVERIFY2(message.find(path.string()) != message.npos, qPrintable(QString::number(at)));
      QVERIFY(QDir(dir.path()).entryList(QDir::Files).isEmpty());
    }
  }

  void readingNamesTheFile() {
    QVERIFY(messageOf([] { readTextFile("/nowhere/x", 10); }).find("'/nowhere/x'") != std::string::npos);
    QVERIFY(messageOf([] { readTextFile("/", 10); }).find("folder") != std::string::npos);
    QTemporaryDir dir;
    const std::filesystem::path path = dir.filePath("f").toStdString();
    writeFileAtomically(path, "12345678901");
    QVERIFY(messageOf([&] { readTextFile(path, 10); }).find("more than 10 bytes") != std::string::npos);
  }

  void sha256OfAbc() {
    QCOMPARE(sha256("abc"), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
  }

  void channelLosesNothing() {
    Channel<int> channel(3);
    std::thread writer([&] {
      for (int i = 0; i < 5000; ++i) channel.push(i);
      channel.close();
    });
    std::vector<int> got;
    for (;;) {
      auto some = channel.takeAll(std::chrono::seconds(5));
      if (some.empty()) break;
      got.insert(got.end(), some.begin(), some.end());
    }
    writer.join();
    QCOMPARE(got.size(), std::size_t{5000});
    for (int i = 0; i < 5000; ++i) QCOMPARE(got[i], i);
    QVERIFY(!channel.push(1));
  }

  void mailboxKeepsTheNewest() {
    Mailbox<int> mailbox(3);
    for (int i = 0; i < 5; ++i) mailbox.post(i);
    const auto letters = mailbox.drain();
    QVERIFY(letters.items == (std::vector<int>{2, 3, 4}));
    QCOMPARE(letters.dropped, std::size_t{2});
    QCOMPARE(mailbox.drain().dropped, std::size_t{0});
  }

  void poolCoversEveryItemOnce() {
    for (const int threads : {1, 2, 4}) {
      ThreadPool pool(threads);
      for (const std::size_t count : {0u, 1u, 7u, 1000u}) {
        std::vector<std::atomic<int>> seen(count);
        pool.forRanges(count, 3, [&](std::size_t begin, std::size_t end) {
          for (std::size_t i = begin; i < end; ++i) ++seen[i];
        });
        for (const auto& n : seen) QCOMPARE(n.load(), 1);
      }
    }
  }

  void poolHandsExceptionsOn() {
    ThreadPool pool(3);
    const auto message = messageOf([&] {
      pool.forRanges(100, 1, [](std::size_t begin, std::size_t) {
        if (begin == 50) throw Error("item 50");
      });
    });
    QCOMPARE(message, std::string("item 50"));
    std::atomic<int> sum{0};
    pool.forRanges(10, 1, [&](std::size_t, std::size_t) { ++sum; });  // still usable
    QCOMPARE(sum.load(), 10);
  }

  void texts() {
    QCOMPARE(durationText(372), std::string("6:12"));
    QCOMPARE(durationText(9.94), std::string("9.9 s"));
    QCOMPARE(durationText(9.96), std::string("10 s"));
    QCOMPARE(durationText(59.4), std::string("59 s"));
    QCOMPARE(durationText(59.6), std::string("1:00"));
    QCOMPARE(durationText(12000), std::string("3 h 20 min"));
    QCOMPARE(durationText(0.84), std::string("0.8 s"));
    QCOMPARE(durationText(std::nan("")), std::string("-"));
    QCOMPARE(groupedText(1234567), std::string("1,234,567"));
    QCOMPARE(groupedText(-123), std::string("-123"));
    QCOMPARE(bytesText(12.4e9), std::string("12.4 GB"));
  }
};

QTEST_GUILESS_MAIN(TestBase)
#include "tst_base.moc"
