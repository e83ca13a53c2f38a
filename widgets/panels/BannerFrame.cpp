#include "widgets/panels/BannerFrame.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include "widgets/session/Theme.h"

namespace uada {

BannerFrame::BannerFrame(QWidget& bar)
    : frame(new QFrame), icon(new QLabel), words(new QVBoxLayout), row_(new QHBoxLayout(frame)) {
  auto* outer = new QVBoxLayout(&bar);
  outer->setContentsMargins(kGrid, kGrid, kGrid, 0);
  outer->addWidget(frame);
  frame->setObjectName("banner");
  row_->setContentsMargins(2 * kGrid, kGrid, kGrid, kGrid);
  row_->setSpacing(kGrid);
  words->setSpacing(2);
  row_->addWidget(icon, 0, Qt::AlignTop);
  row_->addLayout(words, 1);
}

void BannerFrame::add(const std::vector<QPushButton*>& buttons) {
  for (QPushButton* button : buttons) row_->addWidget(button, 0, Qt::AlignVCenter);
}

QToolButton* BannerFrame::addClose(const Theme& theme) {
  auto* close = new QToolButton;
  close->setAutoRaise(true);
  close->setIcon(theme.icon("close"));
  close->setToolTip(QObject::tr("Close this message"));
  close->setAccessibleName(close->toolTip());
  row_->addWidget(close, 0, Qt::AlignTop);
  return close;
}

}  // namespace uada
