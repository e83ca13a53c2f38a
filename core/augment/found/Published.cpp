#include "core/augment/found/Published.h"

#include <algorithm>
#include <charconv>

#include "core/augment/Plan.h"
#include "core/augment/found/Entry.h"
#include "core/augment/found/FoundPolicy.h"
#include "core/base/Text.h"
#include "core/ops/Op.h"

namespace uada {
namespace {

constexpr int kMaxEpochs = 100'000, kPolicyNumbers = 60;
constexpr std::size_t kMaxRows = 1'000, kMaxPolicies = 100;
constexpr const char* kHyperOps[] = {"rotate",  "translate_x", "translate_y",  "brightness", "color",
                                     "invert",  "sharpness",   "posterize",    "shear_x",    "solarize",
                                     "shear_y", "equalize",    "autocontrast", "cutout",     "contrast"};

/// Whether a value has the form of sub-policies: lists of lists that begin with a name.
bool looksLikePolicy(const Json& value) {
  if (!value.isArray() || value.asArray().empty() || !value.asArray()[0].isArray()) return false;
  const Json::Array& first = value.asArray()[0].asArray();
  return !first.empty() && first[0].isArray() && first[0].asArray().size() == 3 &&
         first[0].asArray()[0].isString();
}

/// Whether all levels are whole and some exceed 1: those of AutoAugment.
bool hasWholeLevels(const Entry& list) {
  bool above = false;
  for (const Entry& subpolicy : list.items(1, kMaxSubpolicies))
    for (const Entry& op : subpolicy.items(1, kMaxSteps)) {
      const Json& level = op.items(3, 3)[2].json();
      if (level.isInt())
        above |= level.asInt() > 1;
      else
        return false;
    }
  return above;
}

Json opJson(const Entry& op, Grid grid) {
  const std::vector<Entry> parts = op.items(3, 3);
  std::string name;
  try {
    name = ops()[publishedOp(parts[0].text(), grid)].name;
  } catch (const UsageError& error) {
    parts[0].fail(error.what());
  }
  const double probability = parts[1].number(0, 1);
  const Json level = grid == Grid::aa10 ? Json(parts[2].integer(0, 9)) : Json(parts[2].number(0, 1));
  return Json::Object{{"op", name}, {"probability", probability}, {"level", level}};
}

Json policyJson(const NamedLiteral& literal, const std::string& place, std::string_view file) {
  const Entry list(literal.value, fmt::format("{}: {}", place, literal.name));
  const Grid grid = hasWholeLevels(list) ? Grid::aa10 : Grid::faa;
  Json json = Json::object();
  json["format"] = "uada-policy";
  json["version"] = 1;
  json["name"] = literal.name;
  json["source"] = fmt::format("{}, {}", file, literal.name);
  json["decoding"] = std::string(gridName(grid));
  Json& subpolicies = json["subpolicies"] = Json::array();
  for (const Entry& subpolicy : list.items(1, kMaxSubpolicies)) {
    Json steps = Json::array();
    for (const Entry& op : subpolicy.items(1, kMaxSteps)) steps.push(opJson(op, grid));
    subpolicies.push(std::move(steps));
  }
  return json;
}

/// A trial's number, which some logs write as text.
int trialOf(const Entry& entry) {
  if (!entry.json().isString()) return entry.integer(0, 1'000'000);
  const std::string& text = entry.text();
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0)
    entry.fail("the number of a trial expected");
  return number;
}

std::vector<int> hyperPolicy(const Entry& entry) {
  const Entry list = entry.json().isObject() ? entry["hp_policy"] : entry;
  std::vector<int> numbers;
  for (const Entry& number : list.items(kPolicyNumbers, kPolicyNumbers))
    numbers.push_back(number.integer(0, numbers.size() % 2 ? 9 : 10));
  return numbers;
}

ScheduleRow rowOf(const Entry& line) {
  const std::vector<Entry> parts = line.items(6, 6);
  return {trialOf(parts[0]),
          trialOf(parts[1]),
          parts[2].integer(0, kMaxEpochs),
          parts[3].integer(0, kMaxEpochs),
          hyperPolicy(parts[4]),
          hyperPolicy(parts[5])};
}

Json halfJson(const std::vector<int>& policy, std::size_t half) {
  Json ops = Json::array();
  for (std::size_t i = 0; i < std::size(kHyperOps); ++i) {
    const std::size_t at = half * (kPolicyNumbers / 2) + 2 * i;
    Json op = Json::object();
    op["op"] = kHyperOps[i];
    op["probability_10"] = policy[at];
    op["level"] = policy[at + 1];
    ops.push(std::move(op));
  }
  return ops;
}

Json scheduleJson(std::string_view text, const std::string& place, std::string_view file, int epochs) {
  std::vector<ScheduleRow> rows;
  int line = 1;
  for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end + 1, ++line) {
    end = std::min(text.find('\n', begin), text.size());
    const std::string_view upToHere = text.substr(0, end);  // the reader counts lines from the text's start
    const auto isBlankFrom = [&](std::size_t at) {
      return upToHere.find_first_not_of(" \t\r", at) == upToHere.npos;
    };
    if (isBlankFrom(begin)) continue;
    if (rows.size() == kMaxRows)
      throw LimitError(fmt::format("{}: line {}: at most {} lines of a schedule are read; leave some out",
                                   place, line, groupedText(kMaxRows)));
    const std::string where = fmt::format("{}: line {}", place, line);
    std::size_t at = begin;
    const Json row = readLiteral(upToHere, at, place);
    if (!isBlankFrom(at)) throw Error(where + ": text after the list");
    rows.push_back(rowOf(Entry(row, where)));
  }
  Json json = Json::object();
  json["format"] = "uada-policy-schedule";
  json["version"] = 1;
  json["name"] = std::string(file.substr(0, file.find('.')));
  json["source"] = std::string(file);
  json["decoding"] = "pba";
  json["epochs"] = epochs;
  json["apply_count_probabilities"] = Json::Array{0.2, 0.3, 0.5};
  json["segments"] = scheduleSegments(rows, epochs, place);
  return json;
}

}  // namespace

