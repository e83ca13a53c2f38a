#include <QDoubleSpinBox>
#include <QLabel>
#include <QSlider>
#include <QSpinBox>
#include <QToolButton>
#include <set>

#include "core/augment/Stages.h"
#include "core/ops/Resize.h"
#include "tests/widgets/OpsTools.h"
#include "widgets/panels/ops/OpExplorer.h"
#include "widgets/panels/ops/PictureGrid.h"
#include "widgets/panels/ops/PixelView.h"

using namespace uada;
using namespace uada::test;

class TestOpsView : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { bench_ = std::make_unique<OpsBench>(); }
  void cleanup() { bench_.reset(); }

  void sliderShowsTheOpItself_data();
  void sliderShowsTheOpItself();
  void typedValuesAreRaw();
  void levelsAreShownAsInCaptions();
  void opsWorkWithoutAGrid_data() { sliderShowsTheOpItself_data(); }
  void opsWorkWithoutAGrid();
  void noLevelIsNoNumber();
  void samplingIsTheGridsUnlessChosen();
  void partnersAreTrainingImages();
  void partnersAreBroughtToSizeAsInTraining();
  void partnersMayBeFiles();
  void differencesAreCounted();
  void picturesMoveAsOne();
  void smoothPicturesFillTheRoom();
  void everyOpIsOfferedWithItsRule();
  void opsStandUnderWhatTheyDo();
  void cellsUseTheRoom();

 private:
  std::unique_ptr<OpsBench> bench_;
};

void TestOpsView::sliderShowsTheOpItself_data() {
  QTest::addColumn<int>("op");
  for (std::size_t i = 0; i < ops().size(); ++i) QTest::newRow(ops()[i].name.c_str()) << static_cast<int>(i);
}

/// On a picture that is no square, at every third level of every grid and of both signs.
void TestOpsView::sliderShowsTheOpItself() {
  QFETCH(int, op);
  const Op& entry = ops()[static_cast<std::size_t>(op)];
  const Image image = pattern(37, 23);
  OpExplorer explorer(bench_->workbench);
  explorer.setPicture(pictureOf(image), "Original");
  chooseData(at<QComboBox>(explorer, "op_choice"), op);
  auto* slider = at<QSlider>(explorer, "op_level");
  for (const GridInfo& info : grids()) {
    chooseData(at<QComboBox>(explorer, "op_grid"), static_cast<int>(info.grid));
    QCOMPARE(slider->isEnabled(), entry.hasValue && hasLevels(entry, info.grid));
    for (const bool negative : {false, true}) {
      at<QToolButton>(explorer, "op_sign")->setChecked(negative);
      for (int place = 0; place <= slider->maximum(); place += info.continuous ? 40 : 3) {
        slider->setValue(place);
        const double level = info.continuous ? info.top * place / 200.0 : place;
        const int side = entry.name.ends_with("_y") ? 23 : 37;
        Image expected(37, 23);
        const double value = hasLevels(entry, info.grid)
                                 ? rawValue(entry, info.grid, level, negative ? -1 : 1, side)
                                 : std::nan("");
        entry.apply(image.view(), expected.span(), value, samplingOf(info.grid, entry));
        QVERIFY2(explorer.result() == expected,
                 qPrintable(QString("%1 at %2").arg(info.name.data()).arg(place)));
        if (entry.hasValue && !std::isnan(value))
          QVERIFY(std::abs(at<QDoubleSpinBox>(explorer, "op_raw")->value() - value) < 1e-4);
      }
    }
  }
}

void TestOpsView::typedValuesAreRaw() {
  const Image image = pattern(20, 20);
  OpExplorer explorer(bench_->workbench);
  explorer.setPicture(pictureOf(image), "Original");
  chooseData(at<QComboBox>(explorer, "op_choice"), static_cast<int>(opIndex("posterize")));
  at<QDoubleSpinBox>(explorer, "op_raw")->setValue(3);
  Image expected(20, 20);
  findOp("posterize").apply(image.view(), expected.span(), 3, {});
  QVERIFY(explorer.result() == expected);
  QCOMPARE(at<QLabel>(explorer, "op_level_text")->text(), QString("typed"));
  at<QSlider>(explorer, "op_level")->setValue(9);  // back on the grid: 8 - 4 bits
  findOp("posterize").apply(image.view(), expected.span(), 4, {});
  QVERIFY(explorer.result() == expected);
  QCOMPARE(at<QLabel>(explorer, "op_level_text")->text(), QString("level 9 of 9"));
  chooseData(at<QComboBox>(explorer, "op_grid"), -1);  // the slider covers the raw values
  at<QSlider>(explorer, "op_level")->setValue(at<QSlider>(explorer, "op_level")->maximum());
  QCOMPARE(at<QDoubleSpinBox>(explorer, "op_raw")->value(), findOp("posterize").max);
}

