#include "app/cli/Signals.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>

namespace uada::cli {
namespace {

std::atomic<int> lastSignal{0};
std::atomic<bool> checkpointWanted{false}, stopWanted{false};
static_assert(std::atomic<int>::is_always_lock_free);  // a handler may use nothing else
struct sigaction formerInt, formerTerm, formerHangup, formerPipe, formerUser, formerUser2;

extern "C" void stopAsked(int signal) {
  if (lastSignal.exchange(signal) != 0) ::_exit(128 + signal);
}

extern "C" void checkpointAsked(int) { checkpointWanted = true; }

extern "C" void preempted(int) { stopWanted = true; }

void install(int signal, void (*handler)(int), struct sigaction* former) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigaction(signal, nullptr, former);
  if ((signal == SIGINT || signal == SIGHUP) && former->sa_handler == SIG_IGN) return;
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

StopSignals::StopSignals() {
  lastSignal = 0;
  checkpointWanted = stopWanted = false;
  install(SIGINT, stopAsked, &formerInt);
  install(SIGTERM, stopAsked, &formerTerm);
  install(SIGHUP, stopAsked, &formerHangup);
  install(SIGPIPE, SIG_IGN, &formerPipe);
  install(SIGUSR1, checkpointAsked, &formerUser);
  install(SIGUSR2, preempted, &formerUser2);
}

StopSignals::~StopSignals() {
  ::sigaction(SIGINT, &formerInt, nullptr);
  ::sigaction(SIGTERM, &formerTerm, nullptr);
  ::sigaction(SIGHUP, &formerHangup, nullptr);
  ::sigaction(SIGPIPE, &formerPipe, nullptr);
  ::sigaction(SIGUSR1, &formerUser, nullptr);
  ::sigaction(SIGUSR2, &formerUser2, nullptr);
}

int StopSignals::received() const {
  const int signal = lastSignal;
  return signal == 0 && stopWanted ? SIGTERM : signal;
}

bool StopSignals::takeCheckpoint() const { return checkpointWanted.exchange(false); }

void StopSignals::ask() const {
  int none = 0;
  lastSignal.compare_exchange_strong(none, SIGTERM);
}

}  // namespace uada::cli
