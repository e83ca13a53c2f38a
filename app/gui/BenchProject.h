#pragma once

#include <QApplication>
#include <QString>

namespace uada {

class MainWindow;
class Session;

/// An application that can tell which event held the GUI thread longest.
class TimedApplication : public QApplication {
 public:
  using QApplication::QApplication;
  bool notify(QObject* receiver, QEvent* event) override;

  bool isTiming = false;
  double longest = 0;  ///< milliseconds
  QString what;        ///< receiver and type of that event

 private:
  int depth_ = 0;  ///< of events that are handled within others
};

/// Opens a project in the shown window, selects, compares and filters runs and switches views, as a person
/// would, and prints as JSON lines: "window.open", until its runs are listed, and "window.longest_event",
/// both milliseconds. Throws Error if the project cannot be opened within a minute.
void benchProject(TimedApplication& application, MainWindow& window, Session& session,
                  const QString& project);

}  // namespace uada
