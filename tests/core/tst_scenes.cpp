#include <QTest>
#include <memory>

#include "core/base/Files.h"
#include "core/data/DatasetView.h"
#include "core/data/LabelCounts.h"
#include "core/data/LabelFile.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/FolderTools.h"
#include "tests/core/LabelTools.h"

using namespace uada;
using namespace uada::test;

namespace fs = std::filesystem;

namespace {

using Labels = std::vector<std::uint8_t>;

/// A folder in the layout of Cityscapes, of images of 3 x 2 pixels.
class SceneFolder : public ImageFolder {
 public:
  /// name    "train/aachen/a"
  /// ending  of the label file; empty: there is none
  void addScene(const std::string& name, int number, const Labels& labels,
                const std::string& ending = "labelIds") const {
    add("leftImg8bit/" + name + "_leftImg8bit.png", numbered(number, 3, 2));
    if (!ending.empty()) addLabels(name, labels, ending);
  }
  void addLabels(const std::string& name, const Labels& labels,
                 const std::string& ending = "labelIds") const {
    const std::string file = "gtFine/" + name + "_gtFine_" + ending + ".png";
    addText(file, textOf(labelPng(3, 2, labels)));
    makeLater(file);
  }
  /// Gives the file another time than any before: clocks of files are too coarse for quick changes.
  void makeLater(const std::string& name) const {
    static int changes = 0;
    fs::last_write_time(dir() / name, fs::file_time_type::clock::now() + std::chrono::minutes(++changes));
  }
  /// Two cities with three training images, and one image in val and test each.
  void addScenes() const {
    addScene("train/bonn/c", 2, {11, 11, 11, 11, 11, 11});
    addScene("train/aachen/b", 1, {7, 8, 24, 255, 33, 0});
    addScene("train/aachen/a", 0, {0, 1, 18, 255, 7, 18}, "labelTrainIds");
    addScene("val/ulm/d", 3, {23, 23, 23, 23, 23, 6});
    addScene("test/berlin/e", 4, {26, 26, 26, 26, 26, 26});
  }
};

Labels labelsOf(const Dataset& data, std::uint32_t index) {
  const Held<TargetView> target = data.target(index);
  return LabelMap(std::get<LabelMapView>(*target)).labels;
}

}  // namespace

/// Sets with label maps in the layout of Cityscapes.
class TestScenes : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void pairsAreRead();
  void everyIdHasItsClass();
  void splitsAreThoseWithLabels();
  void mapsOutliveTheNext();
  void labelsTakePartInTheIndex();
  void identityIsOfBothFiles();
  void partsOfASetWithoutLabels();
  void damageIsNamedAndCounted_data();
  void damageIsNamedAndCounted();
  void changesWhileOpenAreFound();
  void badLayoutsAreExplained();
  void otherFilesAreSaid();
  void whatTellsNothingIsSaid();
  void checkCountsPixels();
  void coloursAreThoseOfTheClasses();
  void camVidIsRead();
};

void TestScenes::pairsAreRead() {
  const SceneFolder folder;
  folder.addScenes();
  const auto data = opened("cityscapes", folder.dir(), Split::train).data;
  QCOMPARE(data->size(), std::size_t{3});
  QVERIFY(data->targetKind() == TargetKind::labelMap);
  QCOMPARE(data->classes(), 19);
  QCOMPARE(data->classNames().at(6), std::string("traffic light"));
  QVERIFY(!data->isPublished());
  // By city, then by name: a with train ids, which are taken where there are no label ids.
  QCOMPARE(labelsOf(*data, 0), (Labels{0, 1, 18, 255, 7, 18}));
  QCOMPARE(labelsOf(*data, 1), (Labels{0, 1, 11, 255, 18, 255}));
  QCOMPARE(labelsOf(*data, 2), Labels(6, 2));
  for (std::uint32_t i = 0; i < 3; ++i) {
    QVERIFY(Image(*data->image(i)) == numbered(static_cast<int>(i), 3, 2));
    QVERIFY(data->imageSize(i) == (ImageSize{3, 2}));
    QCOMPARE(data->label(i), -1);
  }
  QCOMPARE(className(classNamesOf(findDataset("cityscapes"), *data), data->label(0)), std::string());
  // Where both are there the label ids are taken.
  folder.addLabels("train/aachen/a", Labels(6, 26));
  QCOMPARE(labelsOf(*opened("cityscapes", folder.dir(), Split::train).data, 0), Labels(6, 13));
}

