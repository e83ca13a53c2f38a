#include "widgets/panels/TableExport.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QMenu>
#include <QSettings>
#include <QToolButton>
#include <QToolTip>

#include "core/base/Error.h"
#include "widgets/models/Saving.h"
#include "widgets/panels/Panel.h"

namespace uada {

QStringList tableFilters() {
  return {QObject::tr("CSV (*.csv)"), QObject::tr("Markdown (*.md)"), QObject::tr("LaTeX (*.tex)"),
          QObject::tr("Excel (*.xlsx)"), QObject::tr("Text (*.txt)")};
}

QToolButton* exportButton(PanelWidget* panel, const std::function<QString()>& name,
                          const std::function<void(const QString&)>& said,
                          const std::function<void(const QString&)>& failed) {
  auto* button = new QToolButton(panel);
  button->setObjectName("export");
  button->setText(QObject::tr("Export…"));
  button->setToolTip(QObject::tr("Writes the table as it stands (Ctrl+E)"));
  QObject::connect(button, &QToolButton::clicked, panel, [panel, name, said, failed] {
    const QString file = askWhere(panel, QObject::tr("Export"), name(), panel->exportFilters());
    if (file.isEmpty()) return;
    try {
      panel->exportTo(file);
    } catch (const std::exception& error) {
      return failed(QString::fromStdString(problemText(error)));
    }
    said(QObject::tr("exported %1").arg(file));
  });
  return button;
}

QToolButton* copyButton(PanelWidget* panel, const QString& what, const TableText& text,
                        const std::function<void(const QString&)>& said,
                        const std::function<void(const QString&)>& failed) {
  auto* button = new QToolButton(panel);
  button->setObjectName("copy");
  button->setText(QObject::tr("Copy as"));
  button->setPopupMode(QToolButton::InstantPopup);
  auto* menu = new QMenu(button);
  const auto add = [&](const QString& name, TableFormat format) {
    QAction* action = menu->addAction(name, panel, [=] {
      try {
        QApplication::clipboard()->setText(QString::fromStdString(text(format)));
      } catch (const std::exception& error) {
        return failed(QString::fromStdString(problemText(error)));
      }
      const QString done = QObject::tr("copied %1 as %2").arg(what, name);
      said(done);
      QToolTip::showText(button->mapToGlobal(QPoint(0, button->height())), done, button);
    });
    action->setProperty("byName", QObject::tr("Copy as %1").arg(name));
  };
  add(QObject::tr("Text"), TableFormat::text);
  add(QObject::tr("Markdown"), TableFormat::markdown);
  add(QObject::tr("LaTeX"), TableFormat::latex);
  add(QObject::tr("CSV"), TableFormat::csv);
  button->setMenu(menu);
  return button;
}

}  // namespace uada
