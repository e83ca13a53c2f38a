#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>

#include "core/augment/found/Library.h"
#include "core/base/Error.h"
#include "tests/widgets/OpsTools.h"
#include "widgets/panels/ops/ChainStrip.h"
#include "widgets/panels/ops/ChainView.h"
#include "widgets/panels/ops/OpExplorer.h"

using namespace uada;
using namespace uada::test;

class TestChainView : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { bench_ = std::make_unique<OpsBench>(); }
  void cleanup() { bench_.reset(); }

  void everyPolicyShowsTheRenderersPixels();
  void plansAreThoseOfTraining();
  void plansGoThroughTheClipboard();
  void wrongPlansAreExplained_data();
  void wrongPlansAreExplained();
  void everySubpolicyIsVisited();
  void stagesSayWhatTheyDraw();
  void schedulesFollowTheEpoch();
  void opsOpenInTheExplorer();
  void spacesFollowTheirSettings();
  void policyFilesAreReadOnce();
  void pastedHashesAreTrimmed();
  void tinyPicturesWork();
  void settingsAreKeptAndChecked();
  void gatesAreOfferedWhereThereAreAny();

 private:
  std::unique_ptr<OpsBench> bench_;
};

void TestChainView::everyPolicyShowsTheRenderersPixels() {
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
void TestChainView::plansAreThoseOfTraining() {
  const auto space = makeSpace(policyFromJson("uada-cifar", "test"), {squareInput(32), 200});
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

void TestChainView::plansGoThroughTheClipboard() {
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
  QCOMPARE(QApplication::clipboard()->text(), hash);
  view.setPicture(pictureOf(pattern(50, 60)));  // the plan stays, the pixels are others
  QCOMPARE(at<QPlainTextEdit>(view, "chain_plan")->toPlainText(), json);
  QVERIFY(view.hash() != hash);
}

void TestChainView::wrongPlansAreExplained_data() {
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

void TestChainView::wrongPlansAreExplained() {
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
  const auto* replays = at<QLabel>(view, "chain_policy_text");
  QVERIFY(!replays->isVisible());
  json->setPlainText(good);
  QVERIFY(!problem->isVisible());
  QVERIFY(replays->isVisible());
  QVERIFY2(replays->text().startsWith("Replays"), qPrintable(replays->text()));
  QCOMPARE(view.hash(), before);
  // Of a decision's line what was trained on.
  json->setPlainText("{\"step\":3,\"plan\":{},\"groups\":[{\"group\":\"chain\",\"candidate\":" + good +
                     "}],\"winner\":\"chain\"}");
  QVERIFY(!problem->isVisible());
  QCOMPARE(view.hash(), before);
  QCOMPARE(replays->text(),
           QString("Replays the candidate of chain, which was trained on at step 3; nothing says "
                   "which data set the plan is of: whether these are its images cannot be known"));
  json->setPlainText("{\"step\":3,\"plan\":" + good + ",\"winner\":\"chain\"}");
  QVERIFY2(problem->text().contains("'chain' is none of its groups"), qPrintable(problem->text()));
}

void TestChainView::everySubpolicyIsVisited() {
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
    QCOMPARE(plan.chain().size(), policy.lists[k].size());
    for (std::size_t i = 0; i < plan.chain().size(); ++i) QCOMPARE(plan.chain()[i].op, policy.lists[k][i].op);
    QCOMPARE(at<QLabel>(view, "chain_policy_text")->text().toStdString(), listText(policy, policy.lists[k]));
  }
  next->click();  // round again: as drawn
  QCOMPARE(at<QSpinBox>(view, "chain_sub")->value(), 0);
  at<QToolButton>(view, "chain_previous")->click();
  QCOMPARE(at<QSpinBox>(view, "chain_sub")->value(), 25);
}

void TestChainView::stagesSayWhatTheyDraw() {
  ChainView view(bench_->workbench);
  view.setPicture(sampleOf(32, 0));
  auto* choice = at<QComboBox>(view, "chain_policy");
  choice->setCurrentIndex(choice->findText("example-stages (2)"));
  auto* sub = at<QSpinBox>(view, "chain_sub");
  QCOMPARE(sub->maximum(), 2);
  sub->setValue(1);
  QCOMPARE(at<QLabel>(view, "chain_policy_text")->text(),
           QStringLiteral("75 % rotate 0.25 (50 %) or 25 % invert + 100 % posterize 0.30 (80 %)"));
  sub->setValue(2);
  const Plan plan =
      planFromJson(parseJson(at<QPlainTextEdit>(view, "chain_plan")->toPlainText().toStdString(), "shown"));
  QCOMPARE(ops()[plan.chain()[0].op].name, std::string("flip_lr"));
}

void TestChainView::schedulesFollowTheEpoch() {
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
  PolicyOp rotate{static_cast<std::uint16_t>(opIndex("rotate")), 2, 0.7}, never = rotate;
  never.probability = 0;
  QCOMPARE(listText(FoundPolicy(), {rotate, never}), std::string("rotate 2 (70 %)"));
  QCOMPARE(listText(FoundPolicy(), {never}), std::string("nothing"));
  choice->setCurrentIndex(choice->findText("example-elements (2)"));
  at<QSpinBox>(view, "chain_epochs")->setValue(10);
  at<QSpinBox>(view, "chain_epoch")->setValue(6);
  QVERIFY2(text->text().startsWith("Part 2 of 2, epochs 6 to 10: 60 %"), qPrintable(text->text()));
}

/// A stage's op, opened in the explorer with the picture before it, gives the stage's pixels.
void TestChainView::opsOpenInTheExplorer() {
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
        if (stage.step < 0 || !stage.done) continue;
        Q_EMIT const_cast<ChainStrip&>(view.strip()).opWanted(static_cast<int>(k));
        QVERIFY2(explorer.result() == stage.image, stage.title.c_str());
        ++opened;
      }
    }
  }
  QVERIFY(opened > 50);
}

