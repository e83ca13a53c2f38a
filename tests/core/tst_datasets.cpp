#include <zlib.h>

#include <QTemporaryDir>
#include <QTest>

#include "core/base/Error.h"
#include "core/data/DataSettings.h"
#include "core/data/Dataset.h"
#include "core/data/Md5.h"
#include "tests/core/DataTools.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/Resident.h"

using namespace uada;
using namespace uada::test;

namespace {

/// Sets an environment variable for the life of the object.
class Setting {
 public:
  Setting(const char* name, const std::string& value)
      : name_(name), old_(qgetenv(name)), was_(qEnvironmentVariableIsSet(name)) {
    qputenv(name, QByteArray::fromStdString(value));
  }
  ~Setting() { was_ ? qputenv(name_, old_) : qunsetenv(name_); }

 private:
  const char* name_;
  QByteArray old_;
  bool was_;
};

/// Images of one row.
ResidentDataset made(int width, int classes, Bytes rgb, std::vector<std::int32_t> labels) {
  ResidentDataset data;
  data.width = width;
  data.height = 1;
  data.classCount = classes;
  data.rgb = std::move(rgb);
  data.labels = std::move(labels);
  data.hash = "h";
  return data;
}

/// Nine images of one pixel, whose value is their number.
ResidentDataset ninePixels() {
  ResidentDataset data = made(1, 3, {}, {0, 0, 1, 0, 2, 1, 2, 0, 1});
  for (std::uint8_t i = 0; i < 9; ++i) data.rgb.insert(data.rgb.end(), {i, i, i});
  return data;
}

}  // namespace

/// The catalogue of data sets: where they lie, whether they are sound, what they hold.
class TestDatasets : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init();
  void catalogueIsComplete();
  void checkReportsEveryFile();
  void foldersAreFound();
  void missingSetIsExplained();
  void subsetIsBalanced();
  void subsetOfRareClasses();
  void validationIsSetAside();
  void statisticsByHand();
  void realFashion();
  void realCifar();
  void oneOtherPixelIsNotPublished();
  void md5OfTheStandard();

 private:
  fs::path dir() const { return fs::path(dir_->path().toStdString()); }
  std::unique_ptr<QTemporaryDir> dir_;
};

void TestDatasets::init() { dir_ = std::make_unique<QTemporaryDir>(); }

void TestDatasets::catalogueIsComplete() {
  QCOMPARE(datasets().size(), std::size_t{12});
  for (const DatasetEntry& entry : datasets()) {
    QVERIFY(!entry.title.empty() && !entry.source.empty());
    // Sets of one image file each name their classes themselves, and were not published as a few files.
    if (!entry.published.empty()) {
      QCOMPARE(static_cast<int>(entry.classNames.size()), entry.classes);
      QVERIFY(entry.width > 0 && entry.height > 0);
      QCOMPARE(entry.testImages, 10000);
    }
    for (const PublishedFile& file : entry.published) {
      QVERIFY(!file.name.empty() && file.bytes > 0);
      QCOMPARE(file.md5.size(), std::size_t{32});
    }
    QCOMPARE(&findDataset(entry.name), &entry);
    QCOMPARE(entry.find(dir()).has_value(), entry.isOwn);
  }
  QCOMPARE(findDataset("cifar100").classNames.at(99), std::string("worm"));
  QVERIFY_THROWS_EXCEPTION(UsageError, findDataset("cifar"));
}

