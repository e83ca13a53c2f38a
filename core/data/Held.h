#pragma once

#include <memory>
#include <utility>

namespace uada {

/// Something borrowed, together with what keeps it alive: a view of pixels that lie in a data set, or of
/// pixels that were decoded for this caller. Copies share. Any thread.
template <class T>
class Held {
 public:
  /// owner  null: what is borrowed outlives the holder anyhow
  explicit Held(T view, std::shared_ptr<const void> owner = {})
      : view_(std::move(view)), owner_(std::move(owner)) {}
  const T& operator*() const& { return view_; }
  const T* operator->() const { return &view_; }
  /// Of a temporary: a copy of the view, which is valid to the end of the statement.
  T operator*() && { return view_; }

 private:
  T view_;
  std::shared_ptr<const void> owner_;
};

}  // namespace uada
