#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeWidget>
#include <algorithm>

#include "core/tables/OwnTable.h"
#include "core/tables/RunColumns.h"
#include "core/tables/Table.h"
#include "tests/core/FakeEngine.h"
#include "widgets/forms/EditDialog.h"
#include "widgets/forms/ForkDialog.h"
#include "widgets/panels/Panel.h"
#include "widgets/plot/CostBars.h"
#include "widgets/plot/Plot.h"
#include "widgets/session/RunActions.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;
using namespace std::chrono_literals;

/// Rows 47 and 48: forks of runs from their checkpoints, and settings that are changed while a run trains, as
/// a person meets them.
class TestRunForks : public QObject {
  Q_OBJECT
 private:
  std::unique_ptr<QTemporaryDir> folder_;
  std::unique_ptr<FakeEngine> engine_;
  Theme theme_{Theme::Kind::light};
  std::unique_ptr<QSettings> settings_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<Workbench> workbench_;

  void train(const RunConfig& config) {
    session_->start(config);
    QTRY_VERIFY_WITH_TIMEOUT(!session_->isLive(), 20000);
  }
  ForkDialog::Known known(qint64 run) const {
    return {ProjectReader(session_->projectFile().toStdString()).detail(run), {}};
  }
  std::unique_ptr<PanelWidget> panel(const char* name) {
    for (const Panel& panel : panels())
      if (std::string_view(panel.name) == name) return std::unique_ptr<PanelWidget>(panel.make(*workbench_));
    return nullptr;
  }
  /// What the inspector says beside a fact, a line for each that is called so; "": nothing.
  QString fact(const QString& title) {
    const auto inspector = panel("inspector");
    const auto* tree = inspector->findChild<QTreeWidget*>("facts");
    QStringList said;
    for (int i = 0; i < tree->topLevelItemCount(); ++i)
      for (int j = 0; j < tree->topLevelItem(i)->childCount(); ++j)
        if (const auto* item = tree->topLevelItem(i)->child(j); item->text(0) == title) said << item->text(1);
    return said.join('\n');
  }
  static void type(QWidget& in, const char* field, const QString& text) {
    auto* line = in.findChild<QLineEdit*>(field);
    QVERIFY2(line, field);
    line->setText(text);
    Q_EMIT line->textEdited(text);
  }
  /// The run that is a fork of another one; 0: there is none.
  qint64 forkOf(qint64 parent) const {
    for (const RunSummary& run : session_->runs())
      if (run.lineage.run == session_->find(parent)->key) return run.id;
    return 0;
  }
  void forkWith(const char* field, const QString& value) {
    ForkDialog dialog(*workbench_, known(session_->runs().front().id));
    if (field) type(dialog, field, value);
    auto* start = dialog.findChild<QPushButton*>("forkStart");
    QVERIFY2(start->isEnabled(), qPrintable(dialog.findChild<QLabel*>("forkProblem")->text()));
    start->click();
    QTRY_VERIFY_WITH_TIMEOUT(session_->runs().size() == 2 && !session_->isLive(), 20000);
  }

 private Q_SLOTS:
  void init() {
    workbench_.reset();
    session_.reset();
    folder_ = std::make_unique<QTemporaryDir>();
    settings_ = std::make_unique<QSettings>(folder_->filePath("settings.ini"), QSettings::IniFormat);
    engine_ = std::make_unique<FakeEngine>();
    session_ = std::make_unique<Session>(theme_, [this]() -> Engine& { return *engine_; }, Answers::atOnce);
    session_->openProject(folder_->filePath("forks.uada"));
    workbench_.reset(new Workbench{*session_, *settings_, theme_});
  }

