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
/// "Export…": asks for a file and writes it through the panel's exportTo(); a failure is said through
/// `failed`.
/// name  the file's, as it is suggested; "": none
QToolButton* exportButton(PanelWidget* panel, const std::function<void(const QString&)>& failed,
                          const QString& name = {});
/// "Copy" with a menu of formats.
QToolButton* copyButton(PanelWidget* panel, TableText text);

}  // namespace uada
