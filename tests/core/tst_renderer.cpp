#include <QtTest>
#include <bit>
#include <set>

#include "core/base/Error.h"
#include "tests/core/AugmentTools.h"

using namespace uada;
using namespace uada::test;

namespace {

Plan chainOf(std::initializer_list<Part> steps) {
  Plan plan;
  for (const Part& step : steps) plan.add(step);
  return plan;
}

/// Crop, flip and box written down pixel by pixel, without the ops.
Image byHand(ImageView in, const Plan& plan, int pad) {
  const int side = in.width;
  Image out(side, side);
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x)
      for (int c = 0; c < 3; ++c) {
        const int fromX = isFlipped(plan) ? side - 1 - x : x;
        const int row = y + (plan.find("crop") ? at(plan, "crop", 0) - pad : 0),
                  col = fromX + (plan.find("crop") ? at(plan, "crop", 1) - pad : 0);
        const bool isInside = row >= 0 && row < side && col >= 0 && col < side;
        const Part* box = plan.find("cutout");
        const bool isErased = box && y >= box->at[0] && y < box->at[2] && x >= box->at[1] && x < box->at[3];
        out.rgb[3 * (y * side + x) + c] = isInside && !isErased ? in.row(row)[3 * col + c] : 0;
      }
  return out;
}

Image applied(ImageView in, const Part& step, std::optional<Filter> filter = {}) {
  const Op& op = ops()[step.op];
  Image out(in.width, in.height);
  const double value = op.hasValue ? op.valueAt(Grid::uc10, step.at[0], step.sign, in.width) : 0;
  op.apply(in, out.span(), value, {{128, 128, 128}, filter ? *filter : op.uc10Filter});
  return out;
}

}  // namespace

class TestRenderer : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void cropFlipAndBoxMatchTheLoopsByHand();
  void reflectedCropsShowTheMirroredEdge();
  void boxesPartlyOutside_data();
  void boxesPartlyOutside();
  void chainsMatchPillow_data();
  void chainsMatchPillow();
  void stagesComeInTheStatedOrder();
  void filterOfTheSettingsWins();
  void variantsThatBeginAlikeStayApart();
  void normalisesAfterTheBox();
  void bfloat16IsTheRoundedFloat();
  void numbersAreMadeLater();
  void plainIsTheImageItself();
  void refusesWhatDoesNotFit();

 private:
  ThreadPool pool_{1};
  const ResidentDataset data_ = makeData(32, 64);
  const Renderer renderer_{data_, settingsOf(32), pool_};
};

void TestRenderer::cropFlipAndBoxMatchTheLoopsByHand() {
  const ResidentDataset small = makeData(9, 2);
  const Renderer renderer(small, settingsOf(9), pool_);
  for (int row = 0; row <= 8; ++row)
    for (int col = 0; col <= 8; ++col)
      for (const bool flip : {false, true}) {
        Plan plan;
        plan.set(cropPart(row, col));
        plan.set(flipPart(flip));
        QVERIFY(renderer.picture(1, plan) == byHand(small.view(1), plan, 4));
        plan.set(cutoutPart(row - 2, col - 3, row + 1, col + 1));
        QVERIFY(renderer.picture(1, plan) == byHand(small.view(1), plan, 4));
      }
}

void TestRenderer::reflectedCropsShowTheMirroredEdge() {
  Plan plan;
  plan.set(cropPart(1, 6, true));  // three rows up, two columns right of the middle
  const ImageView in = data_.view(2);
  const Image out = renderer_.picture(2, plan);
  for (int y = 0; y < 32; ++y)
    for (int x = 0; x < 32; ++x) {
      const int row = std::abs(y - 3), col = x + 2 > 31 ? 62 - (x + 2) : x + 2;
      QVERIFY(std::equal(in.row(row) + 3 * col, in.row(row) + 3 * col + 3, out.view().row(y) + 3 * x));
    }
  Plan zeros = plan;
  zeros.set(cropPart(1, 6));
  QVERIFY(!(renderer_.picture(2, zeros) == out));
  std::vector<std::uint8_t> both(2 * 3 * 32 * 32);  // drawn apart, though they begin alike
  const Plan plans[] = {plan, zeros};
  const std::uint32_t index = 2;
  renderer_.renderBytes({&index, 1}, plans, both.data());
  QVERIFY(std::equal(out.rgb.begin(), out.rgb.end(), both.begin()));
  QVERIFY(!std::equal(out.rgb.begin(), out.rgb.end(), both.begin() + 3 * 32 * 32));
}

