#include <QComboBox>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>
#include <QTableWidget>
#include <QTest>
#include <QWheelEvent>
#include <cmath>
#include <memory>

#include "tests/core/ErrorOf.h"
#include "tests/widgets/PredictionTools.h"
#include "widgets/panels/predictions/ClassificationView.h"
#include "widgets/panels/predictions/DenoisingView.h"
#include "widgets/panels/predictions/DetectionView.h"
#include "widgets/panels/predictions/PredictionPicture.h"
#include "widgets/panels/predictions/SampleBar.h"
#include "widgets/panels/predictions/SegmentationView.h"
#include "widgets/session/Theme.h"

using namespace uada;
using namespace uada::test;

namespace {

template <class Widget>
Widget* at(const QWidget& view, const char* name) {
  auto* widget = view.findChild<Widget*>(name);
  if (!widget) qFatal("no %s", name);
  return widget;
}

/// Shown with the set, when it has read what it shows.
template <class View>
std::unique_ptr<View> shown(const Theme& theme, const Predictions& set) {
  auto view = std::make_unique<View>(theme, nullptr);
  view->resize(1200, 700);
  static_cast<QWidget*>(view.get())->show();
  view->show(set);
  if (!QTest::qWaitFor([&] { return !view->isReading(); }, 20'000)) qFatal("the view still reads");
  return view;
}

std::vector<std::uint32_t> samplesOf(const CasesModel& model) {
  std::vector<std::uint32_t> samples;
  for (int row = 0; row < model.rowCount(); ++row) samples.push_back(model.at(row).sample);
  return samples;
}

/// One of its images is damaged.
class OneUnreadable final : public MadeData {
 public:
  Held<ImageView> image(std::uint32_t index, const PixelBox* part = nullptr) const override {
    if (index == 1) throw Error("sample 1 is damaged");
    return MadeData::image(index, part);
  }
};

}  // namespace

/// The views of the tasks, over predictions in memory.
class TestPredictionViews : public QObject {
  Q_OBJECT
 private:
  const Theme theme_{Theme::Kind::light};

 private Q_SLOTS:
  void errorsAreShownTheWorstFirst() {
    const auto view = shown<ClassificationView>(theme_, classifiedSet());
    QCOMPARE(samplesOf(view->model()), (std::vector<std::uint32_t>{2, 1, 4}));
    QCOMPARE(at<QLabel>(*view, "classification_sum")->text(), QString("3 of 6 right, 50.00 %"));
    QVERIFY(at<QLabel>(*view, "cases_shown")->text().startsWith("All 3 errors"));
    QTRY_VERIFY(at<QLabel>(*view, "case_chances")->text().contains("true") ||
                at<QLabel>(*view, "case_chances")->text().contains("dog"));
  }

  /// Only that one is grey, which is told once.
  void anImageThatCannotBeReadStopsNoOther() {
    const auto set = classifiedSet();
    const auto data = std::make_shared<OneUnreadable>();
    data->images = dynamic_cast<const MadeData&>(*set->data).images;
    set->data = data;
    CasesModel model;
    QSignalSpy failed(&model, &CasesModel::failed);
    model.show(set);
    model.setCases(casesOf(*set));
    const auto isRead = [&](std::uint32_t sample) { return !model.picture(sample, 1).isNull(); };
    for (std::uint32_t sample = 0; sample < 3; ++sample) QVERIFY(!isRead(sample));
    QTRY_VERIFY(isRead(0) && isRead(1) && isRead(2));
    QCOMPARE(model.picture(0, 1).size(), QSize(CasesModel::kSide, CasesModel::kSide));
    QCOMPARE(model.picture(2, 1).size(), QSize(CasesModel::kSide, CasesModel::kSide));
    QCOMPARE(model.picture(1, 1).size(), QSize(1, 1));
    QVERIFY(!isRead(4));
    QTRY_VERIFY(isRead(4));
    QCOMPARE(failed.size(), 1);
    QCOMPARE(failed.front().front().toString(), QString("sample 1 is damaged"));
  }

  void aClickOnACellShowsItsSamples() {
    const auto view = shown<ClassificationView>(theme_, classifiedSet());
    auto* matrix = at<ConfusionView>(*view, "confusion");
    const auto click = [&](int truth, int predicted) {
      QTest::mouseClick(matrix->viewport(), Qt::LeftButton, {}, matrix->placeOf(truth, predicted).center());
    };
    click(0, 1);
    QCOMPARE(samplesOf(view->model()), (std::vector<std::uint32_t>{2, 1}));
    QCOMPARE(at<QLabel>(*view, "cases_shown")->text(), QString("cat taken for dog: 2 of 3 (66.67 %)"));
    click(0, 0);  // what is right can be looked at, too
    QCOMPARE(samplesOf(view->model()), (std::vector<std::uint32_t>{0}));
    click(2, 0);
    QCOMPARE(view->model().rowCount(), 0);
    at<QPushButton>(*view, "clear_cell")->click();
    QCOMPARE(view->model().rowCount(), 3);
    // The title of a row: all that the class was taken for.
    const QRect cell = matrix->placeOf(1, 0);
    QTest::mouseClick(matrix->viewport(), Qt::LeftButton, {}, {10, cell.center().y()});
    QCOMPARE(samplesOf(view->model()), (std::vector<std::uint32_t>{4}));
  }

  void aCellStaysItselfInAnotherOrder() {
    const auto view = shown<ClassificationView>(theme_, classifiedSet());
    auto* matrix = at<ConfusionView>(*view, "confusion");
    auto* order = at<QComboBox>(*view, "matrix_order");
    order->setCurrentIndex(2);
    QCOMPARE(matrix->order().front(), 1);  // one error of its own, two of others
    for (int t = 0; t < 3; ++t)
      for (int p = 0; p < 3; ++p)
        QCOMPARE(matrix->cellAt(matrix->placeOf(t, p).center()), std::optional(ConfusionCell{t, p}));
    QTest::keyClick(matrix, Qt::Key_Down);
    QTest::keyClick(matrix, Qt::Key_Right);
    QVERIFY(at<QPushButton>(*view, "clear_cell")->isEnabled());
  }

  /// Whole at first, as far as cells can still be told apart; what is zoomed at stays under the pointer.
  void aLargeMatrixIsSeenWhole() {
    const auto shown = [&](int classes) {
      auto matrix = std::make_unique<ConfusionView>(theme_);
      matrix->resize(700, 600);
      static_cast<QWidget&>(*matrix).show();
      std::vector<Guess> guesses;
      QStringList names;
      for (int c = 0; c < classes; ++c) {
        guesses.push_back({c, (c + 1) % classes});
        names << QStringLiteral("class %1").arg(c);
      }
      matrix->show(Confusion(classes, guesses), names);
      return matrix;
    };
    const auto whole = shown(100);
    QCOMPARE(whole->verticalScrollBar()->maximum(), 0);
    QCOMPARE(whole->horizontalScrollBar()->maximum(), 0);
    const auto matrix = shown(200);
    QCOMPARE(matrix->side(), 3);
    QVERIFY(matrix->verticalScrollBar()->maximum() > 0);
    matrix->verticalScrollBar()->setValue(matrix->verticalScrollBar()->maximum());
    matrix->horizontalScrollBar()->setValue(matrix->horizontalScrollBar()->maximum());
    QCOMPARE(matrix->cellAt(matrix->placeOf(199, 198).center()), std::optional(ConfusionCell{199, 198}));
    const QPoint point = matrix->placeOf(150, 140).center();
    for (int turns = 0; turns < 12; ++turns) {
      QWheelEvent wheel(point, matrix->viewport()->mapToGlobal(point), {}, {0, 120}, Qt::NoButton,
                        Qt::ControlModifier, Qt::NoScrollPhase, false);
      QApplication::sendEvent(matrix->viewport(), &wheel);
    }
    QVERIFY(matrix->side() > 14);
    QCOMPARE(matrix->cellAt(point), std::optional(ConfusionCell{150, 140}));
    QVERIFY(!matrix->grab().isNull());
  }

  /// Of two words that would lie over each other the surer box's, which comes last, is written; apart both
  /// are.
  void wordsOfBoxesDoNotLieOverEachOther() {
    const auto painted = [](const std::vector<DrawnBox>& boxes) {
      QImage picture(200, 80, QImage::Format_RGB32);
      picture.fill(Qt::gray);
      QPainter painter(&picture);
      paintBoxes(painter, boxes, {0, 0}, 1);
      painter.end();
      return picture;
    };
    const DrawnBox sure{{10, 30, 60, 40}, BoxKind::right, "a 0.9", {}};
    DrawnBox near{{16, 32, 60, 40}, BoxKind::wrong, "b 0.8", {}}, far = near;
    far.place.moveLeft(130);
    DrawnBox silent = near, farSilent = far;
    silent.text.clear();
    farSilent.text.clear();
    QCOMPARE(painted({near, sure}), painted({silent, sure}));
    QVERIFY(painted({far, sure}) != painted({farSilent, sure}));
  }

  void segmentationIsDrawnWithTheOpacity() {
    const Predictions set = segmentedSet();
    const auto view = shown<SegmentationView>(theme_, set);
    auto* predicted = at<PredictionPicture>(*view, "segmentation_prediction");
    at<QSlider>(*view, "opacity")->setValue(100);
    QTRY_COMPARE(predicted->picture().pixel(0, 0), qRgb(200, 0, 0));
    at<QSlider>(*view, "opacity")->setValue(50);
    QTRY_COMPARE(predicted->picture().pixel(0, 0), qRgb(150, 50, 50));
    QCOMPARE(at<PredictionPicture>(*view, "segmentation_image")->picture().pixel(0, 0), qRgb(100, 100, 100));
    QVERIFY(view->findChild<QLabel*>("ignored_legend"));
  }

  void aClassIsTurnedOff() {
    const auto view = shown<SegmentationView>(theme_, segmentedSet());
    auto* classes = at<QTableWidget>(*view, "classes");
    auto* truth = at<PredictionPicture>(*view, "segmentation_truth");
    QCOMPARE(classes->rowCount(), 3);
    classes->item(0, 0)->setCheckState(Qt::Unchecked);
    QTRY_COMPARE(truth->picture().pixel(0, 0), qRgb(100, 100, 100));
    QVERIFY(truth->picture().pixel(0, 1) != qRgb(100, 100, 100));
    at<QPushButton>(*view, "show_none")->click();
    QTRY_COMPARE(truth->picture().pixel(0, 1), qRgb(100, 100, 100));
    at<QPushButton>(*view, "show_all")->click();
    QTRY_VERIFY(truth->picture().pixel(0, 0) != qRgb(100, 100, 100));
  }

  /// Of all pixels class 0 has 16, 8 are predicted as it, 6 of these rightly: 6 of 18. Class 1 has 7, 15 are
  /// predicted, 5 rightly: 5 of 17.
  void classesHaveTheirIntersectionOverUnion() {
    const auto view = shown<SegmentationView>(theme_, segmentedSet());
    auto* classes = at<QTableWidget>(*view, "classes");
    QTRY_COMPARE(classes->item(0, 2)->text(), QString("33.33 %"));
    QCOMPARE(classes->item(1, 2)->text(), QString("29.41 %"));
    QCOMPARE(classes->item(0, 1)->text(), QString("100.00 %"));  // the ignored pixel does not count
    QCOMPARE(classes->item(2, 1)->text(), QString("–"));
  }

  void theWorstSampleComesFirst() {
    const auto view = shown<SegmentationView>(theme_, segmentedSet());
    auto* bar = view->findChild<SampleBar*>();
    auto* order = at<QComboBox>(*view, "sample_order");
    QTRY_COMPARE(order->count(), 3);
    order->setCurrentIndex(1);
    QCOMPARE(bar->sample(), 1U);
    QTRY_COMPARE(at<PredictionPicture>(*view, "segmentation_image")->picture().pixel(0, 0),
                 qRgb(120, 120, 120));
    QTest::keyClick(at<PredictionPicture>(*view, "segmentation_image"), Qt::Key_Right);
    QCOMPARE(bar->sample(), 2U);
    QTest::keyClick(at<PredictionPicture>(*view, "segmentation_errors"), Qt::Key_Right);
    QCOMPARE(bar->sample(), 0U);
    view->step(5);
    QCOMPARE(bar->sample(), 0U);  // it is the last one
    QCOMPARE(at<QSpinBox>(*view, "sample_number")->value(), 3);
  }

  void aDamagedSampleIsNamedAndTheNextIsShown() {
    const auto set = segmentedSet();
    set->read = [read = set->read](std::uint32_t sample) -> Prediction {
      if (sample == 1) throw Error("'s1.png' is damaged");
      return read(sample);
    };
    SegmentationView view(theme_, nullptr);
    QSignalSpy failed(&view, &PredictionView::failed);
    view.resize(900, 600);
    view.show(set);
    QTRY_VERIFY(!view.isReading());
    view.step(1);
    QTRY_VERIFY(failed.size() >= 2);  // of the picture, and of the counting
    QVERIFY(failed.last()[0].toString().contains("s1.png"));
    QTRY_VERIFY(at<PredictionPicture>(view, "segmentation_image")->picture().isNull());
    view.step(1);
    QTRY_COMPARE(at<PredictionPicture>(view, "segmentation_image")->picture().pixel(0, 0),
                 qRgb(140, 140, 140));
  }

  /// At 0.5: the cat is found, a box is on nothing, the dog of the first image is missed, that of the second
  /// found. At 0.2 the first dog is found, too.
  void countsFollowTheScoreAndAveragePrecisionDoesNot() {
    const auto view = shown<DetectionView>(theme_, detectedSet());
    auto* sum = at<QLabel>(*view, "counts");
    QTRY_VERIFY(sum->text().startsWith("All samples: 2 right, 1 wrong, 1 missed"));
    const QString measure = at<QLabel>(*view, "measure")->text();
    QVERIFY(measure.contains("mAP 71.23 %") && measure.contains("all scores"));
    at<QSlider>(*view, "score")->setValue(20);
    QVERIFY(sum->text().startsWith("All samples: 3 right, 1 wrong, 0 missed"));
    QCOMPARE(at<QTableWidget>(*view, "class_counts")->item(1, 2)->text(), QString("2"));
    QCOMPARE(at<QLabel>(*view, "measure")->text(), measure);
    at<QSlider>(*view, "score")->setValue(95);
    QVERIFY(sum->text().startsWith("All samples: 0 right, 0 wrong, 3 missed"));
    QCOMPARE(at<QTableWidget>(*view, "class_counts")->item(2, 5)->text(), QString("–"));
  }

  void boxesTellHowTheyStandToTheTruth() {
    const auto view = shown<DetectionView>(theme_, detectedSet());
    auto* picture = at<PredictionPicture>(*view, "detection_picture");
    const auto kinds = [&] {
      std::vector<BoxKind> all;
      for (const DrawnBox& box : picture->boxes()) all.push_back(box.kind);
      return all;
    };
    QCOMPARE(kinds(), (std::vector<BoxKind>{BoxKind::missed, BoxKind::wrong, BoxKind::right}));
    QCOMPARE(picture->boxes()[2].text, QString("✓ cat 0.90"));
    at<QComboBox>(*view, "class_filter")->setCurrentIndex(2);  // dogs
    QCOMPARE(kinds(), (std::vector<BoxKind>{BoxKind::missed}));
    at<QSlider>(*view, "score")->setValue(10);
    QCOMPARE(kinds(), (std::vector<BoxKind>{BoxKind::right}));
    QVERIFY(at<QLabel>(*view, "counts")->text().startsWith("All samples: 2 right, 0 wrong, 0 missed"));
  }

  /// Squares of 10 and of 2 to the clean picture: 28.13 and 42.11 dB.
  void restoredPicturesHaveTheirRatios() {
    const auto set = restoredSet();
    const RestoredSample read = readRestored(*set, 0);
    QVERIFY(std::abs(read.before - 10 * std::log10(65025.0 / 100)) < 1e-9);
    QVERIFY(std::abs(read.after - 10 * std::log10(65025.0 / 4)) < 1e-9);
    const auto view = shown<DenoisingView>(theme_, set);
    auto* difference = at<PredictionPicture>(*view, "denoising_difference");
    QCOMPARE(difference->picture().pixel(0, 0), qRgb(16, 16, 16));  // 2 x 8
    at<QComboBox>(*view, "difference_factor")->setCurrentIndex(0);
    QCOMPARE(difference->picture().pixel(0, 0), qRgb(2, 2, 2));
    QVERIFY(at<PredictionPicture>(*view, "denoising_after")->accessibleName().contains("42.11 dB"));
  }

  void everyViewCanBeEmptied() {
    for (const TargetKind kind :
         {TargetKind::label, TargetKind::labelMap, TargetKind::boxes, TargetKind::picture}) {
      const std::unique_ptr<PredictionView> view(makePredictionView(kind, theme_, nullptr));
      const Predictions set = kind == TargetKind::label      ? classifiedSet()
                              : kind == TargetKind::labelMap ? segmentedSet()
                              : kind == TargetKind::boxes    ? detectedSet()
                                                             : restoredSet();
      view->resize(700, 500);
      static_cast<QWidget*>(view.get())->show();
      view->show(set);
      view->show(nullptr);  // while it reads
      view->step(1);
      QTRY_VERIFY(!view->isReading());
      view->show(set);
      QTRY_VERIFY(!view->isReading());
      QVERIFY(!view->grab().isNull());
    }
  }
};

QTEST_MAIN(TestPredictionViews)
#include "tst_prediction_views.moc"
