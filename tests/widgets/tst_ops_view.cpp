#include <QClipboard>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>
#include <QTabBar>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <set>

#include "core/augment/found/Library.h"
#include "core/base/Error.h"
#include "core/images/ImageIo.h"
#include "tests/core/AugmentTools.h"
#include "tests/core/FakeEngine.h"
#include "widgets/panels/OpsPanel.h"
#include "widgets/panels/ops/ChainStrip.h"
#include "widgets/panels/ops/ChainView.h"
#include "widgets/panels/ops/OpExplorer.h"
#include "widgets/panels/ops/PictureGrid.h"
#include "widgets/panels/ops/PixelView.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;
using namespace uada::test;

/// A picture of any size, with every byte different from its neighbours.
static Image pattern(int width, int height) {
  Image image(width, height);
  for (std::size_t i = 0; i < image.rgb.size(); ++i)
    image.rgb[i] = static_cast<std::uint8_t>(i * 37 + i / 91);
  return image;
}

static OpsPicture pictureOf(const Image& image) {
  OpsPicture picture;
  picture.image = image;
  picture.title = "pattern";
  return picture;
}

static OpsPicture sampleOf(int side, std::uint32_t index) {
  OpsPicture picture;
  picture.data = std::make_shared<const Dataset>(makeData(side, 16));
  picture.statistics = channelStatistics(*picture.data);
  picture.index = index;
  picture.image = Image(picture.data->image(index));
  return picture;
}

/// The panel over a session without project.
struct Bench {
  QTemporaryDir folder;
  Theme theme{Theme::Kind::light};
  QSettings settings{folder.filePath("settings.ini"), QSettings::IniFormat};
  FakeEngine engine;
  Session session{theme, [this]() -> Engine& { return engine; }};
  Workbench workbench{session, settings, theme};

  QString file(const char* name, const Image& image) const {
    const QString path = folder.filePath(name);
    writePng(path.toStdString(), image.view());
    return path;
  }
};

template <class Editor>
static Editor* at(const QWidget& view, const char* name) {
  auto* editor = view.findChild<Editor*>(name);
  if (!editor) qFatal("no %s", name);
  return editor;
}

static void chooseData(QComboBox* combo, int data) { combo->setCurrentIndex(combo->findData(data)); }

class TestOpsView : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { bench_ = std::make_unique<Bench>(); }
  void cleanup() { bench_.reset(); }

  void sliderShowsTheOpItself_data();
  void sliderShowsTheOpItself();
  void typedValuesAreRaw();
  void samplingIsTheGridsUnlessChosen();
  void partnersAreTrainingImages();
  void differencesAreCounted();
  void picturesMoveAsOne();
  void everyOpIsOfferedWithItsRule();
  void cellsUseTheRoom();

  void filesAreReadAndRefusedInWords();
  void samplesOfADataSetAreFollowed();
  void droppedFilesOpen();

  void everyPolicyShowsTheRenderersPixels();
  void plansAreThoseOfTraining();
  void plansGoThroughTheClipboard();
  void wrongPlansAreExplained_data();
  void wrongPlansAreExplained();
  void everySubpolicyIsVisited();
  void schedulesFollowTheEpoch();
  void opsOpenInTheExplorer();
  void runsPlansAreCompared();
  void resizedCropsTakeTheWholePicture();
  void stripsFitOrScroll();

 private:
  std::unique_ptr<Bench> bench_;
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
        const double level = info.continuous ? place / 200.0 : place;
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
  sampling.other = picture.data->image(7);
  Image expected(32, 32);
  findOp("sample_pairing").apply(picture.image.view(), expected.span(), 0.4, sampling);
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
    QVERIFY(!opGroup(ops()[i]).empty());
  }
}

void TestOpsView::cellsUseTheRoom() {
  QCOMPARE(columnsFor({676, 400}, 4), 2);
  QCOMPARE(columnsFor({1400, 300}, 4), 4);
  QCOMPARE(columnsFor({200, 900}, 4), 1);
}

