#include <QTest>

#include "core/base/Error.h"
#include "core/data/DatasetView.h"
#include "core/data/LabelPicture.h"
#include "core/data/Prefetch.h"
#include "core/data/VocXml.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/FolderTools.h"
#include "tests/core/LabelTools.h"

using namespace uada;
using namespace uada::test;

namespace fs = std::filesystem;

namespace {

constexpr int kWidth = 8, kHeight = 6;

/// An object as a file of PASCAL VOC has it: corners that count from 1, both of them inside.
std::string object(const std::string& name, const std::string& xmin, const std::string& ymin,
                   const std::string& xmax, const std::string& ymax, const std::string& more = {}) {
  return "<object><name>" + name + "</name>" + more + "<bndbox><xmin>" + xmin + "</xmin><ymin>" + ymin +
         "</ymin><xmax>" + xmax + "</xmax><ymax>" + ymax + "</ymax></bndbox></object>";
}
std::string annotation(const std::string& objects, int width = kWidth, int height = kHeight) {
  return "<?xml version=\"1.0\"?>\n<annotation><size><width>" + std::to_string(width) + "</width><height>" +
         std::to_string(height) + "</height><depth>3</depth></size>" + objects + "</annotation>\n";
}

Boxes boxesIn(const Dataset& data, std::uint32_t index) {
  const BoxesView view = boxesOf(data, index);
  return {view.begin(), view.end()};
}

/// VOCdevkit with three images for training, of which one is of 2012, and one for the test.
class VocFolder : public ImageFolder {
 public:
  void addImage(const std::string& year, const std::string& name, int number, const std::string& xml) const {
    add(year + "/JPEGImages/" + name + ".jpg", numbered(number, kWidth, kHeight));
    if (!xml.empty()) addText(year + "/Annotations/" + name + ".xml", xml);
  }
  void addAll() const {
    addImage("VOC2007", "000001", 1, annotation(object("dog", "1", "2", "5", "6")));
    addImage("VOC2007", "000002", 2,
             annotation(object("person", "3.7", "1", "8", "4", "<difficult>1</difficult>") +
                        object("cat", "2", "2", "4", "4")));
    addImage("VOC2012", "2008_000001", 3, annotation(object("tvmonitor", "1", "1", "8", "6")));
    addImage("VOC2007", "000009", 4, annotation(object("aeroplane", "2", "3", "6", "5")));
    addText("VOC2007/ImageSets/Main/trainval.txt", "000002\n000001  1\r\n\n");
    addText("VOC2012/ImageSets/Main/trainval.txt", "2008_000001\n");
    addText("VOC2007/ImageSets/Main/test.txt", "000009\n");
  }
};

}  // namespace

/// Sets of images with boxes, in the layout of PASCAL VOC and the user's own.
class TestVoc : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void bothYearsAreRead();
  void coordinatesAreThoseOfTheFile();
  void badAnnotationsAreNamed_data();
  void badAnnotationsAreNamed();
  void whatIsMendedIsSaid();
  void badListsAreNamed();
  void checkCountsObjects();
  void ownBoxesBringTheirClasses();
  void annotationsBesideTheImages();
  void ownMapsBringTheirClasses();
  void boxesAreDrawn();
  void bccdIsRead();
};

