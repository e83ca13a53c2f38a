#pragma once

namespace uada::cli {

/// While it lives, SIGINT, SIGTERM and SIGHUP ask for a stop instead of ending the program; the second one
/// ends it at once, without a checkpoint. SIGPIPE is ignored: training goes on when nobody reads what is said
/// on standard error any more. SIGUSR1, which schedulers send before they take a machine away, asks for a
/// checkpoint; training goes on. SIGUSR2 asks for a stop as a first SIGTERM does, however often it comes and
/// whatever came before: for scripts that hand on a signal which the scheduler may send to both. One at a
/// time, on the main thread. A SIGINT or SIGHUP that the caller ignores (nohup, background jobs) stays
/// ignored.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// SIGINT, SIGTERM (also for SIGUSR2), SIGHUP, or 0 if none came.
  int received() const;
  /// Whether SIGUSR1 has come since the last call.
  bool takeCheckpoint() const;
  /// As if a first SIGTERM had come.
  void ask() const;
};

}  // namespace uada::cli
