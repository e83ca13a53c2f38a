#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "core/engine/Reports.h"

namespace uada::store {

/// The pictures that wait to be stored, in bytes. They may come faster than they can be packed, and training
/// is not to wait for that, nor memory to fill up: where there is no room the pictures of a decision are left
/// out, never its numbers. Any thread.
class PictureRoom {
 public:
  static constexpr std::size_t kBytes = std::size_t{256} << 20;

  /// Takes room for a decision's pictures, or leaves them out. Returns how much it took: give() it back.
  std::size_t take(std::int64_t run, int attempt, Report& report);
  void give(std::size_t bytes);
  /// What is to be said in the project before a report: once that pictures are left out, and of how many
  /// decisions when the attempt ends.
  std::optional<EventReport> remark(std::int64_t run, int attempt, const Report& report);

 private:
  struct LeftOut {
    std::int64_t decisions = 0, firstStep = 0;
    bool isSaid = false;
  };
  std::mutex mutex_;
  std::size_t waiting_ = 0;
  std::map<std::pair<std::int64_t, int>, LeftOut> leftOut_;  ///< by run and attempt
};

}  // namespace uada::store
