#include <QTest>

#include "core/data/ResidentDataset.h"
#include "core/engine/tasks/Classification.h"
#include "core/engine/train/RowBuffer.h"
#include "tests/core/PlanTools.h"
#include "tests/engine/OracleTools.h"

using namespace uada;
using namespace uada::test;

/// The rows of a step, as floats and as bytes that are normalised on the device.
class TestRows : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void bothKindsAreTheSamePictures() {
    RowBuffer floats(renderer_, *head_, pool_, at::kCPU),
        bytes(renderer_, *head_, pool_, at::kCPU, RowBuffer::Kind::bytes);
    const std::vector<Shown> shown = variants(3);
    const Rows a = floats.add(batch_.indices, shown), b = bytes.add(batch_.indices, shown);
    QCOMPARE(a.count, 15);
    QVERIFY(floats.images(a).allclose(bytes.images(b), 1e-5, 1e-6));
    QVERIFY(floats.targets(a).classes.equal(bytes.targets(b).classes));
    QVERIFY(floats.images(a).is_contiguous(at::MemoryFormat::ChannelsLast));
  }

  /// Rows of several calls count on; a pick copies any of them together with their targets.
  void picksAnyRows() {
    RowBuffer rows(renderer_, *head_, pool_, at::kCPU);
    const Rows first = rows.add(batch_.indices, variants(2)), second = rows.add(batch_.indices, variants(1));
    QCOMPARE(second.first, 10);
    const auto picked = rows.pick(std::vector<int>{12, 0, 9});
    QVERIFY(picked.images[0].equal(rows.images(second)[2]));
    QVERIFY(picked.images[1].equal(rows.images(first)[0]));
    QVERIFY(picked.images[2].equal(rows.images(first)[9]));
    QVERIFY(picked.targets.classes.equal(at::tensor({2, 0, 4}, at::kLong)));
    QVERIFY(picked.images.is_contiguous(at::MemoryFormat::ChannelsLast));
    QVERIFY_THROWS_EXCEPTION(c10::Error, rows.pick(std::vector<int>{15}));
    rows.clear();
    QVERIFY_THROWS_EXCEPTION(c10::Error, rows.pick(std::vector<int>{0}));
    QCOMPARE(rows.add(batch_.indices, variants(1)).first, 0);
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
