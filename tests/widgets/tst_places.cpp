#include <QAbstractButton>
#include <QAccessible>
#include <QComboBox>
#include <QDockWidget>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRandomGenerator>
#include <QScreen>
#include <QSettings>
#include <QShortcut>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QToolBar>
#include <QToolButton>
#include <set>

#include "app/gui/Commands.h"
#include "app/gui/MainWindow.h"
#include "tests/widgets/WindowBench.h"
#include "widgets/forms/NewRunDialog.h"
#include "widgets/frame/About.h"
#include "widgets/frame/Actions.h"
#include "widgets/frame/KeysDialog.h"
#include "widgets/frame/Layouts.h"
#include "widgets/frame/Names.h"
#include "widgets/frame/Palette.h"
#include "widgets/frame/Views.h"
#include "widgets/panels/Panel.h"
#include "widgets/panels/StartPage.h"
#include "widgets/plot/ExportDialog.h"
#include "widgets/plot/Plot.h"
#include "widgets/session/LogBook.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;
using namespace std::chrono_literals;

/// Where the window is, what it opens with, and how it is laid out.
class TestPlaces : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // ---- projects

  /// Without a project a new run makes one, says where, and starts nothing.
  void aNewRunWithoutAProjectMakesOne() {
    WindowBench bench;
    bench.trigger("run.start");
    QTRY_VERIFY(bench.window->findChild<NewRunDialog*>());
    QCOMPARE(bench.session->projectFile(), bench.folder.filePath("uada/experiments.uada"));
    QVERIFY(bench.notice().contains("uada/experiments.uada"));
    QVERIFY(!bench.session->isLive());
  }

  /// Closing it asks nothing, says that it is kept, and the next one goes on with it.
  void aNewRunThatIsClosedComesBack() {
    WindowBench bench;
    bench.open();
    const auto open = [&] {
      bench.trigger("run.new");
      QTRY_VERIFY(bench.window->findChild<NewRunDialog*>());
    };
    open();
    auto* dialog = bench.window->findChild<NewRunDialog*>();
    dialog->findChild<QLineEdit*>("epochs")->setText("77");
    QCoreApplication::processEvents();
    dialog->reject();
    QTRY_VERIFY(!bench.window->findChild<NewRunDialog*>());
    QVERIFY2(bench.notice().contains("is kept"), qPrintable(bench.notice()));
    open();
    QCOMPARE(bench.window->findChild<NewRunDialog*>()->findChild<QLineEdit*>("epochs")->text(),
             QString("77"));
    bench.window->findChild<NewRunDialog*>()->reject();
  }

  void theStartPageIsAlwaysThereAndKnowsTheProjects() {
    WindowBench bench;
    bench.train({fakeConfig("uada", 1, 2)});
    auto* page = bench.window->findChild<StartPage*>();
    QVERIFY(!page->isVisible());
    bench.trigger("view.start");
    QVERIFY(page->isVisible());
    bench.session->refresh();  // what is told of runs leaves the page alone
    QVERIFY(page->isVisible());
    const auto* row = page->findChild<QPushButton*>("recent");
    QVERIFY(row && row->property("file") == bench.file());
    const auto texts = [&] {
      QStringList all;
      for (const QLabel* label : page->findChildren<QLabel*>()) all << label->text();
      return all.join('\n');
    };
    QTRY_VERIFY2(texts().contains("1 run · best top-1 "), qPrintable(texts()));
    for (const QString& text :
         {QString("Recent projects"), QString("<b>p</b>"), bench.folder.path(), QString("today ")})
      QVERIFY2(texts().contains(text), qPrintable(text));
    bench.trigger("view.live");
    QVERIFY(!page->isVisible() && bench.window->panel("live")->isVisible());
    bench.trigger("file.close");
    QVERIFY(page->isVisible() && !bench.session->hasProject());
    QVERIFY(!bench.window->actions().action("file.close")->isEnabled());
    QFile::remove(bench.file());
    bench.trigger("view.ops");
    bench.trigger("view.start");
    QVERIFY(!page->findChild<QPushButton*>("recent"));
  }

  /// All three choices are seen in a narrow window, too.
  void theChoicesFitANarrowWindow() {
    WindowBench bench;
    auto* page = bench.window->findChild<StartPage*>();
    for (const int width : {500, 900}) {
      page->resize(width, 700);
      QCoreApplication::processEvents();
      for (const QPushButton* button : page->findChildren<QPushButton*>("choice")) {
        const QRect place(button->mapTo(page, QPoint()), button->size());
        QVERIFY2(place.left() >= 0 && place.right() < width, qPrintable(QString::number(place.right())));
      }
    }
  }

  void theLastSessionComesBack() {
    WindowBench bench;
    bench.train({fakeConfig("uada", 1, 2)});
    bench.trigger("view.policy");
    bench.again();
    QVERIFY(!bench.session->hasProject());
    bench.window->openLast();
    QCOMPARE(bench.session->projectFile(), bench.file());
    QVERIFY(bench.window->panel("policy")->isVisible());
    bench.window->close();
    bench.close();
    QFile::remove(bench.file());
    bench.make();
    bench.window->openLast();
    QVERIFY(bench.notice().contains("is not there any more"));
  }

  /// A dropped experiment is shown, not started; what is unknown is said.
  void filesFromOutsideAreOpened() {
    WindowBench bench;
    bench.window->openFiles({PROJECT_DIR "/experiments/demo.json"});
    QTRY_VERIFY(bench.window->findChild<NewRunDialog*>());
    auto* dialog = bench.window->findChild<NewRunDialog*>();
    QCOMPARE(dialog->experiment().name, std::string("demo"));
    QVERIFY(!bench.session->isLive() && bench.session->queued().empty());
    dialog->close();
    bench.window->openFiles({bench.file()});
    QVERIFY(bench.notice().contains("There is no"));
    {
      Session(bench.theme).openProject(bench.file());
    }
    QTRY_VERIFY(QFile::exists(bench.file()));
    bench.window->openFiles({bench.file()});
    QTRY_COMPARE(bench.session->projectFile(), bench.file());
    bench.window->openFiles({bench.folder.path()});
    QVERIFY(!bench.notice().isEmpty());
  }

  // ---- layouts

  void aNamedLayoutComesBack() {
    WindowBench bench;
    bench.train({fakeConfig("uada", 1, 2)});
    Layouts& layouts = bench.window->layouts();
    auto* inspector = bench.find<QDockWidget>("inspectorDock");
    auto* runs = bench.find<QDockWidget>("runsDock");
    inspector->setFloating(true);
    runs->hide();
    QCOMPARE(bench.window->views()->tearOff(bench.window->panel("policy")), QString());
    layouts.saveAs("a/b = ü");
    QCOMPARE(layouts.names(), QStringList("a/b = ü"));
    layouts.reset();
    QVERIFY(!inspector->isFloating() && !runs->isHidden());
    QCOMPARE(bench.window->views()->count(), 7);
    bench.again();
    QVERIFY(bench.window->layouts().apply("a/b = ü"));
    QVERIFY(bench.find<QDockWidget>("inspectorDock")->isFloating());
    QVERIFY(bench.find<QDockWidget>("runsDock")->isHidden());
    QVERIFY(bench.window->views()->isTorn(bench.window->panel("policy")));
    // Saved again it is the same.
    const QByteArray before = bench.window->saveState();
    bench.window->layouts().saveAs("again");
    QVERIFY(bench.window->layouts().apply("again"));
    QCOMPARE(bench.window->saveState(), before);
    bench.window->layouts().remove("again");
    QVERIFY(!bench.window->layouts().apply("again"));
  }

  void damagedLayoutsCountAsNone() {
    WindowBench bench;
    bench.window->close();
    const QByteArray good = bench.settings.value("window/layout").toByteArray();
    QVERIFY(!unpacked(good).isEmpty());
    QList<QByteArray> damaged{
        QByteArray(), QByteArray("x"),           good.left(20), good.chopped(1),
        good + good,  QByteArray(100'000, '\0'), good.mid(10),  "UADA layout 1\n99999\nabc"};
    QRandomGenerator random(1);
    for (int i = 0; i < 12; ++i) {
      QByteArray one = good;
      for (int n = 0; n <= i; ++n) one[random.bounded(one.size())] = static_cast<char>(random.bounded(256));
      damaged << one;
    }
    // With a right sum, and nonsense within.
    damaged << packed({{"docks", QByteArray("nonsense")}, {"torn", 5}})
            << packed({{"torn", QVariantMap{{"policy", "x"}}}});
    for (const QByteArray& bytes : damaged) {
      bench.settings.setValue("window/layout", bytes);
      bench.settings.setValue("window/place", bytes);
      bench.settings.setValue("layouts/names", QStringList{"bad"});
      bench.settings.setValue("layouts/" + QString(QByteArray("bad").toHex()), bytes);
      bench.close();
      bench.make();
      if (bytes != good) QVERIFY(!bench.window->layouts().apply("bad"));
      QVERIFY(!bench.find<QDockWidget>("runsDock")->isHidden());
    }
  }

  void theWindowFitsTheScreen() {
    const QRect room = QGuiApplication::primaryScreen()->availableGeometry();
    WindowBench bench;
    const auto fits = [&] {  // as far as it can be made that small
      const QRect place = bench.window->geometry();
      const QSize least = bench.window->minimumSizeHint();
      return place.left() >= room.left() && place.top() >= room.top() &&
             place.width() <= std::max(room.width(), least.width()) &&
             place.height() <= std::max(room.height(), least.height());
    };
    QVERIFY(fits());
    QVERIFY(bench.window->minimumSizeHint().width() <= 1000);
    bench.window->close();
    bench.settings.setValue("window/place", QRect(-9000, 7000, 20000, 9000));
    bench.close();
    bench.make();
    QVERIFY(fits());
    QCOMPARE(fitted({-50, 900, 400, 300}, {0, 0, 1024, 700}), QRect(0, 400, 400, 300));
    QCOMPARE(fitted({10, 10, 4000, 300}, {0, 0, 1024, 700}), QRect(0, 10, 1024, 300));
  }

  void docksGetTheirWidthBack() {
    WindowBench bench;
    bench.train({fakeConfig("uada", 1, 2)});
    auto* inspector = bench.find<QDockWidget>("inspectorDock");
    bench.window->resize(1440, 900);
    QTRY_VERIFY2(inspector->width() >= 300, qPrintable(QString::number(inspector->width())));
    bench.window->resize(1000, 650);
    QCoreApplication::processEvents();
    bench.window->resize(1440, 900);
    QTRY_VERIFY2(inspector->width() >= 300, qPrintable(QString::number(inspector->width())));
  }

  void viewsAreTornOffAndComeBack() {
    WindowBench bench;
    bench.train({fakeConfig("uada", 1, 2)});
    Views& views = *bench.window->views();
    PanelWidget* policy = bench.window->panel("policy");
    const int place = views.indexOf(policy);
    views.setCurrentWidget(policy);
    bench.trigger("view.tearOff");
    QVERIFY(views.isTorn(policy) && policy->isVisible() && policy->window() != bench.window.get());
    bench.workbench->show("policy");  // brings that window to the front, and leaves the tabs alone
    QVERIFY(views.indexOf(policy) < 0);
    QVERIFY(policy->window()->actions().contains(bench.window->actions().action("file.export")));
    bench.again();
    policy = bench.window->panel("policy");
    QTRY_VERIFY(bench.window->views()->isTorn(policy));
    policy->window()->close();
    QTRY_VERIFY(!bench.window->views()->isTorn(policy));
    QCOMPARE(bench.window->views()->indexOf(policy), place);
    for (const Panel& entry : panels())
      if (entry.place == PanelPlace::view) bench.window->views()->tearOff(bench.window->panel(entry.name));
    QCOMPARE(bench.window->views()->count(), 1);
  }

  void docksHaveTitlesAndButtons() {
    WindowBench bench;
    bench.open();
    for (const QDockWidget* dock : bench.window->findChildren<QDockWidget*>()) {
      QVERIFY(dock->windowTitle() != dock->windowTitle().toUpper());
      for (const char* part : {"qt_dockwidget_floatbutton", "qt_dockwidget_closebutton"}) {
        const auto* button = dock->findChild<QAbstractButton*>(part);
        QVERIFY(button && !button->icon().isNull() && !button->accessibleName().isEmpty());
      }
    }
    QCOMPARE(bench.find<QDockWidget>("inspectorDock")->windowTitle(), QString("Inspector"));
  }
};

QTEST_MAIN(TestPlaces)
#include "tst_places.moc"
