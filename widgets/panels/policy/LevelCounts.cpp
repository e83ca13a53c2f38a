#include "widgets/panels/policy/LevelCounts.h"

#include <algorithm>

#include "core/ops/Op.h"

namespace uada {

void LevelCounts::clear() { *this = LevelCounts(); }

void LevelCounts::add(const Decision& decision) {
  const bool isWon = decision.winner >= 0 && decision.winner < static_cast<int>(decision.groups.size());
  const Plan& trained =
      isWon ? decision.groups[static_cast<std::size_t>(decision.winner)].candidate : decision.plan;
  const auto drawnChain = decision.plan.chain(), trainedChain = trained.chain();
  const int top = decision.plan.topLevel();
  for (std::size_t i = 0; i < drawnChain.size(); ++i) {
    const Part& part = drawnChain[i];
    const Op& op = ops()[part.op];
    if (!op.hasValue || !part.fired) continue;
    const bool isSame = i < trainedChain.size() && trainedChain[i].op == part.op;
    const int drawn = std::clamp<int>(part.at[0], 0, top);
    seen_[op.name].push_back({decision.step, decision.epoch, drawn,
                              isSame ? std::clamp<int>(trainedChain[i].at[0], 0, top) : drawn});
  }
  top_ = std::max(top_, top);
  lastStep_ = std::max(lastStep_, decision.step);
  firstEpoch_ = firstEpoch_ == 0 ? decision.epoch : std::min(firstEpoch_, decision.epoch);
  lastEpoch_ = std::max(lastEpoch_, decision.epoch);
}

std::vector<LevelCounts::Span> LevelCounts::spans(const std::string& op) const {
  const auto found = seen_.find(op);
  if (found == seen_.end()) return {};
  const bool isOfEpochs = lastEpoch_ > firstEpoch_;
  const std::int64_t first = isOfEpochs ? firstEpoch_ : 1, last = isOfEpochs ? lastEpoch_ : lastStep_;
  const std::int64_t each = (last - first + kMostSpans) / kMostSpans;
  std::vector<Span> spans;
  for (std::int64_t begin = first; begin <= last; begin += each) {
    Span& span = spans.emplace_back(Span{begin, std::min(last, begin + each - 1), isOfEpochs, {}, {}});
    span.drawn.resize(static_cast<std::size_t>(top_) + 1);
    span.trained.resize(static_cast<std::size_t>(top_) + 1);
  }
  for (const Seen& seen : found->second) {
    Span& span = spans[static_cast<std::size_t>(((isOfEpochs ? seen.epoch : seen.step) - first) / each)];
    ++span.drawn[static_cast<std::size_t>(seen.drawn)];
    ++span.trained[static_cast<std::size_t>(seen.trained)];
  }
  return spans;
}

}  // namespace uada
