#include "widgets/panels/Panel.h"

#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QLabel>
#include <QLayout>
#include <QTableView>
#include <QVBoxLayout>

#include "core/base/Error.h"
#include "widgets/models/Saving.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr QSize kMostExported{16'000, 16'000};  // pixels

/// That at which the table need not scroll.
QSize wholeSize(const QTableView& view) {
  const QSize content(view.horizontalHeader()->length(), view.verticalHeader()->length());
  const QSize whole = view.size() - view.viewport()->size() + content;
  if (whole != whole.boundedTo(kMostExported))
    throw Error("the table is too large for a picture: " + std::to_string(whole.width()) + " x " +
                std::to_string(whole.height()) + " pixels, at most " + std::to_string(kMostExported.width()) +
                " a side; take fewer runs, or write it as text with 'uada table' or 'uada export'");
  return whole;
}

}  // namespace

QPixmap PanelWidget::whole() {
  const QSize seen = size();
  QSize grown = seen;
  struct Grown {
    QTableView* view;
    QSize wanted, minimum;
  };
  std::vector<Grown> tables;
  for (QTableView* view : findChildren<QTableView*>()) {
    if (!view->isVisibleTo(this)) continue;
    const QSize wanted = wholeSize(*view);
    grown = grown.expandedTo(seen + wanted - view->size());
    tables.push_back({view, wanted, view->minimumSize()});
  }
  requireDrawable(grown * devicePixelRatio(), tr("the view"), tr("take fewer runs or a smaller window"));
  for (const auto& [view, wanted, minimum] : tables) view->setMinimumSize(minimum.expandedTo(wanted));
  resize(grown);
  const QPixmap picture = grab();
  for (const auto& [view, wanted, minimum] : tables) {
    view->setMinimumSize(minimum);
    // At once, and not with the next event: until then no size below the picture's is allowed.
    for (QWidget* around = view->parentWidget(); around;
         around = around == this ? nullptr : around->parentWidget())
      if (around->layout()) around->layout()->activate();
  }
  resize(seen);
  return picture;
}

void PanelWidget::exportTo(const QString& file) {
  writeExport(file, endingIn(exportFilters(), file, tr("this view")));
}

void PanelWidget::writeExport(const QString& file, const std::string&) {
  savePicture(whole().toImage(), file);
}

void PanelWidget::copy() const {
  QApplication::clipboard()->setPixmap(const_cast<PanelWidget*>(this)->grab());
}

QWidget* emptyState(const Workbench& workbench, const QString& what, const QString& how,
                    const QString& icon) {
  auto* page = new QWidget;
  auto* layout = new QVBoxLayout(page);
  layout->setSpacing(kGrid);
  layout->addStretch();
  const QColor muted = workbench.theme.colour("muted");
  auto* picture = new QLabel;
  picture->setPixmap(workbench.theme.icon(icon, muted).pixmap(6 * kGrid, 6 * kGrid));
  auto* title = new QLabel(what);
  QFont font = title->font();
  font.setPointSizeF(font.pointSizeF() * 1.15);
  title->setFont(font);
  title->setObjectName("emptyTitle");
  auto* text = new QLabel(how);
  text->setObjectName("muted");
  for (QLabel* label : {picture, title, text}) {
    label->setAlignment(Qt::AlignCenter);
    label->setWordWrap(true);
    layout->addWidget(label);
  }
  layout->addStretch();
  return page;
}

}  // namespace uada
