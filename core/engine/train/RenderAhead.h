#pragma once

#include <array>
#include <future>
#include <vector>

#include "core/augment/Renderer.h"
#include "core/engine/methods/Method.h"
#include "core/engine/train/RowBuffer.h"

namespace uada {

/// The rows of a step, of which a thread renders the first while the step before it runs: those that the
/// method knows by then. Pixels are the same as without it; only time changes. Of one thread.
class RenderAhead {
 public:
  /// method    outlives it, as do the data set and the head
  /// threads   that render ahead; 0: nothing is rendered ahead
  RenderAhead(const Method& method, const Dataset& data, const RenderSettings& settings, const TaskHead& head,
              at::Device device, int threads);
  ~RenderAhead();

  /// What a step begins with.
  struct Begun {
    RowBuffer& rows;
    std::vector<Shown> shown = {};  ///< of the rows that are there, which begin with 0
  };
  /// Waits for the rows of a batch; there are none if another batch was expected, or none. Throws what their
  /// rendering threw. They stay until the next call.
  Begun take(const Batch& batch);
  /// Begins to render for the batch that the next step is for.
  void expect(const Batch& batch);

 private:
  const Method& method_;
  ThreadPool pool_;
  const Renderer renderer_;
  const bool isOn_;
  std::array<RowBuffer, 2> buffers_;  // of this step and of the next
  std::size_t current_ = 0;
  Batch expected_;
  std::future<std::vector<Shown>> running_;
};

}  // namespace uada