/// Four digits for a level's value, which stays itself; what was typed stays as it was typed.
void TestOpsView::levelsAreShownAsInCaptions() {
  OpExplorer explorer(bench_->workbench);
  explorer.setPicture(pictureOf(pattern(20, 20)), "Original");
  OpSetting setting;
  setting.op = opIndex("solarize");
  setting.level = 6;  // 256 - 6 * 256 / 9
  explorer.setSetting(setting);
  auto* raw = at<QDoubleSpinBox>(explorer, "op_raw");
  QCOMPARE(raw->text().toStdString(), rawValueText(findOp("solarize"), rawValueOf(setting, 20, 20)));
  QCOMPARE(raw->text(), QString("threshold 85.33"));
  QVERIFY(std::abs(raw->value() - 256.0 / 3) < 1e-4);
  QTest::keyClick(raw, Qt::Key_Return);  // looked at, not typed
  QVERIFY(!explorer.setting().typed);
  QVERIFY(std::abs(raw->value() - 256.0 / 3) < 1e-4);
  raw->selectAll();
  QTest::keyClicks(raw, "128.7525");
  QTest::keyClick(raw, Qt::Key_Return);
  QCOMPARE(raw->text(), QString("threshold 128.7525"));
  QCOMPARE(explorer.setting().typed.value_or(0), 128.7525);
  at<QSlider>(explorer, "op_level")->setValue(3);
  QCOMPARE(raw->text(), QString("threshold 170.7"));
}

/// Also those without levels on the grid that was chosen before: there is a raw value from the beginning.
void TestOpsView::opsWorkWithoutAGrid() {
  QFETCH(int, op);
  const Op& entry = ops()[static_cast<std::size_t>(op)];
  const OpsPicture picture = sampleOf(20, 3);
  OpExplorer explorer(bench_->workbench);
  explorer.setPicture(picture, "Original");
  chooseData(at<QComboBox>(explorer, "op_grid"), -1);
  chooseData(at<QComboBox>(explorer, "op_choice"), op);
  auto* raw = at<QDoubleSpinBox>(explorer, "op_raw");
  const auto expected = [&] {
    Sampling sampling = samplingOf(explorer.setting().grid, entry);
    sampling.other = *picture.data->image(0);
    Image image(20, 20);
    entry.apply(picture.image.view(), image.span(), raw->value(), sampling);
    return image;
  };
  QVERIFY(raw->value() >= entry.min && raw->value() <= entry.max);
  QVERIFY(explorer.result() == expected());
  raw->setValue(0);
  QVERIFY(explorer.result() == expected());
  if (!entry.hasValue) return;
  auto* slider = at<QSlider>(explorer, "op_level");
  QVERIFY(slider->isEnabled());
  slider->setValue(slider->maximum());
  QVERIFY(std::abs(raw->value() - entry.max) < 1e-4);
  QVERIFY(explorer.result() == expected());
}

void TestOpsView::noLevelIsNoNumber() {
  const Image image = pattern(20, 20);
  OpExplorer explorer(bench_->workbench);
  explorer.setPicture(pictureOf(image), "Original");
  chooseData(at<QComboBox>(explorer, "op_choice"), static_cast<int>(opIndex("solarize_add")));
  auto* raw = at<QDoubleSpinBox>(explorer, "op_raw");
  QCOMPARE(raw->text(), QString("none"));
  QVERIFY(explorer.result() == image);
  raw->setValue(0);  // typed: not the same as none
  Image expected(20, 20);
  findOp("solarize_add").apply(image.view(), expected.span(), 0, {});
  QVERIFY(expected != image);
  QVERIFY(explorer.result() == expected);
  chooseData(at<QComboBox>(explorer, "op_choice"), static_cast<int>(opIndex("cutout")));
  QCOMPARE(raw->text(), QString("none"));
  raw->stepUp();
  QCOMPARE(raw->value(), 0.0);
}

void TestOpsView::samplingIsTheGridsUnlessChosen() {
  const Image image = pattern(30, 30);
  OpExplorer explorer(bench_->workbench);
  explorer.setPicture(pictureOf(image), "Original");
  OpSetting setting;
  setting.op = opIndex("shear_x");
  setting.level = 9;
  explorer.setSetting(setting);
  Sampling grey;
  grey.fill = {128, 128, 128};
  grey.filter = Filter::bicubic;
  Image expected(30, 30);
  findOp("shear_x").apply(image.view(), expected.span(), 0.3, grey);
  QVERIFY(explorer.result() == expected);
  chooseData(at<QComboBox>(explorer, "op_filter"), static_cast<int>(Filter::bilinear));
  setting = explorer.setting();
  setting.fill = {255, 0, 0};
  explorer.setSetting(setting);
  Sampling red;
  red.fill = {255, 0, 0};
  red.filter = Filter::bilinear;
  findOp("shear_x").apply(image.view(), expected.span(), 0.3, red);
  QVERIFY(explorer.result() == expected);
}

