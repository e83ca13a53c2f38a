#include <QtTest>

#include "tests/core/AugmentTools.h"

using namespace uada;
using namespace uada::test;

namespace {

Plan chainOf(std::initializer_list<Step> steps) {
  Plan plan;
  for (const Step& step : steps) plan.add(step);
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

 private:
  ThreadPool pool_{1};
  const Dataset data_ = makeData(32, 64);
  const Renderer renderer_{data_, settingsOf(32), pool_};
};

/// A18: exactly 0 for the network, the rounded mean in pictures.
void TestRenderPolicies::boxesMayShowTheMean() {
  Plan plan;
  plan.cutout = Box{-5, 30, 2, 40};  // raw: rows 0 and 1, columns 30 and 31 are used
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
    QCOMPARE(picture.rgb[i], inside ? mean[i % 3] : data_.image(2).rgb[i]);
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
    sampling.filter = grey ? Filter::bicubic : Filter::nearest;
    const double level = info.continuous ? 7.0 / 9 : 7;
    Image expected(32, 32);
    shear.apply(data_.image(4), expected.span(), shear.valueAt(info.grid, level, 1, 32), sampling);
    QVERIFY2(renderer_.picture(4, plan) == expected, std::string(info.name).c_str());
  }
}

void TestRenderPolicies::stepsThatDidNotFireDoNothing() {
  Plan plan = chainOf({makeStep("rotate", 9), makeStep("solarize", 8)});
  plan.steps[0].fired = false;
  QVERIFY(renderer_.picture(1, plan) == renderer_.picture(1, chainOf({makeStep("solarize", 8)})));
  plan.steps[1].fired = false;
  QVERIFY(renderer_.picture(1, plan) == Image(data_.image(1)));
}

void TestRenderPolicies::placesAndPartnersCount() {
  Plan plan = chainOf({makeStep("cutout", 5)});  // side 10 on this grid
  plan.grid = Grid::aa10;
  plan.steps[0].x = 0.25f;  // column 8
  plan.steps[0].y = 0.5f;   // row 16
  const Image picture = renderer_.picture(1, plan);
  for (std::size_t i = 0; i < picture.rgb.size(); i += 3) {
    const std::size_t row = i / 96, column = i / 3 % 32;
    if (row >= 11 && row < 21 && column >= 3 && column < 13) QCOMPARE(picture.rgb[i], std::uint8_t{125});
    else QCOMPARE(picture.rgb[i], data_.image(1).rgb[i]);
  }
  plan = chainOf({makeStep("sample_pairing", 30)});
  plan.grid = Grid::ta31;
  plan.steps[0].partner = 64 + 9;  // of 64 samples: number 9
  Sampling sampling;
  sampling.other = data_.image(9);
  Image expected(32, 32);
  findOp("sample_pairing").apply(data_.image(1), expected.span(), 0.4, sampling);
  QVERIFY(renderer_.picture(1, plan) == expected && !(expected == Image(data_.image(1))));
}

QTEST_GUILESS_MAIN(TestRenderPolicies)
#include "tst_render_policies.moc"
