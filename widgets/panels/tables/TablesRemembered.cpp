// What of the view Tables is remembered with the project.
#include <QComboBox>
#include <QSignalBlocker>

#include "widgets/panels/tables/TablesPanel.h"
#include "widgets/session/Remembered.h"
#include "widgets/session/Session.h"

namespace uada {

void TablesPanel::remember() {
  workbench_.session.remember("tables",
                              Json::Object{{"table", which().toStdString()},
                                           {"epoch", epoch_->currentIndex() == 1 ? "last" : "best"}});
}

/// Another project: the table that a person had chosen, which is listed once it is read if it is an own one.
void TablesPanel::restore() {
  const Json json = workbench_.session.remembered("tables");
  const QSignalBlocker quiet(epoch_);
  epoch_->setCurrentIndex(rememberedText(json, "epoch") == QStringLiteral("last") ? 1 : 0);
  wanted_ = rememberedText(json, "table");
  isChosen_ = !wanted_.isEmpty();
}

}  // namespace uada
