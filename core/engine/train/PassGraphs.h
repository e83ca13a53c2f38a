#pragma once

#include <compare>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/engine/models/Network.h"
#include "core/engine/models/Torch.h"
#include "core/engine/tasks/TaskHead.h"
#include "core/engine/train/StepGraph.h"

namespace uada {

/// What tells passes of one network apart that are computed differently.
struct PassKind {
  bool trains = false;  ///< it leaves gradients behind
  NormMode norm = NormMode::train;
  bool isBf16 = false;
  bool wantsLosses = false;
  auto operator<=>(const PassKind&) const = default;
};

/// What comes of a pass: of one without gradient the losses alone.
struct PassResults {
  at::Tensor loss = {}, metrics = {}, losses = {};
  at::Tensor seen = {};  ///< what the method took of its output; not of a graph
};

/// A pass as a function of nothing but these and of what lives as long as the network. Rows as
/// RowBuffer::Picked has them.
using ComputePass = std::function<PassResults(const at::Tensor& images, const Targets& targets)>;

/// The passes of whole batches through one network, each kind as a graph. The first passes of a kind are
/// computed as they are: libraries choose and set up what they need then, which a graph cannot.
/// Images and targets are copied to where the graph reads them. Batch normalisation's statistics go along:
/// those of NormMode::record come from the graph, those of NormMode::base are copied for it. Of the training
/// thread.
class PassGraphs {
 public:
  /// rows    of the passes that become graphs; others are computed as they are
  /// network outlives it; its layers draw no random numbers
  PassGraphs(Network& network, std::int64_t rows, MakeStepGraph make);
  PassResults compute(const PassKind& kind, const at::Tensor& images, const Targets& targets,
                      const ComputePass& compute);
  /// Why there are no graphs any more, once: one could not be made. "": there are.
  std::string takeProblem() { return std::exchange(problem_, {}); }
  /// Of all passes so far.
  int replays() const { return replays_; }

 private:
  struct Held {
    int before = 0;  ///< passes without a graph
    at::Tensor images;
    Targets targets;
    std::vector<at::Tensor> base;       ///< Network::baseStatistics() of the graph
    std::vector<at::Tensor> gradients;  ///< of each parameter, where it trains
    PassResults results;
    std::unique_ptr<StepGraph> graph;
  };
  bool make(Held& held, const PassKind& kind, const at::Tensor& images, const Targets& targets,
            const ComputePass& compute);
  PassResults replayed(Held& held, const PassKind& kind);
  bool hasGradients() const;

  Network& network_;
  const std::int64_t rows_;
  MakeStepGraph make_;
  std::map<PassKind, Held> held_;
  std::vector<at::Tensor> parameters_;
  std::string problem_;
  int replays_ = 0;
};

}  // namespace uada
