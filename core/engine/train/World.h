#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/engine/models/Torch.h"
#include "core/engine/train/Nccl.h"
#include "core/engine/train/Peers.h"

namespace c10d {
class Backend;
}

namespace uada {

/// Those who train one run together, over LibTorch's c10d (Gloo), and where there are GPUs NCCL. A world of
/// one does nothing. Sums, and what is said, are calls that all ranks make, in the same order. They throw
/// PeerLost once a rank is gone, and at once ever after. Lives on the training thread.
class World {
 public:
  World();  ///< alone
  /// Meets the others for the running work. peers: outlives it
  explicit World(Peers& peers);
  ~World();

  int rank() const { return rank_; }
  int size() const { return size_; }
  bool isAlone() const { return size_ == 1; }
  bool isLost() const { return !lost_.empty(); }  ///< one of the others is

  /// The part of so many things, in order, that is this rank's.
  struct Share {
    std::size_t begin = 0, end = 0;
  };
  Share shareOf(std::size_t count) const { return shareOf(count, rank_); }
  Share shareOf(std::size_t count, int rank) const;

  /// Adds up what the ranks have, in place; each then has the same bits.
  /// values  contiguous; of the same size and kind on all ranks
  void sum(const at::Tensor& values);
  /// Whether any rank says so: of each of `mine`.
  std::vector<bool> any(std::span<const bool> mine);
  bool any(bool mine) { return any(std::span(&mine, 1))[0]; }
  /// What each rank has, in the order of ranks: any number of numbers.
  std::vector<std::vector<double>> gathered(std::span<const double> mine);

  /// What each rank says. Waits as long as the others live, however long they take.
  std::vector<std::string> said(const std::string& mine);
  /// What rank 0 says, likewise.
  std::string told(const std::string& mine);

  /// This rank gives up. why: for the others; empty: because another is lost
  void quit(const std::string& why);

 private:
  template <class Do>
  auto met(Do&& what);
  void sumOnGpus(const at::Tensor& values);
  void leaveGroup();

  int rank_ = 0, size_ = 1;
  Peers* peers_ = nullptr;
  static constexpr int kTags = 1 << 30;

  c10::intrusive_ptr<c10d::Backend> group_;
  int tag_ = 0;                 ///< of the last sum in pairs
  std::unique_ptr<Nccl> nccl_;  ///< null: not yet, or not everywhere there
  bool hasAskedForNccl_ = false;
  std::string lost_;
};

}  // namespace uada
