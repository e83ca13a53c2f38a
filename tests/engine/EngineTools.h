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
#include "core/engine/methods/Method.h"

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
  config.recipe.dataset = {"cifar10", settingsToJson(DataSettings{folder, 0, 0})};
  config.recipe.model = {"resnet", parseJson(R"({"depth": "10", "width": 2})", "test")};
  config.recipe.training.epochs = epochs;
  config.recipe.training.batch = batch;
  config.recipe.training.learningRate = 0.05;
  config.method = {method, findMethod(method).complete(Json::object(), method)};
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
  void onState(const StateReport& report) override { states.push_back(report); }
  void onStep(const StepReport& report) override {
    steps.push_back(report);
    if (stepped) stepped(report.step);
  }
  void onPolicy(const PolicyReport& report) override { policies.push_back(report); }
  void onDecision(const Decision& decision) override { decisions.push_back(decision); }
  void onEpoch(const EpochReport& report) override { epochs.push_back(report); }
  void onCheckpoint(const CheckpointReport& report) override { checkpoints.push_back(report); }
  void onResult(const ResultReport& report) override { results.push_back(report); }
  void onEvent(const std::string& text) override { events.push_back(text); }

  /// Every number of every report but the times, to the last bit.
  std::vector<std::string> numbers() const {
    std::vector<std::string> lines;
    for (const StepReport& s : steps) {
      lines.push_back(fmt::format("step {} {} {:a} {:a} {:a} {:a} {} {} {}", s.step, s.epoch, s.learningRate,
                                  s.loss, s.unperturbedLoss, s.gain, s.correct, s.count,
                                  s.counts.forwardEquivalents()));
    }
    for (const PolicyReport& p : policies) lines.push_back(text(p));
    for (const Decision& d : decisions) lines.push_back(text(d));
    for (const EpochReport& e : epochs) {
      lines.push_back(fmt::format("epoch {} {} {:a} {:a} {:a} {:a} {:a} {}", e.epoch, e.step, e.trainLoss,
                                  e.trainTop1, e.testLoss, e.testTop1, e.testTop5, e.counts.chains));
    }
    for (const ResultReport& r : results) {
      lines.push_back(fmt::format("result {:a} {:a} {:a} {:a} {} {} {}", r.bestTop1, r.lastTop1, r.lastTop5,
                                  r.lastLoss, r.bestEpoch, r.parameters, r.counts.chains));
    }
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
  std::function<void(std::int64_t)> stepped;

 private:
  static std::string text(const PolicyReport& p) {
    std::string line = fmt::format("policy {} {} {}", p.step, p.unperturbedWins, p.count);
    for (const OpStatistics& o : p.ops) {
      line += fmt::format(" {} {} {:a} {:a} {:a} {:a} {} {} {} {} {:a} {} {:a} {} {}", o.op, o.count,
                          o.beforeMean, o.beforeSpread, o.afterMean, o.afterSpread, o.probed, o.plus, o.minus,
                          o.zero, o.meanDL, o.wins, o.meanGain, o.inert, o.clamped);
    }
    for (const GroupStatistics& g : p.groups) {
      line += fmt::format(" {} {} {} {} {} {:a} {} {:a} {} {}", g.group, g.count, g.plus, g.minus, g.zero,
                          g.meanDL, g.wins, g.meanGain, g.inert, g.clamped);
    }
    return line;
  }
  static std::string text(const Decision& d) {
    std::string line = fmt::format("decision {} {} {} {} {:a} {} {}", d.step, d.index, d.label,
                                   planText(d.plan), d.unperturbedLoss, d.winner, d.pixelHash);
    for (const GroupDecision& g : d.groups) {
      line += fmt::format(" {} {:a} {:a} {:a} {}", g.group, fmt::join(g.probeLoss, ","), fmt::join(g.dL, ","),
                          g.candidateLoss, planText(g.candidate));
    }
    return line;
  }
};

}  // namespace uada
