#include <torch/optim.h>

#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "core/base/Error.h"
#include "core/data/ResidentDataset.h"
#include "core/engine/Shuffle.h"
#include "core/engine/optimisers/Adam.h"
#include "core/engine/optimisers/Sgd.h"
#include "core/engine/optimisers/Updater.h"
#include "core/engine/schedules/Schedule.h"
#include "core/engine/schedules/StepSchedule.h"
#include "core/engine/tasks/Labels.h"
#include "core/engine/train/Device.h"

using namespace uada;

class TestTrainParts : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void descendsLikeTorch_data() {
    QTest::addColumn<double>("momentum");
    QTest::addColumn<bool>("nesterov");
    QTest::addColumn<double>("weightDecay");
    QTest::newRow("plain") << 0.0 << false << 0.0;
    QTest::newRow("decay") << 0.0 << false << 0.1;
    QTest::newRow("momentum") << 0.9 << false << 5e-4;
    QTest::newRow("nesterov") << 0.9 << true << 5e-4;
  }
  void descendsLikeTorch() {
    QFETCH(double, momentum);
    QFETCH(bool, nesterov);
    QFETCH(double, weightDecay);
    const Sgd settings{0.1, momentum, nesterov, weightDecay};
    const at::Tensor start = at::linspace(-1, 1, 7), target = at::linspace(3, -2, 7);
    at::Tensor own = start.clone().requires_grad_(), theirs = start.clone().requires_grad_();
    const auto sgd = makeUpdater({"sgd", settings}, {{"p", own}});
    torch::optim::SGD reference(
        {theirs},
        torch::optim::SGDOptions(0.1).momentum(momentum).nesterov(nesterov).weight_decay(weightDecay));
    for (int i = 0; i < 6; ++i) {
      (own - target).pow(2).sum().backward();
      sgd->step(0.1);
      QVERIFY(!own.grad().defined());
      reference.zero_grad();
      (theirs - target).pow(2).sum().backward();
      reference.step();
      QVERIFY(own.allclose(theirs, 1e-6, 1e-7));
    }
    QVERIFY(!own.allclose(start));
  }

  void adaptsLikeTorch() {
    const at::Tensor start = at::linspace(-1, 1, 7), target = at::linspace(3, -2, 7);
    at::Tensor own = start.clone().requires_grad_(), theirs = start.clone().requires_grad_();
    const auto adam = makeUpdater({"adam", Adam{.weightDecay = 0.01}}, {{"p", own}});
    torch::optim::Adam reference({theirs}, torch::optim::AdamOptions(0.1).weight_decay(0.01));
    for (int i = 0; i < 6; ++i) {
      (own - target).pow(2).sum().backward();
      adam->step(0.1);
      reference.zero_grad();
      (theirs - target).pow(2).sum().backward();
      reference.step();
      QVERIFY(own.allclose(theirs, 1e-6, 1e-7));
    }
    QVERIFY(!own.allclose(start, 0.1, 0.1));
  }

  /// By hand: p = 1, g = 2 + 0.5 * 1 = 2.5, v = 2.5, p = 0.75; then g = 1.5 + 0.375 = 1.875, v = 4.125, p =
  /// 0.3375.
  void descendsByHand() {
    at::Tensor p = at::tensor({1.0f}).requires_grad_();
    const auto sgd = makeUpdater({"sgd", Sgd{.momentum = 0.9, .weightDecay = 0.5}}, {{"p", p}});
    p.pow(2).sum().backward();
    sgd->step(0.1);
    QCOMPARE(p.item<float>(), 0.75f);
    p.pow(2).sum().backward();
    sgd->step(0.1);
    QCOMPARE(p.item<float>(), 0.3375f);
  }

  void seesGradientsThatAreNoNumbers() {
    at::Tensor p = at::ones({3}).requires_grad_();
    const auto sgd = makeUpdater({"sgd", Sgd{}}, {{"p", p}});
    p.sum().backward();
    QVERIFY(std::isfinite(sgd->gradientNorm().item<double>()));
    p.mutable_grad()[1] = std::numeric_limits<float>::quiet_NaN();
    QVERIFY(!std::isfinite(sgd->gradientNorm().item<double>()));
    p.mutable_grad()[1] = std::numeric_limits<float>::infinity();
    QVERIFY(!std::isfinite(sgd->gradientNorm().item<double>()));
  }

  /// Over all parameters: sqrt(3^2 + 0 + 4^2). In double, so that its square may be any.
  void measuresTheGradients() {
    at::Tensor p = at::zeros({2}).requires_grad_(), q = at::zeros({1}).requires_grad_();
    const auto sgd = makeUpdater({"sgd", Sgd{}}, {{"p", p}, {"q", q}});
    p.mutable_grad() = at::tensor({3.0f, 0.0f});
    q.mutable_grad() = at::tensor({4.0f});
    QCOMPARE(sgd->gradientNorm().item<double>(), 5.0);
    q.mutable_grad() = at::tensor({1e30f});
    QVERIFY(std::abs(sgd->gradientNorm().item<double>() / 1e30 - 1) < 1e-6);
  }

  /// 10 epochs, milestones at 3, 6, 8; the first batch of an epoch uses the rate of the epoch before.
  void stepsLikeTheAuthorsCode() {
    const auto rate = [](int epoch, int step) {
      return findSchedule("step").rate({"step", StepSchedule{}}, 0.1, {epoch, step, 5, 10});
    };
    QCOMPARE(rate(0, 0), 0.1);
    QCOMPARE(rate(2, 4), 0.1);
    QCOMPARE(rate(3, 0), 0.1);
    QCOMPARE(rate(3, 1), 0.1 * 0.2);
    QCOMPARE(rate(6, 0), 0.1 * 0.2);
    QCOMPARE(rate(6, 1), 0.1 * 0.2 * 0.2);
    QCOMPARE(rate(8, 1), 0.1 * 0.2 * 0.2 * 0.2);
    QCOMPARE(rate(9, 4), 0.1 * 0.2 * 0.2 * 0.2);
  }
  void followsTheCosine() {
    const auto rate = [](const char* schedule, int epoch, int step) {
      return findSchedule(schedule).rate(scheduleFromJson(schedule, "test"), 0.1, {epoch, step, 3, 4});
    };
    QCOMPARE(rate("cosine", 0, 0), 0.1);
    QCOMPARE(rate("cosine", 1, 0), 0.1 * (1 + std::sqrt(0.5)) / 2);  // 3 of 12 steps: cos(pi / 4)
    QVERIFY(std::abs(rate("cosine", 2, 0) - 0.05) < 1e-15);
    QVERIFY(rate("cosine", 3, 2) < 0.002);
    QCOMPARE(rate("constant", 3, 2), 0.1);
    QVERIFY_THROWS_EXCEPTION(UsageError, rate("other", 0, 0));
  }

  /// 0 threads are as many as OpenMP was told to use; whoever asks for a number gets that.
  void takesTheThreadsOfTheEnvironment() {
    const QByteArray before = qgetenv("OMP_NUM_THREADS");
    qunsetenv("OMP_NUM_THREADS");
    const int all = threadCount(0);
    QVERIFY(all >= 1);
    const std::pair<const char*, int> cases[] = {{"3", 3},   {" 5 ", 5},  {"4,2", 4},
                                                 {"", all},  {"0", all},  {"-2", all},
                                                 {"x", all}, {"2x", all}, {"99999", 1024}};
    for (const auto& [text, threads] : cases) {
      qputenv("OMP_NUM_THREADS", text);
      QCOMPARE(threadCount(0), threads);
      QCOMPARE(threadCount(2), 2);
    }
    before.isNull() ? qunsetenv("OMP_NUM_THREADS") : qputenv("OMP_NUM_THREADS", before);
  }

  void shufflesBySeedAndEpoch() {
    const auto order = shuffledOrder(1000, 1, 1);
    QCOMPARE(std::set<std::uint32_t>(order.begin(), order.end()).size(), std::size_t{1000});
    QCOMPARE(*std::max_element(order.begin(), order.end()), 999u);
    QVERIFY(order == shuffledOrder(1000, 1, 1));
    QVERIFY(order != shuffledOrder(1000, 1, 2));
    QVERIFY(order != shuffledOrder(1000, 2, 1));
    QVERIFY(!std::is_sorted(order.begin(), order.end()));
  }
  /// Each of the 6 orders of 3 samples comes up about equally often.
  void shufflesEvenly() {
    std::map<std::vector<std::uint32_t>, int> seen;
    for (int epoch = 1; epoch <= 6000; ++epoch) ++seen[shuffledOrder(3, 9, epoch)];
    QCOMPARE(seen.size(), std::size_t{6});
    for (const auto& [order, count] : seen) QVERIFY(std::abs(count - 1000) < 150);
  }

  void cutsBatches() {
    const auto sizes = [](std::size_t count, std::size_t size) {
      const Batches batches{count, size};
      std::vector<std::size_t> all;
      for (std::int64_t s = 0; s < batches.steps(); ++s) all.push_back(batches.end(s) - batches.begin(s));
      return all;
    };
    using Sizes = std::vector<std::size_t>;
    QCOMPARE(sizes(8, 4), (Sizes{4, 4}));
    QCOMPARE(sizes(10, 4), (Sizes{4, 4, 2}));
    QCOMPARE(sizes(9, 4), (Sizes{4, 5}));  // a batch of one joins the one before
    QCOMPARE(sizes(3, 4), (Sizes{3}));
    QCOMPARE(sizes(2, 2), (Sizes{2}));
  }

  /// logits (0, ln 3): softmax (1/4, 3/4).
  void computesCrossEntropy() {
    const at::Tensor logits = at::tensor({0.0f, std::log(3.0f), 0.0f, std::log(3.0f)}).reshape({2, 2});
    const at::Tensor loss = crossEntropy(logits, at::tensor({0, 1}, at::kLong));
    QVERIFY(loss.allclose(at::tensor({std::log(4.0f), std::log(4.0f / 3)})));
    QVERIFY_THROWS_EXCEPTION(c10::Error, crossEntropy(logits, at::tensor({0, 1, 1}, at::kLong)));
    QVERIFY_THROWS_EXCEPTION(c10::Error, crossEntropy(logits, at::tensor({0, 2}, at::kLong)));
  }

  void ranksEqualLogitsByClass() {
    const at::Tensor logits = at::tensor({1.0f, 5.0f, 5.0f, 2.0f}).repeat({4, 1});
    const at::Tensor targets = at::tensor({0, 1, 2, 3}, at::kLong);
    QCOMPARE(countTop(logits, targets, 1).item<std::int64_t>(), std::int64_t{1});  // only class 1
    QCOMPARE(countTop(logits, targets, 2).item<std::int64_t>(), std::int64_t{2});  // and class 2
    QCOMPARE(countTop(logits, targets, 3).item<std::int64_t>(), std::int64_t{3});
    QCOMPARE(countTop(logits, targets, 5).item<std::int64_t>(), std::int64_t{4});
    const at::Tensor nothing = at::full({1, 4}, std::numeric_limits<float>::quiet_NaN());
    QCOMPARE(countTop(nothing, at::tensor({0}, at::kLong), 5).item<std::int64_t>(), std::int64_t{0});
  }

  void refusesLabelsOutOfRange() {
    ResidentDataset data;
    data.classCount = 3;
    data.labels = {0, 2, 1};
    checkLabels(data, "training");
    for (const int wrong : {3, -1, -100}) {
      data.labels[1] = wrong;
      QVERIFY_THROWS_EXCEPTION(Error, checkLabels(data, "training"));
    }
  }
};

QTEST_GUILESS_MAIN(TestTrainParts)
#include "tst_train_parts.moc"
