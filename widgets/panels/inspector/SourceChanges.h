#pragma once

#include <QtGlobal>

class QWidget;

namespace uada {

struct Workbench;

/// Shows in a dialogue what the program's source had otherwise than its commit when the run was last started.
void showChanges(const Workbench& workbench, qint64 run, QWidget* parent);

}  // namespace uada
