#pragma once

#include <string>
#include <vector>

#include "core/engine/models/Network.h"
#include "core/engine/models/StateVisitor.h"
#include "core/engine/models/Torch.h"

namespace uada {

/// The running average of a network's weights, and of its running statistics: average = kept * average +
/// (1 - kept) * weights after each step, from the initial weights on.
class Average {
 public:
  /// The network outlives it.
  Average(const Network& network, double kept);
  void add();
  /// As "average.conv1.weight".
  void visit(StateVisitor& visitor);

  /// While it lives, the network has the averaged weights. Null: it keeps its own.
  class Shown {
   public:
    explicit Shown(Average* average) : average_(average) {
      if (average_) average_->exchange();
    }
    ~Shown() {
      if (average_) average_->exchange();
    }
    Shown(const Shown&) = delete;
    Shown& operator=(const Shown&) = delete;

   private:
    Average* const average_;
  };
  /// While it lives, the network has its own weights again, where it has not. Null: it has them.
  class Hidden {
   public:
    explicit Hidden(Average* average) : average_(average && average->isShown_ ? average : nullptr) {
      if (average_) average_->exchange();
    }
    ~Hidden() {
      if (average_) average_->exchange();
    }
    Hidden(const Hidden&) = delete;
    Hidden& operator=(const Hidden&) = delete;

   private:
    Average* const average_;
  };

 private:
  void exchange();

  const double kept_;
  bool isShown_ = false;
  std::vector<std::string> names_;
  std::vector<at::Tensor> weights_, averages_;  // the network's own; and of each its average
};

}  // namespace uada
