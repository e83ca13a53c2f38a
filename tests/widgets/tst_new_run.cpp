#include <QAbstractButton>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>

#include "core/augment/Space.h"
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/models/Model.h"
#include "tests/widgets/FormTools.h"
#include "widgets/forms/CostStrip.h"
#include "widgets/forms/ExperimentForm.h"
#include "widgets/forms/NewRunDialog.h"
#include "widgets/forms/RunPlan.h"
#include "widgets/session/Theme.h"

using namespace uada;

/// Fashion-MNIST, a small network, a few steps.
static void fillSmallRun(NewRunDialog& dialog) {
  dialog.findChild<QAbstractButton*>("fashion_mnist")->click();
  tickMethods(dialog, {"uada"});
  dialog.findChild<QAbstractButton*>("cosine")->click();
  for (const auto& [field, text] : {std::pair{"width", "8"},
                                    {"depth", "10"},
                                    {"epochs", "2"},
                                    {"batch", "100"},
                                    {"train_limit", "1000"},
                                    {"seeds", "3"}})
    fill(dialog, field, text);
  QCoreApplication::processEvents();
}

/// The dialog that a new run is made in, and what it says of its cost.
class TestNewRun : public QObject {
  Q_OBJECT
 private:
  const Theme theme_{Theme::Kind::light};

 private Q_SLOTS:
  void dialogGivesTheRunsThatWereFilledIn() {
    NewRunDialog dialog(theme_, {});
    fillSmallRun(dialog);
    fill(dialog, "epsilon", "2");
    fill(dialog, "seeds", "3, 5-6");
    QCoreApplication::processEvents();
    std::vector<RunConfig> started;
    connect(&dialog, &NewRunDialog::startWanted, this,
            [&](const std::vector<RunConfig>& runs) { started = runs; });
    auto* start = dialog.findChild<QPushButton*>("start");
    QVERIFY2(start->isEnabled(), qPrintable(dialog.findChild<QLabel*>("status")->text()));
    start->click();
    QCOMPARE(started.size(), std::size_t{3});
    const RunConfig& run = started[1];
    QCOMPARE(run.seed, std::int64_t{5});
    QCOMPARE(run.recipe.dataset.name, std::string("fashion_mnist"));
    QCOMPARE(run.recipe.dataset.settings().at("train_limit").asInt(), std::int64_t{1000});
    QCOMPARE(run.recipe.model.settings().at("width").asInt(), std::int64_t{8});
    QCOMPARE(run.recipe.training.epochs, 2);
    QCOMPARE(run.method.name, std::string("uada"));
    QCOMPARE(run.method.settings().at("epsilon").asInt(), std::int64_t{2});
    QCOMPARE(dialog.result(), int(QDialog::Accepted));
  }

