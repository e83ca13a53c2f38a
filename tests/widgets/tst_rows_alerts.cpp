#include <QAction>
#include <QApplication>
#include <QDBusConnection>
#include <QPlainTextEdit>
#include <QStandardPaths>
#include <algorithm>

#include "app/gui/DesktopNotices.h"
#include "tests/core/Child.h"
#include "tests/widgets/WindowBench.h"
#include "widgets/panels/Panel.h"
#include "widgets/session/Alerts.h"

using namespace uada;
using namespace std::chrono_literals;

namespace {

/// Trains as the fake does, but the losses from a step on are another number.
class JumpingEngine : public FakeEngine {
 public:
  std::int64_t jumpsAt = 80;
  double jumpsTo = 50;

  std::unique_ptr<Job> start(const Work& work, Sink& sink) override {
    changing_ = std::make_unique<Changing>(sink, *this);
    return FakeEngine::start(work, *changing_);
  }

 private:
  struct Changing : Sink {
    Changing(Sink& to, const JumpingEngine& by) : to(to), by(by) {}
    void take(const Report& report) override {
      const auto* step = std::get_if<StepReport>(&report);
      if (!step || step->step < by.jumpsAt) return to.take(report);
      StepReport changed = *step;
      changed.loss = by.jumpsTo;
      to.take(changed);
    }
    void beforeCheckpoint() override { to.beforeCheckpoint(); }
    Sink& to;
    const JumpingEngine& by;
  };
  std::unique_ptr<Changing> changing_;
};

QStringList logLines(const WindowBench& bench, const QString& with) {
  return bench.window->panel("log")->findChild<QPlainTextEdit*>("log")->toPlainText().split('\n').filter(
      with);
}

}  // namespace

/// Row 33 of docs/features.md: what somebody is told of runs, in the window and on the desktop.
class TestRowsAlerts : public QObject {
  Q_OBJECT
  Q_CLASSINFO("D-Bus Interface", "org.freedesktop.Notifications")

 private Q_SLOTS:
  void row33_aFinishedRunIsToldOnce() {
    WindowBench bench;
    std::vector<AlertKind> sent;
    connect(&Alerts::of(*bench.session), &Alerts::raised, bench.session.get(),
            [&](const Alert& alert) { sent.push_back(alert.kind); });
    bench.train({fakeConfig("uada", 1, 1), fakeConfig("uada", 2, 1)});  // the queue's last alone
    QCOMPARE(sent, std::vector<AlertKind>{AlertKind::finished});
    QCOMPARE(logLines(bench, "alert: ").size(), 1);
    QVERIFY2(bench.notice().endsWith(" · s2 is finished"), qPrintable(bench.notice()));
    bench.session->refresh();
    Q_EMIT bench.session->stateChanged();
    QCOMPARE(sent.size(), std::size_t{1});
  }

  /// A number that is none ends the fake's run; a full disk only holds it for a while.
  void row33_aRunThatNeedsSomebodyIsToldOnce() {
    FakeSettings fake;
    fake.waitsAtStep = 3;
    fake.failsAtStep = 6;
    WindowBench bench(fake);
    QStringList sent;
    connect(&Alerts::of(*bench.session), &Alerts::raised, bench.session.get(), [&](const Alert& alert) {
      sent << alert.text;
      QVERIFY(alert.kind == AlertKind::needsYou);
    });
    bench.open();
    bench.session->start(fakeConfig());
    QTRY_COMPARE_WITH_TIMEOUT(bench.session->state(), SessionState::failed, 20000);
    QCOMPARE(sent.size(), 2);
    QVERIFY2(sent[0].endsWith("waits: the disk is full"), qPrintable(sent[0]));
    QVERIFY2(sent[1].endsWith("failed: the loss is NaN at step 6"), qPrintable(sent[1]));
    QCOMPARE(logLines(bench, "alert: ").size(), 2);
    QVERIFY(bench.notice().contains("NaN at step 6"));
  }

  /// From 0.2 or 2 to 50, and it stays there.
  void row33_aLossThatJumpsIsToldOnce() {
    WindowBench bench;
    JumpingEngine jumping;
    bench.other = &jumping;
    QStringList sent;
    connect(&Alerts::of(*bench.session), &Alerts::raised, bench.session.get(), [&](const Alert& alert) {
      if (alert.kind == AlertKind::lossSpike) sent << alert.text;
    });
    bench.train({fakeConfig("uada", 1, 30)});
    QCOMPARE(sent.size(), 1);
    QVERIFY2(sent[0].contains("the loss of step 80 is 50, "), qPrintable(sent[0]));
    jumping.jumpsAt = 1000;
    bench.train({fakeConfig("uada", 2, 30)});
    QCOMPARE(sent.size(), 1);  // a loss that falls as usual
    std::deque<double> even(49, 1.0);
    QVERIFY(!isSpike(50, even));  // too few to judge
    even.push_back(1.0);
    QVERIFY(isSpike(50, even) && !isSpike(1.9, even) && !isSpike(std::nan(""), even));
  }

