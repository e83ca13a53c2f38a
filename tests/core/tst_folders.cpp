#include <unistd.h>

#include <QTest>
#include <memory>
#include <string>
#include <vector>

#include "core/base/Files.h"
#include "core/data/FolderListing.h"
#include "core/data/FolderSets.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/FolderTools.h"
#include "tests/core/JpegMaker.h"

using namespace uada;
using namespace uada::test;

namespace fs = std::filesystem;

namespace {

std::vector<int> labelsOf(const Dataset& data) {
  std::vector<int> labels;
  for (std::uint32_t i = 0; i < data.size(); ++i) labels.push_back(data.label(i));
  return labels;
}

using Ints = std::vector<int>;

}  // namespace

class TestFolders : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void classFoldersAreSorted();
  void partsAreDecoded();
  void damagedFilesAreRefusedOrSkipped();
  void aStopEndsTheLook();
  void changesWhileOpenAreFound();
  void identityIsOfTheContent();
  void statisticsComeFromTheIndex();
  void csvNamesPathsAndLabels();
  void badCsvsAreRefused_data();
  void badCsvsAreRefused();
  void foldersWithoutTestImages();
  void wrongFoldersAreNamed();
  void aFolderThatCannotBeLookedIntoIsNamed();
  void classesAreNamedByFolders();
  void tinyImageNetHasAnnotations();
  void imageNetHasWnids();
  void realSetsAreRead();
};

void TestFolders::classFoldersAreSorted() {
  const ImageFolder folder;
  folder.addClasses();
  folder.addText("train/a/notes.txt", "not a picture");
  folder.addText("train/a/.hidden.png", "not a picture");
  folder.addText("train/b/old.bmp", "BM");
  const Opened train = opened("folder", folder.dir(), Split::train);
  QCOMPARE(numbersOf(*train.data), (Ints{0, 1, 2, 3}));
  QCOMPARE(labelsOf(*train.data), (Ints{0, 0, 1, 1}));
  QCOMPARE(train.data->classes(), 2);
  QCOMPARE(train.data->classNames(), (std::vector<std::string>{"a", "b"}));
  QVERIFY(train.data->imageSize(0) == (ImageSize{6, 5}) && train.data->imageSize(2) == (ImageSize{9, 7}));
  QVERIFY(commonSize(*train.data).empty());
  QVERIFY(train.says("1 picture is in") || train.says("old.bmp"));
  const Opened test = opened("folder", folder.dir(), Split::test);
  QCOMPARE(numbersOf(*test.data), (Ints{4, 5}));
  QVERIFY(commonSize(*test.data) == (ImageSize{6, 5}));
  QCOMPARE(QString::fromStdString(className(classNamesOf(findDataset("folder"), *test.data), 1)),
           QString("b"));
  QCOMPARE(QString::fromStdString(className(classNamesOf(findDataset("folder"), *test.data), 7)),
           QString("class 7"));
}

void TestFolders::partsAreDecoded() {
  const ImageFolder folder;
  const std::vector<std::byte> jpeg = jpegmaker::packed(jpegmaker::scene(90, 70, 3), {});
  folder.addText("train/a/1.jpg", {reinterpret_cast<const char*>(jpeg.data()), jpeg.size()});
  const auto data = opened("folder", folder.dir(), Split::train).data;
  const Image whole = decodeImage(jpeg, "whole");
  QVERIFY(Image(*data->image(0)) == whole);
  const PixelBox box{20, 30, 60, 50};
  const Held<ImageView> part = data->image(0, &box);
  for (int y = box.top; y < box.bottom; ++y)
    QVERIFY(std::equal(part->row(y) + 60, part->row(y) + 180, whole.view().row(y) + 60));
}

