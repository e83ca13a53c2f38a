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
  QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
  policy.setHeightForWidth(true);
  setSizePolicy(policy);
  describe();
}

void ChoiceCard::describe() {
  setAccessibleName(text_.title);
  const QString said = text_.explanation + (remark().isEmpty() ? QString() : QStringLiteral("\n") + remark());
  setAccessibleDescription(said);
  setToolTip(said);
}

void ChoiceCard::refuse(const QString& why) {
  if (why == why_) return;
  why_ = why;
  setEnabled(why.isEmpty());
  describe();
  updateGeometry();
  update();
}

namespace {

constexpr int kTick = 20;  // pixels beside the title

/// Where the texts of a card stand in its width, each in as many lines as it needs.
struct CardLines {
  QRect title, explanation, remark;

  CardLines(int width, const QFont& font, const QString& titleText, const QString& text,
            const QString& remarkText) {
    const int left = kGrid + 4, room = width - left - kGrid;
    int top = kGrid;
    const auto place = [&](const QFont& in, int space, const QString& words) {
      const QRect wanted = QFontMetrics(in).boundingRect(0, 0, space, 10'000, Qt::TextWordWrap, words);
      const QRect lines(left, top, space, words.isEmpty() ? 0 : wanted.height());
      top += lines.height() + (words.isEmpty() ? 0 : 2);
      return lines;
    };
    QFont bold = font;
    bold.setBold(true);
    title = place(bold, room - kTick, titleText);
    explanation = place(font, room, text);
    remark = place(font, room, remarkText);
  }
  int height() const { return remark.top() + remark.height() + kGrid; }
};

}  // namespace

int ChoiceCard::heightForWidth(int width) const {
  return CardLines(width, font(), text_.title, text_.explanation, remark()).height();
}

void ChoiceCard::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const QColor accent = theme_.colour("accent");
  const QRectF frame = QRectF(rect()).adjusted(1, 1, -1, -1);
  QColor fill = theme_.colour(isEnabled() ? "base" : "window");
  if (isEnabled() && (isChecked() || underMouse())) {  // a breath of the accent: text keeps its contrast
    const double share = isChecked() ? 0.12 : 0.05;
    fill = QColor::fromRgbF(fill.redF() + share * (accent.redF() - fill.redF()),
                            fill.greenF() + share * (accent.greenF() - fill.greenF()),
                            fill.blueF() + share * (accent.blueF() - fill.blueF()));
  }
  painter.setBrush(fill);
  painter.setPen(QPen(isChecked() || hasFocus() ? accent : theme_.colour("border"), isChecked() ? 2 : 1));
  painter.drawRoundedRect(frame, 4, 4);

  const CardLines lines(width(), font(), text_.title, text_.explanation, remark());
  QFont bold = font();
  bold.setBold(true);
  painter.setFont(bold);
  painter.setPen(theme_.colour(isEnabled() ? "text" : "muted"));
  painter.drawText(lines.title, Qt::TextWordWrap, text_.title);
  if (isChecked()) painter.drawText(lines.title.adjusted(0, 0, kTick, 0), Qt::AlignRight, "✓");
  painter.setFont(font());
  painter.setPen(theme_.colour("muted"));
  painter.drawText(lines.explanation, Qt::TextWordWrap, text_.explanation);
  painter.setPen(theme_.colour("warning"));
  painter.drawText(lines.remark, Qt::TextWordWrap, remark());
}

ChoiceCards::ChoiceCards(const std::vector<CardText>& cards, const Theme& theme, int columns, QWidget* parent,
                         Many many)
    : QWidget(parent), group_(new QButtonGroup(this)) {
  group_->setExclusive(many == Many::one);
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
    if (checked || !group_->exclusive()) Q_EMIT changed();
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

QStringList ChoiceCards::ticked() const {
  QStringList names;
  for (const QAbstractButton* card : group_->buttons())
    if (card->isChecked()) names << card->objectName();
  return names;
}

void ChoiceCards::tick(const QStringList& names) {
  for (QAbstractButton* card : group_->buttons()) card->setChecked(names.contains(card->objectName()));
}

void ChoiceCards::refuse(const std::function<QString(const QString& name)>& why) {
  for (QAbstractButton* card : group_->buttons())
    static_cast<ChoiceCard*>(card)->refuse(why(card->objectName()));
}

}  // namespace uada
