#include <QTest>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "core/base/Error.h"
#include "core/data/DatasetView.h"
#include "core/data/PictureTargets.h"
#include "core/data/Prefetch.h"
#include "core/data/ResidentDataset.h"
#include "tests/core/ErrorOf.h"

using namespace uada;
using namespace uada::test;

namespace {

constexpr int kCount = 60, kSide = 8;
constexpr std::size_t kBytes = 3 * kSide * kSide;  // of an image

/// Counts what it decodes and how many of its images live; outside of the wanted part is nonsense.
class Counted final : public Dataset {
 public:
  mutable std::atomic<int> decoded{0}, alive{0}, most{0};
  int damaged = -1, damagedMap = -1;
  bool hasMaps = false;
  mutable std::atomic<int> maps{0};

  std::size_t size() const override { return kCount; }
  ImageSize imageSize(std::uint32_t) const override { return {kSide, kSide}; }
  Held<ImageView> image(std::uint32_t index, const PixelBox* part = nullptr) const override {
    ++decoded;
    if (static_cast<int>(index) == damaged) throw Error("image " + std::to_string(index) + " is damaged");
    const PixelBox box = part ? *part : PixelBox{0, 0, kSide, kSide};
    auto* image = new Image(kSide, kSide);
    std::fill(image->rgb.begin(), image->rgb.end(), 99);
    for (int y = box.top; y < box.bottom; ++y)
      for (int x = box.left; x < box.right; ++x)
        image->rgb[static_cast<std::size_t>(3 * (y * kSide + x))] = static_cast<std::uint8_t>(index);
    int seen = most;
    const int now = ++alive;
    while (now > seen && !most.compare_exchange_weak(seen, now)) continue;
    const ImageView view = image->view();
    return Held<ImageView>(view, std::shared_ptr<Image>(image, [this](Image* used) {
                             delete used;
                             --alive;
                           }));
  }
  Held<TargetView> target(std::uint32_t index) const override {
    if (!hasMaps) return Held<TargetView>(Label{static_cast<std::int32_t>(index % 3)});
    ++maps;
    if (static_cast<int>(index) == damagedMap) throw Error("map " + std::to_string(index) + " is damaged");
    const auto map = std::make_shared<LabelMap>(kSide, kSide, static_cast<std::uint8_t>(index));
    return Held<TargetView>(TargetView(map->view()), map);
  }
  TargetKind targetKind() const override { return hasMaps ? TargetKind::labelMap : TargetKind::label; }
  int classes() const override { return 3; }
  std::string identity() const override { return "counted"; }
};

std::vector<std::uint32_t> someOrder() {
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < kCount; ++i) order.push_back(i * 7 % kCount);
  return order;
}

/// The red values of a box of the image.
bool isNumber(ImageView image, const PixelBox& box, std::uint32_t index) {
  for (int y = box.top; y < box.bottom; ++y)
    for (int x = box.left; x < box.right; ++x)
      if (image.row(y)[3 * x] != index) return false;
  return true;
}

}  // namespace

class TestPrefetch : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void equalWithAnyThreads_data();
  void equalWithAnyThreads();
  void eachImageIsDecodedOnce();
  void imagesThatAreTargetsAreDecodedOnce();
  void memoryIsBounded();
  void problemsComeWhereTheImageIsAskedFor();
  void labelMapsAreDecodedAhead();
  void beyondThePartIsDecodedAgain();
  void anOrderReplacesAnother();
  void askedForFromManyThreads();
};

void TestPrefetch::equalWithAnyThreads_data() {
  QTest::addColumn<int>("threads");
  QTest::addColumn<int>("images");  // that fit in the memory
  for (const int threads : {1, 2, 5})
    for (const int images : {0, 1, 7, 1000})
      QTest::addRow("%d threads, %d images", threads, images) << threads << images;
}

void TestPrefetch::equalWithAnyThreads() {
  QFETCH(const int, threads);
  QFETCH(const int, images);
  const auto base = std::make_shared<const Counted>();
  Prefetch data(base, threads, static_cast<std::size_t>(images) * kBytes);
  const std::vector<std::uint32_t> order = someOrder();
  data.expect(order, {});
  for (std::size_t i = 0; i < order.size(); ++i) {
    QVERIFY(isNumber(*data.image(order[i]), {0, 0, kSide, kSide}, order[i]));
    data.release(i + 1);
  }
  QCOMPARE(data.label(5), 2);
  QCOMPARE(data.identity(), std::string("counted"));
}

void TestPrefetch::eachImageIsDecodedOnce() {
  const auto base = std::make_shared<const Counted>();
  Prefetch data(base, 3, kBytes * 10);
  const std::vector<std::uint32_t> order = someOrder();
  data.expect(order, {});
  for (std::size_t begin = 0; begin < order.size(); begin += 10) {
    for (int time = 0; time < 3; ++time)  // a step asks several times
      for (std::size_t i = begin; i < begin + 10; ++i) data.image(order[i]);
    data.release(begin + 10);
  }
  QCOMPARE(base->decoded.load(), kCount);
}

