#include <zlib.h>

#include <QTemporaryDir>
#include <QTest>
#include <cstdlib>
#include <limits>
#include <new>

#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/data/Dataset.h"
#include "tests/core/DataTools.h"
#include "tests/core/Growth.h"
#include "tests/core/Resident.h"

using namespace uada;
using namespace uada::test;

/// So that a test can say how much memory is there; the limit of the process would stop the test itself.
static std::size_t mostBytesAtOnce = std::numeric_limits<std::size_t>::max();
void* operator new(std::size_t size) {
  void* memory = size > mostBytesAtOnce ? nullptr : std::malloc(size);
  if (!memory) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

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
    findDataset(name).load(dir, split, {});
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
  void bothFormsHaveToAgree();
  void hugeFilesAreNotRead();
  void wrongFilesAreFoundFirst();
  void tooLittleMemoryIsNamed();
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
  const ResidentDataset data = resident(findDataset("fashion_mnist").load(dir(), Split::train, {}));
  QCOMPARE(data.size(), std::size_t{3});
  QCOMPARE(data.labels, (std::vector<std::int32_t>{9, 0, 4}));
  QCOMPARE(data.width, 28);
  QCOMPARE(data.height, 28);
  QCOMPARE(data.classCount, 10);
  QCOMPARE(data.rgb.size(), std::size_t{3 * 3 * 784});
  const ImageView image = data.view(2);
  for (std::size_t p = 0; p < 784; ++p)
    for (std::size_t c = 0; c < 3; ++c) QCOMPARE(image.rgb[3 * p + c], grey(2, p));
  const Bytes all = idxImages(3) + idxLabels({9, 0, 4});
  QCOMPARE(data.hash, sha256(std::as_bytes(std::span(all))));
  QCOMPARE(resident(findDataset("fashion_mnist").load(dir(), Split::test, {})).labels,
           (std::vector<std::int32_t>{1, 2}));
}