void TestVoc::bothYearsAreRead() {
  const VocFolder folder;
  folder.addAll();
  const auto train = opened("voc", folder.dir(), Split::train).data;
  QCOMPARE(train->size(), std::size_t{3});
  QVERIFY(train->targetKind() == TargetKind::boxes);
  QCOMPARE(train->classes(), 20);
  // In the order of the lists: 000002, 000001, then 2012.
  QVERIFY((boxesIn(*train, 0) == Boxes{{2, 0, 7, 3, 14, true}, {1, 1, 3, 3, 7}}));
  QVERIFY((boxesIn(*train, 1) == Boxes{{0, 1, 4, 5, 11}}));
  QVERIFY((boxesIn(*train, 2) == Boxes{{0, 0, 7, 5, 19}}));
  QVERIFY(Image(*train->image(1)) == numbered(1, kWidth, kHeight));
  QCOMPARE(train->label(0), -1);
  const auto test = opened("voc", folder.dir(), Split::test).data;
  QCOMPARE(test->size(), std::size_t{1});
  QVERIFY((boxesIn(*test, 0) == Boxes{{1, 2, 5, 4, 0}}));
  QVERIFY(train->identity() != test->identity());
  // From the index, and through views, they are the same.
  const Opened again = opened("voc", folder.dir(), Split::train);
  QCOMPARE(again.lookedAt, std::size_t{0});
  QVERIFY(boxesIn(*again.data, 0) == boxesIn(*train, 0));
  QCOMPARE(again.data->identity(), train->identity());
  Prefetch ahead(again.data, 1, 1 << 20);
  ahead.expect({0, 1, 2}, {});
  QVERIFY(boxesIn(ahead, 2) == boxesIn(*train, 2));
  // An annotation that changes is read again.
  folder.addText("VOC2007/Annotations/000001.xml", annotation(object("cow", "1", "2", "5", "6")));
  const auto changed = opened("voc", folder.dir(), Split::train).data;
  QCOMPARE(boxesIn(*changed, 1).front().label, 9);
  QVERIFY(changed->identity() != train->identity());
}

void TestVoc::coordinatesAreThoseOfTheFile() {
  const std::string parts = "<part><name>head</name><bndbox><xmin>1</xmin></bndbox></part>";
  const VocAnnotation read =
      readVocXml(annotation(object(" dog ", " 10.9 ", "2e1", "30", "40.999", parts), 500, 375), "'a.xml'");
  QVERIFY(read.size == (ImageSize{500, 375}));
  QCOMPARE(read.objects.size(), std::size_t{1});
  QCOMPARE(read.objects[0].name, std::string("dog"));
  QVERIFY((read.objects[0].box == ObjectBox{9, 19, 29, 39}));
  // Entities are not replaced: neither those of the text nor files.
  const std::string bomb = "<!DOCTYPE a [<!ENTITY e \"dog\"><!ENTITY f SYSTEM \"file:///etc/passwd\">]>" +
                           annotation(object("&e;&f;", "1", "1", "2", "2"));
  QCOMPARE(readVocXml(bomb, "'a.xml'").objects[0].name, std::string("&e;&f;"));
  QVERIFY(readVocXml("<annotation/>", "'a.xml'").size.empty());
}

void TestVoc::badAnnotationsAreNamed_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<QString>("message");
  const auto row = [](const char* name, const std::string& text, const char* message) {
    QTest::newRow(name) << QByteArray::fromStdString(text) << QString(message);
  };
  row("empty", "", "'a.xml' is no XML:");
  row("cut short", annotation(object("dog", "1", "1", "2", "2")).substr(0, 120), "'a.xml' is no XML:");
  row("no XML", "not at all", "'a.xml' is no XML:");
  row("bytes", std::string(64, '\0'), "'a.xml' is no");
  row("another kind", "<html></html>", "its first element is 'html', 'annotation' expected");
  row("not a number", annotation(object("dog", "nan", "1", "2", "2")),
      "'a.xml': object 1 (dog) has the xmin 'nan', a number of pixels expected");
  row("infinite", annotation(object("cat", "1", "1", "2", "2") + object("dog", "1", "1", "inf", "2")),
      "'a.xml': object 2 (dog) has the xmax 'inf', a number of pixels expected");
  row("far", annotation(object("dog", "1", "1", "2", "1e30")), "has the ymax '1e30'");
  row("words", annotation(object("dog", "1", "one", "2", "2")), "has the ymin 'one'");
  row("no name", annotation(object("", "1", "1", "2", "2")), "'a.xml': object 1 has no name");
  row("no box", annotation("<object><name>dog</name></object>"), "'a.xml': object 1 has no bndbox");
  row("no edge", annotation("<object><name>dog</name><bndbox><xmin>1</xmin></bndbox></object>"),
      "'a.xml': object 1 (dog) has no ymin");
}

