#include <fmt/core.h>

#include <QTest>
#include <algorithm>
#include <functional>
#include <map>

#include "core/base/Files.h"
#include "core/config/RunConfig.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/models/Model.h"
#include "core/engine/optimisers/Optimiser.h"
#include "core/engine/schedules/Schedule.h"
#include "tests/core/AugmentTools.h"
#include "tests/core/ErrorOf.h"

using namespace uada;
using namespace uada::test;

namespace {

/// Whatever has settings, with an experiment that gives it some.
struct Owner {
  std::string name;
  std::vector<FieldValue> fields;
  std::string place;  ///< in messages
  /// A whole experiment with these settings of the owner.
  std::function<std::string(const std::string& name, const std::string& settings)> experiment;
};

std::string written(const std::string& recipe, const std::string& method, const std::string& runtime = "{}") {
  return fmt::format(R"({{"name": "e", "recipe": {}, "methods": [{}], "seeds": [1], "runtime": {}}})", recipe,
                     method, runtime);
}

const char* kRecipe = R"({"dataset": "cifar10", "model": "resnet"})";

std::vector<Owner> owners() {
  std::vector<Owner> all;
  const auto inRecipe = [](const char* part) {
    return [part](const std::string& name, const std::string& settings) {
      return written(fmt::format(R"({{"dataset": "cifar10", "model": "resnet", "{}": {{"name": "{}"{}{}}}}})",
                                 part, name, settings.empty() ? "" : ", ", settings),
                     "\"uada\"");
    };
  };
  for (const Optimiser& optimiser : optimisers())
    all.push_back({optimiser.name, optimiser.fields, "recipe.optimiser", inRecipe("optimiser")});
  for (const Schedule& schedule : schedules())
    all.push_back({schedule.name, schedule.fields, "recipe.schedule", inRecipe("schedule")});
  all.push_back({"runtime", fieldsOf<Runtime>(), "runtime", [](const auto&, const auto& settings) {
                   return written(kRecipe, "\"uada\"", "{" + settings + "}");
                 }});
  for (const MethodEntry& method : methods())
    all.push_back({method.name, method.fields, "methods[0]", [](const auto& name, const auto& settings) {
                     return written(kRecipe, fmt::format(R"({{"name": "{}"{}{}}})", name,
                                                         settings.empty() ? "" : ", ", settings));
                   }});
  for (const Policy& policy : policies())
    all.push_back(
        {policy.name, policy.fields(), "methods[0].policy", [](const auto& name, const auto& settings) {
           return written(kRecipe, fmt::format(R"({{"name": "uada", "policy": {{"name": "{}"{}{}}}}})", name,
                                               settings.empty() ? "" : ", ", settings));
         }});
  return all;
}

Experiment read(const std::string& text) { return experimentFromJson(parseJson(text, "f"), "f"); }

QString problemOf(const std::string& text) {
  return errorOf([&] { read(text); });
}

std::string setting(const std::string& name, const Json& value) {
  return Json(name).dump() + ": " + value.dump();
}

const FieldValue* named(const std::vector<FieldValue>& fields, const std::string& name) {
  const auto found = std::ranges::find_if(fields, [&](const FieldValue& f) { return f.field.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

/// Values of a field that are not its default, at most two.
std::vector<Json> others(const FieldValue& known) {
  std::vector<Json> all;
  const auto add = [&](const Json& value) {
    if (all.size() < 2 && !(value == known.value) && fieldProblem(known, value).empty()) all.push_back(value);
  };
  for (const std::string& choice : known.field.choices)
    add(known.value.isInt() ? parseJson(choice, "t") : Json(choice));
  if (!known.field.choices.empty()) return all;
  if (known.value.isBool()) add(!known.value.asBool());
  if (known.value.isInt()) add(known.value.asInt() + 1), add(0);
  if (known.value.isNumber() && !known.value.isInt()) {
    add(known.value.asDouble() * 1.5);  // greatest values may not go below the least, nor above 1
    if (all.empty()) add(known.value.asDouble() * 0.5);
    add(0.0);
  }
  if (known.value.isArray()) add(Json::Array{0.5}), add(Json::array());
  return all;
}

/// A recipe with these settings in `training`, where optimiser and schedule once stood.
std::string inTraining(const std::string& settings) {
  return written(R"({"dataset": "cifar10", "model": "resnet", "training": {)" + settings + "}}", "\"uada\"");
}

std::string recordOf(const std::string& text) {
  const RunConfig run = expand(read(text)).front();
  return configHash(run) + settingsToJson(run.runtime).dump();
}

/// One step of UADA on a few samples, as a hash: the pixels that a policy with these settings shows, and what
/// is recorded of its probes.
std::string shownBy(const Choice& policy, int samples) {
  static const ResidentDataset data = makeData(kSide, 512);
  static ThreadPool pool(1);
  static const Renderer renderer(data, settingsOf(kSide), pool);
  const auto space = makeSpace(policy, {squareInput(kSide, kPad)});
  const Batch batch = uadaBatch(*space, static_cast<std::size_t>(samples));
  std::vector<std::uint8_t> bytes(batch.plans.size() * 3 * kSide * kSide);
  renderer.renderBytes(batch.indices, batch.plans, bytes.data());
  for (const std::uint32_t index : batch.indices) {
    Random random(7, 1, index, Purpose::probe);
    const Plan plan = samplePlan(*space, index);
    for (const Group group : space->groups())
      for (const Probe& probe : probesOf(*space, plan, group, random))
        bytes.push_back(static_cast<std::uint8_t>(probe.position));
  }
  return sha256(std::as_bytes(std::span(bytes)));
}

}  // namespace

/// Settings that override others: what is recorded is what is done.
class TestOverrides : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// What is said to leave a setting without effect is a setting of the same owner, and a value that it
  /// takes.
  void conditionsAreSound() {
    int seen = 0;
    for (const Owner& owner : owners())
      for (const FieldValue& known : owner.fields)
        for (const Unless& unless : known.field.unless) {
          const FieldValue* other = named(owner.fields, unless.field);
          if (unless.field == "ops" && owner.name != "uada-cifar") continue;  // some have ops, but never none
          QVERIFY2(other, (owner.name + ": " + known.field.name + ": " + unless.field).c_str());
          QCOMPARE(fieldProblem(*other, unless.value), std::string());
          ++seen;
        }
    QVERIFY(seen > 40);
  }

  /// Each such pair: given, it is refused naming both; the default of the one is no fault, stated or not, and
  /// gives one record.
  void idleSettingsAreRefusedNamingBoth() {
    for (const Owner& owner : owners())
      for (const FieldValue& known : owner.fields)
        for (const Unless& unless : known.field.unless) {
          const FieldValue* other = named(owner.fields, unless.field);
          if (!other || !fieldProblem(*other, unless.value).empty() || unless.field == "preset") continue;
          const std::string first = setting(unless.field, unless.value);
          const std::string silent = owner.experiment(owner.name, first);
          const std::string stated =
              owner.experiment(owner.name, first + ", " + setting(known.field.name, known.value));
          QCOMPARE(problemOf(silent), QString());
          QCOMPARE(problemOf(stated), QString());
          QCOMPARE(recordOf(stated), recordOf(silent));
          for (const Json& value : others(known)) {
            const std::string both =
                owner.experiment(owner.name, first + ", " + setting(known.field.name, value));
            const QString problem = problemOf(both);
            if (problem.isEmpty()) {  // another way to say what is done
              QCOMPARE(recordOf(both), recordOf(silent));
              continue;
            }
            const std::string place = "f: " + owner.place + "." + known.field.name;
            QVERIFY2(problem.startsWith(QString::fromStdString(place)) &&
                         problem.contains(QString::fromStdString(unless.field)),
                     qPrintable(problem + "\n" + QString::fromStdString(both)));
          }
        }
  }

  void idleSettingsOfTheOldTraining_data() {
    QTest::addColumn<QString>("settings");
    QTest::addColumn<QString>("problem");
    const auto row = [](const char* settings, const char* problem) {
      QTest::newRow(settings) << settings << problem;
    };
    row(R"("schedule": "cosine", "decay": 0.5)",
        "f: recipe.training.decay: 0.5 has no effect with schedule cosine; leave one of the two out");
    row(R"("schedule": "constant", "milestones": [0.5])",
        "f: recipe.training.milestones: [0.5] has no effect with schedule constant; leave one of the two "
        "out");
    row(R"("learning_rate": 0, "schedule": "cosine")",
        "f: recipe.training.schedule: \"cosine\" has no effect with learning_rate 0.0; leave one of the two "
        "out");
    row(R"("learning_rate": 0, "decay": 0.5)",
        "f: recipe.training.decay: 0.5 has no effect with learning_rate 0.0; leave one of the two out");
    row(R"("momentum": 0, "nesterov": true)",
        "f: recipe.training.nesterov: true has no effect with momentum 0.0; leave one of the two out");
    row(R"("milestones": [], "decay": 0.5)",
        "f: recipe.training.decay: 0.5 has no effect with milestones []; leave one of the two out");
    row(R"("schedule": "cosine", "decay": 0.2, "milestones": [0.3, 0.6, 0.8])", "");  // the defaults
  }
  void idleSettingsOfTheOldTraining() {
    QFETCH(QString, settings);
    QFETCH(QString, problem);
    QCOMPARE(problemOf(inTraining(settings.toStdString())), problem);
  }
  void aRateOfZeroNeedsNoSchedule() {
    const std::string both = written(
        R"({"dataset": "cifar10", "model": "resnet", "optimiser": {"learning_rate": 0}, "schedule": "cosine"})",
        "\"uada\"");
    QCOMPARE(problemOf(both),
             QString("f: recipe.optimiser.learning_rate: 0 leaves the schedule cosine without "
                     "effect; leave one of the two out"));
  }

  /// Any one or two settings of a policy: those that show the same pictures are recorded as the same.
  void equalPicturesAreEqualRecords_data() {
    QTest::addColumn<QString>("policy");
    for (const Policy& policy : policies())
      QTest::newRow(policy.name.c_str()) << QString::fromStdString(policy.name);
  }
  void equalPicturesAreEqualRecords() {
    QFETCH(QString, policy);
    const auto all = findPolicy(policy.toStdString()).fields();
    std::vector<Json::Member> changes, seconds;  // of each field one value, and a second alone
    for (const FieldValue& known : all) {
      if (known.field.role != Field::Role::setting || known.field.name == "as_published") continue;
      const std::vector<Json> values = others(known);
      for (const Json& value : values)
        (&value == &values.front() ? changes : seconds).emplace_back(known.field.name, value);
    }
    std::vector<Json::Object> cases;
    for (const Json::Member& second : seconds) cases.push_back({second});
    for (std::size_t a = 0; a < changes.size(); ++a) {
      cases.push_back({changes[a]});
      for (std::size_t b = 0; b < a; ++b) cases.push_back({changes[a], changes[b]});
    }
    constexpr int kFew = 8, kMany = 512;  // samples: what looks the same is looked at more closely
    std::map<std::string, Choice> byPictures;
    int distinct = 0;
    for (Json::Object settings : cases) {
      settings.emplace_back("name", policy.toStdString());
      Choice choice;
      if (!errorOf([&] { choice = newPolicyFromJson(Json(settings), "p"); }).isEmpty()) continue;
      const auto [known, isNew] = byPictures.emplace(shownBy(choice, kFew), choice);
      distinct += isNew;
      if (known->second == choice || shownBy(known->second, kMany) != shownBy(choice, kMany)) continue;
      QFAIL((choiceToJson(choice).dump() + "\n" + choiceToJson(known->second).dump()).c_str());
    }
    QVERIFY(distinct > 1);  // of crop-flip only the crop can be another
  }

  void presets() {
    const auto policy = [](const char* settings) {
      return newPolicyFromJson(parseJson(fmt::format(R"({{"name": "randaugment", {}}})", settings), "p"),
                               "p");
    };
    const Choice done = policy(R"("ops": 3, "magnitude": 5)");
    QCOMPARE(policy(R"("preset": "cifar10-wrn-28-10")"), done);
    QCOMPARE(policy(R"("preset": "cifar10-wrn-28-10", "ops": 3)"), done);
    QCOMPARE(done.settings().at("preset").asString(), std::string("none"));
    QCOMPARE(errorOf([&] { policy(R"("preset": "cifar10-wrn-28-10", "ops": 2)"); }),
             QString("p.ops: 2 found, but the preset 'cifar10-wrn-28-10' sets 3; leave one of the two out"));
    QCOMPARE(
        errorOf([&] { policy(R"("preset": "cifar10-wrn-28-10", "magnitude": 9)"); }),
        QString("p.magnitude: 9 found, but the preset 'cifar10-wrn-28-10' sets 5; leave one of the two out"));
  }

  /// Three that were three methods to the tables, and train the same.
  void aPresetSpeltOutIsTheSameMethod() {
    const auto methods = [](const char* second) {
      return written(kRecipe, std::string(R"({"name": "plain", "policy": {"name": "randaugment",
        "preset": "cifar10-wrn-28-10"}}, )") +
                                  second);
    };
    const char* spelled = R"({"name": "plain", "policy": {"name": "randaugment", "ops": 3, "magnitude": 5}})";
    QVERIFY(problemOf(methods(spelled)).contains("f: methods[1]: 'plain' stands there twice"));
    QCOMPARE(runTitle(expand(read(written(kRecipe, spelled)))[0]),
             std::string("r18-c10-plain-randaugment-ops=3-magnitude=5-s1"));
  }