void TestScenes::everyIdHasItsClass() {
  const int classOf[] = {255, 255, 255, 255, 255, 255, 255, 0,  1,  255, 255, 2,  3,   4,   255, 255, 255,
                         5,   255, 6,   7,   8,   9,   10,  11, 12, 13,  14,  15, 255, 255, 16,  17,  18};
  const SceneFolder folder;
  for (int first = 0; first < 36; first += 6) {
    Labels ids;
    for (int id = first; id < first + 6; ++id) ids.push_back(static_cast<std::uint8_t>(id < 34 ? id : 255));
    folder.addScene("train/aachen/" + std::to_string(100 + first), 0, ids);
  }
  const auto data = opened("cityscapes", folder.dir(), Split::train).data;
  for (std::uint32_t id = 0; id < 36; ++id)
    QCOMPARE(int{labelsOf(*data, id / 6).at(id % 6)}, id < 34 ? classOf[id] : 255);
  const auto refusal = [&](int label, const char* ending) {
    const SceneFolder single;
    single.addScene("train/aachen/a", 0, Labels(6, static_cast<std::uint8_t>(label)), ending);
    return errorOf([&] { opened("cityscapes", single.dir(), Split::train); });
  };
  for (const int id : {34, 128, 254})
    QVERIFY(refusal(id, "labelIds")
                .contains(QString("has the label %1 at column 0 of row 0, 0 to 33 or 255 expected").arg(id)));
  for (const int id : {0, 18, 255}) QCOMPARE(refusal(id, "labelTrainIds"), QString());
  for (const int id : {19, 33, 254})
    QVERIFY(refusal(id, "labelTrainIds").contains("0 to 18 or 255 expected; export its train ids again"));
}

void TestScenes::splitsAreThoseWithLabels() {
  const SceneFolder folder;
  folder.addScenes();
  QCOMPARE(labelsOf(*opened("cityscapes", folder.dir(), Split::test).data, 0),
           (Labels{10, 10, 10, 10, 10, 255}));
  QCOMPARE(labelsOf(*opened("camvid", folder.dir(), Split::test).data, 0), Labels(6, 13));
  QCOMPARE(opened("camvid", folder.dir(), Split::train).data->size(), std::size_t{3});
  for (const char* name : {"CamVid-mini-cityscapes", "CamVid-cityscapes"}) {
    const SceneFolder other;
    other.addText(std::string(name) + "/leftImg8bit/train/x", "");
    QVERIFY(findDataset("camvid").find(other.dir()) == other.dir() / name);
    QVERIFY(!findDataset("cityscapes").find(other.dir()));
  }
}

void TestScenes::mapsOutliveTheNext() {
  const SceneFolder folder;
  folder.addScenes();
  const auto data = opened("cityscapes", folder.dir(), Split::train).data;
  const Held<TargetView> first = data->target(1);
  const Held<TargetView> second = data->target(2);
  QCOMPARE(std::get<LabelMapView>(*first).labels[2], std::uint8_t{11});
  QCOMPARE(std::get<LabelMapView>(*second).labels[2], std::uint8_t{2});
}

void TestScenes::labelsTakePartInTheIndex() {
  const SceneFolder folder;
  folder.addScenes();
  const auto lookedAt = [&] { return opened("cityscapes", folder.dir(), Split::train).lookedAt; };
  QCOMPARE(lookedAt(), std::size_t{3});
  QCOMPARE(lookedAt(), std::size_t{0});
  folder.addLabels("train/aachen/b", Labels(6, 7));
  QCOMPARE(lookedAt(), std::size_t{1});
  folder.makeLater("gtFine/train/bonn/c_gtFine_labelIds.png");
  QCOMPARE(lookedAt(), std::size_t{1});
  // Another file of labels for the same image.
  folder.addLabels("train/aachen/a", Labels(6, 7));
  QCOMPARE(lookedAt(), std::size_t{1});
  QCOMPARE(lookedAt(), std::size_t{0});
}

