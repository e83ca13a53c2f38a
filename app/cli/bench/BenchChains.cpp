#include <fmt/core.h>

#include <cmath>
#include <cstring>

#include "app/cli/bench/RenderBench.h"
#include "app/cli/bench/Rendering.h"
#include "core/augment/Space.h"
#include "core/base/Philox.h"

namespace uada::cli {
namespace {

constexpr double kLeastRatio = 3;

/// A pipeline, from images that are decoded already to numbers, with what belongs to them.
struct ChainCase {
  const char *name, *policy;
  ImageSize source;
  std::uint32_t images;
  int side;
  std::uint32_t plans;  ///< enough that what each draws averages out
};
constexpr ChainCase kSegmentation{"render.seg.713", "segmentation", {2048, 1024}, 2, 713, 8};
constexpr ChainCase kDetection{"render.det.300", "detection", {500, 375}, 16, 300, 64};

/// Three objects, a small one, a wide one and a large one.
Boxes objectsOf(ImageSize image) {
  const auto width = static_cast<float>(image.width), height = static_cast<float>(image.height);
  return {{width / 10, height / 10, width / 4, height / 4, 0},
          {width / 3, height / 2, width, height * 2 / 3, 1},
          {width / 5, height / 5, width * 4 / 5, height * 4 / 5, 2}};
}

/// Plans for images in turn; labels are the red values modulo the number of classes, as reference.py has
/// them.
class ChainBatch {
 public:
  explicit ChainBatch(const ChainCase& chain)
      : data_(madeUpImages(chain.source, chain.images)),
        settings_(batchSettings(chain.side)),
        pool_(1),
        renderer_(data_, settings_, pool_),
        boxes_(objectsOf(chain.source)),
        hasMaps_(chain.policy == kSegmentation.policy) {
    const auto space =
        makeSpace(policyFromJson(chain.policy, "bench"), {.input = settings_.input, .source = chain.source});
    for (std::uint32_t i = 0; i < chain.plans; ++i) {
      Random random(1, 1, i, Purpose::plan);
      plans_.push_back(space->sample(random, 1, chain.source, boxes_));
      indices_.push_back(i % chain.images);
    }
    for (std::uint32_t i = 0; i < chain.images && hasMaps_; ++i) maps_.push_back(mapOf(data_.view(i)));
    numbers_.resize(std::size_t{3} * chain.side * chain.side);
  }

  /// One image after another, each into the same place, with its target.
  void render() {
    for (std::size_t i = 0; i < plans_.size(); ++i) renderOne(i);
  }
  const std::vector<float>& renderOne(std::size_t i) {
    renderer_.render({&indices_[i], 1}, std::span<const Plan>(&plans_[i], 1), numbers_.data());
    target_ = hasMaps_ ? renderer_.target(plans_[i], maps_[indices_[i]].view())
                       : renderer_.target(plans_[i], BoxesView(boxes_), {.keepsCentre = true});
    return numbers_;
  }

  const ResidentDataset& data() const { return data_; }
  const std::vector<Plan>& plans() const { return plans_; }
  const RenderSettings& settings() const { return settings_; }

 private:
  static LabelMap mapOf(ImageView image) {
    constexpr int kClasses = 19;
    LabelMap map(image.width, image.height);
    for (std::size_t i = 0; i < map.labels.size(); ++i)
      map.labels[i] = static_cast<std::uint8_t>(image.rgb[3 * i] % kClasses);
    return map;
  }

  ResidentDataset data_;
  RenderSettings settings_;
  ThreadPool pool_;
  Renderer renderer_;
  Boxes boxes_;
  bool hasMaps_;
  std::vector<Plan> plans_;
  std::vector<std::uint32_t> indices_;
  std::vector<LabelMap> maps_;
  std::vector<float> numbers_;
  Target target_;
};

/// How far the numbers of all plans lie apart, on average, in levels of 255.
/// theirs  floats as this machine keeps them
std::string apartText(ChainBatch& batch, std::span<const std::uint8_t> theirs) {
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t plan = 0; plan < batch.plans().size(); ++plan) {
    const std::vector<float>& ours = batch.renderOne(plan);
    for (std::size_t i = 0; i < ours.size(); ++i, ++count) {
      float number = 0;
      std::memcpy(&number, theirs.data() + sizeof number * count, sizeof number);
      sum += 255.0 * double{batch.settings().deviation[i % 3]} * std::abs(double{ours[i]} - double{number});
    }
  }
  return fmt::format("{:.4f} apart", sum / static_cast<double>(count));
}

/// False, and why in the line: there is no reference.
bool prepareReference(Reference& reference, const ChainCase& chain, ChainBatch& batch, BenchLine& line) {
  using Library = Reference::Library;
  line.missing = reference.absence({Library::pillow, Library::numpy, Library::opencv});
  if (!line.missing.empty()) return false;
  reference.show(batch.data());
  const auto answer = reference.ask(Json::Object{{"do", "chain"},
                                                 {"policy", chain.policy},
                                                 {"plans", plansJson(batch.plans())},
                                                 {"side", chain.side},
                                                 {"mean", numbers(batch.settings().mean)},
                                                 {"deviation", numbers(batch.settings().deviation)}});
  const std::size_t wanted = batch.plans().size() * std::size_t{3} * chain.side * chain.side * sizeof(float);
  if (!answer.problem.empty() || answer.data.size() != wanted) {
    line.failed = "OpenCV: " + (answer.problem.empty() ? "other numbers of pixels" : answer.problem);
    return false;
  }
  line.result.reference = reference.title(Library::opencv) + " for Python";
  line.output = apartText(batch, answer.data);
  return true;
}

void benchChain(RenderBench& bench, const ChainCase& chain) {
  ChainBatch batch(chain);
  BenchLine line;
  line.result.name = chain.name;
  line.note = fmt::format(
      "An image of {} x {} pixels that is decoded already, through the plans of policy {}, to numbers about "
      "0 at "
      "{} x {}, with its label map or boxes. Theirs: the same plans by OpenCV's calls and numpy's on 8 bits, "
      "one "
      "after another on whole pictures; its boxes are left out. One thread each; so far its numbers lie from "
      "ours, "
      "in levels of 255, on average",
      chain.source.width, chain.source.height, chain.policy, chain.side, chain.side);
  const bool compares = prepareReference(bench.reference(), chain, batch, line);
  const auto items = static_cast<double>(batch.plans().size());
  std::vector<Arm> arms{{timed(cpuSeconds, [&] { batch.render(); }), items}};
  if (compares) arms.push_back({bench.reference().arm().run, items});
  const StealWatch steal;
  const Measured measured = bench.measure(arms);
  putMicros(line, measured);
  line.imagesPerSecond = 1e6 / line.result.value;
  if (compares) judgeLeast(line, measured.ratios[1], kLeastRatio, "times", steal.share());
  bench.add(std::move(line));
}

}  // namespace

void benchChains(RenderBench& bench) {
  bench.section("chains of segmentation and detection");
  for (const ChainCase& chain : {kSegmentation, kDetection})
    if (bench.wanted(chain.name)) benchChain(bench, chain);
}

}  // namespace uada::cli
