#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "core/ops/Reference.h"
#include "core/ops/simd/Kernels.h"
#include "tests/core/SimdTools.h"

using namespace uada;

namespace {

ByteTable randomTable(std::mt19937& random) {
  ByteTable table;
  for (std::uint8_t& v : table) v = static_cast<std::uint8_t>(random());
  return table;
}

/// Memory that ends, or begins, where the next byte stops the program.
class Fenced {
 public:
  explicit Fenced(std::size_t bytes) : bytes_(bytes), page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    inner_ = (bytes + page_ - 1) / page_ * page_;
    memory_ = static_cast<std::uint8_t*>(
        mmap(nullptr, inner_ + 2 * page_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (memory_ == MAP_FAILED || mprotect(memory_ + page_, inner_, PROT_READ | PROT_WRITE) != 0)
      qFatal("no memory with fences");
  }
  Fenced(const Fenced&) = delete;
  Fenced& operator=(const Fenced&) = delete;
  ~Fenced() { munmap(memory_, inner_ + 2 * page_); }
  std::uint8_t* begin() const { return memory_ + page_; }
  std::uint8_t* atEnd() const { return memory_ + page_ + inner_ - bytes_; }

 private:
  std::size_t bytes_, page_, inner_;
  std::uint8_t* memory_;
};

}  // namespace

/// Every kernel over bytes on every instruction set of this machine against the plain code: no bit may
/// differ.
class TestSimd : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase();
  void looksUp_data() { addTargets(); }
  void looksUp();
  void mapsBits_data() { addTargets(); }
  void mapsBits();
  void findsExtremes_data() { addTargets(); }
  void findsExtremes();
  void makesTables_data() { addTargets(); }
  void makesTables();
  void equalizes_data() { addTargets(); }
  void equalizes();
  void blends_data() { addTargets(); }
  void blends();
  void filters_data() { addTargets(); }
  void filters();
  void reverses_data() { addTargets(); }
  void reverses();
  void staysInside_data() { addTargets(); }
  void staysInside();
  void normalises_data() { addTargets(); }
  void normalises();
  void normalisesAnyConstants_data() { addTargets(); }
  void normalisesAnyConstants();
  void roundsToBfloat16();
};

void TestSimd::initTestCase() {
  QStringList names;
  for (std::int64_t target : hwy::SupportedAndGeneratedTargets()) names << hwy::TargetName(target);
  qInfo("targets: %s", qPrintable(names.join(' ')));
  QVERIFY(!names.isEmpty());
}

void TestSimd::looksUp() {
  const SimdTarget target;
  std::mt19937 random(kSeed);
  for (auto [width, height] : kSizes) {
    const Image image = randomImage(width, height, 0, random);
    const ByteTable table = randomTable(random);
    const ChannelTables tables{randomTable(random), randomTable(random), randomTable(random)};
    QVERIFY2(sameImage(
                 image, [&](ImageView in, ImageSpan out) { simd::applyTable(in, out, table); },
                 [&](ImageView in, ImageSpan out) { reference::applyTable(in, out, table); }),
             qPrintable(sizeText(image)));
    for (const ChannelTables& t :
         {tables, ChannelTables{table, table, table}, ChannelTables{table, table, tables[2]}})
      QVERIFY2(sameImage(
                   image, [&](ImageView in, ImageSpan out) { simd::applyTables(in, out, t); },
                   [&](ImageView in, ImageSpan out) { reference::applyTables(in, out, t); }),
               qPrintable(sizeText(image)));
  }
}

