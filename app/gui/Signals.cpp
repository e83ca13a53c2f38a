#include "app/gui/Signals.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <QSocketNotifier>
#include <atomic>

#include "core/base/Error.h"
#include "core/store/StopSignal.h"

namespace uada {

// What a signal handler may touch: a lock-free flag and a pipe.
static std::atomic<int> caught = 0;
static int pipeEnds[2] = {-1, -1};

static void handle(int signal, siginfo_t* info, void*) {
  if (caught.exchange(1) != 0) _exit(128 + signal);
  const bool isOfRun = info && info->si_code == SI_QUEUE && info->si_value.sival_int == kStopRun;
  const char byte = isOfRun ? 1 : 0;
  [[maybe_unused]] const ssize_t written = write(pipeEnds[1], &byte, 1);
}

void Signals::reset() { caught = 0; }

Signals::Signals(std::function<void(SignalWish)> first) {
  if (pipe2(pipeEnds, O_CLOEXEC | O_NONBLOCK) != 0) throw Error("cannot make a pipe for signals");
  auto* notifier = new QSocketNotifier(pipeEnds[0], QSocketNotifier::Read, this);
  connect(notifier, &QSocketNotifier::activated, this, [first = std::move(first)] {
    char byte = 0;
    if (read(pipeEnds[0], &byte, 1) == 1) first(byte ? SignalWish::stopRun : SignalWish::end);
  });
  struct sigaction action{};
  action.sa_sigaction = handle;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  signal(SIGXFSZ, SIG_IGN);  // a file over the limit on sizes is an error like a full disk, not the end
}

}  // namespace uada