void TestScenes::identityIsOfBothFiles() {
  const SceneFolder folder;
  folder.addScenes();
  const auto identity = [&] { return opened("cityscapes", folder.dir(), Split::train).data->identity(); };
  const std::string first = identity();
  QCOMPARE(identity(), first);
  folder.addLabels("train/bonn/c", {11, 11, 11, 11, 11, 12});
  const std::string second = identity();
  QVERIFY(second != first);
  folder.addLabels("train/bonn/c", Labels(6, 11));
  QCOMPARE(identity(), first);
  folder.add("leftImg8bit/train/bonn/c_leftImg8bit.png", numbered(9, 3, 2));
  folder.makeLater("leftImg8bit/train/bonn/c_leftImg8bit.png");
  QVERIFY(identity() != first);
}

void TestScenes::partsOfASetWithoutLabels() {
  const SceneFolder folder;
  for (int i = 0; i < 6; ++i)
    folder.addScene("train/aachen/" + std::to_string(i), i, Labels(6, static_cast<std::uint8_t>(7 + i % 2)));
  const auto data = opened("cityscapes", folder.dir(), Split::train).data;
  const auto numbers = [&](const Dataset& part) {
    std::vector<int> all;
    for (std::uint32_t i = 0; i < part.size(); ++i)
      for (int n = 0; n < 6; ++n)
        if (Image(*part.image(i)) == numbered(n, 3, 2)) all.push_back(n);
    return all;
  };
  using Ints = std::vector<int>;
  QCOMPARE(numbers(*subset(data, 4)), (Ints{0, 1, 2, 3}));
  QCOMPARE(firstOfEachClass(*data, 9), (std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5}));
  // By Philox outside of this program, as validationIsSetAside of tst_datasets: of samples 0 to 5.
  const Parts parts = setAside(data, 0.3, 1);
  QCOMPARE(parts.validation->size(), std::size_t{2});
  QCOMPARE(numbers(*parts.validation), (Ints{0, 2}));
  QCOMPARE(parts.training->size(), std::size_t{4});
  QCOMPARE(setAside(data, 0.01, 1).validation->size(), std::size_t{1});
  QCOMPARE(setAside(data, 0.99, 1).training->size(), std::size_t{1});
  QVERIFY(std::get<LabelMapView>(*parts.validation->target(0)).size() == 6);
  QVERIFY(errorOf([&] { setAside(subset(data, 1), 0.5, 1); }).contains("no more than a single"));
}

void TestScenes::damageIsNamedAndCounted_data() {
  QTest::addColumn<QString>("damage");
  QTest::addColumn<QString>("found");
  QTest::newRow("no labels") << "none" << "b_leftImg8bit.png' has no labels: '";
  QTest::newRow("size") << "size" << "has 2 x 3 pixels, 3 x 2 expected as its image";
  QTest::newRow("id") << "id" << "has the label 34 at column 1 of row 1, 0 to 33 or 255 expected";
  QTest::newRow("colours") << "colours" << "as labels: its pixels are colours";
  QTest::newRow("cut") << "cut" << "b_gtFine_labelIds.png': the PNG is cut short";
  QTest::newRow("empty") << "empty" << "b_gtFine_labelIds.png': it is empty";
  QTest::newRow("image") << "image" << "b_leftImg8bit.png': it is a GIF";
}

void TestScenes::damageIsNamedAndCounted() {
  QFETCH(const QString, damage);
  QFETCH(const QString, found);
  const SceneFolder folder;
  folder.addScenes();
  const std::string labels = "gtFine/train/aachen/b_gtFine_labelIds.png";
  if (damage == "none") fs::remove(folder.dir() / labels);
  if (damage == "size") folder.addText(labels, textOf(labelPng(2, 3, Labels(6, 7))));
  if (damage == "id") folder.addLabels("train/aachen/b", {7, 7, 7, 7, 34, 7});
  if (damage == "colours") folder.add(labels, numbered(0, 3, 2));
  if (damage == "cut") folder.addText(labels, textOf(labelPng(3, 2, Labels(6, 7))).substr(0, 60));
  if (damage == "empty") folder.addText(labels, "");
  if (damage == "image") folder.addText("leftImg8bit/train/aachen/b_leftImg8bit.png", "GIF89a");
  const QString refusal = errorOf([&] { opened("cityscapes", folder.dir(), Split::train); });
  for (const QString& part : {QString("1 of 3 train images"), found, QString("recipe.dataset.damaged")})
    QVERIFY2(refusal.contains(part), qPrintable(refusal));
  const Opened skipped = opened("cityscapes", folder.dir(), Split::train, true);
  QCOMPARE(skipped.data->size(), std::size_t{2});
  QCOMPARE(labelsOf(*skipped.data, 1), Labels(6, 2));
  QVERIFY(skipped.says("1 of 3"));
  const DataReport report = findDataset("cityscapes").check(folder.dir(), {});
  QCOMPARE(report.problems.size(), std::size_t{1});
  QVERIFY(QString::fromStdString(report.problems[0]).contains(found));
  QCOMPARE(report.train, std::size_t{2});
}