void TestOpsView::filesAreReadAndRefusedInWords() {
  OpsPanel panel(bench_->workbench);
  panel.resize(900, 600);
  panel.show();
  const auto* empty = panel.findChild<QLabel*>("emptyTitle");
  QVERIFY(empty->isVisible());
  auto* problem = at<QLabel>(panel, "source_problem");
  const auto read = [&](const QString& file) {
    PictureRequest request;
    request.file = file.toStdString();
    panel.source().read(request);
  };
  const QString text = bench_->folder.filePath("letter.png");
  writeFileAtomically(text.toStdString(), "Dear reader");
  read(text);
  QTRY_VERIFY(problem->isVisible());
  QVERIFY2(problem->text().contains("letter.png") && problem->text().contains("neither a PNG nor a JPEG"),
           qPrintable(problem->text()));
  QVERIFY(empty->isVisible());
  read(bench_->file("wide.png", Image(4097, 1)));
  QTRY_VERIFY2(problem->text().contains("4097"), qPrintable(problem->text()));
  read(bench_->file("small.png", pattern(5, 3)));
  QTRY_VERIFY(!empty->isVisible());
  QVERIFY(!problem->isVisible());
  QVERIFY(panel.source().picture().image == pattern(5, 3));
  read(bench_->folder.filePath("gone.png"));  // what was there stays
  QTRY_VERIFY(problem->isVisible());
  QVERIFY(panel.source().picture().image == pattern(5, 3));
}

/// While one is read, only the last that was asked for counts.
void TestOpsView::samplesOfADataSetAreFollowed() {
  if (!findDataset("fashion_mnist").find({})) QSKIP("Fashion-MNIST is not installed");
  OpsPanel panel(bench_->workbench);
  panel.show();
  PictureRequest request;
  request.dataset = "fashion_mnist";
  request.trainLimit = 100;
  request.index = 3;
  QSignalSpy loaded(&panel.source(), &PictureSource::loaded);
  panel.source().read(request);
  request.index = 4;
  panel.source().read(request);
  QTRY_COMPARE_WITH_TIMEOUT(loaded.count(), 1, 20000);
  QCOMPARE(panel.source().picture().index, 4U);
  auto* sample = at<QSpinBox>(panel, "source_sample");
  QVERIFY(sample->isVisible());
  QCOMPARE(sample->maximum(), 99);
  sample->setValue(42);
  const OpsPicture& picture = panel.source().picture();
  QVERIFY(picture.image == Image(picture.data->image(42)));
}

