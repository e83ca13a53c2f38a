#include "widgets/panels/tables/NameList.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QListWidget>
#include <QToolButton>
#include <algorithm>

#include "widgets/models/Words.h"
#include "widgets/session/Theme.h"

namespace uada {

NameList::NameList(const QString& object, const QString& title, const QString& help, QWidget* parent)
    : QWidget(parent), list_(new QListWidget(this)), more_(new QComboBox(this)) {
  setObjectName(object);
  auto* label = new QLabel(title, this);
  label->setBuddy(list_);
  label->setToolTip(help);
  list_->setObjectName(object + "_list");
  list_->setAccessibleName(title);
  list_->setToolTip(help);
  list_->setMinimumHeight(3 * kRowHeight);
  list_->installEventFilter(this);
  list_->setDragDropMode(QAbstractItemView::InternalMove);
  more_->setObjectName(object + "_more");
  more_->setAccessibleName(tr("Add to: %1").arg(title));
  more_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  more_->setMinimumContentsLength(12);
  up_ = addButton(object + "_up", tr("↑"), tr("Move up (Ctrl+Up)"));
  down_ = addButton(object + "_down", tr("↓"), tr("Move down (Ctrl+Down)"));
  remove_ = addButton(object + "_remove", tr("Remove"), tr("Take it out of the table (Delete)"));
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(kGrid / 2);
  for (QToolButton* button : {up_, down_, remove_}) buttons->addWidget(button);
  buttons->addStretch();
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(kGrid / 2);
  column->addWidget(label);
  column->addWidget(more_);
  column->addWidget(list_, 1);
  column->addLayout(buttons);
  connect(more_, &QComboBox::activated, this, &NameList::add);
  connect(up_, &QToolButton::clicked, this, [this] { move(-1); });
  connect(down_, &QToolButton::clicked, this, [this] { move(1); });
  connect(remove_, &QToolButton::clicked, this, &NameList::remove);
  connect(list_, &QListWidget::currentRowChanged, this, &NameList::showButtons);
  connect(list_->model(), &QAbstractItemModel::rowsMoved, this, &NameList::changed);
  showButtons();
}

QToolButton* NameList::addButton(const QString& name, const QString& text, const QString& help) {
  auto* button = new QToolButton(this);
  button->setObjectName(name);
  button->setText(text);
  button->setAccessibleName(help);
  button->setToolTip(help);
  return button;
}

void NameList::offer(std::vector<Entry> entries, std::size_t usual) {
  entries_ = std::move(entries);
  const auto chosen = names();
  more_->clear();
  more_->addItem(tr("Add…"));
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (i == usual && i > 0) more_->insertSeparator(more_->count());
    more_->addItem(entries_[i].title, entries_[i].name);
    more_->setItemData(more_->count() - 1, entries_[i].help, Qt::ToolTipRole);
  }
  setNames(chosen);  // by their titles now
}

void NameList::setNames(const std::vector<std::string>& names) {
  list_->clear();
  for (const std::string& name : names) append(q(name));
  showButtons();
}

std::vector<std::string> NameList::names() const {
  std::vector<std::string> names;
  for (int row = 0; row < list_->count(); ++row)
    names.push_back(list_->item(row)->data(Qt::UserRole).toString().toStdString());
  return names;
}

void NameList::append(const QString& name) {
  const auto known = std::ranges::find(entries_, name, &Entry::name);
  auto* item = new QListWidgetItem(known == entries_.end() ? name : known->title, list_);
  item->setData(Qt::UserRole, name);
  if (known != entries_.end()) item->setToolTip(known->help);
}

/// What is there already is shown, and not added again.
void NameList::add(int index) {
  const QString name = more_->itemData(index).toString();
  more_->setCurrentIndex(0);
  if (name.isEmpty()) return;
  for (int row = 0; row < list_->count(); ++row)
    if (list_->item(row)->data(Qt::UserRole).toString() == name) return list_->setCurrentRow(row);
  append(name);
  list_->setCurrentRow(list_->count() - 1);
  Q_EMIT changed();
}

void NameList::move(int by) {
  const int row = list_->currentRow(), to = row + by;
  if (row < 0 || to < 0 || to >= list_->count()) return;
  list_->insertItem(to, list_->takeItem(row));
  list_->setCurrentRow(to);
  Q_EMIT changed();
}

void NameList::remove() {
  if (list_->currentRow() < 0) return;
  delete list_->takeItem(list_->currentRow());
  showButtons();
  Q_EMIT changed();
}

void NameList::showButtons() {
  const int row = list_->currentRow();
  up_->setEnabled(row > 0);
  down_->setEnabled(row >= 0 && row + 1 < list_->count());
  remove_->setEnabled(row >= 0);
}

bool NameList::eventFilter(QObject* watched, QEvent* event) {
  if (watched != list_ || event->type() != QEvent::KeyPress) return QWidget::eventFilter(watched, event);
  const auto* key = static_cast<QKeyEvent*>(event);
  const bool moves = key->modifiers() & Qt::ControlModifier;
  if (key->key() == Qt::Key_Delete)
    remove();
  else if (moves && key->key() == Qt::Key_Up)
    move(-1);
  else if (moves && key->key() == Qt::Key_Down)
    move(1);
  else
    return QWidget::eventFilter(watched, event);
  return true;
}

}  // namespace uada
