#include <QTest>

#include "core/data/DatasetView.h"
#include "core/data/LabelFile.h"
#include "core/predictions/PredictionWriter.h"
#include "tests/core/FolderTools.h"

using namespace uada;
using namespace uada::test;

namespace {

/// An image of each name, in a set of files.
class Named final : public Dataset {
 public:
  Named(std::vector<std::string> files, TargetKind kind) : files_(std::move(files)), kind_(kind) {}
  std::size_t size() const override { return files_.size(); }
  ImageSize imageSize(std::uint32_t) const override { return {1, 1}; }
  Held<ImageView> image(std::uint32_t, const PixelBox*) const override {
    return Held<ImageView>(ImageView{});
  }
  Held<TargetView> target(std::uint32_t) const override { return Held<TargetView>(Label{0}); }
  TargetKind targetKind() const override { return kind_; }
  int classes() const override { return 1; }
  std::string identity() const override { return "named"; }
  std::string fileName(std::uint32_t index) const override { return files_[index]; }

 private:
  const std::vector<std::string> files_;
  const TargetKind kind_;
};

std::vector<std::string> namesOf(std::vector<std::string> files, TargetKind kind = TargetKind::labelMap) {
  const Named data(std::move(files), kind);
  return sampleNames(data, data.size());
}

using Names = std::vector<std::string>;

}  // namespace

/// What the files of predictions are called.
class TestPredictionNames : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void samplesAreNamed();
  void classesNameFiles();
};

void TestPredictionNames::samplesAreNamed() {
  QCOMPARE(namesOf({"images/a.jpg", "images/b.c.png", "d.png"}), (Names{"a", "b.c", "d"}));
  // Of one name in several folders: the folders stand before it.
  QCOMPARE(namesOf({"cat/1.png", "dog/1.png", "dog/2.png"}), (Names{"cat_1", "dog_1", "2"}));
  // Whatever the names, no two are alike.
  QCOMPARE(namesOf({"a/1.png", "a/1.jpg", "a_1.png"}), (Names{"a_1", "a_1-1", "a_1-2"}));
  QCOMPARE(namesOf({"x/1.png", "x/1.jpg", "x_1-1.png"}), (Names{"x_1", "x_1-1", "x_1-1-2"}));
  QCOMPARE(namesOf({".hidden", "train/.png", "b\nc.png"}), (Names{"_.hidden", "_.png", "b c"}));
  // Without files the number, as wide as the last one of the whole set.
  QCOMPARE(namesOf({"", "", ""}), (Names{"0", "1", "2"}));
  const Named many(std::vector<std::string>(101), TargetKind::label);
  QCOMPARE(sampleNames(many, 2), (Names{"000", "001"}));
  // VOC's text files divide by spaces.
  QCOMPARE(namesOf({"my cat.png", "my_cat.png"}, TargetKind::boxes), (Names{"my_cat", "my_cat-1"}));
  QCOMPARE(namesOf({"my cat.png"}), (Names{"my cat"}));

  const ImageFolder images;
  images.addClasses();
  const auto data = opened("folder", images.dir(), Split::train).data;
  QCOMPARE(sampleNames(*data, data->size()), (Names{"x", "y", "1", "2"}));
  const DatasetView view(data, {3, 0});
  QCOMPARE(sampleNames(view, 2), (Names{"2", "x"}));
}

void TestPredictionNames::classesNameFiles() {
  QCOMPARE(fileNamesOf({"a", "a", "", "../b", "a\tb"}), (Names{"a", "a-1", "_", "_.._b", "a b"}));
}

QTEST_GUILESS_MAIN(TestPredictionNames)
#include "tst_prediction_names.moc"
