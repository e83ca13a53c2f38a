#pragma once

#include <string>
#include <vector>

#include "core/store/RunSession.h"
#include "tests/core/FakeEngine.h"

namespace uada {

/// Keeps what came; at `stopAt` it leaves a stop file, which the job finds before its next step.
class Watcher : public Sink {
 public:
  explicit Watcher(FakeEngine* engine = nullptr, std::int64_t stopAt = 0)
      : engine_(engine), stopAt_(stopAt) {}
  std::vector<StepReport> steps;
  std::vector<RunState> states;
  std::vector<std::string> events;
  int policies = 0, decisions = 0, epochs = 0, checkpoints = 0, results = 0;

  void onState(const StateReport& report) override { states.push_back(report.state); }
  void onStep(const StepReport& report) override {
    steps.push_back(report);
    if (report.step == stopAt_) writeFileAtomically(engine_->lastOptions.folder / "stop", "stop\n");
  }
  void onPolicy(const PolicyReport&) override { ++policies; }
  void onDecision(const Decision&) override { ++decisions; }
  void onEpoch(const EpochReport&) override { ++epochs; }
  void onCheckpoint(const CheckpointReport&) override { ++checkpoints; }
  void onResult(const ResultReport&) override { ++results; }
  void onEvent(const std::string& text) override { events.push_back(text); }

 private:
  FakeEngine* engine_;
  std::int64_t stopAt_;
};

/// Trains from the beginning until the stop file at a step; returns the run's key.
inline std::string stoppedAt(std::int64_t step, const RunConfig& config, ProjectWriter& writer,
                             FakeEngine& engine) {
  Watcher watcher(&engine, step);
  RunSession session(writer, engine, config, &watcher);
  session.job().wait();
  return session.run().key;
}

}  // namespace uada
