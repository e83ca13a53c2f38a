#include <QAction>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include "app/gui/MainWindow.h"
#include "core/base/Error.h"
#include "tests/core/DamageTools.h"
#include "tests/core/ReadOnlyFolder.h"
#include "widgets/panels/Panel.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;
using namespace uada::test;

/// A project on a medium, or in a folder, that cannot be written: it is shown, and what would change it is
/// not to be had.
class TestReadOnly : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void theWindowShowsIt() {
    QTemporaryDir folder;
    const ReadOnlyFolder sealed(folder.filePath("sealed"));
    const auto project = sealed.file("p.uada");
    writeDamageable(project);
    leaveWithLog(project);
    if (!sealed.seal()) QSKIP("not run: neither a read-only file system nor a folder without permission");
    const Theme theme(Theme::Kind::light);
    QSettings settings(folder.filePath("settings.ini"), QSettings::IniFormat);
    FakeEngine engine;
    Session session(theme, [&]() -> Engine& { return engine; }, Answers::atOnce);
    QSignalSpy problems(&session, &Session::problem);
    Workbench workbench{session, settings, theme};
    MainWindow window(workbench);
    window.show();
    window.views();  // and the other panels
    window.openProject(QString::fromStdString(project.string()));
    QCOMPARE(session.runs().size(), std::size_t{2});
    const QString why = session.readOnly();
    QVERIFY2(why.startsWith("'" + QString::fromStdString(sealed.file("").string()).chopped(1)) &&
                 why.contains("cannot be written: "),
             qPrintable(why));
    QCOMPARE(window.findChild<QLabel*>("status")->text(), "Read-only: " + why);
    for (const char* name : {"start", "newRunAction", "demo", "resumeSelected"}) {
      const auto* action = window.findChild<QAction*>(name);
      QVERIFY2(!action->isEnabled() && action->toolTip() == why, name);
    }
    const auto* button = window.findChild<QToolButton*>("newRun");
    QVERIFY(!button->isEnabled() && button->toolTip() == why);
    QVERIFY(!window.findChild<QPlainTextEdit*>("notes")->isEnabled());
    QVERIFY(!window.findChild<QLineEdit*>("tags")->isEnabled());
    for (const qint64 run : {1, 2}) {
      session.selection().select(run);
      for (const Panel& entry : panels()) QVERIFY2(!window.panel(entry.name)->grab().isNull(), entry.name);
    }
    window.panel("live")->exportTo(folder.filePath("loss.csv"));
    QVERIFY(QFile(folder.filePath("loss.csv")).size() > 50);
    QCOMPARE(problems.count(), 0);
    session.setNotes(1, "no", "");  // as nobody can ask for it in the window
    QCOMPARE(problems.count(), 1);
    QVERIFY(problems[0][0].toString().contains("open to be read") && problems[0][0].toString().contains(why));
    QVERIFY_THROWS_EXCEPTION(Error, session.start(fakeConfig("uada", 1, 1)));
    QVERIFY_THROWS_EXCEPTION(Error, session.startWorker(""));
    // The next one can be changed again.
    window.openProject(folder.filePath("new.uada"));
    QCOMPARE(session.readOnly(), QString());
    QVERIFY(window.findChild<QAction*>("start")->isEnabled() && button->isEnabled());
    QVERIFY(window.findChild<QAction*>("start")->toolTip() != why);
  }
};

QTEST_MAIN(TestReadOnly)
#include "tst_read_only.moc"
