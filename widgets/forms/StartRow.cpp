#include "widgets/forms/StartRow.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "widgets/forms/FlowLayout.h"
#include "widgets/forms/FormStyle.h"
#include "widgets/session/Theme.h"

namespace uada {

StartRow::StartRow(const Theme& theme, QWidget* parent) : QWidget(parent) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(2 * kGrid, kGrid, 2 * kGrid, kGrid);
  layout->setSpacing(kGrid / 2);
  auto* buttons = new QWidget(this);
  row_ = new FlowLayout(buttons, kGrid);
  row_->addWidget(new QLabel(tr("Start from"), buttons));
  layout->addWidget(buttons);
  note_ = quietLabel({}, theme, this);
  note_->setObjectName("start_note");
  note_->hide();
  layout->addWidget(note_);
}

QPushButton* StartRow::add(const char* name, const QString& title, const QString& help,
                           std::function<void()> start) {
  auto* button = new QPushButton(title, this);
  button->setObjectName(name);
  button->setToolTip(help);
  button->setAccessibleName(tr("Start from: %1").arg(title));
  button->setAccessibleDescription(help);
  button->setAutoDefault(false);
  row_->addWidget(button);
  if (last_) {
    row_->removeWidget(last_);
    row_->addWidget(last_);
    setTabOrder(button, last_);
  }
  connect(button, &QPushButton::clicked, this, std::move(start));
  return button;
}

void StartRow::say(const QString& text) {
  note_->setText(text);
  note_->setVisible(!text.isEmpty());
}

}  // namespace uada
