#include <QTest>
#include <cstring>
#include <limits>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Philox.h"
#include "core/engine/train/TensorFile.h"

using namespace uada;

namespace {

TensorFile sample() {
  TensorFile file;
  file.tensors = {{"weight", at::arange(60, at::kFloat).reshape({3, 4, 5})},
                  {"counter", at::tensor({-7}, at::kLong)},
                  {"empty", at::empty({0, 3})},
                  {"odd", at::tensor({std::numeric_limits<float>::quiet_NaN(), -0.0f, 1e-42f})}};
  file.texts = {{"format", "test"}, {"manifest", "{\"a\": \"ü \\n\"}"}};
  return file;
}

bool sameBits(const at::Tensor& a, const at::Tensor& b) {
  return a.sizes() == b.sizes() && a.scalar_type() == b.scalar_type() &&
         (a.nbytes() == 0 || std::memcmp(a.const_data_ptr(), b.const_data_ptr(), a.nbytes()) == 0);
}

bool isRefused(std::span<const std::byte> bytes) {
  try {
    decode(bytes, "file");
    return false;
  } catch (const Error& error) {
    return std::string_view(error.what()).find("file") != std::string_view::npos;
  }
}

/// A sealed file with the given header and data, so that only the header's own rules can refuse it.
std::vector<std::byte> forged(std::string header, const TensorFile& like) {
  std::vector<std::byte> bytes = encode(like, true);
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  std::vector<std::byte> data(bytes.begin() + 8 + static_cast<std::ptrdiff_t>(length), bytes.end() - 64);
  length = header.size();
  std::vector<std::byte> made(8);
  std::memcpy(made.data(), &length, 8);
  for (const char c : header) made.push_back(static_cast<std::byte>(c));
  made.insert(made.end(), data.begin(), data.end());
  const std::string seal = sha256(std::span<const std::byte>(made));
  for (const char c : seal) made.push_back(static_cast<std::byte>(c));
  return made;
}

}  // namespace