  void forkIsStartedAndTold() {
    train(fakeConfig("uada", 1, 3));
    const qint64 parent = session_->runs().front().id;
    forkWith("epochs", "5");
    const qint64 fork = forkOf(parent);
    QVERIFY(fork != 0);
    QVERIFY(engine_->lastOptions.isFork);
    const RunSummary& run = *session_->find(fork);
    QCOMPARE(run.lineage.step, std::int64_t{30});
    QCOMPARE(run.epochs, 5);
    QCOMPARE(run.step, std::int64_t{50});
    session_->selection().select(fork);
    const QString from = fact("Forked from");
    QVERIFY2(from.contains(QString::fromStdString(run.lineage.run)) && from.endsWith("at step 30"),
             qPrintable(from));
    QVERIFY(fact("In tables").startsWith("not counted"));
    const RunColumns columns;
    QCOMPARE(columns.find("forked_from")->shown(ListedRun{run, "", ""}), run.lineage.run + " at step 30");
    QVERIFY(session_->nameOf(fork).contains(", forked at 30"));
    // It is no repeat of others: a group of its own.
    QVERIFY(session_->list()->groupOf(fork) != session_->list()->groupOf(parent));
  }

  /// In Live the other run's curve is grey up to the fork, where a marker stands.
  void liveDrawsTheParentUpToTheFork() {
    train(fakeConfig("uada", 1, 3));
    const qint64 parent = session_->runs().front().id;
    forkWith("epochs", "5");
    const qint64 fork = forkOf(parent);
    session_->selection().setChecked(parent, false);
    session_->selection().setChecked(fork, true);
    session_->selection().select(fork);
    const auto live = panel("live");
    const auto* plot = live->findChild<Plot*>("loss");
    QVERIFY(plot);
    QTRY_COMPARE(plot->figure().curves.size(), std::size_t{2});
    const Curve &grey = plot->figure().curves[0], &own = plot->figure().curves[1];
    QCOMPARE(grey.colour, theme_.colour("muted"));
    QVERIFY(grey.name.endsWith(", up to the fork"));
    QCOMPARE(grey.x.front(), 1.0);
    QCOMPARE(grey.x.back(), 30.0);
    QCOMPARE(own.x.front(), 31.0);
    QCOMPARE(plot->figure().markers.size(), std::size_t{1});
    QCOMPARE(plot->figure().markers[0].x, 30.0);
    QVERIFY(plot->markersAt(30).contains("forked from"));
    const auto* test = live->findChild<Plot*>("test");
    QCOMPARE(test->figure().curves[0].x.size(), std::size_t{3});  // of the epochs before
    QCOMPARE(test->figure().curves[1].x.size(), std::size_t{2});
    const CostBars::Row cost = live->findChild<CostBars*>()->rows().at(0);
    QCOMPARE(cost.ratioHelp, QString("A fork's time is not compared: its steps began in another run"));
  }

  void forkDialogSaysWhatCannotBe() {
    train(fakeConfig("uada", 1, 3));
    ForkDialog dialog(*workbench_, known(session_->runs().front().id));
    auto* start = dialog.findChild<QPushButton*>("forkStart");
    const auto* problem = dialog.findChild<QLabel*>("forkProblem");
    QVERIFY(start->isEnabled());
    QVERIFY(dialog.findChild<QComboBox*>("forkFrom")->itemText(0).startsWith("step 30, the end of epoch 3"));
    QVERIFY(!dialog.findChild<QLineEdit*>("train_limit") && !dialog.findChild<QLineEdit*>("seed"));
    type(dialog, "epsilon", "10");
    QVERIFY(!start->isEnabled() && !problem->text().isEmpty());
    type(dialog, "epsilon", "2");
    QVERIFY(start->isEnabled());
    type(dialog, "averaging", "0.9");
    QVERIFY2(problem->text().startsWith("recipe.training.averaging: a fork keeps it"),
             qPrintable(problem->text()));
    type(dialog, "averaging", "0");
    engine_->settings.stepDelay = 5ms;
    session_->start(fakeConfig("ra-uc", 1, 100));
    QTRY_VERIFY(!start->isEnabled());
    session_->training()->stopNow();
    QTRY_VERIFY_WITH_TIMEOUT(!session_->isLive(), 20000);
    QTRY_VERIFY(start->isEnabled());
  }

