#include <QTest>
#ifdef UADA_HAS_DNN
#include <opencv2/dnn.hpp>
#endif

#include "core/base/Files.h"
#include "core/engine/train/OnnxTrace.h"
#include "tests/core/ErrorOf.h"
#include "tests/engine/Attempt.h"
#include "tests/engine/ScriptTools.h"

using namespace uada;
namespace fs = std::filesystem;

namespace {

/// A small form of a network, and what it is made for.
struct Example {
  const char* model;
  int classes, height, width;
};
const std::vector<Example> kExamples{
    {R"({"name": "resnet", "depth": "10", "width": 4})", 7, 32, 32},
    {R"({"name": "resnet", "depth": "50", "width": 2})", 10, 20, 12},
    {R"({"name": "resnet-imagenet", "depth": "18", "width": 4})", 5, 64, 64},
    {R"({"name": "resnet-imagenet", "depth": "50", "width": 2})", 5, 65, 47},
    {R"({"name": "wrn", "depth": 10, "width_factor": 1})", 10, 32, 32},
    {R"({"name": "wrn", "depth": 10, "width_factor": 2, "variant": "biased"})", 3, 24, 16},
    {R"({"name": "shake-shake", "width": 4})", 10, 32, 32},
    {R"({"name": "shake-shake", "width": 4, "shift": "left-up", "mode": "even"})", 10, 16, 20},
    {R"({"name": "pspnet", "depth": "14", "width": 4})", 6, 41, 41},   // its map of 6 x 6 has whole bins
    {R"({"name": "pspnet", "depth": "26", "width": 4})", 19, 33, 57},  // this one, of 5 x 8, has not
    {R"({"name": "dncnn", "depth": 4, "width": 6})", 10, 21, 34},
};

Choice modelOf(const char* text) { return modelFromJson(parseJson(text, "test"), "test"); }

/// A network whose running statistics and biases are none that a layer could leave out.
std::shared_ptr<Network> lively(const Choice& model, const ModelContext& context) {
  const std::shared_ptr<Network> network = makeNetwork(model, context, 5);
  const at::NoGradGuard noGrad;
  for (const auto& entry : network->named_buffers()) {
    const bool isVariance = entry.key().ends_with("var");
    drawUniform(entry.value(), entry.key(), isVariance ? 0.4 : 0.3, 9);
    if (isVariance) entry.value().add_(1);
  }
  for (const auto& entry : network->named_parameters())
    if (entry.key().ends_with("bias")) drawUniform(entry.value(), entry.key(), 0.2, 9);
  return network;
}

class Squashing : public Network {
 public:
  Output forward(const at::Tensor& x) override { return {x.sigmoid()}; }
};

}  // namespace