void TestDatasets::checkReportsEveryFile() {
  writeCifar10(dir());
  const DatasetEntry& entry = findDataset("cifar10");
  const DataReport sound = entry.check(dir(), {});
  QVERIFY(sound.problems.empty());
  QCOMPARE(sound.train, std::size_t{10});
  QCOMPARE(sound.test, std::size_t{3});
  QCOMPARE(sound.trainPerClass, (std::vector<std::size_t>{5, 1, 1, 1, 1, 1, 0, 0, 0, 0}));
  QCOMPARE(sound.testPerClass, (std::vector<std::size_t>{0, 0, 0, 1, 0, 0, 0, 1, 0, 1}));
  QCOMPARE(sound.files.size(), std::size_t{6});
  const Bytes third = readFile(dir() / "data_batch_3.bin");
  QCOMPARE(sound.files[2].name, std::string("data_batch_3.bin"));
  QCOMPARE(sound.files[2].bytes, std::uintmax_t{2 * 3073});
  QCOMPARE(sound.files[2].hash, sha256(std::as_bytes(std::span(third))));
  QCOMPARE(sound.firstDifferent(), &sound.files[0]);

  fs::remove(dir() / "data_batch_1.bin");
  fs::resize_file(dir() / "data_batch_3.bin", 3072);
  fs::resize_file(dir() / "data_batch_4.bin", std::uintmax_t{3073} << 20);  // sparse
  writeFile(dir() / "test_batch.bin", cifarRecords({{200}}));
  const DataReport broken = entry.check(dir(), {});
  QCOMPARE(broken.files.size(), std::size_t{6});
  QCOMPARE(broken.problems.size(), std::size_t{4});
  for (const std::size_t file : {0, 2, 3, 5}) QVERIFY(!broken.files[file].problem.empty());
  for (const std::size_t file : {1, 4}) QVERIFY(broken.files[file].problem.empty());
  QVERIFY(broken.problems[0].find("not found") != std::string::npos);
  QVERIFY(broken.problems[2].find("at most 30,730,000 expected") != std::string::npos);
  QCOMPARE(broken.train, std::size_t{4});
  QCOMPARE(broken.test, std::size_t{0});
}

void TestDatasets::foldersAreFound() {
  const Setting data("UADA_DATA", (dir() / "a").string()), share("XDG_DATA_HOME", (dir() / "b").string());
  const DatasetEntry& entry = findDataset("cifar10");
  QVERIFY(!entry.find({}));
  writeCifar10(dir() / "b/uada/data/cifar-10-batches-bin");
  QCOMPARE(entry.find({}).value(), dir() / "b/uada/data/cifar-10-batches-bin");
  writeCifar10(dir() / "a/cifar-10-batches-bin");
  QCOMPARE(entry.find({}).value(), dir() / "a/cifar-10-batches-bin");
  QCOMPARE(entry.find(dir() / "a").value(), dir() / "a/cifar-10-batches-bin");
  QCOMPARE(entry.find(dir() / "a/cifar-10-batches-bin").value(), dir() / "a/cifar-10-batches-bin");
  writeFile(dir() / "a/cifar-100-binary-mini/train.bin", {});
  QCOMPARE(locateDataset(findDataset("cifar100"), dir() / "a"), dir() / "a/cifar-100-binary-mini");
  writeFile(dir() / "a/cifar-100-binary/test.bin", {});
  QCOMPARE(locateDataset(findDataset("cifar100"), {}), dir() / "a/cifar-100-binary");
}

