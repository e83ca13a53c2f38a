#pragma once

#include <QApplication>
#include <QString>

namespace uada {

/// An application that can tell which event held the GUI thread longest.
class TimedApplication : public QApplication {
 public:
  using QApplication::QApplication;
  bool notify(QObject* receiver, QEvent* event) override;

  struct Longest {
    double milliseconds = 0;
    QString event;  ///< its type and its receiver
    void take(double took, const QString& what);
  };
  bool isTiming = false;
  Longest wall;
  Longest cpu;  ///< of the thread: what a busy machine does not lengthen

 private:
  int depth_ = 0;  ///< of events that are handled within others
};

}  // namespace uada
