#include "widgets/panels/ops/HashLine.h"

#include <QApplication>
#include <QClipboard>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>

#include "widgets/session/Theme.h"

namespace uada {

HashLine::HashLine(const Theme& theme, QWidget* parent)
    : QWidget(parent),
      theme_(theme),
      hash_(new QLineEdit(this)),
      expected_(new QLineEdit(this)),
      state_(new QLabel(this)),
      copy_(new QToolButton(this)) {
  auto* label = new QLabel(tr("Pixels"), this);
  label->setObjectName("muted");
  label->setBuddy(hash_);
  hash_->setObjectName("chain_hash");
  hash_->setAccessibleName(tr("Hash of the pixels"));
  hash_->setReadOnly(true);
  hash_->setToolTip(
      tr("SHA-256 of the last picture's bytes: what a decision records of the image that was trained on"));
  expected_->setObjectName("chain_expected");
  expected_->setAccessibleName(tr("Hash to compare with"));
  expected_->setPlaceholderText(tr("Paste a hash to compare"));
  expected_->setToolTip(tr("Paste a recorded hash, and it is said whether the pixels are the same"));
  QFont fixed = QFontDatabase::systemFont(QFontDatabase::FixedFont);
  fixed.setPointSizeF(font().pointSizeF() * 0.85);
  hash_->setFont(fixed);
  QFont small = font();
  small.setPointSizeF(fixed.pointSizeF());
  expected_->setFont(small);
  expected_->setMinimumWidth(QFontMetrics(small).horizontalAdvance(expected_->placeholderText()) + 4 * kGrid);
  state_->setObjectName("chain_hash_state");
  copy_->setObjectName("chain_copy_hash");
  copy_->setAutoRaise(true);
  copy_->setIcon(theme.icon("copy"));
  copy_->setToolTip(tr("Copy the hash"));
  auto* line = new QHBoxLayout(this);
  line->setContentsMargins(0, 0, 0, 0);
  line->setSpacing(kGrid);
  line->addWidget(label);
  line->addWidget(hash_, 5);
  line->addWidget(copy_);
  line->addWidget(expected_, 1);
  line->addWidget(state_);
  connect(copy_, &QToolButton::clicked, this, [this] { QApplication::clipboard()->setText(hash_->text()); });
  connect(expected_, &QLineEdit::textChanged, this, &HashLine::compare);
  compare();
}

void HashLine::setHash(const QString& digits) {
  hash_->setText(digits);
  hash_->setCursorPosition(0);
  copy_->setEnabled(!digits.isEmpty());
  compare();
}

QString HashLine::hash() const { return hash_->text(); }

void HashLine::setExpected(const QString& digits) {
  expected_->setText(digits);
  expected_->setCursorPosition(0);
}

void HashLine::compare() {
  const QString wanted = expected_->text().trimmed().toLower();
  const bool equal = wanted == hash_->text();
  state_->setVisible(!wanted.isEmpty() && !hash_->text().isEmpty());
  state_->setText(equal ? tr("✓ equal") : tr("✗ differs"));
  QPalette palette = state_->palette();
  palette.setColor(QPalette::WindowText, theme_.colour(equal ? "good" : "bad"));
  state_->setPalette(palette);
}

}  // namespace uada