void TestScenes::changesWhileOpenAreFound() {
  const SceneFolder folder;
  folder.addScenes();
  const auto data = opened("cityscapes", folder.dir(), Split::train).data;
  folder.addLabels("train/aachen/a", Labels(6, 1), "labelTrainIds");
  QVERIFY(errorOf([&] { data->target(0); }).contains("a_gtFine_labelTrainIds.png': it was changed"));
  fs::remove(folder.dir() / "gtFine/train/aachen/b_gtFine_labelIds.png");
  QVERIFY(errorOf([&] { data->target(1); }).contains("b_gtFine_labelIds.png': No such file"));
  QVERIFY(Image(*data->image(0)) == numbered(0, 3, 2));
}

void TestScenes::badLayoutsAreExplained() {
  const SceneFolder none;
  none.addText("x.txt", "");
  QVERIFY(!findDataset("cityscapes").find(none.dir()) && !findDataset("camvid").find(none.dir()));
  QVERIFY(errorOf([&] {
            locateDataset(findDataset("cityscapes"), none.dir());
          }).contains("gtFine_trainvaltest.zip"));
  const SceneFolder folder;
  folder.addScene("train/aachen/a", 0, {}, "");
  const auto refusal = [&](Split split) {
    return errorOf([&] { opened("cityscapes", folder.dir(), split); });
  };
  QVERIFY2(refusal(Split::train).contains("gtFine/train': its label files are expected there"),
           qPrintable(refusal(Split::train)));
  QVERIFY(refusal(Split::test).contains("leftImg8bit/val': its images are expected there"));
  fs::create_directories(folder.dir() / "leftImg8bit/val/ulm");
  fs::create_directories(folder.dir() / "gtFine/val");
  QVERIFY(refusal(Split::test).contains("holds no images: files CITY/NAME_leftImg8bit.png"));
}

void TestScenes::otherFilesAreSaid() {
  const SceneFolder folder;
  folder.addScenes();
  folder.addText("leftImg8bit/train/bonn/c.jpg", "");
  folder.addText("leftImg8bit/train/bonn/.hidden", "");
  const Opened train = opened("cityscapes", folder.dir(), Split::train);
  QCOMPARE(train.data->size(), std::size_t{3});
  QVERIFY(train.says("1 file is in"));
}

/// Images whose label map is ignored as a whole, and label maps without an image.
void TestScenes::whatTellsNothingIsSaid() {
  const SceneFolder folder;
  folder.addScenes();
  folder.addScene("train/aachen/z", 5, {0, 1, 255, 4, 4, 4});
  folder.addLabels("train/bonn/x", Labels(6, 7));
  folder.addLabels("train/rome/y", Labels(6, 7), "labelTrainIds");
  const Opened train = opened("cityscapes", folder.dir(), Split::train);
  QCOMPARE(train.data->size(), std::size_t{4});
  QVERIFY(train.says("1 of 4 train images in '") &&
          train.says("the first is 'leftImg8bit/train/aachen/z_leftImg8bit.png'"));
  QVERIFY(train.says("2 label files of train images in '") && train.says("have no image and are not used") &&
          train.says("the first is 'gtFine/train/bonn/x_gtFine_labelIds.png'"));
  QVERIFY(opened("cityscapes", folder.dir(), Split::test).notes.empty());
  const DataReport report = findDataset("cityscapes").check(folder.dir(), {});
  QVERIFY(report.problems.empty());
  QCOMPARE(report.files.size(), std::size_t{3});
  QCOMPARE(report.files[0].name, std::string("gtFine/train/aachen/z_gtFine_labelIds.png"));
  QCOMPARE(report.files[0].remark, std::string("no pixel has a class"));
  QCOMPARE(report.files[2].name, std::string("gtFine/train/rome/y_gtFine_labelTrainIds.png"));
  QVERIFY(report.files[2].remark.starts_with("there is no image"));
  folder.addLabels("val/ulm/d", Labels(6, 0));
  const DataReport ignored = findDataset("cityscapes").check(folder.dir(), {});
  QCOMPARE(ignored.problems.size(), std::size_t{1});
  QVERIFY(ignored.problems[0].starts_with("no pixel of the val images in '"));
}

