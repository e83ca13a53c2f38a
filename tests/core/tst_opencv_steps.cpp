#include <QProcess>
#include <QTest>

#include "core/augment/Parts.h"
#include "core/base/Files.h"
#include "core/base/Json.h"
#include "core/ops/CvBoxes.h"
#include "core/ops/CvMoves.h"
#include "tests/core/SegmentationTools.h"

using namespace uada;
using namespace uada::test;

namespace {

constexpr const char* kNumbers = PROJECT_DIR "/tests/golden/opencv_steps.json";
constexpr ImageSize kSize{23, 17};
constexpr PixelBox kWhole{0, 0, kSize.width, kSize.height};

/// As the script makes it.
ResidentDataset theImage() {
  ResidentDataset data;
  data.width = kSize.width;
  data.height = kSize.height;
  data.classCount = 1;
  data.labels = {0};
  for (long i = 0; i < 3L * kSize.width * kSize.height; ++i)
    data.rgb.push_back(static_cast<std::uint8_t>((37 * i + i / 7 + i * i % 251) % 256));
  return data;
}

Image imageOf(const Json& json) {
  Image image(static_cast<int>(json.at("width").asInt()), static_cast<int>(json.at("height").asInt()));
  const QByteArray bytes = QByteArray::fromHex(QByteArray::fromStdString(json.at("bytes").asString()));
  std::copy(bytes.begin(), bytes.end(), image.rgb.begin());
  return image;
}

}  // namespace

/// The steps of detection's and segmentation's pipelines beside python3-opencv: equal to the bit.
class TestOpenCvSteps : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void lightAndColour();
  void lightInEightBits();
  void resizes();
  void resizesByEachFilter();
  void scales();
  void turns();
  void blur();
  void theScriptStillSaysSo();

 private:
  const Json numbers_ = parseJson(readTextFile(kNumbers, 1 << 22), kNumbers);
  const ResidentDataset data_ = theImage();
  ThreadPool pool_{1};
};

/// Through the plan, as a user replays it.
void TestOpenCvSteps::lightAndColour() {
  const Renderer renderer(data_, settingsOf(kSize), pool_);
  for (const Json& one : numbers_.at("lights").asArray()) {
    Json json = Json::object();
    json["whole"] = Json(Json::Array{kSize.height, kSize.width});
    json["photometric"] = one.at("change");
    QVERIFY2(renderer.picture(0, planFromJson(json)) == imageOf(one.at("picture")),
             one.at("change").dump().c_str());
  }
}

void TestOpenCvSteps::lightInEightBits() {
  const Renderer renderer(data_, settingsOf(kSize), pool_);
  for (const Json& one : numbers_.at("eight_bit_lights").asArray()) {
    Json json = Json::object();
    json["whole"] = Json(Json::Array{kSize.height, kSize.width});
    json["photometric"] = one.at("change");
    json["photometric"]["eight_bit"] = true;
    QVERIFY2(renderer.picture(0, planFromJson(json)) == imageOf(one.at("picture")),
             one.at("change").dump().c_str());
  }
}

void TestOpenCvSteps::resizesByEachFilter() {
  for (const Json& one : numbers_.at("resizes_by").asArray()) {
    const Image wanted = imageOf(one.at("picture"));
    const Renderer renderer(data_, settingsOf({wanted.width, wanted.height}), pool_);
    Json json = Json::object();
    json["whole"] = Json(Json::Array{kSize.height, kSize.width});
    json["resize"] = one.at("filter");
    QVERIFY2(renderer.picture(0, planFromJson(json)) == wanted, one.at("filter").dump().c_str());
  }
}

void TestOpenCvSteps::resizes() {
  for (const Json& one : numbers_.at("resizes").asArray()) {
    const Image wanted = imageOf(one);
    Image made(wanted.width, wanted.height);
    resizeImage(data_.view(0), made.span());
    QVERIFY(made == wanted);
  }
}

void TestOpenCvSteps::scales() {
  for (const Json& one : numbers_.at("scales").asArray()) {
    const Image wanted = imageOf(one.at("picture"));
    const double factor = one.at("factor").asDouble();
    const ImageSize size = scaleMap(kSize, factor).out;
    QVERIFY((size == ImageSize{wanted.width, wanted.height}));
    Image made(size.width, size.height);
    scaleImage(data_.view(0), made.span(), factor, Filter::bilinear);
    QVERIFY(made == wanted);
    if (!scalesByBoxes(factor, Filter::bilinear)) continue;
    Image byBoxes(size.width, size.height);
    scaleBox({data_.view(0), kWhole}, kSize, {byBoxes.span(), {0, 0, size.width, size.height}}, factor);
    QVERIFY(byBoxes == wanted);
  }
}

void TestOpenCvSteps::turns() {
  for (const Json& one : numbers_.at("angles").asArray()) {
    const Image wanted = imageOf(one.at("picture"));
    Image made(wanted.width, wanted.height);
    rotateBox({data_.view(0), kWhole}, {made.span(), kWhole},
              rotationMap(kSize, one.at("degrees").asDouble()), Filter::bilinear, {124, 116, 104});
    QVERIFY2(made == wanted, one.at("degrees").dump().c_str());
  }
}

void TestOpenCvSteps::blur() {
  Image made(kSize.width, kSize.height);
  blurBox({data_.view(0), kWhole}, {made.span(), kWhole});
  QVERIFY(made == imageOf(numbers_.at("blur")));
}

void TestOpenCvSteps::theScriptStillSaysSo() {
  const QString python = qEnvironmentVariable("UADA_OPENCV_PYTHON", "/usr/bin/python3");
  QProcess process;
  process.start(python, {"-c", "import cv2"});
  if (!process.waitForFinished() || process.exitCode() != 0)
    QSKIP("not run: python3-opencv is not there (UADA_OPENCV_PYTHON names a Python that has it)");
  process.start(python, {PROJECT_DIR "/tests/golden/opencv_steps.py", "--check", kNumbers});
  QVERIFY(process.waitForFinished(60'000));
  QVERIFY2(process.exitCode() == 0, process.readAllStandardError().constData());
}

QTEST_GUILESS_MAIN(TestOpenCvSteps)
#include "tst_opencv_steps.moc"