void TestRenderer::boxesPartlyOutside_data() {
  QTest::addColumn<QList<int>>("box");
  QTest::addColumn<int>("erased");  // pixels of 32 x 32
  QTest::newRow("inside") << QList<int>{2, 20, 18, 32} << 16 * 12;
  QTest::newRow("upper left") << QList<int>{-8, -8, 8, 8} << 8 * 8;
  QTest::newRow("lower right") << QList<int>{23, 23, 32, 32} << 9 * 9;
  QTest::newRow("beyond the lower edge") << QList<int>{30, 0, 48, 4} << 2 * 4;
  QTest::newRow("all") << QList<int>{-5, -5, 40, 40} << 32 * 32;
  QTest::newRow("one pixel") << QList<int>{31, 0, 32, 1} << 1;
  QTest::newRow("no rows") << QList<int>{5, 5, 5, 9} << 0;
  QTest::newRow("right before left") << QList<int>{9, 4, 5, 9} << 0;
  QTest::newRow("bottom before top") << QList<int>{4, 9, 9, 5} << 0;
  QTest::newRow("right before the image") << QList<int>{-9, 4, -2, 9} << 0;
  QTest::newRow("left beyond the image") << QList<int>{40, 4, 50, 9} << 0;
}

void TestRenderer::boxesPartlyOutside() {
  QFETCH(QList<int>, box);
  QFETCH(int, erased);
  ResidentDataset white = makeData(32, 1);
  std::fill(white.rgb.begin(), white.rgb.end(), 255);
  Plan plan;
  plan.set(cutoutPart(box[0], box[1], box[2], box[3]));
  const Image image = Renderer(white, settingsOf(32), pool_).picture(0, plan);
  QCOMPARE(std::count(image.rgb.begin(), image.rgb.end(), 0), 3 * erased);
  QVERIFY(image == byHand(white.view(0), plan, 4));
  QVERIFY(white.rgb ==
          std::vector<std::uint8_t>(3 * 32 * 32, 255));  // the data set's own pixels are not touched
}

/// Golden vectors that a level of the grid reaches, rendered through a plan: level, sign, filter and
/// fill.
void TestRenderer::chainsMatchPillow_data() {
  QTest::addColumn<QString>("op");
  QTest::addColumn<int>("level");
  QTest::addColumn<int>("sign");
  QTest::addColumn<quint32>("crc");
  const auto row = [](const char* op, int level, int sign, quint32 crc) {
    QTest::newRow(qPrintable(QString("%1 %2 %3").arg(op).arg(level).arg(sign))) << op << level << sign << crc;
  };
  row("shear_x", 3, 1, 0x42db3313);   // 0.1 bicubic, fill 128
  row("shear_y", 9, -1, 0x9960cf89);  // -0.3
  row("translate_x", 3, 1, 0x519f4102);
  row("translate_y", 3, -1, 0x77c72bbf);
  row("translate_x", 9, 1, 0xf55e7a3f);
  row("translate_y", 9, -1, 0xe3a2c7a0);
  row("rotate", 6, 1, 0xdcb32b1e);   // 20 degrees, nearest, fill 128
  row("rotate", 6, -1, 0xdcb32b1e);  // the sign is ignored
  row("autocontrast", 5, 1, 0x680cbb79);
  row("equalize", 5, -1, 0x8aa90660);
  row("identity", 9, 1, 0xcebce2f8);
  row("posterize", 1, 1, 0xcebce2f8);
  row("posterize", 3, 1, 0xcf5da8f5);
  row("posterize", 9, -1, 0xa93a9a13);
  row("solarize", 0, 1, 0xcebce2f8);
  row("solarize", 3, 1, 0xc8a51b68);
  row("solarize", 7, -1, 0x5967b9a5);
  row("solarize", 9, 1, 0x14df13aa);
  row("color", 9, 1, 0xeb4f6327);
  row("color", 9, -1, 0x05feded8);
  row("color", 5, -1, 0x3f77f725);
  row("contrast", 9, 1, 0x22c6a7d5);
  row("contrast", 9, -1, 0xa4ae84e4);
  row("brightness", 9, 1, 0x3c608495);
  row("brightness", 9, -1, 0x8aedd50a);
  row("sharpness", 9, 1, 0x883f180f);
  row("sharpness", 9, -1, 0x171169cb);
  row("sharpness", 0, 1, 0xcebce2f8);
  row("color", 12, 1, 0xeb4f6327);     // clamped to 9
  row("solarize", -2, 1, 0xcebce2f8);  // clamped to 0
}