void TestFolders::damagedFilesAreRefusedOrSkipped() {
  const ImageFolder folder;
  folder.addClasses();
  folder.addText("train/a/y.PNG", "GIF89a");
  folder.addText("train/b/2.png", "");
  const QString refusal = errorOf([&] { opened("folder", folder.dir(), Split::train); });
  for (const char* part : {"2 of 4 train images", "train/a/y.PNG", "train/b/2.png", "recipe.dataset.damaged"})
    QVERIFY2(refusal.contains(part), qPrintable(refusal));
  const Opened skipped = opened("folder", folder.dir(), Split::train, true);
  QCOMPARE(numbersOf(*skipped.data), (Ints{0, 2}));
  QVERIFY(skipped.says("2 of 4") && skipped.says("y.PNG") && skipped.says("left out"));
  // What was wrong may have passed without a change of size or time: a folder that was not mounted.
  QCOMPARE(skipped.lookedAt, std::size_t{2});
  const DataReport report = findDataset("folder").check(folder.dir(), {});
  QCOMPARE(report.problems.size(), std::size_t{2});
  QCOMPARE(report.trainPerClass, (std::vector<std::size_t>{1, 1}));
  QCOMPARE(report.test, std::size_t{2});
  for (const char* name : {"train/a/x.png", "train/b/1.png"}) folder.addText(name, "x");
  QVERIFY(errorOf([&] { opened("folder", folder.dir(), Split::train, true); }).contains("no train image"));
}

void TestFolders::aStopEndsTheLook() {
  const ImageFolder folder;
  folder.addClasses();
  Loading loading;
  loading.progress = [](std::size_t, std::size_t) { return false; };
  QVERIFY_THROWS_EXCEPTION(LoadingStopped, findDataset("folder").load(folder.dir(), Split::train, loading));
  QVERIFY(!fs::exists(folder.indexes()));
}

void TestFolders::changesWhileOpenAreFound() {
  const ImageFolder folder;
  folder.addClasses();
  const auto data = opened("folder", folder.dir(), Split::train).data;
  folder.add("train/a/x.png", numbered(7));
  QVERIFY(errorOf([&] { data->image(0); }).contains("x.png': it was changed"));
  fs::remove(folder.dir() / "train/a/y.PNG");
  QVERIFY(errorOf([&] { data->image(1); }).contains("y.PNG': No such file"));
  QVERIFY(Image(*data->image(2)) == numbered(2, 9, 7));
}

void TestFolders::identityIsOfTheContent() {
  const ImageFolder folder, other;
  folder.addClasses();
  const std::string identity = opened("folder", folder.dir(), Split::train).data->identity();
  QCOMPARE(identity.size(), std::size_t{64});
  fs::copy(folder.dir(), other.dir(), fs::copy_options::recursive);
  QCOMPARE(opened("folder", other.dir(), Split::train).data->identity(), identity);
  fs::rename(other.dir() / "train/a/x.png", other.dir() / "train/a/w.png");
  QVERIFY(opened("folder", other.dir(), Split::train).data->identity() != identity);
}

void TestFolders::statisticsComeFromTheIndex() {
  const ImageFolder folder;
  // Red 0 and 255, once each; green 51 of all; blue 51 and 102: as statisticsByHand of tst_datasets.
  Image first(1, 1), second(1, 1);
  first.rgb = {0, 51, 51};
  second.rgb = {255, 51, 102};
  folder.add("train/a/1.png", first);
  folder.add("train/b/2.png", second);
  const auto data = opened("folder", folder.dir(), Split::train).data;
  const ChannelStatistics statistics = channelStatistics(*data);
  QCOMPARE(statistics.mean, (std::array<float, 3>{0.5f, 0.2f, 0.3f}));
  QCOMPARE(statistics.deviation, (std::array<float, 3>{0.70710678f, 0.0f, 0.14142136f}));
  QVERIFY(data->pixelSums(1)->squares == (std::array<std::uint64_t, 3>{65025, 2601, 10404}));
}

void TestFolders::csvNamesPathsAndLabels() {
  const ImageFolder folder;
  for (int i = 0; i < 4; ++i) folder.add("images/" + std::to_string(i) + ".png", numbered(i));
  folder.add("a, \"b\".png", numbered(4));
  folder.addText("train.csv",
                 "\xef\xbb\xbfpath,label\r\nimages/3.png,10\nimages/0.png,2\n\n\"a, \"\"b\"\".png\",9\n");
  folder.addText("test.csv", "path,label\nimages/1.png,10\nimages/2.png,2\n");
  const auto train = opened("folder", folder.dir(), Split::train).data;
  QCOMPARE(train->classNames(), (std::vector<std::string>{"2", "9", "10"}));  // whole numbers, by value
  QCOMPARE(numbersOf(*train), (Ints{3, 0, 4}));                               // in the file's order
  QCOMPARE(labelsOf(*train), (Ints{2, 0, 1}));
  const auto test = opened("folder", folder.dir(), Split::test).data;
  QCOMPARE(labelsOf(*test), (Ints{2, 0}));
  QCOMPARE(test->classes(), 3);
}