class TestTensorFile : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void readsWhatItWrote() {
    const TensorFile written = sample();
    const TensorFile read = decode(encode(written, true), "file");
    QCOMPARE(read.tensors.size(), written.tensors.size());
    for (const auto& [name, tensor] : written.tensors) QVERIFY(sameBits(read.tensor(name), tensor));
    QVERIFY(read.texts == written.texts);
    QVERIFY_THROWS_EXCEPTION(Error, read.tensor("other"));
    QVERIFY_THROWS_EXCEPTION(Error, read.text("other"));
  }

  /// The layout of safetensors, byte for byte.
  void hasTheLayout() {
    TensorFile file;
    file.tensors = {{"a", at::tensor({1.0f})}};
    file.texts = {{"k", "v"}};
    const std::string header =
        R"({"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
    std::string expected;
    std::string padded = header + std::string((8 - header.size() % 8) % 8, ' ');
    expected += std::string({static_cast<char>(padded.size()), 0, 0, 0, 0, 0, 0, 0}) + padded;
    expected += std::string("\x00\x00\x80\x3f", 4);
    const std::vector<std::byte> bytes = encode(file, false);
    QCOMPARE(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()), expected);
  }

  void writesStridedTensorsInOrder() {
    TensorFile file;
    const at::Tensor x = at::arange(24, at::kFloat).reshape({1, 2, 3, 4});
    file.tensors = {{"x", x.contiguous(at::MemoryFormat::ChannelsLast)}};
    QVERIFY(sameBits(decode(encode(file, true), "file").tensor("x"), x));
  }

  void refusesOtherTypes() {
    TensorFile file;
    file.tensors = {{"x", at::zeros({2}, at::kHalf)}};
    QVERIFY_THROWS_EXCEPTION(Error, encode(file, true));
  }

  /// Every bit of a small file, so 0 silent differences is a fact and not a sample.
  void refusesEveryBitFlip() {
    std::vector<std::byte> bytes = encode(sample(), true);
    int refused = 0;
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
      bytes[bit / 8] ^= std::byte{1} << (bit % 8);
      refused += isRefused(bytes);
      bytes[bit / 8] ^= std::byte{1} << (bit % 8);
    }
    QVERIFY(refused > 2000);
    QCOMPARE(refused, static_cast<int>(8 * bytes.size()));
  }
  void refusesEveryTruncation() {
    const std::vector<std::byte> bytes = encode(sample(), true);
    for (std::size_t size = 0; size < bytes.size(); ++size) QVERIFY(isRefused(std::span(bytes).first(size)));
    std::vector<std::byte> longer = bytes;
    longer.push_back({});
    QVERIFY(isRefused(longer));
  }
  void refusesSplices() {
    const std::vector<std::byte> a = encode(sample(), true);
    TensorFile other = sample();
    other.tensors[0].second = other.tensors[0].second + 1;
    const std::vector<std::byte> b = encode(other, true);
    Random random(1, 0, 0, Purpose::test);
    int different = 0;
    for (int i = 0; i < 500; ++i) {
      const std::size_t cut = random.below(static_cast<std::uint32_t>(a.size()));
      std::vector<std::byte> spliced(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(cut));
      spliced.insert(spliced.end(), b.begin() + static_cast<std::ptrdiff_t>(cut), b.end());
      if (spliced == a || spliced == b) continue;
      ++different;
      QVERIFY(isRefused(spliced));
    }
    QVERIFY(different > 100);
  }

  /// Headers that lie, under a seal that holds.
  void refusesLies_data() {
    QTest::addColumn<QString>("header");
    const QString seal = R"("uada.sha256":{"dtype":"U8","shape":[64],"data_offsets":[8,72]})";
    const auto tensor = [](const char* type, const char* shape, int begin, int end) {
      return QString(R"("a":{"dtype":"%1","shape":%2,"data_offsets":[%3,%4]},)")
          .arg(type, shape)
          .arg(begin)
          .arg(end);
    };
    QTest::newRow("gap") << "{" + tensor("F32", "[1]", 4, 8) + seal + "}";
    QTest::newRow("overlap") << "{" + tensor("F32", "[2]", 0, 8) +
                                    R"("b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},)" + seal + "}";
    QTest::newRow("backwards") << "{" + tensor("F32", "[2]", 0, -8) + seal + "}";
    QTest::newRow("beyond") << "{" + tensor("F32", "[200]", 0, 800) + seal + "}";
    QTest::newRow("shape") << "{" + tensor("F32", "[3]", 0, 8) + seal + "}";
    QTest::newRow("negative shape") << "{" + tensor("F32", "[-1,-2]", 0, 8) + seal + "}";
    QTest::newRow("overflowing shape") << "{" + tensor("F32", "[4611686018427387905,4]", 0, 8) + seal + "}";
    QTest::newRow("type") << "{" + tensor("F16", "[4]", 0, 8) + seal + "}";
    QTest::newRow("twice") << "{" + tensor("F32", "[1]", 0, 4) + tensor("F32", "[1]", 4, 8) + seal + "}";
    QTest::newRow("no tensor") << "{" + seal + "}";
    QTest::newRow("no object") << "[]";
    QTest::newRow("no JSON") << "{";
  }
  void refusesLies() {
    QFETCH(QString, header);
    TensorFile like;
    like.tensors = {{"a", at::tensor({1.0f, 2.0f})}};
    QVERIFY(isRefused(forged(header.toStdString(), like)));
  }
  void acceptsTheTruth() {
    TensorFile like;
    like.tensors = {{"a", at::tensor({1.0f, 2.0f})}};
    const std::string header = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                               R"("uada.sha256":{"dtype":"U8","shape":[64],"data_offsets":[8,72]}})";
    QVERIFY(!isRefused(forged(header, like)));
  }
};

QTEST_GUILESS_MAIN(TestTensorFile)
#include "tst_tensor_file.moc"
