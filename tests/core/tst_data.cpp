#include <zlib.h>

#include <QTemporaryDir>
#include <QTest>

#include "core/base/Error.h"
#include "core/data/Dataset.h"
#include "tests/core/DataTools.h"

using namespace uada;
using namespace uada::test;

namespace {

Bytes bigEndian(std::initializer_list<std::uint32_t> words) {
  Bytes bytes;
  for (const std::uint32_t word : words)
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(word >> shift));
  return bytes;
}

void writeGzip(const fs::path& file, const Bytes& bytes) {
  gzFile gz = gzopen(file.c_str(), "wb9");
  gzwrite(gz, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(gz);
}

/// Pixel p of image i of a made-up set.
std::uint8_t grey(std::size_t i, std::size_t p) { return static_cast<std::uint8_t>(31 * i + 7 * p); }

Bytes idxImages(std::uint32_t count) {
  Bytes bytes = bigEndian({2051, count, 28, 28});
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t p = 0; p < 784; ++p) bytes.push_back(grey(i, p));
  return bytes;
}

Bytes idxLabels(const Bytes& labels) {
  return bigEndian({2049, static_cast<std::uint32_t>(labels.size())}) + labels;
}

void writeFashion(const fs::path& dir) {
  writeFile(dir / "train-images-idx3-ubyte", idxImages(3));
  writeFile(dir / "train-labels-idx1-ubyte", idxLabels({9, 0, 4}));
  writeFile(dir / "t10k-images-idx3-ubyte", idxImages(2));
  writeFile(dir / "t10k-labels-idx1-ubyte", idxLabels({1, 2}));
}