void TestFolders::badCsvsAreRefused_data() {
  QTest::addColumn<QString>("train");
  QTest::addColumn<QString>("test");
  QTest::addColumn<QString>("found");
  const char* good = "path,label\n0.png,a\n";
  QTest::newRow("no first line") << "0.png,a\n"
                                 << good << "line 1: '0.png,a' found, the first line path,label";
  QTest::newRow("empty") << "" << good << "is empty";
  QTest::newRow("three values") << "path,label\n0.png,a,b\n" << good << "line 2";
  QTest::newRow("no label") << "path,label\n0.png,\n" << good << "line 2";
  QTest::newRow("no file") << "path,label\n0.png,a\n9.png,a\n" << good << "line 3: there is no file";
  QTest::newRow("twice") << "path,label\n0.png,a\n0.png,a\n" << good << "line 3: '0.png' is named a second";
  QTest::newRow("unknown class") << good << "path,label\n0.png,c\n" << "line 2: the class 'c'";
}

void TestFolders::badCsvsAreRefused() {
  QFETCH(const QString, train);
  QFETCH(const QString, test);
  QFETCH(const QString, found);
  const ImageFolder folder;
  folder.add("0.png", numbered(0));
  folder.addText("train.csv", train.toStdString());
  folder.addText("test.csv", test.toStdString());
  const QString message = errorOf([&] {
    opened("folder", folder.dir(), Split::train);
    opened("folder", folder.dir(), Split::test);
  });
  QVERIFY2(message.contains(found), qPrintable(message));
}

void TestFolders::foldersWithoutTestImages() {
  const ImageFolder folder;
  folder.add("cats/1.png", numbered(0));
  folder.add("dogs/deeper/1.png", numbered(1));
  QCOMPARE(labelsOf(*opened("folder", folder.dir(), Split::train).data), (Ints{0, 1}));
  QVERIFY(
      errorOf([&] { opened("folder", folder.dir(), Split::test); }).contains("recipe.dataset.validation"));
}

void TestFolders::wrongFoldersAreNamed() {
  const ImageFolder folder;
  folder.addClasses();
  folder.add("val/c/1.png", numbered(0));
  QVERIFY(
      errorOf([&] { opened("folder", folder.dir(), Split::test); }).contains("the class 'c' is not one of"));
  fs::create_directories(folder.dir() / "train/empty");
  QVERIFY(errorOf([&] { opened("folder", folder.dir(), Split::train); }).contains("empty' holds no PNG"));
  const ImageFolder bare;
  fs::create_directories(bare.dir());
  QVERIFY(errorOf([&] { opened("folder", bare.dir(), Split::train); }).contains("holds no images"));
  QVERIFY(!findDataset("folder").find({}) && !findDataset("folder").find(bare.dir() / "missing"));
}

/// None of the images behind it is missing without a word.
void TestFolders::aFolderThatCannotBeLookedIntoIsNamed() {
  const ImageFolder folder;
  folder.addClasses();
  folder.add("train/a/closed/1.png", numbered(0));
  for (fs::path path = folder.dir(); path != fs::temp_directory_path(); path = path.parent_path())
    fs::permissions(path, fs::perms::all);  // for whom root becomes below
  const fs::path closed = folder.dir() / "train/a/closed";
  fs::permissions(closed, fs::perms::none);
  const bool isRoot = ::geteuid() == 0;  // whom no permission holds off
  if (isRoot) QCOMPARE(::seteuid(65534), 0);
  const QString refusal = errorOf([&] { opened("folder", folder.dir(), Split::train); });
  if (isRoot) QCOMPARE(::seteuid(0), 0);
  fs::permissions(closed, fs::perms::owner_all);
  QVERIFY2(refusal.contains("cannot look into '") && refusal.contains("train/a"), qPrintable(refusal));
}

/// For whoever shows a label: without a look at the images, and without an error where the folder is gone.
void TestFolders::classesAreNamedByFolders() {
  using Names = std::vector<std::string>;
  const ImageFolder parts;
  parts.addClasses();
  const auto names = [](const char* entry, const std::filesystem::path& dir) {
    return classNamesOf(findDataset(entry), dir);
  };
  QCOMPARE(names("folder", parts.dir()), (Names{"a", "b"}));
  QCOMPARE(names("folder", parts.dir() / "train"), (Names{"a", "b"}));
  QCOMPARE(names("folder", parts.dir() / "nowhere"), Names());
  const ImageFolder listed;
  listed.addText("train.csv", "path,label\nx.png,10\ny.png,9\n");
  QCOMPARE(names("folder", listed.dir()), (Names{"9", "10"}));
  listed.addText("train.csv", "damaged");
  QCOMPARE(names("folder", listed.dir()), Names());
  const ImageFolder wnids;
  wnids.addText("train/n01440764/x", "");
  wnids.addText("train/n01443537/x", "");
  QCOMPARE(names("imagenet", wnids.dir()), (Names{"n01440764", "n01443537"}));
  QCOMPARE(names("cifar10", "/nowhere").size(), std::size_t{10});
}

