#pragma once

#include <QtGlobal>
#include <vector>

class QMenu;
class QWidget;

namespace uada {

struct Workbench;

/// Entries that choose the colour of the group of these runs, and give it back its usual one. They can be
/// done where all runs are of one group. parent  of the dialogue
void addColourActions(QMenu& menu, const Workbench& workbench, const std::vector<qint64>& runs,
                      QWidget* parent);

}  // namespace uada
