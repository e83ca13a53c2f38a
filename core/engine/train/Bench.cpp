#include "core/engine/train/Bench.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <thread>

#include "core/base/Philox.h"
#include "core/data/ResidentDataset.h"
#include "core/engine/methods/Benched.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/models/Model.h"
#include "core/engine/tasks/Classification.h"
#include "core/engine/train/Device.h"
#include "core/engine/train/KeptMemory.h"
#include "core/engine/train/Precision.h"
#include "core/engine/train/Stepper.h"
#include "core/engine/train/Stopwatch.h"

namespace uada {
namespace {

constexpr int kBatch = 128, kSide = 32, kClasses = 10, kRounds = 7;
/// Graphs are made after the third pass of a kind.
int warmUps(const StepBench& job) { return job.step == "graph" ? 5 : 2; }
const std::string& reference() { return referenceMethod().name; }

/// Coloured gradients with noise: made up, but compressible like pictures.
ResidentDataset madeUpImages() {
  ResidentDataset data;
  data.width = data.height = kSide;
  data.classCount = kClasses;
  for (std::uint32_t i = 0; i < 2 * kBatch; ++i) {
    Random random(1, 0, i, Purpose::test);
    data.labels.push_back(static_cast<std::int32_t>(i % kClasses));
    const std::uint32_t base[3] = {random.below(160), random.below(160), random.below(160)};
    for (int y = 0; y < kSide; ++y) {
      for (int x = 0; x < kSide; ++x) {
        for (const std::uint32_t b : base)
          data.rgb.push_back(static_cast<std::uint8_t>(b + x + y + random.below(32)));
      }
    }
  }
  return data;
}

/// "step.ra_uc", "step.uada_parity": names that scripts depend on.
std::string benchName(std::string method) {
  if (method == "uada") return "step.uada_parity";
  std::replace(method.begin(), method.end(), '-', '_');
  return "step." + method;
}

struct Runner {
  std::string method;
  std::unique_ptr<Stepper> stepper;
  std::vector<double> milliseconds;
  Counts counts;  ///< of the timed steps
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

Runner makeRunner(const std::string& method, const StepBench& job, const Dataset& data, at::Device device,
                  ThreadPool& pool) {
  RunConfig config;
  config.recipe.model = job.model;
  config.recipe.training.precision = job.precision;
  config.runtime.step = job.step;
  config.recipe.task = {Classification::kName, Classification{}};
  config.method = benchedMethod(method);
  config.recipe.training.batch = kBatch;
  return {method, std::make_unique<Stepper>(config, data, device, pool), {}, {}};
}

/// Waits for what is rendered ahead, which would go on beside the next method's step, and until the device
/// has done all that it was given: its work is done in order, and what is read from it comes last. A step
/// does not wait for the change of the weights that ends it.
void waitForAll(Stepper& stepper) {
  stepper.waitAhead();
  stepper.network().parameters().back().flatten()[0].item<float>();
}

std::vector<Runner> timed(const StepBench& job, int threads, at::Device device) {
  settleThread(threads);
  allowTf32(false);
  const ResidentDataset data = madeUpImages();
  ThreadPool pool(threads);
  std::vector<std::string> methods = job.methods;
  if (job.hasReference && std::find(methods.begin(), methods.end(), reference()) == methods.end())
    methods.insert(methods.begin(), reference());
  std::vector<Runner> runners;
  for (const std::string& method : methods) runners.push_back(makeRunner(method, job, data, device, pool));
  // Two batches take turns: a method that keeps something for each sample knows the plans of the next one.
  const auto batchAt = [](std::int64_t step) {
    Batch batch;
    batch.step = step;
    batch.seed = static_cast<std::uint64_t>(step);  // other plans each time
    batch.indices.resize(kBatch);
    std::iota(batch.indices.begin(), batch.indices.end(), step % 2 == 0 ? 0u : unsigned{kBatch});
    return batch;
  };
  for (Runner& runner : runners) runner.stepper->beginEpoch(1);
  const int before = warmUps(job);
  for (int round = -before; round < kRounds; ++round) {
    for (Runner& runner : runners) {
      const Batch batch = batchAt(round + before + 1), next = batchAt(round + before + 2);
      Stopwatch watch;
      const StepReports done = runner.stepper->step(batch, 0.01, 0, &next);
      waitForAll(*runner.stepper);
      if (round < 0) continue;
      runner.milliseconds.push_back(1000 * watch.lap());
      runner.counts += done.report.counts;
    }
  }
  for (Runner& runner : runners) runner.stepper.reset();  // the pool goes first
  return runners;
}

/// One line: a number of a method's step beside that of the reference's.
struct StepNumber {
  const char* ending;  ///< of the line's name
  const char* unit;
  double (*of)(const Runner&);
};
constexpr StepNumber kStepNumbers[] = {
    {"", "ms", [](const Runner& r) { return median(r.milliseconds); }},
    // Passes over a whole batch, the backward one as two: what the step costs on paper.
    {".forward_equivalents", "batches",
     [](const Runner& r) { return r.counts.forwardEquivalents() / kRounds; }},
    {".probe_forwards", "batches", [](const Runner& r) { return r.counts.forwardsNoGrad / kRounds; }},
    {".chains", "images", [](const Runner& r) { return static_cast<double>(r.counts.chains) / kRounds; }},
};

/// Of the methods that were asked for: first their times, then what they do in that.
std::vector<BenchResult> resultsOf(const std::vector<Runner>& runners, const StepBench& job, int threads,
                                   const std::string& device) {
  const auto plain =
      std::find_if(runners.begin(), runners.end(), [](const Runner& r) { return r.method == reference(); });
  std::vector<BenchResult> results;
  for (const StepNumber& number : kStepNumbers)
    for (const Runner& runner : runners) {
      if (std::find(job.methods.begin(), job.methods.end(), runner.method) == job.methods.end()) continue;
      const double value = number.of(runner);
      if (value == 0) continue;  // no probes, no chains
      BenchResult& result = results.emplace_back();
      result.name = benchName(runner.method) + number.ending;
      result.value = value;
      result.unit = number.unit;
      result.threads = threads;
      result.device = device;
      const double reference = plain == runners.end() ? 0 : number.of(*plain);
      if (reference == 0) continue;
      result.reference = benchName(plain->method) + number.ending;
      result.referenceValue = reference;
      result.ratio = result.value / reference;
    }
  return results;
}

}  // namespace

std::vector<BenchResult> timeSteps(const StepBench& job) {
  const int used = threadCount(job.threads);
  const ChosenDevice chosen = chooseDevice(job.device);
  std::vector<Runner> runners;
  std::exception_ptr problem;
  // On a thread of its own: the number of threads and the handling of denormals are settings of a thread.
  std::thread worker([&] {
    try {
      const KeptMemory kept;
      runners = timed(job, used, chosen.device);
    } catch (...) {
      problem = std::current_exception();
    }
  });
  worker.join();
  if (problem) std::rethrow_exception(problem);
  return resultsOf(runners, job, used, chosen.name);
}

}  // namespace uada
