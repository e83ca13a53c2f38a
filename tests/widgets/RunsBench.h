#pragma once

#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include "tests/core/FakeEngine.h"
#include "widgets/panels/RecoveryBanner.h"
#include "widgets/panels/runs/RunsModel.h"
#include "widgets/panels/runs/RunsPanel.h"
#include "widgets/panels/runs/RunsView.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada::test {

/// The list of runs over a project in a new folder, and a session with a fake engine.
struct RunsBench {
  explicit RunsBench(FakeSettings settings = {}) : engine(std::move(settings)) { reopen(); }
  ~RunsBench() { close(); }
  void close() {
    recovery.reset();
    panel.reset();
    workbench.reset();
    session.reset();
  }
  void reopen() {
    close();
    session = std::make_unique<Session>(theme, [this]() -> Engine& { return engine; }, Answers::atOnce);
    workbench = std::make_unique<Workbench>(Workbench{*session, settings, theme});
    workbench->newRunLike = [this](qint64 run) { likeRun = run; };
    panel = std::make_unique<RunsPanel>(*workbench);
    recovery = std::make_unique<RecoveryBanner>(*workbench);
    session->openProject(file());
    panel->resize(400, 600);
    panel->show();
    QVERIFY(QTest::qWaitForWindowExposed(panel.get()));
  }
  /// Trains each of them, one after the other.
  void train(const std::vector<RunConfig>& configs) {
    session->queue(configs);
    session->startNext();
    QTRY_VERIFY_WITH_TIMEOUT(session->queued().empty() && !session->isLive(), 30000);
    QTest::qWait(20);
  }
  RunsModel& model() const { return panel->model(); }
  RunsView& view() const { return *panel->findChild<RunsView*>("runs"); }
  QString file() const { return folder.filePath("p.uada"); }
  QString text(const QModelIndex& index, const char* column) const {
    return index.siblingAtColumn(model().section(column)).data().toString();
  }
  /// The names at the top.
  QStringList names() const {
    QStringList all;
    for (int row = 0; row < model().rowCount(); ++row) all << text(model().index(row, 0), "name");
    return all;
  }
  QStringList queued() const {
    QStringList all;
    for (const QueuedRun& run : session->queued()) all << QString::fromStdString(run.title).section('-', -1);
    return all;
  }
  void click(const QModelIndex& index) const {
    QTest::mouseClick(view().viewport(), Qt::LeftButton, {}, view().visualRect(index).center());
  }
  QTemporaryDir folder;
  FakeEngine engine;
  Theme theme{Theme::Kind::light};
  QSettings settings{folder.filePath("settings.ini"), QSettings::IniFormat};
  std::unique_ptr<Session> session;
  std::unique_ptr<Workbench> workbench;
  std::unique_ptr<RunsPanel> panel;
  std::unique_ptr<RecoveryBanner> recovery;
  qint64 likeRun = 0;
};

/// Two methods of three and two seeds.
inline std::vector<RunConfig> five() {
  return {fakeConfig("uada", 1, 1), fakeConfig("uada", 2, 1), fakeConfig("uada", 3, 1),
          fakeConfig("ra-uc", 1, 1), fakeConfig("ra-uc", 2, 1)};
}

inline FakeSettings failing(std::int64_t step) {
  FakeSettings settings;
  settings.failsAtStep = step;
  return settings;
}

inline FakeSettings slow() {
  FakeSettings settings;
  settings.stepDelay = std::chrono::milliseconds(2);
  settings.stepsPerEpoch = 1000;
  return settings;
}

}  // namespace uada::test
