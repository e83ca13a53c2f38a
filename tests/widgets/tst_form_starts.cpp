#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <QDir>
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
#include <future>
#include <set>

#include "core/base/Error.h"
#include "core/store/Project.h"
#include "tests/core/FakeEngine.h"
#include "tests/widgets/FormTools.h"
#include "widgets/forms/ExperimentForm.h"
#include "widgets/forms/NewRunDialog.h"
#include "widgets/session/Session.h"
#include "widgets/session/StepTiming.h"
#include "widgets/session/Theme.h"

using namespace uada;
using namespace uada::test;

/// Where a new run starts from, what it is kept as, on which device and from which folders it would run, and
/// how long.
class TestFormStarts : public QObject {
  Q_OBJECT
 private:
  const Theme theme_{Theme::Kind::light};

 private Q_SLOTS:
  void startsAreEdits() {
    NewRunDialog dialog(theme_, {});
    fillComparison(dialog);
    dialog.setExperiment(dialog.swept());
    see(dialog);
    dialog.findChild<QAbstractButton*>("cifar10")->click();
    dialog.findChild<QPushButton*>("start_paper")->click();
    const Recipe paper = dialog.experiment().recipes[0];
    QCOMPARE(paper.training.epochs, 300);
    QCOMPARE(paper.model.settings().at("width").asInt(), std::int64_t{64});
    QCOMPARE(dialog.experiment().methods.size(), std::size_t{2});  // they stay
    QVERIFY2(textAt(dialog, "start_note").contains("Table 2"), qPrintable(textAt(dialog, "start_note")));
    dialog.findChild<QPushButton*>("start_quick")->click();
    QCOMPARE(dialog.experiment().recipes[0].training.epochs, 3);
    QTest::keyClick(dialog.findChild<QWidget*>("start_quick"), Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(dialog.experiment().recipes[0].training.epochs, 300);
    dialog.findChild<QAbstractButton*>("fashion_mnist")->click();
    QCoreApplication::processEvents();
    dialog.findChild<QPushButton*>("start_paper")->click();
    QVERIFY(textAt(dialog, "start_note").contains("no recipe"));
  }

  void draftsComeBack() {
    QTemporaryDir folder;
    FakeEngine engine;
    Session session(theme_, [&]() -> Engine& { return engine; }, Answers::atOnce);
    session.openProject(folder.filePath("p.uada"));
    const auto make = [&] {
      auto dialog = std::make_unique<NewRunDialog>(theme_, std::vector<MeasuredRate>{},
                                                   std::vector<PolicyFile>{}, nullptr, &session);
      dialog->restore();
      return dialog;
    };
    auto dialog = make();
    QVERIFY(!dialog->isEdited());
    QVERIFY(dialog->experiment().recipes[0].training.epochs < 10);  // nothing that takes days
    fillComparison(*dialog);
    fill(*dialog, "epochs", "zwölf");  // also what is wrong
    QCoreApplication::processEvents();
    QVERIFY(dialog->isEdited());
    dialog->reject();
    dialog = make();
    QCOMPARE(dialog->findChild<QLineEdit*>("epochs")->text(), QString("zwölf"));
    QCOMPARE(dialog->findChild<QLineEdit*>("batch")->text(), QString("100"));
    QVERIFY(textAt(*dialog, "start_note").contains("As you left it"));
    dialog->findChild<QPushButton*>("start_over")->click();
    dialog->reject();
    dialog = make();
    QVERIFY(!dialog->isEdited());
    fillComparison(*dialog);
    fill(*dialog, "epochs", "7");
    QCoreApplication::processEvents();
    dialog->findChild<QPushButton*>("queue")->click();
    dialog = make();  // what was queued last, and no draft
    QVERIFY(!dialog->isEdited());
    QCOMPARE(dialog->experiment().recipes[0].training.epochs, 7);
    fill(*dialog, "epochs", "9");
    dialog->findChild<QPushButton*>("start_last")->click();
    QCOMPARE(dialog->experiment().recipes[0].training.epochs, 7);
  }

  // ---- what there is on the machine

  void devicesAreAList() {
    NewRunDialog dialog(theme_, {});
    fillComparison(dialog);
    dialog.setDevices({{"cpu", "Fake processor", "", true, ""},
                       {"cuda:0", "Fake GPU", "", true, ""},
                       {"cuda:1", "Broken GPU", "", false, "no driver"}});
    auto* device = dialog.findChild<QComboBox*>("device");
    QVERIFY(device);
    QStringList texts;
    for (int i = 0; i < device->count(); ++i) texts << device->itemText(i);
    QCOMPARE(texts, QStringList({"auto: cuda:0, Fake GPU", "cpu: Fake processor", "cuda:0: Fake GPU"}));
    device->setCurrentIndex(2);
    QCOMPARE(dialog.experiment().runtime.device, std::string("cuda:0"));
    Experiment other = dialog.experiment();
    other.runtime.device = "cuda:5";
    dialog.setExperiment(other);
    QCOMPARE(problemAt(dialog, "device"), QString("'cuda:5' is not on this machine"));
    QVERIFY(!dialog.findChild<QPushButton*>("start")->isEnabled());
    device->setCurrentIndex(1);
    QCoreApplication::processEvents();
    QVERIFY(dialog.findChild<QPushButton*>("start")->isEnabled());
  }

  void foldersAreDropped() {
    QTemporaryDir folder;
    NewRunDialog dialog(theme_, {});
    fillComparison(dialog);
    QVERIFY(dialog.findChild<QPushButton*>("folder_browse"));
    auto* line = dialog.findChild<QLineEdit*>("folder");
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(folder.path())});
    QDragEnterEvent enter(QPoint(5, 5), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(line, &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent drop(QPointF(5, 5), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(line, &drop);
    QCOMPARE(line->text(), folder.path());
    QCoreApplication::processEvents();
    QVERIFY2(problemAt(dialog, "folder").contains(folder.path()), qPrintable(problemAt(dialog, "folder")));
  }

  // ---- times

  /// Steps of each different recipe and method are timed with the engine; the project knows nothing of it.
  void stepsAreTimed() {
    QTemporaryDir folder;
    FakeEngine engine;
    Session session(theme_, [&]() -> Engine& { return engine; }, Answers::atOnce);
    session.openProject(folder.filePath("p.uada"));
    NewRunDialog dialog(theme_, {}, {}, nullptr, &session);
    fillComparison(dialog);
    fill(dialog, "seeds", "1-3");
    auto* timeIt = dialog.findChild<QPushButton*>("time_it");
    QVERIFY(!timeIt->isEnabled());
    dialog.useEngine([&]() -> Engine& { return engine; });
    QVERIFY2(timeIt->isEnabled(), qPrintable(timeIt->toolTip()));
    QCOMPARE(textAt(dialog, "cost_time"), QString("not known yet"));
    timeIt->click();
    QVERIFY(!dialog.findChild<QPushButton*>("start")->isEnabled());
    QTRY_VERIFY_WITH_TIMEOUT(dialog.findChild<QPushButton*>("start")->isEnabled(), 20'000);
    const QString note = textAt(dialog, "cost_note");
    QVERIFY2(note.contains("A step, timed here: ra-uc ") && note.contains("; uada "), qPrintable(note));
    QVERIFY(textAt(dialog, "cost_time").startsWith("about "));
    QVERIFY(session.runs().empty() && session.queued().empty());
    fill(dialog, "batch", "50");  // another recipe: not what was timed
    QCoreApplication::processEvents();
    QCOMPARE(textAt(dialog, "cost_time"), QString("not known yet"));
  }

  void timingIsCancelled() {
    FakeSettings slow;
    slow.stepDelay = std::chrono::milliseconds(200);
    FakeEngine engine(slow);
    NewRunDialog dialog(theme_, {});
    fillComparison(dialog);
    dialog.useEngine([&]() -> Engine& { return engine; });
    see(dialog);
    dialog.findChild<QPushButton*>("time_it")->click();
    auto* text = dialog.findChild<QLabel*>("timing_text");
    QTRY_VERIFY2(text->text().startsWith("Timing 1 of 2, ra-uc: step"), qPrintable(text->text()));
    dialog.findChild<QPushButton*>("cancel_timing")->click();
    QTRY_VERIFY(dialog.findChild<QPushButton*>("start")->isEnabled());
    QVERIFY(!text->isVisible());
  }

  /// Where the engine does not answer (it is being loaded, or a step takes long), neither the form nor who
  /// destroys it waits: that would be for ever here.
  void closingDoesNotWaitForTheEngine() {
    FakeEngine engine;
    std::promise<void> go;
    const std::shared_future<void> gone = go.get_future().share();
    const auto slow = [&engine, gone]() -> Engine& {
      gone.wait();
      return engine;
    };
    for (const bool isClosed : {true, false}) {
      NewRunDialog dialog(theme_, {});  // destroyed while it times, as when the window closes
      fillComparison(dialog);
      dialog.useEngine(slow);
      see(dialog);
      dialog.findChild<QPushButton*>("time_it")->click();
      QTRY_VERIFY(!dialog.findChild<QPushButton*>("start")->isEnabled());
      if (!isClosed) continue;
      dialog.reject();
      QVERIFY(!dialog.isVisible());
    }
    QVERIFY(EngineWork::isAnyRetiring());
    go.set_value();
    QTRY_VERIFY_WITH_TIMEOUT(!EngineWork::isAnyRetiring(), 30'000);
    QTest::qWait(200);  // what ended is destroyed by its timer
  }
};

QTEST_MAIN(TestFormStarts)
#include "tst_form_starts.moc"
