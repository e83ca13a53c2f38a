#pragma once

#include <QString>

namespace uada {

class MainWindow;
class Session;
class TimedApplication;

/// Opens a project in the shown window, selects, compares, filters and sorts runs, scrolls and switches
/// views, as a person would, and prints as JSON lines: "window.open", until its runs are listed,
/// "window.filter" and "window.sort", the slowest change of the list of runs with 40 columns, and
/// "window.longest_event", all milliseconds, the last with the longest CPU time of the GUI thread, too.
/// Throws Error if the project cannot be opened within a minute.
void benchProject(TimedApplication& application, MainWindow& window, Session& session,
                  const QString& project);

}  // namespace uada
