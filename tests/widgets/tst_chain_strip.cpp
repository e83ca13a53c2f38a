#include <QApplication>

#include "tests/widgets/OpsTools.h"
#include "widgets/panels/ops/ChainStrip.h"
#include "widgets/panels/ops/ChainView.h"

using namespace uada;
using namespace uada::test;

/// Where the pictures of a chain stand, and how they are drawn.
class TestChainStrip : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { bench_ = std::make_unique<OpsBench>(); }
  void cleanup() { bench_.reset(); }

  void stripsFitOrScroll();
  void chainsStandInOneRow();
  void lastPictureIsInSight();
  void smallerPicturesAreAveraged();

 private:
  std::unique_ptr<OpsBench> bench_;
};

void TestChainStrip::stripsFitOrScroll() {
  const auto caption = [](int) { return 60; };
  for (const int width : {300, 640, 1200, 2500})
    for (const int source : {28, 32, 224, 512}) {
      const StripGrid grid = stripGrid({width, 400}, 7, source, caption);
      QVERIFY(grid.columns * grid.rows >= 7);
      QVERIFY(grid.columns == 1 || grid.columns * grid.cellWidth - 16 <= width);
      QVERIFY(grid.scale >= 1 ? grid.scale == std::floor(grid.scale)
                              : 1 / grid.scale == std::floor(1 / grid.scale));
      QVERIFY(grid.side >= 84);
    }
  QVERIFY(stripGrid({2500, 900}, 7, 32, caption).scale > stripGrid({640, 400}, 7, 32, caption).scale);
}

/// At the sizes of an ordinary window; larger pixels are whole.
void TestChainStrip::chainsStandInOneRow() {
  std::vector<int> asked;
  const auto caption = [&](int width) {
    asked.push_back(width);
    return 60;
  };
  const auto row = [&](QSize room, int count, int source, int side) {
    const StripGrid grid = stripGrid(room, count, source, caption);
    const bool whole = side < source || side % source == 0;
    return grid.rows == 1 && grid.columns == count && grid.side == side && whole &&
           count * grid.cellWidth - 16 <= room.width() && asked.back() == grid.cellWidth - 16;
  };
  // (672 + 16) / 6 - 16 = 98 pixels for a picture
  for (const int height : {120, 160, 320})
    for (const auto& [source, side] : {std::pair{28, 84}, {32, 96}, {96, 96}, {224, 98}, {512, 98}})
      QVERIFY2(row({672, height}, 6, source, height < 320 && source > 96 ? 96 : side),
               qPrintable(QString("%1 in %2").arg(source).arg(height)));
  QVERIFY(row({1200, 700}, 6, 32, 160));
  QVERIFY(row({1200, 700}, 6, 224, 186));
  QVERIFY(row({672, 320}, 3, 224, 213));
  // Too small for one row, or too many: in rows, at a zoom that is worth looking at.
  for (const auto& [width, count, source] :
       {std::tuple{672, 6, 64}, {400, 6, 224}, {672, 7, 224}, {672, 6, 33}}) {
    const StripGrid grid = stripGrid({width, 320}, count, source, caption);
    QVERIFY(grid.rows > 1);
    QVERIFY(grid.side >= 96);
  }
}

/// Of a sample's chain of six in a small window: the network's picture without scrolling.
void TestChainStrip::lastPictureIsInSight() {
  for (const int side : {28, 32, 224}) {
    ChainView view(bench_->workbench);
    view.resize(692, 420);
    view.show();
    view.setPicture(sampleOf(side, 3));
    auto* policy = at<QComboBox>(view, "chain_policy");
    policy->setCurrentIndex(policy->findText("UADA for CIFAR"));
    QApplication::processEvents();
    const ChainStrip& strip = view.strip();
    QCOMPARE(strip.stages().size(), std::size_t{6});
    QCOMPARE(strip.stageAt({strip.width() - 40, 40}), 5);
    QVERIFY(!strip.visibleRegion().isEmpty());
    QVERIFY(strip.visibleRegion().boundingRect().contains(QRect(strip.width() - 40, 0, 20, 90)));
  }
}

/// Alternating black and white, a third as large, is grey all over.
void TestChainStrip::smallerPicturesAreAveraged() {
  Stage stage;
  stage.image = Image(300, 300);
  for (std::size_t i = 0; i < stage.image.rgb.size(); ++i)
    stage.image.rgb[i] = (i / 3 + i / 900) % 2 == 0 ? 0 : 255;
  ChainStrip strip(bench_->theme);
  strip.resize(104, 200);
  strip.setRoom({104, 200});
  strip.setStages({stage});
  const QImage shown = strip.grab().toImage();
  for (int x = 20; x < 60; ++x) {
    const int grey = qGray(shown.pixel(x, 30));
    QVERIFY2(grey > 100 && grey < 155, qPrintable(QString::number(grey)));
  }
}

QTEST_MAIN(TestChainStrip)
#include "tst_chain_strip.moc"
