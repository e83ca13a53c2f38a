#include <fmt/core.h>

#include "app/cli/bench/RenderBench.h"
#include "app/cli/bench/Rendering.h"
#include "core/augment/Space.h"
#include "core/base/Philox.h"

namespace uada::cli {
namespace {

/// A policy that torchvision has too, with torchvision's levels.
struct PolicyCase {
  const char* key;     ///< in the names of lines
  const char* title;   ///< as torchvision calls it
  const char* policy;  ///< as we call it
  std::string table;   ///< of AutoAugment
  std::string settings;
};

std::vector<PolicyCase> policyCases(int side) {
  const std::string table = side > 64 ? "imagenet" : "cifar10";
  const std::string frame = R"("order": "crop_first", "cutout": false)";
  return {{"ra", "RandAugment(2, 9)", "randaugment", "", fmt::format(R"({{"grid": "tv31", {}}})", frame)},
          {"aa", table == "cifar10" ? "AutoAugment(CIFAR10)" : "AutoAugment(IMAGENET)", "autoaugment", table,
           fmt::format(R"({{"table": "{}", "grid": "tv10", {}}})", table, frame)},
          {"ta", "TrivialAugmentWide()", "trivialaugment", "",
           fmt::format(R"({{"space": "tv-wide", {}}})", frame)}};
}

/// The least times longer that torchvision takes; 0: no target.
double leastRatio(const PolicyCase& policy, int side) {
  if (std::string_view(policy.key) != "ra") return 0;
  return side == 32 ? 40 : side == 224 ? 4 : 0;
}

/// Batches whose plans are drawn anew each time, as in training.
class Batches {
 public:
  Batches(const PolicyCase& policy, int side, bool whole)
      : data_(madeUpImages(side)),
        pool_(1),
        renderer_(data_, batchSettings(side), pool_),
        space_(findPolicy(policy.policy)
                   .make(parseJson(policy.settings, policy.policy), {.side = side, .pad = side / 8})),
        indices_(allOf(data_)),
        plans_(data_.size()),
        whole_(whole) {
    (whole ? numbers_.resize(data_.rgb.size()) : bytes_.resize(data_.rgb.size()));
  }

  void render(std::uint32_t epoch) {
    for (const std::uint32_t i : indices_) {
      Random random(1, epoch, i, Purpose::plan);
      plans_[i] = space_->sample(random);
      if (!whole_) plans_[i].crop.reset(), plans_[i].flip.reset();
    }
    if (whole_)
      renderer_.render(indices_, plans_, numbers_.data());
    else
      renderer_.renderBytes(indices_, plans_, bytes_.data());
  }

  const Dataset& data() const { return data_; }
  const std::vector<Plan>& plans() const { return plans_; }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
  Dataset data_;
  ThreadPool pool_;
  Renderer renderer_;
  std::unique_ptr<Space> space_;
  std::vector<std::uint32_t> indices_;
  std::vector<Plan> plans_;
  std::vector<float> numbers_;
  std::vector<std::uint8_t> bytes_;
  bool whole_;
};

Json commandOf(const char* what, const PolicyCase& policy, int side, bool whole) {
  const RenderSettings settings = batchSettings(side);
  return Json::Object{{"do", what},
                      {"policy", policy.key},
                      {"table", policy.table},
                      {"whole", whole},
                      {"side", side},
                      {"pad", settings.pad},
                      {"mean", numbers(settings.mean)},
                      {"deviation", numbers(settings.deviation)}};
}

/// The same plans by torchvision's own operations and level tables. Drawn plans of both sides differ, so this
/// is done apart from what is timed.
std::string replayed(Reference& reference, const PolicyCase& policy, int side, Batches& batches) {
  batches.render(1);
  Json command = commandOf("replay", policy, side, false);
  Json plans = Json::array();
  for (const Plan& plan : batches.plans()) plans.push(toJson(plan));
  command["plans"] = std::move(plans);
  const auto answer = reference.ask(std::move(command));
  return answer.problem.empty() ? compared(batches.bytes(), answer.data) : "not compared: " + answer.problem;
}

/// False, and why in the line: there is no reference.
bool prepareReference(Reference& reference, const PolicyCase& policy, Batches& batches, bool whole,
                      BenchLine& line) {
  line.missing = reference.absence({Reference::Library::pillow, Reference::Library::torchvision});
  if (!line.missing.empty()) return false;
  const int side = batches.data().width;
  reference.show(side, batches.data().rgb);
  if (!whole) line.output = replayed(reference, policy, side, batches);
  const auto answer = reference.ask(commandOf("torchvision", policy, side, whole));
  if (answer.problem.empty())
    line.result.reference = reference.title(Reference::Library::torchvision);
  else
    line.missing = "torchvision: " + answer.problem;
  return answer.problem.empty();
}

std::string noteOf(const PolicyCase& policy, bool whole) {
  if (!whole)
    return fmt::format(
        "{}: plan drawn and its ops applied, bytes to bytes. Theirs: torchvision on images of Pillow. "
        "Both draw by themselves; the output is that of other plans, by torchvision's own ops and levels",
        policy.title);
  return fmt::format(
      "{}: plan drawn, crop of padding 1/8, flip, ops, numbers about 0. Ours: float32, into the batch. "
      "Theirs: RandomCrop, RandomHorizontalFlip, {}, ToTensor, Normalize on images of Pillow, no batch made",
      policy.title, policy.title);
}

void benchPolicy(RenderBench& bench, const PolicyCase& policy, int side, bool whole, std::string name) {
  Batches batches(policy, side, whole);
  BenchLine line;
  line.result.name = std::move(name);
  line.note = noteOf(policy, whole);
  const bool compares = prepareReference(bench.reference(), policy, batches, whole, line);
  std::vector<Arm> arms{{timed(cpuSeconds, [&, epoch = 1U]() mutable { batches.render(++epoch); }),
                         static_cast<double>(batches.data().size())}};
  if (compares) arms.push_back(bench.reference().arm());
  const StealWatch steal;
  const Measured measured = bench.measure(arms);
  putMicros(line, measured);
  line.imagesPerSecond = 1e6 / line.result.value;
  if (const double least = leastRatio(policy, side); compares && least > 0)
    judgeLeast(line, measured.ratios[1], least, "times", steal.share());
  bench.add(std::move(line));
}

}  // namespace

void benchPolicies(RenderBench& bench, int side) {
  bench.section(fmt::format("policies at {0} x {0} pixels", side));
  for (const PolicyCase& policy : policyCases(side))
    for (const bool whole : {true, false}) {
      const std::string name = fmt::format("render.{}{}.{}", policy.key, whole ? "" : "_chain", side);
      if (bench.wanted(name)) benchPolicy(bench, policy, side, whole, name);
    }
}

}  // namespace uada::cli