/// Networks written as ONNX give in OpenCV what they give here.
class TestOnnx : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void hasAnExampleOfEachNetwork() {
    for (const Model& model : models()) {
      const bool isFile = std::ranges::any_of(model.files, &FileSetting::isNeeded);
      if (findTask(model.task).target == TargetKind::boxes) continue;  // the export refuses them
      const auto isOfIt = [&](const Example& example) { return modelOf(example.model).name == model.name; };
      QVERIFY2(isFile || std::ranges::any_of(kExamples, isOfIt), model.name.c_str());
    }
  }

  void agreesWithOpenCv_data() {
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < kExamples.size(); ++i)
      QTest::newRow(kExamples[i].model) << static_cast<int>(i);
  }
  void agreesWithOpenCv();

  /// What only trains is left out, and tensors keep their names.
  void holdsWhatIsTested() {
    const auto network = makeNetwork(modelOf(R"({"name": "pspnet", "width": 4})"), {6, squareInput(41)}, 1);
    const TracedNetwork made = traced(*network, squareInput(41));
    std::size_t tensors = 0;
    for (const WrittenTensor& tensor : made.onnx.tensors) {
      QVERIFY2(!tensor.name.starts_with("aux"), tensor.name.c_str());
      if (network->named_parameters().contains(tensor.name)) ++tensors;
    }
    std::size_t expected = 0;
    for (const auto& entry : network->named_parameters())
      if (!entry.key().starts_with("aux")) ++expected;
    QCOMPARE(tensors, expected);
    QCOMPARE(made.onnx.output.sizes, (std::vector<std::int64_t>{6, 41, 41}));
  }

  void refusesOtherOperations() {
    const auto network = std::make_shared<Squashing>();
    const QString message = test::errorOf([&] { traced(*network, squareInput(8)); });
    QCOMPARE(message, QString("the network uses aten::sigmoid, which is not written as ONNX"));
  }

  void exportsCheckpoints();
  void exportsAverages();
  void exportsSecondNormsToo();
  void exportsOlderCheckpoints();
  void namesOfClassesMayBeGone();
  void refusesNetworksOfFiles();

 private:
  std::string path(const char* name) const { return dir_.filePath(name).toStdString(); }
  /// The newest checkpoint of a run.
  std::string trained(const RunConfig& config, const char* name) const {
    fs::create_directory(path(name));
    const Attempt attempt(config, path(name));
    return attempt.sink.checkpoints.back().file;
  }
  std::string exported(const std::string& checkpoint, const char* name) const {
    exportWeights(checkpoint, path(name), "onnx");
    return readTextFile(path(name), 1 << 24);
  }
  RunConfig config(const char* method = "ra-uc") const { return tinyConfig(images_.folder(), method, 1, 4); }

  const QTemporaryDir dir_;
  const StripedImages images_{8, 2};
};

#ifdef UADA_HAS_DNN
namespace {
cv::Mat blobOf(const at::Tensor& x) {
  std::vector<int> sizes;
  for (const std::int64_t size : x.sizes()) sizes.push_back(static_cast<int>(size));
  return {sizes, CV_32F, const_cast<float*>(static_cast<const float*>(x.const_data_ptr()))};
}
at::Tensor tensorOf(const cv::Mat& blob) {
  std::vector<std::int64_t> sizes;
  for (int i = 0; i < blob.dims; ++i) sizes.push_back(blob.size[i]);
  return at::from_blob(blob.data, sizes, at::kFloat).clone();
}
/// Of a batch of three, though one image was traced. Undefined, with a line: OpenCV does not take the file.
at::Tensor saidByOpenCv(const std::string& file, const at::Tensor& x) {
  try {
    cv::dnn::Net net = cv::dnn::readNetFromONNX(file.data(), file.size());
    net.setInput(blobOf(x), "image");
    return tensorOf(net.forward("logits"));
  } catch (const cv::Exception& problem) {
    qWarning("%s", problem.what());
    return {};
  }
}
}  // namespace

void TestOnnx::agreesWithOpenCv() {
  QFETCH(int, index);
  const Example& example = kExamples[static_cast<std::size_t>(index)];
  const Input input{example.height, example.width, 4};
  const auto network = lively(modelOf(example.model), {example.classes, input});
  const TracedNetwork made = traced(*network, input);
  at::Tensor x = at::empty({3, 3, example.height, example.width});
  drawNormal(x, "image", 1, 3);
  const at::NoGradGuard noGrad;
  network->setNormMode(NormMode::eval);
  const at::Tensor ours = network->forward(x.contiguous(at::MemoryFormat::ChannelsLast)).main.contiguous();
  const at::Tensor theirs = saidByOpenCv(onnxFile(made.onnx, "test", "1"), x);
  QVERIFY(theirs.defined());
  QCOMPARE(theirs.sizes().vec(), ours.sizes().vec());
  const double apart = (theirs - ours).abs().max().item<double>() / ours.abs().max().item<double>();
  QVERIFY2(apart < 1e-4, qPrintable(QString::number(apart)));
  QVERIFY(!at::allclose(ours[0], ours[1]));
}
#else
void TestOnnx::agreesWithOpenCv() {
  QSKIP("OpenCV's dnn (libopencv-dnn-dev) is not there: nothing here runs the files");
}
#endif

