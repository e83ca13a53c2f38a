#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/weights/Pickle.h"
#include "core/weights/PublishedNames.h"
#include "core/weights/WeightsFile.h"
#include "core/weights/Zip.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/GoldenScript.h"

using namespace uada;

namespace {

const std::string kGolden = PROJECT_DIR "/tests/golden/weights/";
using Bytes = std::vector<std::byte>;

Bytes bytesOf(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text.data(), text.size()));
  return {bytes.begin(), bytes.end()};
}
Bytes golden(const std::string& name) { return readBinaryFile(kGolden + name, 1 << 20); }

WeightsFile read(std::span<const std::byte> bytes) { return readWeights(bytesOfMemory(bytes), "net.pth"); }

const WeightTensor& tensor(const WeightsFile& file, const std::string& name) {
  const auto found = std::ranges::find(file.tensors, name, &WeightTensor::name);
  if (found == file.tensors.end()) throw Error("the test's file has no tensor " + name);
  return *found;
}
std::vector<double> numbers(const WeightsFile& file, const std::string& name) {
  return file.doubles(tensor(file, name));
}

/// Everything that a file says, for comparison.
std::string content(const WeightsFile& file) {
  std::string text;
  for (const WeightTensor& tensor : file.tensors) {
    text += fmt::format("{} {} {} [", tensor.name, elementInfo(tensor.element).name, tensor.isTrained);
    for (const std::int64_t size : tensor.sizes) text += fmt::format("{} ", size);
    for (const std::byte byte : file.numbers(tensor)) text += fmt::format("{:02x}", static_cast<int>(byte));
    text += "]\n";
  }
  for (const auto& [name, value] : file.values) text += fmt::format("{} = {}\n", name, value.dump());
  return text;
}
std::string readContent(std::span<const std::byte> bytes) { return content(read(bytes)); }

const std::vector<double> kWeight = [] {
  std::vector<double> values;
  for (int i = 0; i < 24; ++i) values.push_back(i / 8.0);
  return values;
}();

}  // namespace

