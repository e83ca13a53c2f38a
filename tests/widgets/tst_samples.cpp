#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QMenu>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include "core/augment/Parts.h"
#include "core/augment/Space.h"
#include "core/engine/DecisionLine.h"
#include "core/engine/DecisionText.h"
#include "core/engine/Decisions.h"
#include "core/ops/Op.h"
#include "tests/core/FakeEngine.h"
#include "widgets/models/Words.h"
#include "widgets/panels/ops/SamplePlan.h"
#include "widgets/panels/samples/SamplesModel.h"
#include "widgets/panels/samples/SamplesPanel.h"
#include "widgets/panels/samples/SamplesView.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;

/// A decision of two groups over 4x4 pictures of one colour each; the chain won.
static Decision chainWon(std::int64_t step) {
  Decision d;
  d.step = step;
  d.index = 7;
  d.label = 1;
  d.plan.set(cropPart(4, 7));
  d.plan.add(test::makeStep("rotate", 6));
  d.plan.add(test::makeStep("color", 3, -1));
  d.unperturbedLoss = 0.41;
  const auto plain = [](std::uint8_t r, std::uint8_t g, std::uint8_t b) {
    Image image(4, 4);
    for (int i = 0; i < 16; ++i) image.rgb[3 * i] = r, image.rgb[3 * i + 1] = g, image.rgb[3 * i + 2] = b;
    return image;
  };
  d.original = plain(200, 0, 0);
  d.unperturbed = plain(0, 200, 0);
  GroupDecision crop;
  crop.group = "crop";
  crop.before = {4, 7};
  crop.after = {5, -1};
  crop.candidateLoss = 0.39;
  crop.clamped = true;
  crop.candidate = d.plan;
  crop.picture = plain(0, 0, 200);
  GroupDecision chain;
  chain.group = "chain";
  chain.position = 0;
  chain.before = {6};
  chain.after = {7};
  chain.candidateLoss = 0.93;
  chain.candidate = d.plan;
  chain.candidate.chain()[0].at[0] = 7;
  chain.picture = plain(200, 200, 0);
  d.groups = {crop, chain};
  d.winner = 1;
  return d;
}

/// The same of a run with chain_probe=each, where every step of the chain is a group: the second one won.
static Decision secondStepWon(std::int64_t step) {
  Decision d = chainWon(step);
  GroupDecision first = d.groups[1], second = d.groups[1];
  first.group = "step 1";
  first.candidateLoss = 0.5;
  second.group = "step 2";
  second.position = 1;
  second.before = {3};
  second.after = {2};
  second.candidate = d.plan;
  second.candidate.chain()[1].at[0] = 2;
  d.groups = {d.groups[0], first, second};
  d.winner = 2;
  return d;
}

