#include "core/augment/found/FoundPolicy.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>
#include <numeric>

#include "core/augment/Plan.h"
#include "core/augment/found/Entry.h"
#include "core/base/JsonText.h"
#include "core/ops/Op.h"

namespace uada {
namespace {

constexpr int kMaxEpochs = 100'000;
constexpr std::size_t kMaxParts = 10'000, kMaxElements = 1'000, kMaxListed = 100;
constexpr std::size_t kMaxSource = 1'000;  // bytes
/// Probabilities in files have few digits.
constexpr double kSumTolerance = 1e-3;

Grid gridOf(const Entry& file) {
  const std::string& decoding = file["decoding"].text();
  if (decoding == "dada") return Grid::faa;
  if (decoding == "pba") return Grid::aa10;
  try {
    return gridFromName(decoding);
  } catch (const Error& error) {
    file["decoding"].fail(error.what());
  }
}

std::uint16_t opOf(const Entry& op, Grid grid) {
  const std::string& name = op.text();
  std::uint16_t index = 0;
  try {
    index = publishedOp(name, grid);
  } catch (const Error& error) {
    op.fail(error.what());
  }
  if (!hasLevels(ops()[index], grid))
    op.fail(fmt::format("{} has no levels on the grid {}; leave it out or choose another decoding", name,
                        gridName(grid)));
  return index;
}

double levelOf(const Entry& level, const PolicyOp& op, Grid grid) {
  if (level.json().isNull() && ops()[op.op].inert()) return 0;
  if (gridInfo(grid).continuous) return level.number(0, topLevel(grid));
  return level.integer(0, static_cast<int>(topLevel(grid)));
}

PolicyOp policyOp(const Entry& entry, Grid grid) {
  entry.keys({"op", "probability", "level"});
  PolicyOp op;
  op.op = opOf(entry["op"], grid);
  op.probability = entry["probability"].number(0, 1);
  op.level = levelOf(entry["level"], op, grid);
  return op;
}

void readSubpolicies(FoundPolicy& policy, const Entry& file) {
  file.keys({"format", "version", "name", "source", "decoding", "ops_per_subpolicy", "subpolicies", "epochs",
             "schedule"});
  if (file.has("ops_per_subpolicy")) file["ops_per_subpolicy"].integer(1, kMaxSteps);
  for (const Entry& subpolicy : file["subpolicies"].items(1, kMaxSubpolicies)) {
    auto& list = policy.lists.emplace_back();
    for (const Entry& op : subpolicy.items(1, kMaxSteps)) list.push_back(policyOp(op, policy.grid));
    if (file.has("ops_per_subpolicy") &&
        static_cast<std::int64_t>(list.size()) != file["ops_per_subpolicy"].json().asInt())
      subpolicy.fail(fmt::format("{} ops found, {} stated in ops_per_subpolicy", list.size(),
                                 file["ops_per_subpolicy"].json().asInt()));
  }
  if (!file.has("schedule")) {
    if (file.has("epochs")) file["epochs"].fail("only for a policy with a schedule");
    return;
  }
  policy.epochs = file["epochs"].integer(1, kMaxEpochs);
  std::vector<bool> covered(static_cast<std::size_t>(policy.epochs));
  for (const Entry& entry : file["schedule"].items(1, kMaxSubpolicies)) {
    entry.keys({"from", "to", "policy"});
    FoundPolicy::Span span;
    span.from = entry["from"].integer(0, policy.epochs - 1);
    span.to = entry["to"].integer(span.from + 1, policy.epochs);
    span.list =
        static_cast<std::size_t>(entry["policy"].integer(0, static_cast<int>(policy.lists.size()) - 1));
    std::fill(covered.begin() + span.from, covered.begin() + span.to, true);
    policy.schedule.push_back(span);
  }
  const auto gap = std::ranges::find(covered, false);
  if (gap != covered.end())
    file["schedule"].fail(
        fmt::format("no sub-policy for epoch {}; cover 0 to {}", gap - covered.begin(), policy.epochs - 1));
}

PolicyOp hyperOp(const Entry& entry, Grid grid) {
  entry.keys({"op", "probability_10", "level"});
  PolicyOp op;
  op.op = opOf(entry["op"], grid);
  op.probability = entry["probability_10"].integer(0, 10) / 10.0;
  op.level = levelOf(entry["level"], op, grid);
  return op;
}

void readSegments(FoundPolicy& policy, const Entry& file) {
  file.keys({"format", "version", "name", "source", "decoding", "epochs", "apply_count_probabilities",
             "segments", "raw"});
  policy.epochs = file["epochs"].integer(1, kMaxEpochs);
  for (const Entry& count : file["apply_count_probabilities"].items(1, kMaxSteps + 1))
    policy.counts.push_back(count.number(0, 1));
  const double sum = std::accumulate(policy.counts.begin(), policy.counts.end(), 0.0);
  if (std::abs(sum - 1) > kSumTolerance)
    file["apply_count_probabilities"].fail(fmt::format("a sum of {:g} found, 1 expected", sum));
  int next = 0;
  for (const Entry& entry : file["segments"].items(1, kMaxParts)) {
    entry.keys({"start_epoch", "epochs", "first_half", "second_half"});
    const int from = entry["start_epoch"].integer(0, policy.epochs - 1);
    if (from != next)
      entry["start_epoch"].fail(
          fmt::format("{} found, {} expected, where the segment before ends", from, next));
    next = from + entry["epochs"].integer(1, policy.epochs - from);
    policy.schedule.push_back({from, next, policy.lists.size()});
    auto& list = policy.lists.emplace_back();
    for (const char* half : {"first_half", "second_half"})
      if (entry.has(half) || list.empty())
        for (const Entry& op : entry[half].items(0, kMaxListed)) list.push_back(hyperOp(op, policy.grid));
  }
  if (next != policy.epochs)
    file["segments"].fail(fmt::format("they end at epoch {}, {} expected", next, policy.epochs));
}

/// The sums of a distribution up to each of its entries, rising to exactly 1.
std::vector<double> summed(const std::vector<double>& shares, const Entry& where) {
  std::vector<double> sums(shares.size());
  std::partial_sum(shares.begin(), shares.end(), sums.begin());
  const double sum = sums.back();
  if (std::abs(sum - 1) > kSumTolerance) where.fail(fmt::format("a sum of {:g} found, 1 expected", sum));
  for (double& value : sums) value /= sum;
  sums.back() = 1;
  return sums;
}

void readElements(FoundPolicy& policy, const Entry& file) {
  file.keys({"format", "version", "name", "source", "decoding", "ops_per_image", "released_code_level",
             "elements", "steps"});
  if (policy.grid == Grid::aa10) policy.grid = Grid::ddas;  // the same formulas, up to level 14
  const int top = static_cast<int>(topLevel(policy.grid));
  policy.opsPerImage = file["ops_per_image"].integer(1, kMaxSteps);
  if (file.has("released_code_level")) policy.releasedLevel = file["released_code_level"].integer(0, top);
  auto& elements = policy.lists.emplace_back();
  for (const Entry& entry : file["elements"].items(1, kMaxElements)) {
    entry.keys({"op", "level"});
    PolicyOp& element = elements.emplace_back();
    element.op = opOf(entry["op"], policy.grid);
    element.level = levelOf(entry["level"], element, policy.grid);
  }
  for (const Entry& entry : file["steps"].items(1, kMaxParts)) {
    entry.keys({"apply_probability", "element_probabilities"});
    FoundPolicy::Part& part = policy.parts.emplace_back();
    part.applied = entry["apply_probability"].number(0, 1);
    const Entry shares = entry["element_probabilities"];
    std::vector<double> probabilities;
    for (const Entry& share : shares.items(elements.size(), elements.size()))
      probabilities.push_back(share.number(0, 1));
    part.cumulative = summed(probabilities, shares);
  }
}

/// A magnitude of Faster AutoAugment as it was found.
double magnitudeOf(const Entry& level, const PolicyOp& op, Grid grid) {
  if (grid != Grid::fraa || level.json().isNull()) return levelOf(level, op, grid);
  return level.number(kLeastMagnitude, kMostMagnitude);
}

void readStages(FoundPolicy& policy, const Entry& file) {
  file.keys({"format", "version", "name", "source", "decoding", "ops_per_subpolicy", "subpolicies"});
  policy.opsPerImage = file["ops_per_subpolicy"].integer(1, kMaxSteps);
  const auto stages = static_cast<std::size_t>(policy.opsPerImage);
  for (const Entry& subpolicy : file["subpolicies"].items(1, kMaxParts))
    for (const Entry& stage : subpolicy.items(stages, stages)) {
      auto& list = policy.lists.emplace_back();
      std::vector<double> weights;
      for (const Entry& entry : stage.items(1, kMaxListed)) {
        entry.keys({"op", "weight", "probability", "level"});
        PolicyOp& op = list.emplace_back();
        op.op = opOf(entry["op"], policy.grid);
        op.probability = entry["probability"].number(0, 1);
        op.level = magnitudeOf(entry["level"], op, policy.grid);
        weights.push_back(entry["weight"].number(0, 1));
      }
      policy.cumulative.push_back(summed(weights, stage));
    }
}

/// The epoch of a schedule of `written` epochs, from 0, that epoch `epoch` of `of`, from 1, stands for.
int stretched(int epoch, int of, int written) {
  of = std::max(1, of);
  const std::int64_t at = std::clamp(epoch - 1, 0, of - 1);
  return static_cast<int>(at * written / of);
}

}  // namespace

std::size_t FoundPolicy::count() const {
  if (kind == Kind::stages) return lists.size() / static_cast<std::size_t>(opsPerImage);
  return kind == Kind::elements ? parts.size() : lists.size();
}

int FoundPolicy::longest() const {
  switch (kind) {
    case Kind::stages:
    case Kind::elements: return opsPerImage;
    case Kind::segments: return static_cast<int>(counts.size()) - 1;
    case Kind::subpolicies: break;
  }
  std::size_t most = 0;
  for (const auto& list : lists) most = std::max(most, list.size());
  return static_cast<int>(most);
}

std::vector<std::size_t> FoundPolicy::listsAt(int epoch, int of) const {
  std::vector<std::size_t> used;
  if (schedule.empty()) {
    used.resize(lists.size());
    std::iota(used.begin(), used.end(), std::size_t{0});
    return used;
  }
  const int at = stretched(epoch, of, epochs);
  for (const Span& span : schedule)
    if (span.from <= at && at < span.to) used.push_back(span.list);
  return used;
}

const FoundPolicy::Part& FoundPolicy::partAt(int epoch, int of) const {
  return parts[static_cast<std::size_t>(stretched(epoch, of, static_cast<int>(parts.size())))];
}

FoundPolicy foundPolicyFromJson(const Json& json, const std::string& place) {
  const Entry file(json, place);
  if (!json.isObject())
    file.fail(
        fmt::format("an object with a key 'format' expected, {} found; a file as its authors published it "
                    "is imported first, with 'uada policies import FILE'",
                    foundText(json)));
  const std::string& format = file["format"].text();
  file["version"].integer(1, 1);
  FoundPolicy policy;
  policy.name = file["name"].text();
  if (file.has("source")) policy.source = file["source"].text(kMaxSource);
  policy.grid = gridOf(file);
  if (format == "uada-policy") {
    readSubpolicies(policy, file);
  } else if (format == "uada-policy-schedule") {
    policy.kind = FoundPolicy::Kind::segments;
    readSegments(policy, file);
  } else if (format == "uada-element-schedule") {
    policy.kind = FoundPolicy::Kind::elements;
    readElements(policy, file);
  } else if (format == "uada-policy-stages") {
    policy.kind = FoundPolicy::Kind::stages;
    readStages(policy, file);
  } else {
    file["format"].fail(
        fmt::format("'{}' found; known: uada-policy uada-policy-schedule uada-element-schedule "
                    "uada-policy-stages",
                    format));
  }
  return policy;
}

std::uint16_t publishedOp(std::string_view name, Grid grid) {
  std::string key;  // "TranslateXabs" and "translate_x" become "translatex"
  for (const char c : name)
    if (c != '_') key += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const std::string_view tail : {"abs", "2"})
    if (key.size() > tail.size() && key.ends_with(tail) && !key.starts_with("cutout"))
      key.resize(key.size() - tail.size());
  if (key == "cutout") return static_cast<std::uint16_t>(opIndex(cutoutOf(grid)));
  for (std::size_t i = 0; i < ops().size(); ++i) {
    std::string own = ops()[i].name;
    std::erase(own, '_');
    if (own == key) return static_cast<std::uint16_t>(i);
  }
  return static_cast<std::uint16_t>(opIndex(name));  // throws, naming the ops
}