void TestOpsView::partnersAreTrainingImages() {
  const OpsPicture picture = sampleOf(32, 3);
  OpExplorer explorer(bench_->workbench);
  explorer.setPicture(picture, "Original");
  OpSetting setting;
  setting.op = opIndex("sample_pairing");
  setting.grid = Grid::ta31;
  setting.level = 30;
  explorer.setSetting(setting);
  at<QSpinBox>(explorer, "op_partner")->setValue(7);
  Sampling sampling = samplingOf(Grid::ta31, findOp("sample_pairing"));
  sampling.other = *picture.data->image(7);
  Image expected(32, 32);
  findOp("sample_pairing").apply(picture.image.view(), expected.span(), 0.4, sampling);
  QVERIFY(explorer.result() == expected);
}

/// A picture of another size than the data set's: as the renderer mixes it. The number stays in the set.
void TestOpsView::partnersAreBroughtToSizeAsInTraining() {
  OpsPicture picture = sampleOf(40, 3);
  picture.image = pattern(32, 32);
  OpExplorer explorer(bench_->workbench);
  OpSetting setting;
  setting.op = opIndex("sample_pairing");
  setting.grid = Grid::ta31;
  setting.level = 30;
  setting.partner = 12;
  explorer.setSetting(setting);
  explorer.setPicture(picture, "Original");
  Image partner(32, 32), expected(32, 32);
  ResizeScratch scratch;
  resizedCentre(*picture.data->image(12), partner.span(), scratch);
  Sampling sampling;
  sampling.other = partner.view();
  findOp("sample_pairing").apply(picture.image.view(), expected.span(), 0.4, sampling);
  QVERIFY(explorer.result() == expected);
  picture.data = std::make_shared<const ResidentDataset>(makeData(32, 5));
  explorer.setPicture(picture, "Original");
  QCOMPARE(at<QSpinBox>(explorer, "op_partner")->value(), 4);
  QCOMPARE(explorer.setting().partner, 4U);
  sampling.other = *picture.data->image(4);
  findOp("sample_pairing").apply(picture.image.view(), expected.span(), 0.4, sampling);
  QVERIFY(explorer.result() == expected);
}

void TestOpsView::partnersMayBeFiles() {
  const Image image = pattern(30, 20), other = pattern(15, 10);
  OpExplorer explorer(bench_->workbench);
  explorer.setPicture(pictureOf(image), "Original");
  OpSetting setting;
  setting.op = opIndex("sample_pairing");
  setting.typed = 0.3;
  explorer.setSetting(setting);
  auto* text = at<QLabel>(explorer, "op_partner_text");
  QVERIFY(text->text().contains("no image chosen"));
  QVERIFY(explorer.result() == image);
  explorer.openPartner(bench_->file("wide.png", Image(4097, 1)));
  auto* problem = at<QLabel>(explorer, "op_problem");
  QTRY_VERIFY2(problem->text().contains("4097"), qPrintable(problem->text()));
  QVERIFY(text->text().contains("no image chosen"));
  explorer.openPartner(bench_->file("other.png", other));
  QTRY_COMPARE(text->text(), QString("scaled to the same size"));
  QVERIFY(problem->text().isEmpty());
  const Image partner = resized(other.view(), 30, 20, Filter::bilinear);
  Sampling sampling;
  sampling.other = partner.view();
  Image expected(30, 20);
  findOp("sample_pairing").apply(image.view(), expected.span(), 0.3, sampling);
  QVERIFY(explorer.result() == expected);
}

void TestOpsView::differencesAreCounted() {
  Image a(2, 1), b(2, 1);
  a.rgb = {10, 20, 30, 40, 50, 60};
  b.rgb = {10, 20, 30, 47, 50, 20};
  const PixelDifference difference = differenceOf(a, b);
  QCOMPARE(difference.most, 40);
  QCOMPARE(difference.factor, 6);  // 255 / 40
  QCOMPARE(difference.changedShare, 0.5);
  QCOMPARE(difference.image.rgb, (std::vector<std::uint8_t>{0, 0, 0, 42, 0, 240}));
  QCOMPARE(differenceOf(a, b, 8).image.rgb, (std::vector<std::uint8_t>{0, 0, 0, 56, 0, 255}));
  QCOMPARE(differenceOf(a, a).factor, 1);
}

