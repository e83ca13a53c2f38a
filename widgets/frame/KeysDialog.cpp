#include "widgets/frame/KeysDialog.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <map>

#include "widgets/session/Theme.h"

namespace uada {

KeysDialog::KeysDialog(Actions& actions, QWidget* parent)
    : QDialog(parent),
      actions_(actions),
      filter_(new QLineEdit),
      tree_(new QTreeWidget),
      key_(new QKeySequenceEdit),
      set_(new QPushButton(tr("Change"))),
      none_(new QPushButton(tr("No key"))),
      problem_(new QLabel) {
  setObjectName("keys");
  setWindowTitle(tr("Keys"));
  auto* layout = new QVBoxLayout(this);
  layout->setSpacing(kGrid);
  makeTree();
  layout->addWidget(filter_);
  layout->addWidget(tree_, 1);
  layout->addLayout(makeKeyRow());
  problem_->setObjectName("problem");
  problem_->setWordWrap(true);
  problem_->hide();
  layout->addWidget(problem_);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
  auto* reset = buttons->addButton(tr("Reset all"), QDialogButtonBox::ResetRole);
  reset->setAutoDefault(false);
  connect(reset, &QPushButton::clicked, &actions_, &Actions::resetKeys);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  layout->addWidget(buttons);
  connect(filter_, &QLineEdit::textChanged, this, &KeysDialog::filter);
  connect(tree_, &QTreeWidget::currentItemChanged, this, &KeysDialog::choose);
  connect(set_, &QPushButton::clicked, this, [this] { change(key_->keySequence()); });
  connect(none_, &QPushButton::clicked, this, [this] { change({}); });
  connect(&actions_, &Actions::keysChanged, this, &KeysDialog::fill);
  fill();
  choose();
  const QSize screen = parent ? parent->size() : QSize(1440, 900);
  resize(QSize(70 * kGrid, 75 * kGrid).boundedTo(screen - QSize(4 * kGrid, 4 * kGrid)));
}

void KeysDialog::makeTree() {
  filter_->setPlaceholderText(tr("Find an action or a key"));
  filter_->setAccessibleName(tr("Find an action or a key"));
  filter_->setClearButtonEnabled(true);
  tree_->setObjectName("actions");
  tree_->setAccessibleName(tr("Actions and their keys"));
  tree_->setHeaderLabels({tr("Action"), tr("Key")});
  tree_->header()->setStretchLastSection(false);
  tree_->header()->setSectionResizeMode(0, QHeaderView::Stretch);
  tree_->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
  tree_->setRootIsDecorated(false);
}

QLayout* KeysDialog::makeKeyRow() {
  auto* row = new QHBoxLayout;
  key_->setObjectName("key");
  key_->setAccessibleName(tr("New key"));
  key_->setToolTip(tr("Click here and press the new key"));
  for (QPushButton* button : {set_, none_}) button->setAutoDefault(false);
  set_->setObjectName("change");
  row->addWidget(new QLabel(tr("New key")));
  row->addWidget(key_, 1);
  row->addWidget(set_);
  row->addWidget(none_);
  return row;
}

void KeysDialog::fill() {
  const QString before = chosen();
  tree_->clear();
  std::map<QString, QTreeWidgetItem*> groups;
  QFont bold = font();
  bold.setWeight(QFont::DemiBold);
  const auto groupOf = [&](const QString& title) {
    QTreeWidgetItem*& group = groups[title];
    if (group) return group;
    group = new QTreeWidgetItem(tree_, {title});
    group->setFont(0, bold);
    group->setFlags(Qt::ItemIsEnabled);
    group->setExpanded(true);
    return group;
  };
  for (const ActionEntry& entry : actions_.all()) {
    if (!entry.action) continue;
    auto* item = new QTreeWidgetItem(groupOf(entry.group), {entry.text(), entry.keyText()});
    item->setData(0, Qt::UserRole, entry.name);
    if (actions_.hasOwnKeys(entry.name)) item->setFont(1, bold);
    if (entry.name == before) tree_->setCurrentItem(item);
  }
  for (const auto& [key, what] : localKeys()) new QTreeWidgetItem(groupOf(tr("Always")), {what, key});
  filter();
}

void KeysDialog::filter() {
  const QString typed = filter_->text().trimmed();
  for (int g = 0; g < tree_->topLevelItemCount(); ++g) {
    QTreeWidgetItem* group = tree_->topLevelItem(g);
    bool any = false;
    for (int i = 0; i < group->childCount(); ++i) {
      QTreeWidgetItem* item = group->child(i);
      const bool fits = item->text(0).contains(typed, Qt::CaseInsensitive) ||
                        item->text(1).contains(typed, Qt::CaseInsensitive) ||
                        group->text(0).contains(typed, Qt::CaseInsensitive);
      item->setHidden(!fits);
      any = any || fits;
    }
    group->setHidden(!any);
  }
}

QString KeysDialog::chosen() const {
  return tree_->currentItem() ? tree_->currentItem()->data(0, Qt::UserRole).toString() : QString();
}

void KeysDialog::choose() {
  const ActionEntry* entry = actions_.find(chosen());
  for (QWidget* control : std::initializer_list<QWidget*>{key_, set_, none_}) control->setEnabled(entry);
  const QList<QKeySequence> keys = entry ? entry->shortcuts() : QList<QKeySequence>();
  key_->setKeySequence(keys.isEmpty() ? QKeySequence() : keys.front());
  problem_->hide();
}

void KeysDialog::change(const QKeySequence& key) {
  const QString why = actions_.bind(chosen(), key);
  problem_->setText(why);
  problem_->setVisible(!why.isEmpty());
}

}  // namespace uada
