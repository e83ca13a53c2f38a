#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <vector>

#include "core/base/Error.h"
#include "core/engine/Engine.h"

namespace uada {

/// A rank takes part no more. The message names it.
class PeerLost : public Error {
 public:
  using Error::Error;
};

/// The processes that train together: what one leaves for the others to read in a store that rank 0 keeps
/// (LibTorch's TCPStore), and who is still alive. A thread of each rank leaves a sign of life there five
/// times a second. Lives as long as the process: a thread may hang in a store whose host is halted.
class Peers {
 public:
  /// Waits until rank 0 answers. Throws Error if it does not within Ranks::timeout.
  explicit Peers(const Ranks& ranks);
  const Ranks& ranks() const { return ranks_; }

  /// Begins the next work: what is said from here on is of that.
  /// text     of rank 0, for the others
  /// returns  the text of rank 0; none: it has left. Waits for it, for hours if need be
  std::optional<std::string> next(const std::string& text = {});
  /// Nothing more is said. Of rank 0: the others need not wait for more work.
  void leave();
  /// Where the group of the running work finds together.
  c10::intrusive_ptr<c10d::Store> meetingPoint() const;

  /// What every rank says, in the order of ranks. All call it, in the same order of calls. Waits as long as
  /// the others give signs of life.
  std::vector<std::string> gathered(const std::string& mine);

  /// This rank is about to meet the others: says how far it is, should it be lost.
  void meet() { ++beats_->meetings; }
  /// This rank does no more for the running work.
  /// why  for the others; empty: because another one is lost
  void quit(const std::string& why);
  /// Names who keeps the others from going on, in half a second to three: "rank 1 of 3 is lost".
  /// seen  what was seen of it
  std::string culprit(const std::string& seen);
  /// Of rank 0: waits a moment until the others that are alive have quit, too, since they ask its store why.
  void seeOff();

 private:
  struct Beats {
    c10::intrusive_ptr<c10d::Store> store;
    std::string key;
    std::atomic<std::int64_t> meetings = 0;
    std::atomic<bool> isOver = false, hasEnded = false;
  };
  static void beat(const std::shared_ptr<Beats>& beats);
  std::string key(const std::string& name, int rank) const;
  std::string read(const std::string& key) const;
  void set(const std::string& key, const std::string& text) const;
  void await(const std::string& key, int rank) const;
  std::vector<std::string> beats() const;
  bool saidWhy(int rank) const { return store_->check({key("quit", rank)}); }
  std::string named(const std::string& seen) const;
  std::string named(const std::vector<int>& ranks, const std::string& what) const;

  const Ranks ranks_;
  c10::intrusive_ptr<c10d::Store> store_;
  std::shared_ptr<Beats> beats_ = std::make_shared<Beats>();
  int work_ = 0, round_ = 0;
  bool hasQuit_ = false;
};

}  // namespace uada
