#include <hwy/highway.h>
#include <sys/mman.h>
#include <unistd.h>

#include <QTest>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "core/ops/Reference.h"
#include "core/ops/simd/Kernels.h"
#include "tests/core/OpImages.h"

using namespace uada;

namespace {

constexpr unsigned kSeed = 20261123;

/// Sizes at which vectors end in every way: below one, just below and above 16, 32 and 64 bytes or pixels.
constexpr std::pair<int, int> kSizes[] = {
    {1, 1},   {1, 7},  {7, 1},  {2, 3},  {3, 3},   {5, 5},   {4, 6},   {9, 2},   {15, 3},
    {16, 4},  {17, 5}, {21, 6}, {22, 7}, {31, 5},  {32, 32}, {33, 32}, {43, 29}, {63, 5},
    {64, 64}, {65, 6}, {85, 3}, {86, 4}, {97, 61}, {128, 7}, {131, 9}, {257, 5}, {224, 224}};

/// Numbers with a margin behind them that must not change.
template <class T>
struct Guarded {
  static constexpr std::size_t kMargin = 64;
  std::vector<T> values;
  explicit Guarded(std::size_t count, T stain) : values(count + kMargin, stain) {}
  T* data() { return values.data(); }
  bool operator==(const Guarded& other) const {
    return values.size() == other.values.size() &&
           std::memcmp(values.data(), other.values.data(), values.size() * sizeof(T)) == 0;
  }
};

/// One call of a kernel and one of its reference, out = f(in), into memory with margins.
template <class Kernel, class Reference>
bool sameImage(const Image& image, const Kernel& kernel, const Reference& reference) {
  Guarded<std::uint8_t> wanted(image.rgb.size(), 7), got = wanted;
  reference(image.view(), ImageSpan{wanted.data(), image.width, image.height});
  kernel(image.view(), ImageSpan{got.data(), image.width, image.height});
  return got == wanted;
}

ByteTable randomTable(std::mt19937& random) {
  ByteTable table;
  for (std::uint8_t& v : table) v = static_cast<std::uint8_t>(random());
  return table;
}

QString sizeText(const Image& image) { return QStringLiteral("%1 x %2").arg(image.width).arg(image.height); }

}  // namespace

/// Every kernel on every instruction set of this machine against the plain code: no bit may differ.
class TestSimd : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase();
  void cleanup();
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
  void moves_data() { addTargets(); }
  void moves();
  void movesFar_data() { addTargets(); }
  void movesFar();
  void movesNearWholePixels_data() { addTargets(); }
  void movesNearWholePixels();
  void staysInside_data() { addTargets(); }
  void staysInside();
  void normalises_data() { addTargets(); }
  void normalises();
  void normalisesAnyConstants_data() { addTargets(); }
  void normalisesAnyConstants();
  void roundsToBfloat16();

 private:
  static void addTargets();
  static void useTarget();
};

void TestSimd::initTestCase() {
  QStringList names;
  for (std::int64_t target : hwy::SupportedAndGeneratedTargets()) names << hwy::TargetName(target);
  qInfo("targets: %s", qPrintable(names.join(' ')));
  QVERIFY(!names.isEmpty());
}

void TestSimd::addTargets() {
  QTest::addColumn<qint64>("target");
  for (std::int64_t target : hwy::SupportedAndGeneratedTargets())
    QTest::newRow(hwy::TargetName(target)) << qint64{target};
}

