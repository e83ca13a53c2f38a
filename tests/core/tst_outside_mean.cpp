#include <fmt/core.h>

#include <QtTest>
#include <cstring>
#include <random>
#include <sstream>

#include "core/base/Files.h"
#include "tests/core/AugmentTools.h"
#include "tests/core/Pillow.h"

using namespace uada;
using namespace uada::test;

namespace {

constexpr std::uint8_t kMean[] = {128, 102, 77};  // of settingsOf()

/// A row of autoaugment_chains.txt, which tests/golden/pillow_autoaugment.py prints.
struct Golden {
  int side = 0;
  std::uint32_t crc = 0;  ///< of the picture, the mean where it is transparent
  int clear = 0;          ///< transparent pixels
  Plan plan;
};

std::vector<Golden> goldenRows() {
  std::istringstream lines(readTextFile(PROJECT_DIR "/tests/golden/autoaugment_chains.txt", 1 << 20));
  std::vector<Golden> rows;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    Golden& row = rows.emplace_back();
    std::string plan;
    words >> row.side >> std::hex >> row.crc >> std::dec >> row.clear >> plan;
    row.plan = planFromJson(parseJson(plan, "golden"));
  }
  return rows;
}

/// Two to four steps of every op that has levels on the grid and no partner, some of which did not fire.
Plan randomPlan(std::mt19937& random) {
  Plan plan;
  plan.grid = random() % 2 ? Grid::aa10 : Grid::aa10Published;
  plan.setOrder(random() % 8 ? RenderOrder::chainFirst : RenderOrder::cropFirst);
  plan.outside = Outside::mean;
  for (auto steps = 2 + random() % 3; plan.chain().size() < steps;) {
    const Op& op = ops()[random() % ops().size()];
    if (op.hasPartner || !hasLevels(op, plan.grid)) continue;
    Part step = makeStep(op.name.c_str(), static_cast<int>(random() % 10), random() % 2 ? 1 : -1);
    step.fired = random() % 8 > 0;
    step.x = static_cast<float>(random() % 4096) / 4096;
    step.y = static_cast<float>(random() % 4096) / 4096;
    plan.add(step);
  }
  const int row = static_cast<int>(random() % 9), col = static_cast<int>(random() % 9);
  if (random() % 2) plan.set(cropPart(row, col));
  plan.set(flipPart(random() % 2 > 0));
  return plan;
}

}  // namespace

/// Plans of Outside::mean against the AutoAugment authors' code, written down a second time with Pillow.
class TestOutsideMean : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void equalsTheAuthorsCode();
  void equalsPillow_data();
  void equalsPillow();
  void partnersAreOpaque();

 private:
  /// The picture of the plan; clear[i] where the network sees exactly 0. Fails where the two disagree.
  Image shown(const Dataset& data, std::uint32_t index, const Plan& plan, std::vector<bool>& clear);

  ThreadPool pool_{1};
};

Image TestOutsideMean::shown(const Dataset& data, std::uint32_t index, const Plan& plan,
                             std::vector<bool>& clear) {
  const Renderer renderer(data, settingsOf(commonSize(data).width), pool_);
  const Normaliser normaliser(renderer.settings().mean, renderer.settings().deviation);
  Image picture = renderer.picture(index, plan);
  std::vector<float> numbers(picture.rgb.size()), ofPicture(picture.rgb.size());
  const std::vector<std::uint32_t> indices{index};
  renderer.render(indices, {&plan, 1}, numbers.data());
  normaliser.apply(picture.view(), ofPicture.data());
  clear.assign(picture.rgb.size() / 3, false);
  for (std::size_t i = 0; i < clear.size(); ++i) {
    const float* pixel = &numbers[3 * i];
    clear[i] = pixel[0] == 0 && pixel[1] == 0 && pixel[2] == 0;  // no bytes give all three
    const bool same = clear[i] ? std::memcmp(&picture.rgb[3 * i], kMean, 3) == 0
                               : std::memcmp(pixel, &ofPicture[3 * i], 3 * sizeof(float)) == 0;
    if (!same) QTest::qFail(planText(plan).c_str(), __FILE__, __LINE__);
  }
  return picture;
}

