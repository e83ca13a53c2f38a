#include <fmt/core.h>

#include <QtTest>
#include <cmath>
#include <set>

#include "core/augment/Stages.h"
#include "core/data/PictureTargets.h"
#include "core/images/Similarity.h"
#include "core/ops/Degrade.h"
#include "tests/core/AugmentTools.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/GoldenScript.h"

using namespace uada;
using namespace uada::test;

namespace {

constexpr const char* kScript = PROJECT_DIR "/tests/golden/denoising.py";
constexpr const char* kNumbers = PROJECT_DIR "/tests/golden/denoising.json";

/// The picture that the script makes.
/// size  height, width, seed
Image made(const Json& size) {
  const auto number = [&](std::size_t i) { return static_cast<int>(size.asArray()[i].asInt()); };
  Image image(number(1), number(0));
  auto state = static_cast<std::uint32_t>(number(2));
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x)
      for (int c = 0; c < 3; ++c) {
        state = 1664525u * state + 1013904223u;
        const int level = 7 * x * (c + 1) + 5 * y * (3 - c) + static_cast<int>(state >> 26);
        image.span().row(y)[3 * x + c] = static_cast<std::uint8_t>(level % 256);
      }
  return image;
}

/// A picture of one number.
Image grey(int side, int level) {
  Image image(side, side);
  std::ranges::fill(image.rgb, static_cast<std::uint8_t>(level));
  return image;
}

Image spoiled(const Image& clean, const Json& how) {
  Image image(clean.width, clean.height);
  const auto number = [&](const char* key) { return how.at(key).asInt(); };
  if (how.find("tenths"))
    addNoise(clean.view(), image.span(), static_cast<int>(number("tenths")),
             static_cast<std::uint32_t>(number("key")));
  else if (how.find("hundredths"))
    blurGaussian(clean.view(), image.span(), static_cast<int>(number("hundredths")));
  else
    quantise(clean.view(), image.span(), static_cast<int>(number("step")));
  return image;
}

/// A plan of the policy for an image of this size.
Plan drawn(const Space& space, std::uint32_t index, ImageSize source = {}) {
  Random random = planStream(index);
  return space.sample(random, 1, source);
}

QString problemOf(const char* plan) {
  return errorOf([&] { planFromJson(parseJson(plan, "test")); });
}

}  // namespace

/// What spoils pictures, how near they stay, and that the clean ones stay clean.
class TestDegradations : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void agreeWithTheScript_data();
  void agreeWithTheScript();
  void theScriptGivesTheStoredNumbers();
  void noiseIsNormal();
  void noiseIsAPatternTimesItsDeviation();
  void blurKeepsWhatIsEven();
  void stepsByHand();
  void nearnessByHand();
  void smallPicturesHaveASimilarity();
  void targetsStayClean();
  void probesKeepTheNoise();
  void policyDrawsEvenly();
  void policyLeavesOutWhatIsOff();
  void plansAreRead();
  void anySetHasPictures();
};

void TestDegradations::agreeWithTheScript_data() {
  QTest::addColumn<QString>("kind");
  for (const char* kind : {"noise", "blur", "quantise"}) QTest::newRow(kind) << kind;
}

void TestDegradations::agreeWithTheScript() {
  QFETCH(const QString, kind);
  const Json golden = readJsonFile(kNumbers);
  int measured = 0;
  for (const Json& one : golden.at(kind.toStdString()).asArray()) {
    const Image clean = made(one.at("size")), found = spoiled(clean, one);
    QVERIFY2(pixelHash(found.view()) == one.at("pixels").asString(), one.dump().c_str());
    QVERIFY(std::abs(psnr(found.view(), clean.view()) - one.at("psnr").asDouble()) < 1e-6);
    const Json* similar = one.find("ssim");
    if (!similar) continue;
    ++measured;
    const double own = ssim(found.view(), clean.view());
    QVERIFY2(std::abs(own - similar->asDouble()) < 1e-8, fmt::format("{} {}", own, one.dump()).c_str());
  }
  QVERIFY(measured >= 15);
}

