#include "core/store/RunReplay.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "core/augment/Stages.h"
#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/data/PictureTargets.h"
#include "core/engine/Decisions.h"
#include "core/engine/RunImages.h"
#include "core/engine/Shuffle.h"
#include "core/engine/methods/Uada.h"
#include "core/engine/tasks/Task.h"

namespace uada {
namespace {

std::string nameOf(const RunDetail& run) {
  return fmt::format("{} ({})", run.summary.key, run.summary.title);
}

const Uada* uadaOf(const RunDetail& run) {
  const Choice& method = run.config.method;
  return method.name == Uada::kName ? &method.as<MethodSettings<Uada>>().own : nullptr;
}

/// Whether an attempt has recorded these images. Throws Error if attempts have recorded others alone.
bool isRecorded(const RunDetail& run, const Dataset& data, const std::filesystem::path& folder) {
  std::string seen;
  for (const Manifest& attempt : run.attempts) {
    const std::string hash = trainingHash(attempt.dataHash);
    if (hash == data.identity()) return true;
    if (!hash.empty()) seen = hash;
  }
  if (seen.empty()) return false;
  throw OtherImages(
      fmt::format("the images in '{}' are not those of {}: the hash of the training files is {}, the run "
                  "recorded {}",
                  folder.string(), nameOf(run), data.identity(), quotable(seen)));
}

}  // namespace

RunReplay::RunReplay(RunDetail run, const std::string& folder, Loading loading) : run_(std::move(run)) {
  const Choice& dataset = run_.config.recipe.dataset;
  const DatasetEntry& entry = findDataset(dataset.name);
  const auto found = locateDataset(entry, folder.empty() ? dataset.as<DataSettings>().folder : folder);
  if (loading.note) loading.note(fmt::format("reading {} from {}", entry.title, found.string()));
  data_ = withTargets(runImages(dataset, Split::train, found, loading), taskOf(run_.config.recipe).target);
  isDataKnown_ = isRecorded(run_, *data_, found);
  colours_ = classColoursOf(entry, data_->classes());
  pool_ = std::make_unique<ThreadPool>(1);
  renderer_ = std::make_unique<Renderer>(*data_, runRendering(run_.config.recipe, *data_), *pool_);
}

Decision RunReplay::drawn(Decision stored, std::int64_t attempt) const {
  const std::string hash = trainingHash(originOf(run_, attempt).dataHash);
  if (!hash.empty() && hash != data_->identity())
    throw Error(fmt::format("attempt {} saw other images: the hash of their files is {}, not {}", attempt,
                            quotable(hash), data_->identity()));
  drawPictures(stored, *renderer_, colours_);
  return stored;
}

std::string RunReplay::trainedHash(const Decision& decision) const {
  return pixelHash(renderer_->picture(decision.index, planOf(decision, decision.winner)).view());
}

Image RunReplay::picture(std::uint32_t sample, const Plan& plan) const {
  const Held<TargetView> target = data_->target(sample);
  const Target moved = renderer_->target(plan, *target);
  return withTarget(renderer_->picture(sample, plan).view(), viewOf(moved), colours_);
}

std::vector<RunReplay::Probe> RunReplay::probes(const Decision& decision, int group) const {
  const Uada* uada = uadaOf(run_);
  const ProbedBy by = !uada                          ? ProbedBy::forward
                      : uada->estimator == "central" ? ProbedBy::central
                      : uada->estimator == "joint"   ? ProbedBy::joint
                                                     : ProbedBy::forward;
  std::vector<Probe> all;
  for (const ProbePlan& probe : probesOf(decision, group, by))
    all.push_back({picture(decision.index, probe.plan), probe.loss, probe.isOpposite, by == ProbedBy::joint});
  return all;
}

/// Why plans of a method do not follow from seed, epoch and sample alone; empty: they do.
static std::string whyNotKeyed(const RunDetail& run) {
  const std::string& method = run.config.method.name;
  if (const Uada* uada = uadaOf(run))
    return uada->perBatch() ? "with granularity=batch the plans of a step belong together" : "";
  for (const char* known : {"baseline", "plain", "ra-uc"})
    if (method == known) return "";
  return fmt::format("plans of the method {} depend on what it had learned", method);
}

RunReplay::Keyed RunReplay::keyed(std::int64_t step, std::uint32_t sample) const {
  if (sample >= data_->size())
    throw Error(fmt::format("there is no sample {}: the run's training images are 0 to {}", sample,
                            groupedText(static_cast<long long>(data_->size()) - 1)));
  if (const std::string why = whyNotKeyed(run_); !why.empty())
    throw Error(fmt::format("sample {} was not pictured at step {}, and its plan cannot be drawn again: {}",
                            sample, groupedText(step), why));
  const Training& training = run_.config.recipe.training;
  const Batches batches{data_->size(), static_cast<std::size_t>(training.batch)};
  const std::int64_t last = batches.steps() * training.epochs;
  if (step < 1 || step > last)
    throw Error(fmt::format("there is no step {}: the run has 1 to {}", step, groupedText(last)));
  const int epoch = static_cast<int>((step - 1) / batches.steps()) + 1;
  const auto seed = static_cast<std::uint64_t>(run_.config.seed);
  const auto order = shuffledOrder(data_->size(), seed, epoch);
  const auto place = static_cast<std::size_t>(std::ranges::find(order, sample) - order.begin());
  const std::int64_t inEpoch =
      std::min<std::int64_t>(static_cast<std::int64_t>(place / batches.size), batches.steps() - 1);

  const std::int64_t trained = (epoch - 1) * batches.steps() + inEpoch + 1;
  if (const Lineage& from = run_.summary.lineage; !from.run.empty() && trained <= from.step)
    throw Error(
        fmt::format("step {} was trained by {}, of which this run is a fork after step {}: replay that run",
                    groupedText(trained), from.run, groupedText(from.step)));
  const ImageSize common = commonSize(*data_);
  const auto space = makeSpace(run_.config, inputOf(run_.config.recipe, common), common);
  Random random(seed, static_cast<std::uint32_t>(epoch), sample, Purpose::plan);
  const BoxesView boxes = data_->targetKind() == TargetKind::boxes ? boxesOf(*data_, sample) : BoxesView{};
  Keyed keyed;
  keyed.askedStep = step;
  keyed.isWhole = !uadaOf(run_);
  Decision& decision = keyed.decision;
  decision.step = trained;
  decision.epoch = epoch;
  decision.index = sample;
  decision.label = data_->label(sample);
  decision.plan = space->sample(random, epoch, data_->imageSize(sample), boxes);
  decision.unperturbedLoss = std::numeric_limits<double>::quiet_NaN();
  drawPictures(decision, *renderer_, colours_);
  return keyed;
}

std::optional<bool> arePicturesEqual(const Decision& kept, const Decision& drawn) {
  std::optional<bool> equal;
  const auto compare = [&](const Image& a, const Image& b) {
    if (!a.empty()) equal = equal.value_or(true) && a == b;
  };
  compare(kept.original, drawn.original);
  for (int which = -1; which < static_cast<int>(drawn.groups.size()); ++which)
    compare(pictureOf(kept, which), pictureOf(drawn, which));
  return equal;
}

}  // namespace uada