void TestSimd::mapsBits() {
  const SimdTarget target;
  std::mt19937 random(kSeed);
  for (auto [width, height] : kSizes) {
    const Image image = randomImage(width, height, 0, random);
    const auto keep = static_cast<std::uint8_t>(random()), turn = static_cast<std::uint8_t>(random());
    QVERIFY2(sameImage(
                 image, [&](ImageView in, ImageSpan out) { simd::mapBits(in, out, keep, turn); },
                 [&](ImageView in, ImageSpan out) { reference::mapBits(in, out, keep, turn); }),
             qPrintable(sizeText(image)));
    for (int shift : {0, 1, -1, 127, 128, 255, -255, static_cast<int>(random() % 511) - 255})
      QVERIFY2(sameImage(
                   image, [&](ImageView in, ImageSpan out) { simd::addInverted(in, out, shift); },
                   [&](ImageView in, ImageSpan out) { reference::addInverted(in, out, shift); }),
               qPrintable(sizeText(image)));
    for (int lowest : {0, 1, 127, 128, 129, 255, 256, static_cast<int>(random() % 257)})
      QVERIFY2(sameImage(
                   image, [&](ImageView in, ImageSpan out) { simd::invertFrom(in, out, lowest); },
                   [&](ImageView in, ImageSpan out) { reference::invertFrom(in, out, lowest); }),
               qPrintable(sizeText(image)));
  }
}

void TestSimd::findsExtremes() {
  const SimdTarget target;
  std::mt19937 random(kSeed);
  for (auto [width, height] : kSizes) {
    for (int kind : {0, 1, 2, 3}) {
      Image image = randomImage(width, height, kind, random);
      QVERIFY2(simd::extremes(image.view()) == reference::extremes(image.view()),
               qPrintable(sizeText(image)));
      // One outlier, anywhere.
      image.rgb[random() % image.rgb.size()] = random() % 2 ? 0 : 255;
      QVERIFY2(simd::extremes(image.view()) == reference::extremes(image.view()),
               qPrintable(sizeText(image)));
    }
  }
}

void TestSimd::makesTables() {
  const SimdTarget target;
  std::mt19937 random(kSeed);
  std::uniform_real_distribution<float> factor(-3, 3);
  for (int i = 0; i < 3000; ++i) {
    const int grey = static_cast<int>(random() % 256);
    for (float f : {factor(random), 0.0F, 1.0F, 1e6F, -1e6F})
      QVERIFY(simd::blendTable(grey, f) == reference::blendTable(grey, f));
  }
  for (int low = 0; low < 256; ++low)
    for (int high = 0; high < 256; ++high) {
      const Extremes found{static_cast<std::uint8_t>(low), static_cast<std::uint8_t>(high)};
      QVERIFY2(simd::stretchTable(found) == reference::stretchTable(found),
               qPrintable(QString("%1 %2").arg(low).arg(high)));
    }
}

/// The tables that equalize makes of histograms.
void TestSimd::equalizes() {
  const SimdTarget target;
  std::mt19937 random(kSeed);
  for (auto [width, height] : kSizes) {
    for (int kind : {0, 1, 2, 3}) {
      const Image image = randomImage(width, height, kind, random);
      for (const Histogram& c : histograms(image.view()))
        QVERIFY(equalizedTable(c) == reference::equalizedTable(c));
    }
  }
  for (int i = 0; i < 20000; ++i) {
    Histogram counts{};
    const auto top = 1U << random() % 24;
    for (std::uint32_t& c : counts) c = random() % 4 ? random() % top : 0;
    if (i % 3 == 0) counts[random() % 256] = random() % (1U << 30);
    QVERIFY(equalizedTable(counts) == reference::equalizedTable(counts));
  }
}

void TestSimd::blends() {
  const SimdTarget target;
  std::mt19937 random(kSeed);
  const Image large = randomImage(1501, 1102, 0, random);  // more than is added up at once
  QCOMPARE(simd::greySum(large.view()), reference::greySum(large.view()));
  std::uniform_real_distribution<float> any(-3, 3);
  for (auto [width, height] : kSizes) {
    for (int kind : {0, 1, 3}) {
      const Image image = randomImage(width, height, kind, random),
                  other = randomImage(width, height, 0, random);
      QVERIFY2(simd::greySum(image.view()) == reference::greySum(image.view()), qPrintable(sizeText(image)));
      for (float factor : {any(random), any(random), 0.0F, 1.0F, 1.9F, 1e6F, -1e6F}) {
        QVERIFY2(sameImage(
                     image, [&](ImageView in, ImageSpan out) { simd::color(in, out, factor); },
                     [&](ImageView in, ImageSpan out) { reference::color(in, out, factor); }),
                 qPrintable(sizeText(image)));
        QVERIFY2(sameImage(
                     image, [&](ImageView in, ImageSpan out) { simd::mix(in, other.view(), out, factor); },
                     [&](ImageView in, ImageSpan out) { reference::mix(in, other.view(), out, factor); }),
                 qPrintable(sizeText(image)));
      }
    }
  }
}

