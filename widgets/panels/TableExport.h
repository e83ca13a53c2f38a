#pragma once

#include <QStringList>
#include <functional>

#include "core/tables/Table.h"

class QToolButton;
class QWidget;

namespace uada {

class PanelWidget;

/// "CSV (*.csv)", "Markdown (*.md)", "LaTeX (*.tex)", "Excel (*.xlsx)", "Text (*.txt)".
QStringList tableFilters();

using TableText = std::function<std::string(TableFormat)>;
/// "Export…": asks for a file and writes it through the panel's exportTo(). What was written is said through
/// `said`, a failure through `failed`.
/// name  the file's, as it is suggested
QToolButton* exportButton(PanelWidget* panel, const std::function<QString()>& name,
                          const std::function<void(const QString&)>& said,
                          const std::function<void(const QString&)>& failed);
/// "Copy" with a menu of formats. What was copied is said beside it and through `said`, a failure through
/// `failed`.
/// what  "the comparison"
QToolButton* copyButton(PanelWidget* panel, const QString& what, const TableText& text,
                        const std::function<void(const QString&)>& said,
                        const std::function<void(const QString&)>& failed);

}  // namespace uada