void TestDegradations::theScriptGivesTheStoredNumbers() {
  checkGolden("what spoils pictures", kScript, kNumbers);
}

/// Of 196,608 numbers about a middle that noise of 20 does not leave: mean and deviation are within five
/// standard errors, as many lie beyond two deviations as should.
void TestDegradations::noiseIsNormal() {
  const Image clean = grey(256, 128);
  Image noisy(256, 256);
  addNoise(clean.view(), noisy.span(), 200, 99);
  double sum = 0, squares = 0, beyond = 0;
  const auto count = static_cast<double>(noisy.rgb.size());
  for (const std::uint8_t level : noisy.rgb) {
    const double noise = level - 128.0;
    sum += noise;
    squares += noise * noise;
    beyond += std::abs(noise) > 40.5;
  }
  const double deviation = std::sqrt(400 + 1.0 / 12);  // and of the rounding
  QVERIFY(std::abs(sum / count) < 5 * deviation / std::sqrt(count));
  QVERIFY(std::abs(std::sqrt(squares / count) / deviation - 1) < 5 / std::sqrt(2 * count));
  const double tail = std::erfc(40.5 / 20 / std::sqrt(2.0));
  QVERIFY(std::abs(beyond / count - tail) < 5 * std::sqrt(tail / count));
}

/// The same key gives the same pattern at each deviation, as probes need it; another key another one.
void TestDegradations::noiseIsAPatternTimesItsDeviation() {
  const Image clean = grey(40, 128);
  const auto noise = [&](int tenths, std::uint32_t key) {
    Image noisy(40, 40);
    addNoise(clean.view(), noisy.span(), tenths, key);
    return noisy;
  };
  const Image weak = noise(100, 5), strong = noise(200, 5);
  for (std::size_t i = 0; i < weak.rgb.size(); ++i)
    QVERIFY(std::abs(2 * (weak.rgb[i] - 128) - (strong.rgb[i] - 128)) <= 1);
  QVERIFY(!(noise(100, 6) == weak));
  QVERIFY(noise(0, 5) == clean);
  Image same = clean;  // in place
  addNoise(same.view(), same.span(), 100, 5);
  QVERIFY(same == weak);
}

void TestDegradations::blurKeepsWhatIsEven() {
  for (const int hundredths : {0, 1, 100, kMostBlur}) {
    Image out(13, 13);
    const Image even = grey(13, 255);
    blurGaussian(even.view(), out.span(), hundredths);
    QVERIFY(out == even);
  }
  Image dot = grey(9, 0), out(9, 9);
  dot.span().row(4)[3 * 4] = 255;  // red
  blurGaussian(dot.view(), out.span(), 0);
  QVERIFY(out == dot);
  blurGaussian(dot.view(), out.span(), 100);
  const double share = 1 / (1 + 2 * (std::exp(-0.5) + std::exp(-2.0) + std::exp(-4.5)));
  QCOMPARE(int{out.span().row(4)[12]}, static_cast<int>(std::lround(255 * share * share)));
  QCOMPARE(int{out.span().row(3)[12]}, int{out.span().row(4)[15]});
  QCOMPARE(int{out.span().row(4)[13]}, 0);
}

void TestDegradations::stepsByHand() {
  const auto level = [](int value, int step) {
    const Image in = grey(1, value);
    Image out(1, 1);
    quantise(in.view(), out.span(), step);
    return int{out.rgb[0]};
  };
  for (const int value : {0, 1, 100, 255}) QCOMPARE(level(value, 1), value);
  QCOMPARE(level(7, 16), 0);
  QCOMPARE(level(8, 16), 16);
  QCOMPARE(level(247, 16), 240);
  QCOMPARE(level(248, 16), 255);  // 256
  QCOMPARE(level(4, 3), 3);
  QCOMPARE(level(5, 3), 6);
}