void TestScenes::checkCountsPixels() {
  const SceneFolder folder;
  folder.addScenes();
  const DataReport report = findDataset("cityscapes").check(folder.dir(), {});
  QVERIFY(report.problems.empty() && report.files.empty());
  QVERIFY(report.trainPerClass.empty() && report.testPerClass.empty());
  QCOMPARE(report.train, std::size_t{3});
  QCOMPARE(report.test, std::size_t{1});
  std::vector<std::uint64_t> train(20), test(20);
  for (const auto& [label, pixels] : {std::pair(0, 2), {1, 2}, {2, 6}, {7, 1}, {11, 1}, {18, 3}, {19, 3}})
    train[static_cast<std::size_t>(label)] = static_cast<std::uint64_t>(pixels);
  test[10] = 5;
  test[19] = 1;
  QCOMPARE(report.trainMaps.pixels, train);
  QCOMPARE(report.testMaps.pixels, test);
  QVERIFY(report.trainMaps.least == (ImageSize{3, 2}) && report.trainMaps.most == (ImageSize{3, 2}));
}

void TestScenes::coloursAreThoseOfTheClasses() {
  for (const DatasetEntry& entry : datasets()) {
    const bool hasMaps = entry.target == TargetKind::labelMap;
    QCOMPARE(entry.classColours.size(), hasMaps ? entry.classNames.size() : 0);
    if (!hasMaps || entry.isOwn) continue;
    QCOMPARE(entry.classes, 19);
    QVERIFY(entry.classColours[10] == (std::array<std::uint8_t, 3>{70, 130, 180}));
    QVERIFY(entry.classColours[18] == (std::array<std::uint8_t, 3>{119, 11, 32}));
  }
}

void TestScenes::camVidIsRead() {
  const QString folder = qEnvironmentVariable("UADA_TEST_DATA");
  const auto dir = findDataset("camvid").find(folder.toStdString());
  if (folder.isEmpty() || !dir) QSKIP("not run: UADA_TEST_DATA has no CamVid in the layout of Cityscapes");
  const ImageFolder own;  // its cache
  const auto train = opened("camvid", *dir, Split::train).data;
  QCOMPARE(train->size(), std::size_t{74});
  QCOMPARE(opened("camvid", *dir, Split::test).data->size(), std::size_t{47});
  QVERIFY(commonSize(*train) == (ImageSize{480, 360}));
  // Counted by a script with zlib alone, in the files of train ids; the set reads those of label ids.
  const std::vector<std::uint64_t> pixels{4048601, 583218,  3016206, 0,       137174, 118614, 0,
                                          133930,  1271665, 0,       2144878, 79572,  35836,  720226,
                                          0,       0,       0,       0,       0,      497280};
  const DataReport report = findDataset("camvid").check(*dir, {});
  QVERIFY(report.problems.empty());
  QCOMPARE(report.trainMaps.pixels, pixels);
  QCOMPARE(report.testMaps.pixels[0], std::uint64_t{2117392});
  QCOMPARE(report.testMaps.pixels[19], std::uint64_t{298304});
  LabelCounts counts(19);
  std::uint32_t index = 0;
  for (const std::string& city : {"camvid0001tp", "camvid0006r0", "camvid0016e5"}) {
    std::vector<fs::path> files;
    for (const auto& file : fs::directory_iterator(*dir / "gtFine/train" / city))
      if (file.path().string().ends_with("labelTrainIds.png")) files.push_back(file.path());
    std::ranges::sort(files);
    for (const fs::path& file : files) {
      const LabelMap trainIds = readLabelMap(file);
      const Held<TargetView> target = train->target(index++);
      const LabelMapView map = std::get<LabelMapView>(*target);
      QVERIFY2(LabelMap(map) == trainIds, file.c_str());
      counts.add(map, trainIds.view());
    }
  }
  QCOMPARE(index, std::uint32_t{74});
  QVERIFY(std::abs(counts.meanIouOccurring() - 1) < 1e-9);
  QVERIFY(std::abs(counts.meanIou() - 11.0 / 19) < 1e-9);
}

QTEST_GUILESS_MAIN(TestScenes)
#include "tst_scenes.moc"