/// Makes all kernels run as on a processor that has this one instruction set.
void TestSimd::useTarget() {
  QFETCH(qint64, target);
  hwy::SetSupportedTargetsForTest(target);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

void TestSimd::cleanup() {
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

void TestSimd::looksUp() {
  useTarget();
  std::mt19937 random(kSeed);
  for (auto [width, height] : kSizes) {
    const Image image = randomImage(width, height, 0, random);
    const ByteTable table = randomTable(random);
    const ChannelTables tables{randomTable(random), randomTable(random), randomTable(random)};
    QVERIFY2(sameImage(
                 image, [&](ImageView in, ImageSpan out) { simd::applyTable(in, out, table); },
                 [&](ImageView in, ImageSpan out) { reference::applyTable(in, out, table); }),
             qPrintable(sizeText(image)));
    for (const ChannelTables& t : {tables, alike(table), ChannelTables{table, table, tables[2]}})
      QVERIFY2(sameImage(
                   image, [&](ImageView in, ImageSpan out) { simd::applyTables(in, out, t); },
                   [&](ImageView in, ImageSpan out) { reference::applyTables(in, out, t); }),
               qPrintable(sizeText(image)));
  }
}

void TestSimd::mapsBits() {
  useTarget();
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
  useTarget();
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
  useTarget();
  std::mt19937 random(kSeed);
  std::uniform_real_distribution<float> factor(-3, 3);
  for (int i = 0; i < 3000; ++i) {
    const int grey = static_cast<int>(random() % 256);
    for (float f : {factor(random), 0.0F, 1.0F, 1e6F, -1e6F})
      QVERIFY(simd::blendTable(grey, f) == reference::blendTable(grey, f));
    const double scale = 255.0 / (1 + static_cast<int>(random() % 255));
    QVERIFY(simd::stretchTable(scale, -grey * scale) == reference::stretchTable(scale, -grey * scale));
  }
}

/// The tables that equalize makes of histograms.
void TestSimd::equalizes() {
  useTarget();
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
  useTarget();
  std::mt19937 random(kSeed);
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
  useTarget();
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
  useTarget();
  std::mt19937 random(kSeed);
  for (int count = 1; count < 200; ++count)
    QVERIFY2(
        sameImage(
            randomImage(count, 1, 0, random),
            [](ImageView in, ImageSpan out) { simd::reversePixels(in.rgb, out.rgb, in.bytes() / 3); },
            [](ImageView in, ImageSpan out) { reference::reversePixels(in.rgb, out.rgb, in.bytes() / 3); }),
        QByteArray::number(count));
}

/// An affine map of any kind: shears, shifts, turns, with coefficients that fall on pixels and that do not.
Affine randomAffine(int kind, std::mt19937& random) {
  std::uniform_real_distribution<double> any(-1.2, 1.2), far(-40, 40);
  const double ninths = (static_cast<int>(random() % 21) - 10) * 0.3 / 9;
  const double quarters = (static_cast<int>(random() % 33) - 16) / 4.0;
  const double v = random() % 3 == 0 ? ninths : random() % 3 == 0 ? quarters : any(random);
  switch (kind) {
    case 0: return {.xy = v};
    case 1: return {.yx = v};
    case 2: return {.x0 = random() % 2 ? far(random) : quarters};
    case 3: return {.y0 = random() % 2 ? far(random) : quarters};
    case 4: return {.xy = v, .x0 = random() % 2 ? far(random) : 1 - v};
    case 5: return {.yx = v, .y0 = random() % 2 ? far(random) : 1 - v};
    case 6: {
      const double angle = 4 * v, cosine = std::cos(angle), sine = std::sin(angle);
      return {cosine, sine, 16 - 16 * cosine - 16 * sine, -sine, cosine, 16 + 16 * sine - 16 * cosine};
    }
    case 7: return {.xx = 1 + any(random), .x0 = far(random), .yy = 1 + any(random), .y0 = quarters};
    default: return {any(random), any(random), far(random), any(random), any(random), far(random)};
  }
}

constexpr Filter kFilters[] = {Filter::nearest, Filter::bilinear, Filter::bicubic};

void TestSimd::moves() {
  useTarget();
  std::mt19937 random(kSeed);
  for (auto [width, height] : kSizes) {
    const Image image = randomImage(width, height, 0, random);
    for (int i = 0; i < (width == 224 ? 9 : 180); ++i) {
      const Affine affine = randomAffine(i % 9, random);
      for (Filter filter : kFilters) {
        const Sampling sampling{{std::uint8_t(random()), std::uint8_t(random()), 9}, filter};
        QVERIFY2(sameImage(
                     image, [&](ImageView in, ImageSpan out) { applyAffine(in, out, affine, sampling); },
                     [&](ImageView in, ImageSpan out) { reference::applyAffine(in, out, affine, sampling); }),
                 qPrintable(QStringLiteral("%1, %2 %3 %4 %5 %6 %7, filter %8")
                                .arg(sizeText(image))
                                .arg(affine.xx, 0, 'g', 17)
                                .arg(affine.xy, 0, 'g', 17)
                                .arg(affine.x0, 0, 'g', 17)
                                .arg(affine.yx, 0, 'g', 17)
                                .arg(affine.yy, 0, 'g', 17)
                                .arg(affine.y0, 0, 'g', 17)
                                .arg(int(filter))));
      }
    }
  }
}

/// Coefficients of any size, and images wider than 16 bits of fixed point.
void TestSimd::movesFar() {
  useTarget();
  std::mt19937 random(kSeed);
  const Image small = randomImage(31, 5, 0, random), wide = randomImage(40000, 2, 0, random);
  const Image high = randomImage(2, 17000, 0, random);
  const double infinity = std::numeric_limits<double>::infinity();
  std::vector<Affine> affines;
  for (double v :
       {1e-20, 1e-9, 0.99999999, 1.00000001, 1e4, -16383.5, 16384.0, 32767.9, -1e6, 1e15, -1e300, infinity})
    for (int kind = 0; kind < 4; ++kind) {
      Affine affine;
      (kind == 0 ? affine.xy : kind == 1 ? affine.yx : kind == 2 ? affine.x0 : affine.y0) = v;
      affines.push_back(affine);
      affines.push_back({.xx = v, .yx = 0.5});
    }
  for (const Image* image : {&small, &wide, &high})
    for (const Affine& affine : affines)
      for (Filter filter : kFilters) {
        if (image != &small && filter != Filter::nearest && affine.xx != 1) continue;
        const Sampling sampling{{1, 2, 3}, filter};
        QVERIFY2(sameImage(
                     *image, [&](ImageView in, ImageSpan out) { applyAffine(in, out, affine, sampling); },
                     [&](ImageView in, ImageSpan out) { reference::applyAffine(in, out, affine, sampling); }),
                 qPrintable(sizeText(*image)));
      }
}

/// Shears and shifts by whole pixels but for the rounding, which decides between two neighbours.
void TestSimd::movesNearWholePixels() {
  useTarget();
  std::mt19937 random(kSeed);
  const Image across = randomImage(300, 12, 0, random), down = randomImage(12, 300, 0, random);
  for (int i = 0; i < 100; ++i) {
    const double whole = static_cast<int>(random() % 41) - 20;
    const double sheared = i % 2 ? whole / (random() % 12 + 0.5) : whole / (random() % 300 + 0.5);
    for (double v : {sheared, std::nextafter(sheared, 1e9), std::nextafter(sheared, -1e9), sheared + 1e-13}) {
      const double rest = random() % 3 == 0 ? v - sheared : 0, start = random() % 3 == 0 ? whole + rest : 0;
      for (const Affine& affine :
           {Affine{.xy = v, .x0 = start}, Affine{.yx = v, .y0 = start}, Affine{.x0 = start},
            Affine{.xy = v, .x0 = 0.5 - v}, Affine{.yx = v, .y0 = 0.5 - v}})
        for (const Image* image : {&across, &down})
          for (Filter filter : kFilters) {
            const Sampling sampling{{1, 2, 3}, filter};
            QVERIFY2(
                sameImage(
                    *image, [&](ImageView in, ImageSpan out) { applyAffine(in, out, affine, sampling); },
                    [&](ImageView in, ImageSpan out) { reference::applyAffine(in, out, affine, sampling); }),
                qPrintable(sizeText(*image)));
          }
    }
  }
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

/// Every op and the normaliser, with images at the very edges of memory.
void TestSimd::staysInside() {
  useTarget();
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
  useTarget();
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
  useTarget();
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
