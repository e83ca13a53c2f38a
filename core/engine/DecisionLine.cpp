#include "core/engine/DecisionLine.h"

#include <fmt/core.h>

#include <limits>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/engine/DecisionJson.h"
#include "core/engine/Decisions.h"
#include "core/engine/ReportJson.h"
#include "core/engine/RunImages.h"

namespace uada {
namespace {

/// What decisions call the plan that no group has moved.
constexpr std::string_view kUnperturbed = "unperturbed";
constexpr std::int64_t kMostImages = std::numeric_limits<std::int32_t>::max();

/// Members of a line by key; what is not there, or null, is left as it is.
class LineReader {
 public:
  LineReader(const Json& line, const std::string& place) : line_(line), place_(place) {}

  std::string text(const char* key) const {
    const Json* value = given(key);
    if (!value) return "";
    if (!value->isString()) refuse(key, "a text", *value);
    return value->asString();
  }
  std::optional<std::int64_t> whole(const char* key, std::int64_t most) const {
    const Json* value = given(key);
    if (!value) return std::nullopt;
    if (!value->isInt() || value->asInt() < 0 || value->asInt() > most)
      refuse(key, fmt::format("a whole number from 0 to {}", most), *value);
    return value->asInt();
  }

 private:
  const Json* given(const char* key) const {
    const Json* value = line_.find(key);
    return value && !value->isNull() ? value : nullptr;
  }
  [[noreturn]] void refuse(const char* key, const std::string& wanted, const Json& found) const {
    throw Error(fmt::format("{}: {}: {} expected, {} found", place_, key, wanted, quotable(found.dump())));
  }
  const Json& line_;
  const std::string& place_;
};

/// The plan of the group that won.
Plan winnersPlan(const Json& line, const std::string& winner, const std::string& place) {
  const Json* groups = line.find("groups");
  if (groups && groups->isArray())
    for (const Json& group : groups->asArray())
      if (const Json* name = group.find("group"); name && *name == Json(winner))
        return planFromJson(group.at("candidate"));
  throw Error(fmt::format(
      "{}: winner: '{}' is none of its groups; give the line as 'uada export --what decisions' wrote it",
      place, quotable(winner)));
}

}  // namespace

Json decisionToJson(const Decision& decision, const DecisionOrigin& origin) {
  Json json = Json::Object{{"run", origin.run},
                           {"dataset", origin.dataset},
                           {"train_limit", origin.trainLimit},
                           {"data_hash", origin.dataHash.empty() ? Json() : Json(origin.dataHash)},
                           {"step", decision.step},
                           {"epoch", decision.epoch},
                           {"index", static_cast<std::int64_t>(decision.index)},
                           {"label", decision.label < 0 ? Json() : Json(decision.label)},
                           {"plan", toJson(decision.plan)},
                           {"unperturbed_loss", numberToJson(decision.unperturbedLoss)},
                           {"groups", groupsToJson(decision.groups)}};
  json["winner"] = nameOf(decision, decision.winner);
  json["pixel_hash"] = decision.pixelHash;
  return json;
}

PlanLine planLineFromText(std::string_view text, const std::string& place) {
  const GivenPlan unperturbed = planFromText(text, place);
  PlanLine line;
  line.plan = unperturbed.plan;
  if (!unperturbed.isMember) return line;
  const Json json = parseJson(text, place);
  const LineReader reader(json, place);
  line.winner = reader.text("winner");
  line.kind = line.winner.empty() ? PlanLine::Kind::sample : PlanLine::Kind::decision;
  if (!line.winner.empty() && line.winner != kUnperturbed) line.plan = winnersPlan(json, line.winner, place);
  line.step = reader.whole("step", std::numeric_limits<std::int64_t>::max()).value_or(0);
  line.run = reader.text("run");
  if (const auto index = reader.whole("index", kMostImages)) line.index = static_cast<std::uint32_t>(*index);
  line.pixelHash = reader.text("pixel_hash");
  line.dataset = reader.text("dataset");
  line.trainLimit = static_cast<int>(reader.whole("train_limit", kMostImages).value_or(0));
  line.trainHash = trainingHash(reader.text("data_hash"));
  return line;
}

std::string lineText(const PlanLine& given) {
  if (given.kind == PlanLine::Kind::plan) return "the given plan";
  if (given.kind == PlanLine::Kind::sample) return "the plan in the given line";
  const std::string plan = given.winner == kUnperturbed
                               ? "the unperturbed plan"
                               : fmt::format("the candidate of {}", quotable(given.winner));
  const std::string run = given.run.empty() ? "" : " of run " + quotable(given.run);
  return fmt::format("{}, which was trained on at step {}{}", plan, given.step, run);
}

std::string foreignText(const PlanLine& given, std::string_view dataset, std::string_view trainHash) {
  if (given.kind == PlanLine::Kind::plan) return "";
  if (given.dataset.empty())
    return "nothing says which data set the plan is of: whether these are its images cannot be known";
  if (dataset.empty())
    return fmt::format(
        "the plan is of an image of {}, not of this picture: the mean colour and second images are others",
        quotable(given.dataset));
  if (given.dataset != dataset)
    return fmt::format("the plan is of an image of {}, not of {}: the images are others",
                       quotable(given.dataset), dataset);
  if (given.trainHash.empty())
    return "no hash is recorded of the plan's data set: whether these are its images cannot be known";
  if (given.trainHash != trainHash)
    return fmt::format(
        "the images are not those that the plan was made for: the hash of the training files is {}, recorded "
        "is {}",
        trainHash, quotable(given.trainHash));
  return "";
}

}  // namespace uada