  void row33_aDiskThatGetsFullIsToldUntilThereIsRoom() {
    WindowBench bench(slowSteps(2ms, 100'000));
    Alerts& alerts = Alerts::of(*bench.session);
    std::uint64_t room = Alerts::kLeastRoom / 2;
    alerts.room = [&](const std::string& folder) {
      return QString::fromStdString(folder) == bench.folder.path() ? std::optional(room) : std::nullopt;
    };
    int sent = 0;
    connect(&alerts, &Alerts::raised, bench.session.get(),
            [&](const Alert& alert) { sent += alert.kind == AlertKind::diskLow ? 1 : 0; });
    bench.open();
    alerts.look();
    bench.session->start(fakeConfig());
    QTRY_COMPARE_WITH_TIMEOUT(sent, 1, 20000);
    QVERIFY2(bench.notice().contains("Only 500 MB are free"), qPrintable(bench.notice()));
    alerts.look();
    room = Alerts::kLeastRoom * 3 / 2;  // not yet enough
    alerts.look();
    room = Alerts::kLeastRoom / 2;
    alerts.look();
    QCOMPARE(sent, 1);
    room = Alerts::kLeastRoom * 2;
    alerts.look();
    room = Alerts::kLeastRoom / 2;
    alerts.look();
    QCOMPARE(sent, 2);
    QVERIFY(*Alerts::roomAt(bench.folder.path().toStdString()) > 0);
    QVERIFY(!Alerts::roomAt("/nowhere/at/all"));
  }

  void row33_alertsAreSwitchedOffInTheMenu() {
    WindowBench bench;
    QVERIFY(bench.action("run.alerts")->isChecked());
    bench.trigger("run.alerts");
    bench.train({fakeConfig("uada", 1, 1)});
    QCOMPARE(logLines(bench, "alert: ").size(), 0);
    bench.again();
    QVERIFY(!bench.action("run.alerts")->isChecked() && !Alerts::of(*bench.session).isOn());
    bench.trigger("run.alerts");
    bench.train({fakeConfig("uada", 2, 1)});
    QCOMPARE(logLines(bench, "alert: ").size(), 1);
  }

  /// On a bus of this test's own, with a service of its own; a name is no markup.
  void row33_theDesktopIsToldThroughItsService() {
    const QByteArray address = qgetenv("DBUS_SESSION_BUS_ADDRESS");
    if (address.isEmpty()) QSKIP("not run: there is no dbus-daemon");
    QDBusConnection desktop = QDBusConnection::connectToBus(QString(address), "desktop");
    QVERIFY(desktop.registerObject("/org/freedesktop/Notifications", this, QDBusConnection::ExportAllSlots));
    QVERIFY(desktop.registerService("org.freedesktop.Notifications"));
    Session session(theme_, []() -> Engine& { throw Error("none"); }, Answers::atOnce);
    QVERIFY(QDBusConnection::sessionBus().isConnected());
    QVERIFY(!QGuiApplication::focusWindow());
    const DesktopNotices notices(Alerts::of(session));  // no window of ours is in front
    Q_EMIT Alerts::of(session).raised({AlertKind::finished, "a <b> is finished"});
    QTRY_COMPARE_WITH_TIMEOUT(shown_.size(), 1, 20000);
    QCOMPARE(shown_[0], QString("Training is finished: a &lt;b&gt; is finished"));
    QDBusConnection::disconnectFromBus("desktop");
  }

 public Q_SLOTS:
  /// What a desktop does with a notification, as its service: called through the bus.
  Q_SCRIPTABLE uint Notify(const QString&, uint, const QString&, const QString& title, const QString& text,
                           const QStringList&, const QVariantMap&, int) {
    shown_ << title + ": " + text;
    return 1;
  }

 private:
  const Theme theme_{Theme::Kind::light};
  QStringList shown_;
};

int main(int argc, char** argv) {
  // Programs look for the bus once.
  qunsetenv("DBUS_SESSION_BUS_ADDRESS");
  std::unique_ptr<Child> bus;
  if (const QString daemon = QStandardPaths::findExecutable("dbus-daemon"); !daemon.isEmpty()) {
    bus = std::make_unique<Child>(
        std::vector<std::string>{daemon.toStdString(), "--session", "--nofork", "--print-address"});
    qputenv("DBUS_SESSION_BUS_ADDRESS", QByteArray::fromStdString(bus->line()));
  }
  QApplication app(argc, argv);
  TestRowsAlerts test;
  const int result = QTest::qExec(&test, argc, argv);
  if (bus) bus->kill();
  return result;
}
#include "tst_rows_alerts.moc"
