#include <QTest>
#include <algorithm>

#include "core/base/Error.h"
#include "core/engine/methods/StepLosses.h"
#include "tests/core/PlanTools.h"
#include "tests/engine/Attempt.h"
#include "tests/engine/OracleTools.h"

namespace uada {
namespace {

using namespace test;

Choice choice(const char* settings) {
  return findMethod("uada").read("uada", parseJson(settings, "test"), "test");
}

/// A loss that shared pixels share: it depends on what the plan does, not on how it is said.
class PixelContext : public PlanContext {
 public:
  PixelContext(std::size_t count, const Space& space)
      : PlanContext(count, static_cast<int>(count)), space_(space) {}
  float loss(const Plan& plan) const override {
    std::size_t hash = 7;
    const auto mix = [&](double value) { hash = 31 * hash + std::hash<double>{}(value); };
    const ChangeList list = space_.changes(plan);
    for (const Change& change : list.changes()) {
      mix(change.value);
      mix(change.part.kind);
      mix(change.part.op);
      for (const int at : change.part.at) mix(at);
    }
    for (const Cover& cover : list.covers()) {
      mix(std::clamp(cover.box.left, 0, 32) + 100 * std::clamp(cover.box.right, 0, 32));
      mix(std::clamp(cover.box.top, 0, 32) + 100 * std::clamp(cover.box.bottom, 0, 32));
    }
    return static_cast<float>(hash % 100'000) / 10'000;
  }

 private:
  const Space& space_;
};

Plan planWith(const char* op, int level, int sign) {
  Plan plan;
  plan.add(cropPart(4, 4));
  plan.add(flipPart(false));
  plan.add(makeStep(op, level, sign));
  plan.add(cutoutPart(0, 0, 16, 16));
  return plan;
}

std::vector<std::int64_t> rowsOf(std::span<const Plan> plans) {
  const auto space = uadaSpace();
  RowPlaces places(*space, true);
  std::vector<Shown> shown, added;
  for (const Plan& plan : plans) shown.push_back({0, plan});
  return places.place(shown, added);
}

}  // namespace

/// UADA that computes nothing twice.
class TestFastUada : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void sharesRowsOfEqualPixels() {
    const Plan plans[] = {planWith("posterize", 0, 1), planWith("posterize", 1, 1),
                          planWith("posterize", 2, 1), planWith("rotate", 0, 1),
                          planWith("rotate", 0, -1),   planWith("equalize", 3, 1),
                          planWith("equalize", 7, -1), planWith("posterize", 1, -1)};
    QCOMPARE(rowsOf(plans), (std::vector<std::int64_t>{0, 0, 1, 2, 2, 3, 3, 0}));
  }

  /// A box is the same where it ends outside the image, and none where it is empty.
  void sharesRowsOfEqualBoxes() {
    std::vector<Plan> plans(5, planWith("identity", 0, 1));
    const int boxes[][4] = {
        {20, 20, 32, 32}, {20, 20, 36, 33}, {5, 5, 5, 20}, {30, 9, 20, 20}, {20, 20, 31, 32}};
    for (std::size_t i = 0; i < plans.size(); ++i)
      plans[i].set(cutoutPart(boxes[i][0], boxes[i][1], boxes[i][2], boxes[i][3]));
    QCOMPARE(rowsOf(plans), (std::vector<std::int64_t>{0, 0, 1, 1, 2}));
  }

  void keepsTheRowsOfSamplesApart() {
    const auto space = uadaSpace();
    RowPlaces places(*space, true);
    std::vector<Shown> added;
    const std::vector<Shown> shown{{0, planWith("rotate", 3, 1)}, {1, planWith("rotate", 3, 1)}};
    QCOMPARE(places.place(shown, added), (std::vector<std::int64_t>{0, 1}));
    QCOMPARE(places.place(shown, added), (std::vector<std::int64_t>{0, 1}));
    QCOMPARE(added.size(), std::size_t{2});
  }

  /// Where a loss depends on the pixels alone both modes decide alike, for any step width.
  void decidesAsParityDoes_data() {
    QTest::addColumn<QByteArray>("more");
    for (const char* more :
         {"", R"(,"epsilon":2)", R"(,"delta":2)", R"(,"delta":2,"epsilon":2)", R"(,"update":"against")",
          R"(,"update":"random")", R"(,"selection":"easiest")", R"(,"estimator":"central")",
          R"(,"estimator":"joint")", R"(,"include_unperturbed":false)"})
      QTest::newRow(*more ? more : "usual") << QByteArray(more);
  }
  void decidesAsParityDoes() {
    QFETCH(QByteArray, more);
    const auto space = uadaSpace();
    PixelContext parity(200, *space), fast(200, *space);
    const auto settings = [&](const char* mode) {
      const QByteArray head = R"({"precision":"float32","mode":)";
      return choice((head + '\x22' + mode + '\x22' + more + '}').constData());
    };
    const StepOutcome a = makeMethod(settings("parity"), {*space})->step(batchOf(200), parity);
    const StepOutcome b = makeMethod(settings("fast"), {*space})->step(batchOf(200), fast);
    QVERIFY(fast.all.size() < parity.all.size());
    for (std::size_t i = 0; i < 200; ++i) {
      const Decision &p = a.decisions[i], &f = b.decisions[i];
      QCOMPARE(f.unperturbedLoss, p.unperturbedLoss);
      for (std::size_t g = 0; g < p.groups.size(); ++g) {
        QVERIFY(f.groups[g].after == p.groups[g].after);
        QVERIFY(f.groups[g].probeLoss == p.groups[g].probeLoss && f.groups[g].dL == p.groups[g].dL);
        QCOMPARE(f.groups[g].candidateLoss, p.groups[g].candidateLoss);
      }
      QCOMPARE(b.best[i], a.best[i]);
      // What is trained on has the chosen loss; a candidate that is the unperturbed image is called that.
      QCOMPARE(fast.loss(space->clamped(b.decided[i])), b.best[i]);
      if (f.winner != p.winner) QCOMPARE(f.winner, -1);
    }
  }

