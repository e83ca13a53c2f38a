#include "widgets/session/LiveRun.h"

#include <chrono>

#include "core/base/Error.h"
#include "core/base/Text.h"

namespace uada {

LiveRun::LiveRun(ProjectWriter& project, EngineProvider engine, Wanted wanted)
    : project_(project), engine_(std::move(engine)), wanted_(std::move(wanted)) {
  thread_ = std::thread([this] { run(); });
}

LiveRun::~LiveRun() {
  commands_.close();
  thread_.join();
}

// The top of the thread: the one place where its errors are caught.
void LiveRun::run() {
  try {
    StateReport loading;
    loading.text = "loading the engine";
    states.post(loading);
    Engine& engine = engine_();
    if (wanted_.resumed) {
      RunSession session(project_, engine, *wanted_.resumed, this);
      serve(session);
    } else if (wanted_.fork) {
      RunSession session(project_, engine, *wanted_.fork, this);
      serve(session);
    } else {
      RunSession session(project_, engine, wanted_.config, this, wanted_.queued);
      serve(session);
    }
  } catch (const std::exception& error) {
    end_ = {RunState::failed, problemText(error, "the training of " + runTitle(wanted_.config))};
  }
  over_ = true;
}

void LiveRun::serve(RunSession& session) {
  started.post(session.run());
  while (!session.job().isDone() && !commands_.isClosed()) {
    for (const Command& command : commands_.takeAll(std::chrono::milliseconds(50)))
      session.job().send(command);
  }
  if (!session.job().isDone()) session.job().send(command::Stop{});
  session.job().wait();
  end_ = {session.job().state(), session.job().problem()};
}

void LiveRun::take(const Report& report) {
  std::visit(
      Cases{[&](const StateReport& r) { states.post(r); }, [&](const StepReport& r) { steps.post(r); },
            [&](const PolicyReport& r) { policy.post(r); }, [&](const Decision& r) { decisions.post(r); },
            [&](const EpochReport& r) { epochs.post(r); },
            [&](const CheckpointReport& r) {
              events.post(
                  {fmt::format("checkpoint at step {}: {}", groupedText(r.step), r.file), true, r.step});
            },
            [&](const EventReport& r) { events.post({r.text}); }, [&](const EditReport& r) { edits.post(r); },
            kNothing},
      report);
}

}  // namespace uada