/// Of levels 100 and 110: PSNR 20 log10(25.5); the similarity of even pictures is that of their means.
void TestDegradations::nearnessByHand() {
  const Image a = grey(12, 100), b = grey(12, 110);
  QVERIFY(std::abs(psnr(a.view(), b.view()) - 20 * std::log10(25.5)) < 1e-9);
  QCOMPARE(psnr(a.view(), a.view()), kMostPsnr);
  QVERIFY(std::isnan(psnrOfError(std::nan(""))));
  const double c = 2.55 * 2.55;
  QVERIFY(std::abs(ssim(a.view(), b.view()) - (2 * 100 * 110 + c) / (100 * 100 + 110 * 110 + c)) < 1e-9);
  QVERIFY(std::abs(ssim(a.view(), a.view()) - 1) < 1e-12);
  QCOMPARE(errorOf([&] { psnr(a.view(), grey(11, 0).view()); }),
           QString("a picture of 12 x 12 pixels cannot be compared with one of 11 x 11"));
}

/// The window is as long as the picture: of two pixels each has half the weight, means 105 and 110, variances
/// 25 and 0, and they do not vary together.
void TestDegradations::smallPicturesHaveASimilarity() {
  const double c1 = 2.55 * 2.55, c2 = 7.65 * 7.65;
  QVERIFY(std::abs(ssim(grey(1, 100).view(), grey(1, 110).view()) -
                   (2 * 100 * 110 + c1) / (100 * 100 + 110 * 110 + c1)) < 1e-12);
  Image a(2, 1), b(2, 1);
  for (std::size_t i = 0; i < a.rgb.size(); ++i) a.rgb[i] = i < 3 ? 100 : 110, b.rgb[i] = 110;
  const double expected = (2 * 105 * 110 + c1) * c2 / ((105 * 105 + 110 * 110 + c1) * (25 + c2));
  QVERIFY(std::abs(ssim(a.view(), b.view()) - expected) < 1e-12);
  QVERIFY(std::abs(ssim(grey(10, 3).view(), grey(10, 3).view()) - 1) < 1e-12);
}

/// The picture that is learned is mirrored and cut as the image is, and stays clean.
void TestDegradations::targetsStayClean() {
  const ResidentDataset data = makeData(ImageSize{45, 38}, 2);
  ThreadPool pool(1);
  const Renderer renderer(data, settingsOf(kSide), pool);
  Plan clean;
  for (const Part& part : {wholePart({45, 38}), flipPart(true), windowPart(3, 9)}) clean.add(part);
  Plan plan = clean;
  plan.add(quantisePart(12, {1, 16}));
  plan.add(noisePart(250, {0, 500}, 4));
  plan.add(gaussianBlurPart(80, {0, 100}));
  QCOMPARE(planText(plan), std::string("flip · window (3, 9) · gaussian blur 0.8 · noise 25 · quantise 12"));
  const auto target = std::get<Image>(renderer.target(plan, data.view(1)));
  QVERIFY(target == renderer.picture(1, clean));
  Image blurred(kSide, kSide), expected(kSide, kSide);
  blurGaussian(target.view(), blurred.span(), 80);
  addNoise(blurred.view(), expected.span(), 250, 4);
  quantise(expected.view(), expected.span(), 12);
  QVERIFY(renderer.picture(1, plan) == expected);
}

/// A probe moves the level by a tenth of its range, and keeps the pattern.
void TestDegradations::probesKeepTheNoise() {
  const auto space = makeSpace("denoising");
  const Plan plan = drawn(*space, 3);
  std::vector<std::string> names;
  for (const Group group : space->groups()) names.push_back(groupName(group));
  QCOMPARE(names, (std::vector<std::string>{"flip", "crop", "gaussian_blur", "noise", "quantise"}));
  const int units[] = {10, 50, 2};
  for (std::size_t i = 0; i < 3; ++i) {
    Random random(1, 1, 0, Purpose::probe);
    const Group group = space->groups()[i + 2];
    const Probe probe = space->probe(plan, group, random);
    QCOMPARE(std::abs(int{probe.delta[0]}), units[i]);
    QCOMPARE(probe.plan.find("noise")->partner, plan.find("noise")->partner);
    QCOMPARE(kindOf(*partOf(plan, group, -1)).words[0].perOne, i == 0 ? 100 : i == 1 ? 10 : 1);
  }
}

