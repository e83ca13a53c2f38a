#include <QDir>
#include <QTest>
#include <algorithm>
#include <filesystem>
#include <thread>

#include "core/base/Files.h"
#include "core/libtorch/Fetch.h"
#include "core/libtorch/Http.h"
#include "core/libtorch/Place.h"
#include "core/libtorch/Wheel.h"
#include "core/libtorch/Workshop.h"
#include "core/weights/Zip.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/SmallDisk.h"
#include "tests/core/WheelServer.h"

using namespace uada;
using namespace uada::test;
namespace fs = std::filesystem;

namespace {

const QString kTorch = "torch-9.8.7.whl";

bool untilTheEnd(const FetchProgress&) { return true; }

/// A place for a LibTorch, and the wheels of the server that make one.
struct Place {
  QTemporaryDir folder;
  WheelSet set;

  explicit Place(const WheelServer& server, bool cuda = false) {
    set = {fs::path(folder.path().toStdString()) / "libtorch", {}, cuda, "made\n"};
    set.pins.push_back({"torch", "9.8.7", server.hash(kTorch).toStdString()});
    set.pins.push_back({"nvidia-part", "1.0", server.hash("nvidia-part-1.0.whl").toStdString()});
  }
  fs::path part() const { return set.home.string() + ".fetch/" + kTorch.toStdString(); }
  bool fetch(const QString& index, const FetchListener& tell = untilTheEnd) const {
    const QString why = problem(index, tell);
    if (!why.isEmpty()) qWarning("%s", qPrintable(why));
    return why.isEmpty() && fs::exists(set.home);
  }
  /// What is thrown, in words; empty: it was fetched, or stopped.
  QString problem(const QString& index, const FetchListener& tell = untilTheEnd) const {
    return errorOf([&] { fetchWheels(set, {index.toStdString(), ""}, tell); });
  }
  /// The files of the home, with their paths in it.
  QStringList files() const {
    QStringList names;
    if (!fs::exists(set.home)) return names;
    for (const auto& entry : fs::recursive_directory_iterator(set.home))
      if (entry.is_regular_file()) names += QString::fromStdString(fs::relative(entry.path(), set.home));
    names.sort();
    return names;
  }
};

const QStringList kCpuFiles{".uada-kind", "nvidia/cu13/lib/libpart.so",
                            "torch/include/torch/headeronly/version.h", "torch/lib/empty",
                            "torch/lib/libtorch_cpu.so"};

/// Fetches at 20 kB a second until some bytes have come.
void fetchInPart(const Place& place, const WheelServer& server) {
  constexpr std::uint64_t kEnough = 5'000;
  const auto untilSome = [](const FetchProgress& progress) { return progress.done < kEnough; };
  QVERIFY(!place.fetch(server.index("slow"), untilSome));
  QVERIFY(fs::file_size(place.part()) >= kEnough);
  QVERIFY(!fs::exists(place.set.home));
}

}  // namespace