void TestFolders::tinyImageNetHasAnnotations() {
  const ImageFolder folder;
  folder.addText("wnids.txt", "n02\nn01");
  folder.add("train/n02/images/n02_0.png", numbered(1));
  folder.add("train/n01/images/n01_0.png", numbered(0));
  folder.addText("train/n01/n01_boxes.txt", "n01_0.png\t0\t0\t5\t4\n");
  folder.add("val/images/val_7.png", numbered(2));
  folder.add("val/images/val_3.png", numbered(3));
  folder.addText("val/val_annotations.txt", "val_7.png\tn02\t0\t0\t5\t4\nval_3.png\tn01\t0\t0\t5\t4\n");
  QVERIFY(findDataset("tiny_imagenet").find(folder.dir()) == folder.dir());
  QCOMPARE(labelsOf(*opened("tiny_imagenet", folder.dir(), Split::train).data), (Ints{0, 1}));
  const auto test = opened("tiny_imagenet", folder.dir(), Split::test).data;
  QCOMPARE(numbersOf(*test), (Ints{2, 3}));
  QCOMPARE(labelsOf(*test), (Ints{1, 0}));
  folder.addText("val/val_annotations.txt", "val_7.png\n");
  QVERIFY(errorOf([&] { opened("tiny_imagenet", folder.dir(), Split::test); }).contains("line 1"));
}

void TestFolders::imageNetHasWnids() {
  const ImageFolder folder;
  folder.add("train/n02102040/b.png", numbered(1));
  folder.add("train/n01440764/a.png", numbered(0));
  folder.add("val/ILSVRC2012_val_00000002.png", numbered(3));
  folder.add("val/ILSVRC2012_val_00000001.png", numbered(2));
  QVERIFY(findDataset("imagenet").find(folder.dir()) == folder.dir());
  QVERIFY(errorOf([&] { opened("imagenet", folder.dir(), Split::test); }).contains("val.txt' is not there"));
  folder.addText("val.txt", "ILSVRC2012_val_00000001.png n02102040\nILSVRC2012_val_00000002.png n01440764\n");
  const auto test = opened("imagenet", folder.dir(), Split::test).data;
  QCOMPARE(numbersOf(*test), (Ints{2, 3}));
  QCOMPARE(labelsOf(*test), (Ints{1, 0}));
}

void TestFolders::realSetsAreRead() {
  const QString data = qEnvironmentVariable("UADA_TEST_DATA");
  const ImageFolder own;  // its cache
  const fs::path dir = data.toStdString();
  const auto tiny = findDataset("tiny_imagenet").find(dir), net = findDataset("imagenet").find(dir);
  if (data.isEmpty() || !tiny || !net) QSKIP("not run: UADA_TEST_DATA has no tiny-ImageNet and Imagenette");
  const auto train = opened("tiny_imagenet", *tiny, Split::train).data;
  const auto test = opened("tiny_imagenet", *tiny, Split::test).data;
  QCOMPARE(train->size(), std::size_t{2000});
  QCOMPARE(test->size(), std::size_t{1000});
  QCOMPARE(test->classes(), 20);
  std::vector<int> ofClass(20);
  for (std::uint32_t i = 0; i < test->size(); ++i) ++ofClass[static_cast<std::size_t>(test->label(i))];
  QCOMPARE(ofClass, Ints(20, 50));
  QVERIFY(commonSize(*train) == (ImageSize{64, 64}));
  const auto large = opened("imagenet", *net, Split::train).data;
  QCOMPARE(large->size(), std::size_t{600});
  QCOMPARE(opened("imagenet", *net, Split::test).data->size(), std::size_t{200});
  QVERIFY(commonSize(*large) == (ImageSize{224, 224}));
}

QTEST_GUILESS_MAIN(TestFolders)
#include "tst_folders.moc"
