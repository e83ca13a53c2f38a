#pragma once

#include <QObject>

#include "widgets/models/Pictures.h"
#include "widgets/panels/Panel.h"

class QMenu;

namespace uada {

struct Decision;

/// Which plan of a decision the picture at a column of its row shows, as planOf() counts: original,
/// unperturbed, each candidate, trained on.
int planAt(const Decision& decision, int column);
/// The picture at that column; null where it was not kept.
QImage imageAt(const Decision& decision, int column);

/// What the context menu of a sample does with it.
/// owner  outlives what is asked of the project
void addSampleActions(QMenu& menu, const Workbench& workbench, QWidget* owner, qint64 run,
                      const Decision& decision, int column, const QImage& row);

}  // namespace uada
