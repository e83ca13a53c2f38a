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

  void take(const Report& report) override {
    std::visit(Cases{[&](const StateReport& r) { states.push_back(r.state); },
                     [&](const StepReport& r) {
                       steps.push_back(r);
                       if (r.step == stopAt_)
                         writeFileAtomically(engine_->lastOptions.folder / "stop", "stop\n");
                     },
                     [&](const PolicyReport&) { ++policies; }, [&](const Decision&) { ++decisions; },
                     [&](const EpochReport&) { ++epochs; }, [&](const CheckpointReport&) { ++checkpoints; },
                     [&](const ResultReport&) { ++results; },
                     [&](const EventReport& r) { events.push_back(r.text); }, kNothing},
               report);
  }

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
