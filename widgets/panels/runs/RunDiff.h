#pragma once

#include <QWidget>
#include <vector>

namespace uada {

struct Workbench;

/// Opens a window with the settings in which the runs differ, and nothing else; it can be copied.
void showDifferences(const Workbench& workbench, const std::vector<qint64>& runs, QWidget* parent);

}  // namespace uada
