#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include "app/cli/Console.h"
#include "app/cli/DataLoading.h"
#include "app/cli/Files.h"
#include "app/cli/RunText.h"
#include "app/cli/Verbs.h"
#include "core/augment/Clamp.h"
#include "core/augment/Renderer.h"
#include "core/augment/Space.h"
#include "core/augment/Stages.h"
#include "core/augment/found/Library.h"
#include "core/base/Endings.h"
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/config/SetValue.h"
#include "core/data/ResidentDataset.h"
#include "core/engine/DecisionLine.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/images/ContactSheet.h"
#include "core/images/ImageIo.h"
#include "core/ops/Resize.h"
#include "core/store/Project.h"

namespace uada::cli {
namespace {

constexpr int kUsualInput = 224;          // of a picture that is not square, pixels
constexpr std::size_t kShownDigits = 12;  // fit under a picture of 112 pixels
/// Of ImageNet, for pictures that belong to no data set.
constexpr std::array<float, 3> kImageNetMean{0.485f, 0.456f, 0.406f};
constexpr std::size_t kPlanBytes = 1u << 20;

/// Where plans come from: one that is given, or a policy's space.
struct PlanSource {
  std::optional<PlanLine> line;
  Choice policy;
  std::shared_ptr<const PolicyFile> file;  ///< of a policy that is one
  std::string text;                        ///< for people
};

PlanSource givenPlan(const std::string& given) {
  const std::size_t begin = given.find_first_not_of(" \t\r\n");
  const bool isText = begin != given.npos && given[begin] == '{';
  const PlanLine line =
      isText ? planLineFromText(given, "--plan") : planLineFromText(readTextFile(given, kPlanBytes), given);
  return {line, {}, nullptr, lineText(line)};
}

PlanSource planSource(const SampleOptions& options) {
  if (!options.plan.empty()) return givenPlan(options.plan);
  std::vector<PolicyFile> kept;
  if (!options.project.empty()) kept = ProjectReader(options.project).policies();
  PlanSource source;
  Json json = options.policy.empty()
                  ? choiceToJson(policyOf(methodFromJson(
                        options.method.empty() ? referenceMethod().name : options.method, "--method")))
                  : namedPolicy(options.policy, kept);
  for (const std::string& set : options.sets) setValue(json, set);
  source.policy = newPolicyFromJson(json, "--set");
  source.text = "plans of " + policyLabel(source.policy);
  if (!findPolicy(source.policy.name).isFile) return source;
  const Json& settings = source.policy.settings();
  source.file = std::make_shared<const PolicyFile>(
      choosePolicyFile(settings.at("file").asString(), settings.at("sha256").asString(), kept));
  return source;
}

/// What the policy draws from, if it is written down.
std::optional<FoundPolicy> writtenPolicy(const PlanSource& source) {
  if (source.file) return policyIn(*source.file);
  const Policy& policy = findPolicy(source.policy.name);
  return policy.written ? std::optional(policy.written(source.policy)) : std::nullopt;
}

bool isTimed(const FoundPolicy& policy) {
  return policy.kind == FoundPolicy::Kind::elements || !policy.schedule.empty();
}

/// Options that the policy, or a picture in place of a data set, would pass over are refused: a person who
/// gives one expects it to count.
void refuseIdle(const SampleOptions& options, const PlanSource& source, bool isPicture) {
  const auto refuse = [](const char* option, const std::string& why) {
    throw UsageError(fmt::format("{}: {}", option, why));
  };
  if (isPicture) {
    const std::string picture = fmt::format("of a data set, and '{}' is a picture", options.dataset);
    if (options.index >= 0) refuse("--index", picture);
    if (!options.folder.empty()) refuse("--folder", picture);
    if (source.line && options.count > 0) refuse("--count", "--plan gives one row of one picture");
  }
  if (source.line) return;
  const auto written = writtenPolicy(source);
  const std::string policy = "the policy " + policyLabel(source.policy);
  if (!options.project.empty() && !source.file)
    refuse("--project", policy + " is no file that a project keeps");
  if (options.subpolicy >= 0 && !(written && written->kind == FoundPolicy::Kind::subpolicies))
    refuse("--subpolicy", policy + " has no sub-policies to choose from");
  if (options.epochs == 0) return;
  if (!written || !isTimed(*written)) refuse("--epochs", policy + " does not change over the training");
  if (options.epoch > options.epochs)
    refuse("--epoch",
           fmt::format("{} found, at most the {} of --epochs expected", options.epoch, options.epochs));
}

std::unique_ptr<Space> spaceOf(const PlanSource& source, const SampleOptions& options, const Input& input,
                               ImageSize image) {
  PolicyContext context;
  context.input = input;
  context.epochs = options.epochs > 0 ? options.epochs : std::max(SampleOptions::kUsualEpochs, options.epoch);
  context.source = image;
  context.file = source.file.get();
  if (options.subpolicy >= 0) context.subpolicy = static_cast<std::size_t>(options.subpolicy);
  return makeSpace(source.policy, context);
}

/// What is drawn from, and for each row of the sheet which image it shows and which stream its plan comes
/// from.
struct Subject {
  struct Row {
    std::uint32_t image = 0, stream = 0;
    std::string title;
  };
  std::shared_ptr<const Dataset> data;
  RenderSettings settings;
  std::string title;
  std::string dataset;  ///< name in the catalogue; empty: a picture that belongs to none
  int trainLimit = 0;   ///< the rows' images count in those that it leaves
  std::vector<Row> rows;
};

std::size_t rowsWanted(const SampleOptions& options) {
  return static_cast<std::size_t>(options.count > 0 ? options.count : SampleOptions::kUsualCount);
}

/// Whether a given line says which image of the subject it is of, as far as it can be told.
bool namesImage(const PlanLine& line, std::string_view dataset) {
  return line.index && (line.dataset.empty() || line.dataset == dataset);
}

/// The images of the rows, and for messages who asks for them.
std::pair<std::vector<std::uint32_t>, const char*> wantedImages(const SampleOptions& options,
                                                                const PlanSource& source,
                                                                const Subject& subject) {
  if (options.index >= 0) return {{static_cast<std::uint32_t>(options.index)}, "--index"};
  if (source.line && options.count == 0 && namesImage(*source.line, subject.dataset))
    return {{*source.line->index}, "--plan: index"};
  return {firstOfEachClass(*subject.data, rowsWanted(options)), "--count"};
}

/// The side of the network's input that goes with the images: theirs where all are equal squares.
int usualInput(const Dataset& data) {
  const ImageSize size = commonSize(data);
  return !size.empty() && size.width == size.height ? size.width : kUsualInput;
}

/// What a line is of is counted as its run counted, in the images that the limit leaves, and drawn with their
/// mean.
Subject datasetSubject(const SampleOptions& options, const PlanSource& source, const Console& console) {
  const DatasetEntry& entry = findDataset(options.dataset);
  Subject subject;
  subject.title = entry.title;
  subject.dataset = entry.name;
  if (source.line && source.line->dataset == entry.name) subject.trainLimit = source.line->trainLimit;
  subject.data = subset(entry.load(locateDataset(entry, options.folder), Split::train, loadingOf(console)),
                        static_cast<std::size_t>(subject.trainLimit));
  subject.settings.input = squareInput(options.input > 0 ? options.input : usualInput(*subject.data));
  subject.settings.mean = channelStatistics(*subject.data).mean;
  if (subject.trainLimit > 0)
    subject.title += fmt::format(", limited to {} training images",
                                 groupedText(static_cast<long long>(subject.data->size())));
  const auto [indices, option] = wantedImages(options, source, subject);
  for (const std::uint32_t index : indices) {
    if (index >= subject.data->size())
      throw UsageError(fmt::format("{} {}: {} has training images 0 to {}", option, index, entry.title,
                                   subject.data->size() - 1));
    const std::string name = className(entry, *subject.data, subject.data->label(index));
    subject.rows.push_back(
        {index, index, name.empty() ? fmt::format("{}", index) : fmt::format("{}: {}", index, name)});
  }
  return subject;
}

/// One picture, drawn from again and again. What only takes images of the network's size gets it as the test
/// set shows it: resized, and the middle of it.
Subject pictureSubject(const SampleOptions& options, bool anySize) {
  Image image = readImage(options.dataset);
  Subject subject;
  subject.title = options.dataset;
  const int own = image.width == image.height ? image.width : kUsualInput;
  const int side = options.input > 0 ? options.input : own;
  subject.settings.input = squareInput(side);
  if (!anySize && (image.width != side || image.height != side)) {
    Image centre(side, side);
    ResizeScratch scratch;
    resizedCentre(image.view(), centre.span(), scratch);
    image = std::move(centre);
  }
  subject.settings.mean = kImageNetMean;
  subject.data = oneImageSet(std::move(image));
  const std::size_t rows = options.plan.empty() ? rowsWanted(options) : 1;
  for (std::size_t i = 0; i < rows; ++i)
    subject.rows.push_back({0, static_cast<std::uint32_t>(i), fmt::format("draw {}", i)});
  return subject;
}

Subject subjectOf(const SampleOptions& options, const PlanSource& source, const Console& console) {
  const bool isPicture = options.dataset.find_first_of("./") != std::string::npos;
  refuseIdle(options, source, isPicture);
  if (!isPicture) return datasetSubject(options, source, console);
  const bool anySize = source.line ? sourceSize(source.line->plan).has_value()
                                   : spaceOf(source, options, squareInput(kUsualInput), {})->takesAnySize();
  return pictureSubject(options, anySize);
}

Json stageJson(const Stage& stage) {
  Json json = Json::Object{{"title", stage.title}, {"detail", stage.detail}, {"done", stage.done}};
  if (stage.level) json["level"] = *stage.level;
  if (stage.value) json["value"] = *stage.value;
  return json;
}

/// The picture, reduced where its longer side is more than `side`, so that a photograph does not fill the
/// sheet.
Image fitted(const Image& image, int side) {
  const int longer = std::max(image.width, image.height);
  if (longer <= side) return image;
  const auto scaled = [&](int length) {
    return std::max(1, static_cast<int>(std::lround(1.0 * length * side / longer)));
  };
  Image small(scaled(image.width), scaled(image.height));
  ResizeScratch scratch;
  resize(image.view(), {0, 0, image.width, image.height}, small.span(), Filter::bilinear, scratch);
  return small;
}

/// A row of the sheet, and what is said about it.
std::vector<SheetCell> rowOf(const std::vector<Stage>& stages, const std::string& title,
                             const std::string& hash) {
  std::vector<SheetCell> cells;
  const Image &original = stages.front().image, &last = stages.back().image;
  for (const Stage& stage : stages) {
    SheetCell& cell = cells.emplace_back(SheetCell{stage.image, {stage.title}, false});
    if (!stage.detail.empty()) cell.lines.push_back(stage.detail);
  }
  cells.front().image = fitted(original, std::max(last.width, last.height));
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

Sheet makeSheet(const SampleOptions& options, const Subject& subject, const PlanSource& source) {
  const std::unique_ptr<Space> space =
      source.line ? nullptr : spaceOf(source, options, subject.settings.input, commonSize(*subject.data));
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
    Random random(options.seed, static_cast<std::uint32_t>(options.epoch), row.stream, Purpose::plan);
    const Plan plan =
        clampPlan(source.line ? source.line->plan
                              : space->sample(random, options.epoch, subject.data->imageSize(row.image)),
                  subject.settings.input);
    // Decisions record what was computed: coordinates out of range are nothing unusual in them.
    sheet.isClamped =
        source.line && source.line->kind != PlanLine::Kind::decision && plan != source.line->plan;
    sheet.drawn = plan;
    const std::vector<Stage> stages = stagesOf(renderer, row.image, plan);
    const std::string hash = pixelHash(stages.back().image.view());
    sheet.rows.push_back(rowOf(stages, row.title, hash));
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

}  // namespace

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

}  // namespace uada::cli
