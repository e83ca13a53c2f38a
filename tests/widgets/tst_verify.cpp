#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTest>

#include "tests/core/FakeEngine.h"
#include "tests/core/StoreTools.h"
#include "widgets/panels/runs/RunsModel.h"
#include "widgets/panels/runs/VerifyDialog.h"
#include "widgets/panels/samples/DamageDialog.h"
#include "widgets/panels/samples/SamplesPanel.h"
#include "widgets/session/RunActions.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;

namespace {

/// Answers that are known: class 0 for what is unaugmented or under a plan as it was drawn, 1 for anything
/// else; the loss is the place in the list.
class JudgeJob : public Job {
 public:
  JudgeJob(const work::PredictPlanned& work, Sink& sink) {
    sink.take(StateReport{.state = RunState::running, .text = "showing"});
    for (std::uint32_t i = 0; i < work.samples.size(); ++i) {
      ClassChances said;
      said.truth = 0;
      said.best = {{i % 3 == 2 ? 1 : 0, 0.9}};
      said.loss = i;
      sink.take(PredictionReport{i, said});
    }
  }
  void send(Command) override {}
  bool isDone() const override { return true; }
  void wait() override {}
  RunState state() const override { return RunState::finished; }
  std::string problem() const override { return {}; }
};

/// Cannot take its step: it waits for a command where somebody looks on, and fails else.
class FaultJob : public Job {
 public:
  explicit FaultJob(const Sink& sink) : waits_(sink.isWatched()) {}
  void send(Command) override { waits_ = false; }
  bool isDone() const override { return !waits_; }
  void wait() override {}
  RunState state() const override { return RunState::failed; }
  std::string problem() const override { return "the loss of step 11 is no finite number"; }

 private:
  bool waits_;
};

class JudgingEngine : public FakeEngine {
 public:
  using FakeEngine::FakeEngine;
  bool isFaulty = false;
  std::unique_ptr<Job> start(const Work& work, Sink& sink) override {
    if (isFaulty) return std::make_unique<FaultJob>(sink);
    if (const auto* wanted = std::get_if<work::PredictPlanned>(&work)) {
      last = *wanted;
      return std::make_unique<JudgeJob>(*wanted, sink);
    }
    return FakeEngine::start(work, sink);
  }
  work::PredictPlanned last;
};

}  // namespace