  /// 1 + 4 probe forwards and half of three groups' candidates less what is equal: a third of the chain's
  /// probes change nothing, since an op is inert or a level the last.
  void asksOnceForEachImage() {
    const auto space = uadaSpace();
    PixelContext context(400, *space);
    makeMethod(choice(R"({"mode":"fast","precision":"float32"})"), {*space})->step(batchOf(400), context);
    const double forwards = static_cast<double>(context.all.size()) / 400;
    QVERIFY2(forwards > 5.6 && forwards < 6.3, fmt::format("{}", forwards).c_str());
    for (std::size_t i = 0; i < context.all.size(); ++i)
      for (std::size_t j = i + 1; j < context.all.size(); ++j)
        QVERIFY(context.all[i].place != context.all[j].place || !(context.all[i] == context.all[j]));
    QVERIFY(context.modes[0].norm == NormMode::record);
    for (std::size_t m = 1; m < context.modes.size(); ++m) QVERIFY(context.modes[m].norm == NormMode::base);
    for (const Mode& mode : context.modes) QVERIFY(mode.commonNoise && mode.precision == Precision::float32);
  }

  /// Running statistics, and nothing else of a test: dropout and a second classifier stay.
  void takesRunningStatisticsAlone() {
    const auto space = uadaSpace();
    for (const char* mode : {"parity", "fast"}) {
      PixelContext context(8, *space);
      makeMethod(choice(fmt::format(R"({{"mode":"{}","norm":"eval","precision":"float32"}})", mode).c_str()),
                 {*space})
          ->step(batchOf(8), context);
      QVERIFY(context.modes.size() > 2);
      for (const Mode& one : context.modes) QVERIFY(one.norm == NormMode::running);
    }
  }

  void takesOneSideAlone() {
    const auto space = uadaSpace();
    PixelContext context(100, *space);
    const StepOutcome outcome =
        makeMethod(choice(R"({"mode":"fast","precision":"float32","one_sided":true})"), {*space})
            ->step(batchOf(100), context);
    QVERIFY(context.candidates.empty());  // all losses were known
    for (const Decision& decision : outcome.decisions)
      for (const GroupDecision& g : decision.groups)
        if (g.dL[0] <= 0) QVERIFY(g.after == g.before);
  }

  void leavesSomeSamplesAsDrawn() {
    const auto space = uadaSpace();
    PixelContext context(400, *space);
    const StepOutcome outcome =
        makeMethod(choice(R"({"mode":"fast","precision":"float32","probed_share":0.25})"), {*space})
            ->step(batchOf(400), context);
    const auto isLeft = [](const Decision& decision) {
      return std::ranges::all_of(decision.groups,
                                 [](const GroupDecision& g) { return g.dL[0] == 0 && g.after == g.before; });
    };
    const auto left = std::ranges::count_if(outcome.decisions, isLeft);
    QVERIFY(left > 260 && left < 340);
    for (const Decision& decision : outcome.decisions) QVERIFY(!isLeft(decision) || decision.winner == -1);
    QVERIFY(context.all.size() < 1000);
  }

  void choosesOnlyEverySoManySteps() {
    const auto space = uadaSpace();
    const auto method = makeMethod(choice(R"({"probe_every":3})"), {*space});
    std::vector<std::size_t> rows;
    for (int step = 1; step <= 6; ++step) {
      PixelContext context(4, *space);
      Batch batch = batchOf(4);
      batch.step = step;
      method->step(batch, context);
      rows.push_back(context.all.size());
      QVERIFY(method->known(batch).size() <= context.all.size());
    }
    QCOMPARE(rows, (std::vector<std::size_t>{36, 4, 4, 36, 4, 4}));
    QCOMPARE(findMethod("uada").passes(choice(R"({"probe_every":3})"), *space).forwardsNoGrad, 3.0);
  }

