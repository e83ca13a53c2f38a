#pragma once

#include <QObject>
#include <functional>

namespace uada {

/// SIGINT and SIGTERM: the first calls `first` on the GUI thread, the next ends the process at once with 130
/// or 143. One per process, made in main.
class Signals : public QObject {
 public:
  explicit Signals(std::function<void(int signal)> first);
  /// The next signal counts as the first again.
  static void reset();
};

}  // namespace uada
