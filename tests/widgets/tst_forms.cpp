#include <QLineEdit>
#include <QTest>
#include <QWheelEvent>
#include <memory>

#include "core/augment/Space.h"
#include "core/base/Error.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/models/Model.h"
#include "core/engine/optimisers/Optimiser.h"
#include "tests/core/ErrorOf.h"
#include "tests/widgets/FormTools.h"
#include "widgets/forms/ChoiceCards.h"
#include "widgets/forms/FieldEditor.h"
#include "widgets/forms/FormStyle.h"
#include "widgets/forms/RunPlan.h"
#include "widgets/forms/SettingsForm.h"
#include "widgets/forms/SweepText.h"
#include "widgets/session/Theme.h"

using namespace uada;
using namespace uada::test;

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

/// Editors of settings, and the forms that they stand in.
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
    QTest::newRow("thousands") << "-1,234,567.5" << "0.1" << "-1234567.5";
    QTest::newRow("decimal comma") << "0,5" << "0.1" << "\"0,5\"";
    QTest::newRow("decimal comma, whole") << "1,5" << "1" << "\"1,5\"";
    QTest::newRow("comma at the end") << "1,000," << "1" << "\"1,000,\"";
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

  /// A page is scrolled over its drop-downs without changing them; one that was clicked takes the wheel.
  void theWheelScrollsThePage() {
    SettingsForm form(theme_);
    form.setFields(fieldsOf<EveryKind>());
    form.show();
    form.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&form));
    form.findChild<QLineEdit*>("whole")->setFocus();
    auto* word = form.findChild<QComboBox*>("word");
    const auto isTaken = [&] {  // else it goes on to what the form stands in
      const QPoint place = word->rect().center();
      QWheelEvent wheel(place, word->mapToGlobal(place), {}, {0, -120}, Qt::NoButton, Qt::NoModifier,
                        Qt::NoScrollPhase, false);
      QApplication::sendEvent(word, &wheel);
      return wheel.isAccepted();
    };
    QVERIFY(!isTaken());
    QCOMPARE(word->currentText(), QString("one"));
    QVERIFY(!(word->focusPolicy() & Qt::WheelFocus & ~Qt::StrongFocus));  // the wheel gives no focus
    word->setFocus();
    QVERIFY(isTaken());
    QCOMPARE(word->currentText(), QString("two"));
  }

  /// Nothing of a card is cut: it is as high as its texts need.
  void cardsHoldTheirTexts() {
    const CardText text{"one", "One", QString("word ").repeated(30)};
    const ChoiceCard with(text, theme_, nullptr), without({"two", "Two", ""}, theme_, nullptr);
    const int line = with.fontMetrics().height();
    QVERIFY(with.heightForWidth(200) >= without.heightForWidth(200) + 4 * line);
    QVERIFY(with.heightForWidth(200) > with.heightForWidth(600));
    ChoiceCards cards({text, {"two", "Two", ""}}, theme_, 2);
    cards.refuse([](const QString& name) { return name == "two" ? "Because of this" : QString(); });
    auto* two = cards.findChild<QAbstractButton*>("two");
    QVERIFY(!two->isEnabled() && two->toolTip().contains("Because of this"));
    QVERIFY(cards.findChild<QAbstractButton*>("one")->isEnabled());
    cards.refuse([](const QString&) { return QString(); });
    QVERIFY(two->isEnabled() && !two->toolTip().contains("Because of this"));
  }

  void hintsHaveAllTheirLines() {
    const std::unique_ptr<QLabel> hint(hintLabel(QString("word ").repeated(30), theme_, nullptr));
    QVERIFY(hint->heightForWidth(150) > 3 * hint->fontMetrics().height());
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
    QTest::newRow("too many together") << "1-1000, 2001" << "with '2001' there are too many seeds";
    QTest::newRow("the last one") << "9007199254740992" << "9007199254740992";
    QTest::newRow("too large") << "9223372036854775807" << "too large";
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

  // ---- several texts

  /// A text that has a comma, a semicolon, a quote or blanks at its ends stands in quotes; both ways.
  void textsAreSwept() {
    FieldValue field;
    field.value = Json("");
    field.field.name = "ops";
    const auto texts = [&](const char* typed) {
      std::vector<std::string> all;
      for (const Json& value : sweptFromText(typed, field, false).list) all.push_back(value.asString());
      return all;
    };
    using Texts = std::vector<std::string>;
    QCOMPARE(texts("crop, flip"), (Texts{"crop", "flip"}));
    QCOMPARE(texts(" crop ;two words,, "), (Texts{"crop", "two words"}));
    QCOMPARE(texts(R"("rotate, shear"; crop)"), (Texts{"rotate, shear", "crop"}));
    QCOMPARE(texts(R"("5"" wide", " x ", "")"), (Texts{"5\" wide", " x ", ""}));
    QCOMPARE(texts("1..3 by 1"), Texts{"1..3 by 1"});
    for (const Texts& list : {Texts{"a", "b"}, Texts{"a, b", "c;d", "\"", ""}, Texts{" a", "x \"y\" z"}}) {
      SweptValues values;
      for (const std::string& text : list) values.list.emplace_back(text);
      QCOMPARE(texts(sweptText(values).toUtf8().constData()), list);
    }
    const auto why = [&](const char* typed) { return errorOf([&] { sweptFromText(typed, field, false); }); };
    QVERIFY2(why(R"("rotate, shear)").contains("the closing quote is missing after \"rotate, shear"),
             qPrintable(why(R"("rotate, shear)")));
    QVERIFY(why(R"("a" b)").contains("a comma or semicolon expected after the text in quotes, 'b' found"));
    QVERIFY(why(R"(5" wide)").contains("put the whole text in quotes"));
    QVERIFY(why(" , ").contains("texts expected"));
  }
};

QTEST_MAIN(TestForms)
#include "tst_forms.moc"
