#pragma once

namespace uada {

/// While it lives, on the thread that makes the QApplication: where Qt finds no display it ends the program
/// with exit code 1 and one line that says what to do, in place of Qt's own text and an abort. Qt's other
/// messages are passed on at the end.
class DisplayGuard {
 public:
  DisplayGuard();
  ~DisplayGuard();
  DisplayGuard(const DisplayGuard&) = delete;
  DisplayGuard& operator=(const DisplayGuard&) = delete;
};

}  // namespace uada
