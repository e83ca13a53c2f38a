#include <QCheckBox>
#include <QComboBox>
#include <QFile>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>

#include "core/augment/PartKind.h"
#include "core/ops/Op.h"
#include "tests/core/FakeEngine.h"
#include "widgets/models/Numbers.h"
#include "widgets/panels/policy/OpTotals.h"
#include "widgets/panels/policy/PolicyBins.h"
#include "widgets/panels/policy/PolicyPanel.h"
#include "widgets/plot/Plot.h"
#include "widgets/plot/PlotText.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;

static OpStatistics op(const char* name, int count, double before, double after, int probed = 0, int plus = 0,
                       int minus = 0) {
  OpStatistics o;
  o.op = name;
  o.count = count;
  o.beforeMean = before;
  o.afterMean = after;
  o.probed = probed;
  o.plus = plus;
  o.minus = minus;
  return o;
}

static PolicyReport report(std::int64_t step, std::vector<OpStatistics> ops) {
  PolicyReport r;
  r.step = step;
  r.count = 10;
  r.ops = std::move(ops);
  return r;
}

static GroupStatistics group(const char* name, int wins) {
  GroupStatistics g;
  g.group = name;
  g.wins = wins;
  return g;
}

/// How the policy moves over a run, op by op and group by group.
class TestPolicyPanel : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;
  const Theme theme_{Theme::Kind::light};
  QSettings settings_{folder_.filePath("settings.ini"), QSettings::IniFormat};
  FakeEngine engine_;

 private Q_SLOTS:
  void opSumsAreWeightedMeans() {
    PolicyBins bins;
    bins.add(report(1, {op("rotate", 10, 2, 3, 4, 3, 1)}));
    QCOMPARE(bins.value("rotate", 0, PolicyQuantity::before), 2.0);
    QCOMPARE(bins.value("rotate", 0, PolicyQuantity::change), 1.0);
    QCOMPARE(bins.value("rotate", 0, PolicyQuantity::gradientSign), 0.5);
    QVERIFY(std::isnan(bins.value("color", 0, PolicyQuantity::before)));
    OpSums sums;
    sums.add(op("rotate", 30, 6, 6));
    sums.add(op("rotate", 10, 2, 2));
    QCOMPARE(sums.value(PolicyQuantity::before), 5.0);  // (30 * 6 + 10 * 2) / 40
    QCOMPARE(sums.spreadBefore(), std::sqrt(3.0));      // (30 * 1 + 10 * 9) / 40
    QVERIFY(std::isnan(sums.value(PolicyQuantity::winShare)));
  }

  /// 4 columns at most, 10 steps of level = step: 1 step a column, then 2, then 4: means 2.5, 6.5, 9.5.
  void binsJoinNeighboursWhenFull() {
    PolicyBins bins(4);
    for (int step = 1; step <= 10; ++step) bins.add(report(step, {op("rotate", 10, step, step + 1)}));
    QCOMPARE(bins.stepsPerColumn(), std::int64_t{4});
    QCOMPARE(bins.columns(), 3);
    QCOMPARE(bins.lastStep(), std::int64_t{10});
    const double means[] = {2.5, 6.5, 9.5}, middles[] = {2.5, 6.5, 10.5};
    for (int column = 0; column < 3; ++column) {
      QCOMPARE(bins.value("rotate", column, PolicyQuantity::before), means[column]);
      QCOMPARE(bins.value("rotate", column, PolicyQuantity::change), 1.0);
      QCOMPARE(bins.middle(column), middles[column]);
    }
  }

  void binsDoNotDependOnTheOrderOfJoining() {
    PolicyBins early(4), late(4);
    for (int step = 1; step <= 16; ++step) early.add(report(step, {op("color", step, step % 3, 1)}));
    for (int step = 16; step >= 1; --step) late.add(report(step, {op("color", step, step % 3, 1)}));
    for (int column = 0; column < 4; ++column)
      QCOMPARE(early.value("color", column, PolicyQuantity::before),
               late.value("color", column, PolicyQuantity::before));
  }

  void winnerSharesAddUpToOne() {
    PolicyBins bins;
    PolicyReport r = report(1, {});
    r.groups = {group("flip", 2), group("chain", 5)};
    r.unperturbedWins = 3;
    bins.add(r);
    QCOMPARE(bins.winnerShare("flip", 0), 0.2);
    QCOMPARE(bins.winnerShare("chain", 0), 0.5);
    QCOMPARE(bins.winnerShare("unperturbed", 0), 0.3);
    const Figure figure = winnerShares(bins, theme_);
    QCOMPARE(figure.areas->names, (QStringList{"Flip′", "Chain′", "unperturbed"}));
    QCOMPARE(figure.areas->y[1], (std::vector<double>{50}));
  }

  void heatShowsTheBinsInTheCataloguesOrder() {
    PolicyBins bins;
    bins.add(report(1, {op("rotate", 10, 2, 3), op("shear_x", 10, 5, 4)}));
    bins.add(report(2, {op("rotate", 10, 4, 4)}));
    const Figure figure = policyHeat(bins, PolicyQuantity::change);
    QCOMPARE(figure.heat->scale, HeatMap::Scale::diverging);
    const int shear = opIndex("shear_x") < opIndex("rotate") ? 0 : 1;
    QCOMPARE(figure.heat->rows[shear], QString::fromStdString(findOp("shear_x").title));
    QCOMPARE(figure.heat->values[2 * shear], -1.0);
    QVERIFY(std::isnan(figure.heat->values[2 * shear + 1]));
    QCOMPARE(figure.heat->values[2 * (1 - shear)], 1.0);
    QCOMPARE(figure.heat->x0, 0.5);
    QCOMPARE(figure.heat->x1, 2.5);
    QCOMPARE(policyHeat(bins, PolicyQuantity::before).heat->max, std::optional<double>(9));
  }

  /// Of plans without ops, as those of segmentation, each group has its gain, wins and sign; no levels.
  void groupsStandWhereNoOpIs() {
    PolicyBins bins;
    PolicyReport one = report(1, {}), two = report(2, {});
    GroupStatistics blur = group("blur", 4);
    blur.count = 10, blur.plus = 6, blur.minus = 2, blur.zero = 2, blur.meanGain = 0.25;
    one.groups = {group("scale", 0), blur};
    blur.count = 30, blur.wins = 4, blur.meanGain = 0.05;
    two.groups = {blur};
    bins.add(one);
    bins.add(two);
    const Figure figure = policyHeat(bins, PolicyQuantity::meanGain);
    QCOMPARE(figure.heat->rows, (QStringList{"Scale", "Blur"}));
    QVERIFY(std::isnan(figure.heat->values[0]));  // nobody was tried
    QCOMPARE(figure.heat->values[2], 0.25);
    QCOMPARE(figure.heat->detail(1, 1), QString("step 2, of 30 probes"));
    QCOMPARE(policyHeat(bins, PolicyQuantity::gradientSign).heat->values[2], 0.4);
    QVERIFY(std::isnan(policyHeat(bins, PolicyQuantity::before).heat->values[2]));
    OpTotalsModel model;
    model.show(bins, 0, 1);
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(model.headerData(OpTotalsModel::kOp, Qt::Horizontal, Qt::DisplayRole).toString(),
             QString("Group"));
    QCOMPARE(model.data(model.index(0, OpTotalsModel::kWins), Qt::DisplayRole).toString(), percentText(20));
    QCOMPARE(model.data(model.index(0, OpTotalsModel::kGain), Qt::DisplayRole).toString(),
             signedText(0.1, 4));
    bins.add(report(3, {op("rotate", 10, 2, 3)}));
    QCOMPARE(bins.rows(), std::vector<std::string>{"rotate"});
  }

  /// Over the columns that are looked at: 2 of 4 probes won with a gain of 0.5, then 0 of 4 with -0.1.
  void totalsAreOfTheSpan() {
    PolicyBins bins;
    OpStatistics rotate = op("rotate", 10, 2, 3, 4, 2, 2), color = op("color", 5, 2, 2);
    rotate.wins = 2, rotate.meanGain = 0.5;
    bins.add(report(1, {rotate, color}));
    rotate.wins = 0, rotate.meanGain = -0.1;
    bins.add(report(2, {rotate}));
    OpTotalsModel model;
    const auto cell = [&](const char* name, int column, int role = Qt::DisplayRole) {
      for (int row = 0; row < model.rowCount(); ++row)
        if (model.index(row, 0).data(OpTotalsModel::kNameRole).toString() == name)
          return model.index(row, column).data(role);
      return QVariant();
    };
    model.show(bins, 0, 1);
    QCOMPARE(cell("rotate", OpTotalsModel::kWins).toString(), percentText(25));
    QCOMPARE(cell("rotate", OpTotalsModel::kGain).toString(), signedText(0.2, 4));
    QCOMPARE(cell("rotate", OpTotalsModel::kGain, OpTotalsModel::kBarRole).toDouble(), 1.0);
    QCOMPARE(cell("color", OpTotalsModel::kGain).toString(), orDash({}));
    model.show(bins, 1, 1);
    QCOMPARE(cell("rotate", OpTotalsModel::kGain).toString(), signedText(-0.1, 4));
    QCOMPARE(cell("rotate", OpTotalsModel::kGain, OpTotalsModel::kBarRole).toDouble(), -1.0);
    QVERIFY(!cell("color", OpTotalsModel::kWins).isValid());  // was not drawn there
  }

  /// What a cell is of; an op without levels has none that could change.
  void cellsSayWhatTheyAreOf() {
    PolicyBins bins(2);
    for (int step = 1; step <= 3; ++step)
      bins.add(report(step, {op("equalize", 10, 2, 3, 4), op("rotate", step == 3 ? 0 : 5, 1, 2)}));
    const Figure gain = policyHeat(bins, PolicyQuantity::meanGain),
                 change = policyHeat(bins, PolicyQuantity::change);
    const auto rowOf = [](const Figure& figure, const char* name) {
      return static_cast<int>(figure.heat->rows.indexOf(QString::fromStdString(findOp(name).title)));
    };
    QCOMPARE(gain.heat->detail(rowOf(gain, "equalize"), 0), QString("steps 1 to 2, of 8 probes"));
    QCOMPARE(gain.heat->detail(rowOf(gain, "rotate"), 0), QString("steps 1 to 2: drawn, not probed"));
    QCOMPARE(gain.heat->detail(rowOf(gain, "rotate"), 1), QString("step 3: not drawn"));
    QCOMPARE(change.heat->detail(rowOf(change, "equalize"), 1), QString("step 3: this op has no levels"));
    QCOMPARE(change.heat->detail(rowOf(change, "rotate"), 0), QString("steps 1 to 2, drawn 10 times"));
    QVERIFY(std::isnan(change.heat->values[static_cast<std::size_t>(2 * rowOf(change, "equalize"))]));
  }

  /// A click on a cell asks for its samples, and sets the cursor and the op.
  void aCellLeadsToItsSamples() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    session.openProject(folder_.filePath("click.uada"));
    Workbench workbench{session, settings_, theme_};
    QStringList asked;
    workbench.showSamples = [&](const QString& op, qint64 step) { asked << op + QString::number(step); };
    PolicyPanel panel(workbench);
    panel.show();
    session.start(fakeConfig("uada", 1, 2));
    QTRY_VERIFY_WITH_TIMEOUT(session.state() == SessionState::finished, 20000);
    QTRY_COMPARE_WITH_TIMEOUT(panel.bins().lastStep(), std::int64_t{20}, 5000);
    Q_EMIT panel.findChild<Plot*>("policy_heat")->clicked(7.2, 0);  // the lowest row
    QTRY_COMPARE_WITH_TIMEOUT(asked.size(), 1, 5000);
    QCOMPARE(asked[0], QString::fromStdString(panel.bins().ops().back()) + "7");
    QCOMPARE(session.selection().cursor(), qint64{7});
  }

  /// A click in the strip of the run beside asks for that run's samples, at its own step.
  void aCellBesideLeadsToItsRun() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    session.openProject(folder_.filePath("beside_click.uada"));
    Workbench workbench{session, settings_, theme_};
    for (const int epochs : {3, 1}) {  // the selected one is shorter
      session.start(fakeConfig("uada", epochs, epochs));
      QTRY_VERIFY_WITH_TIMEOUT(session.state() == SessionState::finished, 20000);
    }
    PolicyPanel panel(workbench);
    panel.resize(900, 700);
    panel.show();
    session.selection().setOnlyChecked({1, 2});
    session.selection().select(2);
    auto* beside = panel.findChild<QComboBox*>("beside");
    beside->setCurrentIndex(beside->findData(qint64{1}));
    QVERIFY(beside->currentIndex() > 0);
    QStringList asked;
    workbench.showSamples = [&](const QString&, qint64 step) {
      asked << QStringLiteral("run %1 step %2").arg(session.selection().run()).arg(step);
    };
    Q_EMIT panel.findChild<Plot*>("policy_heat_beside")->clicked(27.2, 0);
    QTRY_COMPARE_WITH_TIMEOUT(asked, QStringList{"run 1 step 27"}, 5000);
    QCOMPARE(session.selection().cursor(), qint64{27});
    QCOMPARE(beside->currentData().toLongLong(), qint64{2});  // they have changed places
  }

  /// Two runs have room for charts or for the bars of wins and gains.
  void barsOfTwoRunsAreAskedFor() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    session.openProject(folder_.filePath("beside_bars.uada"));
    const Workbench workbench{session, settings_, theme_};
    for (const int seed : {1, 2}) {
      session.start(fakeConfig("uada", seed, 1));
      QTRY_VERIFY_WITH_TIMEOUT(session.state() == SessionState::finished, 20000);
    }
    PolicyPanel panel(workbench);
    panel.resize(900, 700);
    panel.show();
    session.selection().setOnlyChecked({1, 2});
    auto* totals = panel.findChild<QCheckBox*>("beside_totals");
    QVERIFY(totals->isHidden());
    panel.findChild<QComboBox*>("beside")->setCurrentIndex(1);
    QVERIFY(!totals->isHidden());
    const auto bars = panel.findChildren<OpTotals*>();
    const auto areSeen = [&] { return bars[0]->isVisible() && bars[1]->isVisible(); };
    auto* levels = panel.findChild<Plot*>("policy_levels");
    QVERIFY(!areSeen() && levels->isVisible());
    totals->click();
    QTRY_VERIFY(areSeen() && !levels->isVisible());
  }

  void stepAxesAreWhole() {
    PolicyBins bins;
    bins.add(report(1, {op("rotate", 10, 2, 3)}));
    QVERIFY(policyHeat(bins, PolicyQuantity::change).x.isWhole);
    QVERIFY(levelTrajectory(bins, "rotate", theme_).x.isWhole && winnerShares(bins, theme_).x.isWhole);
  }

  /// Levels of a grid of 31 to 30, and no band above the chart.
  void theLevelChartHoldsTheBand() {
    PolicyBins bins;
    bins.add(report(1, {op("rotate", 10, 20, 27)}));
    QCOMPARE(levelTrajectory(bins, "rotate", theme_).left.max, std::optional<double>(30));
    OpStatistics wide = op("rotate", 10, 28, 28);
    wide.beforeSpread = wide.afterSpread = 5;
    bins.add(report(2, {wide}));
    QCOMPARE(levelTrajectory(bins, "rotate", theme_).left.max, std::optional<double>(33));
    QCOMPARE(policyHeat(bins, PolicyQuantity::before).heat->max, std::optional<double>(30));
  }

  /// A change of 9 levels in one of 200 steps; all others change by one.
  void aFewFarValuesDoNotLeadTheScale() {
    PolicyBins bins;
    for (int step = 1; step <= 200; ++step) bins.add(report(step, {op("rotate", 10, 0, step == 77 ? 9 : 1)}));
    const Figure figure = policyHeat(bins, PolicyQuantity::change);
    QCOMPARE(figure.heat->max, std::optional<double>(1));
    QCOMPARE(figure.heat->min, std::optional<double>(-1));
    QVERIFY(!figure.title.isEmpty());
    PolicyBins even;
    for (int step = 1; step <= 200; ++step) even.add(report(step, {op("rotate", 10, 0, 1 + step % 2)}));
    QVERIFY(!policyHeat(even, PolicyQuantity::change).heat->max);
    QVERIFY(policyHeat(even, PolicyQuantity::change).title.isEmpty());
  }

  /// The strip, not its scale or an empty legend, has most of the width.
  void heatFillsTheWidth() {
    PolicyBins bins;
    for (int step = 1; step <= 20; ++step) bins.add(report(step, {op("rotate", 10, 2, 3)}));
    Plot plot(theme_);
    plot.resize(600, 300);
    plot.show();
    plot.show(policyHeat(bins, PolicyQuantity::change));
    const QImage picture = plot.picture({600, 300}).toImage();
    const QColor strip = picture.pixelColor(picture.width() / 2, picture.height() / 2);
    QVERIFY2(strip != theme_.colour("base"), qPrintable(strip.name()));
    QCOMPARE(picture.pixelColor(picture.width() * 3 / 4, picture.height() / 2), strip);
  }

  /// By hand: two ops in a plan, the chain's candidate of the second decision moved the first of them.
  void levelsAreCountedInDecisions() {
    const auto decision = [](std::int64_t step, int epoch, int rotate, int moved) {
      Decision d;
      d.step = step;
      d.epoch = epoch;
      const auto part = [](const char* name, int level) {
        Part one;
        one.kind = partIndex("step");
        one.op = static_cast<std::uint16_t>(opIndex(name));
        one.at[0] = level;
        return one;
      };
      d.plan.add(part("rotate", rotate));
      d.plan.add(part("equalize", 3));
      GroupDecision chain;
      chain.group = "chain";
      chain.candidate = d.plan;
      chain.candidate.chain()[0].at[0] = moved;
      d.groups = {chain};
      d.winner = moved == rotate ? -1 : 0;
      return d;
    };
    LevelCounts counts;
    counts.add(decision(1, 1, 2, 2));
    counts.add(decision(9, 2, 2, 3));
    counts.add(decision(10, 2, 8, 12));         // clamped as it is used: 9
    QVERIFY(counts.spans("equalize").empty());  // it has no levels
    const auto spans = counts.spans("rotate");
    QCOMPARE(spans.size(), std::size_t{2});
    QVERIFY(spans[0].isOfEpochs && spans[0].first == 1 && spans[1].last == 2);
    QCOMPARE(spans[0].drawn, (std::vector<double>{0, 0, 1, 0, 0, 0, 0, 0, 0, 0}));
    QCOMPARE(spans[0].trained, spans[0].drawn);
    QCOMPARE(spans[1].drawn, (std::vector<double>{0, 0, 1, 0, 0, 0, 0, 0, 1, 0}));
    QCOMPARE(spans[1].trained, (std::vector<double>{0, 0, 0, 1, 0, 0, 0, 0, 0, 1}));
    const Figure figure = levelRidges(counts, "rotate", theme_);
    QVERIFY2(figure.title.contains("3 pictured samples"), qPrintable(figure.title));
    QCOMPARE(figure.ridges->ridges[1].name, QString("epoch 2"));
    const QString text = readOutOf(figure, 3.2, 1.5);
    QVERIFY2(text.contains("epoch 2, level 3") && text.contains("50.00 %, 1 of 2"), qPrintable(text));
    const QByteArray csv = csvOf(figure);
    QVERIFY2(csv.startsWith("span,Level,trained on,as drawn\n") && csv.contains("\nepoch 2,9,1,0\n"),
             csv.constData());
    QVERIFY(!levelRidges(counts, "color", theme_).ridges &&
            !levelRidges(counts, "color", theme_).empty.isEmpty());
  }

  /// Many epochs in a few spans of equal length; within the first epoch spans of steps.
  void spansAreFew() {
    Part rotate;
    rotate.kind = partIndex("step");
    rotate.op = static_cast<std::uint16_t>(opIndex("rotate"));
    LevelCounts epochs, steps;
    for (int i = 1; i <= 20; ++i) {
      Decision d;
      d.plan.add(rotate);
      d.step = i;
      d.epoch = i;
      epochs.add(d);
      d.epoch = 1;
      steps.add(d);
    }
    QCOMPARE(epochs.spans("rotate").size(), std::size_t{7});  // three each
    QCOMPARE(epochs.spans("rotate").back().first, std::int64_t{19});
    QVERIFY(!steps.spans("rotate").front().isOfEpochs);
    QCOMPARE(steps.spans("rotate").front().drawn[0], 3.0);
  }

  /// The same ops, scales and cursor; what is read of the second run is its own.
  void twoRunsStandSideBySide() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    session.openProject(folder_.filePath("two.uada"));
    const Workbench workbench{session, settings_, theme_};
    for (const int epochs : {1, 2}) {
      session.start(fakeConfig("uada", epochs, epochs));
      QTRY_VERIFY_WITH_TIMEOUT(session.state() == SessionState::finished, 20000);
    }
    const qint64 longer = session.runs()[0].id, shorter = session.runs()[1].id;
    session.selection().setChecked({longer, shorter}, true);
    session.selection().select(shorter);
    PolicyPanel panel(workbench);
    panel.resize(1200, 700);
    panel.show();
    QTRY_COMPARE_WITH_TIMEOUT(panel.bins().lastStep(), std::int64_t{10}, 5000);
    auto* other = panel.findChild<Plot*>("policy_heat_beside");
    QVERIFY(!other->isVisible());
    auto* beside = panel.findChild<QComboBox*>("beside");
    QCOMPARE(beside->count(), 2);
    beside->setCurrentIndex(beside->findData(longer));
    QTRY_VERIFY_WITH_TIMEOUT(other->isVisible() && other->figure().heat, 5000);
    auto* heat = panel.findChild<Plot*>("policy_heat");
    QTRY_COMPARE(other->figure().heat->columns, 20);
    QCOMPARE(heat->figure().heat->columns, 10);
    QCOMPARE(heat->figure().heat->max, other->figure().heat->max);
    QVERIFY(heat->figure().heat->max.has_value());
    QCOMPARE(heat->figure().x.max, std::optional<double>(20.5));
    QCOMPARE(heat->figure().heat->rows, other->figure().heat->rows);
    heat->showX(std::pair(3.0, 8.0));
    Q_EMIT heat->zoomed();
    QCOMPARE(other->zoomedTo()->second, 8.0);
    auto* op = panel.findChild<QComboBox*>("op");
    op->setCurrentIndex(op->findData("rotate"));
    panel.findChild<QComboBox*>("level_form")->setCurrentIndex(1);
    for (const char* name : {"policy_levels", "policy_levels_beside"})
      QTRY_VERIFY_WITH_TIMEOUT(panel.findChild<Plot*>(name)->figure().ridges, 5000);
    beside->setCurrentIndex(0);
    QTRY_VERIFY_WITH_TIMEOUT(!other->isVisible(), 5000);
  }

  /// Of as many ops as another run had.
  void theOpsOfAnotherRunAreOffered() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    const Workbench workbench{session, settings_, theme_};
    PolicyPanel panel(workbench);
    panel.show();
    const auto* offered = panel.findChild<QComboBox*>("op");
    Q_EMIT session.policyMoved(0, {report(1, {op("rotate", 10, 2, 3)})});
    QTRY_COMPARE(offered->currentData().toString(), QString("rotate"));
    Q_EMIT session.projectChanged();
    Q_EMIT session.policyMoved(0, {report(1, {op("color", 10, 2, 3)})});
    QTRY_COMPARE(offered->currentData().toString(), QString("color"));
  }

  /// The window takes what was reported ten times a second, also in the middle of a step.
  void decisionsOfAStepComeInParts() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    const Workbench workbench{session, settings_, theme_};
    PolicyPanel panel(workbench);
    panel.show();
    panel.findChild<QComboBox*>("level_form")->setCurrentIndex(1);
    Decision one;
    one.step = one.epoch = 1;
    one.plan.add(test::makeStep("rotate", 6));
    Decision other = one;
    other.index = 1;
    Q_EMIT session.decided(0, {one});
    Q_EMIT session.decided(0, {one, other});
    const auto spans = panel.findChild<PolicyScope*>()->levels().spans("rotate");
    QCOMPARE(spans.size(), std::size_t{1});
    QCOMPARE(spans[0].drawn[6], 2.0);
  }

  void policyArrivesLiveAndIsExported() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    session.openProject(folder_.filePath("live.uada"));
    const Workbench workbench{session, settings_, theme_};
    PolicyPanel panel(workbench);
    panel.resize(900, 500);
    panel.show();
    session.start(fakeConfig("uada", 1, 2));  // 20 steps
    QTRY_VERIFY_WITH_TIMEOUT(session.state() == SessionState::finished, 20000);
    QTRY_COMPARE_WITH_TIMEOUT(panel.bins().lastStep(), std::int64_t{20}, 5000);
    const FakeNumbers numbers = engine_.numbers(engine_.lastConfig);
    QCOMPARE(panel.bins().value("rotate", 4, PolicyQuantity::before), numbers.policy(5).ops[0].beforeMean);
    const QString file = folder_.filePath("policy.csv");
    panel.exportTo(file);
    QVERIFY(QFile(file).size() > 100);
  }

  /// The level as drawn is noise: it comes first only where nothing else was measured.
  void policyOpensOnTheGain() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    session.openProject(folder_.filePath("opens.uada"));
    const Workbench workbench{session, settings_, theme_};
    PolicyPanel policy(workbench);
    policy.show();
    const auto* quantity = policy.findChild<QComboBox*>("quantity");
    const auto train = [&](const char* method) {
      session.start(fakeConfig(method, 1, 1));
      QTRY_VERIFY_WITH_TIMEOUT(session.state() == SessionState::finished, 20000);
      QTRY_COMPARE_WITH_TIMEOUT(policy.bins().lastStep(), std::int64_t{10}, 5000);
    };
    train("uada");
    QTRY_COMPARE_WITH_TIMEOUT(quantity->currentData().toString(), QString("gain"), 5000);
    train("ra-uc");
    QTRY_COMPARE_WITH_TIMEOUT(quantity->currentData().toString(), QString("before"), 5000);
    policy.findChild<QComboBox*>("quantity")->setCurrentIndex(quantity->findData(QString("clamped")));
    session.selection().select(session.runs().back().id);  // what was chosen stays
    QTRY_COMPARE_WITH_TIMEOUT(policy.bins().groups().size(), std::size_t{4}, 5000);
    QCOMPARE(quantity->currentData().toString(), QString("clamped"));
  }
};

QTEST_MAIN(TestPolicyPanel)
#include "tst_policy_panel.moc"
