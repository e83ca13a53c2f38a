#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTabBar>

#include "core/base/Error.h"
#include "core/engine/RunImages.h"
#include "tests/core/DataTools.h"
#include "tests/core/FolderTools.h"
#include "tests/core/Resident.h"
#include "tests/widgets/OpsTools.h"
#include "widgets/panels/ops/ChainStrip.h"
#include "widgets/panels/ops/ChainView.h"
#include "widgets/panels/ops/OpExplorer.h"
#include "widgets/panels/ops/OpsPanel.h"

using namespace uada;
using namespace uada::test;

namespace {

/// Of a run, whose data set is not there; the hash is not set.
SamplePlan runsPlan(const OpsBench& bench, const Image& original) {
  SamplePlan sample;
  sample.title = "sample 1 at step 5 of a run";
  sample.dataset = {"cifar10", DataSettings{bench.folder.filePath("nowhere").toStdString(), 0, 0}};
  sample.plan = examplePlan();
  sample.original = original;
  return sample;
}

/// A decision on image 5 whose flip was trained on.
Decision flipWon(const Renderer& renderer) {
  Decision decision;
  decision.step = 26;
  decision.index = 5;
  decision.plan = examplePlan();
  decision.plan.boxFill = BoxFill::mean;
  GroupDecision& flip = decision.groups.emplace_back();
  flip.group = "flip";
  flip.candidate = decision.plan;
  flip.candidate.set(flipPart(true));
  decision.winner = 0;
  decision.pixelHash = pixelHash(renderer.picture(5, flip.candidate).view());
  return decision;
}

ChainPolicy resizedPolicy() {
  ChainPolicy policy({"", "randaugment", "", "", ""});
  policy.setFields(parseJson(R"({"crop":"resized"})", "test"));
  return policy;
}

}  // namespace

/// Which pixels the chain view takes a plan to, and what it says of them.
class TestChainPicture : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { bench_ = std::make_unique<OpsBench>(); }
  void cleanup() { bench_.reset(); }

  void runsPlansAreCompared();
  void runsPlansSayWhenTheImagesAreOthers();
  void linesBringTheirImage();
  void linesSayWhenTheImageIsAnother();
  void runsPlansAreDroppedForANewerPicture();
  void resizedCropsTakeTheWholePicture();
  void plansKnowTheObjects();
  void partnersOfResizedCropsAreTheRenderers();
  void filesPicturesAreDescribed();

 private:
  std::unique_ptr<OpsBench> bench_;
};