/// With what a program needs to feed them.
void TestOnnx::exportsCheckpoints() {
  const std::string file = exported(trained(config(), "run"), "net.onnx");
  const auto has = [&](const std::string& text) { return file.find(text) != std::string::npos; };
  QVERIFY(has(R"(["airplane","automobile","bird",)"));
  QVERIFY(has("(pixel / 255 - mean) / std of each channel"));
  const Checkpoint checkpoint = findCheckpoint(path("run"));
  QVERIFY(checkpoint.madeFor);
  QCOMPARE(checkpoint.madeFor->classes, 10);
  QCOMPARE(checkpoint.madeFor->input, squareInput(32));
  const auto numbers = [](const std::array<float, 3>& of) {
    return fmt::format("[{},{},{}]", of[0], of[1], of[2]);
  };
  QVERIFY2(has(numbers(checkpoint.madeFor->mean)), numbers(checkpoint.madeFor->mean).c_str());
  QVERIFY(has(numbers(checkpoint.madeFor->deviation)));
  const at::Tensor weight = checkpoint.tensors.tensor("model.linear.weight");
  QVERIFY(has(std::string(static_cast<const char*>(weight.const_data_ptr()), weight.nbytes())));
}

void TestOnnx::exportsAverages() {
  RunConfig averaging = config();
  averaging.recipe.training.averaging = 0.5;
  const std::string file = exported(trained(averaging, "averaging"), "average.onnx");
  const TensorFile tensors = findCheckpoint(path("averaging")).tensors;
  const auto has = [&](const char* name) {
    const at::Tensor weight = tensors.tensor(name);
    return file.find(std::string(static_cast<const char*>(weight.const_data_ptr()), weight.nbytes())) !=
           std::string::npos;
  };
  QVERIFY(has("average.linear.weight") && !has("model.linear.weight"));
}

/// Tests use the first set of batch normalisations.
void TestOnnx::exportsSecondNormsToo() {
  const std::string file = exported(trained(config("online-augment"), "two"), "two.onnx");
  QVERIFY(file.find("bn1.weight") != std::string::npos && file.find("second.") == std::string::npos);
}

/// Which do not say what their network was made for: the images say it.
void TestOnnx::exportsOlderCheckpoints() {
  const std::string file = trained(config(), "older"), whole = exported(file, "whole.onnx");
  Checkpoint older = readCheckpoint(file);
  older.madeFor.reset();
  writeCheckpoint(path("older"), older, false);
  QVERIFY(!readCheckpoint(file).madeFor);
  QVERIFY(exported(file, "older.onnx") == whole);
  const StripedImages others(6, 2);
  older.config["recipe"]["dataset"]["folder"] = others.folder();
  writeCheckpoint(path("older"), older, false);
  const QString message = test::errorOf([&] { exported(file, "none.onnx"); });
  QVERIFY2(message.contains("are not those the network was trained on"), qPrintable(message));
  QVERIFY(!fs::exists(path("none.onnx")));
}

/// They are beside the point: a folder that was damaged since keeps no network back.
void TestOnnx::namesOfClassesMayBeGone() {
  const std::string file = trained(config(), "gone");
  Checkpoint checkpoint = readCheckpoint(file);
  fs::create_directory(path("damaged"));
  writeFileAtomically(path("damaged") + "/train.csv", "");  // a first line is missing
  checkpoint.config["recipe"]["dataset"] = Json::Object{{"name", "folder"}, {"folder", path("damaged")}};
  writeCheckpoint(path("gone"), checkpoint, false);
  const std::string made = exported(file, "gone.onnx");
  QVERIFY(made.find("conv1.weight") != std::string::npos && made.find("airplane") == std::string::npos);
}

void TestOnnx::refusesNetworksOfFiles() {
  writeScript(path("net.pt"), 10);
  RunConfig config = this->config();
  config.recipe.model = scriptModel(path("net.pt"));
  const std::string file = trained(config, "script");
  const QString message = test::errorOf([&] { exported(file, "script.onnx"); });
  QVERIFY2(
      message.contains("torchscript") && message.contains("net.pt") && message.contains("torch.onnx.export"),
      qPrintable(message));
}

QTEST_GUILESS_MAIN(TestOnnx)
#include "tst_onnx.moc"
