// What of the view Tables is remembered with the project.
#include <QComboBox>
#include <QSignalBlocker>

#include "widgets/panels/tables/TablesPanel.h"
#include "widgets/session/Remembered.h"
#include "widgets/session/Session.h"

namespace uada {

void TablesPanel::remember() {
  workbench_.session.remember(
      "tables", Json::Object{{"table", which().toStdString()},
                             {"epoch", epochName(static_cast<Epoch>(epoch_->currentData().toInt()))}});
}

/// Another project: the table that a person had chosen, which is listed once it is read if it is an own one.
void TablesPanel::restore() {
  const Json json = workbench_.session.remembered("tables");
  const QSignalBlocker quiet(epoch_);
  const QString epoch = rememberedText(json, "epoch");
  epoch_->setCurrentIndex(0);
  for (int i = 0; i < epoch_->count(); ++i)
    if (epoch == QLatin1String(epochName(static_cast<Epoch>(epoch_->itemData(i).toInt()))))
      epoch_->setCurrentIndex(i);
  wanted_ = rememberedText(json, "table");
  isChosen_ = !wanted_.isEmpty();
}

}  // namespace uada
