#include <QTest>
#include <cmath>
#include <tuple>

#include "core/data/ResidentDataset.h"
#include "core/engine/tasks/Classification.h"
#include "core/engine/train/RenderAhead.h"
#include "tests/core/PlanTools.h"
#include "tests/engine/OracleTools.h"

using namespace uada;
using namespace uada::test;

/// The rows of a step, as bytes that are normalised when they are shown, and as floats on a device.
class TestRows : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void bothKindsAreTheSamePictures() {
    RowBuffer bytes(*head_, renderer_.settings(), at::kCPU),
        floats(*head_, renderer_.settings(), at::kCPU, RowBuffer::Kind::floats);
    const std::vector<Shown> shown = variants(3);
    const Rows a = floats.add(renderer_, batch_.indices, shown),
               b = bytes.add(renderer_, batch_.indices, shown);
    QCOMPARE(a.count, 15);
    QVERIFY(floats.images(a, renderer_).allclose(bytes.images(b, renderer_), 1e-5, 1e-6));
    QVERIFY(floats.targets(a).classes.equal(bytes.targets(b).classes));
    for (const RowBuffer* rows : {&floats, &bytes})
      QVERIFY(rows->images(a, renderer_).is_contiguous(at::MemoryFormat::ChannelsLast));
    const at::Tensor drawn = at::empty({15, 32, 32, 3});
    renderer_.render(batch_.indices, shown, drawn.mutable_data_ptr<float>());
    QVERIFY(bytes.images(b, renderer_).permute({0, 2, 3, 1}).equal(drawn));
  }

  /// Rows of several calls count on, also where the memory grows; a pick copies any of them together with
  /// their targets.
  void picksAnyRows_data() {
    QTest::addColumn<bool>("areBytes");
    QTest::addRow("floats") << false;
    QTest::addRow("bytes") << true;
  }
  void picksAnyRows() {
    QFETCH(const bool, areBytes);
    RowBuffer rows(*head_, renderer_.settings(), at::kCPU,
                   areBytes ? RowBuffer::Kind::bytes : RowBuffer::Kind::floats);
    const Rows first = rows.add(renderer_, batch_.indices, variants(2));
    const at::Tensor before = rows.images(first, renderer_).clone();
    const Rows second = rows.add(renderer_, batch_.indices, variants(1));
    QCOMPARE(second.first, 10);
    QVERIFY(rows.images(first, renderer_).equal(before));
    const auto picked = rows.pick(at::tensor({12, 0, 9}, at::kLong), renderer_);
    QVERIFY(picked.images[0].equal(rows.images(second, renderer_)[2]));
    QVERIFY(picked.images[1].equal(rows.images(first, renderer_)[0]));
    QVERIFY(picked.images[2].equal(rows.images(first, renderer_)[9]));
    QVERIFY(picked.targets.classes.equal(at::tensor({2, 0, 4}, at::kLong)));
    QVERIFY(picked.images.is_contiguous(at::MemoryFormat::ChannelsLast));
    QVERIFY_THROWS_EXCEPTION(c10::Error, rows.pick(at::tensor({15}, at::kLong), renderer_));
    QVERIFY_THROWS_EXCEPTION(c10::Error, rows.images({10, 6}, renderer_));
    rows.clear();
    QVERIFY_THROWS_EXCEPTION(c10::Error, rows.pick(at::tensor({0}, at::kLong), renderer_));
    QCOMPARE(rows.add(renderer_, batch_.indices, variants(1)).first, 0);
  }

  /// Any pairs of a sample and a plan, in any order and number, are drawn as they are in whole variants.
  void rowsAreAnyPairs() {
    const std::vector<Shown> whole = variants(3);
    const std::vector<std::size_t> which{14, 3, 3, 0, 8, 13};
    std::vector<Shown> packed;
    for (const std::size_t row : which) packed.push_back(whole[row]);
    RowBuffer all(*head_, renderer_.settings(), at::kCPU), some(*head_, renderer_.settings(), at::kCPU);
    const at::Tensor expected = all.images(all.add(renderer_, batch_.indices, whole), renderer_);
    const Rows rows = some.add(renderer_, batch_.indices, packed);
    for (std::size_t at = 0; at < which.size(); ++at)
      QVERIFY(some.images(rows, renderer_)[static_cast<std::int64_t>(at)].equal(
          expected[static_cast<std::int64_t>(which[at])]));
    QVERIFY(some.targets(rows).classes.equal(at::tensor({4, 3, 3, 0, 3, 3}, at::kLong)));
    packed[0].place = 5;
    QVERIFY_THROWS_EXCEPTION(Error, some.add(renderer_, batch_.indices, packed));
  }

  /// A step that mixes labels gives the partner's its weight; the loss takes each class's share.
  void mixesLabels() {
    const auto mixed = [](const std::vector<std::tuple<double, std::uint32_t, bool>>& steps) {
      Plan plan;
      plan.grid = Grid::ltda;
      plan.set(cropPart(4, 4));
      for (const auto& [weight, partner, fired] : steps) {
        Part step = stepPart(opIndex("mixup"), levelOfShare(weight));
        step.found = weight;
        step.partner = partner;
        step.fired = fired;
        plan.add(step);
      }
      return plan;
    };
    const std::vector<Shown> shown{
        {1, mixed({})},                               // class 1
        {1, mixed({{0.25, 3, true}})},                // a quarter of class 3
        {1, mixed({{0.25, 3, false}})},               // not applied
        {0, mixed({{0.5, 7, true}, {0.5, 4, true}})}  // 7 is sample 2 of 5
    };
    RowBuffer rows(*head_, renderer_.settings(), at::kCPU, {}, true);
    const Targets targets = rows.targets(rows.add(renderer_, batch_.indices, shown));
    QVERIFY(targets.classes.equal(at::tensor({1, 1, 1, 0}, at::kLong)));
    const at::Tensor expected = at::tensor({0.0F,  1.0F,  0.0F,  0.0F,  0.0F,  //
                                            0.0F,  0.75F, 0.0F,  0.25F, 0.0F,  //
                                            0.0F,  1.0F,  0.0F,  0.0F,  0.0F,  //
                                            0.25F, 0.0F,  0.25F, 0.0F,  0.5F})
                                    .view({4, 5});
    QVERIFY(targets.shares.equal(expected));
    QVERIFY(rows.pick(at::tensor({3, 1}, at::kLong), renderer_).targets.shares[0].equal(expected[3]));
    // Probabilities 1/8, 1/8, 1/4, 1/4, 1/4.
    const at::Tensor logits = at::tensor({1.0F, 1.0F, 2.0F, 2.0F, 2.0F}).log().expand({4, 5});
    const at::Tensor losses = head_->losses({logits}, targets);
    const double eighth = std::log(8.0), quarter = std::log(4.0);
    QVERIFY(losses.allclose(
        at::tensor({eighth, 0.75 * eighth + 0.25 * quarter, eighth, 0.25 * eighth + 0.75 * quarter})
            .to(at::kFloat),
        1e-6));
    // The picture is mixed by the same weight.
    const at::Tensor images = rows.images({0, 2}, renderer_);
    RowBuffer plain(*head_, renderer_.settings(), at::kCPU);
    const at::Tensor other =
        plain.images(plain.add(renderer_, batch_.indices, std::vector<Shown>{{3, mixed({})}}), renderer_);
    const at::Tensor wanted = 0.75 * images[0] + 0.25 * other[0];
    QVERIFY((images[1] - wanted).abs().max().item<float>() < 1.01F / 255 / 0.2F);  // a step of 8 bits
    QVERIFY(!plain.targets({0, 1}).shares.defined());
  }

  /// A step finds the rows of the batch that was expected, and none of another.
  void rendersAhead() {
    const auto method = makeMethod(methodFromJson("ra-uc", "test"), {*space_, 5});
    RenderAhead ahead(*method, data_, renderer_.settings(), *head_, at::kCPU, 2);
    QVERIFY(ahead.take(batch_).shown.empty());
    for (const bool isExpected : {true, false, true}) {
      ahead.expect(batch_);
      Batch asked = batch_;
      asked.step += isExpected ? 0 : 1;
      const RenderAhead::Begun begun = ahead.take(asked);
      QCOMPARE(begun.shown.empty(), !isExpected);
      if (!isExpected) continue;
      RowBuffer now(*head_, renderer_.settings(), at::kCPU);
      const Rows rows = now.add(renderer_, batch_.indices, method->known(batch_));
      QVERIFY(begun.rows.images(rows, renderer_).equal(now.images(rows, renderer_)));
      QVERIFY(begun.rows.targets(rows).classes.equal(now.targets(rows).classes));
    }
  }
  /// What goes wrong ahead is said where the rows are asked for; the next batch is not concerned.
  void failsWhereItIsAsked() {
    const auto method = makeMethod(methodFromJson("ra-uc", "test"), {*space_, 5});
    RenderAhead ahead(*method, data_, renderer_.settings(), *head_, at::kCPU, 1);
    Batch wrong = batch_;
    wrong.indices.back() = 99;  // the set has 5
    ahead.expect(wrong);
    QVERIFY_THROWS_EXCEPTION(Error, ahead.take(wrong));
    ahead.expect(batch_);
    QVERIFY(!ahead.take(batch_).shown.empty());
  }

 private:
  std::vector<Shown> variants(int count) const {
    std::vector<Shown> shown;
    for (int v = 0; v < count; ++v) {
      Batch batch = batch_;
      batch.epoch += v;
      addVariant(shown, samplePlans(batch, *space_), *space_);
    }
    return shown;
  }
  static ResidentDataset images() {
    ResidentDataset data;
    data.width = data.height = 32;
    data.classCount = 5;
    for (std::uint32_t i = 0; i < 5; ++i) {
      data.labels.push_back(static_cast<std::int32_t>(i));
      for (std::uint32_t p = 0; p < 3072; ++p) data.rgb.push_back(static_cast<std::uint8_t>(p * (i + 3) / 7));
    }
    return data;
  }

  const ResidentDataset data_ = images();
  const Batch batch_{5, 1, 1, {0, 1, 2, 3, 4}};
  ThreadPool pool_{1};
  const Renderer renderer_{data_, {squareInput(32), {}, {0.4F, 0.5F, 0.6F}, {0.2F, 0.25F, 0.3F}}, pool_};
  const std::unique_ptr<TaskHead> head_ = makeTaskHead({"classification", Classification{}}, {5, at::kCPU});
  const std::unique_ptr<Space> space_ = uadaSpace();
};

QTEST_GUILESS_MAIN(TestRows)
#include "tst_rows.moc"