/// A run's plan, on the picture kept with it where the data set is not there, with the recorded hash.
void TestChainPicture::runsPlansAreCompared() {
  const OpsPicture picture = sampleOf(32, 1);
  ThreadPool pool(1);
  const Renderer renderer(*picture.data, chainSource(picture, 0).render, pool);
  SamplePlan sample = runsPlan(*bench_, picture.image);
  sample.pixelHash = QString::fromStdString(pixelHash(renderer.picture(1, sample.plan).view()));
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

/// The data set's folder may hold other files than the run had.
void TestChainPicture::runsPlansSayWhenTheImagesAreOthers() {
  writeCifar10(bench_->folder.path().toStdString());
  SamplePlan sample = runsPlan(*bench_, pattern(32, 32));
  sample.dataset.set("folder", bench_->folder.path().toStdString());
  const ResidentDataset data =
      resident(runImages(sample.dataset, Split::train, bench_->folder.path().toStdString()));
  OpsPanel panel(bench_->workbench);
  panel.show();
  for (const auto& [hash, foreign] :
       {std::pair{data.hash + "+test", ""}, std::pair{std::string("else+test"), "recorded is else"},
        std::pair{std::string(), "cannot be known"}}) {
    sample.dataHash = hash;
    panel.open(sample);
    QTRY_VERIFY_WITH_TIMEOUT(!panel.source().isBusy(), 20000);
    const QString text = at<QLabel>(panel, "chain_policy_text")->text();
    QVERIFY2(text.startsWith("The plan of sample 1 at step 5 of a run"), qPrintable(text));
    QVERIFY2(*foreign ? text.contains(foreign) : !text.contains(';'), qPrintable(text));
  }
}

/// A pasted line of a decision is drawn from its own image, counted as its run counted, to the stored hash.
void TestChainPicture::linesBringTheirImage() {
  const std::string folder = bench_->folder.path().toStdString();
  writeCifar10(folder);
  const ResidentDataset limited =
      resident(runImages({"cifar10", DataSettings{folder, 6, 0}}, Split::train, folder));
  ThreadPool pool(1);
  const Renderer renderer(limited, runRendering({}, limited), pool);
  const Decision decision = flipWon(renderer);
  OpsPanel panel(bench_->workbench);
  panel.resize(900, 600);
  panel.show();
  panel.source().read({{}, "cifar10", folder, 0, 3});
  QTRY_VERIFY_WITH_TIMEOUT(panel.findChild<QPlainTextEdit*>("chain_plan"), 20000);
  const std::string line =
      decisionToJson(decision, {"3fa2c1d0", "cifar10", 6, limited.hash + "+test"}).dump();
  at<QPlainTextEdit>(panel, "chain_plan")->setPlainText(QString::fromStdString(line));
  QTRY_COMPARE_WITH_TIMEOUT(panel.source().request().trainLimit, 6, 20000);
  QCOMPARE(panel.source().request().folder.string(), folder);
  QCOMPARE(panel.source().picture().index, 5U);
  QVERIFY(panel.source().picture().image == Image(limited.view(5)));
  QCOMPARE(at<QLineEdit>(panel, "chain_hash")->text().toStdString(), decision.pixelHash);
  QCOMPARE(at<QLabel>(panel, "chain_hash_state")->text(), QString("✓ equal"));
  QCOMPARE(at<QLabel>(panel, "chain_policy_text")->text(),
           QString("Replays the candidate of flip, which was trained on at step 26 of run 3fa2c1d0"));
  panel.source().readSample(2);  // another image: the plan stays, and it is said
  QVERIFY(at<QLabel>(panel, "chain_policy_text")
              ->text()
              .endsWith("; it is of training image 5 of 6, not of this one"));
}

void TestChainPicture::linesSayWhenTheImageIsAnother() {
  const std::string folder = bench_->folder.path().toStdString();
  writeCifar10(folder);
  const ResidentDataset data = makeData(32, 8);
  ThreadPool pool(1);
  const Decision decision = flipWon(Renderer(data, runRendering({}, data), pool));
  OpsPanel panel(bench_->workbench);
  panel.show();
  panel.source().read({{}, "cifar10", folder, 0, 5});
  QTRY_VERIFY_WITH_TIMEOUT(panel.findChild<QPlainTextEdit*>("chain_plan"), 20000);
  const auto noteOf = [&](const DecisionOrigin& origin) {
    at<QPlainTextEdit>(panel, "chain_plan")
        ->setPlainText(QString::fromStdString(decisionToJson(decision, origin).dump()));
    return at<QLabel>(panel, "chain_policy_text")->text();
  };
  QVERIFY(noteOf({"3fa2c1d0", "cifar10", 0, "else+test"}).endsWith(", recorded is else"));
  QVERIFY(noteOf({"3fa2c1d0", "cifar10", 0, ""}).contains("cannot be known"));
  QVERIFY(noteOf({"3fa2c1d0", "nowhere", 0, "else"})
              .endsWith("of nowhere, not of cifar10: the images are others"));
  QCOMPARE(at<QLabel>(panel, "chain_hash_state")->text(), QString("✗ differs"));
}

/// A run's plan belongs to its sample: whoever opens a file meanwhile sees that file without it.
void TestChainPicture::runsPlansAreDroppedForANewerPicture() {
  SamplePlan sample = runsPlan(*bench_, pattern(32, 32));
  sample.pixelHash = QString(64, '0');
  OpsPanel panel(bench_->workbench);
  panel.show();
  panel.open(sample);
  PictureRequest request;
  request.file = bench_->file("newer.png", pattern(9, 9)).toStdString();
  panel.source().read(request);
  QTRY_VERIFY_WITH_TIMEOUT(panel.source().request().file == request.file, 20000);
  QVERIFY(!at<QLabel>(panel, "chain_policy_text")->text().contains("sample 1"));
  QVERIFY(at<QLineEdit>(panel, "chain_expected")->text().isEmpty());
  QCOMPARE(at<QTabBar>(panel, "ops_tabs")->currentIndex(), 0);
  panel.open(sample);  // nor does a drop that cannot be used get the run's picture
  panel.source().refuse("nothing in it");
  QTRY_VERIFY(!panel.source().isBusy());
  QVERIFY(panel.source().picture().image == pattern(9, 9));
  QVERIFY(at<QLineEdit>(panel, "chain_expected")->text().isEmpty());
}

/// A random resized crop is drawn in the picture as it is, not in its square.
void TestChainPicture::resizedCropsTakeTheWholePicture() {
  const Image image = pattern(90, 50);
  ChainSource source = chainSource(pictureOf(image), 32);
  QCOMPARE(source.square->imageSize(0).width, 32);
  ChainPolicy policy = resizedPolicy();
  for (int seed = 1; seed < 20; ++seed) {
    const Plan plan = policy.draw({seed}, source);
    QVERIFY(sourceSize(plan) == (ImageSize{90, 50}));
    const std::vector<Stage> stages = stagesOf(source, plan);
    QVERIFY(stages.front().image == image);
    QCOMPARE(stages.back().image.width, 32);
  }
  Plan foreign = policy.draw({1}, source);
  foreign.find("resized_crop")->size[3] = 91;
  QVERIFY_THROWS_EXCEPTION(Error, stagesOf(source, foreign));
}

/// As in training: crops that hold an object.
void TestChainPicture::plansKnowTheObjects() {
  const ImageFolder folder;
  folder.add("train/a.png", pattern(90, 50));
  folder.addText("train/a.xml",
                 "<annotation><object><name>car</name><bndbox><xmin>21</xmin><ymin>11</ymin><xmax>61</xmax>"
                 "<ymax>41</ymax></bndbox></object></annotation>");
  OpsPicture picture = pictureOf(pattern(90, 50));
  picture.data = findDataset("boxes").load(folder.dir(), Split::train, {});
  const ChainSource source = chainSource(picture, 32);
  const BoxesView boxes = boxesOf(*source.whole, source.index);
  QCOMPARE(Boxes(boxes.begin(), boxes.end()), (Boxes{{20, 10, 60, 40}}));
  ChainPolicy policy({"", "detection", "", "", ""});
  policy.setFields(Json::object());
  int crops = 0;
  for (int seed = 1; seed < 20; ++seed) crops += policy.draw({seed}, source).find("sample_crop")->fired;
  QVERIFY(crops > 5);
  QVERIFY(boxesOf(*chainSource(pictureOf(pattern(90, 50)), 32).whole, 0).empty());
}

/// The second image comes from the set that the stage was rendered from: here whole pictures.
void TestChainPicture::partnersOfResizedCropsAreTheRenderers() {
  const OpsPicture picture = pictureOf(pattern(90, 50));
  ChainView view(bench_->workbench);
  OpExplorer explorer(bench_->workbench);
  connect(&view, &ChainView::opWanted, &explorer,
          [&](const OpsPicture& image, const OpSetting& setting, const QString& caption) {
            explorer.setPicture(image, caption);
            explorer.setSetting(setting);
          });
  view.setPicture(picture);
  chooseData(at<QComboBox>(view, "chain_side"), 32);
  ChainPolicy policy = resizedPolicy();
  Plan plan = policy.draw({3}, chainSource(picture, 32));
  plan.grid = Grid::ta31;
  keepSteps(plan, 0);
  plan.add(makeStep("sample_pairing", 30));
  view.showPlan(plan, {}, "a test");
  const std::vector<Stage>& stages = view.strip().stages();
  QVERIFY2(stages.size() > 2, qPrintable(at<QLabel>(view, "chain_plan_problem")->text()));
  for (std::size_t k = 0; k < stages.size(); ++k) {
    if (stages[k].step < 0) continue;
    Q_EMIT const_cast<ChainStrip&>(view.strip()).opWanted(static_cast<int>(k));
    QVERIFY(explorer.result() == stages[k].image);
    QVERIFY(explorer.result() != stages[k - 1].image);
  }
}

/// What was done to make it square is read below the size, and follows the picture.
void TestChainPicture::filesPicturesAreDescribed() {
  ChainView view(bench_->workbench);
  view.show();
  const auto* text = at<QLabel>(view, "chain_source_text");
  auto* side = at<QComboBox>(view, "chain_side");
  const QString tip = side->toolTip();
  view.setPicture(pictureOf(pattern(90, 50)));
  QVERIFY(text->isVisible());
  QCOMPARE(text->text(), QString("The middle 50 × 50 of 90 × 50 px"));
  chooseData(side, 32);
  QCOMPARE(text->text(),
           QString("The middle 50 × 50 of 90 × 50 px, resized to 32 × 32 px (bilinear, antialiased)"));
  ChainPolicy policy = resizedPolicy();
  view.showPlan(policy.draw({1}, chainSource(pictureOf(pattern(90, 50)), 32)), {}, "a test");
  QCOMPARE(text->text(), QString("The whole picture, 90 × 50 px"));
  at<QPushButton>(view, "chain_reroll")->click();
  chooseData(side, 0);
  view.setPicture(pictureOf(pattern(60, 60)));
  QCOMPARE(text->text(), QString("As it is, 60 × 60 px"));
  QCOMPARE(side->toolTip(), tip);
  view.setPicture(sampleOf(32, 0));
  QVERIFY(!text->isVisible());
}

QTEST_MAIN(TestChainPicture)
#include "tst_chain_picture.moc"
