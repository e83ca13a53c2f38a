#include <QTest>
#include <atomic>
#include <thread>
#include <vector>

#include "core/base/Error.h"
#include "core/data/KeptImages.h"
#include "tests/core/ErrorOf.h"

using namespace uada;
using namespace uada::test;

namespace {

constexpr int kCount = 6, kSide = 8;
constexpr std::size_t kImage = 3 * kSide * kSide, kMap = kSide * kSide;  // bytes

/// Counts what it decodes, into buffers that are larger than needed; of an image only the part that is asked
/// for.
class Decoded final : public Dataset {
 public:
  mutable std::atomic<int> images{0}, maps{0};
  std::atomic<int> damaged = -1;

  std::size_t size() const override { return kCount; }
  ImageSize imageSize(std::uint32_t) const override { return {kSide, kSide}; }
  Held<ImageView> image(std::uint32_t index, const PixelBox* part = nullptr) const override {
    ++images;
    if (static_cast<int>(index) == damaged) throw Error("image " + std::to_string(index) + " is damaged");
    const auto bytes = std::make_shared<std::vector<std::uint8_t>>(10 * kImage, std::uint8_t{99});
    const PixelBox box = part ? *part : PixelBox{0, 0, kSide, kSide};
    for (int y = box.top; y < box.bottom; ++y)
      for (int i = 3 * box.left; i < 3 * box.right; ++i)
        (*bytes)[static_cast<std::size_t>(3 * kSide * y + i)] = static_cast<std::uint8_t>(20 * index + 1);
    return Held<ImageView>({bytes->data(), kSide, kSide}, bytes);
  }
  Held<TargetView> target(std::uint32_t index) const override {
    ++maps;
    const auto map = std::make_shared<LabelMap>(kSide, kSide, static_cast<std::uint8_t>(index));
    return Held<TargetView>(TargetView(map->view()), map);
  }
  TargetKind targetKind() const override { return TargetKind::labelMap; }
  int classes() const override { return kCount; }
  std::string identity() const override { return "decoded"; }
};

bool isWhole(ImageView image, std::uint32_t index) {
  for (std::size_t i = 0; i < image.bytes(); ++i)
    if (image.rgb[i] != 20 * index + 1) return false;
  return true;
}

bool isMap(const Held<TargetView>& target, std::uint32_t index) {
  const auto& map = std::get<LabelMapView>(*target);
  return std::all_of(map.labels, map.labels + map.size(), [&](int label) { return label == int(index); });
}

}  // namespace

class TestKeptImages : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void whatFitsIsDecodedOnce_data();
  void whatFitsIsDecodedOnce();
  void aPartIsKeptWhole();
  void setsShareABudget();
  void whatIsDamagedTakesNothing();
  void askedForFromManyThreads();
};

void TestKeptImages::whatFitsIsDecodedOnce_data() {
  QTest::addColumn<int>("bytes");
  QTest::addColumn<int>("images");  // that are kept
  QTest::addColumn<int>("maps");
  const int each = kImage + kMap;
  QTest::addRow("nothing fits") << 0 << 0 << 0;
  QTest::addRow("one byte too few") << int(kImage) - 1 << 0 << 2;
  QTest::addRow("one image") << int(kImage) << 1 << 0;
  QTest::addRow("two and a map") << each + int(kImage) << 2 << 1;
  QTest::addRow("all") << kCount * each << kCount << kCount;
  QTest::addRow("more than all") << 100 * each << kCount << kCount;
}

void TestKeptImages::whatFitsIsDecodedOnce() {
  QFETCH(const int, bytes);
  QFETCH(const int, images);
  QFETCH(const int, maps);
  constexpr int kEpochs = 4;
  const auto base = std::make_shared<const Decoded>();
  const auto budget = std::make_shared<ByteBudget>(bytes);
  const auto data = std::make_unique<KeptImages>(base, budget);
  for (int epoch = 0; epoch < kEpochs; ++epoch)
    for (std::uint32_t i = 0; i < kCount; ++i) {
      const std::uint32_t index = (5 * i + static_cast<std::uint32_t>(epoch)) % kCount;
      QVERIFY(isWhole(*data->image(index), index));
      QVERIFY(isMap(data->target(index), index));
    }
  QCOMPARE(base->images.load(), kEpochs * kCount - (kEpochs - 1) * images);
  QCOMPARE(base->maps.load(), kEpochs * kCount - (kEpochs - 1) * maps);
  // What is taken is what is kept, to the byte.
  const std::size_t left = static_cast<std::size_t>(bytes) - images * kImage - maps * kMap;
  QVERIFY(!budget->take(left + 1));
  QVERIFY(budget->take(left));
}

/// The part that is asked for first need not be the next one.
void TestKeptImages::aPartIsKeptWhole() {
  const auto base = std::make_shared<const Decoded>();
  const KeptImages data(base, std::make_shared<ByteBudget>(kImage));
  const PixelBox part{1, 2, 3, 4};
  data.image(2, &part);
  QVERIFY(isWhole(*data.image(2), 2));
  QCOMPARE(base->images.load(), 1);
  const Held<ImageView> other = data.image(3, &part);  // none is left for it: only the part is decoded
  QCOMPARE(int(other->rgb[0]), 99);
}

void TestKeptImages::setsShareABudget() {
  const auto base = std::make_shared<const Decoded>();
  const auto budget = std::make_shared<ByteBudget>(2 * kImage);
  {
    const KeptImages first(base, budget);
    const KeptImages second(base, budget);
    first.image(0);
    second.image(0);
    QVERIFY(!budget->take(1));
  }
  QVERIFY(budget->take(2 * kImage));  // given back
}

void TestKeptImages::whatIsDamagedTakesNothing() {
  const auto base = std::make_shared<Decoded>();
  base->damaged = 4;
  const auto budget = std::make_shared<ByteBudget>(kImage);
  const KeptImages data(base, budget);
  QCOMPARE(errorOf([&] { data.image(4); }), QString("image 4 is damaged"));
  QCOMPARE(errorOf([&] { data.image(4); }), QString("image 4 is damaged"));
  base->damaged = -1;
  QVERIFY(isWhole(*data.image(4), 4));
  QVERIFY(isWhole(*data.image(4), 4));
  QCOMPARE(base->images.load(), 3);
}

void TestKeptImages::askedForFromManyThreads() {
  const auto base = std::make_shared<const Decoded>();
  const KeptImages data(base, std::make_shared<ByteBudget>(3 * (kImage + kMap)));
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (std::uint32_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (std::uint32_t i = 0; i < 50 * kCount; ++i) {
        const std::uint32_t index = (i + t) % kCount;
        wrong += !isWhole(*data.image(index), index) + !isMap(data.target(index), index);
      }
    });
  for (std::thread& thread : threads) thread.join();
  QCOMPARE(wrong.load(), 0);
}

QTEST_GUILESS_MAIN(TestKeptImages)
#include "tst_kept_images.moc"