Json scheduleSegments(const std::vector<ScheduleRow>& rows, int epochs, const std::string& place) {
  if (rows.empty()) throw Error(fmt::format("{}: no lines of a schedule found", place));
  std::size_t first = rows.size() - 1;
  while (first > 0 && rows[first - 1].target == rows[first].clone) --first;
  Json segments = Json::array();
  int from = 0;
  const auto add = [&](const std::vector<int>& policy, int to) {
    if (to <= from)
      throw Error(
          fmt::format("{}: a segment from epoch {} to {} found; each must end later than it begins, the last "
                      "at the schedule's {} epochs (--epochs)",
                      place, from, to, epochs));
    Json segment = Json::object();
    segment["start_epoch"] = from;
    segment["epochs"] = to - from;
    segment["first_half"] = halfJson(policy, 0);
    segment["second_half"] = halfJson(policy, 1);
    segments.push(std::move(segment));
    from = to;
  };
  add(rows[first].before, rows[first].cloneEpochs);
  for (std::size_t r = first; r < rows.size(); ++r)
    add(rows[r].after, r + 1 < rows.size() ? rows[r + 1].cloneEpochs : epochs);
  return segments;
}

std::vector<NamedLiteral> fromPublished(std::string_view text, const std::string& place, int epochs,
                                        std::vector<std::string>* passed) {
  const std::string file = quotable(place.substr(place.rfind('/') + 1));
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // a byte order mark
  std::vector<NamedLiteral> found;
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin != text.npos && (text[begin] == '[' || text[begin] == '(')) {
    Json json = scheduleJson(text, place, file, epochs);
    found.push_back({json.at("name").asString(), std::move(json)});
    return found;
  }
  for (NamedLiteral& literal : namedLiterals(text, place, passed)) {
    if (!looksLikePolicy(literal.value)) continue;
    if (found.size() == kMaxPolicies)
      throw LimitError(fmt::format("{}: {}: at most {} policies in a file are read; split it", place,
                                   quotable(literal.name), kMaxPolicies));
    literal.value = policyJson(literal, place, file);
    found.push_back(std::move(literal));
  }
  return found;
}

}  // namespace uada
