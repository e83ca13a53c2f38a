#include <QTest>
#include <cmath>
#include <map>

#include "core/augment/Parts.h"
#include "core/config/RunConfig.h"
#include "tests/core/AugmentTools.h"
#include "tests/core/ChiSquare.h"
#include "tests/core/ErrorOf.h"

using namespace uada;
using namespace uada::test;

namespace {

constexpr int kDraws = 20000;

Json timm(const char* aa) { return Json(Json::Object{{"name", "timm-randaugment"}, {"aa", aa}}); }

std::string recorded(const char* aa) {
  return newPolicyFromJson(timm(aa), "p").settings().at("aa").asString();
}
QString problemOf(const char* aa) {
  return errorOf([&] { newPolicyFromJson(timm(aa), "p"); });
}

/// All steps of many plans.
std::vector<Part> stepsOf(const char* aa) {
  const auto space = uada::makeSpace(newPolicyFromJson(timm(aa), "p"), {squareInput(kSide, kPad)});
  std::vector<Part> steps;
  for (int i = 0; i < kDraws; ++i)
    for (const Part& step : samplePlan(*space, static_cast<std::uint32_t>(i)).chain()) steps.push_back(step);
  return steps;
}

}  // namespace

/// RandAugment as timm's texts ask for it.
class TestTimm : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void textsAreRecordedInOneWay() {
    QCOMPARE(recorded("rand-m9-n2-mstd0.5-inc1"), std::string("rand-m9-n2-mstd0.5-inc1"));
    QCOMPARE(recorded("rand-inc1-mstd0.50-m9.0"), std::string("rand-m9-n2-mstd0.5-inc1"));
    QCOMPARE(recorded("rand"), std::string("rand-m10-n2"));  // timm's defaults
    QCOMPARE(recorded("rand-n3-m7-mstd0"), std::string("rand-m7-n3"));
    QCOMPARE(recorded("rand-m5-mstd1000-p0.5"), std::string("rand-m5-n2-mstd101"));
    QCOMPARE(recorded("rand-m5-p0.75"), std::string("rand-m5-n2-p0.75"));
  }

  void otherTextsAreRefused() {
    const auto said = [](const char* aa, const char* what) {
      const QString problem = problemOf(aa);
      QVERIFY2(problem.startsWith("p.aa: ") && problem.contains(what), qPrintable(problem + " / " + what));
    };
    said("rand-m9-w0", "choice weights (w) are not offered");
    said("rand-m9-mmax20", "mmax");
    said("rand-m15", "timm cuts magnitudes at 10");
    said("rand-m9-inc0", "inc1 expected");  // which timm takes for inc1
    said("rand-m9-n9", "a number from 1 to 8");
    said("rand-m9-n1.5", "a whole number");
    said("rand-m8.5", "a whole number");
    said("rand-m9-m8", "stands there twice");
    said("rand-m", "a number from 0");
    said("rand-m9-", "unknown section ''");
    said("rand-m9-x3", "unknown section 'x3'; known: m n mstd p inc");
    said("rand-m9-mstdnan", "unknown section");
    said("rand-m9-mstd1e999", "a number from 0");
    said("original-mstd0.5", "begins with 'rand-'");
    said("augmix-m5-w4-d2", "begins with 'rand-'");
    said("", "begins with 'rand-'");
  }

  void drawsAsTimm() {
    const auto steps = stepsOf("rand-m9-n2-mstd0.5-inc1");
    QCOMPARE(steps.size(), std::size_t{2 * kDraws});
    std::map<std::string, int> ops;
    int fired = 0, bicubic = 0, geometric = 0;
    double sum = 0, squares = 0, valued = 0;
    for (const Part& step : steps) {
      const Op& op = uada::ops()[step.op];
      ++ops[op.name];
      fired += step.fired;
      if (op.geometric) ++geometric, bicubic += stepFilter(step) == Filter::bicubic;
      if (!op.hasValue) continue;
      const double magnitude = placeOnGrid(step, Grid::timm10Inc);
      QVERIFY(magnitude >= 0 && magnitude <= 10);
      ++valued;
      sum += magnitude;
      squares += magnitude * magnitude;
    }
    QCOMPARE(ops.size(), std::size_t{15});
    std::vector<int> counts;
    for (const auto& [name, count] : ops) counts.push_back(count);
    QVERIFY(follows(counts, std::vector<double>(15, 1.0 / 15)));
    QVERIFY(ops.contains("add_below") && ops.contains("invert") && !ops.contains("identity"));
    QVERIFY(follows({fired, static_cast<int>(steps.size()) - fired}, {0.5, 0.5}));
    QVERIFY(follows({bicubic, geometric - bicubic}, {0.5, 0.5}));
    // A normal distribution cut at two deviations: its mean is 9 - 0.5 (phi(2) - 2 (1 - Phi(2))) = 8.99575.
    const double mean = sum / valued, deviation = std::sqrt(squares / valued - mean * mean);
    QVERIFY2(std::abs(mean - 8.99575) < 0.012, std::to_string(mean).c_str());
    QVERIFY2(std::abs(deviation - 0.49) < 0.012, std::to_string(deviation).c_str());
  }

  void magnitudesMayBeFixedOrUniform() {
    for (const Part& step : stepsOf("rand-m7-n1"))
      if (ops()[step.op].hasValue) QCOMPARE(placeOnGrid(step, Grid::timm10), 7.0);
    std::vector<int> tenths(8);
    for (const Part& step : stepsOf("rand-m8-n1-mstd101-p1")) {
      QVERIFY(step.fired);
      if (!ops()[step.op].hasValue) continue;
      ++tenths.at(std::min<std::size_t>(7, static_cast<std::size_t>(placeOnGrid(step, Grid::timm10))));
    }
    QVERIFY(follows(tenths, std::vector<double>(8, 0.125)));
  }

  /// Behind crop and flip, without a box, as timm's pipeline; the filter is part of a plan for ever.
  void plansAreWholeAndStored() {
    const auto space = makeSpace("timm-randaugment");
    int filters = 0;
    for (std::uint32_t i = 0; i < 50; ++i) {
      const Plan plan = samplePlan(*space, i);
      QVERIFY(plan.order() == RenderOrder::cropFirst && !plan.find("cutout"));
      QVERIFY(planFromJson(toJson(plan)) == plan);
      for (const Part& step : plan.chain()) filters += stepFilter(step).has_value();
    }
    QVERIFY(filters > 0);
    QVERIFY(errorOf([] {
              planFromJson(parseJson(R"({"chain":[{"op":"invert","filter":"bicubic"}]})", "t"));
            }).contains("the op invert reads no picture with one"));
  }

  void addsBelowTheMiddle() {
    Image image(4, 1);
    const std::uint8_t values[] = {0, 60, 127, 128, 200, 255, 30, 31, 32, 126, 129, 250};
    std::copy(std::begin(values), std::end(values), image.rgb.begin());
    Image out(4, 1);
    findOp("add_below").apply(image.view(), out.span(), 100.9, {});
    const std::vector<std::uint8_t> expected{100, 160, 227, 128, 200, 255, 130, 131, 132, 226, 129, 250};
    QCOMPARE(std::vector<std::uint8_t>(out.rgb.begin(), out.rgb.end()), expected);
  }
};

QTEST_GUILESS_MAIN(TestTimm)
#include "tst_timm.moc"