void TestVoc::badAnnotationsAreNamed() {
  QFETCH(const QByteArray, text);
  QFETCH(const QString, message);
  const QString problem = errorOf([&] { readVocXml(text.toStdString(), "'a.xml'"); });
  QVERIFY2(problem.contains(message), qPrintable(problem));
}

void TestVoc::whatIsMendedIsSaid() {
  const VocFolder folder;
  folder.addAll();
  folder.addImage("VOC2007", "000001", 1,
                  annotation(object("dog", "3", "3", "3", "5") + object("cat", "-4", "1", "99", "3") +
                             object("cow", "20", "1", "30", "3")));
  const Opened train = opened("voc", folder.dir(), Split::train);
  QVERIFY((boxesIn(*train.data, 1) == Boxes{{0, 0, kWidth, 2, 7}}));
  QVERIFY(train.says("the boxes of 1 of 3 train images") &&
          train.says(
              "of 'VOC2007/Annotations/000001.xml' 2 boxes without area (not used), 1 box cut at the image"));
  const DataReport report = findDataset("voc").check(folder.dir(), {});
  QVERIFY(report.problems.empty());
  QCOMPARE(report.files.size(), std::size_t{1});
  QVERIFY(report.files[0].remark.starts_with("2 boxes without area"));
  // What cannot be mended makes the image unusable, and is counted.
  const auto refusal = [&](const std::string& xml) {
    folder.addText("VOC2007/Annotations/000001.xml", xml);
    return errorOf([&] { opened("voc", folder.dir(), Split::train); });
  };
  QVERIFY(
      refusal(annotation(object("unicorn", "1", "1", "3", "5"))).contains("an object of class 'unicorn'"));
  QVERIFY(refusal(annotation(object("dog", "1", "1", "3", "5"), 80, 60))
              .contains("is of an image of 80 x 60 pixels, its image has 8 x 6"));
  const QString nan = refusal(annotation(object("dog", "NaN", "1", "3", "5")));
  QVERIFY2(nan.contains("1 of 3 train images") && nan.contains("xmin 'NaN'"), qPrintable(nan));
  QCOMPARE(opened("voc", folder.dir(), Split::train, true).data->size(), std::size_t{2});
  fs::remove(folder.dir() / "VOC2007/Annotations/000001.xml");
  QVERIFY(errorOf([&] { opened("voc", folder.dir(), Split::train); }).contains("has no annotation"));
}

void TestVoc::badListsAreNamed() {
  const VocFolder folder;
  folder.addAll();
  const auto refusal = [&](const std::string& list) {
    folder.addText("VOC2007/ImageSets/Main/trainval.txt", list);
    return errorOf([&] { opened("voc", folder.dir(), Split::train); });
  };
  QVERIFY(refusal("000001\n000007\n").contains("names '000007', but there is no '"));
  QVERIFY(refusal("../../secret\n").contains("the name of an image without folder and ending expected"));
  QVERIFY(refusal("000001\n000001\n").contains("line 2: '000001' found, each name once expected"));
  QVERIFY(refusal("000001 1\n000001 -1\n").contains("names '000001' twice; take one line off"));
  fs::remove_all(folder.dir() / "VOC2007/ImageSets");
  const Opened only2012 = opened("voc", folder.dir(), Split::train);
  QCOMPARE(only2012.data->size(), std::size_t{1});
  QVERIFY(only2012.says("VOC2007 takes no part in training"));
  QVERIFY(errorOf([&] { opened("voc", folder.dir(), Split::test); }).contains("has no test images"));
}

