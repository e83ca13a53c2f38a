#include <QTest>
#include <cmath>
#include <map>

#include "core/engine/methods/WarpNet.h"
#include "core/engine/models/Model.h"
#include "core/engine/models/Network.h"
#include "tests/engine/OracleTools.h"

using namespace uada;
using namespace uada::test;

namespace {

at::Tensor mapOf(const std::vector<float>& values) { return at::tensor(values).view({1, 2, 3}); }

/// A row of four pixels in each channel.
at::Tensor pixels(float a, float b, float c, float d) {
  return at::tensor({a, b, c, d}).view({1, 1, 1, 4}).expand({1, 3, 1, 4}).contiguous();
}

/// Keeps what each training of a step was asked for.
class Asked : public PlanContext {
 public:
  using PlanContext::PlanContext;
  at::Tensor images(Rows rows) const override {
    return at::arange(rows.count * 3 * 64, at::kFloat).view({rows.count, 3, 8, 8}).sin();
  }
  Trained train(const TrainedOn& on) override {
    asked.push_back(on);
    return PlanContext::train(on);
  }
  std::vector<TrainedOn> asked;
};

class Recorded : public StateVisitor {
 public:
  explicit Recorded(const std::function<void(StateVisitor&)>& visit) { visit(*this); }
  void tensor(const std::string& name, at::Tensor value) override { values[name] = value.detach().clone(); }
  std::map<std::string, at::Tensor> values;
};

}  // namespace

