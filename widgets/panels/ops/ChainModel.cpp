#include "widgets/panels/ops/ChainModel.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "core/augment/Parts.h"
#include "core/augment/found/Library.h"
#include "core/base/Text.h"
#include "core/data/DatasetView.h"
#include "core/ops/Resize.h"

namespace uada {
namespace {

std::string opWords(const PolicyOp& entry, Grid grid) {
  const Op& op = ops().at(entry.op);
  std::string text = wordOf(op);
  if (op.hasValue)
    text +=
        gridInfo(grid).continuous ? fmt::format(" {:.2f}", entry.level) : fmt::format(" {:g}", entry.level);
  if (entry.probability < 1) text += fmt::format(" ({:.3g} %)", 100 * entry.probability);
  return text;
}

/// The ops of a stage that are drawn at least every twentieth time: "62 % rotate 0.31 or 30 % invert".
std::string stageText(const FoundPolicy& policy, std::size_t list) {
  constexpr double kLeastShown = 0.05;
  std::vector<std::string> words;
  double before = 0;
  for (std::size_t i = 0; i < policy.lists[list].size(); ++i) {
    const double weight = policy.cumulative[list][i] - before;
    before = policy.cumulative[list][i];
    if (weight >= kLeastShown)
      words.push_back(fmt::format("{:.3g} % {}", 100 * weight, opWords(policy.lists[list][i], policy.grid)));
  }
  return words.empty() ? "one of many" : joined(words, " or ");
}

/// The epochs around `epoch` in which the same is in use; part(e): what is in use in e.
template <class Part>
std::pair<int, int> sameAround(int epoch, int epochs, const Part& part) {
  int from = epoch, to = epoch;
  while (from > 1 && part(from - 1) == part(epoch)) --from;
  while (to < epochs && part(to + 1) == part(epoch)) ++to;
  return {from, to};
}

Image squareOf(const Image& image, int side, std::string& note) {
  const int shorter = std::min(image.width, image.height);
  Image square = image;
  if (image.width != image.height) {
    square = Image(shorter, shorter);
    centreCrop(image.view(), square.span());
    note = fmt::format("The middle {} × {} of {} × {} px", shorter, shorter, image.width, image.height);
  }
  const int wanted = side > 0 ? side : std::min(shorter, kMostChainSide);
  if (wanted == shorter) {
    if (note.empty()) note = fmt::format("As it is, {} × {} px", shorter, shorter);
    return square;
  }
  note += note.empty() ? "Resized" : ", resized";
  note += fmt::format(" to {} × {} px (bilinear, antialiased)", wanted, wanted);
  return resized(square.view(), wanted, wanted, Filter::bilinear);
}

/// The picture as a set of one, a sample with its target.
std::shared_ptr<const Dataset> wholeOf(const OpsPicture& picture) {
  if (!picture.data) return oneImageSet(picture.image);
  return std::make_shared<DatasetView>(picture.data, std::vector{picture.index});
}

}  // namespace

std::vector<PolicyChoice> policyChoices() {
  std::vector<PolicyChoice> choices;
  for (const Policy& policy : policies())
    if (policy.name != "found") choices.push_back({policy.title, policy.name, "", policy.source, "", ""});
  for (const InstalledPolicy& file : installedPolicies())
    choices.push_back({fmt::format("{} ({})", file.name, groupedText(static_cast<long long>(file.count))),
                       "found", file.name, file.source, file.problem, file.sha256});
  return choices;
}

std::vector<FieldValue> fieldsOf(const PolicyChoice& choice) {
  std::vector<FieldValue> fields = findPolicy(choice.policy).fields();
  const auto chosen = [&](const FieldValue& field) {
    return field.field.name == "file" || field.field.name == "sha256";
  };
  if (!choice.file.empty()) std::erase_if(fields, chosen);
  return fields;
}

bool followsEpochs(const FoundPolicy& policy) { return !policy.hasSubpolicies() || !policy.schedule.empty(); }

/// Whether some of a policy's plans have an op that does not fire.
static bool drawsShutOps(const std::string& policy) {
  constexpr std::uint32_t kPlans = 100;
  const auto space = makeSpace(policyFromJson(policy, "policy"), {squareInput(32)});
  for (std::uint32_t index = 0; index < kPlans; ++index) {
    Random random(1, 1, index, Purpose::plan);
    const Plan plan = space->sample(random);
    if (!std::ranges::all_of(plan.chain(), &Part::fired)) return true;
  }
  return false;
}

bool hasGates(const PolicyChoice& choice, const std::optional<FoundPolicy>& written) {
  if (!written) return drawsShutOps(choice.policy);
  switch (written->kind) {
    case FoundPolicy::Kind::subpolicies:
    case FoundPolicy::Kind::stages:
      return std::ranges::any_of(written->lists, [](const std::vector<PolicyOp>& list) {
        return std::ranges::any_of(list, [](const PolicyOp& op) { return op.probability < 1; });
      });
    case FoundPolicy::Kind::segments: return false;  // what is not applied is not in the plan
    case FoundPolicy::Kind::elements:
      return std::ranges::any_of(written->parts,
                                 [](const FoundPolicy::Part& part) { return part.applied < 1; });
  }
  return false;
}

std::string listText(const FoundPolicy& policy, const std::vector<PolicyOp>& list) {
  std::vector<std::string> words;
  for (const PolicyOp& op : list)
    if (op.probability > 0) words.push_back(opWords(op, policy.grid));
  return words.empty() ? "nothing" : joined(words, " + ");
}

std::string subpolicyText(const FoundPolicy& policy, std::size_t number) {
  if (policy.kind != FoundPolicy::Kind::stages) return listText(policy, policy.lists.at(number));
  const auto stages = static_cast<std::size_t>(policy.opsPerImage);
  std::vector<std::string> words;
  for (std::size_t list = number * stages; list < (number + 1) * stages; ++list)
    words.push_back(stageText(policy, list));
  return joined(words, " + ");
}

std::string epochText(const FoundPolicy& policy, int epoch, int epochs) {
  if (policy.kind == FoundPolicy::Kind::elements) {
    const auto part = [&](int e) { return &policy.partAt(e, epochs); };
    const auto [from, to] = sameAround(epoch, epochs, part);
    const auto number = part(epoch) - policy.parts.data() + 1;
    return fmt::format(
        "Part {} of {}, epochs {} to {}: {:.3g} % of the images augmented, {} of {} elements drawn", number,
        policy.parts.size(), from, to, 100 * part(epoch)->applied, policy.opsPerImage,
        policy.lists.front().size());
  }
  const auto lists = [&](int e) { return policy.listsAt(e, epochs); };
  const auto [from, to] = sameAround(epoch, epochs, lists);
  const std::vector<std::size_t> used = lists(epoch);
  if (policy.kind == FoundPolicy::Kind::segments)
    return fmt::format("Segment {} of {}, epochs {} to {}: {}", used.front() + 1, policy.lists.size(), from,
                       to, listText(policy, policy.lists[used.front()]));
  return fmt::format("Epochs {} to {}: {} of {} sub-policies in use", from, to, used.size(),
                     policy.lists.size());
}

ChainSource chainSource(const OpsPicture& picture, int side) {
  ChainSource source;
  // Images of different sizes are shown one by one, as files are: partners would not fit.
  const ImageSize size = picture.data ? commonSize(*picture.data) : ImageSize{};
  const bool isSquare = !size.empty() && size.width == size.height;
  source.index = isSquare ? picture.index : 0;
  if (picture.data && !picture.dataset.empty())
    source.colours = classColoursOf(findDataset(picture.dataset), picture.data->classes());
  source.whole = isSquare ? picture.data : wholeOf(picture);
  source.square = isSquare ? picture.data : oneImageSet(squareOf(picture.image, side, source.note));
  source.render.input = squareInput(source.square->imageSize(0).width);
  source.render.mean = picture.statistics.mean;
  source.render.deviation = picture.statistics.deviation;
  for (float& deviation : source.render.deviation)
    deviation = std::max(deviation, 1e-6F);  // a file of one colour
  return source;
}

const std::shared_ptr<const Dataset>& renderedFrom(const ChainSource& source, const Plan& plan) {
  return sourceSize(plan) ? source.whole : source.square;
}

std::string sourceText(const ChainSource& source, const Plan& plan) {
  if (source.note.empty() || !sourceSize(plan)) return source.note;
  const auto [width, height] = source.whole->imageSize(0);
  return fmt::format("The whole picture, {} × {} px", width, height);
}

bool isPictureOf(const PlanLine& line, const OpsPicture& picture) {
  return line.dataset == picture.dataset && line.trainLimit == picture.trainLimit &&
         line.index == picture.index;
}

std::string lineNote(const PlanLine& line, const OpsPicture& picture) {
  std::string note = "Replays " + lineText(line);
  const std::string foreign =
      foreignText(line, picture.dataset, picture.data ? picture.data->identity() : "");
  if (!foreign.empty()) return note + "; " + foreign;
  if (line.index && !isPictureOf(line, picture))
    note += fmt::format("; it is of training image {}{}, not of this one", *line.index,
                        line.trainLimit > 0 ? fmt::format(" of {}", line.trainLimit) : "");
  return note;
}

void ChainPolicy::setFields(const Json& fields) {
  const Policy& policy = findPolicy(choice_.policy);
  space_.reset();
  Json settings = fields.isObject() ? fields : Json::object();
  if (!choice_.file.empty()) settings["file"] = choice_.file;
  policy_ = policy.read(policy.name, settings, "policy " + policy.name);
  if (choice_.file.empty()) {
    if (policy.written) written_ = policy.written(policy_);
    return;
  }
  if (file_) return;
  PolicyFile file = choosePolicyFile(choice_.file, "", {});
  written_ = policyIn(file);
  file_ = std::move(file);
}

Plan ChainPolicy::draw(const ChainDraw& draw, const ChainSource& source) {
  PolicyContext context;
  context.input = source.render.input;
  context.epochs = draw.epochs;
  context.source = source.whole->imageSize(0);
  context.subpolicy = draw.subpolicy;
  context.file = file_ ? &*file_ : nullptr;
  const auto isAlike = [](const PolicyContext& a, const PolicyContext& b) {
    return a.input == b.input && a.epochs == b.epochs && a.source == b.source && a.subpolicy == b.subpolicy;
  };
  if (!space_ || !isAlike(context, context_)) space_ = makeSpace(policy_, context);
  context_ = context;
  Random random(static_cast<std::uint64_t>(draw.seed), static_cast<std::uint32_t>(draw.epoch), source.index,
                Purpose::plan);
  Plan plan = space_->sample(random, draw.epoch, context.source, boxesOf(*source.whole, source.index));
  for (Part& part : plan.parts()) part.fired = part.fired || draw.everyOpFires;
  return plan;
}

std::vector<Stage> stagesOf(const ChainSource& source, const Plan& plan) {
  ThreadPool pool(1);
  const Renderer renderer(*renderedFrom(source, plan), source.render, pool);
  return stagesOf(renderer, source.index, plan);
}

OpSetting openedStage(const ChainSource& source, const Plan& plan, const Stage& stage) {
  const Part& step = plan.chain()[static_cast<std::size_t>(stage.step)];
  const auto& data = renderedFrom(source, plan);
  ThreadPool pool(1);
  const Sampling read = Renderer(*data, source.render, pool).samplingFor({.part = step, .grid = plan.grid});
  OpSetting setting;
  setting.op = step.op;
  setting.grid = plan.grid;
  setting.level = stage.level.value_or(0);
  setting.sign = step.sign;
  setting.filter = stepFilter(step);
  if (read.fill != samplingOf(plan.grid, setting.entry()).fill) setting.fill = read.fill;
  setting.x = step.x;
  setting.y = step.y;
  setting.partner = static_cast<std::uint32_t>(step.partner % data->size());
  return setting;
}

}  // namespace uada
