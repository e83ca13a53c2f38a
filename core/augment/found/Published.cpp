#include "core/augment/found/Published.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/augment/Plan.h"
#include "core/augment/found/Entry.h"
#include "core/augment/found/FoundPolicy.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/ops/Op.h"

namespace uada {
namespace {

constexpr int kMaxEpochs = 100'000, kPolicyNumbers = 60;
constexpr std::size_t kMaxRows = 1'000, kMaxPolicies = 100;
constexpr const char* kHyperOps[] = {"rotate",  "translate_x", "translate_y",  "brightness", "color",
                                     "invert",  "sharpness",   "posterize",    "shear_x",    "solarize",
                                     "shear_y", "equalize",    "autocontrast", "cutout",     "contrast"};

std::uint16_t opOf(const Entry& name, Grid grid) {
  try {
    return publishedOp(name.text(), grid);
  } catch (const UsageError& error) {
    name.fail(error.what());
  }
}

/// How the levels of a list are written.
struct Written {
  bool fraction = false;  ///< one is no whole number from 0 on
  bool point = false;     ///< one is no integer: 1.0 rather than 1
  bool above = false;     ///< one exceeds 1
  bool used = false;      ///< one is of an op that has levels
};

Written writtenLevels(const Entry& list) {
  Written written;
  for (const Entry& subpolicy : list.items(1, kMaxSubpolicies))
    for (const Entry& op : subpolicy.items(1, kMaxSteps)) {
      const std::vector<Entry> parts = op.items(3, 3);
      const Json& level = parts[2].json();
      written.used |= !ops()[opOf(parts[0], Grid::faa)].inert();
      if (!level.isNumber()) continue;  // the reading of the op says what is wrong, if anything
      const double value = level.asDouble();
      written.fraction |= value < 0 || value != std::round(value);
      written.point |= !level.isInt();
      written.above |= value > 1;
    }
  return written;
}

Grid gridOf(const Entry& list, Levels levels) {
  const Written written = writtenLevels(list);
  if (levels != Levels::found) return levels == Levels::grid ? Grid::aa10 : Grid::faa;
  if (written.fraction) return Grid::faa;
  if (written.above) return Grid::aa10;
  if (written.point || !written.used) return Grid::faa;
  list.fail(
      "all levels are 0 or 1, which may be shares of each op's range (1 is its end) or levels of the grid 0 "
      "to "
      "9 (1 is next to nothing); say which with --levels shares or --levels grid");
}

/// The level of an op on the grid; none where it has none.
Json levelJson(const Entry& level, std::uint16_t op, Grid grid) {
  if (level.json().isNull() && ops()[op].inert()) return {};
  if (grid != Grid::aa10) return level.number(0, 1);
  const double value = level.json().isNumber() ? level.json().asDouble() : 0;
  if (level.json().isInt() || value != std::round(value)) return level.integer(0, 9);
  return static_cast<int>(level.number(0, 9));  // 7.0
}

Json opJson(const Entry& op, Grid grid) {
  const std::vector<Entry> parts = op.items(3, 3);
  const std::uint16_t index = opOf(parts[0], grid);
  const double probability = parts[1].number(0, 1);
  return Json::Object{
      {"op", ops()[index].name}, {"probability", probability}, {"level", levelJson(parts[2], index, grid)}};
}

/// source  where it comes from, for people
Json policyJson(const Entry& list, const std::string& name, const std::string& source, Levels levels) {
  const Grid grid = gridOf(list, levels);
  Json json = Json::object();
  json["format"] = "uada-policy";
  json["version"] = 1;
  json["name"] = name;
  json["source"] = source;
  json["decoding"] = std::string(gridName(grid));
  Json& subpolicies = json["subpolicies"] = Json::array();
  for (const Entry& subpolicy : list.items(1, kMaxSubpolicies)) {
    Json steps = Json::array();
    for (const Entry& op : subpolicy.items(1, kMaxSteps)) steps.push(opJson(op, grid));
    subpolicies.push(std::move(steps));
  }
  return json;
}

/// A trial: its number, which logs write as text, too, or the name that newer searches give it.
std::string trialOf(const Entry& entry) {
  if (!entry.json().isString()) return std::to_string(entry.integer(0, 1'000'000));
  const std::string& text = entry.text();
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::to_string(number) : text;
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

/// A line as JSON, as the search writes it, or as a literal of Python, as it was published.
/// upToHere  the text up to the end of the line, which begins at `at`
Json rowJson(std::string_view upToHere, std::size_t at, const std::string& place, int line) {
  try {
    return parseJson(upToHere.substr(at), place);
  } catch (const Error&) {
    // The literals' reader says what is wrong, with the line.
  }
  const Json row = readLiteral(upToHere, at, place);
  if (upToHere.find_first_not_of(" \t\r", at) != upToHere.npos)
    throw Error(fmt::format("{}: line {}: text after the list", place, line));
  return row;
}

std::vector<ScheduleRow> scheduleRows(std::string_view text, const std::string& place) {
  std::vector<ScheduleRow> rows;
  int line = 1;
  const auto add = [&](const Entry& row) {
    if (rows.size() == kMaxRows)
      throw LimitError(fmt::format("{}: line {}: at most {} lines of a schedule are read; leave some out",
                                   place, line, groupedText(kMaxRows)));
    rows.push_back(rowOf(row));
  };
  for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end + 1, ++line) {
    end = std::min(text.find('\n', begin), text.size());
    const std::string_view upToHere = text.substr(0, end);  // the reader counts lines from the text's start
    if (upToHere.find_first_not_of(" \t\r", begin) == upToHere.npos) continue;
    const Json json = rowJson(upToHere, begin, place, line);
    const Entry row(json, fmt::format("{}: line {}", place, line));
    if (json.isArray() && !json.asArray().empty() && json.asArray()[0].isArray())
      for (const Entry& inner : row.items(1, kMaxRows)) add(inner);  // all lines in one list
    else
      add(row);
  }
  return rows;
}

void addSchedule(Published& found, std::string_view text, const std::string& place, std::string_view file,
                 int epochs) {
  const std::vector<ScheduleRow> rows = scheduleRows(text, place);
  Json json = Json::object();
  json["format"] = "uada-policy-schedule";
  json["version"] = 1;
  json["name"] = std::string(file.substr(0, file.find('.')));
  json["source"] = std::string(file);
  json["decoding"] = "pba";
  json["epochs"] = epochs;
  json["apply_count_probabilities"] = Json::Array{0.2, 0.3, 0.5};
  json["segments"] = scheduleSegments(rows, epochs, place);
  if (const std::size_t first = chainBegin(rows); first > 0)
    found.passed.push_back({first == 1 ? "the first line of the schedule"
                                       : fmt::format("the first {} lines of the schedule", first),
                            "no chain of trials leads from there to the last line"});
  std::string name = json["name"].asString();
  found.policies.push_back({std::move(name), std::move(json), {}});
}

/// The literal in our format, or why it cannot be.
NamedLiteral publishedList(NamedLiteral literal, const std::string& place, const std::string& source,
                           Levels levels) {
  if (!literal.problem.empty()) return literal;
  try {
    literal.value = policyJson(Entry(literal.value, place), literal.name, source, levels);
  } catch (const Error& error) {
    literal.problem = error.what();
    literal.value = {};
  }
  return literal;
}

/// The one list of a file; false if it begins with something else.
bool addOnlyList(Published& found, std::string_view text, std::size_t begin, const std::string& place,
                 const std::string& file, Levels levels) {
  NamedLiteral literal{file.substr(0, file.rfind('.')), {}, {}};
  std::size_t at = begin;
  try {
    literal.value = readLiteral(text, at, place);
  } catch (const LimitError&) {
    throw;
  } catch (const Error&) {
    if (beginsLikePolicy(text, begin)) throw;
    return false;
  }
  if (!looksLikePolicy(literal.value)) return false;
  if (text.find_first_not_of(" \t\r\n", at) != text.npos)
    throw Error(fmt::format("{}: line {}: text after the list", place,
                            1 + std::ranges::count(text.substr(0, at), '\n')));
  found.policies.push_back(publishedList(std::move(literal), place, file, levels));
  return true;
}

void refuseTwins(const std::vector<NamedLiteral>& lists, const std::string& place) {
  for (const NamedLiteral& list : lists)
    if (std::ranges::count(lists, list.name, &NamedLiteral::name) > 1)
      throw Error(
          fmt::format("{}: the list '{}' stands twice; keep one of them", place, quotable(list.name)));
}

/// The files of numbers and weights in which some searches end, by how they begin.
bool isBinary(std::string_view text) {
  return text.starts_with("\x93NUMPY") || text.starts_with("PK\x03\x04") || text.starts_with("\x80");
}

[[noreturn]] void throwNothingFound(const Published& found, std::string_view text, const std::string& place) {
  if (isBinary(text))
    throw Error(
        fmt::format("{}: a file of NumPy, pickle or PyTorch found, which cannot be read without running "
                    "it; write it as JSON, as experiments/policies/example-elements.json shows",
                    place));
  for (const LeftOut& list : found.passed)
    if (list.why.starts_with(place)) throw Error(list.why);  // the fault has its place
  throw Error(
      fmt::format("{}: no policy found: expected is JSON with a key 'format', lists of (op, probability, "
                  "level) as JSON or in Python source, or lines of a schedule",
                  place));
}

/// The members of a JSON object as if they were lists of a Python file.
std::vector<NamedLiteral> members(const Json& json) {
  std::vector<NamedLiteral> lists;
  for (const auto& [name, value] : json.asObject()) lists.push_back({name, value, {}});
  return lists;
}

}  // namespace

Levels levelsFromName(const std::string& name) {
  if (name == "shares") return Levels::shares;
  if (name == "grid") return Levels::grid;
  throw UsageError(fmt::format("--levels: 'shares' or 'grid' expected, '{}' found", quotable(name)));
}

bool holdsLists(const Json& json) {
  if (!json.isObject() || json.find("format")) return false;
  return std::ranges::any_of(json.asObject(),
                             [](const Json::Member& member) { return looksLikePolicy(member.second); });
}

std::size_t chainBegin(const std::vector<ScheduleRow>& rows) {
  std::size_t first = rows.empty() ? 0 : rows.size() - 1;
  while (first > 0 && rows[first - 1].target == rows[first].clone) --first;
  return first;
}

Json scheduleSegments(const std::vector<ScheduleRow>& rows, int epochs, const std::string& place) {
  if (rows.empty()) throw Error(fmt::format("{}: no lines of a schedule found", place));
  const std::size_t first = chainBegin(rows);
  Json segments = Json::array();
  int from = 0;
  const auto add = [&](const std::vector<int>& policy, int to, bool isLast) {
    if (to == from && !isLast) return;  // another trial was taken over at once
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
  add(rows[first].before, rows[first].cloneEpochs, false);
  for (std::size_t r = first; r < rows.size(); ++r) {
    const bool isLast = r + 1 == rows.size();
    add(rows[r].after, isLast ? epochs : rows[r + 1].cloneEpochs, isLast);
  }
  return segments;
}

Published fromPublished(std::string_view text, const std::string& place, int epochs, Levels levels) {
  const std::string file = quotable(place.substr(place.rfind('/') + 1));
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // a byte order mark
  Published found;
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  const char first = begin == text.npos ? '\0' : text[begin];
  if (first == '[' || first == '(') {
    if (addOnlyList(found, text, begin, place, file, levels)) return found;
    if (levels != Levels::found)
      throw UsageError(place +
                       ": the levels of a schedule are those of Population Based Augmentation; leave "
                       "--levels out");
    addSchedule(found, text, place, file, epochs);
    return found;
  }
  for (NamedLiteral& literal :
       first == '{' ? members(parseJson(text, place)) : namedLiterals(text, place, found.passed)) {
    if (literal.problem.empty() && !looksLikePolicy(literal.value)) continue;
    if (found.policies.size() == kMaxPolicies)
      throw LimitError(fmt::format("{}: {}: at most {} policies in a file are read; split it", place,
                                   quotable(literal.name), kMaxPolicies));
    const std::string own = fmt::format("{}: {}", place, quotable(literal.name));
    const std::string source = fmt::format("{}, {}", file, quotable(literal.name));
    found.policies.push_back(publishedList(std::move(literal), own, source, levels));
  }
  if (found.policies.empty()) throwNothingFound(found, text, place);
  refuseTwins(found.policies, place);
  return found;
}

}  // namespace uada
