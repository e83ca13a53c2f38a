#include <QtTest>

#include "tests/core/AugmentTools.h"

using namespace uada;
using namespace uada::test;

namespace {

Plan chainOf(std::initializer_list<Part> steps) {
  Plan plan;
  for (const Part& step : steps) plan.add(step);
  return plan;
}

}  // namespace

/// What plans of the AutoAugment family ask of the renderer beyond those of UADA.
class TestRenderPolicies : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void boxesMayShowTheMean();
  void gridsDecideHowImagesAreRead();
  void stepsThatDidNotFireDoNothing();
  void placesAndPartnersCount();
  void whatIsOutsideMayShowTheMean();
  void holesGoTheWayOfThePicture();

 private:
  /// Where the plan with Outside::mean is transparent: [32 * 32]. Elsewhere it must equal the plan without.
  std::vector<bool> transparent(Plan plan) const;

  ThreadPool pool_{1};
  const ResidentDataset data_ = makeData(32, 64);
  const Renderer renderer_{data_, settingsOf(32), pool_};
};

/// Exactly 0 for the network, the rounded mean in pictures.
void TestRenderPolicies::boxesMayShowTheMean() {
  Plan plan;
  plan.set(cutoutPart(-5, 30, 2, 40));  // raw: rows 0 and 1, columns 30 and 31 are used
  plan.boxFill = BoxFill::mean;
  const std::vector<std::uint32_t> indices{2};
  std::vector<float> out(3 * 32 * 32), plain(out.size());
  renderer_.render(indices, {&plan, 1}, out.data());
  renderer_.plain(indices, plain.data());
  const Image picture = renderer_.picture(2, plan);
  const std::uint8_t mean[] = {128, 102, 77};  // 0.5, 0.4 and 0.3 of 255
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::size_t row = i / 96, column = i / 3 % 32;
    const bool inside = row < 2 && column >= 30;
    QCOMPARE(out[i], inside ? 0.0f : plain[i]);
    QCOMPARE(picture.rgb[i], inside ? mean[i % 3] : data_.view(2).rgb[i]);
  }
}

/// The UADA authors and DeepVoltaire fill with grey and shear bicubically, the others with black, nearest.
void TestRenderPolicies::gridsDecideHowImagesAreRead() {
  const Op& shear = findOp("shear_x");
  for (const GridInfo& info : grids()) {
    Plan plan = chainOf({makeStep("shear_x", 7)});
    plan.grid = info.grid;
    const bool grey = info.grid == Grid::uc10 || info.grid == Grid::dv10;
    Sampling sampling;
    if (grey) sampling.fill = {128, 128, 128};
    const bool timm = info.grid == Grid::timm10 || info.grid == Grid::timm10Inc;
    if (timm) sampling.fill = {128, 102, 77};  // the data set's mean
    const bool bilinear = timm || info.name.starts_with("fraa");
    sampling.filter = grey ? Filter::bicubic : bilinear ? Filter::bilinear : Filter::nearest;
    const double level = info.continuous ? info.top / 9 * 7 : 7;
    Image expected(32, 32);
    shear.apply(data_.view(4), expected.span(), shear.valueAt(info.grid, level, 1, 32), sampling);
    QVERIFY2(renderer_.picture(4, plan) == expected, std::string(info.name).c_str());
  }
}

void TestRenderPolicies::stepsThatDidNotFireDoNothing() {
  Plan plan = chainOf({makeStep("rotate", 9), makeStep("solarize", 8)});
  plan.chain()[0].fired = false;
  QVERIFY(renderer_.picture(1, plan) == renderer_.picture(1, chainOf({makeStep("solarize", 8)})));
  plan.chain()[1].fired = false;
  QVERIFY(renderer_.picture(1, plan) == Image(data_.view(1)));
}

void TestRenderPolicies::placesAndPartnersCount() {
  Plan plan = chainOf({makeStep("cutout", 5)});  // side 10 on this grid
  plan.grid = Grid::aa10;
  plan.chain()[0].x = 0.25f;  // column 8
  plan.chain()[0].y = 0.5f;   // row 16
  const Image picture = renderer_.picture(1, plan);
  for (std::size_t i = 0; i < picture.rgb.size(); i += 3) {
    const std::size_t row = i / 96, column = i / 3 % 32;
    if (row >= 11 && row < 21 && column >= 3 && column < 13)
      QCOMPARE(picture.rgb[i], std::uint8_t{125});
    else
      QCOMPARE(picture.rgb[i], data_.view(1).rgb[i]);
  }
  plan = chainOf({makeStep("sample_pairing", 30)});
  plan.grid = Grid::ta31;
  plan.chain()[0].partner = 64 + 9;  // of 64 samples: number 9
  Sampling sampling;
  sampling.other = data_.view(9);
  Image expected(32, 32);
  findOp("sample_pairing").apply(data_.view(1), expected.span(), 0.4, sampling);
  QVERIFY(renderer_.picture(1, plan) == expected && !(expected == Image(data_.view(1))));
}

