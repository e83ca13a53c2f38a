#include <QTest>
#include <map>
#include <numbers>
#include <set>

#include "core/engine/methods/Selection.h"
#include "core/ops/Op.h"
#include "tests/core/PlanTools.h"
#include "tests/engine/OracleTools.h"

using namespace uada;
using namespace uada::test;

namespace {

at::Tensor column(const std::vector<double>& values) {
  return at::tensor(values, at::TensorOptions(at::kDouble)).unsqueeze(1);
}

std::vector<std::int64_t> listOf(const at::Tensor& numbers) {
  const at::Tensor flat = numbers.flatten().contiguous();
  const auto* values = static_cast<const std::int64_t*>(flat.const_data_ptr());
  return {values, values + flat.numel()};
}

using Numbers = std::vector<std::int64_t>;

Choice methodWith(const char* name, const std::vector<std::pair<std::string, Json>>& settings = {}) {
  Choice method = methodFromJson(name, "test");
  for (const auto& [key, value] : settings) method.set(key, value);
  return method;
}

std::unique_ptr<Space> spaceOf(const Choice& method) {
  return makeSpace(policyOf(method), {squareInput(32)});
}

}  // namespace

/// How samples choose among their candidates, and the two methods that do: LTDA and DivAug.
class TestSelection : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// Weights 1, 3, 0, 4 add up to 1, 4, 4, 8: a number u chooses the first sum above 8 u.
  void drawsInProportion() {
    const at::Tensor weights = column({1, 3, 0, 4});
    QCOMPARE(listOf(drawnInProportion(weights, column({0, 0.124, 0.125, 0.499, 0.5, 0.999}))),
             (Numbers{0, 0, 1, 1, 3, 3}));
    // Where all are zero, each is as likely.
    QCOMPARE(listOf(drawnInProportion(column({0, 0, 0, 0}), column({0, 0.3, 0.5, 0.99}))),
             (Numbers{0, 1, 2, 3}));
    // Each sample by its own weights and numbers.
    const at::Tensor two = at::cat({weights, column({0, 1, 0, 0})}, 1);
    QCOMPARE(listOf(drawnInProportion(two, at::cat({column({0.6}), column({0.9})}, 1))), (Numbers{3, 1}));
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto wrong = listOf(drawnInProportion(column({1, nan, 2, 0}), column({0.9})));
    QVERIFY(wrong[0] >= 0 && wrong[0] < 4);
  }

  void takesTheLargest() {
    QCOMPARE(listOf(largest(column({2, 5, 1, 5}), 3)), (Numbers{1, 3, 0}));
    QCOMPARE(listOf(largest(at::ones({4, 1}), 1)), (Numbers{0}));
  }

  /// Points 0, 1 and 3 of a line. From 0 the squared distances are 0, 1, 9; from 0 and 1 they are 0, 0, 4.
  void spreadsAsKMeansPlusPlus() {
    const at::Tensor points = column({0, 1, 3}).unsqueeze(2);
    const auto chosen = [&](double a, double b, double c) {
      return listOf(spreadOut(points, column({a, b, c})));
    };
    QCOMPARE(chosen(0, 0.05, 0), (Numbers{0, 1, 2}));
    QCOMPARE(chosen(0.2, 0.1, 0.99), (Numbers{0, 2, 1}));
    QCOMPARE(chosen(0.7, 0.69, 0.5), (Numbers{2, 0, 1}));  // from 3: 9, 4, 0
    QCOMPARE(chosen(0.7, 0.7, 0.5), (Numbers{2, 1, 0}));
    // In more dimensions, too: from (0, 0) the squared distances are 0, 25, 1.
    const at::Tensor plane = at::tensor({0.0, 0.0, 3.0, 4.0, 0.0, 1.0}).view({3, 1, 2});
    QCOMPARE(listOf(spreadOut(plane, column({0, 0.96}))), (Numbers{0, 1}));
    QCOMPARE(listOf(spreadOut(plane, column({0, 0.97}))), (Numbers{0, 2}));
    // Alike candidates are as likely.
    QCOMPARE(listOf(spreadOut(at::ones({4, 1, 2}), column({0.3, 0.6}))), (Numbers{1, 2}));
  }

  /// Its numbers are each sample's own, and no others'.
  void takesEachSamplesOwnNumbers() {
    const Batch whole = batchOf(6);
    Batch part = whole;
    part.indices = {whole.indices[4], whole.indices[1]};
    part.step = 77;
    const at::Tensor numbers = selectionNumbers(whole, 3), some = selectionNumbers(part, 3);
    QVERIFY(some.select(1, 0).equal(numbers.select(1, 4)) && some.select(1, 1).equal(numbers.select(1, 1)));
    QVERIFY(selectionNumbers(whole, 2).equal(numbers.narrow(0, 0, 2)));
    Batch next = whole;
    ++next.epoch;
    QVERIFY(!selectionNumbers(next, 3).equal(numbers));
    QCOMPARE(listOf(rowsOf(at::tensor({2, 0, 1, 1}, at::kLong).view({2, 2}), {10, 6})),
             (Numbers{14, 11, 12, 13}));
  }

  void ltdaTrainsOnWhatIsHard_data() {
    QTest::addColumn<QString>("select");
    QTest::newRow("proportional") << "proportional";
    QTest::newRow("argmax") << "argmax";
  }
  void ltdaTrainsOnWhatIsHard() {
    QFETCH(QString, select);
    constexpr int kSize = 200;
    const Choice method = methodWith("ltda", {{"copies", 2}, {"select", select.toStdString()}});
    const auto space = spaceOf(method);
    PlanContext context(kSize, 5);
    const Batch batch = batchOf(kSize);
    const StepOutcome outcome = makeMethod(method, {*space})->step(batch, context);
    QCOMPARE(context.candidates, (std::vector<int>{0, 1, 2, 3}));
    QCOMPARE(context.variants.size(), std::size_t{2 * kSize});
    QCOMPARE(outcome.policy.count, 2 * kSize);
    const at::Tensor numbers = selectionNumbers(batch, 2);
    double trained = 0, all = 0;
    for (std::size_t b = 0; b < kSize; ++b) {
      std::vector<double> losses;
      for (std::size_t c = 0; c < 4; ++c) losses.push_back(context.loss(context.shown[c][b]));
      const at::Tensor own = numbers.select(1, static_cast<std::int64_t>(b)).unsqueeze(1);
      const at::Tensor expected =
          select == "argmax" ? largest(column(losses), 2) : drawnInProportion(column(losses), own);
      for (std::size_t s = 0; s < 2; ++s) {
        const auto variant = static_cast<std::size_t>(context.variants[s * kSize + b]);
        QCOMPARE(static_cast<std::int64_t>(variant), listOf(expected)[s]);
        trained += losses[variant];
      }
      all += losses[0] + losses[1] + losses[2] + losses[3];
    }
    // Losses are uniform in 0..10: the mean of one drawn in proportion is 6.7, of the two largest of four 7.
    QVERIFY(trained / (2 * kSize) > 6.2 && all / (4 * kSize) < 5.5);
    for (std::size_t b = 0; b < 5; ++b)
      QVERIFY(space->clamped(outcome.decided[b]) ==
              context.shown[static_cast<std::size_t>(context.variants[b % 2 * kSize + b])][b]);
  }

  void divAugTrainsOnWhatDiffers() {
    constexpr int kSize = 60;
    const Choice method = methodWith("divaug");
    const auto space = spaceOf(method);
    PlanContext context(kSize, 5);
    const Batch batch = batchOf(kSize);
    const StepOutcome outcome = makeMethod(method, {*space})->step(batch, context);
    QCOMPARE(context.candidates, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}));
    QCOMPARE(context.variants.size(), std::size_t{4 * kSize});
    QCOMPARE(outcome.policy.count, 4 * kSize);
    const at::Tensor numbers = selectionNumbers(batch, 4);
    for (std::size_t b = 0; b < kSize; ++b) {
      std::vector<at::Tensor> points;
      for (std::size_t c = 0; c < 8; ++c) points.push_back(context.said(context.shown[c][b]).main.softmax(1));
      const at::Tensor own = numbers.select(1, static_cast<std::int64_t>(b)).unsqueeze(1);
      const Numbers expected = listOf(spreadOut(at::stack(points), own));
      for (std::size_t s = 0; s < 4; ++s)
        QCOMPARE(static_cast<std::int64_t>(context.variants[s * kSize + b]), expected[s]);
    }
    for (std::size_t b = 0; b < 5; ++b)
      QVERIFY(space->clamped(outcome.decided[b]) ==
              context.shown[static_cast<std::size_t>(context.variants[b % 4 * kSize + b])][b]);
  }

  /// docs/methods.md, "Cost of the other methods".
  void costsWhatTheTableSays() {
    const auto cost = [](const Choice& method) {
      return findMethod(method.name).passes(method, *spaceOf(method));
    };
    const Passes ltda = cost(methodWith("ltda")),
                 four = cost(methodWith("ltda", {{"candidates", 8}, {"copies", 4}})),
                 divAug = cost(methodWith("divaug"));
    QVERIFY(std::abs(ltda.relativeToRaUc() - 2.33) < 0.01);
    QVERIFY(std::abs(four.relativeToRaUc() - 6.67) < 0.01);
    QVERIFY(std::abs(divAug.relativeToRaUc() - 6.67) < 0.01);
    QCOMPARE(divAug.forwardsNoGrad, 8.0);
    QCOMPARE(divAug.forwardsTrain, 4.0);
    QCOMPARE(divAug.chains, 8.0);
  }

  void refusesMoreCopiesThanThereAreLargest() {
    const Choice method = methodWith("ltda", {{"copies", 5}, {"select", "argmax"}});
    const auto space = spaceOf(method);
    QVERIFY_THROWS_EXCEPTION(UsageError, makeMethod(method, {*space}));
    makeMethod(methodWith("ltda", {{"copies", 5}}), {*space});  // drawn with replacement
  }

  /// LTDA's plans: two ops at shares in thousandths, each applied in half of the cases, then a Mixup.
  void ltdaDrawsItsSpace() {
    const auto space = spaceOf(methodWith("ltda"));
    QVERIFY(space->mixesLabels());
    std::map<std::string, int> seen;
    int fired = 0;
    double shares = 0;
    constexpr int kCount = 2000;
    for (const Plan& plan : samplePlans(batchOf(kCount), *space)) {
      QCOMPARE(plan.chain().size(), std::size_t{3});
      QCOMPARE(ops()[plan.chain()[2].op].name, std::string("mixup"));
      QVERIFY(plan.grid == Grid::ltda && plan.order() == RenderOrder::chainFirst);
      for (const Part& step : plan.chain()) {
        ++seen[ops()[step.op].name];
        fired += step.fired;
        QCOMPARE(std::round(*step.found * 1000) / 1000, *step.found);
        shares += *step.found;
      }
    }
    QCOMPARE(seen.size(), std::size_t{16});
    for (const auto& [op, count] : seen)
      QVERIFY(std::abs(count - (op == "mixup" ? kCount : 0) - kCount / 8) < 80);
    QVERIFY(std::abs(fired / (3.0 * kCount) - 0.5) < 0.03);
    QVERIFY(std::abs(shares / (3.0 * kCount) - 0.5) < 0.02);
  }
};

QTEST_GUILESS_MAIN(TestSelection)
#include "tst_selection.moc"
