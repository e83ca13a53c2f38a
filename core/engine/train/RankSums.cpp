#include "core/engine/train/RankSums.h"

namespace uada {
namespace {

constexpr std::int64_t kOfFaults = 3;  // their number, the sum of their ranks from 1 on, those of memory

}  // namespace

void RankSums::begin(bool hasWeight) {
  awaitsWeight_ = hasWeight;
  awaitsNumbers_ = true;
}

double RankSums::shareOfWeight(World& world, const at::Tensor& weight) {
  const at::Tensor all = weight.to(at::kCPU, at::kDouble).reshape({1}).clone();
  const double own = all.item<double>();
  awaitsWeight_ = false;
  world.sum(all);
  return own / std::max(1.0, all.item<double>());
}

RankSums::Faults RankSums::addNumbers(World& world, at::Tensor& numbers) {
  const at::Tensor all = at::cat({numbers.to(at::kCPU), at::zeros({kOfFaults}, at::kDouble)});
  awaitsNumbers_ = false;
  world.sum(all);
  const auto* faults = static_cast<const double*>(all.const_data_ptr()) + numbers.numel();
  numbers = all.narrow(0, 0, numbers.numel());
  if (faults[0] == 0) return {};
  const int rank = faults[0] == 1 ? static_cast<int>(faults[1]) - 1 : 0;
  return {static_cast<int>(faults[0]), rank, faults[2] > 0};
}

void RankSums::addFault(World& world, std::int64_t size, bool isMemory) {
  if (awaitsWeight_) world.sum(at::zeros({1}, at::kDouble));
  if (awaitsNumbers_) {
    const at::Tensor all = at::zeros({size + kOfFaults}, at::kDouble);
    auto* faults = all.mutable_data_ptr<double>() + size;
    faults[0] = 1, faults[1] = world.rank() + 1, faults[2] = isMemory;
    world.sum(all);
  }
  awaitsWeight_ = awaitsNumbers_ = false;
}

void RankSums::addGradients(World& world, const std::vector<at::Tensor>& parameters,
                            const std::vector<at::Tensor>& statistics, const std::vector<at::Tensor>& before,
                            double share) {
  const at::NoGradGuard noGrad;
  std::int64_t size = 0;
  for (const auto* all : {&parameters, &statistics})
    for (const at::Tensor& one : *all) size += one.numel();
  if (!flat_.defined())
    flat_ = at::empty({size}, parameters.front().options().dtype(at::kFloat).requires_grad(false));
  std::int64_t at = 0;
  const auto room = [&](const at::Tensor& like) {
    at::Tensor part = flat_.narrow(0, at, like.numel()).view(like.sizes());
    at += like.numel();
    return part;
  };
  for (const at::Tensor& parameter : parameters) room(parameter).copy_(parameter.grad());
  for (std::size_t i = 0; i < statistics.size(); ++i)
    room(statistics[i]).copy_((statistics[i] - before[i]).mul_(share));
  world.sum(flat_);
  at = 0;
  for (const at::Tensor& parameter : parameters) parameter.grad().copy_(room(parameter));
  for (std::size_t i = 0; i < statistics.size(); ++i)
    at::add_out(const_cast<at::Tensor&>(statistics[i]), before[i], room(statistics[i]));
}

}  // namespace uada
