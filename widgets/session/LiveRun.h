#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "core/base/Channel.h"
#include "core/base/Mailbox.h"
#include "core/store/RunSession.h"

namespace uada {

/// One attempt of one run and the thread that loads the engine, makes the RunSession, forwards commands and
/// destroys it. Made, asked and destroyed on the GUI thread; the reports come through the mailboxes, which
/// never make the training thread wait.
class LiveRun final : private Sink {
 public:
  using EngineProvider = std::function<Engine&()>;
  /// What is to be trained.
  struct Wanted {
    RunConfig config;
    std::int64_t queued = 0;           ///< of the project's queue, taken out when the run is created; 0: none
    std::optional<RunDetail> resumed;  ///< continue this run instead of creating one
    std::optional<Fork> fork = {};     ///< the new run begins with another one's checkpoint
  };
  LiveRun(ProjectWriter& project, EngineProvider engine, Wanted wanted);
  /// Stops the job with a checkpoint, if it is live, and joins.
  ~LiveRun() override;

  void send(Command command) { commands_.push(command); }
  /// Set last: every report is in its mailbox by then, and end() is known.
  bool isOver() const { return over_; }
  struct End {
    RunState state = RunState::failed;
    std::string problem;
  };
  const End& end() const { return end_; }  ///< once isOver()

  struct Event {
    std::string text;
    bool isProgress = false;  ///< a checkpoint
    std::int64_t step = 0;    ///< then: after which
  };

  Mailbox<RunSummary> started{1};
  Mailbox<StateReport> states{256};
  Mailbox<StepReport> steps{65536};
  Mailbox<PolicyReport> policy{4096};
  Mailbox<Decision> decisions{256};
  Mailbox<EpochReport> epochs{4096};
  Mailbox<Event> events{1024};
  Mailbox<EditReport> edits{256};

 private:
  void run();
  void serve(RunSession& session);
  void take(const Report& report) override;
  bool isWatched() const override { return true; }

  ProjectWriter& project_;
  const EngineProvider engine_;
  const Wanted wanted_;
  Channel<Command> commands_{64};
  End end_;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

}  // namespace uada