std::string loadError(const char* name, const fs::path& dir, Split split) {
  try {
    findDataset(name).load(dir, split);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

/// The readers of data sets.
class TestData : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init();
  void fashionIsRead();
  void packedFashionEqualsPlain();
  void fashionProblems_data();
  void fashionProblems();
  void packedFashionProblems();
  void cifar10IsRead();
  void cifar100TakesFineLabels();
  void cifarProblems_data();
  void cifarProblems();

 private:
  fs::path dir() const { return fs::path(dir_->path().toStdString()); }
  std::unique_ptr<QTemporaryDir> dir_;
};

void TestData::init() { dir_ = std::make_unique<QTemporaryDir>(); }

void TestData::fashionIsRead() {
  writeFashion(dir());
  const Dataset data = findDataset("fashion_mnist").load(dir(), Split::train);
  QCOMPARE(data.size(), std::size_t{3});
  QCOMPARE(data.labels, (std::vector<std::int32_t>{9, 0, 4}));
  QCOMPARE(data.width, 28);
  QCOMPARE(data.height, 28);
  QCOMPARE(data.classes, 10);
  QCOMPARE(data.rgb.size(), std::size_t{3 * 3 * 784});
  const ImageView image = data.image(2);
  for (std::size_t p = 0; p < 784; ++p)
    for (std::size_t c = 0; c < 3; ++c) QCOMPARE(image.rgb[3 * p + c], grey(2, p));
  const Bytes all = idxImages(3) + idxLabels({9, 0, 4});
  QCOMPARE(data.hash, sha256(std::as_bytes(std::span(all))));
  QCOMPARE(findDataset("fashion_mnist").load(dir(), Split::test).labels, (std::vector<std::int32_t>{1, 2}));
}

void TestData::packedFashionEqualsPlain() {
  writeFashion(dir() / "plain");
  fs::create_directories(dir() / "packed");
  for (const auto& file : fs::directory_iterator(dir() / "plain"))
    writeGzip(dir() / "packed" / (file.path().filename().string() + ".gz"), readFile(file.path()));
  const DatasetEntry& entry = findDataset("fashion_mnist");
  const Dataset plain = entry.load(dir() / "plain", Split::train),
                packed = entry.load(dir() / "packed", Split::train);
  QCOMPARE(packed.rgb, plain.rgb);
  QCOMPARE(packed.labels, plain.labels);
  QCOMPARE(packed.hash, plain.hash);
}

void TestData::fashionProblems_data() {
  QTest::addColumn<QString>("file");
  QTest::addColumn<QByteArray>("content");
  QTest::addColumn<QString>("expected");
  const auto bytes = [](const Bytes& b) {
    return QByteArray(reinterpret_cast<const char*>(b.data()), static_cast<int>(b.size()));
  };
  const QString images = "train-images-idx3-ubyte", labels = "train-labels-idx1-ubyte";
  const QByteArray sound = bytes(idxImages(3));
  QTest::newRow("truncated") << images << sound.chopped(1)
                             << "2,367 bytes found, 2,368 (its header claims a count of 3) expected; the "
                                "file is cut short; fetch it again";
  QTest::newRow("too long") << images << sound + 'x' << "2,369 bytes found, 2,368";
  QTest::newRow("empty") << images << QByteArray() << "0 bytes found, a header of 16 expected";
  QTest::newRow("half a header") << images << sound.left(9) << "9 bytes found, a header of 16 expected";
  QTest::newRow("labels as images") << images << bytes(idxLabels(Bytes(20, 1)))
                                    << "magic number 2049 found, 2051 expected";
  QTest::newRow("other size") << images << bytes(bigEndian({2051, 1, 32, 30}) + Bytes(960))
                              << "images of 30 x 32 found, 28 x 28 expected";
  QTest::newRow("huge count") << images << bytes(bigEndian({2051, 0xffffffffu, 28, 28}))
                              << "16 bytes found, 3,367,254,359,296";
  QTest::newRow("huge sides") << images << bytes(bigEndian({2051, 0xffffffffu, 0xffffffffu, 0xffffffffu}))
                              << "images of 4294967295";
  QTest::newRow("no images") << images << bytes(bigEndian({2051, 0, 28, 28})) << "a count of 0 found";
  QTest::newRow("fewer labels") << labels << bytes(idxLabels({1, 2}))
                                << "2 labels found, 3 expected for the images in 'train-images-idx3-ubyte'";
  QTest::newRow("label 200") << labels << bytes(idxLabels({1, 200, 2}))
                             << "label 200 at image 1, 0 to 9 expected";
  QTest::newRow("label 10") << labels << bytes(idxLabels({10, 0, 2}))
                            << "label 10 at image 0, 0 to 9 expected";
  QTest::newRow("labels cut") << labels << bytes(idxLabels({1, 2, 3})).chopped(2) << "9 bytes found, 11";
}

void TestData::fashionProblems() {
  QFETCH(QString, file);
  QFETCH(QByteArray, content);
  QFETCH(QString, expected);
  writeFashion(dir());
  const fs::path path = dir() / file.toStdString();
  writeFile(path, Bytes(content.begin(), content.end()));
  const QString found = QString::fromStdString(loadError("fashion_mnist", dir(), Split::train));
  QVERIFY2(found.startsWith("'" + QString::fromStdString(path.string()) + "': "), qPrintable(found));
  QVERIFY2(found.contains(expected), qPrintable(found));
  QVERIFY2(!found.contains('\n'), qPrintable(found));
  QCOMPARE(QString::fromStdString(loadError("fashion_mnist", dir(), Split::test)), QString("no error"));
  const DataReport report = findDataset("fashion_mnist").check(dir());
  QCOMPARE(report.problems, std::vector<std::string>{found.toStdString()});
}

void TestData::packedFashionProblems() {
  writeFashion(dir());
  const fs::path plain = dir() / "train-images-idx3-ubyte", packed = dir() / "train-images-idx3-ubyte.gz";
  fs::remove(plain);
  const auto expect = [&](const char* text) {
    const std::string found = loadError("fashion_mnist", dir(), Split::train);
    QVERIFY2(found.find(packed.string()) != std::string::npos && found.find(text) != std::string::npos,
             found.c_str());
  };
  expect("not found");

  writeGzip(packed, idxImages(3));
  const Bytes sound = readFile(packed);
  for (std::size_t size : {sound.size() - 1, sound.size() - 9, sound.size() / 2}) {
    writeFile(packed, Bytes(sound.begin(), sound.begin() + static_cast<long>(size)));
    expect("the packed file is cut short; fetch it again");
  }
  const auto loads = [&] { return loadError("fashion_mnist", dir(), Split::train) == "no error"; };
  writeFile(packed, sound + Bytes{'x', 0, 'y'});
  expect("3 bytes follow the end of the packed data; fetch it again");
  QCOMPARE(findDataset("fashion_mnist").check(dir()).problems.size(), std::size_t{1});
  writeFile(packed, sound);
  QVERIFY(loads());
  const Bytes whole = idxImages(3);  // packed in two members, as gzip allows
  writeGzip(packed, Bytes(whole.begin(), whole.begin() + 1000));
  const Bytes front = readFile(packed);
  writeGzip(packed, Bytes(whole.begin() + 1000, whole.end()));
  const Bytes members = front + readFile(packed);
  writeFile(packed, members);
  QVERIFY(loads());
  writeFile(packed, members + Bytes(5));
  expect("5 bytes follow the end");

  Bytes damaged = sound;
  damaged[damaged.size() - 6] ^= 1;  // of the checksum
  writeFile(packed, damaged);
  expect("cannot be unpacked");

  Bytes cut = idxImages(3);
  cut.pop_back();
  writeGzip(packed, cut);
  expect("2,367 bytes found, 2,368 expected");
  writeGzip(packed, idxImages(3) + Bytes{0});
  expect("2,369 bytes found, 2,368 expected");
  writeGzip(packed, bigEndian({2051, 0xffffffffu, 28, 28}) + Bytes(5000));
  expect("its header claims a count of 4,294,967,295, 3,367,254,359,296 bytes; at most");
  fs::remove(packed);
  fs::create_directory(packed);
  expect("not a regular file");
}

void TestData::cifar10IsRead() {
  writeCifar10(dir());
  const DatasetEntry& entry = findDataset("cifar10");
  const Dataset data = entry.load(dir(), Split::train);
  QCOMPARE(data.labels, (std::vector<std::int32_t>{1, 0, 2, 0, 3, 0, 4, 0, 5, 0}));
  for (std::size_t image = 0; image < data.size(); ++image) {
    for (std::size_t p = 0; p < 1024; ++p) {
      const std::uint8_t* pixel = data.image(image).rgb + 3 * p;
      QCOMPARE(pixel[0], static_cast<std::uint8_t>(image % 2));
      QCOMPARE(pixel[1], static_cast<std::uint8_t>(p));
      QCOMPARE(pixel[2], static_cast<std::uint8_t>(255 - image % 2));
    }
  }
  QCOMPARE(entry.load(dir(), Split::test).labels, (std::vector<std::int32_t>{3, 7, 9}));
}

void TestData::cifar100TakesFineLabels() {
  writeFile(dir() / "train.bin", cifarRecords({{19, 99}, {0, 12}}));
  writeFile(dir() / "test.bin", cifarRecords({{5, 20}}));
  const DatasetEntry& entry = findDataset("cifar100");
  const Dataset data = entry.load(dir(), Split::train);
  QCOMPARE(data.labels, (std::vector<std::int32_t>{99, 12}));
  QCOMPARE(data.classes, 100);
  QCOMPARE(data.image(1).rgb[0], std::uint8_t{1});
  QCOMPARE(data.image(1).rgb[3 * 1023 + 2], std::uint8_t{254});
  QCOMPARE(entry.load(dir(), Split::test).size(), std::size_t{1});
}

void TestData::cifarProblems_data() {
  QTest::addColumn<QString>("set");
  QTest::addColumn<QString>("file");
  QTest::addColumn<QByteArray>("content");
  QTest::addColumn<QString>("expected");
  const auto bytes = [](const Bytes& b) {
    return QByteArray(reinterpret_cast<const char*>(b.data()), static_cast<int>(b.size()));
  };
  const QByteArray two = bytes(cifarRecords({{1}, {2}}));
  QTest::newRow("one byte short")
      << "cifar10" << "data_batch_3.bin" << two.chopped(1)
      << "6,145 bytes found, a multiple of 3,073 expected; the file is cut short; fetch it again";
  QTest::newRow("empty") << "cifar10" << "data_batch_3.bin" << QByteArray()
                         << "0 bytes found, a multiple of 3,073 expected";
  QTest::newRow("label 200") << "cifar10" << "data_batch_5.bin" << bytes(cifarRecords({{1}, {200}}))
                             << "label 200 at image 1, 0 to 9 expected";
  QTest::newRow("label 10") << "cifar10" << "data_batch_1.bin" << bytes(cifarRecords({{10}}))
                            << "label 10 at image 0";
  QTest::newRow("fine label") << "cifar100" << "train.bin" << bytes(cifarRecords({{1, 100}}))
                              << "label 100 at image 0, 0 to 99 expected";
  QTest::newRow("coarse label") << "cifar100" << "train.bin" << bytes(cifarRecords({{1, 1}, {20, 1}}))
                                << "label 20 at image 1, 0 to 19 expected";
  QTest::newRow("records of CIFAR-10")
      << "cifar100" << "train.bin" << two << "6,146 bytes found, a multiple of 3,074 expected";
}

void TestData::cifarProblems() {
  QFETCH(QString, set);
  QFETCH(QString, file);
  QFETCH(QByteArray, content);
  QFETCH(QString, expected);
  writeCifar10(dir());
  writeFile(dir() / "test.bin", cifarRecords({{1, 2}}));
  const fs::path path = dir() / file.toStdString();
  writeFile(path, Bytes(content.begin(), content.end()));
  const QString found = QString::fromStdString(loadError(set.toLatin1(), dir(), Split::train));
  QVERIFY2(found.startsWith("'" + QString::fromStdString(path.string()) + "': "), qPrintable(found));
  QVERIFY2(found.contains(expected), qPrintable(found));
}

QTEST_GUILESS_MAIN(TestData)
#include "tst_data.moc"
