#include <QTest>

#include "core/engine/methods/MethodEntry.h"
#include "core/engine/train/Stepper.h"
#include "tests/engine/FaultTools.h"

using namespace uada;

namespace {

Choice uadaWith(const QByteArray& more, const char* candidates) {
  const QByteArray text = "{\"candidates\": \"" + QByteArray(candidates) + "\"" + more + "}";
  return findMethod("uada").read("uada", parseJson(text.constData(), "test"), "test");
}

}  // namespace

/// Both candidates of each group are rendered before the losses are known, and the device takes one.
class TestBothWays : public QObject {
  Q_OBJECT
 private:
  const StripedImages images_{40, 12};
  ThreadPool pool_{1};

  RunConfig config(const QByteArray& more, const char* candidates) const {
    RunConfig config = tinyConfig(images_.folder(), "uada", 1, 8);
    config.method = uadaWith(more, candidates);
    return config;
  }

 private Q_SLOTS:
  void initTestCase() { at::set_num_threads(1); }

  /// The same decisions, losses and weights, to the bit, as when the probes' losses are read first.
  void decidesTheSame_data() {
    QTest::addColumn<QByteArray>("more");
    for (const char* more :
         {"", R"(,"epsilon":2)", R"(,"delta":3,"epsilon":2)", R"(,"update":"against")",
          R"(,"one_sided":true)", R"(,"one_sided":true,"update":"against")", R"(,"selection":"easiest")",
          R"(,"estimator":"joint")", R"(,"granularity":"batch")", R"(,"include_unperturbed":false)",
          R"(,"norm":"base")", R"(,"mode":"fast")", R"(,"mode":"fast","epsilon":2)",
          R"(,"mode":"fast","one_sided":true)", R"(,"mode":"fast","probed_share":0.5)",
          R"(,"mode":"fast","norm":"eval")", R"(,"mode":"fast","estimator":"joint")"})
      QTest::newRow(*more ? more : "usual") << QByteArray(more);
  }
  void decidesTheSame() {
    QFETCH(QByteArray, more);
    if (more.contains("fast")) more += R"(,"precision":"float32")";
    const ResidentDataset images = trainingImages(images_.folder());
    const RunConfig inTurn = config(more, "asked"), ahead = config(more, "both");
    Stepper first(inTurn, images, at::kCPU, pool_), second(ahead, images, at::kCPU, pool_);
    for (std::int64_t step = 1; step <= 4; ++step) {
      Batch batch = firstBatch(32);
      batch.step = step;
      batch.epoch = static_cast<int>(step);
      const StepReports a = first.step(batch, 0.05, 32), b = second.step(batch, 0.05, 32);
      QCOMPARE(b.report.loss, a.report.loss);
      QCOMPARE(b.report.gain, a.report.gain);
      QCOMPARE(b.report.unperturbedLoss, a.report.unperturbedLoss);
      QCOMPARE(text(b.policy), text(a.policy));
      QCOMPARE(b.decisions.size(), std::size_t{32});
      for (std::size_t i = 0; i < 32; ++i) QCOMPARE(text(b.decisions[i]), text(a.decisions[i]));
    }
    const auto weights = first.network().parameters(), others = second.network().parameters();
    for (std::size_t i = 0; i < weights.size(); ++i) QVERIFY(at::equal(weights[i], others[i]));
  }

  /// Where a group has a probe for each coordinate, and where it is probed each way, there is no such pair.
  void leavesOtherProbesInTurn() {
    const ResidentDataset images = trainingImages(images_.folder());
    for (const char* more : {R"(,"estimator":"central")", R"(,"update":"random")",
                             R"(,"policy":{"name":"uada-cifar","coordinatewise":true})"}) {
      Stepper inTurn(config(more, "asked"), images, at::kCPU, pool_);
      Stepper both(config(more, "both"), images, at::kCPU, pool_);
      QCOMPARE(both.step(firstBatch(32), 0.05, 0).report.counts.chains,
               inTurn.step(firstBatch(32), 0.05, 0).report.counts.chains);
    }
  }

  /// Its cost as the catalogue tells it: chains of both candidates, forwards as ever.
  void costsWhatItSays() {
    const auto passes = [&](const char* more, const char* candidates) {
      const Choice method = uadaWith(more, candidates);
      const auto space = makeSpace(policyOf(method), {squareInput(32)});
      return findMethod("uada").passes(method, *space);
    };
    QCOMPARE(passes("", "asked").chains, 9.0);
    QCOMPARE(passes("", "both").chains,
             12.0);  // 1 + 4 probes + 4 + 3: a flip that is not made is the image itself
    QCOMPARE(passes("", "both").forwardsNoGrad, 9.0);
    QCOMPARE(passes(R"(,"mode":"fast")", "both").chains, 8.0);  // 1 + 4 + 3
    QCOMPARE(passes(R"(,"one_sided":true)", "both").chains, 9.0);
    QCOMPARE(passes(R"(,"one_sided":true,"update":"against")", "both").chains, 8.0);
    const char* central = R"(,"estimator":"central")";
    QCOMPARE(passes(central, "both").chains, passes(central, "asked").chains);
    const char* each = R"(,"policy":{"name":"uada-cifar","coordinatewise":true})";
    QCOMPARE(passes(each, "both").chains, passes(each, "asked").chains);
  }
};

QTEST_APPLESS_MAIN(TestBothWays)
#include "tst_both_ways.moc"