void TestOpsView::droppedFilesOpen() {
  OpsPanel panel(bench_->workbench);
  panel.show();
  QMimeData data;
  data.setUrls({QUrl::fromLocalFile(bench_->file("dropped.png", pattern(9, 9)))});
  QDragEnterEvent enter({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QCoreApplication::sendEvent(&panel, &enter);
  QVERIFY(enter.isAccepted());
  QDropEvent drop({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QCoreApplication::sendEvent(&panel, &drop);
  QTRY_VERIFY(panel.source().picture().image == pattern(9, 9));
}

void TestOpsView::everyPolicyShowsTheRenderersPixels() {
  const OpsPicture picture = sampleOf(32, 5);
  ChainView view(bench_->workbench);
  view.setPicture(picture);
  auto* policy = at<QComboBox>(view, "chain_policy");
  ThreadPool pool(1);
  const ChainSource source = chainSource(picture, 0);
  const Renderer renderer(*picture.data, source.render, pool);
  QVERIFY(policyChoices().size() > policies().size());
  for (std::size_t i = 0; i < policyChoices().size(); ++i) {
    chooseData(policy, static_cast<int>(i));
    for (int seed = 1; seed < 6; ++seed) {
      at<QSpinBox>(view, "chain_seed")->setValue(seed);
      const std::string text = at<QPlainTextEdit>(view, "chain_plan")->toPlainText().toStdString();
      const Image image = renderer.picture(5, planFromJson(parseJson(text, "shown")));
      QCOMPARE(view.hash().toStdString(), sha256(std::as_bytes(std::span(image.rgb))));
    }
  }
}

/// A run with that seed draws the same plan for the sample in that epoch.
void TestOpsView::plansAreThoseOfTraining() {
  const auto space = findPolicy("uada-cifar").make(parseJson("{}", "test"), {32, 4, 200});
  Random random(77, 3, 9, Purpose::plan);
  const std::string expected = toJson(space->sample(random, 3)).dump();
  ChainView view(bench_->workbench);
  view.setPicture(sampleOf(32, 9));
  auto* policy = at<QComboBox>(view, "chain_policy");
  policy->setCurrentIndex(policy->findText("UADA for CIFAR"));
  at<QSpinBox>(view, "chain_epoch")->setValue(3);
  at<QSpinBox>(view, "chain_seed")->setValue(77);
  QCOMPARE(at<QPlainTextEdit>(view, "chain_plan")->toPlainText().toStdString(), expected);
  at<QPushButton>(view, "chain_reroll")->click();
  QVERIFY(at<QSpinBox>(view, "chain_seed")->value() != 77);
}

void TestOpsView::plansGoThroughTheClipboard() {
  ChainView view(bench_->workbench);
  view.setPicture(pictureOf(pattern(60, 50)));
  auto* policy = at<QComboBox>(view, "chain_policy");
  policy->setCurrentIndex(policy->findText("RandAugment"));
  at<QSpinBox>(view, "chain_seed")->setValue(12);
  const QString hash = view.hash(), json = at<QPlainTextEdit>(view, "chain_plan")->toPlainText();
  QCOMPARE(hash.size(), 64);
  at<QPushButton>(view, "chain_copy_plan")->click();
  at<QSpinBox>(view, "chain_seed")->setValue(13);
  QVERIFY(view.hash() != hash);
  at<QPushButton>(view, "chain_paste_plan")->click();
  QCOMPARE(view.hash(), hash);
  QCOMPARE(at<QPlainTextEdit>(view, "chain_plan")->toPlainText(), json);
  at<QToolButton>(view, "chain_copy_hash")->click();
  QCOMPARE(QGuiApplication::clipboard()->text(), hash);
  view.setPicture(pictureOf(pattern(50, 60)));  // the plan stays, the pixels are others
  QCOMPARE(at<QPlainTextEdit>(view, "chain_plan")->toPlainText(), json);
  QVERIFY(view.hash() != hash);
}

void TestOpsView::wrongPlansAreExplained_data() {
  QTest::addColumn<QString>("plan");
  QTest::addColumn<QString>("words");
  QTest::newRow("no JSON") << "{\"crop\":[4," << "line 1";
  QTest::newRow("key") << "{\"cropp\":[4,7]}" << "cropp";
  QTest::newRow("op") << "{\"chain\":[{\"op\":\"rotat\",\"level\":1,\"sign\":1}]}" << "rotat";
  QTest::newRow("sign") << "{\"chain\":[{\"op\":\"rotate\",\"level\":1,\"sign\":3}]}" << "sign";
  QTest::newRow("grid") << "{\"grid\":\"uc10\",\"chain\":[{\"op\":\"solarize_add\",\"level\":1,\"sign\":1}]}"
                        << "no levels";
  QTest::newRow("empty") << "" << "";
}

void TestOpsView::wrongPlansAreExplained() {
  QFETCH(QString, plan);
  QFETCH(QString, words);
  ChainView view(bench_->workbench);
  view.resize(700, 600);
  view.show();
  view.setPicture(pictureOf(pattern(32, 32)));
  const QString before = view.hash();
  auto* json = at<QPlainTextEdit>(view, "chain_plan");
  const QString good = json->toPlainText();
  json->setPlainText(plan);
  auto* problem = at<QLabel>(view, "chain_plan_problem");
  QVERIFY(problem->isVisible());
  QVERIFY2(problem->text().contains(words), qPrintable(problem->text()));
  QVERIFY(view.hash().isEmpty());
  QVERIFY(!at<QPushButton>(view, "chain_copy_plan")->isEnabled());
  json->setPlainText(good);
  QVERIFY(!problem->isVisible());
  QCOMPARE(view.hash(), before);
}

void TestOpsView::everySubpolicyIsVisited() {
  const FoundPolicy policy = loadPolicy("autoaugment-cifar10").policy;
  ChainView view(bench_->workbench);
  view.setPicture(sampleOf(32, 0));
  auto* choice = at<QComboBox>(view, "chain_policy");
  choice->setCurrentIndex(choice->findText("AutoAugment"));
  auto* next = at<QToolButton>(view, "chain_next");
  for (std::size_t k = 0; k < policy.lists.size(); ++k) {
    next->click();
    QCOMPARE(at<QSpinBox>(view, "chain_sub")->value(), static_cast<int>(k) + 1);
    const Plan plan =
        planFromJson(parseJson(at<QPlainTextEdit>(view, "chain_plan")->toPlainText().toStdString(), "shown"));
    QCOMPARE(std::size_t{plan.stepCount}, policy.lists[k].size());
    for (std::size_t i = 0; i < plan.stepCount; ++i) QCOMPARE(plan.steps[i].op, policy.lists[k][i].op);
    QCOMPARE(at<QLabel>(view, "chain_policy_text")->text().toStdString(), listText(policy, policy.lists[k]));
  }
  next->click();  // round again: as drawn
  QCOMPARE(at<QSpinBox>(view, "chain_sub")->value(), 0);
  at<QToolButton>(view, "chain_previous")->click();
  QCOMPARE(at<QSpinBox>(view, "chain_sub")->value(), 25);
}

void TestOpsView::schedulesFollowTheEpoch() {
  ChainView view(bench_->workbench);
  view.setPicture(sampleOf(32, 0));
  auto* choice = at<QComboBox>(view, "chain_policy");
  choice->setCurrentIndex(choice->findText("example-segments (2)"));
  QCOMPARE(at<QSpinBox>(view, "chain_epochs")->value(), 50);
  const auto* text = at<QLabel>(view, "chain_policy_text");
  QVERIFY2(text->text().startsWith("Segment 1 of 2, epochs 1 to 20: rotate 2 (30 %)"),
           qPrintable(text->text()));
  at<QSpinBox>(view, "chain_epoch")->setValue(21);
  QVERIFY2(text->text().startsWith("Segment 2 of 2, epochs 21 to 50"), qPrintable(text->text()));
  choice->setCurrentIndex(choice->findText("example-elements (2)"));
  at<QSpinBox>(view, "chain_epochs")->setValue(10);
  at<QSpinBox>(view, "chain_epoch")->setValue(6);
  QVERIFY2(text->text().startsWith("Part 2 of 2, epochs 6 to 10: 60 %"), qPrintable(text->text()));
}

/// A stage's op, opened in the explorer with the picture before it, gives the stage's pixels.
void TestOpsView::opsOpenInTheExplorer() {
  const OpsPicture picture = sampleOf(32, 2);
  ChainView view(bench_->workbench);
  OpExplorer explorer(bench_->workbench);
  connect(&view, &ChainView::opWanted, &explorer,
          [&](const OpsPicture& image, const OpSetting& setting, const QString& caption) {
            explorer.setPicture(image, caption);
            explorer.setSetting(setting);
          });
  view.setPicture(picture);
  int opened = 0;
  for (std::size_t i = 0; i < policyChoices().size(); ++i) {
    chooseData(at<QComboBox>(view, "chain_policy"), static_cast<int>(i));
    for (int seed = 1; seed < 10; ++seed) {
      at<QSpinBox>(view, "chain_seed")->setValue(seed);
      for (std::size_t k = 0; k < view.strip().stages().size(); ++k) {
        const Stage& stage = view.strip().stages()[k];
        if (stage.part != Stage::Part::op || !stage.done) continue;
        Q_EMIT const_cast<ChainStrip&>(view.strip()).opWanted(static_cast<int>(k));
        QVERIFY2(explorer.result() == stage.image, stage.title.c_str());
        ++opened;
      }
    }
  }
  QVERIFY(opened > 50);
}

/// A run's plan, on the picture kept with it where the data set is not there, with the recorded hash.
void TestOpsView::runsPlansAreCompared() {
  const OpsPicture picture = sampleOf(32, 1);
  ThreadPool pool(1);
  const Renderer renderer(*picture.data, chainSource(picture, 0).render, pool);
  SamplePlan sample;
  sample.title = "sample 1 at step 5 of a run";
  sample.dataset.name = "cifar10";
  sample.dataset.settings["folder"] = bench_->folder.filePath("nowhere").toStdString();
  sample.plan = examplePlan();
  sample.pixelHash = QString::fromStdString(pixelHash(renderer.picture(1, sample.plan).view()));
  sample.original = picture.image;
  OpsPanel panel(bench_->workbench);
  panel.resize(900, 600);
  panel.show();
  panel.open(sample);
  QTRY_VERIFY_WITH_TIMEOUT(panel.findChild<QLabel*>("chain_hash_state"), 20000);
  auto* state = at<QLabel>(panel, "chain_hash_state");
  QTRY_VERIFY_WITH_TIMEOUT(state->isVisible(), 20000);
  QCOMPARE(state->text(), QString("✓ equal"));
  QVERIFY(at<QLabel>(panel, "chain_policy_text")->text().contains("nowhere"));
  QCOMPARE(at<QTabBar>(panel, "ops_tabs")->currentIndex(), 1);
  at<QLineEdit>(panel, "chain_expected")->setText(QString(64, '0'));
  QCOMPARE(state->text(), QString("✗ differs"));
}

/// A random resized crop is drawn in the picture as it is, not in its square.
void TestOpsView::resizedCropsTakeTheWholePicture() {
  const Image image = pattern(90, 50);
  ChainSource source = chainSource(pictureOf(image), 32);
  QCOMPARE(source.square->width, 32);
  const PolicyChoice choice{"", "randaugment", "", "", ""};
  for (int seed = 1; seed < 20; ++seed) {
    const Plan plan = drawPlan(choice, parseJson(R"({"crop":"resized"})", "test"), {seed}, source);
    QVERIFY(plan.resizedCrop && plan.resizedCrop->source == (ImageSize{90, 50}));
    const std::vector<Stage> stages = stagesOf(source, plan);
    QVERIFY(stages.front().image == image);
    QCOMPARE(stages.back().image.width, 32);
  }
  Plan foreign = drawPlan(choice, parseJson(R"({"crop":"resized"})", "test"), {1}, source);
  foreign.resizedCrop->source = {91, 50};
  QVERIFY_THROWS_EXCEPTION(Error, stagesOf(source, foreign));
}

void TestOpsView::stripsFitOrScroll() {
  for (const int width : {300, 640, 1200, 2500})
    for (const int source : {28, 32, 224, 512}) {
      const StripGrid grid = stripGrid({width, 400}, 7, source, 60);
      QVERIFY(grid.columns * grid.rows >= 7);
      QVERIFY(grid.columns == 1 || grid.columns * grid.cellWidth - 24 <= width);
      QVERIFY(grid.scale >= 1 ? grid.scale == std::floor(grid.scale)
                              : 1 / grid.scale == std::floor(1 / grid.scale));
      QVERIFY(grid.side >= 84);
    }
  QVERIFY(stripGrid({2500, 900}, 7, 32, 60).scale > stripGrid({640, 400}, 7, 32, 60).scale);
}

QTEST_MAIN(TestOpsView)
#include "tst_ops_view.moc"
