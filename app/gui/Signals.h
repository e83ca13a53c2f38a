#pragma once

#include <QObject>
#include <functional>

namespace uada {

/// What a signal asks for: the end of the window, or, from `uada stop`, that of the run alone.
enum class SignalWish { end, stopRun };

/// SIGINT and SIGTERM: the first calls `first` on the GUI thread, the next ends the process at once with 130
/// or 143. One per process, made in main.
class Signals : public QObject {
 public:
  explicit Signals(std::function<void(SignalWish)> first);
  /// The next signal counts as the first again.
  static void reset();
};

}  // namespace uada
