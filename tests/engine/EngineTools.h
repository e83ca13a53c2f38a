#pragma once

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <QTemporaryDir>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "core/base/Philox.h"
#include "core/config/RunConfig.h"
#include "core/engine/Engine.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/models/Model.h"
#include "core/engine/tasks/Classification.h"
#include "tests/core/ReportText.h"

namespace uada {

/// A folder in CIFAR-10's format: class 0 has horizontal stripes, class 1 vertical ones, both under noise.
class StripedImages {
 public:
  StripedImages(int train, int test) {
    std::uint32_t next = 0;
    for (int file = 1; file <= 5; ++file) {
      const int count = train / 5 + (file <= train % 5 ? 1 : 0);
      write(fmt::format("data_batch_{}.bin", file), count, next);
    }
    write("test_batch.bin", test, next);
  }
  std::string folder() const { return dir_.path().toStdString(); }

 private:
  void write(const std::string& name, int count, std::uint32_t& next) {
    std::ofstream out(folder() + "/" + name, std::ios::binary);
    for (int i = 0; i < count; ++i, ++next) {
      Random random(7, 0, next, Purpose::test);
      const bool vertical = next % 2 == 1;
      const std::uint32_t phase = random.below(8);
      out.put(static_cast<char>(vertical));
      for (int channel = 0; channel < 3; ++channel) {
        for (std::uint32_t place = 0; place < 1024; ++place) {
          const std::uint32_t along = (vertical ? place % 32 : place / 32) + phase;
          out.put(static_cast<char>((along / 4 % 2 ? 170 : 30) + random.below(50)));
        }
      }
    }
  }
  QTemporaryDir dir_;
};

inline RunConfig tinyConfig(const std::string& folder, const std::string& method, int epochs, int batch) {
  RunConfig config;
  config.recipe.name = "tiny";
  config.recipe.dataset = {"cifar10", DataSettings{folder, 0, 0}};
  config.recipe.model =
      modelFromJson(parseJson(R"({"name": "resnet", "depth": "10", "width": 2})", "test"), "test");
  config.recipe.task = {Classification::kName, Classification{}};
  config.recipe.training.epochs = epochs;
  config.recipe.training.batch = batch;
  config.recipe.optimiser.set("learning_rate", 0.05);
  config.method = methodFromJson(method, "test");
  config.seed = 3;
  config.runtime.threads = 1;
  config.runtime.device = "cpu";
  config.runtime.pictured = 3;
  config.runtime.pictureEvery = 2;
  return config;
}

/// Keeps every report; `stepped` is called after each step, on the job's thread.
class RecordingSink : public Sink {
 public:
  void take(const Report& report) override {
    std::visit(Cases{[&](const StateReport& r) { states.push_back(r); },
                     [&](const StepReport& r) {
                       steps.push_back(r);
                       if (stepped) stepped(r.step);
                     },
                     [&](const PolicyReport& r) { policies.push_back(r); },
                     [&](const Decision& r) { decisions.push_back(r); },
                     [&](const EpochReport& r) { epochs.push_back(r); },
                     [&](const CheckpointReport& r) { checkpoints.push_back(r); },
                     [&](const ResultReport& r) { results.push_back(r); },
                     [&](const EventReport& r) { events.push_back(r.text); },
                     [&](const EditReport& r) { edits.push_back(r); },
                     [&](const EvaluationReport& r) { evaluations.push_back(r); },
                     [&](const LandscapeReport& r) { landscape.push_back(r); },
                     [&](const PredictionsReport& r) { headers.push_back(r.header); },
                     [&](const PredictionReport& r) { predictions.push_back(r); }},
               report);
  }

  std::string whyStop() override { return why ? why() : std::string(); }

  /// Every number of every report but the times, to the last bit.
  std::vector<std::string> numbers() const {
    std::vector<std::string> lines;
    for (const StepReport& step : steps) lines.push_back("step " + text(step, false));
    for (const PolicyReport& policy : policies) lines.push_back("policy " + text(policy));
    for (const Decision& decision : decisions) lines.push_back("decision " + text(decision));
    for (const EpochReport& epoch : epochs) lines.push_back("epoch " + text(epoch, false));
    for (const ResultReport& result : results) lines.push_back("result " + text(result, false));
    return lines;
  }

  std::vector<StateReport> states;
  std::vector<StepReport> steps;
  std::vector<PolicyReport> policies;
  std::vector<Decision> decisions;
  std::vector<EpochReport> epochs;
  std::vector<CheckpointReport> checkpoints;
  std::vector<ResultReport> results;
  std::vector<std::string> events;
  std::vector<EditReport> edits;
  std::vector<EvaluationReport> evaluations;
  std::vector<LandscapeReport> landscape;
  std::vector<PredictionHeader> headers;
  std::vector<PredictionReport> predictions;
  std::function<void(std::int64_t)> stepped;
  std::function<std::string()> why;  ///< Sink::whyStop()
};

/// Somebody looks on.
class WatchedSink : public RecordingSink {
 public:
  bool isWatched() const override { return true; }
};

}  // namespace uada
