#include <QAbstractButton>
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include "core/augment/Space.h"
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/models/Model.h"
#include "core/engine/optimisers/Optimiser.h"
#include "widgets/forms/CostStrip.h"
#include "widgets/forms/ExperimentForm.h"
#include "widgets/forms/FieldEditor.h"
#include "widgets/forms/NewRunDialog.h"
#include "widgets/forms/RunPlan.h"
#include "widgets/forms/SettingsForm.h"
#include "widgets/session/Theme.h"

using namespace uada;

/// Types into the editor of a field, whatever its kind.
static void fill(const QWidget& form, const char* field, const QString& text) {
  if (auto* line = form.findChild<QLineEdit*>(field)) return line->setText(text);
  if (auto* combo = form.findChild<QComboBox*>(field)) return combo->setCurrentText(text);
  auto* check = form.findChild<QCheckBox*>(field);
  QVERIFY2(check, field);
  check->setChecked(text == "true");
}

static QString problemAt(const QWidget& form, const char* field) {
  const auto* label = form.findChild<QLabel*>(QString(field) + "_problem");
  return label && label->isVisibleTo(&form) ? label->text() : QString();
}

/// Fashion-MNIST, a small network, a few steps.
static void fillSmallRun(NewRunDialog& dialog) {
  dialog.findChild<QAbstractButton*>("fashion_mnist")->click();
  dialog.findChild<QAbstractButton*>("uada")->click();
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

/// A setting of each kind.
struct EveryKind {
  int whole = 5, untouched = 7;
  double number = 0.1;
  bool on = false;
  std::string word = "one";
  std::vector<double> list{0.3, 0.6};

  void visit(SettingsVisitor& v) {
    v.field({.name = "whole", .title = "Whole", .help = "h", .min = 1, .max = 100}, whole);
    v.field({.name = "untouched", .title = "Untouched", .help = "h"}, untouched);
    v.field({.name = "number", .title = "Number", .help = "h", .min = 0, .max = 0.9}, number);
    v.field({.name = "on", .title = "On", .help = "h"}, on);
    v.field({.name = "word", .title = "Word", .help = "h", .choices = {"one", "two"}}, word);
    v.field({.name = "list", .title = "List", .help = "h", .min = 0, .max = 1, .advanced = true}, list);
  }
};

class TestForms : public QObject {
  Q_OBJECT
 private:
  const Theme theme_{Theme::Kind::light};

 private Q_SLOTS:
  void fieldTextRoundTrip_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("like");
    QTest::addColumn<QString>("json");
    QTest::newRow("whole") << "50,000" << "1" << "50000";
    QTest::newRow("real") << "5e-4" << "0.1" << "0.0005";
    QTest::newRow("whole in a real field") << "1" << "0.1" << "1.0";
    QTest::newRow("list") << "0.3, 0.6;0.8" << "[0.1]" << "[0.3,0.6,0.8]";
    QTest::newRow("no number") << "many" << "1" << "\"many\"";
    QTest::newRow("text") << " cuda:0 " << "\"auto\"" << "\"cuda:0\"";
  }
  void fieldTextRoundTrip() {
    QFETCH(QString, text);
    QFETCH(QString, like);
    QFETCH(QString, json);
    const Json wanted = parseJson(json.toStdString(), "row");
    const Json read = fieldFromText(text, parseJson(like.toStdString(), "row"));
    QCOMPARE(QString::fromStdString(read.dump()), QString::fromStdString(wanted.dump()));
    QCOMPARE(fieldFromText(fieldText(read), read).dump(), read.dump());
  }

  void numbersAreShownAsPeopleWriteThem() {
    QCOMPARE(fieldText(Json(5e-4)), QString("0.0005"));
    QCOMPARE(fieldText(Json(0.1)), QString("0.1"));
    QCOMPARE(fieldText(Json(1.0)), QString("1"));
    QCOMPARE(fieldText(Json(Json::Array{Json(0.3), Json(0.6)})), QString("0.3, 0.6"));
  }

  void formReadsEveryKindOfEditor() {
    SettingsForm form(theme_);
    form.setFields(fieldsOf<EveryKind>());
    fill(form, "whole", "12");
    fill(form, "number", "0.05");
    fill(form, "on", "true");
    fill(form, "word", "two");
    fill(form, "list", "0.5, 0.75");
    const auto read = settingsFromJson<EveryKind>(form.values(), "form");
    QCOMPARE(read.whole, 12);
    QCOMPARE(read.number, 0.05);
    QVERIFY(read.on);
    QCOMPARE(read.word, std::string("two"));
    QCOMPARE(read.list, (std::vector<double>{0.5, 0.75}));
    QCOMPARE(read.untouched, 7);
    QCOMPARE(form.problems(), 0);
  }

  /// What another setting leaves without effect is grey, and not given, whatever was typed before.
  void settingsWithoutEffectAreGrey() {
    SettingsForm form(theme_);
    form.setFields(findOptimiser("sgd").fields);
    fill(form, "weight_decay", "7");  // out of range
    QVERIFY(form.findChild<QWidget*>("weight_decay")->isEnabled());
    QCOMPARE(form.problems(), 1);
    fill(form, "learning_rate", "0");
    QVERIFY(!form.findChild<QWidget*>("weight_decay")->isEnabled());
    QVERIFY(form.editor("weight_decay")->toolTip().contains("Without effect with learning_rate 0"));
    QVERIFY(!form.values().find("weight_decay") && !form.values().find("momentum"));
    QCOMPARE(form.problems(), 0);
    fill(form, "learning_rate", "0.1");
    QVERIFY(form.findChild<QWidget*>("weight_decay")->isEnabled());
    QVERIFY(form.values().find("weight_decay"));
    form.setFields(findPolicy("randaugment").fields());
    fill(form, "preset", "cifar100-wrn-28-2");
    QVERIFY(!form.findChild<QWidget*>("ops")->isEnabled() && !form.values().find("magnitude"));
  }

  /// A depth of 10 is a number in the form, however it is stored.
  void aDepthIsANumber() {
    SettingsForm form(theme_);
    form.setFields(findModel("resnet").fields);
    QVERIFY(form.values().at("depth") == Json(18));
    for (const Json& stored : {Json("10"), Json(10)}) {
      form.setValues(Json::Object{{"depth", stored}});
      QVERIFY(form.values().at("depth") == Json(10));
      QVERIFY(!form.editor("depth")->isDefault());
    }
    form.setValues(Json::Object{{"depth", "18"}});
    QVERIFY(form.editor("depth")->isDefault());
  }

  /// The catalogue is the test table: a form of any entry gives settings that the entry takes, and they are
  /// its defaults.
  void formsOfTheCataloguesGiveTheirDefaults() {
    SettingsForm form(theme_);
    for (const Model& model : models()) {
      form.setFields(model.fields);
      QCOMPARE(model.read(model.name, form.values(), "form"), modelFromJson(model.name, "form"));
    }
    for (const MethodEntry& method : methods()) {
      form.setFields(method.fields);
      QCOMPARE(method.read(method.name, form.values(), "form"), methodFromJson(method.name, "form"));
    }
  }

  void problemsStandUnderTheField_data() {
    QTest::addColumn<QString>("field");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("word");
    QTest::newRow("too small") << "whole" << "0" << "between 1 and 100";
    QTest::newRow("no number") << "whole" << "many" << "number";
    QTest::newRow("not whole") << "whole" << "12.5" << "whole";
    QTest::newRow("out of range") << "number" << "1" << "between 0 and 0.9";
    QTest::newRow("empty") << "number" << "" << "number";
    QTest::newRow("in a list") << "list" << "0.3, 1.5" << "between 0 and 1";
    QTest::newRow("no list") << "list" << "early" << "array";
  }
  void problemsStandUnderTheField() {
    QFETCH(QString, field);
    QFETCH(QString, text);
    QFETCH(QString, word);
    SettingsForm form(theme_);
    form.setFields(fieldsOf<EveryKind>());
    QVERIFY(problemAt(form, qPrintable(field)).isEmpty());
    fill(form, qPrintable(field), text);
    QVERIFY2(problemAt(form, qPrintable(field)).contains(word),
             qPrintable(problemAt(form, qPrintable(field))));
    QCOMPARE(form.problems(), 1);
    form.setValues(Json::object());  // the defaults are right again
    QVERIFY(problemAt(form, qPrintable(field)).isEmpty());
    QCOMPARE(form.problems(), 0);
  }

  void advancedFieldsAreFoldedUntilWrong() {
    SettingsForm form(theme_);
    form.setFields(fieldsOf<EveryKind>());
    auto* folded = form.findChild<QLineEdit*>("list");
    QVERIFY(!folded->isVisibleTo(&form));
    QVERIFY(form.findChild<QLineEdit*>("whole")->isVisibleTo(&form));
    folded->setText("7");
    QVERIFY(folded->isVisibleTo(&form));
    QVERIFY(!problemAt(form, "list").isEmpty());
  }

  void seeds_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("seeds");  // or what the message says
    QTest::newRow("one") << "7" << "7";
    QTest::newRow("several") << "1, 2 5" << "1, 2, 5";
    QTest::newRow("range") << "3-5,9" << "3, 4, 5, 9";
    QTest::newRow("none") << " " << "at least one seed";
    QTest::newRow("word") << "one" << "'one' found";
    QTest::newRow("negative") << "-1" << "'-1' found";
    QTest::newRow("twice") << "1-3, 2" << "2 stands there twice";
    QTest::newRow("backwards") << "5-3" << "runs backwards";
    QTest::newRow("too many") << "0-100000" << "too many";
  }
  void seeds() {
    QFETCH(QString, text);
    QFETCH(QString, seeds);
    try {
      QCOMPARE(QString::fromStdString(seedsText(seedsFromText(text.toStdString()))), seeds);
    } catch (const UsageError& error) {
      QVERIFY2(QString(error.what()).contains(seeds), error.what());
    }
  }

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
    QCOMPARE(dialog.findChild<QLabel*>("status")->text(), QString("One field needs attention"));
    fill(dialog, "epochs", "1");
    QCoreApplication::processEvents();
    QVERIFY(dialog.findChild<QPushButton*>("start")->isEnabled());
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
    QVERIFY(problemAt(dialog, "milestones").contains("ascending"));
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

  void severalMethodsAreLeftToJson() {
    NewRunDialog dialog(theme_, {});
    fillSmallRun(dialog);
    Experiment experiment = dialog.experiment();
    experiment.methods.push_back(methodFromJson(Json("ra-uc"), "test"));
    dialog.setExperiment(experiment);
    QVERIFY(!dialog.findChild<ExperimentForm*>()->isEnabled());
    QCOMPARE(dialog.experiment().methods.size(), std::size_t{2});
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
    card("ra-uc")->click();
    QVERIFY(!card("autoaugment")->isVisibleTo(&dialog));
    QVERIFY(!dialog.experiment().methods[0].settings().find("policy"));
    card("plain")->click();  // at first with its own default
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
    QVERIFY2(labels[1].startsWith("uada, epsilon 2"), qPrintable(labels[1]));
    QVERIFY2(labels[2].startsWith("uada, epsilon 1") && labels[2].contains("chain_probe=each"),
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

QTEST_MAIN(TestForms)
#include "tst_forms.moc"
