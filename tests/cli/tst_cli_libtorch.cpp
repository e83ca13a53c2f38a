#include <signal.h>

#include "Program.h"
#include "core/libtorch/Pins.h"
#include "tests/core/WheelServer.h"

using namespace uada;
using namespace uada::test;

namespace {

/// The program of somebody without LibTorch, with a cache of its own.
struct Newcomer : Program {
  Newcomer() {
    set("XDG_CACHE_HOME", path("cache"));
    set("PIP_CONFIG_FILE", "/dev/null");
    for (const char* name : {"UADA_LIBTORCH", "PIP_INDEX_URL", "http_proxy", "HTTP_PROXY"}) unset(name);
  }
  QString home() const { return path("cache/uada/libtorch-" + QString::fromStdString(pinnedLibTorch())); }
  qint64 partSize() const {
    return QFileInfo(home() + ".fetch/torch-" + QString::fromStdString(pinnedLibTorch()) + ".whl").size();
  }
  /// A fetch of which some has come.
  std::unique_ptr<QProcess> halfway(const QString& index) const {
    const qint64 before = partSize();
    auto process = start({"libtorch", "get", "--index", index});
    constexpr int kMost = 30'000;  // milliseconds
    [&] { QTRY_VERIFY_WITH_TIMEOUT(partSize() > before, kMost); }();
    return process;
  }
};

}  // namespace

/// `uada libtorch`, with an index on this machine that has wheels of the pinned hashes, and other bytes.
class TestCliLibTorch : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    QVERIFY(server_.isRunning());
    QFile hash(server_.file("torch-9.8.7.whl.sha256"));
    QVERIFY(hash.open(QIODevice::WriteOnly));
    hash.write(libTorchPins(false).front().hash.c_str());
  }

  void saysWhereItIs() {
    Newcomer program;
    program.set("UADA_LIBTORCH", program.path("nothing"));
    const Result none = program.run({"libtorch"});
    COMPARE_CODE(none, 1);
    QVERIFY2(none.err.contains("UADA_LIBTORCH names '" + program.path("nothing")), qPrintable(none.err));
    QVERIFY2(none.err.contains("'uada libtorch get' fetches it into '" + program.home()),
             qPrintable(none.err));
    QVERIFY(QDir().mkpath(program.path("torch/lib")));
    program.write("torch/lib/libtorch_cpu.so", "");
    program.set("UADA_LIBTORCH", program.path("torch"));
    const Result there = program.run({"libtorch", "--json"});
    COMPARE_CODE(there, 0);
    QCOMPARE(objects(there.out).first()["folder"].toString(), program.path("torch"));
  }

  void ctrlCKeepsWhatHasCome() {
    const Newcomer program;
    const auto process = program.halfway(server_.index("slow"));
    ::kill(static_cast<pid_t>(process->processId()), SIGINT);
    const Result result = Program::finish(*process);
    COMPARE_CODE(result, 130);
    QVERIFY2(result.err.contains("What has come is kept"), qPrintable(result.err));
    QVERIFY(program.partSize() > 0);
  }

  void aKilledFetchGoesOn() {
    const Newcomer program;
    const auto process = program.halfway(server_.index("slow"));
    process->kill();
    process->waitForFinished();
    const qint64 there = program.partSize();
    QVERIFY(there > 0);
    server_.asked();
    const Result result = program.run({"libtorch", "get", "--index", server_.index()});
    QCOMPARE(server_.asked().first(), QString("torch-9.8.7.whl bytes=%1-").arg(there));
    // All has come by now, and is refused.
    COMPARE_CODE(result, 1);
    QVERIFY2(result.err.contains("/torch-9.8.7.whl' is not the file that is pinned"), qPrintable(result.err));
    QVERIFY(!QFileInfo::exists(program.home()));
  }

  void withoutAHomeNoPlaceIsNamed() {
    Newcomer program;
    program.set("UADA_LIBTORCH", program.path("nothing"));
    for (const char* name : {"HOME", "XDG_CACHE_HOME"}) program.unset(name);
    const Result result = program.run({"libtorch"});
    COMPARE_CODE(result, 1);
    QVERIFY2(result.err.contains("set HOME, or XDG_CACHE_HOME") && !result.err.contains("''"),
             qPrintable(result.err));
  }

  void aVariableThatKeepsItFromUseIsToldFirst() {
    Newcomer program;
    program.set("UADA_LIBTORCH", program.path("nothing"));
    const Result result = program.run({"libtorch", "get", "--index", "http://127.0.0.1:9/simple"});
    COMPARE_CODE(result, 1);
    QVERIFY2(result.err.startsWith("note: ") && result.err.contains("UADA_LIBTORCH names"),
             qPrintable(result.err));
  }

  void theIndexIsTakenFromPipsVariable() {
    Newcomer program;
    program.set("PIP_INDEX_URL", "http://127.0.0.1:9/mine");
    const Result result = program.run({"libtorch", "get", "--quiet"});
    COMPARE_CODE(result, 1);
    QVERIFY2(result.err.contains("http://127.0.0.1:9/mine/torch/"), qPrintable(result.err));
  }

  void wrongUse() {
    const Newcomer program;
    const Result word = program.run({"libtorch", "gte"});
    COMPARE_CODE(word, 2);
    QVERIFY2(word.err.contains("did you mean 'get'"), qPrintable(word.err));
    COMPARE_CODE(program.run({"libtorch", "--cuda"}), 2);
  }

 private:
  WheelServer server_;
};

QTEST_GUILESS_MAIN(TestCliLibTorch)
#include "tst_cli_libtorch.moc"