void TestSimd::filters() {
  const SimdTarget target;
  std::mt19937 random(kSeed);
  std::uniform_real_distribution<float> any(-3, 3);
  for (auto [width, height] : kSizes) {
    for (int kind : {0, 1, 2, 3}) {
      const Image image = randomImage(width, height, kind, random);
      if (width >= 5 && height >= 5)
        QVERIFY2(sameImage(
                     image,
                     [&](ImageView in, ImageSpan out) {
                       for (int y = 2; y < height - 2; ++y) simd::blurRow(in, out, y);
                     },
                     [&](ImageView in, ImageSpan out) {
                       for (int y = 2; y < height - 2; ++y) reference::blurRow(in, out, y);
                     }),
                 qPrintable(sizeText(image)));
      if (width < 3 || height < 3) continue;
      for (float factor : {any(random), any(random), 0.0F, 1.0F, 1.9F, 1e6F, -1e6F})
        QVERIFY2(sameImage(
                     image,
                     [&](ImageView in, ImageSpan out) {
                       for (int y = 1; y < height - 1; ++y) simd::sharpenRow(in, out, y, factor);
                     },
                     [&](ImageView in, ImageSpan out) {
                       for (int y = 1; y < height - 1; ++y) reference::sharpenRow(in, out, y, factor);
                     }),
                 qPrintable(sizeText(image)));
    }
  }
}

void TestSimd::reverses() {
  const SimdTarget target;
  std::mt19937 random(kSeed);
  for (int count = 1; count < 200; ++count)
    QVERIFY2(
        sameImage(
            randomImage(count, 1, 0, random),
            [](ImageView in, ImageSpan out) { simd::reversePixels(in.rgb, out.rgb, in.bytes() / 3); },
            [](ImageView in, ImageSpan out) { reference::reversePixels(in.rgb, out.rgb, in.bytes() / 3); }),
        QByteArray::number(count));
}

/// Every op and the normaliser, with images at the very edges of memory.
void TestSimd::staysInside() {
  const SimdTarget target;
  std::mt19937 random(kSeed);
  const Normaliser normaliser({0.5F, 0.5F, 0.5F}, {0.25F, 0.25F, 0.25F});
  for (auto [width, height] : kSizes) {
    if (width == 224) continue;
    const Image image = randomImage(width, height, 0, random);
    const Fenced in(image.rgb.size()), out(image.rgb.size()), numbers(image.rgb.size() * sizeof(float));
    for (bool atEnd : {false, true}) {
      std::uint8_t* from = atEnd ? in.atEnd() : in.begin();
      std::copy(image.rgb.begin(), image.rgb.end(), from);
      const ImageView view{from, width, height};
      const ImageSpan span{atEnd ? out.atEnd() : out.begin(), width, height};
      for (const Op& op : ops())
        for (Filter filter : kFilters)
          for (double share : {0.0, 0.1, 0.3, 0.45, 0.6, 0.8, 0.97, 1.0}) {
            Sampling sampling{{1, 2, 3}, filter, share, 1 - share};
            sampling.other = view;
            op.apply(view, span, op.min + share * (op.max - op.min), sampling);
            QVERIFY(Image(ImageView(span)) ==
                    applied(op, image, op.min + share * (op.max - op.min), sampling));
          }
      normaliser.apply(view, reinterpret_cast<float*>(atEnd ? numbers.atEnd() : numbers.begin()));
      const std::size_t half = atEnd ? image.rgb.size() * sizeof(std::uint16_t) : 0;
      normaliser.apply(view,
                       reinterpret_cast<std::uint16_t*>((atEnd ? numbers.atEnd() : numbers.begin()) + half));
    }
  }
}

