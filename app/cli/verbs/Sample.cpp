#include <fmt/core.h>

#include <algorithm>

#include "app/cli/Console.h"
#include "app/cli/Files.h"
#include "app/cli/Pictures.h"
#include "app/cli/Verbs.h"
#include "core/augment/Renderer.h"
#include "core/augment/Space.h"
#include "core/base/Error.h"
#include "core/data/Dataset.h"
#include "core/engine/methods/Method.h"
#include "core/images/ContactSheet.h"
#include "core/images/ImageIo.h"

namespace uada::cli {
namespace {

/// The policy asked for, with its default settings.
Choice chosenPolicy(const SampleOptions& options) {
  if (!options.policy.empty()) return {findPolicy(options.policy).name};
  return policyOf({options.method.empty() ? "ra-uc" : options.method});
}

/// The first sample of each class, then the second of each, and so on.
std::vector<std::uint32_t> balancedIndices(const Dataset& data, std::size_t count) {
  std::vector<std::vector<std::uint32_t>> byClass(data.classes);
  for (std::uint32_t i = 0; i < data.size(); ++i) byClass[data.labels[i]].push_back(i);
  std::vector<std::uint32_t> chosen;
  for (std::size_t round = 0; chosen.size() < std::min(count, data.size()); ++round)
    for (const auto& members : byClass)
      if (round < members.size() && chosen.size() < count) chosen.push_back(members[round]);
  return chosen;
}

std::string labelText(const DatasetEntry& entry, int label) {
  const bool named = label < static_cast<int>(entry.classNames.size());
  return named ? entry.classNames[label] : fmt::format("class {}", label);
}

struct Sheet {
  std::vector<SheetCell> cells;
  SheetStyle style;
  int columns = 2;
};

/// Pairs of pictures: as it is, and as the network would see it in the first epoch with this seed.
Sheet makeSheet(const SampleOptions& options, const DatasetEntry& entry, const Dataset& data,
                const Console& console) {
  RenderSettings settings;
  settings.side = data.width;
  const Choice policy = chosenPolicy(options);
  const auto space =
      findPolicy(policy.name).make(policy.settings, {.side = settings.side, .pad = settings.pad});
  ThreadPool pool(1);
  const Renderer renderer(data, settings, pool);
  const auto indices = balancedIndices(data, options.count);
  Sheet sheet;
  const int pairs = std::min<int>(4, static_cast<int>(indices.size()));
  sheet.columns = 2 * pairs;
  sheet.style.pictureSide = options.side;
  for (int i = 0; i < pairs; ++i)
    sheet.style.headings.insert(sheet.style.headings.end(), {"original", "augmented"});
  for (const std::uint32_t index : indices) {
    Random random(options.seed, 1, index, Purpose::plan);
    const Plan plan = space->clamped(space->sample(random));
    sheet.cells.push_back(
        {Image(data.image(index)), {fmt::format("{}: {}", index, labelText(entry, data.labels[index]))}});
    sheet.cells.push_back({renderer.picture(index, plan), planLines(plan)});
    console.object("sample", Json::Object{{"index", static_cast<std::int64_t>(index)},
                                          {"label", data.labels[index]},
                                          {"plan", toJson(plan)}});
  }
  return sheet;
}

}  // namespace

int perform(const SampleOptions& options) {
  const Console console(options.json);
  const DatasetEntry& entry = findDataset(options.dataset);
  requirePngName(options.out);
  const std::string policy = chosenPolicy(options).name;  // refuses unknown names before anything is read
  const Dataset data = entry.load(locateDataset(entry, options.folder), Split::train);
  const Sheet sheet = makeSheet(options, entry, data, console);
  const Image image = contactSheet(sheet.cells, sheet.columns, sheet.style);
  writePng(options.out, image.view());
  console.say(fmt::format("{}: {} images of {} with plans of {}, seed {}; {} x {} pixels", options.out,
                          sheet.cells.size() / 2, entry.title, policy, options.seed, image.width,
                          image.height));
  console.object("image", Json::Object{{"file", options.out},
                                       {"policy", policy},
                                       {"seed", options.seed},
                                       {"width", image.width},
                                       {"height", image.height}});
  return 0;
}

}  // namespace uada::cli
