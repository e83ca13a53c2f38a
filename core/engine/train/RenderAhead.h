#pragma once

#include <array>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>
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
  /// threads   that render ahead, at least 1
  /// mixes     as of RowBuffer
  RenderAhead(const Method& method, const Dataset& data, const RenderSettings& settings, const TaskHead& head,
              at::Device device, int threads, bool mixes = false);
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
  /// Waits until what was expected is rendered.
  void wait();

 private:
  void work();

  const Method& method_;
  ThreadPool pool_;
  const Renderer renderer_;
  std::array<RowBuffer, 2> buffers_;  // of this step and of the next
  std::size_t current_ = 0;
  Batch expected_;
  std::future<std::vector<Shown>> running_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::packaged_task<std::vector<Shown>()> task_;  // guarded by the mutex, as stop_ is
  bool stop_ = false;
  std::thread thread_;  // one, whose memory for drawing is kept; last: it uses all above
};

}  // namespace uada
