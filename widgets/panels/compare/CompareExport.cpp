// How a comparison leaves the view Compare.
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QSortFilterProxyModel>
#include <utility>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/tables/Comparison.h"
#include "widgets/panels/TableExport.h"
#include "widgets/panels/compare/ComparePanel.h"
#include "widgets/session/Session.h"

namespace uada {

QStringList ComparePanel::exportFilters() const { return tableFilters() << tr("Picture (*.png)"); }

void ComparePanel::writeExport(const QString& file, const std::string& ending) {
  if (stale_) load();
  if (ending == "png") {
    requireRead();
    return PanelWidget::writeExport(file, ending);
  }
  const TableFormat format = tableFormatFromName(ending);
  if (isReading())
    awaited_.emplace_back(file, format);  // what is there is still the previous comparison
  else
    writeFileAtomically(file.toStdString(), text(format));
}

void ComparePanel::writeAwaited() {
  for (const auto& [file, format] : std::exchange(awaited_, {})) {
    try {
      writeFileAtomically(file.toStdString(), text(format));
      Q_EMIT workbench_.session.logged(tr("wrote the comparison to %1").arg(file));
    } catch (const std::exception& error) {
      Q_EMIT workbench_.session.problem(QString::fromStdString(problemText(error)));
    }
  }
}

std::string ComparePanel::text(TableFormat format) const {
  const std::vector<RunGroup> all = bySeed_->isChecked() ? runsAsGroups(*shown_) : *shown_;
  std::vector<RunGroup> groups;
  std::vector<int> rows;
  for (int row = 0; row < sorted_->rowCount(); ++row) {
    rows.push_back(sorted_->mapToSource(sorted_->index(row, 0)).row());
    groups.push_back(all.at(static_cast<std::size_t>(rows.back())));
    if (bySeed_->isChecked())
      groups.back().label = workbench_.session.nameOf(groups.back().runs.front().id).toStdString();
  }
  return writeComparison(groups, model_.settings(rows), format);
}

void ComparePanel::copy() const {
  if (isReading()) {
    Q_EMIT workbench_.session.problem(tr("The comparison is being read: copy it when its rows are there"));
    return;
  }
  QApplication::clipboard()->setText(QString::fromStdString(text(TableFormat::text)));
  Q_EMIT workbench_.session.logged(tr("copied the comparison as text"));
}

}  // namespace uada