Grid publishedGrid(Grid grid) {
  if (grid == Grid::aa10) return Grid::aa10Published;
  if (grid == Grid::ra30) return Grid::ra30Published;
  if (grid == Grid::fraa) return Grid::fraaPublished;
  return grid;
}

FoundPolicy asPublished(FoundPolicy policy) {
  if (policy.releasedLevel >= 0)
    for (PolicyOp& element : policy.lists.front()) element.level = policy.releasedLevel;
  if (policy.grid == Grid::fraa) {
    const auto left = static_cast<std::uint16_t>(opIndex("flip_lr")),
               up = static_cast<std::uint16_t>(opIndex("flip_ud"));
    for (auto& list : policy.lists)
      for (PolicyOp& op : list) {
        op.level = (op.level - kLeastMagnitude) / (kMostMagnitude - kLeastMagnitude);
        if (op.op == left) op.op = up;
      }
  }
  policy.grid = publishedGrid(policy.grid);
  return policy;
}

bool hasPublishedErrors(const FoundPolicy& policy) {
  constexpr int kAnySide = 32;
  constexpr double kRounding = 1e-9;  // of a magnitude that is the same on both grids
  const FoundPolicy published = asPublished(policy);
  const auto value = [](const PolicyOp& op, Grid grid) {
    return rawValue(ops()[op.op], grid, op.level, 1, kAnySide);
  };
  const auto differ = [&](const PolicyOp& a, const PolicyOp& b) {
    return a.op != b.op || std::abs(value(a, published.grid) - value(b, policy.grid)) > kRounding;
  };
  const auto listsDiffer = [&](const auto& a, const auto& b) {
    return !std::ranges::equal(a, b, std::not_fn(differ));
  };
  return policy.releasedLevel >= 0 ||
         !std::ranges::equal(published.lists, policy.lists, std::not_fn(listsDiffer));
}

}  // namespace uada
