#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>

#include "core/store/RunReplay.h"
#include "tests/core/FakeEngine.h"
#include "widgets/panels/samples/ReplayDialog.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;

/// A sample of a past step rendered again in the window, from Fashion-MNIST.
class TestReplayDialog : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;
  const Theme theme_{Theme::Kind::light};
  QSettings settings_{folder_.filePath("settings.ini"), QSettings::IniFormat};
  FakeEngine engine_;
  std::string hash_;

  QString file() const { return folder_.filePath("replay.uada"); }
  static QString textOf(const ReplayDialog& dialog, const char* name) {
    return dialog.findChild<QLabel*>(name)->text();
  }

 private Q_SLOTS:
  /// Three stored decisions of step 3: one as training has it, one with another hash, one of two groups.
  void initTestCase() {
    ProjectWriter writer(file().toStdString());
    const RunConfig config = fakeConfig("uada", 1, 2);  // 100 images in batches of 10
    const std::int64_t run = writer.createRun(config).id;
    const int attempt = writer.beginAttempt(run, currentManifest(), "");
    writer.flush();
    const RunReplay images(ProjectReader(file().toStdString()).detail(run));
    const auto decisionOf = [&](std::uint32_t sample) {
      Decision d = images.keyed(3, sample).decision;
      d.step = 3;
      d.pixelHash = images.trainedHash(d);
      return d;
    };
    Decision sound = decisionOf(7), other = decisionOf(8), moved = decisionOf(9);
    hash_ = sound.pixelHash;
    other.pixelHash[0] = other.pixelHash[0] == '0' ? '1' : '0';
    GroupDecision flip;
    flip.group = "flip";
    Part* part = moved.plan.find("flip");
    flip.before = {part->at[0]};
    flip.delta = {1 - 2 * part->at[0]};
    flip.after = {1 - part->at[0]};
    flip.candidate = moved.plan;
    flip.candidate.find("flip")->at[0] = 1 - part->at[0];
    flip.probeLoss = {1.5};
    flip.dL = {0.5};
    flip.candidateLoss = 1.5;
    moved.unperturbedLoss = 1;
    moved.groups = {flip};
    moved.winner = 0;
    moved.pixelHash = images.trainedHash(moved);
    moved.original = {};  // not kept
    moved.unperturbed = {};
    for (const Decision& decision : {sound, other, moved}) writer.append(run, attempt, decision);
    StepReport step;
    step.step = 20;
    step.epoch = 2;
    writer.append(run, attempt, step);
    writer.append(run, attempt, StateReport{RunState::finished, "", "cpu", 1});
  }

  /// Row 23: pixels equal those that the trainer used, by their hash, and are said to differ where not.
  void storedDecisionsAreReplayed() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    session.openProject(file());
    const Workbench workbench{session, settings_, theme_};
    ReplayDialog dialog(workbench, 1);
    dialog.setAttribute(Qt::WA_DeleteOnClose, false);
    dialog.show(3, 7);
    QTRY_VERIFY_WITH_TIMEOUT(dialog.replayed().has_value(), 60000);
    QVERIFY2(textOf(dialog, "replay_hash").contains(">equal</b>; so are all pictures"),
             qPrintable(textOf(dialog, "replay_hash")));
    QVERIFY(textOf(dialog, "replay_hash").contains(QString::fromStdString(hash_).left(16)));
    dialog.show(3, 8);
    QTRY_VERIFY_WITH_TIMEOUT(!dialog.isBusy(), 60000);
    QVERIFY(textOf(dialog, "replay_hash").contains(">differs</b>"));
    // Typed, and with a probe: a flip's probe is its candidate.
    dialog.findChild<QSpinBox*>("replay_sample")->setValue(9);
    dialog.findChild<QPushButton*>("replay_render")->click();
    QTRY_VERIFY_WITH_TIMEOUT(!dialog.isBusy(), 60000);
    const Replayed& replayed = *dialog.replayed();
    QCOMPARE(replayed.probes.size(), std::size_t{1});
    QVERIFY(replayed.probes[0][0].picture == replayed.drawn.groups[0].picture);
    QVERIFY(!(replayed.drawn.unperturbed == replayed.drawn.groups[0].picture));
    QVERIFY(textOf(dialog, "replay_hash").contains(">equal</b>"));
    QVERIFY(!replayed.keptAreEqual);
    QVERIFY(textOf(dialog, "replay_state").contains("recorded no hash of its data"));
  }

  /// One that was not pictured: its random plan from its key, and words about what is not known.
  void othersComeFromTheirKeys() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    session.openProject(file());
    const Workbench workbench{session, settings_, theme_};
    ReplayDialog dialog(workbench, 1);
    dialog.setAttribute(Qt::WA_DeleteOnClose, false);
    dialog.show(15, 50);
    QTRY_VERIFY_WITH_TIMEOUT(dialog.replayed().has_value(), 60000);
    QVERIFY(!dialog.replayed()->drawn.unperturbed.empty());
    QCOMPARE(dialog.replayed()->drawn.epoch, 2);
    const QString words = textOf(dialog, "replay_state");
    QVERIFY2(
        words.contains("its random plan is drawn again from its key") && words.contains("are not stored"),
        qPrintable(words));
    QVERIFY(textOf(dialog, "replay_hash").isEmpty());
    dialog.show(500, 50);
    QTRY_VERIFY_WITH_TIMEOUT(!dialog.isBusy(), 60000);
    QCOMPARE(textOf(dialog, "replay_state"), QString("there is no step 500: the run has 1 to 20"));
    QVERIFY(!dialog.replayed());
  }

  /// What to do is said as it is done in the window.
  void otherImagesAreSaidWithTheWayOut() {
    const QString other = folder_.filePath("other.uada");
    {
      ProjectWriter writer(other.toStdString());
      const std::int64_t run = writer.createRun(fakeConfig("uada", 1, 2)).id;
      const int attempt = writer.beginAttempt(run, currentManifest(), "");
      writer.append(run, attempt, StateReport{RunState::running, "", "cpu", 1, "aa+bb"});
      StepReport step;
      step.step = 20;
      step.epoch = 2;
      writer.append(run, attempt, step);
      writer.append(run, attempt, StateReport{RunState::finished, "", "cpu", 1, "aa+bb"});
    }
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    session.openProject(other);
    const Workbench workbench{session, settings_, theme_};
    ReplayDialog dialog(workbench, 1);
    dialog.setAttribute(Qt::WA_DeleteOnClose, false);
    dialog.show(3, 7);
    QTRY_VERIFY_WITH_TIMEOUT(!dialog.isBusy(), 60000);
    const QString said = textOf(dialog, "replay_state");
    QVERIFY2(
        said.contains("are not those of") && said.contains("the run recorded aa") && !said.contains("--"),
        qPrintable(said));
    const auto* button = dialog.findChild<QPushButton*>("replay_folder");
    QVERIFY(button->isVisible() && said.endsWith("by the button " + button->text()));
    dialog.setFolder(folder_.path());  // no images at all
    QTRY_VERIFY_WITH_TIMEOUT(!dialog.isBusy(), 60000);
    QVERIFY2(textOf(dialog, "replay_state").contains(folder_.path()),
             qPrintable(textOf(dialog, "replay_state")));
  }
};

QTEST_MAIN(TestReplayDialog)
#include "tst_replay_dialog.moc"
