#include "widgets/panels/Panel.h"

#include <QApplication>
#include <QBuffer>
#include <QClipboard>
#include <QFileInfo>
#include <QLabel>
#include <QVBoxLayout>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "widgets/session/Theme.h"

namespace uada {

void PanelWidget::exportTo(const QString& file) {
  if (QFileInfo(file).suffix().toLower() != "png") {
    throw UsageError("cannot export '" + file.toStdString() +
                     "': this view is written as a picture, so the name ends in .png");
  }
  QByteArray bytes;
  QBuffer buffer(&bytes);
  grab().save(&buffer, "PNG");
  writeFileAtomically(file.toStdString(), std::string_view(bytes.constData(), bytes.size()));
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
