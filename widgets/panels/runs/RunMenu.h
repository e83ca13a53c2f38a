#pragma once

#include <QMenu>
#include <functional>
#include <vector>

namespace uada {

struct Workbench;

/// What is done with chosen runs, for the list's context menu.
/// rename  begins to edit the name of one run
void fillRunMenu(QMenu& menu, const Workbench& workbench, const std::vector<qint64>& runs, QWidget* parent,
                 const std::function<void()>& rename);
/// Runs what a user asked for, and tells as the session's problem() what went wrong.
void guardedAction(const Workbench& workbench, const std::function<void()>& action);

}  // namespace uada
