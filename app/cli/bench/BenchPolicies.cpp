#include <fmt/core.h>

#include "app/cli/bench/RenderBench.h"
#include "app/cli/bench/Rendering.h"
#include "core/augment/Space.h"
#include "core/base/Philox.h"

namespace uada::cli {
namespace {

/// What of a training image's way is measured.
enum class Part {
  padded,   ///< all of it: padded crop, flip, ops, numbers
  resized,  ///< all of it, from a photograph: resized crop, flip, ops, numbers
  ops       ///< the ops alone, bytes to bytes
};
const char* nameOf(Part part) {
  constexpr const char* names[] = {"padded", "resized", "ops"};
  return names[static_cast<int>(part)];
}
constexpr ImageSize kPhotograph{500, 375};

/// A policy that torchvision has too, with torchvision's levels.
struct PolicyCase {
  const char* key;     ///< in the names of lines
  const char* policy;  ///< as we call it
  std::string table;   ///< of AutoAugment
  Json settings;
};

std::vector<PolicyCase> policyCases(int side) {
  const std::string table = side > 64 ? "imagenet" : "cifar10";
  return {{"ra", "randaugment", "", Json::Object{{"grid", "tv31"}}},
          {"aa", "autoaugment", table, Json::Object{{"grid", "tv10"}, {"table", table}}},
          {"ta", "trivialaugment", "", Json::Object{{"space", "tv-wide"}}}};
}

std::unique_ptr<Space> spaceOf(const PolicyCase& policy, int side, Part part) {
  Json settings = choiceToJson(policy.policy, policy.settings);
  settings["order"] = "crop_first";
  settings["cutout"] = false;
  if (part == Part::resized) settings["crop"] = "resized";
  const ImageSize source = part == Part::resized ? kPhotograph : ImageSize{side, side};
  return makeSpace(policyFromJson(settings, "bench"),
                   {.input = squareInput(side, side / 8), .source = source});
}

/// Batches whose plans are drawn anew each time, as in training.
class Batches {
 public:
  Batches(const PolicyCase& policy, int side, Part part)
      : data_(part == Part::resized ? madeUpImages(kPhotograph) : madeUpImages({side, side})),
        pool_(1),
        renderer_(data_, batchSettings(side), pool_),
        space_(spaceOf(policy, side, part)),
        indices_(allOf(data_)),
        plans_(data_.size()),
        part_(part) {
    const std::size_t all = data_.size() * 3 * side * side;
    part == Part::ops ? bytes_.resize(all) : numbers_.resize(all);
  }

  void render(std::uint32_t epoch) {
    for (const std::uint32_t i : indices_) {
      Random random(1, epoch, i, Purpose::plan);
      plans_[i] = space_->sample(random);
      if (part_ != Part::ops) continue;
      plans_[i].remove("crop");
      plans_[i].remove("flip");
    }
    if (part_ == Part::ops)
      renderer_.renderBytes(indices_, plans_, bytes_.data());
    else
      renderer_.render(indices_, plans_, numbers_.data());
  }

