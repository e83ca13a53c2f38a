#pragma once

#include <QApplication>
#include <QString>
#include <functional>

namespace uada {

/// An application that can tell which event held the GUI thread longest, and that goes on where the handling
/// of one threw.
class TimedApplication : public QApplication {
 public:
  using QApplication::QApplication;
  bool notify(QObject* receiver, QEvent* event) override;

  struct Longest {
    double milliseconds = 0;
    QString event;  ///< its type and its receiver
    void take(double took, const QString& what);
  };
  /// Told what was thrown, in words. Qt would end the program, and a run that trains with it.
  std::function<void(const QString& what)> onThrown;
  bool isTiming = false;
  Longest wall;
  Longest cpu;  ///< of the thread: what a busy machine does not lengthen

 private:
  bool handle(QObject* receiver, QEvent* event);
  int depth_ = 0;  ///< of events that are handled within others
};

}  // namespace uada
