#pragma once

#include <cstdint>
#include <functional>

namespace uada {

/// The threads that LibTorch's kernels use when this thread calls them, at::get_num_threads() with this one.
/// at::parallel_for is of one thread in what is not compiled for OpenMP, as we are not.

/// Calls work once on each. One after the other where LibTorch runs without GNU's OpenMP.
void onEachThread(const std::function<void()>& work);

/// Calls work(i) for 0 <= i < count, in any order, on all of them.
void inParallel(std::int64_t count, const std::function<void(std::int64_t)>& work);

}  // namespace uada
