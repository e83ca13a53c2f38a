#include "app/cli/RankGroup.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>
#include <thread>

#include "app/cli/Signals.h"
#include "app/cli/Training.h"
#include "core/base/Error.h"
#include "core/base/Files.h"

namespace uada::cli {
namespace {

constexpr std::chrono::milliseconds kPause(50);
constexpr int kFarewellPauses = 100;  // until others that do not end are told to
constexpr int kFirstPort = 20'000, kPorts = 40'000;

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  return value && *value ? std::optional<std::string>(value) : std::nullopt;
}

std::optional<int> number(const char* name) {
  const std::optional<std::string> text = variable(name);
  if (!text) return std::nullopt;
  int value = 0;
  const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (problem != std::errc() || *end != 0 || value < 0)
    throw UsageError(
        fmt::format("environment variable {}: '{}' found, a whole number expected", name, *text));
  return value;
}

/// Throws UsageError if it is not there.
int needed(const char* name, const char* other) {
  if (const std::optional<int> value = number(name)) return *value;
  throw UsageError(
      fmt::format("environment variable {} is set, but {} is not: start the ranks with torchrun or srun, or "
                  "unset both",
                  other, name));
}

void requireRank(const Ranks& ranks, const char* rank, const char* size) {
  if (ranks.rank < ranks.size) return;
  throw UsageError(fmt::format("environment variable {}: {} found, less than {} expected, which is {}", rank,
                               ranks.rank, ranks.size, size));
}

std::optional<Ranks> fromTorchrun() {
  if (!variable("WORLD_SIZE") && !variable("RANK")) return std::nullopt;
  Ranks ranks;
  ranks.rank = needed("RANK", "WORLD_SIZE");
  ranks.size = needed("WORLD_SIZE", "RANK");
  requireRank(ranks, "RANK", "WORLD_SIZE");
  if (ranks.size == 1) return ranks;
  ranks.host = variable("MASTER_ADDR").value_or("127.0.0.1");
  ranks.port = needed("MASTER_PORT", "WORLD_SIZE");
  ranks.local = number("LOCAL_RANK").value_or(ranks.rank);
  ranks.localSize = std::max(1, number("LOCAL_WORLD_SIZE").value_or(1));
  // torchrun keeps a store for its workers, from attempt to attempt.
  ranks.isStoreThere = variable("TORCHELASTIC_USE_AGENT_STORE") == "True";
  ranks.attempt = number("TORCHELASTIC_RESTART_COUNT").value_or(0);
  return ranks;
}

/// In a batch script there is no step: what is started there without srun is one process.
std::optional<Ranks> fromSlurm() {
  if (!variable("SLURM_STEP_ID") || !variable("SLURM_PROCID")) return std::nullopt;
  Ranks ranks;
  ranks.rank = needed("SLURM_PROCID", "SLURM_STEP_ID");
  ranks.size = number("SLURM_STEP_NUM_TASKS").value_or(needed("SLURM_NTASKS", "SLURM_PROCID"));
  requireRank(ranks, "SLURM_PROCID", "SLURM_NTASKS");
  if (ranks.size == 1) return ranks;
  ranks.local = number("SLURM_LOCALID").value_or(0);  // srun gives each task its own cores
  const auto nodes = variable("SLURM_STEP_NODELIST");
  ranks.host =
      variable("MASTER_ADDR").value_or(firstHost(nodes ? *nodes : variable("SLURM_NODELIST").value_or("")));
  if (ranks.host.empty()) ranks.host = "127.0.0.1";
  const int job = number("SLURM_JOB_ID").value_or(0), step = number("SLURM_STEP_ID").value_or(0);
  ranks.port = number("MASTER_PORT").value_or(kFirstPort + (job + step) % kPorts);
  return ranks;
}

/// A socket that listens on this machine alone.
int openListener(int& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (fd < 0 || ::bind(fd, any, size) != 0 || ::listen(fd, SOMAXCONN) != 0 ||
      ::getsockname(fd, any, &size) != 0)
    throw Error(fmt::format("cannot listen on 127.0.0.1 for the other ranks: {}", std::strerror(errno)));
  port = ntohs(address.sin_port);
  return fd;
}

/// Of this process.
std::vector<std::string> commandLine() {
  const std::string text = readTextFile("/proc/self/cmdline", std::size_t{1} << 22);
  std::vector<std::string> all;
  for (std::size_t at = 0; at < text.size(); at = text.find('\0', at) + 1)
    all.emplace_back(text.c_str() + at);
  return all;
}

std::vector<std::string> environmentOf(const Ranks& ranks) {
  std::vector<std::string> all{
      fmt::format("RANK={}", ranks.rank),        fmt::format("WORLD_SIZE={}", ranks.size),
      fmt::format("LOCAL_RANK={}", ranks.rank),  fmt::format("LOCAL_WORLD_SIZE={}", ranks.size),
      fmt::format("MASTER_ADDR={}", ranks.host), fmt::format("MASTER_PORT={}", ranks.port)};
  for (char** one = environ; *one; ++one) all.emplace_back(*one);  // of two the first counts
  return all;
}

std::vector<char*> pointersTo(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

/// The same program with the same arguments, as another rank. It says nothing on standard output.
pid_t startRank(const Ranks& ranks) {
  std::vector<std::string> arguments = commandLine(), environment = environmentOf(ranks);
  const std::vector<char*> argv = pointersTo(arguments), envp = pointersTo(environment);
  const pid_t parent = ::getpid(), child = ::fork();
  if (child < 0) throw Error(fmt::format("cannot start rank {}: {}", ranks.rank, std::strerror(errno)));
  if (child > 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(1);
  if (const int nowhere = ::open("/dev/null", O_WRONLY); nowhere >= 0) ::dup2(nowhere, STDOUT_FILENO);
  ::execve("/proc/self/exe", argv.data(), envp.data());
  ::_exit(127);
}

}  // namespace

void describeRanks(Verb& verb, RankOptions& options) {
  verb.number("--ranks", options.ranks, 1, 1024,
              "Processes on this machine that train each run together, each with its part of a batch; "
              "torchrun and srun "
              "start them on several");
  verb.decimal("--rank-timeout", "SECONDS", options.timeout, 1, 86'400,
               "How long one of them may keep the others waiting in a step; default: 300");
}

std::string firstHost(const std::string& nodes) {
  const std::size_t end = nodes.find_first_of(",[");
  std::string host = nodes.substr(0, end);
  if (end == std::string::npos || nodes[end] == ',') return host;
  const std::size_t range = nodes.find_first_of(",-]", end);
  return host + nodes.substr(end + 1, range - end - 1);
}

Ranks ranksFrom(const RankOptions& options) {
  std::optional<Ranks> started = fromTorchrun();
  if (!started) started = fromSlurm();
  if (started && options.ranks > 0 && started->size != options.ranks)
    throw UsageError(
        fmt::format("--ranks: {} found, but the environment says that {} were started; leave it out",
                    options.ranks, started->size));
  Ranks ranks = started.value_or(Ranks{});
  if (!started && options.ranks > 1) ranks.size = ranks.localSize = options.ranks;
  ranks.timeout = options.timeout;
  return ranks;
}

int follow(const Ranks& ranks) {
  const StopSignals signals;
  Engine& engine = loadEngine();
  engine.join(ranks);
  const auto job = engine.follow();
  for (bool asked = false; !job->isDone(); std::this_thread::sleep_for(kPause)) {
    if (signals.received() && !asked) {
      asked = true;
      job->send(command::Stop{});
    }
    if (signals.takeCheckpoint() && !asked) job->send(command::Checkpoint{});
  }
  job->wait();
  engine.leave();
  if (job->state() == RunState::failed)
    throw Error(fmt::format("rank {} of {} ends: {}", ranks.rank, ranks.size, job->problem()));
  return signals.received() ? exitCode(signals) : 0;
}

RankGroup::RankGroup(Ranks ranks) : isAlone_(ranks.size == 1) {
  if (isAlone_) return;
  const bool startsOthers = ranks.port == 0;
  if (startsOthers) ranks.listener = openListener(ranks.port);
  if (startsOthers) startOthers(ranks);
  loadEngine().join(ranks);
}

void RankGroup::startOthers(const Ranks& ranks) {
  Ranks other = ranks;
  for (other.rank = 1; other.rank < ranks.size; ++other.rank) others_.push_back(startRank(other));
}

/// Others that do not end by themselves, such as halted ones, are ended.
RankGroup::~RankGroup() {
  if (isAlone_) return;
  try {
    loadEngine().leave();
  } catch (const std::exception&) {  // it was never loaded: the others have nobody to follow
  }
  for (int pause = 0; !others_.empty(); ++pause) {
    std::erase_if(others_, [](pid_t other) { return ::waitpid(other, nullptr, WNOHANG) != 0; });
    if (pause >= kFarewellPauses)
      for (const pid_t other : others_) ::kill(other, SIGKILL);
    if (!others_.empty()) std::this_thread::sleep_for(kPause);
  }
}

}  // namespace uada::cli