  const ResidentDataset& data() const { return data_; }
  const std::vector<Plan>& plans() const { return plans_; }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
  ResidentDataset data_;
  ThreadPool pool_;
  Renderer renderer_;
  std::unique_ptr<Space> space_;
  std::vector<std::uint32_t> indices_;
  std::vector<Plan> plans_;
  std::vector<float> numbers_;
  std::vector<std::uint8_t> bytes_;
  Part part_;
};

Json commandOf(const char* what, const PolicyCase& policy, int side, Part part) {
  const RenderSettings settings = batchSettings(side);
  return Json::Object{{"do", what},
                      {"policy", policy.key},
                      {"table", policy.table},
                      {"part", nameOf(part)},
                      {"side", side},
                      {"pad", settings.input.pad},
                      {"mean", numbers(settings.mean)},
                      {"deviation", numbers(settings.deviation)}};
}

/// The same plans by torchvision's own operations and level tables. Drawn plans of both sides differ, so this
/// is done apart from what is timed. False, and why in the line: it failed.
bool replay(Reference& reference, const PolicyCase& policy, int side, Batches& batches, BenchLine& line) {
  batches.render(1);
  Json command = commandOf("replay", policy, side, Part::ops);
  command["plans"] = plansJson(batches.plans());
  const auto answer = reference.ask(std::move(command));
  if (answer.problem.empty())
    compare(line, batches.bytes(), answer.data);
  else
    line.failed = "torchvision, the same plans: " + answer.problem;
  return answer.problem.empty();
}

/// False, and why in the line: there is no reference.
bool prepareReference(Reference& reference, const PolicyCase& policy, int side, Part part, Batches& batches,
                      BenchLine& line) {
  line.missing = reference.absence({Reference::Library::pillow, Reference::Library::torchvision});
  if (!line.missing.empty()) return false;
  reference.show(batches.data());
  if (part == Part::ops && !replay(reference, policy, side, batches, line)) return false;
  const auto answer = reference.ask(commandOf("torchvision", policy, side, part));
  if (answer.problem.empty())
    line.result.reference = reference.title(Reference::Library::torchvision);
  else
    line.failed = "torchvision: " + answer.problem;
  return answer.problem.empty();
}

/// The same for each policy, so that it is said once.
std::string noteOf(Part part) {
  constexpr const char* policies =
      "ra, aa, ta: RandAugment(2, 9), AutoAugment (CIFAR-10's table, at 224 ImageNet's), TrivialAugmentWide";
  if (part == Part::ops)
    return fmt::format(
        "{}: a plan is drawn and its ops applied, bytes to bytes. Theirs: torchvision on images of Pillow. "
        "Both draw by themselves; the output is that of other plans, by torchvision's own ops and levels",
        policies);
  const bool photograph = part == Part::resized;
  return fmt::format(
      "{}: a plan is drawn; {}, flip, ops, numbers about 0. Ours: float32, into the batch. "
      "Theirs: torchvision's {}, RandomHorizontalFlip, the policy, ToTensor, Normalize on images of Pillow; "
      "no batch is made",
      policies, photograph ? "resized crop of 500 x 375 pixels" : "crop of padding 1/8",
      photograph ? "RandomResizedCrop" : "RandomCrop");
}

/// The least times longer that torchvision takes at RandAugment; 0: no target.
double leastRatio(const PolicyCase& policy, int side, Part part) {
  if (std::string_view(policy.key) != "ra" || part == Part::resized) return 0;
  return side == 32 ? 40 : side == 224 ? 4 : 0;
}

void benchPolicy(RenderBench& bench, const PolicyCase& policy, int side, Part part, std::string name) {
  Batches batches(policy, side, part);
  BenchLine line;
  line.result.name = std::move(name);
  line.note = noteOf(part);
  const bool compares = prepareReference(bench.reference(), policy, side, part, batches, line);
  std::vector<Arm> arms{{timed(cpuSeconds, [&, epoch = 1U]() mutable { batches.render(++epoch); }),
                         static_cast<double>(batches.data().size())}};
  if (compares) arms.push_back(bench.reference().arm());
  const StealWatch steal;
  const Measured measured = bench.measure(arms);
  putMicros(line, measured);
  line.imagesPerSecond = 1e6 / line.result.value;
  if (const double least = leastRatio(policy, side, part); compares && least > 0)
    judgeLeast(line, measured.ratios[1], least, "times", steal.share());
  bench.add(std::move(line));
}

}  // namespace

void benchPolicies(RenderBench& bench, int side) {
  bench.section(fmt::format("policies at {0} x {0} pixels", side));
  for (const PolicyCase& policy : policyCases(side))
    for (const Part part : {Part::padded, Part::ops, Part::resized}) {
      if (part == Part::resized && side < 224) continue;
      constexpr const char* suffixes[] = {"", "_resized", "_chain"};
      const std::string name =
          fmt::format("render.{}{}.{}", policy.key, suffixes[static_cast<int>(part)], side);
      if (bench.wanted(name)) benchPolicy(bench, policy, side, part, name);
    }
}

}  // namespace uada::cli