void TestDatasets::missingSetIsExplained() {
  const Setting data("UADA_DATA", dir().string()), share("XDG_DATA_HOME", (dir() / "b").string());
  const auto message = [&](const fs::path& folder) -> std::string {
    try {
      locateDataset(findDataset("cifar100"), folder);
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  };
  const std::string anywhere = message({}), nowhere = message(dir() / "gone");
  for (const std::string& part : {dir().string(), (dir() / "b/uada/data").string(), std::string("CIFAR-100"),
                                  std::string("cifar-100-binary.tar.gz")})
    QVERIFY2(anywhere.find(part) != std::string::npos, anywhere.c_str());
  QVERIFY2(nowhere.find("no such folder") != std::string::npos, nowhere.c_str());
  writeFile(dir() / "py/cifar-100-python/train", {});
  const std::string python = message(dir() / "py"), inside = message(dir() / "py/cifar-100-python");
  for (const std::string& said : {python, inside})
    QVERIFY2(said.find("; expected: train.bin, test.bin; found: '" +
                       (dir() / "py/cifar-100-python/train").string() +
                       "' (the Python version, which is not read); get it (") != std::string::npos,
             said.c_str());
  const std::string packed =
      errorOf([&] { locateDataset(findDataset("fashion_mnist"), dir()); }).toStdString();
  QVERIFY2(
      packed.find("; expected: train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, "
                  "t10k-labels-idx1-ubyte (each may end in .gz); get it (") != std::string::npos,
      packed.c_str());
  writeFile(dir() / "plain", {});
  fs::create_symlink("loop", dir() / "loop");  // cannot be looked into by anyone, root included
  for (const auto& [name, why] :
       {std::pair("plain", "it is a file, not a folder"), {"loop", "Too many levels"}}) {
    const auto said = message(dir() / name);
    QVERIFY2(said.find(why) != std::string::npos && said.find("was not found") == std::string::npos,
             said.c_str());
  }
}

void TestDatasets::subsetIsBalanced() {
  const auto data = std::make_shared<const ResidentDataset>(ninePixels());
  const ResidentDataset six = resident(subset(data, 6));
  QCOMPARE(six.labels, (std::vector<std::int32_t>{0, 0, 1, 2, 1, 2}));
  QCOMPARE(six.view(3).rgb[0], std::uint8_t{4});
  QCOMPARE(six.view(5).rgb[2], std::uint8_t{6});
  QCOMPARE(six.rgb.size(), std::size_t{18});
  QCOMPARE(six.hash, std::string("h"));
  // Four: one of each class, then the second of class 0.
  QCOMPARE(resident(subset(data, 4)).labels, (std::vector<std::int32_t>{0, 0, 1, 2}));
  QCOMPARE(subset(data, 0)->size(), std::size_t{9});
  QCOMPARE(subset(data, 100)->size(), std::size_t{9});
}

void TestDatasets::subsetOfRareClasses() {
  const auto data = std::make_shared<const ResidentDataset>(made(1, 3, Bytes(15), {0, 0, 0, 0, 2}));
  QCOMPARE(resident(subset(data, 4)).labels, (std::vector<std::int32_t>{0, 0, 0, 2}));
}

void TestDatasets::validationIsSetAside() {
  // What is not set is no part of what defines a run: hashes of older runs hold.
  QCOMPARE(settingsToJson(DataSettings{}).asObject().size(), std::size_t{3});
  const auto data = std::make_shared<const ResidentDataset>(ninePixels());
  const auto numbers = [](const std::shared_ptr<const Dataset>& part) {
    std::vector<int> all;
    for (std::uint32_t i = 0; i < part->size(); ++i) all.push_back(part->image(i)->rgb[0]);
    return all;
  };
  // Of the classes {0, 1, 3, 7}, {2, 5, 8} and {4, 6} one each, by Philox outside of this program.
  const Parts parts = setAside(data, 0.3, 1);
  QCOMPARE(numbers(parts.validation), (std::vector<int>{0, 2, 6}));
  QCOMPARE(numbers(parts.training), (std::vector<int>{1, 3, 4, 5, 7, 8}));
  QCOMPARE(numbers(setAside(data, 0.3, 2).validation), (std::vector<int>{1, 6, 8}));
  // Never none and never all of a class.
  QCOMPARE(setAside(data, 0.01, 1).validation->size(), std::size_t{3});
  QCOMPARE(setAside(data, 0.99, 1).training->size(), std::size_t{3});
  QCOMPARE(parts.validation->identity(), data->identity());
  QCOMPARE(parts.validation->label(1), data->label(static_cast<std::uint32_t>(numbers(parts.validation)[1])));
  const auto single = std::make_shared<const ResidentDataset>(made(1, 2, Bytes(9), {0, 0, 1}));
  QVERIFY(errorOf([&] { setAside(single, 0.5, 1); }).contains("class 1 has a single training image"));
}

void TestDatasets::statisticsByHand() {
  // Red 0, 255: mean 1/2, deviation sqrt(2 * (1/2)^2 / 1) = sqrt(1/2). Green constant. Blue 51, 102: 0.3, 0.2
  // / sqrt(2).
  const ResidentDataset data = made(2, 1, {0, 51, 51, 255, 51, 102}, {0});
  const ChannelStatistics statistics = channelStatistics(data);
  QCOMPARE(statistics.mean[0], 0.5f);
  QCOMPARE(statistics.mean[1], 0.2f);
  QCOMPARE(statistics.mean[2], 0.3f);
  QCOMPARE(statistics.deviation[0], 0.70710678f);
  QCOMPARE(statistics.deviation[1], 0.0f);
  QCOMPARE(statistics.deviation[2], 0.14142136f);
  QVERIFY_THROWS_EXCEPTION(Error, channelStatistics(ResidentDataset{}));
}

void TestDatasets::realFashion() {
  const DatasetEntry& entry = findDataset("fashion_mnist");
  const auto folder = entry.find({});
  if (!folder) QSKIP("not run: Fashion-MNIST is not installed (Debian's package dataset-fashion-mnist)");
  const DataReport report = entry.check(*folder, {});
  QVERIFY2(report.problems.empty(), report.problems.empty() ? "" : report.problems[0].c_str());
  QCOMPARE(report.trainPerClass, std::vector<std::size_t>(10, 6000));
  QCOMPARE(report.testPerClass, std::vector<std::size_t>(10, 1000));
  QVERIFY(!report.firstDifferent());
  const ResidentDataset train = resident(entry.load(*folder, Split::train, {}));
  QVERIFY(train.published && entry.load(*folder, Split::test, {})->isPublished());
  QVERIFY(subset(std::make_shared<const ResidentDataset>(train), 100)->isPublished());
  const ChannelStatistics statistics = channelStatistics(train);
  QVERIFY(std::abs(statistics.mean[1] - 0.2860) < 5e-5);
  QVERIFY(std::abs(statistics.deviation[1] - 0.3530) < 5e-5);
}

void TestDatasets::realCifar() {
  const QString folder = qEnvironmentVariable("UADA_TEST_DATA");
  if (folder.isEmpty()) QSKIP("not run: UADA_TEST_DATA names no folder with CIFAR-10 and CIFAR-100");
  const DatasetEntry& ten = findDataset("cifar10");
  const fs::path tenFolder = locateDataset(ten, folder.toStdString());
  const DataReport report = ten.check(tenFolder, {});
  QVERIFY(report.problems.empty());
  QCOMPARE(report.trainPerClass, std::vector<std::size_t>(10, 5000));
  QCOMPARE(report.testPerClass, std::vector<std::size_t>(10, 1000));
  QVERIFY(!report.firstDifferent());
  const ResidentDataset train = resident(ten.load(tenFolder, Split::train, {}));
  QVERIFY(train.published && ten.load(tenFolder, Split::test, {})->isPublished());
  const ChannelStatistics statistics = channelStatistics(train);
  const float mean[] = {0.49140f, 0.48216f, 0.44653f}, deviation[] = {0.24703f, 0.24349f, 0.26159f};
  for (std::size_t c = 0; c < 3; ++c) {
    QVERIFY(std::abs(statistics.mean[c] - mean[c]) < 6e-6f);
    QVERIFY(std::abs(statistics.deviation[c] - deviation[c]) < 6e-6f);
  }
  const DatasetEntry& hundred = findDataset("cifar100");
  const DataReport mini = hundred.check(locateDataset(hundred, folder.toStdString()), {});
  QVERIFY(mini.problems.empty());
  QCOMPARE(mini.trainPerClass, std::vector<std::size_t>(100, mini.train / 100));
  QCOMPARE(mini.firstDifferent()->difference,
           "MD5 " + mini.files[0].md5 + " found, MD5 6172c7755cfe09b2fe270c85cebc1b15 was published");
}

void TestDatasets::oneOtherPixelIsNotPublished() {
  const DatasetEntry& entry = findDataset("fashion_mnist");
  const auto folder = entry.find({});
  if (!folder) QSKIP("not run: Fashion-MNIST is not installed (Debian's package dataset-fashion-mnist)");
  // The labels alone: of 10,000 the last two change places.
  gzFile packed = gzopen((*folder / "t10k-labels-idx1-ubyte.gz").c_str(), "rb");
  QVERIFY(packed);
  Bytes labels(10008);
  QCOMPARE(gzread(packed, labels.data(), 10008), 10008);
  gzclose(packed);
  fs::create_symlink(*folder / "t10k-images-idx3-ubyte.gz", dir() / "t10k-images-idx3-ubyte.gz");
  writeFile(dir() / "t10k-labels-idx1-ubyte", labels);
  QVERIFY(entry.load(dir(), Split::test, {})->isPublished());
  auto last = labels.end() - 1;
  while (*last == labels.back()) --last;
  std::swap(*last, labels.back());
  writeFile(dir() / "t10k-labels-idx1-ubyte", labels);
  QVERIFY(!entry.load(dir(), Split::test, {})->isPublished());
}

void TestDatasets::md5OfTheStandard() {
  // RFC 1321, A.5.
  for (const auto& [text, digits] : {std::pair("", "d41d8cd98f00b204e9800998ecf8427e"),
                                     {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"}}) {
    Md5 hash;
    for (const char c : std::string_view(text)) hash.update(std::as_bytes(std::span(&c, 1)));
    QCOMPARE(hash.digits(), std::string(digits));
  }
}

QTEST_GUILESS_MAIN(TestDatasets)
#include "tst_datasets.moc"