/// Files of weights: tests/golden/weights.py wrote those that are read with PyTorch 2.11.0.
class TestWeights : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void readsStateDictionaries_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"plain.pth", "plain_old.pth", "plain_protocol4.pth"})
      QTest::newRow(name) << name;
  }
  void readsStateDictionaries() {
    QFETCH(QString, name);
    const WeightsFile file = readWeights(kGolden + name.toStdString());
    QCOMPARE(file.tensors.size(), std::size_t{3});
    QCOMPARE(file.tensors[0].name, std::string("conv.weight"));
    QCOMPARE(file.tensors[0].sizes, (std::vector<std::int64_t>{2, 3, 2, 2}));
    QCOMPARE(numbers(file, "conv.weight"), kWeight);
    QCOMPARE(numbers(file, "conv.bias"), (std::vector<double>{-1.5, 2}));
    QCOMPARE(tensor(file, "bn.num_batches_tracked").element, NumberType::i64);
    QCOMPARE(numbers(file, "bn.num_batches_tracked"), (std::vector<double>{7}));
    QVERIFY(tensor(file, "bn.num_batches_tracked").sizes.empty());
  }

  void readsWhatIsAround() {
    const WeightsFile file = readWeights(kGolden + "wrapped.pth");
    const auto value = [&](const char* name) { return file.value(name) ? file.value(name)->dump() : "-"; };
    QCOMPARE(value("epoch"), std::string("3"));
    QCOMPARE(value("lr"), std::string("0.1"));
    QCOMPARE(value("name"), std::string("\"résumé\""));
    QCOMPARE(value("best"), std::string("null"));
    QCOMPARE(value("done"), std::string("true"));
    QCOMPARE(value("large"), std::string("1099511627776"));
    QCOMPARE(value("optimizer/param_groups/0/betas/1"), std::string("0.999"));
    QCOMPARE(value("other"), std::string("-"));
    QCOMPARE(numbers(file, "optimizer/state/0/step"), (std::vector<double>{5}));
    const std::vector<WeightTensor> network = networkTensors(file);
    QCOMPARE(network.size(), std::size_t{3});
    QCOMPARE(network[0].name, std::string("conv.weight"));
    QCOMPARE(file.doubles(network[0]), kWeight);
  }

  /// Published names of a network become ours; all that is no such name stays.
  void knowsPublishedNames() {
    const auto named = [](const char* model, std::vector<std::string> names) {
      WeightsFile file;
      for (const std::string& name : names) file.tensors.emplace_back().name = name;
      NamedTensors tensors = tensorsFor(model, file);
      std::string all = tensors.naming + ':';
      for (const WeightTensor& tensor : tensors.tensors) all += ' ' + tensor.name;
      return all;
    };
    QCOMPARE(named("pspnet", {"conv3.weight", "layer3.22.bn2.running_var", "layer4.0.downsample.1.bias",
                              "fc.weight", "layer3.22.conv4.weight", "layer3.1.2.conv1.weight"}),
             std::string("SemSeg's ResNet with a deep stem: stem_3.conv.weight "
                         "layer3_22.spatial.bn.running_var layer4_0.shortcut.bn.bias fc.weight "
                         "layer3.22.conv4.weight layer3.1.2.conv1.weight"));
    QCOMPARE(named("pspnet", {"layer1.0.conv3.weight", "conv1.weight", "layer1.0.conv1.weight",
                              "layer1.1.conv1.weight"}),
             std::string("torchvision's ResNet: layer1_0.expand.conv.weight conv1.weight "
                         "layer1.0.conv1.weight layer1_1.reduce.conv.weight"));
    QCOMPARE(named("pspnet", {"module.layer0.0.weight", "module.ppm.features.3.2.bias", "module.cls.4.bias"}),
             std::string("SemSeg's PSPNet: stem_1.conv.weight pyramid_6.bn.bias main.last.bias"));
    QCOMPARE(named("pspnet", {"stem_1.conv.weight"}), std::string(": stem_1.conv.weight"));
    QCOMPARE(named("ssd", {"0.weight", "33.weight", "33.bias"}),
             std::string("ssd.pytorch's VGG16: vgg.0.weight vgg.33.weight vgg.33.bias"));
    QCOMPARE(named("rfb", {"0.weight", "33.weight"}),
             std::string("ssd.pytorch's VGG16: base.0.weight base.33.weight"));
    QCOMPARE(named("ssd", {"features.28.weight", "classifier.0.bias"}),
             std::string("torchvision's VGG16: vgg.28.weight classifier.0.bias"));
    QCOMPARE(named("rfb", {"features.28.weight"}), std::string("torchvision's VGG16: base.28.weight"));
    QCOMPARE(named("ssd", {"vgg.33.weight", "L2Norm.weight", "extras.0.bias"}),
             std::string(": vgg.33.weight L2Norm.weight extras.0.bias"));
    QCOMPARE(named("resnet-imagenet", {"conv3.weight", "layer1.0.conv3.weight"}),
             std::string(": conv3.weight layer1.0.conv3.weight"));
  }

  void readsStridesAndSharedNumbers_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"strided.pth", "strided_old.pth"}) QTest::newRow(name) << name;
  }
  void readsStridesAndSharedNumbers() {
    QFETCH(QString, name);
    const WeightsFile file = readWeights(kGolden + name.toStdString());
    QCOMPARE(numbers(file, "whole"), (std::vector<double>{0, 1, 2, 3, 4, 5}));
    QCOMPARE(numbers(file, "turned"), (std::vector<double>{0, 3, 1, 4, 2, 5}));
    QCOMPARE(tensor(file, "turned").sizes, (std::vector<std::int64_t>{3, 2}));
    QCOMPARE(numbers(file, "row"), (std::vector<double>{3, 4, 5}));
    QCOMPARE(numbers(file, "columns"), (std::vector<double>{1, 2, 4, 5}));
    QCOMPARE(numbers(file, "repeated"), (std::vector<double>{1, 1, 1}));
    QCOMPARE(numbers(file, "empty"), (std::vector<double>{}));
    QCOMPARE(tensor(file, "turned").storage, tensor(file, "whole").storage);
  }

  void readsEveryElement() {
    const WeightsFile file = readWeights(kGolden + "elements.pth");
    for (const char* name : {"f64", "f32", "f16", "bf16", "i64", "i32", "i16", "i8"})
      QCOMPARE(numbers(file, name), (std::vector<double>{0, 1, -3, 100}));
    QCOMPARE(numbers(file, "u8"), (std::vector<double>{0, 1, 3, 200}));
    QCOMPARE(numbers(file, "boolean"), (std::vector<double>{0, 1}));
    QCOMPARE(numbers(file, "small"), (std::vector<double>{std::ldexp(1, -24), -std::ldexp(1, -15), 65504,
                                                          std::numeric_limits<double>::infinity()}));
    QCOMPARE(file.tensors.size(), elements().size() + 1);
  }

  void knowsWhatIsTrained() {
    const WeightsFile file = readWeights(kGolden + "parameters.pth");
    QVERIFY(tensor(file, "w").isTrained && !tensor(file, "b").isTrained);
    QCOMPARE(numbers(file, "w"), (std::vector<double>{1, 1}));
  }

  /// Of TorchScript the numbers alone: its code is not looked at.
  void readsTorchScript() {
    const WeightsFile file = readWeights(kGolden + "script.pt");
    std::int64_t trained = 0;
    for (const WeightTensor& tensor : file.tensors)
      if (tensor.isTrained) trained += tensor.count();
    QCOMPARE(trained, std::int64_t{3 * 2 * 9 + 2 + 2 + 2});
    QCOMPARE(numbers(file, "0.bias"), (std::vector<double>{0.5, 0.5}));
    QVERIFY(!tensor(file, "1.running_mean").isTrained);
  }

  void readsWhatItWrites() {
    const WeightsFile file = readWeights(kGolden + "elements.pth");
    std::vector<Bytes> kept;
    std::vector<WrittenTensor> written;
    for (const WeightTensor& tensor : file.tensors) kept.push_back(file.numbers(tensor));
    for (std::size_t i = 0; i < kept.size(); ++i)
      written.push_back({file.tensors[i].name, file.tensors[i].element, file.tensors[i].sizes, kept[i]});
    const std::vector<float> three{1, 2, 3};
    written.push_back({"b.three", NumberType::f32, {3, 1, 1}, std::as_bytes(std::span(three))});
    written.push_back({"none", NumberType::f32, {0, 3}, {}});
    const Bytes bytes = pyTorchFile(written);
    const WeightsFile again = read(bytes);
    QCOMPARE(again.tensors.size(), written.size());
    for (std::size_t i = 0; i < written.size(); ++i) {
      QCOMPARE(again.tensors[i].name, written[i].name);
      QCOMPARE(again.tensors[i].element, written[i].element);
      QCOMPARE(again.tensors[i].sizes, written[i].sizes);
      QVERIFY(std::ranges::equal(again.numbers(again.tensors[i]), written[i].numbers));
    }
    askPyTorch(bytes);
  }

  /// Cut anywhere, none is read; what a flipped bit changes is found by a checksum, or is nothing that
  /// counts.
  void refusesDamage_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"plain.pth", "strided.pth"}) QTest::newRow(name) << name;
  }
  void refusesDamage() {
    QFETCH(QString, name);
    Bytes bytes = golden(name.toStdString());
    for (std::size_t size = 0; size < bytes.size(); ++size)
      QVERIFY(!test::errorOf([&] { readContent(std::span(bytes).first(size)); }).isEmpty());
    const std::string whole = readContent(bytes);
    int refused = 0;
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
      bytes[bit / 8] ^= std::byte{1} << (bit % 8);
      std::string found;
      if (!test::errorOf([&] { found = readContent(bytes); }).isEmpty())
        ++refused;
      else
        QVERIFY2(found == whole, qPrintable(QString("bit %1").arg(bit)));
      bytes[bit / 8] ^= std::byte{1} << (bit % 8);
    }
    QVERIFY(refused > 3000);
  }
  /// The old format has no checksum: damage may go unseen, but does no harm.
  void survivesDamageOfOldFiles() {
    Bytes bytes = golden("strided_old.pth");
    for (std::size_t size = 0; size < bytes.size(); ++size)
      QVERIFY(!test::errorOf([&] { readContent(std::span(bytes).first(size)); }).isEmpty());
    int refused = 0;
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
      bytes[bit / 8] ^= std::byte{1} << (bit % 8);
      refused += !test::errorOf([&] { readContent(bytes); }).isEmpty();
      bytes[bit / 8] ^= std::byte{1} << (bit % 8);
    }
    QVERIFY(refused > 1000);
  }

  void refusesOtherFiles_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("says");
    QTest::newRow("empty") << QByteArray() << "no file of weights";
    QTest::newRow("text") << QByteArray("# weights of my network") << "no file of weights";
    QTest::newRow("picture") << QByteArray("\x89PNG\r\n\x1a\n0000", 12) << "no file of weights";
    QTest::newRow("pickle") << QByteArray("\x80\x02}.") << "not one that torch.save() wrote";
    ZipWriter zip;
    zip.add("readme.txt", "hello");
    const Bytes other = zip.finish();
    QTest::newRow("archive") << QByteArray(reinterpret_cast<const char*>(other.data()),
                                           static_cast<qsizetype>(other.size()))
                             << "without data.pkl";
  }
  void refusesOtherFiles() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, says);
    const QString message = test::errorOf([&] { readContent(bytesOf(bytes.toStdString())); });
    QVERIFY2(message.contains(says), qPrintable(message));
  }

  /// Safetensors from elsewhere: tensors in any order, other types, no gaps.
  void readsSafetensors() {
    const Bytes bytes = safetensors(
        R"({"b":{"dtype":"BF16","shape":[2],"data_offsets":[4,8]},"a":{"dtype":"F16","shape":[1,2],)"
        R"("data_offsets":[0,4]},"__metadata__":{"format":"pt"}})",
        std::string("\x00\x3c\x00\xc0\x80\x3f\x00\xc0", 8));
    const WeightsFile file = read(bytes);
    QCOMPARE(numbers(file, "a"), (std::vector<double>{1, -2}));
    QCOMPARE(numbers(file, "b"), (std::vector<double>{1, -2}));
    QCOMPARE(file.value("format")->asString(), std::string("pt"));
    for (std::size_t size = 0; size < bytes.size(); ++size)
      QVERIFY(!test::errorOf([&] { readContent(std::span(bytes).first(size)); }).isEmpty());
  }
  void refusesLyingSafetensors_data() {
    QTest::addColumn<QByteArray>("header");
    const auto row = [](const char* name, const QByteArray& header) { QTest::newRow(name) << header; };
    row("gap", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})");
    row("rest", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})");
    row("overlap", R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                   R"("b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})");
    row("beyond", R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}})");
    row("shape", R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})");
    row("overflow", R"({"a":{"dtype":"F32","shape":[4611686018427387905,4],"data_offsets":[0,8]}})");
    row("negative", R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})");
    row("type", R"({"a":{"dtype":"F8","shape":[8],"data_offsets":[0,8]}})");
    row("twice", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                 R"("a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})");
    row("no JSON", "{");
  }
  void refusesLyingSafetensors() {
    QFETCH(QByteArray, header);
    QVERIFY(!test::errorOf([&] {
               readContent(safetensors(header.toStdString(), std::string(8, '\0')));
             }).isEmpty());
  }

  void hashesFiles() {
    const QTemporaryDir dir;
    const std::string file = dir.filePath("a.pth").toStdString();
    std::ofstream(file) << "abc";
    QCOMPARE(fileHash(file), sha256(std::string_view("abc")));
    std::ofstream(file) << "abcd";
    QCOMPARE(fileHash(file), sha256(std::string_view("abcd")));
    QVERIFY(!test::errorOf([&] { fileHash(dir.filePath("none").toStdString()); }).isEmpty());
  }

 private:
  static Bytes safetensors(std::string header, const std::string& data) {
    std::string text(8, '\0');
    const std::uint64_t length = header.size();
    std::memcpy(text.data(), &length, 8);
    return bytesOf(text + header + data);
  }

  /// PyTorch itself reads what was written, where it is at hand.
  void askPyTorch(const Bytes& bytes) const {
    QString version;
    const QString python = pythonThatRuns("import torch; print(torch.__version__)", version);
    if (python.isEmpty()) {
      qInfo("not asked: torch for Python, whether it reads the file; UADA_PYTHON names one that has it");
      return;
    }
    const QTemporaryDir dir;
    const QString file = dir.filePath("written.pth");
    AtomicFile atomic(file.toStdString());
    atomic.write(bytes);
    atomic.commit();
    QProcess script;
    script.start(python, {PROJECT_DIR "/tests/golden/weights.py", "read", file});
    QVERIFY(script.waitForFinished(100'000));
    const QByteArray printed = script.readAllStandardOutput();
    QVERIFY2(script.exitCode() == 0, script.readAllStandardError().constData());
    QVERIFY2(printed.contains(R"(["b.three", "torch.float32", [3, 1, 1], [1.0, 2.0, 3.0]])"),
             printed.constData());
    QVERIFY(printed.contains(R"(["i16", "torch.int16", [4], [0, 1, -3, 100]])"));
    QVERIFY(printed.contains(R"(["none", "torch.float32", [0, 3], []])"));
    QVERIFY(printed.contains(R"(["f16", "torch.float16", [4], [0.0, 1.0, -3.0, 100.0]])"));
    qInfo("read by PyTorch %s", qPrintable(version));
  }
};

QTEST_GUILESS_MAIN(TestWeights)
#include "tst_weights.moc"