void TestPrefetch::imagesThatAreTargetsAreDecodedOnce() {
  const auto base = std::make_shared<const Counted>();
  const auto ahead = std::make_shared<Prefetch>(base, 2, kBytes * 10);
  const auto data = withTargets(ahead, TargetKind::picture);
  const std::vector<std::uint32_t> order = someOrder();
  ahead->expect(order, {});
  for (std::size_t i = 0; i < order.size(); ++i) {
    data->image(order[i]);
    const Held<TargetView> target = data->target(order[i]);
    ahead->release(i + 1);
    QVERIFY(isNumber(std::get<ImageView>(*target), {0, 0, kSide, kSide}, order[i]));  // as long as it is held
  }
  QCOMPARE(base->decoded.load(), kCount);
}

void TestPrefetch::memoryIsBounded() {
  const auto base = std::make_shared<const Counted>();
  Prefetch data(base, 4, kBytes * 6);
  const std::vector<std::uint32_t> order = someOrder();
  data.expect(order, {});
  QTRY_COMPARE(base->alive.load(), 6);
  for (std::size_t i = 0; i < order.size(); ++i) {
    data.image(order[i]);
    data.release(i + 1);
  }
  QVERIFY2(base->most <= 6 + 1, std::to_string(base->most).c_str());  // and the one asked for
  QTRY_COMPARE(base->alive.load(), 0);
}

void TestPrefetch::problemsComeWhereTheImageIsAskedFor() {
  auto base = std::make_shared<Counted>();
  base->damaged = 14;  // third of the order
  Prefetch data(base, 2, kBytes * 100);
  const std::vector<std::uint32_t> order = someOrder();
  data.expect(order, {});
  for (const std::uint32_t index : order) {
    const QString message = errorOf([&] { data.image(index); });
    QCOMPARE(message, index == 14 ? QString("image 14 is damaged") : QString());
  }
}

void TestPrefetch::labelMapsAreDecodedAhead() {
  auto base = std::make_shared<Counted>();
  base->hasMaps = true;
  base->damagedMap = 21;
  const std::size_t bytes = kBytes + kSide * kSide;  // of an image with its map
  Prefetch data(base, 2, bytes * 6);
  const std::vector<std::uint32_t> order = someOrder();
  data.expect(order, {});
  QTRY_COMPARE(base->maps.load(), 6);  // none was asked for yet
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::uint32_t index = order[i];
    if (index == 21) {
      QCOMPARE(errorOf([&] { data.target(index); }), QString("map 21 is damaged"));
    } else {
      data.image(index);
      const Held<TargetView> target = data.target(index);
      data.release(i + 1);
      QVERIFY(std::get<LabelMapView>(*target).row(kSide - 1)[kSide - 1] == index);  // also when it is let go
    }
  }
  QCOMPARE(base->maps.load(), kCount);
}

void TestPrefetch::beyondThePartIsDecodedAgain() {
  const auto base = std::make_shared<const Counted>();
  Prefetch data(base, 1, kBytes * 100);
  const PixelBox part{2, 2, 6, 5};
  data.expect(someOrder(), [&](std::uint32_t) { return part; });
  const PixelBox inside{3, 2, 6, 4}, beyond{1, 2, 6, 5};
  QVERIFY(isNumber(*data.image(7, &inside), inside, 7));
  QVERIFY(isNumber(*data.image(7, &beyond), beyond, 7));
  QVERIFY(isNumber(*data.image(7), {0, 0, kSide, kSide}, 7));
}

void TestPrefetch::anOrderReplacesAnother() {
  const auto base = std::make_shared<const Counted>();
  Prefetch data(base, 2, kBytes * 4);
  data.expect({1, 2, 3, 4, 5, 6}, {});
  QVERIFY(isNumber(*data.image(1), {0, 0, kSide, kSide}, 1));
  data.expect({9, 8}, {});
  QVERIFY(isNumber(*data.image(8), {0, 0, kSide, kSide}, 8));
  QVERIFY(isNumber(*data.image(3), {0, 0, kSide, kSide}, 3));  // not expected any more
  QTRY_COMPARE(base->alive.load(), 2);
}

void TestPrefetch::askedForFromManyThreads() {
  const auto base = std::make_shared<const Counted>();
  Prefetch data(base, 2, kBytes * 8);
  const std::vector<std::uint32_t> order = someOrder();
  std::atomic<int> wrong{0};
  for (int epoch = 0; epoch < 3; ++epoch) {
    data.expect(order, {});
    for (std::size_t begin = 0; begin < order.size(); begin += 12) {
      std::vector<std::thread> threads;
      for (std::size_t t = 0; t < 3; ++t)
        threads.emplace_back([&, t] {
          for (std::size_t i = begin + t; i < begin + 12; i += 3)
            wrong += !isNumber(*data.image(order[i]), {0, 0, kSide, kSide}, order[i]);
        });
      for (std::thread& thread : threads) thread.join();
      data.release(begin + 12);
    }
  }
  QCOMPARE(wrong.load(), 0);
}

QTEST_GUILESS_MAIN(TestPrefetch)
#include "tst_prefetch.moc"