  /// The action is there for a run with a checkpoint, and says why not elsewhere.
  void actionsFollowTheRun() {
    RunActions actions(*session_, theme_, nullptr);
    QVERIFY(!actions.fork->isEnabled() && !actions.change->isEnabled());
    QCOMPARE(actions.fork->property("whyNot").toString(), QString("no run is selected"));
    engine_->settings.stepDelay = 5ms;
    QSignalSpy forks(&actions, &RunActions::forkWanted), changes(&actions, &RunActions::changeWanted);
    session_->start(fakeConfig("uada", 1, 100));
    QTRY_VERIFY_WITH_TIMEOUT(session_->progress().step >= 10, 20000);
    QVERIFY(actions.change->isEnabled() && !actions.fork->isEnabled());
    actions.change->trigger();
    QCOMPARE(changes.size(), 1);
    session_->training()->stopNow();
    QTRY_VERIFY_WITH_TIMEOUT(!session_->isLive(), 20000);
    QTRY_VERIFY(actions.fork->isEnabled());
    QVERIFY(!actions.change->isEnabled());
    actions.fork->trigger();
    QCOMPARE(forks.size(), 1);
  }

  void changedSettingIsMarkedEverywhere() {
    engine_->settings.stepDelay = 5ms;
    session_->start(fakeConfig("uada", 1, 100));
    QTRY_VERIFY_WITH_TIMEOUT(session_->progress().step >= 5, 20000);
    const qint64 run = session_->liveRun();
    const QString before = session_->nameOf(run);
    {
      EditDialog dialog(*workbench_, fakeConfig("uada", 1, 100));
      auto* change = dialog.findChild<QPushButton*>("editChange");
      QVERIFY(!change->isEnabled());
      QVERIFY(!dialog.findChild<QLineEdit*>("epochs"));
      type(dialog, "epsilon", "0");
      QVERIFY(!change->isEnabled());
      QVERIFY(dialog.findChild<QLabel*>("editProblem")->text().contains("it would be another method"));
      type(dialog, "epsilon", "2");
      type(dialog, "learning_rate", "0.05");
      QVERIFY(change->isEnabled());
      change->click();
    }
    QTRY_VERIFY_WITH_TIMEOUT(session_->find(run)->edits == 2, 20000);
    const std::vector<EditReport>& edits = session_->list()->edits.at(run);
    QCOMPARE(edits[0].key, std::string("recipe.optimiser.learning_rate"));
    QCOMPARE(edits[1].after, std::string("2"));
    QVERIFY(!before.contains("edited") && session_->nameOf(run).contains(", edited"));
    session_->selection().select(run);
    QVERIFY(fact(QString("Edited at step %1").arg(edits[1].step)).contains("method.epsilon: "));
    const auto live = panel("live");
    for (const char* name : {"loss", "gain"}) {
      const auto* plot = live->findChild<Plot*>(name);
      QVERIFY2(plot, name);
      QTRY_COMPARE(plot->figure().markers.size(), std::size_t{2});
      QVERIFY(plot->figure().markers[1].text.contains("method.epsilon is 2"));
    }
    session_->training()->stopNow();
    QTRY_VERIFY_WITH_TIMEOUT(!session_->isLive(), 20000);
  }

  /// A table leaves it out, and says so.
  void tablesSayWhatTheyLeaveOut() {
    train(fakeConfig("uada", 1, 3));
    forkWith("epochs", "5");
    const ProjectReader reader(session_->projectFile().toStdString());
    const Table table = findTable(2).make(reader);
    QVERIFY2(table.rule.ends_with(
                 "\nNot counted: 1 finished run that was forked from a checkpoint or edited, and so "
                 "not trained with one configuration."),
             table.rule.c_str());
    std::size_t counted = 0;
    for (const auto& row : table.cells)
      for (const Cell& cell : row) counted += cell.runs.size();
    QCOMPARE(counted, std::size_t{1});
    const Table own = makeOwnTable({"own", "", {"method"}, {}, {"runs"}}, reader, Epoch::best);
    QVERIFY2(own.rule.ends_with(table.rule.substr(table.rule.find("\nNot counted"))), own.rule.c_str());
    QCOMPARE(own.cells.at(0).at(0).runs, std::vector{session_->runs().back().id});
  }
};

QTEST_MAIN(TestRunForks)
#include "tst_run_forks.moc"