/// Fetching of LibTorch, from an index on this machine.
class TestLibTorch : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    for (const char* name : {"http_proxy", "PIP_INDEX_URL", "PIP_CONFIG_FILE", "PIP_CERT"}) qunsetenv(name);
    QVERIFY(server_.isRunning());
  }

  void theWheelsBecomeAFolder() {
    const Place place(server_);
    QStringList told;
    QVERIFY(place.fetch(server_.index(), [&](const FetchProgress& progress) {
      const QString what = QString::fromStdString(progress.what);
      if (told.isEmpty() || told.last() != what) told += what;
      return progress.done <= progress.total || progress.total == 0;
    }));
    QCOMPARE(place.files(), kCpuFiles);
    QCOMPARE(told, QStringList({"torch 9.8.7 (1 of 2)", "nvidia-part 1.0 (2 of 2)",
                                "unpacking torch 9.8.7 (1 of 2)", "unpacking nvidia-part 1.0 (2 of 2)"}));
    QCOMPARE(fs::file_size(place.set.home / "torch/lib/libtorch_cpu.so"), std::uintmax_t{1'000'000});
    QCOMPARE(readTextFile(place.set.home / ".uada-kind", 100), std::string("made\n"));
    QVERIFY(!fs::exists(place.set.home.string() + ".fetch"));
    QVERIFY(!fs::exists(fs::path(place.folder.path().toStdString()) / "outside"));
  }

  void forGpusThereIsMore() {
    const Place place(server_, true);
    QVERIFY(place.fetch(server_.index()));
    QVERIFY(place.files().contains("torch/lib/libtorch_cuda.so"));
    QVERIFY(!place.files().contains("torch/lib/libtorch_python.so"));
  }

  void aHomeThatIsThereIsReplaced() {
    const Place place(server_);
    fs::create_directories(place.set.home / "torch");
    writeFileAtomically(place.set.home / "torch/old", "old");
    QVERIFY(place.fetch(server_.index()));
    QCOMPARE(place.files(), kCpuFiles);
  }

  void goesOnWhereItWasStopped() {
    const Place place(server_);
    fetchInPart(place, server_);
    const auto there = fs::file_size(place.part());
    server_.asked();
    QVERIFY(place.fetch(server_.index()));
    QCOMPARE(server_.asked().first(), QString("%1 bytes=%2-").arg(kTorch).arg(there));
    QCOMPARE(place.files(), kCpuFiles);
  }

  void goesOnWhereTheLineBreaks() {
    const Place place(server_);
    server_.asked();
    QVERIFY(place.fetch(server_.index("break")));
    const QStringList asked = server_.asked().filter(kTorch);
    QVERIFY2(asked.size() > 3 && asked.last() != asked.first(), qPrintable(asked.join('\n')));
    QCOMPARE(place.files(), kCpuFiles);
  }

  void beginsAgainWhereTheServerCannotGoOn() {
    const Place place(server_);
    fetchInPart(place, server_);
    QVERIFY(place.fetch(server_.index("norange")));
    QCOMPARE(place.files(), kCpuFiles);
  }

  void aWholeWheelIsNotFetchedAgain() {
    const Place place(server_);
    fs::create_directories(place.part().parent_path());
    fs::copy_file(server_.file(kTorch).toStdString(), place.part());
    server_.asked();
    QVERIFY(place.fetch(server_.index()));
    QCOMPARE(server_.asked(), QStringList{"nvidia-part-1.0.whl -"});
  }

  /// Longer than the file, or as long with other bytes: the server has nothing more.
  void aPartOfAnotherFileIsDropped() {
    const Place place(server_);
    fs::create_directories(place.part().parent_path());
    writeFileAtomically(place.part(), std::string(2'000'000, 'x'));
    QVERIFY(place.fetch(server_.index()));
    QCOMPARE(place.files(), kCpuFiles);
  }

  void anotherHashIsRefusedAndNamed() {
    const Place place(server_);
    const QString problem = place.problem(server_.index("other"));
    QVERIFY2(problem.contains(kTorch) && problem.contains("is not the file that is pinned"),
             qPrintable(problem));
    QVERIFY2(problem.contains("expected " + server_.hash(kTorch)), qPrintable(problem));
    QCOMPARE(fs::file_size(place.part()), std::uintmax_t{0});
    QVERIFY(!fs::exists(place.set.home));
    QVERIFY(place.fetch(server_.index()));
  }

  void whatTheIndexHasNotIsNamed() {
    Place place(server_);
    QVERIFY(place.problem(server_.index("mute")).contains("has no link to the file of torch 9.8.7"));
    place.set.pins.front().name = "nobodys";
    const QString problem = place.problem(server_.index());
    QVERIFY2(problem.contains("/plain/simple/nobodys/' cannot be fetched: the server answers 404"),
             qPrintable(problem));
  }

  void aServerThatIsNotThereIsNamed() {
    const Place place(server_);
    const QString problem = place.problem("http://127.0.0.1:9/simple");
    QVERIFY2(problem.startsWith("'http://127.0.0.1:9/simple/torch/' cannot be fetched: "),
             qPrintable(problem));
  }

  void aFullDiskKeepsWhatHasCome() {
    Place place(server_);
    const SmallDisk disk(place.folder.filePath("small"), "size=100k");
    if (!disk.mounted()) QSKIP("a small disk takes root");
    place.set.home = disk.file("libtorch");
    const QString problem = place.problem(server_.index());
    QVERIFY2(problem.contains("No space left on device; make room"), qPrintable(problem));
    QVERIFY(fs::file_size(place.part()) > 50'000);
    QVERIFY(disk.resize("size=20m"));
    server_.asked();
    QVERIFY(place.fetch(server_.index()));
    QVERIFY(server_.asked().first().contains("bytes="));
    QCOMPARE(place.files(), kCpuFiles);
  }

  void twoDoNotFetchAtOnce() {
    const Place place(server_);
    QString other;
    place.fetch(server_.index("slow"), [&](const FetchProgress&) {
      other = place.problem(server_.index());
      return false;
    });
    QVERIFY2(other.contains("another process fetches LibTorch"), qPrintable(other));
    QVERIFY(place.fetch(server_.index()));
  }

  /// The lock is asked of the same file as ./setup asks it, and outlives the folder of the wheels.
  void setupIsKeptOutWhileItFetches() {
    const Place place(server_);
    const QString command = "flock -n '" + QString::fromStdString(place.set.home.string()) + ".lock' true";
    int meanwhile = -1;
    QVERIFY(place.fetch(server_.index(), [&](const FetchProgress&) {
      if (meanwhile < 0) meanwhile = QProcess::execute("sh", {"-c", command});
      return true;
    }));
    QCOMPARE(meanwhile, 1);
    QCOMPARE(QProcess::execute("sh", {"-c", command}), 0);
    QFile setup(PROJECT_DIR "/setup");
    QVERIFY(setup.open(QIODevice::ReadOnly) && setup.readAll().contains("9>>\"$prefix.lock\""));
  }

  void aLockThatCannotBeMadeIsTold() {
    const Place place(server_);
    fs::create_directories(place.set.home.string() + ".lock");
    const QString problem = place.problem(server_.index());
    QVERIFY2(problem.contains(".lock': Is a directory"), qPrintable(problem));
  }

  /// As on a disk that cannot exchange two folders in one step.
  void aFolderIsReplacedInSteps() {
    const QTemporaryDir folder;
    const fs::path root = folder.path().toStdString();
    for (const char* name : {"new", "old", "aside"}) {
      fs::create_directories(root / name);
      writeFileAtomically(root / name / "who", name);
    }
    replaceInSteps(root / "new", root / "old", root / "aside");
    QCOMPARE(readTextFile(root / "old/who", 10), std::string("new"));
    QVERIFY(!fs::exists(root / "new") && !fs::exists(root / "aside"));
    QVERIFY(!errorOf([&] { replaceInSteps(root / "new", root / "old", root / "aside"); }).isEmpty());
    QCOMPARE(readTextFile(root / "old/who", 10), std::string("new"));
  }

  void whatAListenerThrowsArrives() {
    const Place place(server_);
    const QString problem = place.problem(
        server_.index("slow"), [](const FetchProgress&) -> bool { throw Error("the listener's own"); });
    QCOMPARE(problem, QString("the listener's own"));
    QVERIFY(place.fetch(server_.index()));
  }

  void onlyHttpIsSpoken() {
    const Place place(server_);
    const QString problem = place.problem("file://" + QFileInfo(server_.file("x")).path());
    QVERIFY2(problem.contains("Protocol \"file\" not supported"), qPrintable(problem));
  }

  /// A part that is checked can be large, and so can a file of a wheel.
  void stopsWhileItChecksAPart() {
    const Place place(server_);
    fs::create_directories(place.part().parent_path());
    writeFileAtomically(place.part(), std::string(5'000'000, 'x'));
    std::vector<std::uint64_t> told;
    QVERIFY(!place.fetch(server_.index(), [&](const FetchProgress& progress) {
      told.push_back(progress.done);
      return progress.what == "checking torch 9.8.7 (1 of 2)" && told.size() < 2;
    }));
    QVERIFY2(told.size() == 2 && told.back() < 5'000'000, qPrintable(QString::number(told.size())));
  }

  void unpacksPieceByPieceAndANameOnce() {
    const QTemporaryDir folder;
    const fs::path root = folder.path().toStdString();
    ZipWriter zip;
    zip.add("torch/lib/a", std::string(2'000'000, 'a'));
    zip.add("torch/lib/twice", "first");
    zip.add("torch/lib/twice", "second");
    const auto bytes = zip.finish();
    writeFileAtomically(root / "x.whl",
                        std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    std::vector<std::uint64_t> told;
    QVERIFY(unpackWheel(root / "x.whl", root / "x", false, [&](std::uint64_t done) {
      told.push_back(done);
      return true;
    }));
    QVERIFY2(std::ranges::is_sorted(told) && told.size() > 8, qPrintable(QString::number(told.size())));
    QCOMPARE(readTextFile(root / "x/torch/lib/twice", 100), std::string("second"));
    QVERIFY(!unpackWheel(root / "x.whl", root / "y", false, [](std::uint64_t done) { return done == 0; }));
    QVERIFY(fs::file_size(root / "y/torch/lib/a") < 2'000'000);
  }

  /// A stamp without the libraries is what a user left who made room.
  void theStampAloneIsNotLibTorch() {
    const QTemporaryDir cache;
    const QByteArray before = qgetenv("XDG_CACHE_HOME");
    qputenv("XDG_CACHE_HOME", cache.path().toUtf8());
    const fs::path lib = libTorchHome() / "torch/lib";
    fs::create_directories(lib);
    writeFileAtomically(libTorchHome() / ".uada-kind", libTorchStamp(true));
    const bool alone = isLibTorchHome(false);
    writeFileAtomically(lib / "libtorch_cpu.so", "");
    const bool cpu = isLibTorchHome(false), withoutCuda = isLibTorchHome(true);
    writeFileAtomically(lib / "libtorch_cuda.so", "");
    const bool cuda = isLibTorchHome(true);
    before.isNull() ? qunsetenv("XDG_CACHE_HOME") : qputenv("XDG_CACHE_HOME", before);
    QVERIFY(!alone && cpu && !withoutCuda && cuda);
  }

  void stopsWhileItUnpacks() {
    const Place place(server_);
    QVERIFY(!place.fetch(server_.index(), [](const FetchProgress& progress) {
      return !progress.what.starts_with("unpacking");
    }));
    QVERIFY(!fs::exists(place.set.home));
  }

  void pinsAreReadAndTorchIsFirst() {
    QCOMPARE(libTorchPins(false).front().name, std::string("torch"));
    QVERIFY(libTorchPins(true).size() > libTorchPins(false).size());
    const std::string hash(64, 'a');
    const std::string text =
        "# x\na==1 --hash=sha256:" + hash + "\n# CUDA (2 MB)\nb==2.0 --hash=sha256:" + hash + "\n";
    QCOMPARE(readPins(text, false).size(), std::size_t{1});
    QCOMPARE(readPins(text, true).back().version, std::string("2.0"));
    QVERIFY(errorOf([] { readPins("torch>=2 --hash=sha256:12", false); }).contains("torch>=2"));
  }

  /// What ./setup leaves counts as fetched, and the other way round.
  void theStampIsThatOfSetup() {
    QProcess shell;
    shell.start("sh", {"-c", "echo \"cpu $(sha256sum <" PROJECT_DIR "/cmake/libtorch-pins.txt)\""});
    QVERIFY(shell.waitForFinished());
    QCOMPARE(QString::fromStdString(libTorchStamp(false)), QString(shell.readAllStandardOutput()));
  }

  void theIndexIsThatOfPip() {
    const QTemporaryDir home;
    const QByteArray file = home.filePath("pip.conf").toUtf8();
    writeFileAtomically(file.toStdString(),
                        "[install]\nindex-url = https://no\n[global]\nindex_url: https://a/simple/ \n");
    qputenv("PIP_CONFIG_FILE", file);
    QCOMPARE(packageIndex("").url, std::string("https://a/simple"));
    qputenv("PIP_INDEX_URL", "https://b/simple");
    QCOMPARE(packageIndex("").url, std::string("https://b/simple"));
    QCOMPARE(packageIndex("https://c").url, std::string("https://c"));
    qunsetenv("PIP_INDEX_URL");
    qunsetenv("PIP_CONFIG_FILE");
  }

  /// A file that is named stands for the user's, if it is there; /dev/null for all.
  void theUsersFileCountsWherePipReadsIt() {
    const QTemporaryDir home;
    QVERIFY(QDir(home.path()).mkpath("pip"));
    writeFileAtomically(home.filePath("pip/pip.conf").toStdString(), "[global]\nindex-url = https://u\n");
    writeFileAtomically(home.filePath("empty.conf").toStdString(), "[global]\n");
    const QByteArray before = qgetenv("XDG_CONFIG_HOME");
    qputenv("XDG_CONFIG_HOME", home.path().toUtf8());
    const auto isUsers = [](const QByteArray& file) {
      qputenv("PIP_CONFIG_FILE", file);
      std::string url;
      errorOf([&] { url = packageIndex("").url; });
      qunsetenv("PIP_CONFIG_FILE");
      return url == "https://u";
    };
    const bool missing = isUsers("/nowhere/pip.conf"), there = isUsers(home.filePath("empty.conf").toUtf8()),
               none = isUsers("/dev/null");
    before.isNull() ? qunsetenv("XDG_CONFIG_HOME") : qputenv("XDG_CONFIG_HOME", before);
    QVERIFY(missing && !there && !none);
  }

  void linksAreFoundByTheirHash() {
    const std::string hash(64, 'b');
    const auto link = linkWithHash("<a href='x?a=1&amp;b=2#sha256=" + hash + "'>y</a>", hash);
    QCOMPARE(link.value_or(""), std::string("x?a=1&b=2"));
    QVERIFY(!linkWithHash("<a href=\"x#sha256=" + std::string(64, 'c') + "\">", hash));
    QCOMPARE(linkedUrl("https://h/simple/torch/", "../../f/x.whl"), std::string("https://h/f/x.whl"));
    QCOMPARE(shownUrl("https://me:secret@h/x@y"), std::string("https://h/x@y"));
  }

  void onlyPartsOfLibTorchAreUnpacked() {
    QVERIFY(isPartOfLibTorch("torch/lib/libc10.so", false));
    QVERIFY(isPartOfLibTorch("nvidia/cu13/lib/libcudart.so.13", false));
    QVERIFY(!isPartOfLibTorch("torch/lib/libc10_cuda.so", false));
    QVERIFY(isPartOfLibTorch("torch/lib/libc10_cuda.so", true));
    for (const char* other : {"torch/lib/x.a", "torch/lib/libtorch_python.so", "torch/bin/x",
                              "torch/lib/../../x", "/torch/lib/x", "torch/lib/"})
      QVERIFY2(!isPartOfLibTorch(other, true), other);
  }

 private:
  WheelServer server_;
};

QTEST_GUILESS_MAIN(TestLibTorch)
#include "tst_libtorch.moc"