void TestRenderer::chainsMatchPillow() {
  QFETCH(QString, op);
  QFETCH(int, level);
  QFETCH(int, sign);
  QFETCH(quint32, crc);
  const Plan plan = chainOf({makeStep(op.toStdString().c_str(), level, sign)});
  QCOMPARE(crc32(renderer_.picture(0, plan).rgb), crc);
}

void TestRenderer::stagesComeInTheStatedOrder() {
  Plan plan = chainOf({makeStep("rotate", 5), makeStep("solarize", 6), makeStep("translate_x", 4, -1)});
  plan.set(cropPart(1, 7));
  plan.set(flipPart(true));
  plan.set(cutoutPart(3, 5, 19, 21));
  Plan geometry, box;
  geometry.set(*plan.find("crop"));
  geometry.set(flipPart(true));
  box.set(*plan.find("cutout"));

  Image expected = byHand(data_.view(3), geometry, 4);
  for (const Part& step : plan.chain()) expected = applied(expected.view(), step);
  expected = byHand(expected.view(), box, 4);
  QVERIFY(renderer_.picture(3, plan) == expected);

  Image family(data_.view(3));
  for (const Part& step : plan.chain()) family = applied(family.view(), step);
  family = byHand(byHand(family.view(), geometry, 4).view(), box, 4);
  plan.setOrder(RenderOrder::chainFirst);
  QVERIFY(renderer_.picture(3, plan) == family);
  QVERIFY(!(family == expected));
}

void TestRenderer::filterOfTheSettingsWins() {
  RenderSettings settings = settingsOf(32);
  settings.sampling = Sampling{{128, 128, 128}, Filter::nearest};
  const Part shear = makeStep("shear_x", 7);
  const Image nearest = Renderer(data_, settings, pool_).picture(0, chainOf({shear}));
  QVERIFY(nearest == applied(data_.view(0), shear, Filter::nearest));
  QVERIFY(!(nearest == renderer_.picture(0, chainOf({shear}))));
}

/// The pictures of a sample's variants are shared up to where the plans part: in every value that has an
/// effect.
void TestRenderer::variantsThatBeginAlikeStayApart() {
  const Plan first = chainOf(
      {makeStep("rotate", 5), makeStep("sample_pairing", 6), makeStep("cutout", 30), makeStep("color", 9)});
  std::vector<Plan> plans(11, first);
  plans[1].chain()[0].at[0] = 6;
  plans[2].chain()[0].op = makeStep("shear_y", 5).op;
  plans[3].chain()[1].partner = 3;
  plans[4].chain()[2].x = 0.25f;
  plans[5].chain()[2].y = 0.75f;
  plans[6].chain()[3].at[0] = 2;
  plans[7].chain()[1].fired = false;
  plans[8].set(flipPart(true));
  plans[9].set(cropPart(2, 5));
  plans[10].chain()[1].fired = false;  // plan 7 on another grid
  plans[10].grid = Grid::taWide31;
  plans.push_back(first);
  keepSteps(plans.back(), 2);
  for (Plan& plan : plans)
    if (&plan != &plans[10]) plan.grid = Grid::uniform;
  const std::vector<std::uint32_t> indices{4};
  const std::size_t size = 3 * 32 * 32;
  std::vector<std::uint8_t> bytes(plans.size() * size);
  renderer_.renderBytes(indices, plans, bytes.data());
  std::set<std::vector<std::uint8_t>> pictures;
  for (std::size_t v = 0; v < plans.size(); ++v) {
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(v * size);
    const std::vector<std::uint8_t> picture(begin, begin + static_cast<std::ptrdiff_t>(size));
    QVERIFY2(picture == renderer_.picture(4, plans[v]).rgb, qPrintable(QString::number(v)));
    QVERIFY2(pictures.insert(picture).second, qPrintable(QString("%1 is the same as one before").arg(v)));
  }
}

