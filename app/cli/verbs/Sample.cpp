#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "app/cli/CommandLine.h"
#include "app/cli/Console.h"
#include "app/cli/Pictures.h"
#include "app/cli/RunText.h"
#include "app/cli/verbs/SampleSource.h"
#include "core/augment/Clamp.h"
#include "core/augment/Stages.h"
#include "core/base/Endings.h"
#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/images/ContactSheet.h"
#include "core/images/ImageIo.h"

namespace uada::cli {
namespace {

constexpr std::size_t kShownDigits = 12;  // fit under a picture of 112 pixels

void describe(Verb& verb, SampleOptions& options) {
  verb.argument("DATASET", options.dataset, "Name of the data set, or a PNG or JPEG file").required();
  verb.argument("OUT", options.out, "PNG file to write").required();
  const Option policy =
      verb.text("--policy", "NAME", options.policy,
                "Policy to draw plans from: of 'uada list policies' or 'uada policies list'");
  const Option method =
      verb.text("--method", "NAME", options.method,
                "Method whose policy is used; default: ra-uc, of sets with label maps or boxes the policy "
                "segmentation or detection")
          .excludes(policy);
  const Option set =
      verb.texts("--set", "KEY=VALUE", options.sets, "Change a setting of the policy; may be repeated");
  const Option subpolicy =
      verb.number("--subpolicy", options.subpolicy, 0, 100000, "Only this sub-policy of the policy, from 0");
  const Option project =
      verb.text("--project", "FILE", options.project, "Project whose policy files are known, too");
  const Option count = verb.number("--count", options.count, 1, 1000, "Rows").usual("8");
  verb.number("--index", options.index, 0, 100000000, "Only this training image, from 0").excludes(count);
  const Option seed =
      verb.number("--seed", options.seed, 0, std::numeric_limits<std::int64_t>::max(), "Seed of the plans")
          .usual("1");
  const Option epoch = verb.number("--epoch", options.epoch, 1, 100000, "Epoch of the plans").usual("1");
  const Option epochs =
      verb.number("--epochs", options.epochs, 1, 100000,
                  "Epochs of the training that a schedule is stretched to; default: 200, or --epoch if more");
  Option plan = verb.text(
      "--plan", "PLAN", options.plan,
      "Plan to replay, JSON or a file of it; or a line of --json or of exported decisions: the plan that was "
      "trained on, on the line's own image");
  for (const Option& drawing : {policy, method, set, subpolicy, project, seed, epoch, epochs})
    plan.excludes(drawing);
  verb.number(
      "--input", options.input, 1, 2048,
      "Side of the network's input, pixels; default: the images' own, of a picture that is not square 224");
  verb.text("--folder", "DIR", options.folder, "Where the data set lies; default: searched for");
  verb.number("--side", options.side, 8, 2048, "Enlarge each picture to about so many pixels").usual("128");
}

Json stageJson(const Stage& stage) {
  Json json = Json::Object{{"title", stage.title}, {"detail", stage.detail}, {"done", stage.done}};
  if (stage.level) json["level"] = *stage.level;
  if (stage.value) json["value"] = *stage.value;
  return json;
}

/// A stage with its target, reduced where the longer side of its picture is more than `side`, so that
/// photographs do not fill the sheet.
Image fitted(const Stage& stage, std::span<const ClassColour> colours, int side) {
  const Image image = withTarget(stage.image.view(), viewOf(stage.target), colours);
  return reduced(image, 1.0 * side / std::max(stage.image.width, stage.image.height));
}

/// A row of the sheet, and what is said about it.
std::vector<SheetCell> rowOf(const std::vector<Stage>& stages, const Subject& subject,
                             const std::string& title, const std::string& hash) {
  std::vector<SheetCell> cells;
  const Image &original = stages.front().image, &last = stages.back().image;
  const int side = std::max(last.width, last.height);
  for (const Stage& stage : stages) {
    SheetCell& cell =
        cells.emplace_back(SheetCell{fitted(stage, subject.colours, side), {stage.title}, false});
    if (!stage.detail.empty()) cell.lines.push_back(stage.detail);
  }
  cells.front().lines = {title, fmt::format("original, {}x{}", original.width, original.height)};
  cells.back().framed = true;
  cells.back().lines.insert(cells.back().lines.end(), {"final, SHA-256", hash.substr(0, kShownDigits)});
  return cells;
}

/// The rows, and what is said of each once the sheet is written.
struct Sheet {
  std::vector<std::vector<SheetCell>> rows;
  std::size_t columns = 0;
  std::vector<std::string> lines;
  std::vector<Json> samples;
  bool isClamped = false;  ///< the given plan lies out of range
  Plan drawn;              ///< the last
};

/// Pixels of the pictures: a sheet has at least as many.
std::uint64_t pixelsOf(const std::vector<SheetCell>& cells) {
  std::uint64_t pixels = 0;
  for (const SheetCell& cell : cells)
    pixels += std::uint64_t(cell.image.width) * static_cast<std::uint64_t>(cell.image.height);
  return pixels;
}

/// The hash that a given line has of the row's pixels; empty: none.
std::string storedHash(const PlanSource& source, const Subject& subject, const Subject::Row& row) {
  const auto& line = source.line;
  return line && namesImage(*line, subject.dataset) && line->index == row.image ? line->pixelHash : "";
}

Json sampleJson(const Subject& subject, const Subject::Row& row, const Plan& plan, const std::string& hash,
                const std::string& stored, const std::vector<Stage>& stages) {
  const bool isImage = !subject.dataset.empty();  // of a data set
  const int label = subject.data->label(row.image);
  Json json = Json::Object{{"dataset", isImage ? Json(subject.dataset) : Json()},
                           {"train_limit", isImage ? Json(subject.trainLimit) : Json()},
                           {"data_hash", isImage ? Json(subject.data->identity()) : Json()},
                           {"index", static_cast<std::int64_t>(row.image)},
                           {"label", isImage && label >= 0 ? Json(label) : Json()},
                           {"plan", toJson(plan)},
                           {"pixel_hash", hash},
                           {"stages", Json::array()}};
  for (const Stage& stage : stages) json["stages"].push(stageJson(stage));
  if (stored.empty()) return json;
  json["stored"] = stored;
  json["equal"] = stored == hash;
  return json;
}

/// "7: dog  flip · rotate 6  3fa2...", and how it compares with what is stored.
std::string sampleLine(const Subject::Row& row, const Plan& plan, const std::string& hash,
                       const std::string& stored) {
  std::string line = fmt::format("{}  {}  {}", row.title, planText(plan), hash);
  if (stored == hash) line += "  equal to the stored hash";
  if (!stored.empty() && stored != hash) line += "  NOT EQUAL to the stored hash " + quotable(stored);
  return line;
}

/// The plan of a row, before it is clamped: the one that was given, or as training draws it.
/// space  of the plans; null: one is given
Plan wantedPlan(const SampleOptions& options, const Subject& subject, const PlanSource& source,
                const Space* space, const Subject::Row& row) {
  if (!space) return source.line->plan;
  Random random(options.seed, static_cast<std::uint32_t>(options.epoch), row.stream, Purpose::plan);
  return space->sample(random, options.epoch, subject.data->imageSize(row.image),
                       boxesOf(*subject.data, row.image));
}

Sheet makeSheet(const SampleOptions& options, const Subject& subject, const PlanSource& source) {
  const std::unique_ptr<Space> space =
      source.line ? nullptr : spaceOf(source, options, subject.settings.input, commonSize(*subject.data));
  if (space) requireFitting(*space, source, subject);
  constexpr std::uint64_t kLeastStages = 2;  // the picture and what is made of it
  const auto side = static_cast<std::uint64_t>(subject.settings.input.width);
  if (kLeastStages * side * side > kMaxSheetPixels)
    throw UsageError(
        fmt::format("a contact sheet has at most 64 million pixels, and {0} pictures of {1} x {1} "
                    "are more; ask for smaller ones with --input",
                    kLeastStages, side));
  ThreadPool pool(1);
  const Renderer renderer(*subject.data, subject.settings, pool);
  Sheet sheet;
  std::uint64_t pixels = 0;
  for (const Subject::Row& row : subject.rows) {
    const Plan plan =
        clampPlan(wantedPlan(options, subject, source, space.get(), row), subject.settings.input);
    // Decisions record what was computed: coordinates out of range are nothing unusual in them.
    sheet.isClamped =
        source.line && source.line->kind != PlanLine::Kind::decision && plan != source.line->plan;
    sheet.drawn = plan;
    const std::vector<Stage> stages = stagesOf(renderer, row.image, plan);
    const std::string hash = pixelHash(stages.back().image.view());
    sheet.rows.push_back(rowOf(stages, subject, row.title, hash));
    sheet.columns = std::max(sheet.columns, stages.size());
    const std::string stored = storedHash(source, subject, row);
    sheet.samples.push_back(sampleJson(subject, row, plan, hash, stored, stages));
    sheet.lines.push_back(sampleLine(row, plan, hash, stored));
    pixels += pixelsOf(sheet.rows.back());
    if (pixels > kMaxSheetPixels)  // before all of them fill the memory
      throw UsageError(
          fmt::format("a contact sheet has at most 64 million pixels, and {} of {} fill them; ask "
                      "for fewer with --count, or for smaller ones with --input",
                      plural(static_cast<long long>(sheet.rows.size()), "row"), subject.rows.size()));
  }
  return sheet;
}

Image drawn(Sheet& sheet, int side) {
  std::vector<SheetCell> cells;
  for (std::vector<SheetCell>& row : sheet.rows) {
    row.resize(sheet.columns);
    std::ranges::move(row, std::back_inserter(cells));
  }
  SheetStyle style;
  style.pictureSide = side;
  return contactSheet(cells, static_cast<int>(sheet.columns), style);
}

int perform(const SampleOptions& options) {
  const Console console(options.json);
  formOf(options.out, "a picture", {"png"});
  std::error_code absent;
  if (std::filesystem::equivalent(options.out, options.dataset, absent))
    throw UsageError(fmt::format("'{}' is the picture itself; name another file for the sheet", options.out));
  const PlanSource source = planSource(options);  // refuses what is unknown before anything is read
  const Subject subject = subjectOf(options, source, console);
  Sheet sheet = makeSheet(options, subject, source);
  const Image image = drawn(sheet, options.side);
  writePng(options.out, image.view());  // nothing is said of a sheet that there is not
  if (sheet.isClamped)
    console.note(fmt::format("the plan lies out of range; what is drawn is {}", toJson(sheet.drawn).dump()));
  const std::string foreign =
      foreignText(source.line.value_or(PlanLine()), subject.dataset, subject.data->identity());
  if (!foreign.empty()) console.note(foreign);
  for (const Json& sample : sheet.samples) console.object("sample", sample);
  for (const std::string& line : sheet.lines) console.say(line);
  const std::string when = source.line ? "" : fmt::format(", seed {}, epoch {}", options.seed, options.epoch);
  console.say(fmt::format("{}: {} of {} with {}{}; {} x {} pixels", options.out,
                          plural(static_cast<long long>(sheet.rows.size()), "row"), subject.title,
                          source.text, when, image.width, image.height));
  Json json = Json::Object{{"file", options.out}, {"width", image.width}, {"height", image.height}};
  if (!source.line) {
    json["seed"] = options.seed;
    json["policy"] = source.policy.name;
  }
  if (source.line) json["foreign"] = foreign.empty() ? Json() : Json(foreign);
  if (source.file) json["sha256"] = source.file->sha256;
  console.object("image", json);
  return 0;
}

}  // namespace

void addSample(Verbs& verbs) {
  verbs.add(
      {"sample", "Draw a contact sheet: images after each step of a plan, with captions",
       "A row an image: as it is, after each step with level and raw value, and what the network sees, with\n"
       "the SHA-256 of its pixels. The plans of a data set are those that training with the seed draws.\n"
       "Boxes are drawn in, label maps stand beside their picture; both move with it.\n"
       "Places are the plan's own: crop (row, column) in the padded image, resized crop (row, column, "
       "height,\n"
       "width) in the source, cutout (first row, first column, row and column behind the last).\n"
       "Example: uada sample fashion_mnist sheet.png --method uada --count 12 --seed 3\n"
       "         uada sample cat.jpg sheet.png --policy autoaugment --set table=imagenet --subpolicy 4\n"
       "         uada sample cifar10 sheet.png --index 7 --plan '{\"flip\":true}'"},
      describe, perform);
}

}  // namespace uada::cli
