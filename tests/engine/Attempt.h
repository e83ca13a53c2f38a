#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/engine/train/Trainer.h"
#include "tests/engine/EngineTools.h"

namespace uada {

/// One attempt on this thread. act: called with the control after each step.
struct Attempt {
  RecordingSink sink;
  RunState state = RunState::preparing;

  using Act = std::function<void(Control&, std::int64_t)>;
  Attempt(const RunConfig& config, const std::filesystem::path& folder,
          const std::filesystem::path& checkpoint = {}, const Act& act = {})
      : Attempt(work::Train{config, folder, checkpoint}, act) {}
  explicit Attempt(const work::Train& work, const Act& act = {}) {
    Control control(work.folder);
    if (act) sink.stepped = [&](std::int64_t step) { act(control, step); };
    Trainer trainer(prepare(work), sink, control, [&](const StateReport& report) {
      sink.take(report);
      if (report.state == RunState::paused && paused) paused(control);
    });
    state = trainer.run();
    sink.stepped = {};
  }
  std::function<void(Control&)> paused = [](Control& control) { control.send(command::Resume{}); };
};

inline std::function<void(Control&, std::int64_t)> atStep(std::int64_t wanted, Command command) {
  return [=](Control& control, std::int64_t step) {
    if (step == wanted) control.send(command);
  };
}

inline std::vector<std::string> joinedNumbers(const RecordingSink& first, const RecordingSink& second) {
  RecordingSink all = first;
  const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  append(all.steps, second.steps);
  append(all.policies, second.policies);
  append(all.decisions, second.decisions);
  append(all.epochs, second.epochs);
  append(all.results, second.results);
  return all.numbers();
}

}  // namespace uada