void TestOutsideMean::equalsTheAuthorsCode() {
  const std::vector<Golden> rows = goldenRows();
  QVERIFY(rows.size() >= 300);
  ResidentDataset data;
  std::uint32_t index = 0;
  std::vector<bool> clear;
  int partly = 0;
  for (const Golden& row : rows) {
    if (data.width != row.side) {
      data = makeData(row.side, 60);
      index = 0;
    }
    const Image picture = shown(data, index++, row.plan, clear);
    const std::string text = fmt::format("{} pixels: {}", row.side, planText(row.plan));
    QVERIFY2(crc32(picture.rgb) == row.crc, text.c_str());
    QVERIFY2(std::count(clear.begin(), clear.end(), true) == row.clear, text.c_str());
    partly += row.clear > 0 && row.clear < row.side * row.side;
  }
  QVERIFY2(partly > 100, "too few rows have a hole");
}

void TestOutsideMean::equalsPillow_data() {
  QTest::addColumn<int>("side");
  for (const int side : {1, 2, 7, 28, 32, 33, 96}) QTest::addRow("%d pixels", side) << side;
}

/// Plans of the policy itself, and chains of any ops.
void TestOutsideMean::equalsPillow() {
  QFETCH(int, side);
  QString version;
  const QString python = pythonWithPillow(version);
  if (python.isEmpty()) QSKIP("not run: the comparison with Pillow needs Debian's package python3-pil");
  constexpr std::uint32_t kPlans = 200;
  std::mt19937 random(static_cast<unsigned>(side));
  ResidentDataset data = makeData(side, kPlans);
  const auto space = makeSpace("autoaugment", R"({"outside":"mean"})", side);
  std::vector<Image> images;
  std::vector<Plan> plans;
  PillowCall call;
  for (std::uint32_t index = 0; index < kPlans; ++index) {
    if (index % 4 == 0)  // few colours, so that histograms matter
      for (std::size_t i = 0; i < data.view(index).bytes(); ++i)
        data.rgb[index * data.view(index).bytes() + i] &= 0xE0;
    images.emplace_back(data.view(index));
    plans.push_back(index % 2 ? randomPlan(random) : samplePlan(*space, index));
  }
  for (std::uint32_t index = 0; index < kPlans; ++index)
    call.add(fmt::format("{} {}", side, toJson(plans[index]).dump()), images[index]);
  const QByteArray wanted = call.run(python, QStringLiteral("pillow_autoaugment.py"));
  QCOMPARE(wanted.size(), qsizetype(kPlans) * 4 * side * side);
  std::vector<bool> clear;
  const char* pixel = wanted.data();
  for (std::uint32_t index = 0; index < kPlans; ++index) {
    const Image picture = shown(data, index, plans[index], clear);
    for (std::size_t i = 0; i < clear.size(); ++i, pixel += 4) {
      const std::string text = toJson(plans[index]).dump();
      QVERIFY2(clear[i] == (pixel[3] == 0), text.c_str());
      QVERIFY2(clear[i] || std::memcmp(&picture.rgb[3 * i], pixel, 3) == 0, text.c_str());
    }
  }
  qInfo("%u plans equal Pillow %s", kPlans, qPrintable(version));
}

/// Of a blend with an opaque image nothing is transparent, unless its weight is 0.
void TestOutsideMean::partnersAreOpaque() {
  const ResidentDataset data = makeData(32, 4);
  Plan plan;
  plan.grid = Grid::ta31;
  plan.outside = Outside::mean;
  plan.add(makeStep("translate_x", 30));  // 10 pixels to the left
  plan.add(makeStep("sample_pairing", 0));
  std::vector<bool> clear;
  shown(data, 0, plan, clear);
  QCOMPARE(std::count(clear.begin(), clear.end(), true), 10 * 32);
  plan.chain()[1].at[0] = 1;
  shown(data, 0, plan, clear);
  QCOMPARE(std::count(clear.begin(), clear.end(), true), 0);
}

QTEST_GUILESS_MAIN(TestOutsideMean)
#include "tst_outside_mean.moc"
