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
#include "tests/core/FakeEngine.h"
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

/// The real window over a fake engine, with a home of its own.
struct Bench {
  explicit Bench(FakeSettings fake = {}) : engine(std::move(fake)) {
    qputenv("HOME", folder.path().toUtf8());
    exportMemory() = {};
    make();
  }
  void make() {
    session = std::make_unique<Session>(theme, [this]() -> Engine& { return engine; }, Answers::atOnce);
    workbench = std::make_unique<Workbench>(Workbench{*session, settings, theme});
    window = std::make_unique<MainWindow>(*workbench);
    QSignalSpy painted(window.get(), &MainWindow::painted);
    window->show();
    QVERIFY(painted.count() || painted.wait());
  }
  ~Bench() { close(); }
  void close() {
    window.reset();
    workbench.reset();
    session.reset();
  }
  void again() {
    window->close();
    close();
    make();
  }
  QString file() const { return folder.filePath("p.uada"); }
  void open() { window->openProject(file()); }
  void train(int epochs = 2) {
    open();
    session->start(fakeConfig("uada", 1, epochs));
    QTRY_COMPARE_WITH_TIMEOUT(session->state(), SessionState::finished, 20000);
  }
  void trigger(const char* action) const { window->actions().action(action)->trigger(); }
  QString notice() const {
    const auto* text = window->findChild<QLabel*>("bannerText");
    return text->isVisible() ? text->text() : QString();
  }
  template <class T>
  T* find(const char* name) const {
    return window->findChild<T*>(name);
  }
  QTemporaryDir folder;
  FakeEngine engine;
  Theme theme{Theme::Kind::light};
  QSettings settings{folder.filePath("settings.ini"), QSettings::IniFormat};
  std::unique_ptr<Session> session;
  std::unique_ptr<Workbench> workbench;
  std::unique_ptr<MainWindow> window;
};

static void collect(const QList<QAction*>& actions, QList<QAction*>& all) {
  for (QAction* action : actions) {
    if (action->menu() && action->menu()->title() != "Open recent" && action->menu()->title() != "Layouts")
      collect(action->menu()->actions(), all);
    else if (!action->menu() && !action->isSeparator() && !action->text().isEmpty())
      all << action;
  }
}

/// All texts of a file.
static QString read(const QString& file) {
  QFile in(file);
  return in.open(QIODevice::ReadOnly) ? QString::fromUtf8(in.readAll()) : QString();
}