/// One space serves many draws, until what it was made for changes.
void TestChainView::spacesFollowTheirSettings() {
  const ChainSource source = chainSource(sampleOf(32, 0), 0);
  const Json fields[] = {parseJson("{}", "test"), parseJson(R"({"cutout":false})", "test")};
  const auto once = [&](const Json& settings, const ChainDraw& draw) {
    ChainPolicy fresh({"", "autoaugment", "", "", ""});
    fresh.setFields(settings);
    return fresh.draw(draw, source);
  };
  ChainPolicy policy({"", "autoaugment", "", "", ""});
  for (const Json& settings : fields) {
    policy.setFields(settings);
    for (const std::size_t sub : {3, 17})
      for (const int seed : {1, 2, 3}) {
        const ChainDraw draw{seed, 1, 200, sub};
        QCOMPARE(toJson(policy.draw(draw, source)).dump(), toJson(once(settings, draw)).dump());
      }
  }
  const ChainSource larger = chainSource(sampleOf(64, 0), 0);
  const Plan plan = policy.draw({1}, larger);
  ChainPolicy fresh({"", "autoaugment", "", "", ""});
  fresh.setFields(fields[1]);
  QCOMPARE(toJson(plan).dump(), toJson(fresh.draw({1}, larger)).dump());
}

/// Whatever happens to an imported file: what was chosen is drawn from.
void TestChainView::policyFilesAreReadOnce() {
  qputenv("XDG_DATA_HOME", bench_->folder.path().toUtf8());
  const auto restore = qScopeGuard([] { qunsetenv("XDG_DATA_HOME"); });
  const std::filesystem::path file = bench_->folder.filePath("mine.json").toStdString();
  writeFileAtomically(file, findPolicyFile("autoaugment-cifar10")->text);
  importPolicy(file, {"mine"});
  ChainView view(bench_->workbench);
  view.setPicture(sampleOf(32, 0));
  auto* policy = at<QComboBox>(view, "chain_policy");
  policy->setCurrentIndex(policy->findText("mine (25)"));
  QVERIFY(policy->currentText() == "mine (25)");
  const QString hash = view.hash();
  QCOMPARE(hash.size(), 64);
  QVERIFY(std::filesystem::remove(policiesFolder() / "mine.json"));
  at<QSpinBox>(view, "chain_seed")->setValue(2);
  at<QSpinBox>(view, "chain_sub")->setValue(7);
  at<QLineEdit>(view, "cutout_size")->setText("5");
  QCOMPARE(view.hash().size(), 64);
  at<QLineEdit>(view, "cutout_size")->setText("16");
  at<QSpinBox>(view, "chain_sub")->setValue(0);
  at<QSpinBox>(view, "chain_seed")->setValue(1);
  QCOMPARE(view.hash(), hash);
}