void TestVoc::checkCountsObjects() {
  const VocFolder folder;
  folder.addAll();
  const DataReport report = findDataset("voc").check(folder.dir(), {});
  QCOMPARE(report.train, std::size_t{3});
  QVERIFY(report.trainPerClass.empty());
  std::vector<std::size_t> objects(20);
  for (const int label : {7, 11, 14, 19}) objects[static_cast<std::size_t>(label)] = 1;
  QCOMPARE(report.trainObjects.perClass, objects);
  QCOMPARE(report.trainObjects.difficult, std::size_t{1});
  QCOMPARE(report.testObjects.perClass[0], std::size_t{1});
  QCOMPARE(report.classNames.size(), std::size_t{20});
  folder.addImage("VOC2007", "000009", 4, annotation(""));
  QVERIFY(findDataset("voc").check(folder.dir(), {}).problems.at(0).starts_with("the test images in '"));
}

void TestVoc::ownBoxesBringTheirClasses() {
  const VocFolder folder;
  folder.addImage("mine", "a", 1, annotation(object("screw", "1", "2", "5", "6")));
  folder.addImage("mine", "b", 2, annotation(object("bolt", "2", "2", "5", "6")));
  // Without lists every image is for training.
  const Opened all = opened("boxes", folder.dir(), Split::train);
  QCOMPARE(all.data->classNames(), (std::vector<std::string>{"bolt", "screw"}));
  QVERIFY((boxesIn(*all.data, 0) == Boxes{{0, 1, 4, 5, 1}}));
  QVERIFY(
      errorOf([&] { opened("boxes", folder.dir(), Split::test); }).contains("has no list of test images"));
  QCOMPARE(setAside(all.data, 0.5, 1).validation->size(), std::size_t{1});
  folder.addText("mine/ImageSets/Main/train.txt", "a\n");
  folder.addText("mine/ImageSets/Main/val.txt", "b\n");
  folder.addText("classes.txt", "screw\n bolt \nnut\n");
  QCOMPARE(opened("boxes", folder.dir(), Split::train).data->classNames(),
           (std::vector<std::string>{"screw", "bolt", "nut"}));
  QCOMPARE(boxesIn(*opened("boxes", folder.dir() / "mine", Split::test).data, 0).front().label, 1);
  QCOMPARE(findDataset("boxes").classesIn(folder.dir()).size(), std::size_t{3});
  QVERIFY(errorOf([&] {
            opened("boxes", folder.dir() / "mine" / "JPEGImages", Split::train);
          }).contains("expected are the folders JPEGImages and Annotations"));
}

void TestVoc::annotationsBesideTheImages() {
  const ImageFolder folder;
  folder.add("train/a.png", numbered(1, kWidth, kHeight));
  folder.addText("train/a.xml", annotation(object("nut", "1", "1", "3", "3")));
  folder.addText("train/lost.xml", annotation(object("nut", "1", "1", "3", "3")));
  folder.add("val/b.jpg", numbered(2, kWidth, kHeight));
  folder.addText("val/b.xml", annotation(""));
  const Opened train = opened("boxes", folder.dir(), Split::train);
  QVERIFY((boxesIn(*train.data, 0) == Boxes{{0, 0, 2, 2, 0}}));
  QVERIFY(train.says("1 annotation file of train images") && train.says("the first is 'train/lost.xml'"));
  QVERIFY(boxesIn(*opened("boxes", folder.dir(), Split::test).data, 0).empty());
  folder.add("train/a.jpg", numbered(1, kWidth, kHeight));
  QVERIFY(errorOf([&] { opened("boxes", folder.dir(), Split::train); }).contains("has two images named 'a'"));
}