class TestFrame : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void init() { home_ = qgetenv("HOME"); }
  void cleanup() { qputenv("HOME", home_); }

  // ---- actions

  /// What stands in a menu or the tool bar, and the buttons of all panels, can be found by name; no two have
  /// one key, shortcuts of widgets included.
  void everyActionIsInThePaletteAndHasItsOwnKey() {
    Bench bench;
    bench.train();
    bench.trigger("view.start");
    bench.window->takePanels();
    QList<QAction*> seen;
    collect(bench.window->menuBar()->actions(), seen);
    for (const QToolBar* bar : bench.window->findChildren<QToolBar*>()) collect(bar->actions(), seen);
    QVERIFY2(seen.size() > 35, qPrintable(QString::number(seen.size())));
    const Actions& actions = bench.window->actions();
    const Palette palette(actions, bench.theme, bench.window.get());
    const QStringList names = palette.shown();
    const auto nameOf = [&](auto fits) {
      for (const ActionEntry& entry : actions.all())
        if (fits(entry)) return entry.name;
      return QString();
    };
    for (const QAction* action : seen) {
      const QString name = nameOf([&](const ActionEntry& entry) { return entry.action == action; });
      QVERIFY2(!name.isEmpty() && names.contains(name),
               qPrintable("action " + action->text() + " / " + name));
    }
    int buttons = 0;
    for (const Panel& entry : panels())
      for (const QAbstractButton* button :
           bench.window->panel(entry.name)->findChildren<QAbstractButton*>()) {
        if (!isControl(button) || button->findChild<QMenu*>()) continue;
        const QString name = nameOf([&](const ActionEntry& each) { return each.button == button; });
        const QString which =
            QString("button of %1: '%2' %3").arg(entry.name, button->text(), button->objectName());
        QVERIFY2(!name.isEmpty() && names.contains(name), qPrintable(which));
        ++buttons;
      }
    QVERIFY2(buttons > 15, qPrintable(QString::number(buttons)));
    std::set<QString> all(names.begin(), names.end());
    QCOMPARE(all.size(), std::size_t(names.size()));
    std::map<QString, QString> keys;
    for (const ActionEntry& entry : actions.all()) {
      QVERIFY2(!entry.text().isEmpty() && !entry.group.isEmpty(), qPrintable(entry.name));
      QVERIFY2(entry.isEnabled() == entry.whyNot().isEmpty(), qPrintable(entry.name));
      for (const QKeySequence& key : entry.shortcuts()) {
        if (entry.isLocal()) continue;  // below
        QString& holder = keys[key.toString()];
        QVERIFY2(holder.isEmpty(), qPrintable(key.toString() + ": " + holder + ", " + entry.name));
        holder = entry.name;
      }
    }
    for (const ActionEntry& entry : actions.all())
      for (const QKeySequence& key : entry.shortcuts())
        QVERIFY2(!entry.isLocal() || !keys.contains(key.toString()), qPrintable(entry.name));
    for (const QShortcut* shortcut : bench.window->findChildren<QShortcut*>())
      QVERIFY2(!keys.contains(shortcut->key().toString()), qPrintable(shortcut->key().toString()));
    QVERIFY(keys.size() > 25);
  }

  void thePaletteFindsByTypingAndSaysWhyNot() {
    Bench bench;
    Palette palette(bench.window->actions(), bench.theme, bench.window.get());
    palette.show();
    auto* typed = palette.findChild<QLineEdit*>("typed");
    auto* found = palette.findChild<QListWidget*>("found");
    const auto first = [&](const char* text) {
      typed->setText(text);
      return palette.shown().value(0);
    };
    QCOMPARE(first("reset layout"), QString("layout.reset"));
    QCOMPARE(first("relay"), QString("layout.reset"));
    QCOMPARE(first("dark"), QString("theme.dark"));
    QCOMPARE(first("export all"), QString("file.exportCharts"));
    QCOMPARE(first("export"), QString("file.export"));
    QCOMPARE(first("checkpoint"), QString("run.checkpoint"));
    QCOMPARE(found->item(0)->data(Qt::UserRole + 3).toString(), QString("no run is training"));
    typed->setText("zzzz");
    QVERIFY(palette.shown().isEmpty());
    QCOMPARE(first("policy"), QString("view.policy"));
    QTest::keyClick(typed, Qt::Key_Return);
    QVERIFY(!palette.isVisible());
    QTRY_VERIFY(bench.window->panel("policy")->isVisible());
  }

  /// Enter alone begins no training, from nowhere in the frame.
  void enterNeverStartsTraining() {
    Bench bench;
    bench.open();
    bench.session->queue({fakeConfig("uada", 1, 1)});
    Palette palette(bench.window->actions(), bench.theme, bench.window.get());
    palette.show();
    auto* typed = palette.findChild<QLineEdit*>("typed");
    for (const char* text : {"Start", "Run the demo"}) {
      typed->setText(text);
      QTest::keyClick(typed, Qt::Key_Return);
      QVERIFY(palette.isVisible());
    }
    typed->setText("Start");
    QTest::keyClick(typed, Qt::Key_Return);
    QVERIFY(palette.findChild<QLabel*>("muted")->text().contains("press Ctrl+Return"));
    palette.close();
    for (QWidget* widget : bench.window->findChildren<QWidget*>()) {
      if (!widget->isVisible() || widget->focusPolicy() == Qt::NoFocus || widget->inherits("QPushButton"))
        continue;
      QTest::keyClick(widget, Qt::Key_Return);
    }
    QCoreApplication::processEvents();
    QVERIFY(!bench.session->isLive() && bench.session->runs().empty());
    QCOMPARE(bench.window->actions().bind("run.start", QKeySequence(Qt::Key_S)),
             QString("a run must not begin by a single key: take one with Ctrl or Alt"));
    // With Ctrl it is meant.
    palette.show();
    QTest::keyClick(typed, Qt::Key_Return, Qt::ControlModifier);
    QVERIFY(!palette.isVisible());
    QTRY_COMPARE_WITH_TIMEOUT(bench.session->state(), SessionState::finished, 20000);
  }

  void keysAreChangedKeptAndRefused() {
    Bench bench;
    Actions& actions = bench.window->actions();
    {
      const KeysDialog dialog(actions, bench.window.get());
    }
    QCOMPARE(actions.bind("view.policy", QKeySequence("Ctrl+E")),
             QString("Ctrl+E is the key of 'Export view' (File): take it away there first"));
    QCOMPARE(actions.action("view.policy")->shortcut(), QKeySequence("Ctrl+3"));
    QVERIFY(!actions.bind("view.policy", QKeySequence("Ctrl+E, X")).isEmpty());  // begins with that key
    QVERIFY(!actions.bind("view.policy", QKeySequence(Qt::Key_Return)).isEmpty());
    QCOMPARE(actions.bind("view.policy", QKeySequence("Ctrl+Alt+P")), QString());
    QCOMPARE(actions.bind("file.copy", {}), QString());
    QCOMPARE(actions.bind("view.live", QKeySequence("Ctrl+Shift+C")), QString());  // free now
    bench.again();
    const Actions& later = bench.window->actions();
    QCOMPARE(later.action("view.policy")->shortcut(), QKeySequence("Ctrl+Alt+P"));
    QVERIFY(later.action("file.copy")->shortcut().isEmpty());
    QCOMPARE(later.action("view.live")->shortcut(), QKeySequence("Ctrl+Shift+C"));
    bench.settings.setValue("keys/view.samples", "Ctrl+Q");  // by hand
    bench.settings.setValue("keys/view.ops", QByteArray("\x01\xff", 2));
    bench.again();
    QCOMPARE(bench.window->actions().action("file.quit")->shortcut(), QKeySequence("Ctrl+Q"));
    QVERIFY(bench.window->actions().action("view.samples")->shortcut() != QKeySequence("Ctrl+Q"));
    bench.window->actions().resetKeys();
    QCOMPARE(bench.window->actions().action("view.policy")->shortcut(), QKeySequence("Ctrl+3"));
  }

  /// A key that cannot do anything here says so.
  void noKeyOfTheStartPageIsSilent() {
    Bench bench;
    bench.trigger("file.export");
    QVERIFY(bench.notice().contains("nothing to export"));
    bench.trigger("file.copy");
    QVERIFY(bench.notice().contains("nothing to copy"));
    bench.trigger("file.exportCharts");
    QVERIFY(bench.notice().contains("no charts without a project"));
    bool wasSeen = false;
    QTimer::singleShot(0, [&] {
      auto* palette = bench.window->findChild<Palette*>();
      wasSeen = palette && palette->isVisible();
      if (palette) palette->reject();
    });
    bench.trigger("help.palette");
    QVERIFY(wasSeen);
  }

  // ---- projects

  /// Without a project a new run makes one, says where, and starts nothing.
  void aNewRunWithoutAProjectMakesOne() {
    Bench bench;
    bench.trigger("run.start");
    QTRY_VERIFY(bench.window->findChild<NewRunDialog*>());
    QCOMPARE(bench.session->projectFile(), bench.folder.filePath("uada/experiments.uada"));
    QVERIFY(bench.notice().contains("uada/experiments.uada"));
    QVERIFY(!bench.session->isLive());
  }

  /// Closing it asks nothing, says that it is kept, and the next one goes on with it.
  void aNewRunThatIsClosedComesBack() {
    Bench bench;
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
    QCOMPARE(bench.window->findChild<NewRunDialog*>()->findChild<QLineEdit*>("epochs")->text(), QString("77"));
    bench.window->findChild<NewRunDialog*>()->reject();
  }

  void theStartPageIsAlwaysThereAndKnowsTheProjects() {
    Bench bench;
    bench.train();
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
    Bench bench;
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
    Bench bench;
    bench.train();
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
    Bench bench;
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
    Bench bench;
    bench.train();
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
    Bench bench;
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
    Bench bench;
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
    Bench bench;
    bench.train();
    auto* inspector = bench.find<QDockWidget>("inspectorDock");
    bench.window->resize(1440, 900);
    QTRY_VERIFY2(inspector->width() >= 300, qPrintable(QString::number(inspector->width())));
    bench.window->resize(1000, 650);
    QCoreApplication::processEvents();
    bench.window->resize(1440, 900);
    QTRY_VERIFY2(inspector->width() >= 300, qPrintable(QString::number(inspector->width())));
  }

  void viewsAreTornOffAndComeBack() {
    Bench bench;
    bench.train();
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
    Bench bench;
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

  // ---- export

  void chartsAreWrittenAtTheSizeWithoutTheCursor() {
    Bench bench;
    bench.train(3);
    bench.trigger("view.live");
    auto* loss = bench.window->panel("live")->findChild<Plot*>("loss");
    QTRY_VERIFY(!loss->isEmpty());
    QCoreApplication::processEvents();
    loss->setCursor({});
    loss->exportTo(bench.folder.filePath("without.png"), {640, 400});
    loss->setCursor(12);
    loss->exportTo(bench.folder.filePath("with.png"), {640, 400});
    QCOMPARE(QImage(bench.folder.filePath("with.png")), QImage(bench.folder.filePath("without.png")));
    QCOMPARE(QImage(bench.folder.filePath("with.png")).size(), QSize(1280, 800));
    ExportDialog dialog({exportItem(*loss)}, ExportDialog::What::one);
    auto* form = dialog.findChild<QComboBox*>("form");
    form->setCurrentIndex(form->findData("svg"));
    dialog.findChild<QComboBox*>("size")->setCurrentIndex(1);  // 8.5 cm
    dialog.findChild<QAbstractButton*>("numbers")->setChecked(true);
    dialog.findChild<QLineEdit*>("place")->setText(bench.folder.filePath("l.svg"));
    dialog.accept();
    QCOMPARE(dialog.written().size(), 2);
    const QString svg = read(bench.folder.filePath("l.svg"));
    QVERIFY2(svg.contains("viewBox=\"0 0 321 214\"") && svg.contains(loss->figure().curves.back().name),
             qPrintable(svg.left(400)));
    const QString csv = read(bench.folder.filePath("l.csv")).section('\n', 0, 0);
    QVERIFY2(csv.startsWith("curve,Step,"), qPrintable(csv));
    QVERIFY(!csv.contains(",x,"));
    dialog.findChild<QLineEdit*>("place")->setText(bench.folder.filePath("l.gif"));
    dialog.accept();
    QVERIFY(dialog.findChild<QLabel*>("problem")->text().contains(".png, .svg, .pdf or .csv"));
  }

  void allChartsGoIntoAFolder() {
    Bench bench;
    bench.train(3);
    const QString folder = bench.folder.filePath("charts");
    QTimer answer;
    answer.setInterval(20);
    connect(&answer, &QTimer::timeout, [&] {
      auto* dialog = qobject_cast<ExportDialog*>(QApplication::activeModalWidget());
      if (!dialog) return;
      answer.stop();
      auto* form = dialog->findChild<QComboBox*>("form");
      form->setCurrentIndex(form->findData("pdf"));
      dialog->findChild<QAbstractButton*>("numbers")->setChecked(true);
      dialog->findChild<QLineEdit*>("place")->setText(folder);
      dialog->accept();
    });
    answer.start();
    bench.trigger("file.exportCharts");
    const QStringList files = QDir(folder).entryList(QDir::Files);
    QVERIFY2(files.filter(".pdf").size() >= 4, qPrintable(files.join(' ')));
    QCOMPARE(files.filter(".csv").size(), files.filter(".pdf").size());
    for (const QString& file : files)
      QVERIFY2(QFileInfo(folder + '/' + file).size() > (file.endsWith(".csv") ? 20 : 1000), qPrintable(file));
    for (const QString& file : files.filter(".csv"))
      QVERIFY2(!read(folder + '/' + file).section('\n', 0, 0).split(',').contains("x"), qPrintable(file));
  }

  // ---- log, closing

  void theLogIsFilteredSearchedCopiedAndCleared() {
    Bench bench;
    bench.train(3);
    Q_EMIT bench.session->problem("the disk is full");
    auto* panel = bench.window->panel("log");
    const auto* text = panel->findChild<QPlainTextEdit*>("log");
    auto* level = panel->findChild<QComboBox*>("level");
    auto* search = panel->findChild<QLineEdit*>("search");
    QVERIFY(text->toPlainText().contains("epoch 3 of 3"));
    level->setCurrentIndex(1);
    QVERIFY(!text->toPlainText().contains("epoch 3 of 3") && text->toPlainText().contains("opened "));
    level->setCurrentIndex(2);
    QVERIFY(text->toPlainText().endsWith("problem: the disk is full") &&
            text->toPlainText().count('\n') == 0);
    level->setCurrentIndex(0);
    search->setText("EPOCH 2");
    QCOMPARE(text->toPlainText().count('\n'), 0);
    panel->copy();
    QVERIFY(text->toPlainText().contains("epoch 2 of 3"));
    panel->findChild<QToolButton*>("clearLog")->click();
    search->clear();
    QCOMPARE(text->toPlainText(), QString());
  }

  void closingNamesTheQueue() {
    FakeSettings slow;
    slow.stepDelay = 2ms;
    slow.stepsPerEpoch = 1000;
    Bench bench(slow);
    bench.open();
    bench.session->start(fakeConfig());
    bench.session->queue({fakeConfig("uada", 2, 1), fakeConfig("uada", 3, 1)});
    QTRY_VERIFY_WITH_TIMEOUT(bench.session->progress().step > 3, 20000);
    QString said;
    QTimer answer;
    answer.setInterval(20);
    connect(&answer, &QTimer::timeout, [&] {
      auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
      if (!box) return;
      answer.stop();
      said = box->informativeText();
      box->reject();
    });
    answer.start();
    bench.window->close();
    QVERIFY2(said.contains("2 runs wait in the queue"), qPrintable(said));
    bench.window->stopAndClose();
    QTRY_VERIFY_WITH_TIMEOUT(!bench.window->isVisible(), 20000);
  }

  // ---- without a mouse, without eyes

  void everyControlHasAName() {
    Bench bench;
    bench.train();
    QStringList nameless, unreachable;
    for (QWidget* widget : bench.window->findChildren<QWidget*>()) {
      if (!isControl(widget)) continue;
      widget->ensurePolished();
      QString where = widget->metaObject()->className() + QString(" ") + widget->objectName();
      for (const QWidget* at = widget; at; at = at->parentWidget())
        if (!at->objectName().isEmpty() && at != widget) where += " in " + at->objectName();
      const QAccessibleInterface* face = QAccessible::queryAccessibleInterface(widget);
      if (!face || face->text(QAccessible::Name).trimmed().isEmpty()) nameless << where;
      if (widget->isVisible() && widget->isEnabled() && !(widget->focusPolicy() & Qt::TabFocus))
        unreachable << where;
    }
    QVERIFY2(nameless.isEmpty(), qPrintable("\n" + nameless.join('\n')));
    QVERIFY2(unreachable.isEmpty(), qPrintable("\n" + unreachable.join('\n')));
  }

  void tabReachesAllOfTheWindow() {
    Bench bench;
    bench.train();
    bench.window->activateWindow();
    std::set<const QWidget*> reached;
    const QWidget* at = bench.window.get();
    for (int i = 0; i < 2000 && !reached.contains(at); ++i) {
      reached.insert(at);
      at = at->nextInFocusChain();
    }
    for (const QWidget* widget : bench.window->findChildren<QWidget*>()) {
      if (widget->window() == bench.window.get() && isControl(widget) && widget->isVisible())
        QVERIFY2(reached.contains(widget), widget->metaObject()->className());
    }
  }

  void aboutSaysVersionsAndLicences() {
    Bench bench;
    bench.session->workerProgram = "/nowhere/uada";
    const AboutDialog about(*bench.workbench, bench.window.get());
    QVERIFY(licencesText().contains("GPL-3.0-or-later") && licencesText().contains("LibTorch"));
    const auto* parts = about.findChild<QTreeWidget*>("parts");
    QVERIFY(parts->topLevelItemCount() >= 4);
    QTRY_VERIFY(
        !parts->findItems("devices", Qt::MatchExactly).isEmpty() &&
        parts->findItems("devices", Qt::MatchExactly).front()->text(1).contains("could not be started"));
  }

 private:
  QByteArray home_;
};

QTEST_MAIN(TestFrame)
#include "tst_frame.moc"