  /// One probe, in which every group has moved, gives each group's dL.
  void probesJointly() {
    const auto space = uadaSpace();
    PixelContext context(50, *space);
    const StepOutcome outcome =
        makeMethod(choice(R"({"estimator":"joint"})"), {*space})->step(batchOf(50), context);
    QCOMPARE(context.shown.size(), std::size_t{6});  // unperturbed, joint, four candidates
    for (std::size_t b = 0; b < 50; ++b) {
      const Decision& decision = outcome.decisions[b];
      const double dL = context.loss(context.shown[1][b]) - context.loss(context.shown[0][b]);
      QVERIFY(isFlipped(context.shown[1][b]) != isFlipped(context.shown[0][b]));
      for (const GroupDecision& g : decision.groups)
        if (g.dL[0] != 0) QCOMPARE(static_cast<float>(g.dL[0]), static_cast<float>(dL));
    }
  }

  /// dL is half of the difference between the probes on either side.
  void probesBothWays() {
    const auto space = uadaSpace();
    PixelContext context(50, *space);
    const StepOutcome outcome =
        makeMethod(choice(R"({"estimator":"central"})"), {*space})->step(batchOf(50), context);
    QCOMPARE(context.shown.size(), std::size_t{12});  // 1 + 4 probes and 3 opposite ones + 4
    for (const Decision& decision : outcome.decisions) {
      for (const GroupDecision& g : decision.groups) {
        QCOMPARE(g.probeLoss.size(), std::size_t{g.group == "flip" ? 1u : 2u});
        const double expected = g.group == "flip" ? g.probeLoss[0] - decision.unperturbedLoss
                                                  : (g.probeLoss[0] - g.probeLoss[1]) / 2;
        QVERIFY(std::abs(g.dL[0] - expected) < 1e-6);
      }
    }
    QCOMPARE(findMethod("uada").passes(choice(R"({"estimator":"central"})"), *space).forwardsNoGrad, 12.0);
  }

  /// The trial of the precision is done once, and is part of the state.
  void remembersThePrecision() {
    const StripedImages images(24, 8);
    RunConfig config = tinyConfig(images.folder(), "uada", 2, 8);
    config.method = choice(R"({"mode":"fast"})");
    const Attempt whole(config, {});
    QCOMPARE(whole.state, RunState::finished);
    QCOMPARE(std::ranges::count_if(whole.sink.events,
                                   [](const std::string& text) { return text.starts_with("probes in "); }),
             1);
    const QTemporaryDir folder;
    const std::filesystem::path run = folder.path().toStdString();
    const Attempt first(config, run, {}, atStep(2, command::Stop{}));
    const Attempt second(config, run, run);
    QVERIFY(std::ranges::none_of(second.sink.events,
                                 [](const std::string& text) { return text.starts_with("probes in "); }));
    QCOMPARE(second.state, RunState::finished);
  }

  /// Stopped and resumed to the last bit, with noise in the network.
  void resumesToTheSameNumbers_data() {
    QTest::addColumn<QByteArray>("method");
    for (const char* method : {R"({"name":"uada","mode":"fast","precision":"float32"})",
                               R"({"name":"uada","mode":"fast","precision":"bf16"})",
                               R"({"name":"uada","mode":"fast","precision":"float32","probed_share":0.5})",
                               R"({"name":"uada","probe_every":3,"estimator":"central"})",
                               R"({"name":"uada","mode":"fast","precision":"float32","norm":"probe"})"})
      QTest::newRow(method) << QByteArray(method);
  }
  void resumesToTheSameNumbers() {
    QFETCH(QByteArray, method);
    const StripedImages images(20, 8);
    RunConfig config = tinyConfig(images.folder(), "uada", 2, 8);
    config.recipe.model = modelFromJson(
        parseJson(R"({"name": "wrn", "depth": 10, "width_factor": 1, "dropout": 0.3})", "test"), "test");
    config.method = methodFromJson(parseJson(method.toStdString(), "test"), "test");
    const Attempt whole(config, {});
    QCOMPARE(whole.state, RunState::finished);
    for (const int stop : {1, 2, 4}) {
      const QTemporaryDir folder;
      const std::filesystem::path run = folder.path().toStdString();
      const Attempt first(config, run, {}, atStep(stop, command::Stop{}));
      const Attempt second(config, run, run);
      QVERIFY(joinedNumbers(first.sink, second.sink) == whole.sink.numbers());
    }
  }

  /// Settings of a run are refused where they have no effect.
  void refusesWhatHasNoEffect() {
    const auto refused = [](const char* text) {
      try {
        newMethodFromJson(parseJson(text, "test"), "method");
      } catch (const UsageError&) {
        return true;
      }
      return false;
    };
    QVERIFY(refused(R"({"name":"uada","probed_share":0.5})"));
    QVERIFY(refused(R"({"name":"uada","epsilon":0,"mode":"fast"})"));
    QVERIFY(refused(R"({"name":"uada","update":"random","estimator":"central"})"));
    QVERIFY(!refused(R"({"name":"uada","mode":"fast","probed_share":0.5})"));
  }
};

}  // namespace uada

QTEST_GUILESS_MAIN(uada::TestFastUada)
#include "tst_fast_uada.moc"