void TestChainView::pastedHashesAreTrimmed() {
  ChainView view(bench_->workbench);
  view.setPicture(sampleOf(32, 0));
  auto* expected = at<QLineEdit>(view, "chain_expected");
  const auto* state = at<QLabel>(view, "chain_hash_state");
  expected->setText("  " + view.hash().toUpper() + " ");
  QCOMPARE(state->text(), QString("✓ equal"));
  expected->setText(view.hash() + "0");  // one digit more is another hash
  QCOMPARE(state->text(), QString("✗ differs"));
}

/// Pictures of a few pixels are pictures, too.
void TestChainView::tinyPicturesWork() {
  ChainView view(bench_->workbench);
  for (const auto& [width, height] : {std::pair{1, 1}, {1, 7}, {3, 2}}) {
    view.setPicture(pictureOf(pattern(width, height)));
    for (std::size_t i = 0; i < policyChoices().size(); ++i) {
      chooseData(at<QComboBox>(view, "chain_policy"), static_cast<int>(i));
      for (int seed = 1; seed < 4; ++seed) {
        at<QSpinBox>(view, "chain_seed")->setValue(seed);
        QVERIFY2(view.hash().size() == 64, qPrintable(at<QLabel>(view, "chain_policy_problem")->text()));
      }
    }
  }
}

/// A setting that is changed keeps the sub-policy; a wrong one is said, and nothing is shown as its result.
void TestChainView::settingsAreKeptAndChecked() {
  ChainView view(bench_->workbench);
  view.setPicture(sampleOf(32, 0));
  auto* choice = at<QComboBox>(view, "chain_policy");
  choice->setCurrentIndex(choice->findText("AutoAugment"));
  at<QSpinBox>(view, "chain_sub")->setValue(4);
  const QString before = view.hash();
  at<QLineEdit>(view, "cutout_size")->setText("5");
  QCOMPARE(at<QSpinBox>(view, "chain_sub")->value(), 4);
  QVERIFY(view.hash() != before);
  at<QLineEdit>(view, "cutout_size")->setText("many");
  QVERIFY(view.hash().isEmpty());
  QVERIFY(at<QLabel>(view, "chain_policy_problem")->text().contains("Settings"));
  at<QLineEdit>(view, "cutout_size")->setText("16");
  QCOMPARE(view.hash(), before);
}

/// The box is enabled just where some plan has an op that does not fire.
void TestChainView::gatesAreOfferedWhereThereAreAny() {
  ChainView view(bench_->workbench);
  const OpsPicture picture = sampleOf(32, 5);
  view.setPicture(picture);
  const ChainSource source = chainSource(picture, 0);
  const auto* fire = at<QCheckBox>(view, "chain_fire");
  int offered = 0;
  for (const PolicyChoice& choice : policyChoices()) {
    auto* combo = at<QComboBox>(view, "chain_policy");
    combo->setCurrentIndex(combo->findText(QString::fromStdString(choice.title)));
    ChainPolicy policy(choice);
    policy.setFields(parseJson("{}", "test"));
    bool shut = false;
    for (int seed = 1; seed <= 300 && !shut; ++seed) {
      Plan plan = policy.draw({seed}, source);
      for (const Part& step : plan.chain()) shut = shut || !step.fired;
    }
    QVERIFY2(fire->isEnabled() == shut, choice.title.c_str());
    QVERIFY(fire->toolTip().contains("always") != shut);
    offered += shut ? 1 : 0;
  }
  QVERIFY(offered > 2 && offered < static_cast<int>(policyChoices().size()) - 2);
}

QTEST_MAIN(TestChainView)
#include "tst_chain_view.moc"
