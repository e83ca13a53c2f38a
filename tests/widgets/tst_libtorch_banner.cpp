#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <atomic>
#include <thread>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "tests/core/FakeEngine.h"
#include "widgets/panels/LibTorchBanner.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;
namespace fs = std::filesystem;

namespace {

/// The banner of somebody without LibTorch, over a fetch that does as a test says.
struct Bench {
  Bench() : folder(), place(fs::path(folder.path().toStdString()) / "torch") {
    qunsetenv("UADA_LIBTORCH");
    fetch = [this](bool, const FetchListener& tell) {
      while (!isDone)
        if (!tell({"torch 1 (1 of 1)", 30, 120})) return Fetched::stopped;
      fs::create_directories(place / "lib");
      writeFileAtomically(place / "lib/libtorch_cpu.so", "");
      return Fetched::now;
    };
    banner = std::make_unique<LibTorchBanner>(
        workbench, nullptr, [this](bool cuda, const FetchListener& tell) { return fetch(cuda, tell); },
        [this] { return fs::exists(place) ? place : fs::path(); });
    banner->resize(900, 60);
  }
  ~Bench() {
    banner.reset();
    qunsetenv("UADA_LIBTORCH");
  }
  void click(const char* name) const {
    QTest::mouseClick(banner->findChild<QPushButton*>(name), Qt::LeftButton);
  }
  bool sees(const char* name) const { return !banner->findChild<QWidget*>(name)->isHidden(); }
  QString text() const { return banner->findChild<QLabel*>("libTorchText")->text(); }

  Engine& load() {
    if (!isEngineThere) throw Error("LibTorch is needed to train");
    return engine;
  }

  QTemporaryDir folder;
  const fs::path place;
  std::atomic<bool> isEngineThere = true;
  std::atomic<bool> isDone = false;
  LibTorchBanner::Fetch fetch;
  const Theme theme{Theme::Kind::light};
  QSettings settings{folder.filePath("settings.ini"), QSettings::IniFormat};
  FakeEngine engine;
  Session session{theme, [this]() -> Engine& { return load(); }, Answers::atOnce};
  const Workbench workbench{session, settings, theme};
  std::unique_ptr<LibTorchBanner> banner;
};

}  // namespace

/// The bar that offers LibTorch where it is not there.
class TestLibTorchBanner : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void fetchesWithProgressAndGoes() {
    Bench bench;
    QSignalSpy told(bench.banner.get(), &LibTorchBanner::notice);
    QVERIFY(!bench.banner->isHidden());
    QVERIFY(!bench.sees("libTorchProgress") && !bench.sees("libTorchCancel"));
    bench.click("libTorchGet");
    QTRY_COMPARE(bench.text(), QString("torch 1 (1 of 1): 30 B of 120 B"));
    const auto* progress = bench.banner->findChild<QProgressBar*>("libTorchProgress");
    QCOMPARE(progress->value() * 4, progress->maximum());
    QVERIFY(!bench.sees("libTorchGet") && bench.sees("libTorchCancel"));
    bench.isDone = true;
    QTRY_VERIFY(bench.banner->isHidden());
    QCOMPARE(told.count(), 1);
  }

  void cancelStopsAndItGoesOn() {
    Bench bench;
    bench.click("libTorchGet");
    QTRY_VERIFY(bench.text().contains("30 B"));
    bench.click("libTorchCancel");
    QVERIFY2(bench.text().startsWith("Stopped. What has come is kept"), qPrintable(bench.text()));
    QVERIFY(bench.sees("libTorchGet") && !bench.sees("libTorchCancel"));
    bench.isDone = true;
    bench.click("libTorchGet");
    QTRY_VERIFY(bench.banner->isHidden());
  }

  /// What is fetched would not be used.
  void aVariableThatNamesNoLibTorchIsToldFirst() {
    const Bench bench;
    qputenv("UADA_LIBTORCH", "/nowhere/torch");
    Q_EMIT bench.workbench.session.projectChanged();
    QVERIFY2(bench.text().startsWith("UADA_LIBTORCH names /nowhere/torch"), qPrintable(bench.text()));
    QVERIFY(!bench.banner->isHidden() && !bench.sees("libTorchGet"));
  }

  void whatFailsIsTold() {
    Bench bench;
    bench.fetch = [](bool, const FetchListener&) -> Fetched { throw Error("the server answers 404"); };
    bench.click("libTorchGet");
    QTRY_COMPARE(bench.text(), QString("the server answers 404"));
    QVERIFY(bench.sees("libTorchGet"));
  }

  void closingTheWindowStopsIt() {
    Bench bench;
    bench.click("libTorchGet");
    QTRY_VERIFY(bench.text().contains("30 B"));
    bench.banner.reset();  // returns: the thread has ended
    QVERIFY(!fs::exists(bench.place));
  }

  void staysAwayOnceClosed() {
    const Bench bench;
    bench.banner->findChild<QToolButton*>()->click();
    QVERIFY(bench.banner->isHidden());
    Q_EMIT bench.workbench.session.projectChanged();
    QVERIFY(bench.banner->isHidden());
  }

  void comesBackWhenARunFails() {
    Bench bench;
    bench.banner->findChild<QToolButton*>()->click();
    QVERIFY(bench.banner->isHidden());
    bench.session.openProject(bench.folder.filePath("p.uada"));
    bench.isEngineThere = false;
    bench.session.start(fakeConfig("uada", 1, 1));
    QTRY_VERIFY(!bench.banner->isHidden());
    QVERIFY(bench.sees("libTorchGet"));
  }
};

QTEST_MAIN(TestLibTorchBanner)
#include "tst_libtorch_banner.moc"
