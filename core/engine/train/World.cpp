#define USE_C10D_GLOO  // LibTorch has it; its header asks
#include "core/engine/train/World.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <numeric>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

namespace uada {
namespace {

using Gloo = c10d::ProcessGroupGloo;

bool isLoopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

/// By which the machines reach each other: GLOO_SOCKET_IFNAME, as PyTorch has it, or what the host's name
/// says.
c10::intrusive_ptr<Gloo::Options> groupOptions(const Ranks& ranks) {
  auto options =
      Gloo::Options::create(std::chrono::milliseconds(static_cast<std::int64_t>(ranks.timeout * 1000)));
  const char* interface = std::getenv("GLOO_SOCKET_IFNAME");
  if (interface && *interface)
    options->devices.push_back(Gloo::createDeviceForInterface(interface));
  else if (isLoopback(ranks.host))
    options->devices.push_back(Gloo::createDeviceForHostname("127.0.0.1"));
  else
    options->devices.push_back(Gloo::createDefaultDevice());
  options->threads = 1;  // sums follow one after another
  return options;
}

/// Below this many bytes Gloo's ring, in which each rank waits for all others, takes longer than rounds of
/// pairs.
constexpr std::int64_t kFew = 65536;

void send(c10d::Backend& group, const at::Tensor& values, int to, int tag) {
  std::vector<at::Tensor> one{values};
  group.send(one, to, tag)->wait();
}
void receive(c10d::Backend& group, const at::Tensor& values, int from, int tag) {
  std::vector<at::Tensor> one{values};
  group.recv(one, from, tag)->wait();
}

/// Recursive doubling: in each round two ranks exchange what they have so far, so that log2 of the ranks wait
/// for each other. Those beyond the largest power of two hand theirs to one of the first. Both of a pair add
/// the same two numbers, so that all end with the same bits.
void sumInPairs(c10d::Backend& group, at::Tensor values, int tag) {
  const int rank = group.getRank(), size = group.getSize();
  const int first = static_cast<int>(std::bit_floor(static_cast<unsigned>(size)));
  if (rank >= first) {
    send(group, values, rank - first, tag);
    return receive(group, values, rank - first, tag);
  }
  const bool hasGuest = rank + first < size;
  const at::Tensor other = at::empty_like(values);
  if (hasGuest) {
    receive(group, other, rank + first, tag);
    values.add_(other);
  }
  for (int distance = 1; distance < first; distance *= 2) {
    std::vector<at::Tensor> mine{values.clone()};
    const auto sent = group.send(mine, rank ^ distance, tag);
    receive(group, other, rank ^ distance, tag);
    sent->wait();
    values.add_(other);
  }
  if (hasGuest) send(group, values, rank + first, tag);
}

/// Without Gloo's own source file: "[.../pair.cc:547] Connection closed by peer".
std::string seen(const std::exception& problem) {
  const std::string text = problemText(problem);
  const std::size_t end = text.find("] ");
  return text.starts_with('[') && end != std::string::npos ? text.substr(end + 2) : text;
}

}  // namespace

/// Does what all ranks do at once. A rank that is gone is named, and told again and again.
template <class Do>
auto World::met(Do&& what) {
  if (isLost()) throw PeerLost(lost_);
  try {
    peers_->meet();
    return what();
  } catch (const PeerLost& problem) {
    lost_ = problem.what();
  } catch (const std::exception& problem) {
    peers_->quit("");
    leaveGroup();
    lost_ = peers_->culprit(seen(problem));
  }
  leaveGroup();
  throw PeerLost(lost_);
}

/// The others notice it, and ask why.
void World::leaveGroup() {
  group_.reset();
  nccl_.reset();
}

World::World() = default;
World::~World() = default;

World::World(Peers& peers) : rank_(peers.ranks().rank), size_(peers.ranks().size), peers_(&peers) {
  said("");  // they may take long to start
  met([&] {
    group_ = c10::make_intrusive<Gloo>(peers.meetingPoint(), rank_, size_, groupOptions(peers.ranks()));
  });
}

World::Share World::shareOf(std::size_t count, int rank) const {
  const auto size = static_cast<std::size_t>(size_), at = static_cast<std::size_t>(rank);
  return {count * at / size, count * (at + 1) / size};
}

void World::sum(const at::Tensor& values) {
  if (isAlone()) return;
  TORCH_CHECK(values.is_contiguous(), "a sum over ranks is of contiguous numbers");
  const at::NoGradGuard noGrad;
  if (!values.is_cpu()) return sumOnGpus(values);
  if (static_cast<std::int64_t>(values.nbytes()) < kFew)
    return met([&] { sumInPairs(*group_, values, tag_ = (tag_ + 1) % kTags); });
  std::vector<at::Tensor> here{values};
  met([&] { group_->allreduce(here)->wait(); });
}

/// By NCCL, or, where a rank has none, by way of the memory of the CPUs.
void World::sumOnGpus(const at::Tensor& values) {
  if (!std::exchange(hasAskedForNccl_, true) && !any(!Nccl::isThere())) {
    const std::string id = told(rank_ == 0 ? Nccl::newId() : "");
    met([&] { nccl_ = std::make_unique<Nccl>(id, rank_, size_, values.device(), peers_->ranks().timeout); });
  }
  if (nccl_) return met([&] { nccl_->sum(values); });
  const at::Tensor here = values.cpu();
  sum(here);
  at::Tensor(values).copy_(here);
}

std::vector<bool> World::any(std::span<const bool> mine) {
  if (isAlone()) return {mine.begin(), mine.end()};
  const at::Tensor flags = at::zeros({static_cast<std::int64_t>(mine.size())}, at::kInt);
  auto* values = flags.mutable_data_ptr<std::int32_t>();
  std::copy(mine.begin(), mine.end(), values);
  sum(flags);
  std::vector<bool> all;
  for (std::size_t i = 0; i < mine.size(); ++i) all.push_back(values[i] > 0);
  return all;
}

std::vector<std::vector<double>> World::gathered(std::span<const double> mine) {
  const at::Tensor counts = at::zeros({size_}, at::kLong);
  auto* count = counts.mutable_data_ptr<std::int64_t>();
  count[rank_] = static_cast<std::int64_t>(mine.size());
  sum(counts);
  const at::Tensor numbers = at::zeros({counts.sum().item<std::int64_t>()}, at::kDouble);
  auto* number = numbers.mutable_data_ptr<double>();
  std::copy(mine.begin(), mine.end(), number + std::accumulate(count, count + rank_, std::int64_t{0}));
  sum(numbers);
  std::vector<std::vector<double>> all;
  for (int rank = 0; rank < size_; ++rank) {
    all.emplace_back(number, number + count[rank]);
    number += count[rank];
  }
  return all;
}

std::vector<std::string> World::said(const std::string& mine) {
  if (isAlone()) return {mine};
  return met([&] { return peers_->gathered(mine); });
}

std::string World::told(const std::string& mine) { return said(rank_ == 0 ? mine : std::string()).front(); }

void World::quit(const std::string& why) {
  if (isAlone()) return;
  if (!isLost()) lost_ = fmt::format("rank {} of {} has quit", rank_, size_);
  peers_->quit(why);
  leaveGroup();
  if (rank_ == 0) peers_->seeOff();
}

}  // namespace uada