/// Levels are uniform, whole images of any size are fitted, and two samples have no pattern in common.
void TestDegradations::policyDrawsEvenly() {
  const auto space = makeSpace("denoising");
  QVERIFY(space->takesAnySize());
  constexpr int kDraws = 4000;
  double noise = 0, blur = 0, step = 0;
  std::set<std::uint32_t> keys;
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    const Plan plan = drawn(*space, i, {50, 40});
    noise += plan.find("noise")->at[0];
    blur += plan.find("gaussian_blur")->at[0];
    step += plan.find("quantise")->at[0];
    keys.insert(plan.find("noise")->partner);
    QVERIFY(at(plan, "window", 0) <= 8 && at(plan, "window", 1) <= 18);
  }
  const auto isNear = [](double sum, double low, double high) {
    const double error = (high - low) / std::sqrt(12.0 * kDraws);
    return std::abs(sum / kDraws - (low + high) / 2) < 5 * error;
  };
  QVERIFY(isNear(noise, 0, 500) && isNear(blur, 0, 100) && isNear(step, 1, 16));
  QVERIFY(keys.size() > kDraws - 3);
}

/// What is left out changes nothing else.
void TestDegradations::policyLeavesOutWhatIsOff() {
  const auto usual = makeSpace("denoising");
  const auto noisy = makeSpace("denoising", R"({"max_blur": 0, "max_step": 1})");
  for (std::uint32_t i = 0; i < 20; ++i) {
    Plan expected = drawn(*usual, i);
    expected.remove("gaussian_blur");
    expected.remove("quantise");
    QVERIFY(drawn(*noisy, i) == expected);
  }
  QCOMPARE(noisy->groups().size(), std::size_t{3});
}

void TestDegradations::plansAreRead() {
  const auto space = makeSpace("denoising", R"({"max_noise": 30})");
  for (std::uint32_t i = 0; i < 20; ++i) {
    const Plan plan = drawn(*space, i);
    QVERIFY(planFromJson(parseJson(toJson(plan).dump(), "test")) == plan);
  }
  QCOMPARE(toJson(planFromJson(parseJson(R"({"noise": {"tenths": 7, "key": 4294967295}})", "test"))).dump(),
           std::string(R"({"noise":{"tenths":7,"key":4294967295}})"));
  QCOMPARE(problemOf(R"({"noise": {"tenths": 7}})"), QString("plan: noise: the key 'key' is missing"));
  QCOMPARE(problemOf(R"({"noise": {"tenths": 7, "key": -1}})"),
           QString("plan: noise: key: a whole number of 0 to 4294967295 expected, -1 found"));
  QCOMPARE(problemOf(R"({"noise": {"tenths": 7, "key": 1, "range": [0, 2551]}})"),
           QString("plan: noise: range: 2551 found, 0 to 2550 expected"));
  QVERIFY(problemOf(R"({"quantise": {"step": 4, "key": 1}})").contains("key"));
  QCOMPARE(problemOf(R"({"gaussian_blur": {"hundredths": 1.5}})"),
           QString("plan: gaussian_blur: hundredths: an integer expected, 1.5 found"));
}

/// Each image is its own target; all else is the set's.
void TestDegradations::anySetHasPictures() {
  const auto data = std::make_shared<const ResidentDataset>(makeData(kSide, 3));
  QVERIFY(withTargets(data, TargetKind::label) == data);
  const auto pictures = withTargets(data, TargetKind::picture);
  QVERIFY(pictures->targetKind() == TargetKind::picture);
  QVERIFY(withTargets(pictures, TargetKind::picture) == pictures);
  QCOMPARE(pictures->label(1), -1);
  QCOMPARE(pictures->identity(), data->identity());
  QCOMPARE(pictures->classes(), 2);
  QVERIFY(pictures->isResident() && pictures->size() == 3);
  const Held<TargetView> target = pictures->target(2);
  QVERIFY(Image(std::get<ImageView>(*target)) == Image(data->view(2)));
  QVERIFY(canGive(TargetKind::boxes, TargetKind::picture) &&
          !canGive(TargetKind::picture, TargetKind::boxes));
}

QTEST_GUILESS_MAIN(TestDegradations)
#include "tst_degradations.moc"