void TestSimd::normalises() {
  const SimdTarget target;
  std::mt19937 random(kSeed);
  const Normaliser normaliser({0.4914F, 0.4822F, 0.4465F}, {0.2470F, 0.2435F, 0.2616F});
  QVERIFY(normaliser.rule().finite && normaliser.rule().fused);
  for (auto [width, height] : kSizes) {
    const Image image = randomImage(width, height, 0, random);
    Guarded<float> wanted(image.rgb.size(), -7), got = wanted;
    reference::normalise(image.view(), normaliser.rule(), wanted.data());
    normaliser.apply(image.view(), got.data());
    QVERIFY2(got == wanted, qPrintable(sizeText(image)));
    Guarded<std::uint16_t> wantedHalves(image.rgb.size(), 7), halves = wantedHalves;
    reference::normaliseHalf(image.view(), normaliser.rule(), wantedHalves.data());
    normaliser.apply(image.view(), halves.data());
    QVERIFY2(halves == wantedHalves, qPrintable(sizeText(image)));
  }
}

/// All bytes with constants of any size, among them such as need true divisions or make no numbers.
void TestSimd::normalisesAnyConstants() {
  const SimdTarget target;
  std::mt19937 random(kSeed);
  std::uniform_real_distribution<float> share(0, 1), power(-30, 30);
  Image image(256, 3);
  for (std::size_t i = 0; i < image.rgb.size(); ++i) image.rgb[i] = static_cast<std::uint8_t>(i / 3);
  int fused = 0;
  constexpr int kRules = 3000;
  const float infinity = std::numeric_limits<float>::infinity();
  for (int i = 0; i < kRules; ++i) {
    std::array<float, 3> mean{share(random), share(random), share(random)}, deviation;
    for (float& d : deviation) d = i % 2 ? 0.05F + share(random) : std::exp2(power(random));
    if (i % 50 == 0) mean = {0, -1e30F, 128.0F / 255};
    if (i % 100 == 1) deviation = {0, -0.0F, infinity};
    if (i % 100 == 3) deviation = {1, 1e-42F, std::numeric_limits<float>::quiet_NaN()};
    if (i % 100 == 5) deviation = {1e-40F, 3e38F, -0.5F};
    const Normaliser normaliser(mean, deviation);
    fused += normaliser.rule().fused;
    Guarded<float> wanted(image.rgb.size(), -7), got = wanted;
    for (std::size_t p = 0; p < image.rgb.size(); ++p)
      wanted.values[p] = (static_cast<float>(image.rgb[p]) / 255.0F - mean[p % 3]) / deviation[p % 3];
    normaliser.apply(image.view(), got.data());
    Guarded<std::uint16_t> wantedHalves(image.rgb.size(), 7), halves = wantedHalves;
    for (std::size_t p = 0; p < image.rgb.size(); ++p) wantedHalves.values[p] = bfloat16(wanted.values[p]);
    normaliser.apply(image.view(), halves.data());
    const QByteArray which = QByteArray::number(i) + " (seed " + QByteArray::number(kSeed) + ")";
    QVERIFY2(got == wanted, which);
    QVERIFY2(halves == wantedHalves, which);
  }
  qInfo("%d of %d rules need no division", fused, kRules);
  QVERIFY(fused > 0 && fused < kRules);
}

void TestSimd::roundsToBfloat16() {
  const auto bits = [](std::uint32_t single) { return bfloat16(std::bit_cast<float>(single)); };
  QCOMPARE(bits(0x3f800000), 0x3f80);  // 1
  QCOMPARE(bits(0x3f808000), 0x3f80);  // a tie: to even, down
  QCOMPARE(bits(0x3f818000), 0x3f82);  // a tie: to even, up
  QCOMPARE(bits(0x3f808001), 0x3f81);
  QCOMPARE(bits(0x3f807fff), 0x3f80);
  QCOMPARE(bits(0xbf818000), 0xbf82);
  QCOMPARE(bits(0x7f7fffff), 0x7f80);  // the largest single becomes infinite
  QCOMPARE(bits(0x80000000), 0x8000);
  QCOMPARE(bits(0x00018000), 0x0002);  // subnormal
  QCOMPARE(bits(0xff800000), 0xff80);
  QCOMPARE(bits(0x7f800001), 0x7fc0);
  QCOMPARE(bits(0xffc00000), 0x7fc0);
}

QTEST_GUILESS_MAIN(TestSimd)
#include "tst_simd.moc"
