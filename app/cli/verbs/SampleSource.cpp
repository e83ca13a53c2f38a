#include "app/cli/verbs/SampleSource.h"

#include <fmt/core.h>

#include "app/cli/DataLoading.h"
#include "core/augment/Stages.h"
#include "core/augment/found/Library.h"
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Text.h"
#include "core/config/SetValue.h"
#include "core/data/ResidentDataset.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/images/ImageIo.h"
#include "core/ops/Resize.h"
#include "core/store/Project.h"

namespace uada::cli {
namespace {

constexpr int kUsualInput = 224;  // of a picture that is not square, pixels
/// Of ImageNet, for pictures that belong to no data set.
constexpr std::array<float, 3> kImageNetMean{0.485f, 0.456f, 0.406f};
constexpr std::size_t kPlanBytes = 1u << 20;

PlanSource givenPlan(const std::string& given) {
  const std::size_t begin = given.find_first_not_of(" \t\r\n");
  const bool isText = begin != given.npos && given[begin] == '{';
  const PlanLine line =
      isText ? planLineFromText(given, "--plan") : planLineFromText(readTextFile(given, kPlanBytes), given);
  return {line, {}, nullptr, lineText(line)};
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
  if (options.subpolicy >= 0 && !(written && written->hasSubpolicies()))
    refuse("--subpolicy", policy + " has no sub-policies to choose from");
  if (options.epochs == 0) return;
  if (!written || !isTimed(*written)) refuse("--epochs", policy + " does not change over the training");
  if (options.epoch > options.epochs)
    refuse("--epoch",
           fmt::format("{} found, at most the {} of --epochs expected", options.epoch, options.epochs));
}

std::size_t rowsWanted(const SampleOptions& options) {
  return static_cast<std::size_t>(options.count > 0 ? options.count : SampleOptions::kUsualCount);
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
  subject.colours = classColoursOf(entry, subject.data->classes());
  const std::vector<std::string> names = classNamesOf(entry, *subject.data);
  for (const std::uint32_t index : indices) {
    if (index >= subject.data->size())
      throw UsageError(fmt::format("{} {}: {} has training images 0 to {}", option, index, entry.title,
                                   subject.data->size() - 1));
    const std::string name = className(names, subject.data->label(index));
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

bool isPicture(const SampleOptions& options) {
  return options.dataset.find_first_of("./") != std::string::npos;
}

/// Of a set with label maps or boxes that with which they are learned, where nobody says another one.
std::string wantedPolicy(const SampleOptions& options) {
  if (!options.policy.empty() || !options.method.empty() || isPicture(options)) return options.policy;
  return usualPolicyFor(findDataset(options.dataset).target);
}

}  // namespace

PlanSource planSource(const SampleOptions& options) {
  if (!options.plan.empty()) return givenPlan(options.plan);
  std::vector<PolicyFile> kept;
  if (!options.project.empty()) kept = ProjectReader(options.project).policies();
  PlanSource source;
  const std::string policy = wantedPolicy(options);
  Json json = policy.empty()
                  ? choiceToJson(policyOf(methodFromJson(
                        options.method.empty() ? referenceMethod().name : options.method, "--method")))
                  : namedPolicy(policy, kept);
  for (const std::string& set : options.sets) setValue(json, set);
  source.policy = newPolicyFromJson(json, "--set");
  source.text = "plans of " + policyLabel(source.policy);
  if (!findPolicy(source.policy.name).isFile) return source;
  const Json& settings = source.policy.settings();
  source.file = std::make_shared<const PolicyFile>(
      choosePolicyFile(settings.at("file").asString(), settings.at("sha256").asString(), kept));
  return source;
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

void requireFitting(const Space& space, const PlanSource& source, const Subject& subject) {
  const ImageSize size = commonSize(*subject.data), input = subject.settings.input.size();
  if (size == input || space.takesAnySize()) return;
  const std::string usual = usualPolicyFor(subject.data->targetKind());
  const Json& settings = source.policy.settings();
  const std::string remedy = !usual.empty()          ? fmt::format("give --policy {}", usual)
                             : settings.find("crop") ? "give --set crop=resized"
                                                     : "give a policy that draws a resized crop";
  throw UsageError(fmt::format(
      "{} fit images of {} x {} pixels, the input, and those of {} have {}; {}", source.text, input.width,
      input.height, subject.title,
      size.empty() ? "different sizes" : fmt::format("{} x {}", size.width, size.height), remedy));
}

bool namesImage(const PlanLine& line, std::string_view dataset) {
  return line.index && (line.dataset.empty() || line.dataset == dataset);
}

Subject subjectOf(const SampleOptions& options, const PlanSource& source, const Console& console) {
  refuseIdle(options, source, isPicture(options));
  if (!isPicture(options)) return datasetSubject(options, source, console);
  const bool anySize = source.line ? sourceSize(source.line->plan).has_value()
                                   : spaceOf(source, options, squareInput(kUsualInput), {})->takesAnySize();
  return pictureSubject(options, anySize);
}

}  // namespace uada::cli