class TestOnlineAugment : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void invertsMaps() {
    QVERIFY(inverseOf(mapOf({2, 0, 0.5F, 0, 4, -1})).allclose(mapOf({0.5F, 0, -0.25F, 0, 0.25F, 0.25F})));
    const at::Tensor theta = mapOf({1.1F, 0.2F, 0.3F, -0.4F, 0.9F, 0.1F});
    QVERIFY(inverseOf(inverseOf(theta)).allclose(theta, 1e-5, 1e-6));
  }

  /// Coordinates go from -1 to 1 over four pixels: a half is one pixel. Outside is 0.
  void readsThroughMaps() {
    const at::Tensor x = pixels(1, 2, 3, 4);
    QVERIFY(warped(x, mapOf({1, 0, 0, 0, 1, 0})).allclose(x));
    QVERIFY(warped(x, mapOf({1, 0, 0.5F, 0, 1, 0})).allclose(pixels(2, 3, 4, 0), 1e-5, 1e-6));
    QVERIFY(warped(x, mapOf({-1, 0, 0, 0, 1, 0})).allclose(pixels(4, 3, 2, 1), 1e-5, 1e-6));
  }

  /// To the left and back loses the first pixel, to the right and back the last one.
  void losesWhatCannotBeUndone() {
    const at::Tensor x = pixels(1, 2, 3, 4);
    QCOMPARE(cycleLoss(x, mapOf({1, 0, 0, 0, 1, 0})).item<float>(), 0.0F);
    const float lost = cycleLoss(x, mapOf({1, 0, 0.5F, 0, 1, 0})).item<float>();
    QVERIFY(std::abs(lost - (1.0F + 16.0F) / 4) < 1e-4F);
  }

  void turnsTheGradient() {
    const at::Tensor x = at::tensor({1.0F, 2.0F}).requires_grad_();
    const at::Tensor same = withGradientTimes(x, -0.1);
    QVERIFY(same.equal(x));
    same.square().sum().backward();
    QVERIFY(x.grad().allclose(at::tensor({-0.2F, -0.4F})));
  }

  /// A new network leaves images as they are, whatever the noise; a step along a gradient changes that.
  void mapsBeginAsIdentity() {
    WarpNet net(1, 8, 1e-2, 5, at::kCPU);
    std::vector<Random> streams;
    for (std::uint32_t b = 0; b < 6; ++b) streams.emplace_back(1, 2, b, Purpose::warp);
    const WarpNet::Drawn drawn = net.draw(streams), next = net.draw(streams);
    QVERIFY(!next.noise.equal(drawn.noise));
    QVERIFY(drawn.masks.eq(0).logical_or(drawn.masks.eq(2)).all().item<bool>());
    const float kept = drawn.masks.mean().item<float>();  // of 240 coins
    QVERIFY(kept > 0.75F && kept < 1.25F);
    const at::Tensor identity = mapOf({1, 0, 0, 0, 1, 0}).expand({6, 2, 3});
    QVERIFY(net.maps(drawn).equal(identity));
    net.maps(drawn).select(2, 2).sum().backward();  // both shifts
    QVERIFY(net.gradientsAreFinite().item<bool>());
    net.step();
    const at::Tensor moved = net.maps(drawn);
    QVERIFY((moved.select(2, 2) < 0).all().item<bool>());
  }

  /// Two trainings on the warped batch and its inverse with the second normalisations, then one on the batch.
  void trainsOnWarpedImagesFirst() {
    const Choice choice = methodFromJson("online-augment", "test");
    const auto space = makeSpace(policyOf(choice), {squareInput(32)});
    const auto method = makeMethod(choice, {*space, 5});
    Asked context(4, 2);
    const StepOutcome outcome = method->step(batchOf(4), context);
    QCOMPARE(context.asked.size(), std::size_t{3});
    const at::Tensor x = context.images({0, 4});
    for (std::size_t i = 0; i < 2; ++i) {
      const TrainedOn& on = context.asked[i];
      QCOMPARE(on.norms, 1);
      QVERIFY(on.rows.equal(at::tensor({0, 1, 2, 3, 0, 1, 2, 3}, at::kLong)));
      QVERIFY(on.images.sizes() == at::IntArrayRef({8, 3, 8, 8}) && on.images.requires_grad());
      // The first maps are the identity.
      if (i == 0)
        QVERIFY(on.images.allclose(at::cat({x, x}), 1e-4, 1e-5));
      else
        QVERIFY(!on.images.allclose(at::cat({x, x}), 1e-4, 1e-5));
    }
    QVERIFY(!context.asked[2].images.defined() && !context.asked[2].term);
    QCOMPARE(context.asked[2].norms, 0);
    QCOMPARE(outcome.decisions.size(), std::size_t{2});
    Recorded state([&](StateVisitor& visitor) { method->visit(visitor); });
    QCOMPARE(state.values.at("steps.warp.0.weight").item<std::int64_t>(), std::int64_t{2});
    const Passes passes = findMethod("online-augment").passes(choice, *space);
    QCOMPARE(passes.relativeToRaUc(), 5.0);
    QCOMPARE(passes.chains, 1.0);
  }

  /// What one set of batch normalisations learns, the other does not see; they begin alike.
  void normalisationsAreApart() {
    const Choice model =
        modelFromJson(parseJson(R"({"name": "resnet", "depth": "10", "width": 2})", "test"), "test");
    const auto network = makeNetwork(model, {10, squareInput(32)}, 3);
    const std::int64_t before = network->parameterCount();
    const at::Tensor x = at::arange(4 * 3 * 32 * 32, at::kFloat).view({4, 3, 32, 32}).sin() + 0.5;
    network->addNorms();
    QVERIFY(network->parameterCount() > before);
    const at::NoGradGuard noGrad;
    const at::Tensor first = network->forward(x).main.clone();
    const Recorded one([&](StateVisitor& visitor) { network->visit(visitor); });
    network->useNorms(1);
    QVERIFY(network->forward(x).main.equal(first));
    const Recorded two([&](StateVisitor& visitor) { network->visit(visitor); });
    for (const auto& [name, value] : one.values) {
      const bool isOfSecond = name.find(".second.running") != std::string::npos;
      QVERIFY2(two.values.at(name).equal(value) != isOfSecond, name.c_str());
    }
    QVERIFY(two.values.at("model.bn1.second.running_mean").equal(one.values.at("model.bn1.running_mean")));
    network->useNorms(0);
    QVERIFY(network->features().sizes() == at::IntArrayRef({4, 16}));
    QCOMPARE(network->featureCount(), std::int64_t{16});
  }
};

QTEST_GUILESS_MAIN(TestOnlineAugment)
#include "tst_online_augment.moc"