/// A picture that is drawn smoothly takes all the room; zoomed, it goes by whole steps.
void TestOpsView::smoothPicturesFillTheRoom() {
  PixelZoom zoom;
  PixelView view(bench_->theme, zoom);
  view.resize(180, 220);
  view.show();
  view.setPicture(QImage(400, 300, QImage::Format_RGB32));
  QCOMPARE(zoom.scale(), 180.0 / 400);
  QCOMPARE(zoom.text(), QString("45 %"));
  zoom.zoom(1, {10, 10});
  QCOMPARE(zoom.scale(), 1.0 / 2);
  zoom.fit();
  zoom.zoom(-1, {10, 10});
  QCOMPARE(zoom.scale(), 1.0 / 3);
  view.setPicture(QImage(60, 60, QImage::Format_RGB32));  // a smaller one in whole steps
  QCOMPARE(zoom.scale(), 3.0);
  view.setPicture(Image(400, 300));  // and so one whose pixels are looked at
  QCOMPARE(zoom.scale(), 1.0 / 3);
}

/// Three views of one zoom: whole factors, the same place, and what is pointed at stays.
void TestOpsView::picturesMoveAsOne() {
  PixelZoom zoom;
  PixelView one(bench_->theme, zoom), two(bench_->theme, zoom);
  one.resize(200, 220);
  two.resize(180, 220);
  one.show();
  two.show();
  one.setPicture(pattern(50, 40));
  QCOMPARE(zoom.scale(), 3.0);  // 180 / 50
  zoom.zoom(2, {10, 10});
  QCOMPARE(zoom.scale(), 5.0);
  zoom.zoom(-8, {10, 10});  // 4 3 2 1 1/2 1/3 1/4 1/5
  QCOMPARE(zoom.scale(), 1.0 / 5);
  zoom.fit();
  QCOMPARE(zoom.scale(), 3.0);
  zoom.zoom(3, {10, 10});
  zoom.moveBy({1000, 0});
  QCOMPARE(zoom.centre().x(), 50 - 200 / 6.0 / 2);  // the right edge stays at the wider view's
  const QImage shown = one.grab().toImage();
  QCOMPARE(zoom.text(), QString("6 ×"));
  std::set<QRgb> colours;  // crisp: no colour that the picture does not have
  for (int x = 0; x < 200; ++x) colours.insert(shown.pixel(x, 120));
  const Image image = pattern(50, 40);
  int foreign = 0;
  for (const QRgb colour : colours) {
    bool known = false;
    for (std::size_t i = 0; i < image.rgb.size(); i += 3)
      known = known || qRgb(image.rgb[i], image.rgb[i + 1], image.rgb[i + 2]) == colour;
    foreign += known ? 0 : 1;
  }
  QVERIFY2(foreign <= 1, qPrintable(QString::number(foreign)));  // what is beside the picture
}

void TestOpsView::everyOpIsOfferedWithItsRule() {
  OpExplorer explorer(bench_->workbench);
  auto* combo = at<QComboBox>(explorer, "op_choice");
  for (std::size_t i = 0; i < ops().size(); ++i) {
    const int row = combo->findData(static_cast<int>(i));
    QVERIFY(row >= 0);
    QVERIFY(
        combo->itemData(row, Qt::ToolTipRole).toString().contains(QString::fromStdString(ops()[i].source)));
  }
}

void TestOpsView::opsStandUnderWhatTheyDo() {
  for (const auto& [op, group] : {std::pair{"shear_x", "Moves pixels"},
                                  {"rotate", "Moves pixels"},
                                  {"flip_lr", "Moves pixels"},
                                  {"cutout", "Hides or mixes"},
                                  {"sample_pairing", "Hides or mixes"},
                                  {"solarize", "Look-up table of each channel"},
                                  {"equalize", "Look-up table of each channel"},
                                  {"color", "Blends and filters"},
                                  {"blur", "Blends and filters"}})
    QCOMPARE(opGroup(findOp(op)), std::string_view(group));
  OpExplorer explorer(bench_->workbench);  // each under its heading, which has no op
  const auto* combo = at<QComboBox>(explorer, "op_choice");
  QString heading;
  for (int row = 0; row < combo->count(); ++row) {
    const int op = combo->itemData(row).toInt();
    if (op < 0)
      heading = combo->itemText(row);
    else
      QCOMPARE(heading.toStdString(), std::string(opGroup(ops()[static_cast<std::size_t>(op)])));
  }
}

void TestOpsView::cellsUseTheRoom() {
  QCOMPARE(columnsFor({676, 400}, 4), 2);
  QCOMPARE(columnsFor({1400, 300}, 4), 4);
  QCOMPARE(columnsFor({200, 900}, 4), 1);
}

QTEST_MAIN(TestOpsView)
#include "tst_ops_view.moc"