std::vector<bool> TestRenderPolicies::transparent(Plan plan) const {
  const std::vector<std::uint32_t> indices{1};
  std::vector<float> out(3 * 32 * 32), coloured(out.size());
  plan.grid = Grid::aa10;
  renderer_.render(indices, {&plan, 1}, coloured.data());
  const Image colours = renderer_.picture(1, plan);
  plan.outside = Outside::mean;
  renderer_.render(indices, {&plan, 1}, out.data());
  const Image picture = renderer_.picture(1, plan);
  const std::uint8_t mean[] = {128, 102, 77};
  std::vector<bool> clear(32 * 32);
  for (std::size_t i = 0; i < clear.size(); ++i) {
    clear[i] =
        out[3 * i] == 0 && out[3 * i + 1] == 0 && out[3 * i + 2] == 0;  // no sum of bytes gives all three
    for (std::size_t k = 3 * i; k < 3 * i + 3; ++k) {
      if (!clear[i] && out[k] != coloured[k]) return {};
      if (picture.rgb[k] != (clear[i] ? mean[k % 3] : colours.rgb[k])) return {};
    }
  }
  return clear;
}

void TestRenderPolicies::whatIsOutsideMayShowTheMean() {
  const auto columns = [](int begin, int end) {
    std::vector<bool> clear(32 * 32);
    for (int i = 0; i < 32 * 32; ++i) clear[i] = i % 32 >= begin && i % 32 < end;
    return clear;
  };
  const Part moved = makeStep("translate_x", 9);  // 9 pixels to the left
  QVERIFY(transparent(chainOf({moved})) == columns(23, 32));
  for (const char* kept : {"color", "contrast", "brightness", "sharpness"})
    QVERIFY2(transparent(chainOf({moved, makeStep(kept, 8)})) == columns(23, 32), kept);
  for (const char* reset : {"autocontrast", "equalize", "invert", "solarize", "posterize"}) {
    QVERIFY2(transparent(chainOf({moved, makeStep(reset, 5)})) == columns(0, 0), reset);
    QVERIFY2(transparent(chainOf({makeStep(reset, 5), moved})) == columns(23, 32), reset);
    QVERIFY2(
        transparent(chainOf({makeStep("translate_x", 9, -1), makeStep(reset, 5), moved})) == columns(23, 32),
        reset);
  }
  Plan cropped = chainOf({moved});
  cropped.setOrder(RenderOrder::chainFirst);
  cropped.set(cropPart(4, 1));  // three columns of padding come in at the left
  std::vector<bool> expected = columns(26, 32);
  for (int i = 0; i < 32 * 32; ++i) expected[i] = expected[i] || i % 32 < 3;
  QVERIFY(transparent(cropped) == expected);
  cropped.set(flipPart(true));
  const std::vector<bool> mirrored = transparent(cropped);
  QVERIFY(!mirrored.empty());
  for (int i = 0; i < 32 * 32; ++i) QCOMPARE(bool(mirrored[i]), bool(expected[i / 32 * 32 + 31 - i % 32]));
}

void TestRenderPolicies::holesGoTheWayOfThePicture() {
  Plan plan = chainOf({makeStep("cutout", 5), makeStep("rotate", 9), makeStep("shear_y", 4, -1)});
  plan.chain()[0].x = 0.3f;
  Image mask(32, 32), next(32, 32);
  std::fill(mask.rgb.begin(), mask.rgb.end(), 255);
  Sampling sampling;
  sampling.filter = Filter::nearest;
  for (const Part& step : plan.chain()) {
    const Op& op = ops()[step.op];
    Sampling own = sampling;
    own.x = step.x, own.y = step.y;
    own.cover = std::array<std::uint8_t, 3>{0, 0, 0};
    op.apply(mask.view(), next.span(), op.valueAt(Grid::aa10, step.at[0], step.sign, 32), own);
    std::swap(mask, next);
  }
  const std::vector<bool> clear = transparent(plan);
  QCOMPARE(clear.size(), std::size_t{32 * 32});
  int holes = 0;
  for (std::size_t i = 0; i < clear.size(); ++i) {
    QCOMPARE(bool(clear[i]), mask.rgb[3 * i] == 0);
    holes += clear[i];
  }
  QVERIFY(holes > 100);
  Plan inclusive = chainOf({makeStep("cutout", 5), makeStep("invert", 0)});
  QVERIFY(transparent(inclusive) == std::vector<bool>(32 * 32));  // overwritten
}

QTEST_GUILESS_MAIN(TestRenderPolicies)
#include "tst_render_policies.moc"