void TestData::packedFashionEqualsPlain() {
  writeFashion(dir() / "plain");
  fs::create_directories(dir() / "packed");
  for (const auto& file : fs::directory_iterator(dir() / "plain"))
    writeGzip(dir() / "packed" / (file.path().filename().string() + ".gz"), readFile(file.path()));
  const DatasetEntry& entry = findDataset("fashion_mnist");
  const ResidentDataset plain = resident(entry.load(dir() / "plain", Split::train, {})),
                        packed = resident(entry.load(dir() / "packed", Split::train, {}));
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
                              << "a count of 4,294,967,295 found in its header, at most 60,000 expected";
  QTest::newRow("one too many") << images << bytes(bigEndian({2051, 60'001, 28, 28}))
                                << "a count of 60,001 found in its header, at most 60,000 expected";
  QTest::newRow("all, but cut") << images << bytes(bigEndian({2051, 60'000, 28, 28}))
                                << "16 bytes found, 47,040,016 (its header claims a count of 60,000)";
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
  const DataReport report = findDataset("fashion_mnist").check(dir(), {});
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
  QCOMPARE(findDataset("fashion_mnist").check(dir(), {}).problems.size(), std::size_t{1});
  writeFile(packed, sound);
  QVERIFY(loads());
  const Bytes whole = idxImages(3);  // packed in two members, as gzip allows
  writeGzip(packed, Bytes(whole.begin(), whole.begin() + 1000));
  const Bytes front = readFile(packed);
  writeGzip(packed, Bytes(whole.begin() + 1000, whole.end()));
  const Bytes members = front + readFile(packed);
  writeFile(packed, members);
  QVERIFY(loads());
  for (const Bytes& content : {sound, members})  // zeros may follow, as on a tape, and nothing behind them
    for (const std::size_t zeros : {1, 5, 512, 200'000}) {
      writeFile(packed, content + Bytes(zeros));
      QVERIFY(loads());
      writeFile(packed, content + Bytes(zeros) + Bytes{'x'});
      expect((groupedText(static_cast<long long>(zeros + 1)) + " bytes follow the end").c_str());
    }

  Bytes damaged = sound;
  damaged[damaged.size() - 6] ^= 1;  // of the checksum
  writeFile(packed, damaged);
  expect("cannot be unpacked");

  Bytes cut = idxImages(3);
  cut.pop_back();
  writeGzip(packed, cut);
  expect("2,367 bytes found, 2,368 expected");
  writeGzip(packed, idxImages(3) + Bytes{0});
  expect("more than 2,368 bytes found, 2,368 expected");
  writeGzip(packed, bigEndian({2051, 0xffffffffu, 28, 28}) + Bytes(5000));
  expect("a count of 4,294,967,295 found in its header, at most 60,000 expected");
  writeGzip(packed, bigEndian({2051, 60'000, 28, 28}) + Bytes(5000));
  expect("5,016 bytes found, 47,040,016 expected; the file is cut short");
  fs::remove(packed);
  fs::create_directory(packed);
  expect("it is a folder; name a file");
}

void TestData::bothFormsHaveToAgree() {
  writeFashion(dir());
  const fs::path plain = dir() / "train-images-idx3-ubyte", packed = dir() / "train-images-idx3-ubyte.gz";
  const DatasetEntry& entry = findDataset("fashion_mnist");
  writeGzip(packed, idxImages(3));
  QCOMPARE(entry.load(dir(), Split::train, {})->size(), std::size_t{3});
  const DataReport report = entry.check(dir(), {});
  QVERIFY(report.problems.empty());
  QCOMPARE(report.files[0].name, std::string("train-images-idx3-ubyte"));
  QCOMPARE(report.files[0].remark, std::string("'train-images-idx3-ubyte.gz' is there too and is not used"));
  QVERIFY(report.files[1].remark.empty());

  Bytes other = idxImages(3);
  other.back() ^= 1;
  writeGzip(packed, other);
  const auto refused = [&](const std::string& text) {
    const std::string found = loadError("fashion_mnist", dir(), Split::train);
    QVERIFY2(found.starts_with("'" + plain.string() + "': MD5 ") && found.find(text) != found.npos,
             found.c_str());
  };
  refused("expected, which is there too");
  writeFile(packed, readFile(packed) + Bytes{1});
  refused("1 bytes follow the end of the packed data");
}

/// Sets of the right names that are far too large: refused by their size, without reading or keeping them.
void TestData::hugeFilesAreNotRead() {
  const auto zeros = [&](const char* name, const Bytes& start, std::uintmax_t bytes) {
    writeFile(dir() / name, start);
    fs::resize_file(dir() / name, bytes);  // sparse
  };
  const auto bomb = [&](const char* name, const Bytes& start, std::size_t megabytes) {
    gzFile gz = gzopen((dir() / name).c_str(), "wb1");
    gzwrite(gz, start.data(), static_cast<unsigned>(start.size()));
    const Bytes piece(1 << 20);
    for (std::size_t i = 0; i < megabytes; ++i) gzwrite(gz, piece.data(), 1 << 20);
    gzclose(gz);
  };
  const auto refused = [&](const char* set, const char* name, const char* text) {
    const long growth = growthOf([&] { loadError(set, dir(), Split::train); });
    QVERIFY2(0 <= growth && growth < kMostGrowth, qPrintable(QString("%1: %2 kB").arg(name).arg(growth)));
    const std::string found = loadError(set, dir(), Split::train);
    QVERIFY2(found.find(name) != found.npos && found.find(text) != found.npos, found.c_str());
    fs::remove(dir() / name);
  };
  constexpr auto kImages = "train-images-idx3-ubyte", kPacked = "train-images-idx3-ubyte.gz";
  zeros(kImages, bigEndian({2051, 60'000, 28, 28}), std::uintmax_t{100} << 30);
  refused("fashion_mnist", kImages, "107,374,182,400 bytes found, at most 47,040,016 expected");
  bomb(kPacked, bigEndian({2051, 60'000, 28, 28}), 200);
  refused("fashion_mnist", kPacked, "more than 47,040,016 bytes found, 47,040,016 expected");
  bomb(kPacked, bigEndian({2051, 267'493, 28, 28}), 200);
  refused("fashion_mnist", kPacked, "a count of 267,493 found in its header, at most 60,000 expected");
  zeros(kPacked, Bytes{0x1f, 0x8b}, std::uintmax_t{2} << 30);
  refused("fashion_mnist", kPacked, "2,147,483,648 bytes found, at most 48,823,592 expected");
  zeros("data_batch_1.bin", {}, std::uintmax_t{3073} * 700'000);
  refused("cifar10", "data_batch_1.bin", "2,151,100,000 bytes found, at most 30,730,000 expected");
  writeFile(dir() / kImages, idxImages(3));
  zeros("train-labels-idx1-ubyte", bigEndian({2049, 0xffffffffu}), 8 + std::uintmax_t{0xffffffffu});
  refused("fashion_mnist", "train-labels-idx1-ubyte", "4,294,967,303 bytes found, at most 60,008 expected");
}

/// Of several files all are looked at before one is read.
void TestData::wrongFilesAreFoundFirst() {
  writeCifar10(dir());
  fs::resize_file(dir() / "data_batch_1.bin",
                  30'729'000 / 3073 * 3073);  // images of black, to be read in vain
  writeFile(dir() / "data_batch_5.bin", {});
  const long growth = growthOf([&] { loadError("cifar10", dir(), Split::train); });
  QVERIFY2(0 <= growth && growth < 5'000, std::to_string(growth).c_str());
  QVERIFY(loadError("cifar10", dir(), Split::train).find("data_batch_5.bin': 0 bytes found") !=
          std::string::npos);
}

void TestData::tooLittleMemoryIsNamed() {
  for (int i = 1; i <= 5; ++i) {
    const fs::path file = dir() / ("data_batch_" + std::to_string(i) + ".bin");
    writeFile(file, {});
    fs::resize_file(file, 30'730'000);
  }
  mostBytesAtOnce = 20'000'000;
  const std::string found = loadError("cifar10", dir(), Split::train);
  mostBytesAtOnce = std::numeric_limits<std::size_t>::max();
  QCOMPARE(
      QString::fromStdString(found),
      QString::fromStdString("'" + (dir() / "data_batch_1.bin").string() +
                             "': not enough memory for its images (30,730,000 bytes unpacked); free some"));
}

void TestData::cifar10IsRead() {
  writeCifar10(dir());
  const DatasetEntry& entry = findDataset("cifar10");
  const ResidentDataset data = resident(entry.load(dir(), Split::train, {}));
  QCOMPARE(data.labels, (std::vector<std::int32_t>{1, 0, 2, 0, 3, 0, 4, 0, 5, 0}));
  for (std::size_t image = 0; image < data.size(); ++image) {
    for (std::size_t p = 0; p < 1024; ++p) {
      const std::uint8_t* pixel = data.view(image).rgb + 3 * p;
      QCOMPARE(pixel[0], static_cast<std::uint8_t>(image % 2));
      QCOMPARE(pixel[1], static_cast<std::uint8_t>(p));
      QCOMPARE(pixel[2], static_cast<std::uint8_t>(255 - image % 2));
    }
  }
  QCOMPARE(resident(entry.load(dir(), Split::test, {})).labels, (std::vector<std::int32_t>{3, 7, 9}));
}

void TestData::cifar100TakesFineLabels() {
  writeFile(dir() / "train.bin", cifarRecords({{19, 99}, {0, 12}}));
  writeFile(dir() / "test.bin", cifarRecords({{5, 20}}));
  const DatasetEntry& entry = findDataset("cifar100");
  const ResidentDataset data = resident(entry.load(dir(), Split::train, {}));
  QCOMPARE(data.labels, (std::vector<std::int32_t>{99, 12}));
  QCOMPARE(data.classCount, 100);
  QCOMPARE(data.view(1).rgb[0], std::uint8_t{1});
  QCOMPARE(data.view(1).rgb[3 * 1023 + 2], std::uint8_t{254});
  QCOMPARE(entry.load(dir(), Split::test, {})->size(), std::size_t{1});
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
  QTest::newRow("packed") << "cifar10" << "data_batch_1.bin" << QByteArray("\x1f\x8b\x08", 3)
                          << "packed with gzip, records of 3,073 bytes expected; unpack it (gzip -d)";
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
