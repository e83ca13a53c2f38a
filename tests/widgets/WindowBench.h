#pragma once

#include <QLabel>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <functional>
#include <memory>

#include "app/gui/MainWindow.h"
#include "tests/core/FakeEngine.h"
#include "widgets/frame/Actions.h"
#include "widgets/plot/ExportDialog.h"
#include "widgets/session/EngineWork.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

/// The real window over a fake engine, with a home of its own.
struct WindowBench {
  explicit WindowBench(FakeSettings fake = {}, Theme::Kind kind = Theme::Kind::light)
      : engine(std::move(fake)), theme(kind) {
    qputenv("HOME", folder.path().toUtf8());
    exportMemory() = {};
    make();
  }
  ~WindowBench() {
    close();
    qputenv("HOME", home);
  }
  void make() {
    session = std::make_unique<Session>(theme, [this]() -> Engine& { return load(); }, Answers::atOnce);
    workbench = std::make_unique<Workbench>(Workbench{*session, settings, theme});
    window = std::make_unique<MainWindow>(*workbench);
    QSignalSpy painted(window.get(), &MainWindow::painted);
    window->show();
    QVERIFY(painted.count() || painted.wait());
  }
  /// On the thread of a run.
  Engine& load() {
    if (beforeEngine) beforeEngine();
    return other ? *other : engine;
  }
  void close() {
    window.reset();
    workbench.reset();
    session.reset();
    // A dialogue that was closed may still be loading LibTorch, which must not go on while the program ends.
    while (EngineWork::isAnyRetiring()) QTest::qWait(10);
  }
  /// As after another start of the program.
  void again() {
    window->close();
    close();
    make();
  }
  QString file() const { return folder.filePath("p.uada"); }
  void open() { window->openProject(file()); }
  /// Trains them one after the other.
  void train(const std::vector<RunConfig>& configs) {
    if (!session->hasProject()) open();
    session->queue(configs);
    session->startNext();
    QTRY_VERIFY_WITH_TIMEOUT(session->queued().empty() && !session->isLive(), 30000);
  }
  QAction* action(const char* name) const { return window->actions().action(name); }
  void trigger(const char* name) const { action(name)->trigger(); }
  /// What the window says in its banner; "": nothing.
  QString notice() const {
    const auto* text = window->findChild<QLabel*>("bannerText");
    return text->isVisible() ? text->text() : QString();
  }
  template <class T>
  T* find(const char* name) const {
    return window->findChild<T*>(name);
  }
  const QByteArray home = qgetenv("HOME");
  QTemporaryDir folder;
  FakeEngine engine;
  FakeEngine* other = nullptr;         ///< in its place
  std::function<void()> beforeEngine;  ///< while it is loaded
  Theme theme;
  QSettings settings{folder.filePath("settings.ini"), QSettings::IniFormat};
  std::unique_ptr<Session> session;
  std::unique_ptr<Workbench> workbench;
  std::unique_ptr<MainWindow> window;
};

inline FakeSettings slowSteps(std::chrono::milliseconds delay, int stepsPerEpoch) {
  FakeSettings settings;
  settings.stepDelay = delay;
  settings.stepsPerEpoch = stepsPerEpoch;
  return settings;
}

}  // namespace uada
