#include <QCheckBox>
#include <QComboBox>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QImage>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QStatusBar>
#include <QTest>
#include <QToolButton>
#include <QUrl>
#include <QWhatsThis>
#include <algorithm>

#include "app/gui/MainWindow.h"
#include "app/gui/TimedApplication.h"
#include "tests/widgets/WindowBench.h"
#include "widgets/forms/NewRunDialog.h"
#include "widgets/frame/Actions.h"
#include "widgets/frame/Views.h"
#include "widgets/panels/Panel.h"
#include "widgets/panels/StartPage.h"
#include "widgets/panels/compare/ComparePanel.h"
#include "widgets/panels/policy/PolicyPanel.h"
#include "widgets/panels/tables/TablesPanel.h"
#include "widgets/session/LogBook.h"
#include "widgets/session/RunActions.h"
#include "widgets/session/Session.h"

using namespace uada;

namespace {

/// Throws when it is clicked, as a slot must not.
class Thrower : public QWidget {
 protected:
  void mousePressEvent(QMouseEvent*) override { throw Error("the disk is full: free some"); }
};

bool isInLog(Session& session, const QString& text) {
  return std::ranges::any_of(LogBook::of(session).lines(),
                             [&](const LogLine& line) { return line.text.contains(text); });
}

/// Whether a widget takes what is dragged over it.
bool takesDrag(QWidget& widget, const QString& file) {
  QMimeData data;
  data.setUrls({QUrl::fromLocalFile(file)});
  QDragEnterEvent event(QPoint(5, 5), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  event.setAccepted(false);
  QCoreApplication::sendEvent(&widget, &event);
  return event.isAccepted();
}

/// Whether a balloon of help is open.
bool isHelpShown() {
  return std::ranges::any_of(QApplication::topLevelWidgets(), [](const QWidget* widget) {
    return widget->inherits("QWhatsThat") && widget->isVisible();
  });
}

}  // namespace

/// What cannot be done is said, whatever was asked for, and what was left is found again.
class TestRefusals : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void whatAnActionThrowsIsTold() {
    WindowBench bench;
    QSignalSpy failed(&bench.window->actions(), &Actions::failed);
    QAction* action =
        bench.window->actions().add({"test.throws", "File", "Throw"}, [] { throw Error("no room"); });
    action->trigger();
    QCOMPARE(failed.count(), 1);
    QCOMPARE(bench.notice(), QString("no room"));
  }

  /// An own table that is not there any more, or whose runs are damaged.
  void aTableThatCannotBeMadeIsNotCopied() {
    WindowBench bench;
    bench.open();
    auto* panel = static_cast<TablesPanel*>(bench.window->panel("tables"));
    bench.trigger("view.tables");
    panel->choose(QStringLiteral("gone"));
    bench.trigger("file.copy");
    QVERIFY2(bench.notice().contains("gone"), qPrintable(bench.notice()));
    QVERIFY(!isInLog(*bench.session, "copied"));
  }

  void whatAnEventThrowsIsTold() {
    auto& app = *static_cast<TimedApplication*>(qApp);
    QStringList told;
    app.onThrown = [&](const QString& what) { told << what; };
    Thrower widget;
    widget.resize(100, 100);
    QTest::mouseClick(&widget, Qt::LeftButton);
    app.onThrown = nullptr;
    QCOMPARE(told, QStringList{"the disk is full: free some"});
  }

  /// A notice neither covers a failure nor is lost by it.
  void aNoticeWaitsBehindAFailure() {
    WindowBench bench;
    Q_EMIT bench.session->problem("the disk is full");
    Q_EMIT bench.window->actions().refused("it cannot be done");
    QCOMPARE(bench.notice(), QString("the disk is full"));
    QVERIFY(isInLog(*bench.session, "it cannot be done"));
    bench.find<QToolButton>("bannerClose")->click();
    QCOMPARE(bench.notice(), QString("it cannot be done"));
    bench.find<QToolButton>("bannerClose")->click();
    QCOMPARE(bench.notice(), QString());
  }

  void aKeyThatCannotBeUsedSaysWhy() {
    WindowBench bench;
    bench.window->activateWindow();
    QTest::keyClick(bench.window.get(), Qt::Key_W, Qt::ControlModifier);
    QCOMPARE(bench.window->statusBar()->currentMessage(), QString("Close project: no project is open"));
    bench.window->statusBar()->clearMessage();
    QTest::keyClick(bench.window.get(), Qt::Key_F7, Qt::ControlModifier);  // of no action
    QCOMPARE(bench.window->statusBar()->currentMessage(), QString());
  }

