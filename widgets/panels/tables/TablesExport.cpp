// How tables leave the view Tables, and how exported ones come back to be checked.
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QDragEnterEvent>
#include <QMimeData>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "widgets/models/Words.h"
#include "widgets/panels/TableExport.h"
#include "widgets/panels/tables/TablesPanel.h"
#include "widgets/panels/tables/TexCheck.h"

namespace uada {

void TablesPanel::dragEnterEvent(QDragEnterEvent* event) {
  if (!TexCheck::texOf(event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void TablesPanel::dropEvent(QDropEvent* event) {
  const QString file = TexCheck::texOf(event->mimeData());
  if (file.isEmpty()) return;
  event->acceptProposedAction();
  check_->check(file);
}

/// "table2"; of an own one its name, in what every system takes for a file's.
QString TablesPanel::exportName() const {
  QString name = q(asMade_.name);
  for (QChar& c : name)
    if (!c.isLetterOrNumber() && !QStringLiteral(" -_.").contains(c)) c = '-';
  return name.isEmpty() ? tr("table") : name;
}

std::string TablesPanel::text(TableFormat format) const {
  if (!fault_.isEmpty()) throw Error(fault_.toStdString());
  return write(asMade_, format,
               {.paper = paper_->isChecked(), .measured = measured_->isChecked() || asMade_.isOwn()});
}

QStringList TablesPanel::exportFilters() const { return tableFilters() << tr("Picture (*.png)"); }

void TablesPanel::writeExport(const QString& file, const std::string& ending) {
  if (stale_) load();
  if (ending == "png") return PanelWidget::writeExport(file, ending);
  writeFileAtomically(file.toStdString(), text(tableFormatFromName(ending)));
}

void TablesPanel::copy() const {
  QApplication::clipboard()->setText(QString::fromStdString(text(TableFormat::text)));
}

}  // namespace uada
