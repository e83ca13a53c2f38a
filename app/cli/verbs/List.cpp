#include <fmt/core.h>

#include <algorithm>

#include "app/cli/CommandLine.h"
#include "app/cli/Console.h"
#include "app/cli/Framings.h"
#include "app/cli/verbs/ListExperiments.h"
#include "app/cli/verbs/ListSettings.h"
#include "core/augment/Space.h"
#include "core/base/Catalog.h"
#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/data/Dataset.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/models/Model.h"
#include "core/engine/optimisers/Optimiser.h"
#include "core/engine/schedules/Schedule.h"
#include "core/engine/tasks/Task.h"
#include "core/ops/Op.h"
#include "core/tables/OwnTable.h"
#include "core/tables/Table.h"

namespace uada::cli {
namespace {

struct Options {
  std::string what, of;
  std::string project = kDefaultProject;
  int classes = 10;
  bool json = false;
};

void describe(Verb& verb, Options& options) {
  verb.argument("KIND", options.what,
                "ops, grids, models, tasks, datasets, optimisers, schedules, methods, policies, settings, "
                "tables or experiments")
      .required();
  verb.argument("NAME", options.of,
                "settings: of this method, policy, model, task, optimiser or schedule, or of dataset, "
                "input, training or runtime; experiments: this one by recipe and method; default: all");
  verb.number("--classes", options.classes, 1, 1000000, "Count the models' parameters for so many classes")
      .usual("10");
  verb.project(options.project);
}

using Align = TextTable::Align;

Json nameTitleSource(const auto& entry) {
  return Json::Object{{"name", entry.name}, {"title", entry.title}, {"source", entry.source}};
}

/// "epsilon=1 include_unperturbed=true": the settings with their defaults.
std::string settingsText(const std::vector<FieldValue>& fields) {
  std::string text;
  for (const auto& [field, value] : fields)
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", field.name, value.dump());
  std::erase(text, '"');
  return text;
}

Json settingsJson(const std::vector<FieldValue>& fields) {
  Json json = Json::object();
  for (const auto& [field, value] : fields) json[field.name] = value;
  return json;
}

std::vector<std::string> propertiesOf(const Op& op) {
  std::vector<std::string> words{op.hasValue ? "magnitude" : "inert"};
  if (op.isSigned) words.push_back("signed");
  if (op.geometric) words.push_back("geometric");
  if (op.lookUp != LookUp::none) words.push_back("look-up table");
  if (op.hasPlace) words.push_back("place");
  if (op.hasPartner) words.push_back("partner");
  return words;
}

/// The raw values of the lowest and the highest level with positive sign, for images of 32 pixels a side.
Json levelsJson(const Op& op, const GridInfo& info) {
  return Json::Array{rawValue(op, info.grid, 0, 1, 32), rawValue(op, info.grid, info.top, 1, 32)};
}

Json opJson(const Op& op) {
  Json json = nameTitleSource(op);
  json["min"] = op.min;
  json["max"] = op.max;
  json["unit"] = op.unit;
  json["signed"] = op.isSigned;
  json["geometric"] = op.geometric;
  json["magnitude"] = op.hasValue;
  json["look_up_table"] = op.lookUp != LookUp::none;
  json["inert"] = op.inert();
  json["place"] = op.hasPlace;
  json["partner"] = op.hasPartner;
  Json grids = Json::object();
  for (const GridInfo& info : uada::grids())
    if (op.hasValue && hasLevels(op, info.grid)) grids[std::string(info.name)] = levelsJson(op, info);
  json["grids"] = grids;
  return json;
}

Json framingJson(const Framing& framing) {
  Json json = nameTitleSource(framing);
  json["min"] = framing.min;
  json["max"] = framing.max;
  json["unit"] = "pixels";
  json["signed"] = false;
  json["geometric"] = true;
  json["framing"] = true;  // of `apply` alone: chains do not have it
  return json;
}

void listOps(const Console& console, const Options&) {
  const auto right = Align::right;
  TextTable table({{"op"}, {"title"}, {"min", right}, {"max", right}, {"unit"}, {"properties"}, {"source"}});
  for (const Op& op : ops()) {
    const auto number = [&](double value) { return op.hasValue ? fmt::format("{:g}", value) : "-"; };
    table.add({op.name, op.title, number(op.min), number(op.max), op.unit.empty() ? "-" : op.unit,
               joined(propertiesOf(op), ", "), op.source});
    console.object("op", opJson(op));
  }
  for (const Framing& framing : framings()) {
    const std::string takes =
        *framing.takes ? fmt::format("size or window, {}", framing.takes) : "size or window";
    table.add({framing.name, framing.title, fmt::format("{:g}", framing.min),
               fmt::format("{:g}", framing.max), "pixels", takes, framing.source});
    console.object("op", framingJson(framing));
  }
  console.say(table.text());
}

/// A raw value as the op uses it: some formulas leave the op's range, and say so by a value beyond it.
std::string usedText(const Op& op, double value) {
  if (op.hasPlace && value < 0) return "none";  // a box of a negative side
  if (op.unit == "threshold") value = std::clamp(value, op.min, op.max);
  return fmt::format("{:.4g}", value);
}

/// What a level of each grid means: the raw values of its ends.
void listGrids(const Console& console, const Options&) {
  const auto right = Align::right;
  TextTable names({{"grid"}, {"levels", right}, {"title"}});
  TextTable ranges({{"grid"}, {"op"}, {"at 0", right}, {"at the top", right}, {"unit"}, {"sign"}});
  for (const GridInfo& info : uada::grids()) {
    const std::string name(info.name);
    names.add({name, fmt::format("{}0 to {:g}", info.continuous ? "any, " : "", info.top),
               std::string(info.title)});
    const std::string title(info.title);  // names its source
    Json json = Json::Object{{"name", name}, {"title", title}, {"source", title}, {"top", info.top}};
    json["continuous"] = info.continuous;
    Json& all = json["ops"] = Json::object();
    for (const Op& op : ops()) {
      if (!op.hasValue || !hasLevels(op, info.grid)) continue;
      const Json ends = levelsJson(op, info);
      const bool isSigned = signCounts(op, info.grid);
      ranges.add({name, op.name, usedText(op, ends.asArray()[0].asDouble()),
                  usedText(op, ends.asArray()[1].asDouble()), op.unit.empty() ? "-" : op.unit,
                  isSigned ? "+ or -" : "-"});
      all[op.name] = Json::Object{{"values", ends}, {"signed", isSigned}};
    }
    console.object("grid", json);
  }
  console.say(names.text());
  console.say("\n" + ranges.text() +
              "raw values as used with the sign +, for images of 32 pixels a side; none: the image is left\n"
              "as it is; other ops have no levels there\n");
}

void listModels(const Console& console, const Options& options) {
  TextTable table({{"model"},
                   {"title"},
                   {"task"},
                   {fmt::format("parameters ({} classes)", options.classes), Align::right},
                   {"settings"}});
  for (const Model& model : models()) {
    const Json settings = settingsJson(model.fields);
    const std::int64_t parameters =
        model.parameters(modelFromJson(model.name, "list"), {.classes = options.classes, .input = {}});
    table.add({model.name, model.title, model.task, parameters > 0 ? groupedText(parameters) : "its file's",
               settingsText(model.fields)});
    Json json = nameTitleSource(model);
    json["task"] = model.task;
    json["classes"] = options.classes;
    json["parameters"] = parameters > 0 ? Json(parameters) : Json();
    json["settings"] = settings;
    console.object("model", json);
  }
  console.say(table.text());
}

void listTasks(const Console& console, const Options&) {
  TextTable table({{"task"}, {"title"}, {"learns from"}, {"training metrics"}, {"test metrics"}});
  const auto names = [](const std::vector<Metric>& metrics) {
    std::vector<std::string> all;
    for (const Metric& metric : metrics) all.push_back(metric.name);
    return all;
  };
  const auto metricsJson = [](const std::vector<Metric>& metrics) {
    Json all = Json::array();
    for (const Metric& metric : metrics)
      all.push(Json::Object{{"name", metric.name},
                            {"title", metric.title},
                            {"unit", metric.unit},
                            {"higher_is_better", metric.higherIsBetter}});
    return all;
  };
  for (const Task& task : tasks()) {
    table.add({task.name, task.title, targetText(task.target), joined(names(task.trainMetrics), ", "),
               joined(names(task.testMetrics), ", ")});
    Json json = nameTitleSource(task);
    json["target"] = targetText(task.target);
    json["train_metrics"] = metricsJson(task.trainMetrics);
    json["test_metrics"] = metricsJson(task.testMetrics);
    json["settings"] = settingsJson(task.fields);
    console.object("task", json);
  }
  console.say(table.text() + "metrics: the first of the test says which epoch was best\n");
}

/// Optimisers or schedules. kind: one of them, in singular
template <class Entries>
void listWithSettings(const Console& console, const char* kind, const Entries& entries) {
  TextTable table({{kind}, {"title"}, {"settings"}, {"source"}});
  for (const auto& entry : entries) {
    table.add({entry.name, entry.title, settingsText(entry.fields), entry.source});
    Json json = nameTitleSource(entry);
    json["settings"] = settingsJson(entry.fields);
    console.object(kind, json);
  }
  console.say(table.text());
}
void listOptimisers(const Console& console, const Options&) {
  listWithSettings(console, "optimiser", optimisers());
}
void listSchedules(const Console& console, const Options&) {
  listWithSettings(console, "schedule", schedules());
}

void listDatasets(const Console& console, const Options&) {
  TextTable table({{"data set"},
                   {"title"},
                   {"an image has"},
                   {"classes", Align::right},
                   {"size", Align::right},
                   {"found in"}});
  for (const DatasetEntry& entry : datasets()) {
    const auto folder = entry.find({});
    table.add({entry.name, entry.title, targetText(entry.target),
               entry.classes > 0 ? groupedText(entry.classes) : "any",
               entry.width > 0 ? fmt::format("{}x{}", entry.width, entry.height) : "any",
               folder        ? folder->string()
               : entry.isOwn ? "the folder that you name"
                             : "not found"});
    Json json = nameTitleSource(entry);
    json["target"] = targetText(entry.target);
    json["classes"] = entry.classes;
    json["width"] = entry.width;
    json["height"] = entry.height;
    json["folder"] = folder ? Json(folder->string()) : Json();
    console.object("dataset", json);
  }
  console.say(table.text());
}

/// Forward-equivalents of a method with its defaults relative to ra-uc.
double relativePasses(const MethodEntry& method) {
  const Choice choice = methodFromJson(method.name, "list");
  return method.passes(choice, *makeSpace(policyOf(choice))).relativeToRaUc();
}

void listMethods(const Console& console, const Options&) {
  TextTable table({{"method"}, {"title"}, {"cost", Align::right}, {"policy"}, {"source"}});
  for (const MethodEntry& method : methods()) {
    const double passes = relativePasses(method);
    const bool isFixed = method.policySetting == PolicySetting::fixed;
    table.add({method.name, method.title, fmt::format("{:.2f}", passes),
               method.policy + (isFixed ? "" : " or any"), method.source});
    Json json = nameTitleSource(method);
    json["passes"] = passes;
    json["policy"] = method.policy;
    json["any_policy"] = !isFixed;
    json["settings"] = settingsJson(method.fields);
    console.object("method", json);
  }
  console.say(table.text() +
              "cost: forward passes a step, a backward counting 2, relative to ra-uc\n"
              "settings: uada list settings METHOD\n");
}

void listPolicies(const Console& console, const Options&) {
  TextTable table({{"policy"}, {"title"}, {"groups", Align::right}, {"source"}});
  for (const Policy& policy : policies()) {
    const auto groups = makeSpace(policyFromJson(policy.name, "list"))->groups().size();
    table.add({policy.name, policy.title, fmt::format("{}", groups), policy.source});
    Json json = nameTitleSource(policy);
    json["groups"] = static_cast<int>(groups);
    json["settings"] = settingsJson(policy.fields());
    console.object("policy", json);
  }
  console.say(table.text() + "settings: uada list settings POLICY\n");
}

/// With those that people have made in the project, if there is one.
void listTables(const Console& console, const Options& options) {
  TextTable table({{"table"}, {"number", Align::right}, {"title"}});
  for (const TableEntry& entry : tables()) {
    table.add({entry.name, fmt::format("{}", entry.number), entry.title});
    console.object("table", Json::Object{{"name", entry.name},
                                         {"title", entry.title},
                                         {"source", "Xu & Zhao, IJCAI 2023"},
                                         {"number", entry.number}});
  }
  if (isProject(options.project))
    for (const OwnTable& own : ownTables(ProjectReader(options.project))) {
      const std::string where = own.where.empty() ? "" : ", where " + own.where;
      table.add({own.name, "own",
                 fmt::format("{} by {}: {}{}", joined(own.rows, ", "), joined(own.columns, ", "),
                             joined(own.values, ", "), where)});
      Json json = toJson(own);
      json["name"] = own.name;
      console.object("table", json);
    }
  console.say(table.text());
}

struct Kind {
  const char* name;
  void (*list)(const Console&, const Options&);
};
constexpr Kind kKinds[] = {
    {"ops", listOps},
    {"grids", listGrids},
    {"models", listModels},
    {"tasks", listTasks},
    {"datasets", listDatasets},
    {"optimisers", listOptimisers},
    {"schedules", listSchedules},
    {"methods", listMethods},
    {"policies", listPolicies},
    {"settings", [](const Console& console, const Options& options) { listSettings(console, options.of); }},
    {"tables", listTables},
    {"experiments", [](const Console& console, const Options& options) {
       listExperiments(console, options.of, options.project);
     }}};

int perform(const Options& options) {
  if (!options.of.empty() && options.what != "settings" && options.what != "experiments")
    throw UsageError(fmt::format(
        "uada list {}: '{}' is one too many; only settings and experiments are listed of one name",
        options.what, options.of));
  findEntry(kKinds, options.what, "kind of thing to list").list(Console(options.json), options);
  return 0;
}

}  // namespace

void addList(Verbs& verbs) {
  verbs.add({"list", "List what the programs know by name",
             "Example: uada list ops\n"
             "         uada list settings uada\n"
             "         uada list models --classes 100 --json"},
            describe, perform);
}

}  // namespace uada::cli