void TestRenderer::normalisesAfterTheBox() {
  Plan plan;
  plan.set(cutoutPart(0, 0, 1, 1));
  const std::vector<std::uint32_t> indices{2};
  std::vector<float> out(3 * 32 * 32);
  renderer_.render(indices, {&plan, 1}, out.data());
  const float black[] = {(0 - 0.5f) / 0.25f, (0 - 0.4f) / 0.5f, (0 - 0.3f) / 1.0f};
  for (int c = 0; c < 3; ++c) QCOMPARE(out[c], black[c]);
  const ImageView image = data_.view(2);
  const RenderSettings& settings = renderer_.settings();
  for (std::size_t i = 3; i < out.size(); ++i) {
    const float mean = settings.mean[i % 3], deviation = settings.deviation[i % 3];
    QVERIFY(out[i] == (static_cast<float>(image.rgb[i]) / 255.0f - mean) / deviation);
  }
}

void TestRenderer::bfloat16IsTheRoundedFloat() {
  const Batch batch = uadaBatch(*makeSpace("uada-cifar"), 8);
  const std::size_t count = batch.plans.size() * 3 * 32 * 32;
  std::vector<float> floats(count);
  std::vector<std::uint16_t> halves(count);
  renderer_.render(batch.indices, batch.plans, floats.data());
  renderer_.render(batch.indices, batch.plans, halves.data());
  for (std::size_t i = 0; i < count; ++i) {
    const auto bits = std::bit_cast<std::uint32_t>(floats[i]);
    const std::uint32_t rounded = bits + 0x7FFF + (bits >> 16 & 1);
    QCOMPARE(halves[i], static_cast<std::uint16_t>(rounded >> 16));
  }
}

/// Bytes become numbers later: those that render() gives, also where the mean is 0.
void TestRenderer::numbersAreMadeLater() {
  for (const BoxFill fill : {BoxFill::black, BoxFill::mean})
    for (const Outside outside : {Outside::colour, Outside::mean}) {
      Batch batch = uadaBatch(*makeSpace("uada-cifar"), 8);
      for (Plan& plan : batch.plans) {
        plan.boxFill = fill;
        plan.outside = outside;
      }
      const std::size_t count = batch.plans.size() * 3 * 32 * 32;
      std::vector<float> wanted(count), later(count);
      std::vector<std::uint8_t> bytes(count);
      renderer_.render(batch.indices, batch.plans, wanted.data());
      renderer_.renderBytes(batch.indices, batch.plans, bytes.data());
      renderer_.numbers(batch.plans, bytes.data(), later.data());
      QVERIFY(later == wanted);
    }
}

void TestRenderer::plainIsTheImageItself() {
  const std::vector<std::uint32_t> indices{5, 0, 63};
  const std::vector<Plan> empty(3);
  std::vector<float> plain(3 * 3 * 32 * 32), rendered(plain.size());
  renderer_.plain(indices, plain.data());
  renderer_.render(indices, empty, rendered.data());
  QVERIFY(plain == rendered);
  QVERIFY(renderer_.picture(5, Plan{}) == Image(data_.view(5)));
  QCOMPARE(plain[0], (static_cast<float>(data_.view(5).rgb[0]) / 255.0f - 0.5f) / 0.25f);
}

void TestRenderer::refusesWhatDoesNotFit() {
  QVERIFY_THROWS_EXCEPTION(Error, Renderer(data_, settingsOf(28), pool_).picture(0, Plan{}));
  std::vector<float> out(2 * 3 * 32 * 32);
  const std::vector<std::uint32_t> indices{0, 64};
  const std::vector<Plan> plans(3);
  QVERIFY_THROWS_EXCEPTION(Error, renderer_.render(indices, {plans.data(), 2}, out.data()));  // no sample 64
  QVERIFY_THROWS_EXCEPTION(Error, renderer_.picture(64, Plan{}));
  QVERIFY_THROWS_EXCEPTION(Error, renderer_.render(indices, plans, out.data()));  // 3 plans of 2 samples
  QVERIFY_THROWS_EXCEPTION(Error, renderer_.render({}, plans, out.data()));
  renderer_.render({}, std::vector<Plan>{}, static_cast<float*>(nullptr));  // an empty batch is no error
}

QTEST_GUILESS_MAIN(TestRenderer)
#include "tst_renderer.moc"