  /// All of a set is said in one way.
  void aLimitOfTheWholeSetIsNone() {
    const auto hash = [](const char* limits) {
      const std::string recipe =
          fmt::format(R"({{"dataset": {{"name": "cifar10"{}}}, "model": "resnet"}})", limits);
      return configHash(expand(read(written(recipe, R"("ra-uc")")))[0]);
    };
    QCOMPARE(hash(R"(, "train_limit": 50000, "test_limit": 20000)"), hash(""));
    QVERIFY(hash(R"(, "train_limit": 49999)") != hash(""));
  }

  /// A run of a time when the preset was recorded beside other values: as it is stored, so it stays.
  void storedPresetsAreReadAsTheyAre() {
    const char* stored = R"({"recipe": {"dataset": "cifar10", "model": "resnet"}, "seed": 1, "method":
      {"name": "plain", "policy": {"name": "randaugment", "preset": "cifar10-wrn-28-10", "ops": 2,
       "magnitude": 9, "order": "chain_first", "cutout": false, "cutout_size": 8}}})";
    const RunConfig run = runConfigFromJson(parseJson(stored, "s"), "s");
    QCOMPARE(policyOf(run.method).settings().at("preset").asString(), std::string("cifar10-wrn-28-10"));
    QCOMPARE(policyOf(run.method).settings().at("ops").asInt(), 2);
    QCOMPARE(toJson(runConfigFromJson(toJson(run), "again")).dump(), toJson(run).dump());
    QCOMPARE(QString::fromStdString(configHash(run)),
             QString("ad3a7133ea488be376a01cab095a8b35748c6b4bc383f23bec88bece2bfe3efc"));
  }

  void betweenMethodAndPolicy_data() {
    QTest::addColumn<QString>("method");
    QTest::addColumn<QString>("problem");
    const auto row = [](const char* name, const char* method, const char* problem) {
      QTest::newRow(name) << method << problem;
    };
    row("probes of a plain policy",
        R"({"name": "plain", "policy": {"name": "autoaugment", "chain_probe": "each"}})",
        "f: methods[0].policy.chain_probe: \"each\" has no effect with method plain; leave one of the two "
        "out");
    row("probes of no step",
        R"({"name": "uada", "epsilon": 0, "policy": {"name": "uada-cifar", "skip_inert": true}})",
        "f: methods[0].policy.skip_inert: true has no effect with epsilon 0; leave one of the two out");
    row("probes of a random step",
        R"({"name": "uada", "update": "random", "policy": {"name": "uada-cifar", "coordinatewise": true}})",
        "f: methods[0].policy.coordinatewise: true has no effect with update random; leave one of the two "
        "out");
    row("groups of a random step",
        R"({"name": "uada", "update": "random", "policy": {"name": "uada-cifar", "chain_probe": "each"}})",
        "");
    row("a text for timm", R"({"name": "plain", "policy": "rand-m9-n2-mstd0.5-inc1"})",
        "f: methods[0].policy: unknown policy 'rand-m9-n2-mstd0.5-inc1'; a text for timm's --aa is a setting "
        "of the policy timm-randaugment: give {\"name\": \"timm-randaugment\", \"aa\": "
        "\"rand-m9-n2-mstd0.5-inc1\"}");
    row("one probe of all groups, and one for each coordinate",
        R"({"name": "uada", "estimator": "joint", "policy": {"name": "uada-cifar", "coordinatewise": true}})",
        "f: methods[0].estimator: \"joint\" has no effect together with policy.coordinatewise, which probes "
        "each coordinate by itself; leave one of the two out");
    row("both candidates of coordinates by themselves",
        R"({"name": "uada", "candidates": "both", "policy": {"name": "uada-cifar", "coordinatewise": true}})",
        "f: methods[0].candidates: \"both\" has no effect together with policy.coordinatewise, which probes "
        "each coordinate by itself; leave one of the two out");
    row("coordinates by themselves",
        R"({"name": "uada", "policy": {"name": "uada-cifar", "coordinatewise": true}})", "");
    row("more copies than candidates",
        R"({"name": "ltda", "candidates": 2, "copies": 4, "select": "argmax"})",
        "f: methods[0].copies: 4 found, but there are only 2 candidates to take the largest of; give at most "
        "as many copies");
    row("more copies than candidates, drawn", R"({"name": "ltda", "candidates": 2, "copies": 4})", "");
    row("nothing to move", R"({"name": "uada", "epsilon": 2, "policy": "crop-flip"})",
        "f: methods[0].epsilon: 2 has no effect with policy crop-flip, which has nothing to move; leave one "
        "of "
        "the two out");
    row("nothing to move, as usual", R"({"name": "uada", "policy": "crop-flip"})", "");
    row("no errors published",
        R"({"name": "plain", "policy": {"name": "found", "file": "example-subpolicies", "as_published": true}})",
        "f: methods[0].policy.as_published: true has no effect with file example-subpolicies, whose "
        "published "
        "code "
        "has no known errors; leave it out");
    row("errors published",
        R"({"name": "plain", "policy": {"name": "found", "file": "autoaugment-cifar10", "as_published": true}})",
        "");
  }
  void betweenMethodAndPolicy() {
    QFETCH(QString, method);
    QFETCH(QString, problem);
    QCOMPARE(problemOf(written(kRecipe, method.toStdString())), problem);
  }
};

QTEST_GUILESS_MAIN(TestOverrides)
#include "tst_overrides.moc"
