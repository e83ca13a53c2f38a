#include <QDropEvent>
#include <QLabel>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QProcess>
#include <QPushButton>
#include <QRandomGenerator>
#include <QScrollArea>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>
#include <algorithm>
#include <set>

#include "core/base/Error.h"
#include "core/store/LockStep.h"
#include "core/store/Project.h"
#include "tests/core/FakeEngine.h"
#include "tests/widgets/FormTools.h"
#include "widgets/forms/ExperimentForm.h"
#include "widgets/forms/NewRunDialog.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;
using namespace uada::test;

namespace {

/// Of each run configuration hash and seed, sorted.
std::vector<std::string> keysOf(const std::vector<RunConfig>& runs) {
  std::vector<std::string> keys;
  for (const RunConfig& run : runs) keys.push_back(configHash(run) + " " + std::to_string(run.seed));
  std::ranges::sort(keys);
  return keys;
}

/// What the dialogue starts or queues.
struct Sent {
  explicit Sent(NewRunDialog& dialog) {
    QObject::connect(&dialog, &NewRunDialog::startWanted, &dialog,
                     [this](const auto& all) { started = all; });
    QObject::connect(&dialog, &NewRunDialog::queueWanted, &dialog, [this](const auto& all) { queued = all; });
    QObject::connect(&dialog, &NewRunDialog::twinsWanted, &dialog, [this](const auto& all) { twins = all; });
  }
  std::vector<RunConfig> started, queued, twins;
};

}  // namespace

/// The dialog of a new run as a comparison is set up in it: methods, seeds, sweeps, undo, keys,
/// and how it looks.
class TestComparisonForm : public QObject {
  Q_OBJECT
 private:
  const Theme theme_{Theme::Kind::light};

 private Q_SLOTS:
  // ---- what is queued

