#include <fmt/core.h>

#include <QtTest>
#include <cstring>

#include "tests/core/AugmentTools.h"
#include "tests/core/Pillow.h"

using namespace uada;
using namespace uada::test;

class TestReplay : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void storedPlansGiveTheSamePixels_data();
  void storedPlansGiveTheSamePixels();
  void picturesAreTheSameForEver_data();
  void picturesAreTheSameForEver();
  void equalsPillow_data();
  void equalsPillow();

 private:
  ThreadPool pool_{2};
};

void TestReplay::storedPlansGiveTheSamePixels_data() { addSpaceRows(); }

/// Replay: plans that went through text, another data set object and another renderer.
void TestReplay::storedPlansGiveTheSamePixels() {
  QFETCH(QString, policy);
  QFETCH(QString, settings);
  const auto space = makeSpace(policy.toStdString(), settings.toUtf8().constData());
  const ResidentDataset data = makeData(32, 64), again = makeData(32, 64);
  const Renderer renderer(data, settingsOf(32), pool_), later(again, settingsOf(32), pool_);
  for (std::uint32_t index = 0; index < 64; ++index) {
    const Plan plan = samplePlan(*space, index);
    const Plan stored = planFromJson(parseJson(toJson(plan).dump(), "test"));
    QVERIFY(later.picture(index, stored) == renderer.picture(index, plan));
  }
}

void TestReplay::picturesAreTheSameForEver_data() {
  QTest::addColumn<int>("side");
  QTest::addColumn<quint32>("crc");
  QTest::newRow("cifar") << 32 << quint32{0xCC0B9C6C};
  QTest::newRow("fashion-mnist") << 28 << quint32{0x67FF70F7};
}

/// A recorded seed must go on giving the same pixels: if this fails, stored runs cannot be replayed.
void TestReplay::picturesAreTheSameForEver() {
  QFETCH(int, side);
  QFETCH(quint32, crc);
  const ResidentDataset data = makeData(side, 16);
  const Batch batch = uadaBatch(*makeSpace("uada-cifar", "{}", side), 16);
  std::vector<std::uint8_t> bytes(batch.plans.size() * 3 * side * side);
  Renderer(data, settingsOf(side), pool_).renderBytes(batch.indices, batch.plans, bytes.data());
  QCOMPARE(crc32(bytes), crc);
}

void TestReplay::equalsPillow_data() {
  QTest::addColumn<int>("side");
  QTest::addColumn<int>("width");
  QTest::addColumn<int>("height");
  QTest::addColumn<QString>("settings");
  QTest::newRow("cifar") << 32 << 32 << 32 << "{}";
  QTest::newRow("fashion-mnist") << 28 << 28 << 28 << "{}";
  QTest::newRow("resized from larger images") << 32 << 75 << 50 << R"({"crop":"resized"})";
  QTest::newRow("resized, bicubic") << 31 << 40 << 61 << R"({"crop":"resized","resize_filter":"bicubic"})";
}

/// The whole chain of the authors' script, written down a second time with Pillow, on plans, probes and
/// candidates.
void TestReplay::equalsPillow() {
  QFETCH(int, side);
  QFETCH(int, width);
  QFETCH(int, height);
  QFETCH(QString, settings);
  QString version;
  const QString python = pythonWithPillow(version);
  if (python.isEmpty()) QSKIP("not run: the comparison with Pillow needs Debian's package python3-pil");

  const ResidentDataset data = makeData(ImageSize{width, height}, 400);
  const auto space = makeSpace("uada-cifar", settings.toUtf8().constData(), side, 1, {width, height});
  const Batch batch = uadaBatch(*space, data.size());
  std::vector<Image> images;
  for (std::uint32_t index = 0; index < data.size(); ++index) images.emplace_back(data.view(index));
  PillowCall call;
  for (std::size_t i = 0; i < batch.plans.size(); ++i)
    call.add(fmt::format("{} {} {} {}", side, width, height, toJson(batch.plans[i]).dump()),
             images[batch.indices[i % images.size()]]);
  const QByteArray expected = call.run(python, QStringLiteral("pillow_plans.py"));
  std::vector<std::uint8_t> bytes(batch.plans.size() * 3 * side * side);
  Renderer(data, settingsOf(side), pool_).renderBytes(batch.indices, batch.plans, bytes.data());
  QCOMPARE(static_cast<std::size_t>(expected.size()), bytes.size());
  const qsizetype one = 3 * side * side;
  for (std::size_t i = 0; i < batch.plans.size(); ++i)
    QVERIFY2(std::memcmp(expected.data() + one * i, bytes.data() + one * i, one) == 0,
             planText(batch.plans[i]).c_str());
  qInfo("%zu plans equal Pillow %s", batch.plans.size(), qPrintable(version));
}

QTEST_GUILESS_MAIN(TestReplay)
#include "tst_replay.moc"
