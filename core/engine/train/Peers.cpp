#include "core/engine/train/Peers.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <thread>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>

#include "core/engine/train/Stopwatch.h"

namespace uada {
namespace {

constexpr std::chrono::milliseconds kBetweenBeats(200), kBetweenLooks(450), kBetweenAsks(20);
constexpr double kMostStart = 300;   // seconds until a rank that was just started is there
constexpr double kMostSilence = 10;  // seconds without a sign of life
constexpr double kMostNaming = 3;    // seconds until the store answers who is lost
constexpr double kMostFarewell = 2;
const std::string kOver = "over";

std::chrono::milliseconds millisecondsOf(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

c10::intrusive_ptr<c10d::Store> openStore(const Ranks& ranks) {
  c10d::TCPStoreOptions options;
  options.port = static_cast<std::uint16_t>(ranks.port);
  options.isServer = ranks.rank == 0 && !ranks.isStoreThere;
  options.waitWorkers = false;
  options.timeout = millisecondsOf(std::max(kMostStart, ranks.timeout));
  if (ranks.listener >= 0) options.masterListenFd = ranks.listener;
  try {
    return c10::make_intrusive<c10d::PrefixStore>(fmt::format("uada/{}", ranks.attempt),
                                                  c10::make_intrusive<c10d::TCPStore>(ranks.host, options));
  } catch (const std::exception& problem) {
    const std::string text = problemText(problem);
    if (ranks.rank == 0)
      throw Error(
          fmt::format("port {} for the other ranks cannot be opened: {}; give another one (MASTER_PORT)",
                      ranks.port, text));
    throw Error(fmt::format(
        "rank 0 does not answer at {}:{}, within {:g} s: {}; is it running, and are host and port "
        "(MASTER_ADDR, MASTER_PORT) those of its machine?",
        ranks.host, ranks.port, std::max(kMostStart, ranks.timeout), text));
  }
}

}  // namespace

Peers::Peers(const Ranks& ranks) : ranks_(ranks), store_(openStore(ranks)) {
  beats_->store = store_->clone();
  beats_->key = fmt::format("beat/{}", ranks.rank);
  std::thread([beats = beats_] { beat(beats); }).detach();
}

void Peers::beat(const std::shared_ptr<Beats>& beats) {
  try {
    for (std::int64_t count = 0; !beats->isOver; ++count) {
      const std::string text = fmt::format("{} {}", beats->meetings.load(), count);
      beats->store->set(beats->key, std::vector<std::uint8_t>(text.begin(), text.end()));
      std::this_thread::sleep_for(kBetweenBeats);
    }
  } catch (const std::exception&) {  // rank 0 is gone: whoever next asks its store is told
  }
  beats->hasEnded = true;
}

std::string Peers::key(const std::string& name, int rank) const {
  return fmt::format("{}/{}/{}", work_, name, rank);
}

void Peers::set(const std::string& key, const std::string& text) const {
  store_->set(key, std::vector<std::uint8_t>(text.begin(), text.end()));
}

std::string Peers::read(const std::string& key) const {
  const std::vector<std::uint8_t> bytes = store_->get(key);
  return {bytes.begin(), bytes.end()};
}

std::optional<std::string> Peers::next(const std::string& text) {
  ++work_;
  round_ = 0;
  hasQuit_ = false;
  const std::string work = fmt::format("work/{}", work_);
  if (ranks_.rank == 0) {
    set(work, text);
    return text;
  }
  try {
    while (!store_->check({work})) std::this_thread::sleep_for(kBetweenAsks);
    std::string found = read(work);
    return found == kOver ? std::nullopt : std::optional(std::move(found));
  } catch (const std::exception&) {
    throw PeerLost("rank 0 is gone, which says what is trained");
  }
}

void Peers::leave() {
  if (ranks_.rank == 0) set(fmt::format("work/{}", work_ + 1), kOver);
  beats_->isOver = true;
  const Stopwatch watch;
  while (!beats_->hasEnded && watch.seconds() < 1) std::this_thread::sleep_for(kBetweenAsks);
}

c10::intrusive_ptr<c10d::Store> Peers::meetingPoint() const {
  return c10::make_intrusive<c10d::PrefixStore>(fmt::format("{}/group", work_), store_);
}

/// Waits for what a rank leaves under the key.
void Peers::await(const std::string& key, int rank) const {
  const double silence = std::min(kMostSilence, ranks_.timeout);
  const std::string beat = fmt::format("beat/{}", rank);
  std::string last;
  Stopwatch sinceBeat, sinceLook;
  while (!store_->check({key})) {
    std::this_thread::sleep_for(kBetweenAsks);
    if (sinceLook.seconds() < 0.5) continue;
    sinceLook.lap();
    if (saidWhy(rank)) throw PeerLost(named("it has quit"));
    std::string now = store_->check({beat}) ? read(beat) : "";
    if (now != last) {
      last = std::move(now);
      sinceBeat.lap();
    } else if (sinceBeat.seconds() > (last.empty() ? std::max(kMostStart, ranks_.timeout) : silence)) {
      throw PeerLost(named({rank}, fmt::format("gives no sign of life for {:.0f} s", sinceBeat.seconds())));
    }
  }
}

std::vector<std::string> Peers::gathered(const std::string& mine) {
  const std::string name = fmt::format("round {}", round_++);
  std::vector<std::string> all;
  try {
    set(key(name, ranks_.rank), mine);
    for (int rank = 0; rank < ranks_.size; ++rank) {
      await(key(name, rank), rank);
      all.push_back(read(key(name, rank)));
    }
  } catch (const PeerLost&) {
    throw;
  } catch (const std::exception& problem) {
    throw PeerLost(named({0}, fmt::format("is gone: {}", problemText(problem))));
  }
  return all;
}

void Peers::quit(const std::string& why) {
  if (std::exchange(hasQuit_, true)) return;  // what was said first counts
  try {
    set(key("quit", ranks_.rank), why);
  } catch (const std::exception&) {  // rank 0 is gone: nobody asks
  }
}

std::vector<std::string> Peers::beats() const {
  std::vector<std::string> all;
  for (int rank = 0; rank < ranks_.size; ++rank) {
    const std::string beat = fmt::format("beat/{}", rank);
    all.push_back(store_->check({beat}) ? read(beat) : "");
  }
  return all;
}

std::string Peers::named(const std::vector<int>& ranks, const std::string& what) const {
  if (ranks.size() == 1) return fmt::format("rank {} of {} {}", ranks[0], ranks_.size, what);
  return fmt::format("ranks {} of {}: each {}", fmt::join(ranks, ", "), ranks_.size, what);
}

/// Those that quit with a reason; else those without a sign of life; else those that are behind.
std::string Peers::named(const std::string& seen) const {
  std::vector<int> silent, behind;
  Stopwatch watch;
  std::vector<std::string> first = beats();
  do {
    std::this_thread::sleep_for(kBetweenLooks);
    const std::vector<std::string> now = beats();
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    silent.clear(), behind.clear();
    for (int rank = 0; rank < ranks_.size; ++rank) {
      if (saidWhy(rank)) {
        if (const std::string why = read(key("quit", rank)); !why.empty())
          return named({rank}, fmt::format("failed: {}", why));
        continue;
      }
      const auto at = static_cast<std::size_t>(rank);
      if (now[at] == first[at]) silent.push_back(rank);
      const std::int64_t meetings = now[at].empty() ? 0 : std::stoll(now[at]);
      if (meetings < least) behind.clear();
      if (meetings <= least) behind.push_back(rank);
      least = std::min(least, meetings);
    }
    // On a busy machine one that is alive may be late.
  } while (silent.size() > 1 && watch.seconds() < kMostNaming / 2);
  if (!silent.empty())
    return named(silent, fmt::format("is lost: it was killed, halted or cut off ({})", seen));
  return named(behind, fmt::format("keeps the others waiting ({})", seen));
}

std::string Peers::culprit(const std::string& seen) {
  const auto answer = std::make_shared<std::promise<std::string>>();
  std::future<std::string> found = answer->get_future();
  std::thread([this, answer, seen] {  // a store whose host is halted never answers
    try {
      answer->set_value(named(seen));
    } catch (const std::exception&) {
      answer->set_value(named({0}, fmt::format("is lost: its store cannot be reached ({})", seen)));
    }
  })
      .detach();
  if (found.wait_for(millisecondsOf(kMostNaming)) == std::future_status::ready) return found.get();
  return named({0}, fmt::format("is lost: its store does not answer ({})", seen));
}

void Peers::seeOff() {
  const Stopwatch watch;
  try {
    const std::vector<std::string> first = beats();
    for (bool isWaiting = true; isWaiting && watch.seconds() < kMostFarewell;) {
      std::this_thread::sleep_for(kBetweenBeats * 2);
      const std::vector<std::string> now = beats();
      isWaiting = false;
      for (int rank = 1; rank < ranks_.size; ++rank)
        isWaiting |=
            !saidWhy(rank) && now[static_cast<std::size_t>(rank)] != first[static_cast<std::size_t>(rank)];
    }
  } catch (const std::exception&) {  // nobody can ask it
  }
}

}  // namespace uada
