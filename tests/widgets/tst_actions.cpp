#include <QAbstractButton>
#include <QAccessible>
#include <QClipboard>
#include <QComboBox>
#include <QDirIterator>
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
#include <QTreeView>
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
#include "widgets/models/ContextMenu.h"
#include "widgets/panels/Panel.h"
#include "widgets/panels/StartPage.h"
#include "widgets/panels/samples/SamplesView.h"
#include "widgets/plot/ExportDialog.h"
#include "widgets/plot/Plot.h"
#include "widgets/session/LogBook.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;

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

/// All that can be done by name and by keys.
class TestActions : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// What stands in a menu or the tool bar, and the buttons of all panels, can be found by name; no two have
  /// one key, shortcuts of widgets included.
  void everyActionIsInThePaletteAndHasItsOwnKey() {
    WindowBench bench;
    bench.train({fakeConfig("uada", 1, 2)});
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

  /// Of what is chosen: the menu of a run, of the list's columns, of plots, pictures and samples, and each
  /// own table.
  void everyContextMenuIsInThePalette() {
    WindowBench bench;
    bench.train({fakeConfig("uada", 1, 2), fakeConfig("uada", 2, 2)});
    {
      ProjectWriter writer(bench.file().toStdString());
      writer.keepTable({"a & b", R"({"rows":["method"],"columns":[],"values":["metric"],"where":""})"});
    }
    bench.again();
    bench.open();
    bench.trigger("view.samples");  // Tables is never shown
    QTRY_VERIFY(bench.window->panel("tables")->findChild<QAction*>("show_a & b"));
    auto* list = bench.window->panel("runs")->findChild<QTreeView*>("runs");
    list->setCurrentIndex(list->model()->index(0, 0));
    auto* samples = bench.window->panel("samples")->findChild<SamplesView*>("samples_list");
    QTRY_VERIFY(samples->model()->rowCount() > 0);
    samples->setCurrentIndex(samples->model()->index(0, 0));
    bench.window->takePanels();
    const Palette palette(bench.window->actions(), bench.theme, bench.window.get());
    const QStringList names = palette.shown();
    QStringList texts;
    for (const ActionEntry& entry : bench.window->actions().all())
      if (names.contains(entry.name)) texts << entry.text();
    for (const char* text :
         {"Columns: Time", "Fold: Not", "Copy decision as JSON", "Replay this sample", "Show the table a & b",
          "New table", "Duplicate this table", "Copy as LaTeX", "Table 3: Cost of training relative to RA"})
      QVERIFY2(texts.contains(text), text);
    QVERIFY2(!texts.filter("Rename").isEmpty() && texts.contains("All curves"), qPrintable(texts.join('|')));
    QVERIFY(texts.filter("Copy numbers: ").size() > 5);
    int menus = 0;
    for (const Panel& entry : panels())
      for (ContextMenu* menu : bench.window->panel(entry.name)->findChildren<ContextMenu*>()) {
        ++menus;
        QVERIFY(qobject_cast<QWidget*>(menu->parent())->contextMenuPolicy() == Qt::CustomContextMenu);
      }
    QVERIFY2(menus > 8, qPrintable(QString::number(menus)));
    // Done by name.
    bench.window->panel("tables")->findChild<QAction*>("show_a & b")->trigger();
    QTRY_COMPARE(bench.find<QComboBox>("which_table")->currentText(), QString("a & b"));
    bench.window->panel("tables")->findChild<QAction*>("show_table3")->trigger();
    QCOMPARE(bench.find<QComboBox>("which_table")->currentData().toString(), QString("3"));
    const auto copy = std::ranges::find_if(bench.window->actions().all(), [](const ActionEntry& entry) {
      return entry.text() == "Copy decision as JSON";
    });
    QGuiApplication::clipboard()->clear();
    copy->action->trigger();
    QTRY_VERIFY(QGuiApplication::clipboard()->text().contains("\"plan\""));
    // No widget makes such a menu by hand: those would be missed.
    QDirIterator files(PROJECT_DIR "/widgets", {"*.cpp"}, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
      const QString file = files.next();
      if (file.endsWith("/ContextMenu.cpp")) continue;
      const QString source = read(file);
      for (const char* byHand : {"contextMenuEvent", "customContextMenuRequested", "Qt::CustomContextMenu"})
        QVERIFY2(!source.contains(byHand), qPrintable(file + ": " + byHand));
    }
  }

  void thePaletteFindsByTypingAndSaysWhyNot() {
    WindowBench bench;
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
    WindowBench bench;
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
    WindowBench bench;
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
    WindowBench bench;
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
};

QTEST_MAIN(TestActions)
#include "tst_actions.moc"
