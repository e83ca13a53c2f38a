#include <QTest>
#include <algorithm>

#include "core/augment/Space.h"
#include "core/data/DataSettings.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/models/Model.h"
#include "core/engine/optimisers/Optimiser.h"
#include "core/engine/schedules/Schedule.h"
#include "core/engine/tasks/Task.h"
#include "tests/core/ErrorOf.h"

using namespace uada;
using namespace uada::test;

namespace {

/// A model with a number, a later setting and one that is stored as a text.
struct Toy {
  int width = 8;
  int depth = 10;
  std::string late = "off";

  void visit(SettingsVisitor& v) {
    v.field({.name = "width", .title = "Width", .help = "h", .min = 1, .max = 100}, width);
    v.field({.name = "depth", .title = "Depth", .help = "h", .choices = {"10", "18"}, .storedAsText = true},
            depth);
    v.field({.name = "late", .title = "Late", .help = "h", .choices = {"off", "on"}, .later = true}, late);
  }
};

/// Every entry of every catalogue, as it is named without settings.
struct Entry {
  std::string kind, name;
  Choice::Read read;
};
std::vector<Entry> entries() {
  std::vector<Entry> all;
  const auto add = [&](const char* kind, const auto& catalogue) {
    for (const auto& entry : catalogue) all.push_back({kind, entry.name, entry.read});
  };
  add("model", models());
  add("method", methods());
  add("policy", policies());
  add("optimiser", optimisers());
  add("schedule", schedules());
  add("task", tasks());
  return all;
}

}  // namespace

class TestChoice : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// Of every catalogue: settings are read strictly, and what is read says itself again.
  void contract_data() {
    QTest::addColumn<int>("entry");
    const std::vector<Entry> all = entries();
    for (std::size_t i = 0; i < all.size(); ++i)
      QTest::addRow("%s %s", all[i].kind.c_str(), all[i].name.c_str()) << static_cast<int>(i);
  }
  void contract() {
    QFETCH(int, entry);
    const auto [kind, name, read] = entries()[static_cast<std::size_t>(entry)];
    const Choice usual = read(name, Json::object(), "w");
    QCOMPARE(usual.name, name);
    const Choice again = read(name, usual.settings(), "w");
    QVERIFY(again == usual);
    QCOMPARE(choiceToJson(again).dump(), choiceToJson(usual).dump());
    QVERIFY(errorOf([&] {
              read(name, Json(Json::Object{{"no such", 1}}), "w");
            }).startsWith("w: unknown key 'no such'"));
    for (const auto& [key, value] : usual.settings().asObject()) {
      Choice same = usual;
      same.set(key, value);
      QVERIFY2(same == usual, key.c_str());
    }
  }

  void keepsTheStructThatWasRead() {
    const Choice choice = readChoice<Toy>("toy", parseJson(R"({"width": 16})", "t"), "w");
    QCOMPARE(choice.as<Toy>().width, 16);
    QCOMPARE(choice.settings().dump(), std::string(R"({"width":16,"depth":"10"})"));
    QVERIFY(choice == Choice("toy", Toy{.width = 16}));
    QVERIFY_THROWS_EXCEPTION(std::logic_error, choice.as<DataSettings>());
    QVERIFY_THROWS_EXCEPTION(std::logic_error, Choice().as<Toy>());
  }

  void changesAreStrict() {
    Choice choice("toy", Toy{});
    const Choice before = choice;
    choice.set("width", 32);
    QCOMPARE(choice.as<Toy>().width, 32);
    QCOMPARE(before.as<Toy>().width, 8);  // copies do not share what is changed
    choice.set("depth", 18);
    QCOMPARE(choice.settings().at("depth").asString(), std::string("18"));  // as it is stored
    choice.set("late", "on");
    QCOMPARE(choice.settings().at("late").asString(), std::string("on"));
    choice.set("late", "off");
    QVERIFY(!choice.settings().find("late"));  // a later setting is silent at its default
    const Choice sound = choice;
    QCOMPARE(errorOf([&] { choice.set("width", 0); }),
             QString("toy.width: 0 found, a number between 1 and 100 expected"));
    QVERIFY(errorOf([&] { choice.set("wdith", 3); }).startsWith("toy: unknown key 'wdith'; known: width"));
    QVERIFY(choice == sound);
    QVERIFY_THROWS_EXCEPTION(std::logic_error, Choice().set("width", 1));
  }

  void namesStandAloneOrWithSettings() {
    QCOMPARE(namedSettings(Json("toy"), "w").name, std::string("toy"));
    const NamedSettings both = namedSettings(parseJson(R"({"width": 3, "name": "toy"})", "t"), "w");
    QCOMPARE(both.name, std::string("toy"));
    QCOMPARE(both.settings.dump(), std::string(R"({"width":3})"));
    QCOMPARE(namedSettings(Json::object(), "w", "usual").name, std::string("usual"));
    QCOMPARE(errorOf([] { namedSettings(Json::object(), "w"); }),
             QString("w: the key 'name' (a text) is missing"));
    QCOMPARE(errorOf([] { namedSettings(parseJson(R"({"name": 3})", "t"), "w"); }),
             QString("w.name: a text expected, 3 found"));
  }

  /// One method is what the others are told against; a policy goes with every method.
  void methodsHaveAPolicyAndOneReference() {
    QCOMPARE(static_cast<int>(std::ranges::count_if(methods(), &MethodEntry::isReference)), 1);
    QCOMPARE(referenceMethod().name, std::string("ra-uc"));
    Choice method = methodFromJson("uada", "w");
    QCOMPARE(policyOf(method).name, std::string("uada-cifar"));
    QVERIFY(!method.settings().find("policy"));
    Choice policy = policyOf(method);
    policy.set("ops", 3);
    method.set("policy", choiceToJson(policy));
    QVERIFY(policyOf(method) == policy);
    QCOMPARE(method.settings().at("policy").at("ops").asInt(), std::int64_t{3});
    method.set("policy", "uada-cifar");
    QVERIFY(method == methodFromJson("uada", "w"));
  }
};

QTEST_GUILESS_MAIN(TestChoice)
#include "tst_choice.moc"