  /// Over Ops a picture is opened there; anything else is the window's.
  void opsTakesPicturesAlone() {
    WindowBench bench;
    QWidget* ops = bench.window->panel("ops");
    const QString picture = bench.folder.filePath("a.png"), project = bench.folder.filePath("x.uada");
    QImage(8, 8, QImage::Format_RGB888).save(picture);
    QFile file(project);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QVERIFY(takesDrag(*ops, picture));
    const auto takesItself = [&](const QString& what) {
      bench.window->setAcceptDrops(false);
      const bool takes = takesDrag(*ops, what);
      bench.window->setAcceptDrops(true);
      return takes;
    };
    QVERIFY(!takesItself(project));
    QVERIFY(!takesItself(bench.folder.path()));
    QVERIFY(!takesItself(PROJECT_DIR "/experiments/demo.json"));
    QVERIFY(takesDrag(*ops, project));
  }

  void aFolderOfOwnImagesIsANewRun() {
    WindowBench bench;
    for (const char* name : {"train/cats", "train/dogs", "test/cats", "test/dogs"}) {
      QVERIFY(QDir(bench.folder.path()).mkpath(QStringLiteral("own/%1").arg(name)));
      QImage(8, 8, QImage::Format_RGB888)
          .save(bench.folder.filePath(QStringLiteral("own/%1/1.png").arg(name)));
    }
    bench.open();
    bench.window->openFiles({bench.folder.filePath("own")});
    QTRY_VERIFY(bench.window->findChild<NewRunDialog*>());
    auto* dialog = bench.window->findChild<NewRunDialog*>();
    const auto lines = dialog->findChildren<QLineEdit*>();
    QVERIFY(std::ranges::any_of(
        lines, [&](const QLineEdit* line) { return line->text() == bench.folder.filePath("own"); }));
    delete dialog;
  }

  /// What was chosen in Tables, Compare and Policy is there again when the project is.
  void viewsComeBackAsTheyWereLeft() {
    WindowBench bench;
    bench.train({fakeConfig("uada", 1, 1), fakeConfig("uada", 2, 1), fakeConfig("ra-uc", 1, 1)});
    for (const char* view : {"tables", "compare", "policy"})
      bench.window->views()->bring(bench.window->panel(view));
    const auto choose = [&](const char* name, int index) {
      auto* box = bench.find<QComboBox>(name);
      box->setCurrentIndex(index);
      Q_EMIT box->activated(index);
    };
    const auto shown = [&] {
      QStringList all;
      for (const char* name :
           {"which_table", "table_epoch", "reference", "quantity", "op", "level_form", "beside"})
        all << bench.find<QComboBox>(name)->currentText();
      return all;
    };
    QTRY_VERIFY(bench.find<QComboBox>("op")->count() > 1);
    choose("which_table", 3);
    choose("table_epoch", 1);
    choose("reference", 1);
    choose("quantity", 2);
    choose("op", 1);
    choose("level_form", 1);
    choose("beside", 1);
    bench.find<QCheckBox>("by_seed")->click();
    const QStringList left = shown();
    bench.again();
    bench.window->openLast();
    for (const char* view : {"tables", "compare", "policy"})
      bench.window->views()->bring(bench.window->panel(view));
    QTRY_COMPARE(shown(), left);
    QVERIFY(bench.find<QCheckBox>("by_seed")->isChecked());
  }

  void everyPanelHasHelp() {
    WindowBench bench;
    bench.open();
    for (const Panel& panel : panels()) {
      QVERIFY(bench.action(qPrintable(QStringLiteral("help.panel.") + panel.name)));
      if (panel.place == PanelPlace::view) continue;
      const auto* dock = bench.find<QDockWidget>(qPrintable(QString(panel.name) + "Dock"));
      auto* button = dock->findChild<QToolButton*>("panelHelp");
      QVERIFY2(button, panel.name);
      QCOMPARE(button->accessibleName(), QString("Help on %1").arg(panel.title));
    }
    QVERIFY(!isHelpShown());
    bench.find<QDockWidget>("runsDock")->findChild<QToolButton*>("panelHelp")->click();
    QVERIFY(isHelpShown());
    QWhatsThis::hideText();
    QTRY_VERIFY(!isHelpShown());
    bench.find<QToolButton>("viewHelp")->click();
    QVERIFY(isHelpShown());
    QWhatsThis::hideText();
    bench.trigger("help.panel");
    QVERIFY(isHelpShown());
    QWhatsThis::hideText();
  }

  void theDemoTakesOneTime() {
    WindowBench bench;
    for (const bool isLong : {false, true}) {
      const QString time = demoTime(isLong);
      QVERIFY(bench.action(isLong ? "run.demoLong" : "run.demo")->toolTip().contains(time));
    }
    QVERIFY(bench.find<QToolButton>("demoLong")->text().contains(demoTime(true)));
  }
};

int main(int argc, char** argv) {
  TimedApplication app(argc, argv);
  TestRefusals test;
  return QTest::qExec(&test, argc, argv);
}
#include "tst_refusals.moc"