  void wrongFieldKeepsStartOff() {
    NewRunDialog dialog(theme_, {});
    fillSmallRun(dialog);
    fill(dialog, "epochs", "0");
    QCoreApplication::processEvents();
    for (const char* button : {"start", "queue", "save"})
      QVERIFY(!dialog.findChild<QPushButton*>(button)->isEnabled());
    auto* status = dialog.findChild<QLabel*>("status");
    QCOMPARE(status->text(), QString("One field needs attention: <a href='field'>Epochs</a>"));
    dialog.show();
    dialog.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&dialog));
    Q_EMIT status->linkActivated("field");
    auto* epochs = dialog.findChild<QLineEdit*>("epochs");
    QVERIFY(epochs->hasFocus());
    QVERIFY(!epochs->visibleRegion().isEmpty());
    fill(dialog, "epochs", "1");
    QCoreApplication::processEvents();
    QVERIFY(dialog.findChild<QPushButton*>("start")->isEnabled());
  }

  /// Of a rule over several fields, too: said at the field, in the form's words.
  void aRuleNamesItsField() {
    NewRunDialog dialog(theme_, {});
    fillSmallRun(dialog);
    fill(dialog, "height", "40");
    QCoreApplication::processEvents();
    QCOMPARE(problemAt(dialog, "height"),
             QString("40 found with width 28, a square expected; give both alike"));
    QVERIFY(dialog.findChild<QLabel*>("status")->text().contains("Input height"));
  }

  /// Where the data set has no label maps no network for them can be chosen, and the other way round.
  void networksThatCannotLearnTheSetAreRefused() {
    NewRunDialog dialog(theme_, {});
    fillSmallRun(dialog);
    const auto card = [&](const char* name) { return dialog.findChild<QAbstractButton*>(name); };
    QVERIFY(card("resnet")->isEnabled() && !card("pspnet")->isEnabled());
    QVERIFY2(card("pspnet")->toolTip().contains("label map"), qPrintable(card("pspnet")->toolTip()));
    card("camvid")->click();
    QVERIFY(!card("resnet")->isEnabled() && card("pspnet")->isEnabled());
  }

  void setsThatAreNotThereAreMarked() {
    qputenv("UADA_DATA", "/nonexistent");
    const NewRunDialog dialog(theme_, {});
    qunsetenv("UADA_DATA");
    QVERIFY(dialog.findChild<QAbstractButton*>("camvid")->toolTip().contains("Not on this machine"));
    QVERIFY(!dialog.findChild<QAbstractButton*>("folder")->toolTip().contains("Not on this machine"));
  }

  void missingDataIsSaidAtTheFolder() {
    NewRunDialog dialog(theme_, {});
    fillSmallRun(dialog);
    fill(dialog, "folder", "/nonexistent/data");
    QCoreApplication::processEvents();
    QVERIFY2(problemAt(dialog, "folder").contains("/nonexistent/data"),
             qPrintable(problemAt(dialog, "folder")));
    QVERIFY(dialog.findChild<QLineEdit*>("folder")->isVisibleTo(&dialog));  // its fold opened
    QVERIFY(!dialog.findChild<QPushButton*>("start")->isEnabled());
    QVERIFY(dialog.findChild<QPushButton*>("save")->isEnabled());  // the experiment itself is sound
  }

  void ruleOverTwoFieldsIsSaidAtOne() {
    NewRunDialog dialog(theme_, {});
    fillSmallRun(dialog);
    dialog.findChild<QAbstractButton*>("step")->click();
    fill(dialog, "milestones", "0.8, 0.3");
    QVERIFY(problemAt(dialog, "milestones").startsWith("Ascending"));
    fill(dialog, "milestones", "0.3, 0.8");
    QVERIFY(problemAt(dialog, "milestones").isEmpty());
  }

  void jsonTabShowsAndTakesTheSameExperiment() {
    NewRunDialog dialog(theme_, {});
    fillSmallRun(dialog);
    const std::string before = toJson(dialog.experiment()).dump();
    auto* tabs = dialog.findChild<QTabWidget*>("tabs");
    auto* text = dialog.findChild<QPlainTextEdit*>("json");
    tabs->setCurrentIndex(1);
    QCOMPARE(parseJson(text->toPlainText().toStdString(), "test").dump(), before);

    text->setPlainText(text->toPlainText().replace("\"epochs\": 2", "\"epochs\": 7"));
    tabs->setCurrentIndex(0);
    QCOMPARE(tabs->currentIndex(), 0);
    QCOMPARE(dialog.findChild<QLineEdit*>("epochs")->text(), QString("7"));
  }

  void unreadableJsonIsSaidUnderItAndKept() {
    NewRunDialog dialog(theme_, {});
    fillSmallRun(dialog);
    auto* tabs = dialog.findChild<QTabWidget*>("tabs");
    auto* text = dialog.findChild<QPlainTextEdit*>("json");
    tabs->setCurrentIndex(1);
    text->setPlainText(text->toPlainText().replace("\"epochs\": 2", "\"epoch\": 2"));
    QCoreApplication::processEvents();
    QVERIFY2(problemAt(dialog, "json").contains("epoch"), qPrintable(problemAt(dialog, "json")));
    QVERIFY(!dialog.findChild<QPushButton*>("start")->isEnabled());
    tabs->setCurrentIndex(0);
    QCOMPARE(tabs->currentIndex(), 1);  // the edit is not thrown away
    text->setPlainText("{");
    QCoreApplication::processEvents();
    QVERIFY(!problemAt(dialog, "json").isEmpty());
  }

  void severalRecipesAreLeftToJson() {
    NewRunDialog dialog(theme_, {});
    fillSmallRun(dialog);
    Experiment experiment = dialog.experiment();
    experiment.recipes.push_back(experiment.recipes.front());
    experiment.recipes.back().training.epochs = 9;
    dialog.setExperiment(experiment);
    QVERIFY(!dialog.findChild<ExperimentForm*>()->isEnabled());
    QCOMPARE(dialog.experiment().recipes.size(), std::size_t{2});
    std::vector<RunConfig> queued;
    connect(&dialog, &NewRunDialog::queueWanted, this,
            [&](const std::vector<RunConfig>& runs) { queued = runs; });
    dialog.findChild<QPushButton*>("queue")->click();
    QCOMPARE(queued.size(), std::size_t{2});
  }

  void policyIsChosenForMethodsThatTakeAny() {
    NewRunDialog dialog(theme_, {});
    fillSmallRun(dialog);
    const auto card = [&](const char* name) { return dialog.findChild<QAbstractButton*>(name); };
    QVERIFY(card("uada-cifar")->isVisibleTo(&dialog) && card("uada-cifar")->isChecked());
    QVERIFY(!dialog.experiment().methods[0].settings().find("policy"));  // the default is not stated
    card("autoaugment")->click();
    fill(dialog, "table", "svhn");
    fill(dialog, "cutout", "false");
    const Choice policy = policyOf(dialog.experiment().methods[0]);
    QCOMPARE(policyLabel(policy), std::string("autoaugment table=svhn cutout=false"));
    fill(dialog, "cutout", "true");
    fill(dialog, "cutout_size", "0");
    QCoreApplication::processEvents();
    QVERIFY(!dialog.findChild<QPushButton*>("start")->isEnabled());
    fill(dialog, "cutout_size", "8");
    tickMethods(dialog, {"ra-uc"});
    QVERIFY(!card("autoaugment"));
    QVERIFY(!dialog.experiment().methods[0].settings().find("policy"));
    tickMethods(dialog, {"plain"});  // at first with its own default
    QCOMPARE(policyLabel(policyOf(dialog.experiment().methods[0])), std::string("autoaugment"));

    Experiment other = dialog.experiment();  // and the way back: what an experiment says stands in the form
    other.methods[0] = methodFromJson(
        parseJson("{\"name\":\"uada\",\"policy\":{\"name\":\"randaugment\",\"magnitude\":5}}", "test"),
        "test");
    dialog.setExperiment(other);
    QVERIFY(card("randaugment")->isChecked());
    QCOMPARE(dialog.findChild<QLineEdit*>("magnitude")->text(), QString("5"));
    QCOMPARE(toJson(dialog.experiment()).dump(), toJson(other).dump());
  }

  void policyFilesAreLookedFor() {
    QTemporaryDir data;
    qputenv("XDG_DATA_HOME", data.path().toUtf8());
    const PolicyFile gone{"gone", sha256(std::string_view("{}")), "{}"};
    NewRunDialog dialog(theme_, {}, {gone});
    fillSmallRun(dialog);
    dialog.findChild<QAbstractButton*>("found")->click();
    QCoreApplication::processEvents();
    QVERIFY(problemAt(dialog, "file").isEmpty());
    const std::string hash = policyOf(dialog.experiment().methods[0]).settings().at("sha256").asString();
    QCOMPARE(hash.size(), std::size_t{64});
    dialog.setExperiment(dialog.experiment());
    QCOMPARE(dialog.findChild<QLineEdit*>("sha256")->text().toStdString(), hash);
    fill(dialog, "file", "nowhere");
    QCoreApplication::processEvents();
    QVERIFY2(problemAt(dialog, "file").contains("nknown policy 'nowhere'"),
             qPrintable(problemAt(dialog, "file")));
    QVERIFY(dialog.findChild<QLineEdit*>("sha256")->text().isEmpty());  // it was of the other
    QVERIFY(!dialog.findChild<QPushButton*>("start")->isEnabled());
    fill(dialog, "file", "gone");  // the project's copy, which is damaged
    QVERIFY2(problemAt(dialog, "file").contains("one: the key 'format' is missing"),
             qPrintable(problemAt(dialog, "file")));
    fill(dialog, "file", "example-timed");
    QCoreApplication::processEvents();
    QVERIFY(problemAt(dialog, "file").isEmpty());
    QVERIFY(policyOf(dialog.experiment().methods[0]).settings().at("sha256").asString() != hash);
    QVERIFY(dialog.findChild<QPushButton*>("start")->isEnabled());
  }

  void savedExperimentReadsBack() {
    QTemporaryDir folder;
    NewRunDialog dialog(theme_, {});
    fillSmallRun(dialog);
    const QString file = folder.filePath("mine.json");
    dialog.saveExperiment(file);
    QCOMPARE(toJson(readExperiment(file.toStdString())).dump(), toJson(dialog.experiment()).dump());
  }

  /// 1,000 images in batches of 100, 2 epochs: 20 steps of (2*4+4)f = 12f; a measured rate of 0.01 s for a
  /// forward of 50 images.
  void costIsPredictedFromAMeasuredRun() {
    NewRunDialog dialog(theme_, {});
    fillSmallRun(dialog);
    const std::vector<RunConfig> runs = expand(dialog.experiment());
    MeasuredRate rate{"earlier", "fashion_mnist", runs[0].recipe.model, 50, "cpu", "here", 0.01};
    const PlanCost cost = planCost(runs, {rate});
    QCOMPARE(cost.steps, std::int64_t{20});
    QCOMPARE(cost.methods.size(), std::size_t{1});
    QCOMPARE(cost.methods[0].relativeToRaUc, 4.0);
    QCOMPARE(cost.forwardEquivalents, 240.0);
    QVERIFY(cost.seconds.has_value());
    QCOMPARE(*cost.seconds, 240 * 0.01 * 2);
    rate.model.set("width", 64);
    QVERIFY(!planCost(runs, {rate}).seconds.has_value());
  }

  /// Every method of the experiment with its own ratio, and all the steps and networks of all its recipes.
  void costsOfAllMethodsAreTold() {
    const Experiment experiment = experimentFromJson(parseJson(R"({"name": "several", "seeds": [1, 2],
          "methods": ["ra-uc", {"name": "uada", "epsilon": 2}, {"name": "uada", "policy": {"name": "uada-cifar", "chain_probe": "each"}}],
          "recipes": [{"name": "a", "dataset": {"name": "fashion_mnist", "train_limit": 1000},
                       "model": {"name": "resnet", "depth": "10", "width": 8},
                       "training": {"epochs": 2, "batch": 100}},
                      {"name": "b", "dataset": {"name": "fashion_mnist", "train_limit": 1000},
                       "model": {"name": "resnet", "depth": "10", "width": 16},
                       "training": {"epochs": 3, "batch": 100}}]})",
                                                               "several"),
                                                     "several");
    const PlanCost cost = planCost(expand(experiment), {});
    QCOMPARE(cost.runs, std::size_t{12});
    QCOMPARE(cost.steps, std::int64_t{6 * 20 + 6 * 30});
    QVERIFY(cost.leastParameters < cost.mostParameters);
    QCOMPARE(cost.methods.size(), std::size_t{3});
    QStringList ratios, labels;
    for (const MethodCost& method : cost.methods) {
      ratios << QString::number(method.relativeToRaUc, 'f', 2) + QStringLiteral(" ×");
      labels << QString::fromStdString(method.label);
    }
    QCOMPARE(ratios.join(' '), QString("1.00 × 4.00 × 4.67 ×"));
    QCOMPARE(labels[0], QString("ra-uc"));
    QVERIFY2(labels[1].startsWith("uada, ε=2"), qPrintable(labels[1]));
    QVERIFY2(labels[2].startsWith("uada, ε=1") && labels[2].contains("chain_probe=each"),
             qPrintable(labels[2]));
    CostStrip strip(theme_);
    strip.show(cost);
    QCOMPARE(strip.findChild<QLabel*>("cost_relative")->text(), QString("1.00 to 4.67 ×"));
    QCOMPARE(strip.findChild<QLabel*>("cost_steps")->text(), QString("about 300"));
    const QString note = strip.findChild<QLabel*>("cost_note")->text();
    for (int i = 0; i < 3; ++i) QVERIFY2(note.contains(labels[i] + ' ' + ratios[i]), qPrintable(note));
  }

  /// Nothing is made up of a folder that nobody has looked into.
  void costOfAFolderIsNotKnown() {
    const Experiment experiment =
        experimentFromJson(parseJson(R"({"name": "own", "methods": ["ra-uc", "uada"], "seeds": [1],
         "recipe": {"dataset": {"name": "folder", "folder": "/own"}, "input": {"height": 32, "width": 32},
                    "model": {"name": "resnet", "depth": "10", "width": 8}, "training": {"epochs": 2}}})",
                                     "own"),
                           "own");
    CostStrip strip(theme_);
    strip.show(planCost(expand(experiment), {}));
    for (const char* name : {"cost_steps", "cost_equivalents", "cost_parameters", "cost_time", "cost_disk"})
      QCOMPARE(strip.findChild<QLabel*>(name)->text(), QString("not known yet"));
    QCOMPARE(strip.findChild<QLabel*>("cost_relative")->text(), QString("1.00 to 4.00 ×"));
    QVERIFY(strip.findChild<QLabel*>("cost_note")->text().contains("once a run has read it"));
  }

  void costIsShown() {
    NewRunDialog dialog(theme_, {});
    fillSmallRun(dialog);
    QCOMPARE(dialog.findChild<QLabel*>("cost_steps")->text(), QString("about 20"));
    QCOMPARE(dialog.findChild<QLabel*>("cost_relative")->text(), QString("4.00 ×"));
    QCOMPARE(dialog.findChild<QLabel*>("cost_time")->text(), QString("not known yet"));
    fill(dialog, "epochs", "0");
    QCoreApplication::processEvents();
    QCOMPARE(dialog.findChild<QLabel*>("cost_steps")->text(), QString("–"));
  }
};

QTEST_MAIN(TestNewRun)
#include "tst_new_run.moc"
