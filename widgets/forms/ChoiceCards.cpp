#include "widgets/forms/ChoiceCards.h"

#include <QButtonGroup>
#include <QGridLayout>
#include <QPainter>

#include "widgets/session/Theme.h"

namespace uada {

ChoiceCard::ChoiceCard(CardText text, const Theme& theme, QWidget* parent)
    : QAbstractButton(parent), text_(std::move(text)), theme_(theme) {
  setObjectName(text_.name);
  setCheckable(true);
  setFocusPolicy(Qt::StrongFocus);
  setCursor(Qt::PointingHandCursor);
  setAccessibleName(text_.title);
  setAccessibleDescription(text_.explanation);
  setToolTip(text_.explanation);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize ChoiceCard::sizeHint() const { return {200, 2 * kGrid + fontMetrics().height() * 3 + kGrid / 2}; }

void ChoiceCard::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const QColor accent = theme_.colour("accent");
  const QRectF frame = QRectF(rect()).adjusted(1, 1, -1, -1);
  QColor fill = theme_.colour("base");
  if (isChecked() || underMouse()) {  // a breath of the accent: text keeps its contrast
    const double share = isChecked() ? 0.12 : 0.05;
    fill = QColor::fromRgbF(fill.redF() + share * (accent.redF() - fill.redF()),
                            fill.greenF() + share * (accent.greenF() - fill.greenF()),
                            fill.blueF() + share * (accent.blueF() - fill.blueF()));
  }
  painter.setBrush(fill);
  painter.setPen(QPen(isChecked() || hasFocus() ? accent : theme_.colour("border"), isChecked() ? 2 : 1));
  painter.drawRoundedRect(frame, 4, 4);

  const int line = fontMetrics().height();
  const QRect inside = rect().adjusted(kGrid + 4, kGrid, -kGrid, -kGrid);
  QFont bold = font();
  bold.setBold(true);
  painter.setFont(bold);
  painter.setPen(theme_.colour("text"));
  const QString title = QFontMetrics(bold).elidedText(text_.title, Qt::ElideRight, inside.width() - 20);
  painter.drawText(QRect(inside.left(), inside.top(), inside.width(), line), Qt::AlignLeft, title);
  if (isChecked())
    painter.drawText(QRect(inside.left(), inside.top(), inside.width(), line), Qt::AlignRight, "✓");
  painter.setFont(font());
  painter.setPen(theme_.colour("muted"));
  painter.drawText(QRect(inside.left(), inside.top() + line + 2, inside.width(), 2 * line + 2),
                   Qt::AlignLeft | Qt::TextWordWrap, text_.explanation);
}

ChoiceCards::ChoiceCards(const std::vector<CardText>& cards, const Theme& theme, int columns, QWidget* parent)
    : QWidget(parent), group_(new QButtonGroup(this)) {
  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setSpacing(2 * kGrid);
  for (int column = 0; column < columns; ++column) grid->setColumnStretch(column, 1);
  for (int i = 0; i < static_cast<int>(cards.size()); ++i) {
    auto* card = new ChoiceCard(cards[i], theme, this);
    group_->addButton(card, i);
    grid->addWidget(card, i / columns, i % columns);
  }
  for (int column = static_cast<int>(cards.size()); column < columns; ++column)
    grid->addWidget(new QWidget, 0, column);
  if (!cards.empty()) group_->button(0)->setChecked(true);
  connect(group_, &QButtonGroup::idToggled, this, [this](int, bool checked) {
    if (checked) Q_EMIT changed();
  });
}

QString ChoiceCards::chosen() const {
  return group_->checkedButton() ? group_->checkedButton()->objectName() : QString();
}

void ChoiceCards::choose(const QString& name) {
  for (QAbstractButton* card : group_->buttons()) {
    if (card->objectName() == name) card->setChecked(true);
  }
}

}  // namespace uada