/// Samples with every candidate, as the panel shows them.
class TestSamples : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;
  const Theme theme_{Theme::Kind::light};
  QSettings settings_{folder_.filePath("settings.ini"), QSettings::IniFormat};
  FakeEngine engine_;

 private Q_SLOTS:
  void gainIsOfTheWinner() {
    const Decision d = chainWon(1);
    QCOMPARE(gainOf(d), 0.52);
    Decision plain = d;
    plain.groups.clear();
    QVERIFY(std::isnan(gainOf(plain)));
  }

  void zoomIsWholeAndFitsTheWidth() {
    for (const int width : {500, 800, 1200, 1920, 3840}) {
      const SampleGrid grid = sampleGrid(width, 4, 32, 16);
      QCOMPARE(grid.columns, 7);
      QCOMPARE(grid.side % 32, 0);
      QVERIFY(grid.side <= grid.columnWidth - 8 || grid.zoom == 1);
    }
    QVERIFY(sampleGrid(1920, 4, 32, 16).zoom > sampleGrid(800, 4, 32, 16).zoom);
    QCOMPARE(sampleGrid(800, 0, 32, 16).columns, 2);  // a method that decides nothing
    const QFontMetrics metrics(QApplication::font());
    const int width = metrics.horizontalAdvance("shear y 8 + tr");
    const auto lines = [&](const char* text, int most = 2) { return inLines(text, metrics, width, most); };
    QCOMPARE(lines("rotate 6"), QStringList("rotate 6"));
    QCOMPARE(lines("shear y 8 + rotate 3"), (QStringList{"shear y 8 +", "rotate 3"}));
    QVERIFY(lines("shear y 8 + translate y 9 and more").back().endsWith("…"));
    QVERIFY(!lines("shear y 8 + translate y 9 and more", 5).back().endsWith("…"));
    QVERIFY(lines("wwwwwwwwwwwwwwwwwwwwwwwwwwwww").front().endsWith("…"));
    QCOMPARE(lines("wwwwwwwwwwwwwwwwwwwwwwwwwwwww rotate 3").back(), QString("rotate 3"));
    QCOMPARE(lines(""), QStringList());
  }

  void modelKeepsTheNewestFirst() {
    SamplesModel model;
    model.set({chainWon(5), chainWon(1)});
    model.add({chainWon(6), chainWon(7)});
    QCOMPARE(model.rowCount(), 4);
    QCOMPARE(model.at(0).step, std::int64_t{7});
    QCOMPARE(model.at(3).step, std::int64_t{1});
    std::vector<Decision> many(SamplesModel::kKept + 5, chainWon(9));
    model.add(many);
    QCOMPARE(model.rowCount(), SamplesModel::kKept);
    QCOMPARE(model.groups(), (std::vector<std::string>{"crop", "chain"}));
  }

  void rowsArePaintedWithTheWinnerFramed() {
    SamplesModel model;
    SamplesFilterModel filter;
    filter.setSourceModel(&model);
    SamplesView view(theme_);
    view.setModel(&filter);
    view.resize(700, 300);
    model.set({chainWon(4680)});
    view.setColumns(model.groups(), 4, {"coat", "shirt"});
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    const QImage row = view.rowPicture(filter.index(0, 0));
    const SampleGrid grid = view.grid();
    const QRect whole(0, 0, row.width(), row.height());
    const QColor colours[] = {{200, 0, 0}, {0, 200, 0}, {0, 0, 200}, {200, 200, 0}, {200, 200, 0}};
    for (int column = 0; column < 5; ++column)
      QCOMPARE(row.pixelColor(grid.picture(whole, column).center()), colours[column]);
    const QColor accent = theme_.colour("accent");
    const auto framed = [&](int column) {
      const QRect picture = grid.picture(whole, column);
      return row.pixelColor(picture.left() - 2, picture.center().y()) == accent;
    };
    for (const int column : {0, 1, 2}) QVERIFY(!framed(column));
    for (const int column : {3, 4}) QVERIFY(framed(column));
  }

  void panelFiltersByOpWinnerAndGain() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    const Workbench workbench{session, settings_, theme_};
    SamplesPanel panel(workbench);
    panel.resize(900, 500);
    panel.show();
    Decision plain = chainWon(2);
    plain.winner = -1;
    plain.plan.chain()[0].op = static_cast<std::uint16_t>(opIndex("shear_x"));
    Q_EMIT session.decided(0, {chainWon(1), plain, chainWon(3)});
    const auto* list = panel.findChild<SamplesView*>("samples_list");
    const auto rows = [&] { return list->model()->rowCount(); };
    QVERIFY(list->isVisible());
    QCOMPARE(rows(), 3);
    panel.findChild<QComboBox*>("filter_op")->setCurrentText(QString::fromStdString(findOp("shear_x").title));
    QCOMPARE(rows(), 1);
    panel.findChild<QComboBox*>("filter_op")->setCurrentIndex(0);
    auto* winner = panel.findChild<QComboBox*>("filter_winner");
    winner->setCurrentIndex(winner->findData("chain"));
    QCOMPARE(rows(), 2);
    winner->setCurrentIndex(0);
    panel.findChild<QDoubleSpinBox*>("filter_gain")->setValue(0.5);
    QCOMPARE(rows(), 2);
    panel.findChild<QDoubleSpinBox*>("filter_gain")->setValue(0.6);
    QCOMPARE(rows(), 0);
  }

  /// The largest gain or loss first; of one class, or one training image over the steps.
  void samplesAreOrderedAndFollowed() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    const Workbench workbench{session, settings_, theme_};
    SamplesPanel panel(workbench);
    panel.show();
    Decision small = chainWon(1), large = chainWon(2), plain = chainWon(3);
    small.index = 7, small.label = 0;
    large.index = 7, large.label = 1;
    large.groups[1].candidateLoss += 2;  // 2.93: a gain of 2.52
    plain.index = 8, plain.label = 1, plain.winner = -1, plain.unperturbedLoss = 9;
    Q_EMIT session.decided(0, {small, large, plain});
    const auto* list = panel.findChild<SamplesView*>("samples_list");
    const auto steps = [&] {
      std::vector<std::int64_t> all;
      for (int row = 0; row < list->model()->rowCount(); ++row)
        all.push_back(list->decisionAt(list->model()->index(row, 0))->step);
      return all;
    };
    using Steps = std::vector<std::int64_t>;
    QCOMPARE(steps(), (Steps{3, 2, 1}));
    auto* order = panel.findChild<QComboBox*>("samples_order");
    order->setCurrentIndex(1);
    QCOMPARE(steps(), (Steps{2, 1, 3}));  // a plan that won as it was has gained nothing
    order->setCurrentIndex(2);
    QCOMPARE(steps(), (Steps{3, 2, 1}));
    Q_EMIT session.decided(0, {chainWon(4)});
    QCOMPARE(steps(), (Steps{3, 2, 4, 1}));
    order->setCurrentIndex(0);
    QCOMPARE(steps(), (Steps{4, 3, 2, 1}));
    auto* label = panel.findChild<QComboBox*>("filter_class");
    label->setCurrentIndex(label->findData(1));
    QCOMPARE(steps(), (Steps{4, 3, 2}));  // 4 is of that class, too
    panel.showOp("rotate", 2);            // other filters go
    QCOMPARE(label->currentIndex(), 0);
    QCOMPARE(panel.findChild<QComboBox*>("filter_op")->currentData().toString(), QString("rotate"));
    QCOMPARE(steps(), (Steps{4, 3, 2, 1}));
    auto* gain = panel.findChild<QDoubleSpinBox*>("filter_gain");
    gain->stepUp();  // from any
    QCOMPARE(gain->value(), 0.0);
    gain->stepUp();
    QCOMPARE(gain->value(), 0.1);
  }

  /// Of a data set that only its folder names: by the names of its folders, as long as they are there.
  void classesHaveTheNamesOfTheirFolders() {
    const QString data = folder_.filePath("pets");
    for (const char* name : {"train/cat", "train/dog"}) QVERIFY(QDir().mkpath(data + "/" + name));
    const QString project = folder_.filePath("pets.uada");
    {
      ProjectWriter writer(project.toStdString());
      RunConfig config = fakeConfig("uada", 1, 1);
      config.recipe.dataset = {"folder", DataSettings{.folder = data.toStdString()}};
      const std::int64_t run = writer.createRun(config).id;
      writer.beginAttempt(run, currentManifest(), "");
      writer.append(run, 1, chainWon(3));
    }
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    session.openProject(project);
    session.selection().select(session.runs().front().id);
    const Workbench workbench{session, settings_, theme_};
    const auto names = [&] {
      SamplesPanel panel(workbench);
      panel.show();
      return static_cast<SampleDelegate*>(panel.findChild<SamplesView*>()->itemDelegate())->classNames;
    };
    QCOMPARE(names(), (std::vector<std::string>{"cat", "dog"}));
    QVERIFY(QDir(data).removeRecursively());
    QCOMPARE(names(), std::vector<std::string>());
  }

  /// Where every step is a group of its own, the winners are the steps, and captions name their ops.
  /// The window takes what was reported ten times a second, also in the middle of a step.
  void samplesOfAStepComeInParts() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    const Workbench workbench{session, settings_, theme_};
    SamplesPanel panel(workbench);
    panel.show();
    const Decision one = chainWon(1);
    Decision other = chainWon(1);
    other.index = 8;
    Q_EMIT session.decided(0, {one});
    const auto* list = panel.findChild<SamplesView*>("samples_list");
    QCOMPARE(list->model()->rowCount(), 1);
    Q_EMIT session.decided(0, {one, other});
    QCOMPARE(list->model()->rowCount(), 2);
    Q_EMIT session.decided(0, {chainWon(2)});
    QCOMPARE(list->model()->rowCount(), 3);
  }

  void stepsOfTheChainAreWinners() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    const Workbench workbench{session, settings_, theme_};
    SamplesPanel panel(workbench);
    panel.show();
    Decision first = secondStepWon(2), crop = secondStepWon(3);
    first.winner = 1;
    crop.winner = 0;
    Q_EMIT session.decided(0, {secondStepWon(1), first, crop});
    const auto* list = panel.findChild<SamplesView*>("samples_list");
    auto* winner = panel.findChild<QComboBox*>("filter_winner");
    QStringList offered;
    for (int i = 0; i < winner->count(); ++i) offered << winner->itemData(i).toString();
    QCOMPARE(offered, (QStringList{"", "crop", "step 1", "step 2", "unperturbed"}));
    QCOMPARE(winner->itemText(3), QStringLiteral("Step 2′ won"));
    winner->setCurrentIndex(winner->findData("step 2"));
    QCOMPARE(list->model()->rowCount(), 1);
    QCOMPARE(list->decisionAt(list->model()->index(0, 0))->step, std::int64_t{1});
    const Decision d = secondStepWon(1);
    QCOMPARE(moveText(d, d.groups[1]), std::string("rotate 6 → 7"));
    QCOMPARE(moveText(d, d.groups[2]), std::string("color 3 → 2"));
    Q_EMIT session.decided(0, {secondStepWon(4)});
    QCOMPARE(winner->currentData().toString(), QStringLiteral("step 2"));  // stays chosen
    QCOMPARE(list->model()->rowCount(), 2);
  }

  /// The context menu hands over the plan of the picture under it, and the hash if it is the trained one.
  void samplesOpenInOps() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    session.openProject(folder_.filePath("ops.uada"));
    Workbench workbench{session, settings_, theme_};
    std::vector<SamplePlan> opened;
    workbench.openInOps = [&](const SamplePlan& sample) { opened.push_back(sample); };
    session.start(fakeConfig("uada", 1, 1));
    QTRY_VERIFY_WITH_TIMEOUT(session.state() == SessionState::finished, 20000);
    SamplesPanel panel(workbench);
    panel.resize(900, 500);
    panel.show();
    QVERIFY(QTest::qWaitForWindowExposed(&panel));
    auto* list = panel.findChild<SamplesView*>("samples_list");
    const QRect row = list->visualRect(list->model()->index(0, 0));
    for (const int column : {1, list->grid().columns - 1}) {
      QTimer::singleShot(0, [] {
        auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
        if (!menu) return;
        menu->actions().front()->trigger();
        menu->close();
      });
      Q_EMIT list->customContextMenuRequested(list->grid().picture(row, column).center());
    }
    QCOMPARE(opened.size(), std::size_t{2});
    const Decision& decision = panel.model().at(0);
    const Plan& trained =
        decision.winner < 0 ? decision.plan : decision.groups[std::size_t(decision.winner)].candidate;
    QVERIFY(opened[0].plan == decision.plan && opened[1].plan == trained);
    QCOMPARE(opened[1].pixelHash.toStdString(), decision.pixelHash);
    QCOMPARE(opened[0].pixelHash.isEmpty(), decision.winner >= 0);
    QCOMPARE(opened[1].index, decision.index);
    const RunDetail run =
        ProjectReader(session.projectFile().toStdString()).detail(session.selection().run());
    QVERIFY(!run.attempts.back().dataHash.empty());
    QCOMPARE(opened[1].dataHash, run.attempts.back().dataHash);
    QCOMPARE(opened[1].dataset.name, ProjectReader(session.projectFile().toStdString())
                                         .detail(session.selection().run())
                                         .config.recipe.dataset.name);
  }

  /// What the context menu copies: plans as they are, and the decision as a line that stands for itself.
  void samplesCopyPlansAndDecisions() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    session.openProject(folder_.filePath("copies.uada"));
    const Workbench workbench{session, settings_, theme_};
    session.start(fakeConfig("uada", 1, 1));
    QTRY_VERIFY_WITH_TIMEOUT(session.state() == SessionState::finished, 20000);
    SamplesPanel panel(workbench);
    panel.resize(900, 500);
    panel.show();
    QVERIFY(QTest::qWaitForWindowExposed(&panel));
    auto* list = panel.findChild<SamplesView*>("samples_list");
    const auto copied = [&](int column, const QString& words) {
      QApplication::clipboard()->clear();
      QTimer::singleShot(0, [words] {
        auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
        if (!menu) return;
        for (QAction* action : menu->actions())
          if (action->text() == words) action->trigger();
        menu->close();
      });
      const QRect row = list->visualRect(list->model()->index(0, 0));
      Q_EMIT list->customContextMenuRequested(list->grid().picture(row, column).center());
      return QApplication::clipboard()->text().toStdString();
    };
    const Decision& decision = panel.model().at(0);
    const auto plan = [](const std::string& text) { return planFromJson(parseJson(text, "copied")); };
    QVERIFY(plan(copied(1, "Copy unperturbed plan as JSON")) == decision.plan);
    QVERIFY(plan(copied(1, "Copy trained plan as JSON")) == planOf(decision, decision.winner));
    const int other = decision.winner == 0 ? 1 : 0;  // a candidate that was not trained on
    const QString words = QString("Copy plan of %1′ as JSON").arg(q(groupTitle(nameOf(decision, other))));
    QVERIFY(plan(copied(2 + other, words)) == planOf(decision, other));
    const PlanLine line = planLineFromText(copied(0, "Copy decision as JSON"), "copied");
    QVERIFY(line.plan == planOf(decision, decision.winner));
    QCOMPARE(line.dataset, std::string("fashion_mnist"));
    QCOMPARE(line.trainLimit, 100);
    QVERIFY(line.index == decision.index && line.pixelHash == decision.pixelHash && !line.trainHash.empty());
  }

  void samplesArriveLiveAndComeFromTheProject() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    session.openProject(folder_.filePath("live.uada"));
    const Workbench workbench{session, settings_, theme_};
    SamplesPanel panel(workbench);
    panel.resize(900, 500);
    panel.show();
    QCOMPARE(panel.model().rowCount(), 0);
    session.start(fakeConfig("uada", 1, 2));  // 20 steps; 2 samples every 5 steps
    QTRY_VERIFY_WITH_TIMEOUT(session.state() == SessionState::finished, 20000);
    QTRY_COMPARE_WITH_TIMEOUT(panel.model().rowCount(), 8, 5000);
    const FakeNumbers numbers = engine_.numbers(engine_.lastConfig);
    QCOMPARE(panel.model().at(0).step, std::int64_t{20});
    QCOMPARE(panel.model().at(0).unperturbedLoss,
             numbers.decision(20, panel.model().at(0).index).unperturbedLoss);

    SamplesPanel again(workbench);  // reads what was stored
    again.show();
    QCOMPARE(again.model().rowCount(), 8);
    QVERIFY(!again.model().at(0).groups[0].picture.empty());
  }
};

QTEST_MAIN(TestSamples)
#include "tst_samples.moc"