/// Rings inside of the boxes, two pixels wide; of a class without a colour white.
void TestVoc::boxesAreDrawn() {
  const std::vector<ClassColour> colours{{{9, 8, 7}}};
  Image picture(10, 8);
  drawBoxes(picture.span(), Boxes{{1.2F, 1, 7, 7, 0}, {8, -3, 99, 2, 5}}, colours);
  const std::vector<std::string> wanted{"........##", ".oooooo.##", ".oooooo...", ".oo..oo...",
                                        ".oo..oo...", ".oooooo...", ".oooooo...", ".........."};
  for (int y = 0; y < 8; ++y)
    for (int x = 0; x < 10; ++x) {
      const int red = picture.view().row(y)[3 * x];
      const char shown = red == 9 ? 'o' : red == 255 ? '#' : '.';
      QCOMPARE(shown, wanted[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)]);
    }
}

void TestVoc::bccdIsRead() {
  const QString folder = qEnvironmentVariable("UADA_TEST_DATA");
  const fs::path dir = fs::path(folder.toStdString()) / "VOCdevkit";
  if (folder.isEmpty() || !fs::exists(dir / "VOC2007/Annotations"))
    QSKIP("not run: UADA_TEST_DATA has no VOCdevkit with the blood cells of BCCD");
  const ImageFolder own;  // its cache
  // The classes say which set it is.
  QVERIFY(findDataset("bccd").find(folder.toStdString()) && !findDataset("voc").find(folder.toStdString()));
  const Opened train = opened("boxes", dir, Split::train);
  QCOMPARE(train.data->size(), std::size_t{292});
  QVERIFY(opened("bccd", dir, Split::train).data->identity() != std::string());
  QCOMPARE(opened("boxes", dir, Split::test).data->size(), std::size_t{72});
  QCOMPARE(train.data->classNames(), (std::vector<std::string>{"RBC", "WBC", "Platelets"}));
  QVERIFY(commonSize(*train.data) == (ImageSize{640, 480}));
  const DataReport report = findDataset("boxes").check(dir, {});
  QVERIFY(report.problems.empty());
  std::vector<std::size_t> objects = report.trainObjects.perClass;
  for (std::size_t c = 0; c < 3; ++c) objects[c] += report.testObjects.perClass[c];
  QCOMPARE(objects, (std::vector<std::size_t>{4155 - 2, 372, 361}));  // two have no area
  int withoutArea = 0;
  for (const DataReport::File& file : report.files)
    withoutArea += file.remark.starts_with("1 box without area");
  QCOMPARE(withoutArea, 2);
}

void TestVoc::ownMapsBringTheirClasses() {
  const ImageFolder folder;
  const auto problem = [&] { return errorOf([&] { opened("maps", folder.dir(), Split::train); }); };
  const auto addMap = [&](const std::vector<std::uint8_t>& labels) {
    folder.addText("train/labels/a.png", textOf(labelPng(3, 2, labels)));
  };
  folder.add("train/images/a.jpg", numbered(1, 3, 2));
  QVERIFY(problem().contains("has no classes.txt"));
  folder.addText("classes.txt", "leaf\n\n stem \n");
  QVERIFY(problem().contains("there is no folder '"));
  addMap({0, 1, 255, 0, 0, 2});
  QVERIFY(problem().contains("has the label 2 at column 2 of row 1, 0 to 1 or 255 expected"));
  addMap({0, 1, 255, 0, 0, 1});
  const auto data = opened("maps", folder.dir(), Split::train).data;
  QCOMPARE(data->classNames(), (std::vector<std::string>{"leaf", "stem"}));
  const Held<TargetView> target = data->target(0);
  QVERIFY(LabelMap(std::get<LabelMapView>(*target)) == mapOf(3, 2, {0, 1, 255, 0, 0, 1}));
  QVERIFY(errorOf([&] { opened("maps", folder.dir(), Split::test); }).contains("has training images only"));
  // Colours are made for classes that have none.
  const auto colours = classColoursOf(findDataset("maps"), 3);
  QVERIFY((colours == std::vector<std::array<std::uint8_t, 3>>{{128, 0, 0}, {0, 128, 0}, {128, 128, 0}}));
}

QTEST_GUILESS_MAIN(TestVoc)
#include "tst_voc.moc"