  /// Two values of epochs; ra-uc once and uada with two epsilons; four seeds: 2 x 3 x 4. The same as the
  /// command line makes of the saved file.
  void row30_aComparisonIsTicked() {
    QTemporaryDir folder;
    NewRunDialog dialog(theme_, {});
    const Sent sent(dialog);
    fillComparison(dialog);
    fill(dialog, "seeds", "1-3, 7");
    sweep(dialog, "epsilon", "1, 2");
    sweep(dialog, "epochs", "2..4 by 2");
    QCoreApplication::processEvents();
    QCOMPARE(textAt(dialog, "cost_runs"), QString("24"));
    const QString note = textAt(dialog, "cost_note");
    for (const char* name : {"ε=1", "ε=2", "epochs 2", "epochs 4", "4 seeds each"})
      QVERIFY2(note.contains(name), qPrintable(note));
    const QString file = folder.filePath("comparison.json"), project = folder.filePath("p.uada");
    dialog.saveExperiment(file);
    dialog.findChild<QPushButton*>("queue")->click();
    QCOMPARE(sent.queued.size(), std::size_t{24});
    QVERIFY(sent.started.empty());
    const auto keys = keysOf(sent.queued);
    QCOMPARE(std::set(keys.begin(), keys.end()).size(), keys.size());
    QCOMPARE(keysOf(readSwept(file.toStdString()).runs), keys);

    QProcess uada;
    uada.start(PROGRAM_DIR "/uada", {"queue", "add", file, "--project", project});
    QVERIFY(uada.waitForFinished(60'000));
    QVERIFY2(uada.exitCode() == 0, uada.readAllStandardError().constData());
    std::vector<RunConfig> queued;
    const ProjectReader reader(project.toStdString());
    for (const QueuedRun& run : reader.queue()) queued.push_back(reader.queuedConfig(run.id));
    QCOMPARE(keysOf(queued), keys);
  }

  /// Two methods, or more, on the same batches; the button says why one alone has no twin.
  void twinsAreStarted() {
    NewRunDialog dialog(theme_, {});
    const Sent sent(dialog);
    auto* twins = dialog.findChild<QPushButton*>("twins");
    QCoreApplication::processEvents();
    QVERIFY(!twins->isEnabled() && twins->toolTip().contains("has no twin"));
    fillComparison(dialog);
    fill(dialog, "seeds", "1-2");
    QCoreApplication::processEvents();
    QVERIFY2(twins->isEnabled(), qPrintable(twins->toolTip()));
    twins->click();
    QCOMPARE(sent.twins.size(), std::size_t{4});
    QVERIFY(sent.started.empty() && sent.queued.empty());
    const auto groups = twinGroups(sent.twins);
    QCOMPARE(groups.size(), std::size_t{2});  // a pair for each seed
    for (const auto& group : groups) {
      QCOMPARE(group.size(), std::size_t{2});
      QVERIFY(sent.twins[group[0]].method.name != sent.twins[group[1]].method.name);
    }
  }

  void row30_drawsAreRandomAndSeeded() {
    NewRunDialog dialog(theme_, {});
    fillComparison(dialog);
    const auto* how = dialog.findChild<QWidget*>("combinations");
    QVERIFY(!how->isVisibleTo(&dialog));
    sweep(dialog, "learning_rate", "0.01..0.1 log");
    QVERIFY2(problemAt(dialog, "learning_rate").contains("step"),
             qPrintable(problemAt(dialog, "learning_rate")));
    sweep(dialog, "learning_rate", "0.1, 0.2");
    QCoreApplication::processEvents();
    QVERIFY(how->isVisibleTo(&dialog));
    dialog.findChild<QComboBox*>("combinations")->setCurrentIndex(1);
    sweep(dialog, "learning_rate", "0.01..0.1 log");
    fill(dialog, "draws", "5");
    fill(dialog, "draw_seed", "3");
    QCoreApplication::processEvents();
    QVERIFY2(problemAt(dialog, "learning_rate").isEmpty(), qPrintable(problemAt(dialog, "learning_rate")));
    const SweptExperiment swept = dialog.swept();
    QCOMPARE(swept.runs.size(), std::size_t{10});  // two methods
    std::set<std::string> rates;
    for (const RunConfig& run : swept.runs) {
      const Json rate = run.recipe.optimiser.settings().at("learning_rate");
      QVERIFY(rate.asDouble() >= 0.01 && rate.asDouble() <= 0.1);
      rates.insert(rate.dump());
    }
    QCOMPARE(rates.size(), std::size_t{5});
    fill(dialog, "draws", "many");
    QCoreApplication::processEvents();
    QVERIFY(problemAt(dialog, "draws").contains("'many' found"));
    QVERIFY(!dialog.findChild<QPushButton*>("start")->isEnabled());
  }

  void sweptValuesAreChecked() {
    NewRunDialog dialog(theme_, {});
    fillComparison(dialog);
    for (const auto& [text, word] : {std::pair{"1, x", "'x'"},
                                     {"1, 0", "between"},
                                     {"", "alues expected"},
                                     {"3..1 by 1", "backwards"},
                                     {"2, 2", "twice"}}) {
      sweep(dialog, "epochs", text);
      QCoreApplication::processEvents();
      const QString problem = problemAt(dialog, "epochs");
      QVERIFY2(problem.contains(word) || problem.contains("number"), qPrintable(text + (": " + problem)));
      QVERIFY(!dialog.findChild<QPushButton*>("start")->isEnabled());
    }
    dialog.findChild<QAbstractButton*>("epochs_sweeps")->click();  // one value again
    QCoreApplication::processEvents();
    QVERIFY(dialog.findChild<QPushButton*>("start")->isEnabled());
    QCOMPARE(dialog.experiment().recipes[0].training.epochs, 2);
  }

  /// The file, the JSON tab and the form are one thing.
  void jsonAndFormShowTheSameSweep() {
    NewRunDialog dialog(theme_, {});
    fillComparison(dialog);
    sweep(dialog, "epsilon", "1, 2");
    sweep(dialog, "epochs", "2..6 by 2");
    QCoreApplication::processEvents();
    const auto keys = keysOf(dialog.swept().runs);
    auto* tabs = dialog.findChild<QTabWidget*>("tabs");
    tabs->setCurrentIndex(1);
    auto* text = dialog.findChild<QPlainTextEdit*>("json");
    QVERIFY2(text->toPlainText().contains("\"methods.1.epsilon\""), qPrintable(text->toPlainText()));
    QCOMPARE(keysOf(dialog.swept().runs), keys);
    tabs->setCurrentIndex(0);
    QCOMPARE(keysOf(dialog.swept().runs), keys);
    QCOMPARE(dialog.findChild<QLineEdit*>("epochs_sweep")->text(), QString("2..6 by 2"));
    tabs->setCurrentIndex(1);
    text->setPlainText(text->toPlainText().replace("\"to\": 6", "\"to\": 4"));
    tabs->setCurrentIndex(0);
    QCOMPARE(dialog.findChild<QLineEdit*>("epochs_sweep")->text(), QString("2..4 by 2"));
  }

  /// A method that the file has twice with one setting changed is swept in the form: the demo's uada.
  void theDemoStandsInTheForm() {
    NewRunDialog dialog(theme_, {});
    const SweptExperiment demo = readSwept(PROJECT_DIR "/experiments/demo-long.json");
    dialog.setExperiment(demo);
    QVERIFY(dialog.findChild<ExperimentForm*>()->isEnabled());
    QCOMPARE(keysOf(dialog.swept().runs), keysOf(demo.runs));
  }

  void noMethodIsSaid() {
    NewRunDialog dialog(theme_, {});
    fillComparison(dialog);
    tickMethods(dialog, {});
    QCoreApplication::processEvents();
    QVERIFY(!dialog.findChild<QPushButton*>("start")->isEnabled());
    QVERIFY2(textAt(dialog, "status").contains("tick one or more"), qPrintable(textAt(dialog, "status")));
  }

  // ---- keys

  void enterStartsNothing() {
    NewRunDialog dialog(theme_, {});
    const Sent sent(dialog);
    fillComparison(dialog);
    see(dialog);
    for (const char* name :
         {"epochs", "seeds", "name", "batch", "optimiser", "uada", "queue", "start", "save"}) {
      auto* widget = dialog.findChild<QWidget*>(name);
      widget->setFocus();
      QTest::keyClick(widget, Qt::Key_Return);
      QTest::keyClick(widget, Qt::Key_Enter);
    }
    QVERIFY(sent.started.empty() && sent.queued.empty());
    QVERIFY(dialog.isVisible());
    dialog.findChild<QLineEdit*>("epochs")->setFocus();
    QTest::keyClick(dialog.findChild<QLineEdit*>("epochs"), Qt::Key_Return, Qt::ControlModifier);
    QCOMPARE(sent.started.size(), std::size_t{2});
    QVERIFY(!dialog.isVisible());
  }

  /// Tab goes down the page, Space ticks, Ctrl+Return starts.
  void row46_theKeyboardAloneFillsAndStarts() {
    NewRunDialog dialog(theme_, {});
    const Sent sent(dialog);
    fillComparison(dialog);
    see(dialog);
    const auto tabTo = [&](const char* name) {
      auto* target = dialog.findChild<QWidget*>(name);
      for (int i = 0; i < 300 && QApplication::focusWidget() != target; ++i)
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
      return QApplication::focusWidget() == target;
    };
    dialog.findChild<QWidget*>("start_quick")->setFocus();
    QVERIFY(tabTo("baseline") || tabTo("ra-uc"));
    QTest::keyClick(dialog.findChild<QWidget*>("ra-uc"), Qt::Key_Space);  // ticked no more
    QVERIFY(tabTo("epsilon_sweeps"));
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Space);
    QCOMPARE(QApplication::focusWidget()->objectName(), QString("epsilon_sweep"));
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_A, Qt::ControlModifier);
    QTest::keyClicks(QApplication::focusWidget(), "1, 3");
    QVERIFY(tabTo("seeds"));
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_A, Qt::ControlModifier);
    QTest::keyClicks(QApplication::focusWidget(), "4-5");
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return, Qt::ControlModifier);
    QCOMPARE(sent.started.size(), std::size_t{4});
    for (const RunConfig& run : sent.started) QCOMPARE(run.method.name, std::string("uada"));
  }

  void row46_everyControlHasAName() {
    NewRunDialog dialog(theme_, {});
    fillComparison(dialog);
    sweep(dialog, "epsilon", "1, 2");
    dialog.offerStart("Demo", "The demo", [] { return SweptExperiment{}; });
    QStringList nameless;
    for (const QWidget* widget : dialog.findChildren<QWidget*>()) {
      if (!(widget->focusPolicy() & Qt::TabFocus) || widget->inherits("QScrollArea")) continue;
      const auto* button = qobject_cast<const QAbstractButton*>(widget);
      if (widget->accessibleName().isEmpty() && !(button && !button->text().isEmpty()) &&
          !widget->inherits("QTabBar") && !widget->inherits("QLabel"))
        nameless << widget->metaObject()->className() + (" " + widget->objectName());
    }
    QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(", ")));
  }

  /// From the top to the bottom of the page.
  void row46_theTabOrderFollowsThePage() {
    NewRunDialog dialog(theme_, {});
    fillComparison(dialog);
    see(dialog);
    auto* form = dialog.findChild<ExperimentForm*>();
    const QStringList order{"dataset", "model",     "method",   "seeds",
                            "epochs",  "optimiser", "schedule", "device"};
    QWidget* at = dialog.findChild<QWidget*>("start_quick");
    QStringList seen;
    for (int i = 0; i < 2000; ++i) {
      at = at->nextInFocusChain();
      if (at == dialog.findChild<QWidget*>("start_quick")) break;
      if (!form->isAncestorOf(at) || !at->isVisible()) continue;
      for (QWidget* up = at; up && up != form; up = up->parentWidget())
        if (order.contains(up->objectName()) && !seen.contains(up->objectName())) seen << up->objectName();
    }
    QCOMPARE(seen, order);
  }

  // ---- undo

  /// Fifty edits of every kind, then as many times back as it takes: the form is as it was, and forward again
  /// as it was at the end.
  void row42_fiftyEditsAreUndone() {
    NewRunDialog dialog(theme_, {});
    fillComparison(dialog);
    dialog.setExperiment(dialog.swept());
    see(dialog);
    auto* form = dialog.findChild<ExperimentForm*>();
    const std::string first = form->state().dump();
    QRandomGenerator random(7);
    for (int i = 0; i < 50; ++i) {
      QList<QWidget*> editors;
      for (QWidget* widget : form->findChildren<QWidget*>())
        if (widget->isVisible() && widget->isEnabled() && (widget->focusPolicy() & Qt::TabFocus))
          editors << widget;
      QWidget* const one = editors[random.bounded(editors.size())];
      if (auto* line = qobject_cast<QLineEdit*>(one)) {
        line->setText(QString::number(random.bounded(100)));
      } else if (auto* combo = qobject_cast<QComboBox*>(one)) {
        combo->setCurrentIndex(static_cast<int>(random.bounded(combo->count())));
      } else if (auto* button = qobject_cast<QAbstractButton*>(one);
                 button && !button->objectName().contains("browse")) {
        button->click();
      }
      QCoreApplication::processEvents();
    }
    const std::string last = form->state().dump();
    QVERIFY(last != first);
    int undone = 0;
    auto* place = dialog.findChild<QWidget*>("start_quick");
    for (; undone < 100 && form->state().dump() != first; ++undone)
      QTest::keyClick(place, Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(form->state().dump(), first);
    for (int i = 0; i < undone; ++i)
      QTest::keyClick(place, Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
    QCOMPARE(form->state().dump(), last);
  }

  /// Typing is one edit, and Ctrl+Z in a field is the form's.
  void row42_aTypedNumberIsOneEdit() {
    NewRunDialog dialog(theme_, {});
    fillComparison(dialog);
    dialog.setExperiment(dialog.swept());
    see(dialog);
    const auto type = [&](const char* field, const char* text) {
      auto* line = dialog.findChild<QLineEdit*>(field);
      line->setFocus();
      line->selectAll();
      for (const char* letter = text; *letter; ++letter) {
        QTest::keyClick(line, *letter);
        QCoreApplication::processEvents();
      }
    };
    type("epochs", "123");
    type("batch", "64");
    auto* epochs = dialog.findChild<QLineEdit*>("epochs");
    QTest::keyClick(dialog.findChild<QLineEdit*>("batch"), Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(dialog.findChild<QLineEdit*>("batch")->text(), QString("100"));
    QCOMPARE(epochs->text(), QString("123"));
    QTest::keyClick(epochs, Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(epochs->text(), QString("2"));
  }

  // ---- where it starts from

  // ---- how it looks

  /// A tab that does not open says why.
  void theJsonTabSaysWhyItDoesNotOpen() {
    NewRunDialog dialog(theme_, {});
    fillComparison(dialog);
    fill(dialog, "epochs", "0");
    auto* tabs = dialog.findChild<QTabWidget*>("tabs");
    tabs->setCurrentIndex(1);
    QCOMPARE(tabs->currentIndex(), 0);
    const QString status = textAt(dialog, "status");
    QVERIFY2(status.contains("The JSON tab opens once the form is right") && status.contains("Epochs"),
             qPrintable(status));
    fill(dialog, "epochs", "1");
    QCoreApplication::processEvents();
    QCOMPARE(textAt(dialog, "status"), QString());
    tabs->setCurrentIndex(1);
    QCOMPARE(tabs->currentIndex(), 1);
  }

  /// At 1024 x 700 the buttons are seen and no text is cut.
  void itFitsASmallScreen() {
    NewRunDialog dialog(theme_, {});
    fillComparison(dialog);
    sweep(dialog, "epsilon", "1, 2");
    for (auto* fold : dialog.findChildren<QAbstractButton*>("advanced"))
      if (!fold->isChecked()) fold->click();
    dialog.resize(1000, 640);  // with the frame 1024 x 700
    see(dialog);
    QCOMPARE(dialog.size(), QSize(1000, 640));
    for (const char* name : {"start", "queue", "save", "close", "time_it"}) {
      auto* button = dialog.findChild<QPushButton*>(name);
      QVERIFY2(dialog.rect().contains(QRect(button->mapTo(&dialog, QPoint()), button->size())), name);
      QVERIFY2(button->width() >= button->sizeHint().width(), name);
    }
    auto* form = dialog.findChild<ExperimentForm*>();
    QVERIFY(form->width() <= dialog.findChild<QScrollArea*>()->viewport()->width());
    QStringList cut;
    for (const QLabel* label : dialog.findChildren<QLabel*>()) {
      if (!label->isVisible() || label->text().isEmpty()) continue;
      const bool isCut = label->wordWrap() ? label->height() < label->heightForWidth(label->width())
                                           : label->width() < label->sizeHint().width();
      if (isCut) cut << label->text();
    }
    QVERIFY2(cut.isEmpty(), qPrintable(cut.join(" | ")));
    for (auto* card : form->findChildren<QAbstractButton*>())
      if (card->isVisible() && card->hasHeightForWidth())
        QVERIFY2(card->height() >= card->heightForWidth(card->width()), qPrintable(card->objectName()));
  }
};

QTEST_MAIN(TestComparisonForm)
#include "tst_comparison_form.moc"
