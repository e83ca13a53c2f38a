#include <QTemporaryDir>
#include <QTest>
#include <functional>
#include <map>
#include <string>

#include "core/data/Dataset.h"
#include "tests/core/DataTools.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/FolderTools.h"
#include "tests/core/LabelTools.h"

using namespace uada;
using namespace uada::test;

namespace {

/// A data set with one label that it has no class for, and what is said of it.
struct Foreign {
  std::function<void(const ImageFolder&)> make;
  Split split;
  const char* said;
};

Bytes idx(std::uint8_t kind, const Bytes& rest) { return Bytes{0, 0, 8, kind, 0, 0, 0, 1} + rest; }

void makeFashion(const ImageFolder& folder) {
  const Bytes side{0, 0, 0, 28};
  writeFile(folder.dir() / "train-images-idx3-ubyte", idx(3, side + side + Bytes(784)));
  writeFile(folder.dir() / "train-labels-idx1-ubyte", idx(1, {10}));
}

void makeCifar10(const ImageFolder& folder) {
  writeCifar10(folder.dir());
  writeFile(folder.dir() / "data_batch_5.bin", cifarRecords({{5}, {255}}));
}

void makeCifar100(const ImageFolder& folder) {
  writeFile(folder.dir() / "train.bin", cifarRecords({{1, 99}, {1, 100}}));
}

void makeTinyImageNet(const ImageFolder& folder) {
  folder.addText("wnids.txt", "n01");
  folder.add("train/n01/images/n01_0.png", numbered(0));
  folder.add("val/images/val_0.png", numbered(1));
  folder.addText("val/val_annotations.txt", "val_0.png\tn03\t0\t0\t5\t4\n");
}

void makeImageNet(const ImageFolder& folder) {
  folder.add("train/n01440764/a.png", numbered(0));
  folder.add("val/ILSVRC2012_val_00000001.png", numbered(1));
  folder.addText("val.txt", "ILSVRC2012_val_00000001.png n03\n");
}

void makeScenes(const ImageFolder& folder) {
  folder.add("leftImg8bit/train/x/a_leftImg8bit.png", numbered(0, 3, 2));
  folder.addText("gtFine/train/x/a_gtFine_labelIds.png", textOf(labelPng(3, 2, {7, 7, 7, 7, 7, 100})));
}

/// In the layout of PASCAL VOC, which the user's own boxes may have, too.
void makeBoxes(const ImageFolder& folder) {
  folder.add("VOC2007/JPEGImages/a.jpg", numbered(0, 8, 6));
  folder.addText("VOC2007/Annotations/a.xml",
                 "<annotation><size><width>8</width><height>6</height><depth>3</depth></size><object><name>"
                 "unicorn</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>3</xmax><ymax>5</ymax></bndbox>"
                 "</object></annotation>");
  folder.addText("VOC2007/ImageSets/Main/trainval.txt", "a\n");
  folder.addText("VOC2007/ImageSets/Main/train.txt", "a\n");
  folder.addText("classes.txt", "horse\n");
}

void makeMaps(const ImageFolder& folder) {
  folder.add("train/images/a.png", numbered(0, 3, 2));
  folder.addText("train/labels/a.png", textOf(labelPng(3, 2, {0, 0, 0, 0, 0, 1})));
  folder.addText("classes.txt", "leaf\n");
}

void makeFolder(const ImageFolder& folder) {
  folder.add("0.png", numbered(0));
  folder.addText("train.csv", "path,label\n0.png,a\n");
  folder.addText("test.csv", "path,label\n0.png,b\n");
}

const std::map<std::string, Foreign>& cases() {
  static const std::map<std::string, Foreign> all{
      {"fashion_mnist", {makeFashion, Split::train, "label 10 at image 0, 0 to 9 expected"}},
      {"cifar10", {makeCifar10, Split::train, "label 255 at image 1, 0 to 9 expected"}},
      {"cifar100", {makeCifar100, Split::train, "label 100 at image 1, 0 to 99 expected"}},
      {"tiny_imagenet", {makeTinyImageNet, Split::test, "line 1: the class 'n03'"}},
      {"imagenet", {makeImageNet, Split::test, "line 1: the class 'n03'"}},
      {"cityscapes",
       {makeScenes, Split::train, "the label 100 at column 2 of row 1, 0 to 33 or 255 expected"}},
      {"camvid", {makeScenes, Split::train, "the label 100 at column 2 of row 1, 0 to 33 or 255 expected"}},
      {"voc", {makeBoxes, Split::train, "an object of class 'unicorn'"}},
      {"bccd", {makeBoxes, Split::train, "an object of class 'unicorn'"}},
      {"boxes", {makeBoxes, Split::train, "an object of class 'unicorn'"}},
      {"maps", {makeMaps, Split::train, "the label 1 at column 2 of row 1, 0 to 0 or 255 expected"}},
      {"folder", {makeFolder, Split::test, "line 2: the class 'b'"}}};
  return all;
}

}  // namespace

/// A label that a data set has no class for is refused when its files are read, which is before the first
/// step, whatever the kind of data set.
class TestForeignLabels : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void areRefused_data() {
    QTest::addColumn<QString>("name");
    for (const DatasetEntry& entry : datasets())
      QTest::newRow(entry.name.c_str()) << QString::fromStdString(entry.name);
  }
  void areRefused() {
    QFETCH(QString, name);
    const auto found = cases().find(name.toStdString());
    QVERIFY2(found != cases().end(), "a data set of the catalogue without a case here");
    const auto& [make, split, said] = found->second;
    const ImageFolder folder;
    make(folder);
    const QString error = errorOf([&] { findDataset(found->first).load(folder.dir(), split, {}); });
    QVERIFY2(error.contains(said), qPrintable(error));
  }
};

QTEST_GUILESS_MAIN(TestForeignLabels)
#include "tst_foreign_labels.moc"
