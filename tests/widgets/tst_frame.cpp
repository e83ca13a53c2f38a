#include <QAbstractButton>
#include <QAccessible>
#include <QClipboard>
#include <QComboBox>
#include <QDirIterator>
#include <QDockWidget>
#include <QHeaderView>
#include <QHelpEvent>
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
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QToolBar>
#include <QToolButton>
#include <QToolTip>
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
#include "widgets/models/Words.h"
#include "widgets/panels/Panel.h"
#include "widgets/panels/StartPage.h"
#include "widgets/panels/samples/SamplesView.h"
#include "widgets/plot/ExportDialog.h"
#include "widgets/plot/Plot.h"
#include "widgets/session/LogBook.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;
using namespace std::chrono_literals;

/// All texts of a file.
static QString read(const QString& file) {
  QFile in(file);
  return in.open(QIODevice::ReadOnly) ? QString::fromUtf8(in.readAll()) : QString();
}

class TestFrame : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // ---- export

  void chartsAreWrittenAtTheSizeWithoutTheCursor() {
    WindowBench bench;
    bench.train({fakeConfig("uada", 1, 3)});
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

  /// Titles that begin alike, or differ in marks alone, have files of their own.
  void chartsOfOneNameHaveFilesOfTheirOwn() {
    const QString alike(70, 'a');
    QCOMPARE(distinctFileNames({"Loss (%)", "loss", alike + "x", alike + "y"}),
             (QStringList{"loss", "loss-2", QString(56, 'a'), QString(56, 'a') + "-2"}));
    QCOMPARE(distinctFileNames({"a", "a 2", "a", "a"}), (QStringList{"a", "a-2", "a-3", "a-4"}));
    const QTemporaryDir folder;
    QStringList written;
    ExportItem item;
    item.filters = {"Text (*.txt)"};
    item.write = [&](const QString& file, QSize) { written << QFileInfo(file).fileName(); };
    std::vector<ExportItem> items(2, item);
    for (ExportItem& one : items) one.name = alike;
    ExportDialog dialog(items, ExportDialog::What::all);
    dialog.findChild<QLineEdit*>("place")->setText(folder.path());
    dialog.accept();
    QCOMPARE(written.size(), 2);
    QVERIFY2(written[0] != written[1], qPrintable(written.join(' ')));
  }

  void allChartsGoIntoAFolder() {
    WindowBench bench;
    bench.train({fakeConfig("uada", 1, 3)});
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
    for (const char* own : {"live-time-per-step.pdf", "policy-wins-and-gain-of-each-op.pdf"})
      QVERIFY2(files.contains(own), qPrintable(files.join(' ')));
    for (const QString& file : files)
      QVERIFY2(QFileInfo(folder + '/' + file).size() > (file.endsWith(".csv") ? 20 : 1000), qPrintable(file));
    for (const QString& file : files.filter(".csv"))
      QVERIFY2(!read(folder + '/' + file).section('\n', 0, 0).split(',').contains("x"), qPrintable(file));
  }

  // ---- log, closing

  /// The newest 5,000 lines are kept: lines that went are not counted as shown.
  void aFullLogCountsWhatItHas() {
    WindowBench bench;
    LogBook& book = LogBook::of(*bench.session);
    for (int i = 0; i < 5100; ++i)
      book.add({QString::number(i), i < 200 ? LogLevel::progress : LogLevel::event});
    auto* panel = bench.window->panel("log");
    const auto* count = panel->findChild<QLabel*>("muted");
    QCOMPARE(count->text(), QString());  // all of them
    panel->findChild<QComboBox*>("level")->setCurrentIndex(1);
    QCOMPARE(count->text(), QString("4900 of 5000 lines"));
    for (int i = 0; i < 150; ++i) book.add({"more"});  // 100 of progress go, then 50 others
    QCOMPARE(count->text(), QString());
  }

  void theLogIsFilteredSearchedCopiedAndCleared() {
    WindowBench bench;
    bench.train({fakeConfig("uada", 1, 3)});
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
    WindowBench bench(slow);
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
    WindowBench bench;
    bench.train({fakeConfig("uada", 1, 2)});
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

  /// What people call a run is shown as it is, and what the window itself makes bold is bold.
  void namesAreNoMarkup() {
    WindowBench bench;
    bench.train({fakeConfig("uada", 1, 2)});
    const qint64 run = bench.session->runs().front().id;
    const QString evil = "<u>evil</u> <img src='file:///x.png'>";
    bench.session->renameRun(run, evil);
    bench.session->setNotes(run, evil, evil);
    QTRY_COMPARE(bench.session->nameOf(run).contains("<u>evil"), true);
    Q_EMIT bench.session->problem(evil);
    bench.session->selection().select(run);
    QTabWidget* views = bench.window->views();
    int shown = 0;
    for (int view = 0; view < views->count(); ++view) {
      views->setCurrentIndex(view);
      QTest::qWait(50);
      for (QLabel* label : bench.window->findChildren<QLabel*>()) {
        label->ensurePolished();
        const QString text = label->text(), where = label->objectName() + ": " + text;
        const bool isPlain = label->textFormat() == Qt::PlainText;
        QVERIFY2(isPlain || !text.contains("<u>") || !Qt::mightBeRichText(text), qPrintable(where));
        shown += isPlain && text.contains("<u>evil");
        for (const char* own : {"</b>", "</span>", "</a>", "&nbsp;", "&lt;"})
          QVERIFY2(!isPlain || !text.contains(own), qPrintable(where));
      }
    }
    QVERIFY(shown > 0);
  }

  /// Of a widget, a cell or a column: also one that begins as rich text does.
  void tipsAreNoMarkup() {
    WindowBench bench;
    const auto tipOf = [](QWidget* widget, const QPoint& at) {
      QHelpEvent event(QEvent::ToolTip, at, widget->mapToGlobal(at));
      QApplication::sendEvent(widget, &event);
      return QToolTip::text();
    };
    const QString evil = "<qt><img src='file:///x.png'>";
    QTableWidget table(1, 1);
    table.setItem(0, 0, new QTableWidgetItem("cell"));
    table.item(0, 0)->setToolTip(evil + "cell");
    table.setHorizontalHeaderItem(0, new QTableWidgetItem("column"));
    table.horizontalHeaderItem(0)->setToolTip(evil + "column");
    QLabel label("label");
    label.setToolTip(evil + "label");
    table.show();
    label.show();
    QCOMPARE(tipOf(table.viewport(), table.visualItemRect(table.item(0, 0)).center()),
             plainTip(evil + "cell"));
    QCOMPARE(tipOf(table.horizontalHeader()->viewport(), {5, 5}), plainTip(evil + "column"));
    QCOMPARE(tipOf(&label, {2, 2}), plainTip(evil + "label"));
    QVERIFY(!QToolTip::text().contains("<img"));
  }

  void tabReachesAllOfTheWindow() {
    WindowBench bench;
    bench.train({fakeConfig("uada", 1, 2)});
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
    WindowBench bench;
    bench.session->workerProgram = "/nowhere/uada";
    const AboutDialog about(*bench.workbench, bench.window.get());
    QVERIFY(licencesText().contains("GPL-3.0-or-later") && licencesText().contains("LibTorch"));
    const auto* parts = about.findChild<QTreeWidget*>("parts");
    QVERIFY(parts->topLevelItemCount() >= 4);
    QTRY_VERIFY(
        !parts->findItems("devices", Qt::MatchExactly).isEmpty() &&
        parts->findItems("devices", Qt::MatchExactly).front()->text(1).contains("could not be started"));
  }
};

QTEST_MAIN(TestFrame)
#include "tst_frame.moc"
