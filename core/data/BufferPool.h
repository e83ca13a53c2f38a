#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace uada {

/// Memory for decoded images that is used again. The pool lives as long as the last piece that it gave. Any
/// thread.
class BufferPool : public std::enable_shared_from_this<BufferPool> {
 public:
  using Buffer = std::vector<std::uint8_t>;

  /// A buffer that was given back, or an empty one.
  Buffer take() {
    std::lock_guard lock(mutex_);
    if (free_.empty()) return {};
    Buffer buffer = std::move(free_.back());
    free_.pop_back();
    return buffer;
  }
  /// An owner whose last copy gives the buffer back.
  std::shared_ptr<const void> owning(Buffer buffer) {
    auto give = [pool = shared_from_this()](Buffer* used) {
      pool->give(std::move(*used));
      delete used;
    };
    return std::shared_ptr<Buffer>(new Buffer(std::move(buffer)), std::move(give));
  }

 private:
  static constexpr std::size_t kKept = 64;  // more is freed
  void give(Buffer buffer) {
    std::lock_guard lock(mutex_);
    if (free_.size() < kKept) free_.push_back(std::move(buffer));
  }
  std::mutex mutex_;
  std::vector<Buffer> free_;
};

}  // namespace uada