/// What the window has the engine do to a recorded run: its steps trained again, its augmented images judged.
class TestVerify : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;
  const Theme theme_{Theme::Kind::light};
  QSettings settings_{folder_.filePath("settings.ini"), QSettings::IniFormat};
  JudgingEngine engine_{FakeSettings{.side = 4}};

  /// A project with one finished run of two epochs, whose first checkpoint is that after step 10.
  void open(Session& session, const char* name) {
    session.openProject(folder_.filePath(name));
    session.start(fakeConfig("uada", 1, 2));
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), SessionState::finished, 20000);
    QTRY_VERIFY_WITH_TIMEOUT(session.find(1) && session.find(1)->state == RunState::finished, 20000);
  }

 private Q_SLOTS:
  /// (b) 8: the steps come again, and the run keeps that they did: in the list, the inspector and the file.
  void stepsAreTrainedAgainAndTheRunKeepsIt() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    open(session, "again.uada");
    const Workbench workbench{session, settings_, theme_};
    QVERIFY(session.find(1)->certificate.empty());
    auto* dialog = new VerifyDialog(workbench, 1);
    dialog->show();
    dialog->findChild<QSpinBox*>("verify_steps")->setValue(4);
    auto* state = dialog->findChild<QLabel*>("verify_state");
    QCOMPARE(state->text(), QString("Not verified yet."));
    dialog->findChild<QPushButton*>("verify_begin")->click();
    QTRY_VERIFY2_WITH_TIMEOUT(state->text().startsWith("steps 11 to 14 from the checkpoint after step 10 are "
                                                       "equal to the last bit (4 steps"),
                              qPrintable(state->text()), 20000);
    QTRY_VERIFY(session.find(1)->isRepeatable);
    const std::string certificate = session.find(1)->certificate;
    QVERIFY2(certificate.find(": steps 11 to 14") == 10, certificate.c_str());  // after the day
    QVERIFY2(certificate.ends_with("on " + currentManifest().host), certificate.c_str());
    QCOMPARE(session.find(1)->state, RunState::finished);
    const RunDetail detail = ProjectReader(session.projectFile().toStdString()).detail(1);
    QVERIFY(detail.events.back().starts_with("trained again: steps 11 to 14"));
    delete dialog;
  }

  void whatDiffersIsKeptToo() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    open(session, "differs.uada");
    uada::sqlite(session.projectFile().toStdString(), "UPDATE steps SET loss = loss + 1e-12 WHERE step = 12");
    Verifying& live = session.verify(1, 5);
    QSignalSpy ended(&live, &Verifying::ended);
    QVERIFY(ended.wait(20000));
    QVERIFY(ended[0][0].toString().contains("differ: step 12: loss is"));
    QTRY_VERIFY(!session.find(1)->certificate.empty());
    QVERIFY(!session.find(1)->isRepeatable);
  }

  void whatCannotBeVerifiedIsSaid() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    open(session, "cannot.uada");
    QVERIFY_THROWS_EXCEPTION(Error, session.verify(7, 5));
    RunActions actions(session, theme_, nullptr);
    session.selection().select(1);
    QVERIFY(actions.verifySelected->isEnabled());
    for (const auto& entry : std::filesystem::directory_iterator(
             runFolder(session.projectFile().toStdString(), session.find(1)->key)))
      if (entry.path().extension() == ".fake") std::filesystem::remove(entry.path());
    Verifying& live = session.verify(1, 5);
    QSignalSpy ended(&live, &Verifying::ended);
    QVERIFY(ended.wait(20000));
    QVERIFY(ended[0][0].toString().isEmpty());
    QVERIFY(ended[0][1].toString().contains("has no sound checkpoint that recorded steps follow"));
    QVERIFY(session.find(1)->certificate.empty());
  }

  /// Nobody can send a command to steps that are trained again: they must not wait for one.
  void aStepThatCannotBeTakenEndsIt() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    open(session, "fault.uada");
    QSignalSpy told(&session, &Session::problem);
    engine_.isFaulty = true;
    session.verify(1, 5);
    QTRY_VERIFY_WITH_TIMEOUT(!session.verifying()->isLive(), 20000);
    engine_.isFaulty = false;
    QCOMPARE(told.size(), 1);  // with no dialogue open
    QVERIFY(told[0][0].toString().contains("the loss of step 11 is no finite number"));
  }

  void aDialogueThatIsOpenedAgainGoesOnTelling() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    open(session, "reopened.uada");
    const Workbench workbench{session, settings_, theme_};
    session.verify(1, 4);
    VerifyDialog dialog(workbench, 1);
    dialog.setAttribute(Qt::WA_DeleteOnClose, false);
    dialog.show();
    const auto* state = dialog.findChild<QLabel*>("verify_state");
    QTRY_VERIFY2_WITH_TIMEOUT(state->text().startsWith("steps 11 to 14 "), qPrintable(state->text()), 20000);
    QVERIFY(!dialog.findChild<QPushButton*>("verify_cancel")->isVisible());
  }

  /// A click on a hard sample shows that of its run, whichever is selected by then.
  void aHardSampleIsOfItsRun() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    open(session, "hard.uada");
    session.start(fakeConfig("uada", 2, 1));
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), SessionState::finished, 20000);
    const Workbench workbench{session, settings_, theme_};
    SamplesPanel panel(workbench);
    panel.show();
    session.selection().select(1);
    panel.findChild<QPushButton*>("samples_damage")->click();
    auto* dialog = panel.findChild<DamageDialog*>();
    QVERIFY(dialog);
    session.selection().select(2);
    Q_EMIT dialog->sampleChosen(10, 1);
    QCOMPARE(session.selection().run(), qint64{1});
    QTRY_COMPARE(panel.model().rowCount(), 4);  // sample 1 of 20 steps
    QCOMPARE(panel.model().at(0).index, std::uint32_t{1});
  }

  /// Other tasks give an image no class: the button says so before anything is judged.
  void onlyClassificationHasHardSamples() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    open(session, "labels.uada");
    QVERIFY(DamageDialog::whyNot(session, 1).isEmpty());
    uada::sqlite(session.projectFile().toStdString(), "UPDATE runs SET model = 'pspnet' WHERE id = 1");
    session.refresh();
    QVERIFY(DamageDialog::whyNot(session, 1).contains("classification alone"));
    const Workbench workbench{session, settings_, theme_};
    SamplesPanel panel(workbench);
    auto* button = panel.findChild<QPushButton*>("samples_damage");
    QVERIFY(!button->isEnabled());
    QCOMPARE(button->toolTip(), DamageDialog::whyNot(session, 1));
  }

  /// (b) 11: a network whose answers are known: every winner that is no plan as drawn is lost.
  void augmentedImagesAreJudged() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    open(session, "judged.uada");  // 2 samples every 5 of 20 steps: 8 decisions
    const Workbench workbench{session, settings_, theme_};
    auto* dialog = new DamageDialog(workbench, 1);
    dialog->show();
    QSignalSpy chosen(dialog, &DamageDialog::sampleChosen);
    dialog->findChild<QComboBox*>("damage_network")->setCurrentIndex(1);
    dialog->findChild<QPushButton*>("damage_judge")->click();
    QTRY_VERIFY_WITH_TIMEOUT(dialog->damage().has_value(), 20000);
    QCOMPARE(engine_.last.samples.size(), std::size_t{24});
    const LabelDamage& damage = *dialog->damage();
    QCOMPARE(damage.all.decisions, 8);
    QCOMPARE(damage.all.lost, 8);
    QCOMPARE(damage.all.added, 2.0);
    auto* ops = dialog->findChild<QTableWidget*>("damage_ops");
    QCOMPARE(ops->rowCount(), 2);  // rotate and color
    QCOMPARE(ops->item(0, 2)->text(), QString("8 of 8 (100.0 %)"));
    auto* list = dialog->findChild<QListWidget*>("damage_samples");
    QCOMPARE(list->count(), 8);
    Q_EMIT list->itemClicked(list->item(0));
    QCOMPARE(chosen.count(), 1);
    QCOMPARE(chosen[0][0].toLongLong(), qint64{damage.decisions[0].step});
    auto* classes = dialog->findChild<QTableWidget*>("damage_classes");
    classes->selectRow(0);
    QCOMPARE(list->count(), 8);
    QVERIFY(dialog->findChild<QLabel*>("damage_listed")->text().contains("8 samples of class"));
    QVERIFY(dialog->findChild<QLabel*>("damage_state")->text().contains("8 of 8 (100.0 %)"));
    const std::string csv = dialog->csv();
    QVERIFY(csv.starts_with("step,sample,label,winner,ops,original_loss,"));
    QCOMPARE(std::ranges::count(csv, '\n'), std::ptrdiff_t{9});
    const JudgedDecision& hardest = damage.decisions[0];
    const std::string first = std::to_string(hardest.step) + ',' + std::to_string(hardest.sample) + ',';
    QCOMPARE(csv.substr(csv.find('\n') + 1, first.size()), first);
    // The fake's checkpoints are none of a best test.
    dialog->findChild<QComboBox*>("damage_network")->setCurrentIndex(0);
    dialog->findChild<QPushButton*>("damage_judge")->click();
    QTRY_VERIFY_WITH_TIMEOUT(dialog->findChild<QLabel*>("damage_state")
                                 ->text()
                                 .contains("the run has no checkpoint of its best test"),
                             20000);
    delete dialog;
  }
};

QTEST_MAIN(TestVerify)
#include "tst_verify.moc"
