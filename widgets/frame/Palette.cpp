#include "widgets/frame/Palette.h"

#include <QAction>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/session/Theme.h"

namespace uada {

namespace {

enum Role { name = Qt::UserRole, group, key, why };

/// Text, its group after it, and the key at the right; the reason in the place of the group.
class RowDelegate : public QStyledItemDelegate {
 public:
  RowDelegate(const Theme& theme, QObject* parent) : QStyledItemDelegate(parent), theme_(theme) {}

  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    return {QStyledItemDelegate::sizeHint(option, index).width(), 4 * kGrid};
  }

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    const QString reason = index.data(why).toString();
    const bool can = reason.isEmpty();
    painter->save();
    if (option.state & QStyle::State_Selected) painter->fillRect(option.rect, theme_.colour("hover"));
    QRect room = option.rect.adjusted(kGrid, 0, -kGrid, 0);
    const QString keys = index.data(key).toString();
    painter->setPen(theme_.colour("muted"));
    painter->drawText(room, Qt::AlignRight | Qt::AlignVCenter, keys);
    room.adjust(0, 0, keys.isEmpty() ? 0 : -option.fontMetrics.horizontalAdvance(keys) - 2 * kGrid, 0);
    painter->setPen(theme_.colour(can ? "text" : "muted"));
    const QString text = index.data(Qt::DisplayRole).toString();
    painter->drawText(room, Qt::AlignLeft | Qt::AlignVCenter, text);
    room.adjust(option.fontMetrics.horizontalAdvance(text) + 2 * kGrid, 0, 0, 0);
    const QString after = index.data(group).toString() + (can ? QString() : ": " + reason);
    painter->setPen(theme_.colour("muted"));
    if (room.width() > 4 * kGrid)
      painter->drawText(room, Qt::AlignLeft | Qt::AlignVCenter,
                        option.fontMetrics.elidedText(after, Qt::ElideRight, room.width()));
    painter->restore();
  }

 private:
  const Theme& theme_;
};

}  // namespace

int fit(const QString& typed, const QString& text) {
  int score = 1, at = 0;
  bool wasFound = false;
  for (const QChar wanted : typed.toLower()) {
    if (wanted.isSpace()) {
      wasFound = false;
      continue;
    }
    int best = -1;
    for (int i = at; i < text.size(); ++i) {
      if (text[i].toLower() != wanted) continue;
      const bool isBeginning = i == 0 || !text[i - 1].isLetterOrNumber();
      if (best < 0) best = i;
      if (isBeginning || (wasFound && i == at)) {
        best = i;
        score += 4;
        break;
      }
    }
    if (best < 0) return 0;
    score += wasFound && best == at ? 6 : 1;
    at = best + 1;
    wasFound = true;
  }
  // Among equals the short text, and one that begins with what was typed.
  if (!typed.isEmpty() && text.startsWith(typed, Qt::CaseInsensitive)) score += 40;
  if (!typed.isEmpty() && text.contains(typed, Qt::CaseInsensitive)) score += 40;
  return 1000 * score / (100 + static_cast<int>(text.size()));
}

Palette::Palette(const Actions& actions, const Theme& theme, QWidget* window)
    : QDialog(window),
      entries_(actions.all()),
      theme_(theme),
      typed_(new QLineEdit),
      list_(new QListWidget),
      why_(new QLabel) {
  setObjectName("palette");
  setWindowTitle(tr("Do by name"));
  auto* layout = new QVBoxLayout(this);
  layout->setSpacing(kGrid);
  typed_->setObjectName("typed");
  typed_->setPlaceholderText(tr("Type what you want to do"));
  typed_->setAccessibleName(tr("Name of the action"));
  typed_->setClearButtonEnabled(true);
  typed_->installEventFilter(this);
  list_->setObjectName("found");
  list_->setAccessibleName(tr("Actions"));
  list_->setItemDelegate(new RowDelegate(theme_, list_));
  list_->setUniformItemSizes(true);
  list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  why_->setObjectName("muted");
  why_->setWordWrap(true);
  layout->addWidget(typed_);
  layout->addWidget(list_, 1);
  layout->addWidget(why_);
  connect(typed_, &QLineEdit::textChanged, this, &Palette::filter);
  connect(list_, &QListWidget::currentRowChanged, this, &Palette::explain);
  connect(list_, &QListWidget::itemClicked, this, [this] { run(true); });
  resize(std::min(76 * kGrid, window ? window->width() - 4 * kGrid : 76 * kGrid),
         std::min(56 * kGrid, window ? window->height() - 4 * kGrid : 56 * kGrid));
  filter({});
}

QStringList Palette::shown() const {
  QStringList names;
  for (int i = 0; i < list_->count(); ++i) names << list_->item(i)->data(name).toString();
  return names;
}

void Palette::filter(const QString& typed) {
  struct Found {
    int score;
    const ActionEntry* entry;
  };
  std::vector<Found> found;
  for (const ActionEntry& entry : entries_) {
    if (!entry.action) continue;
    const int inText = fit(typed, entry.text()), withGroup = fit(typed, entry.group + ' ' + entry.text());
    // What the menus have comes before a panel's button of that name.
    const int usual = typed.isEmpty() || entry.button ? 0 : std::max(inText, withGroup);
    if (const int score = std::max(inText, withGroup)) found.push_back({score + usual, &entry});
  }
  if (!typed.isEmpty()) std::ranges::stable_sort(found, std::greater(), &Found::score);
  list_->clear();
  for (const Found& each : found) {
    auto* item = new QListWidgetItem(each.entry->text(), list_);
    item->setData(name, each.entry->name);
    item->setData(group, each.entry->group);
    item->setData(key, each.entry->keyText());
    item->setData(why, each.entry->whyNot());
    item->setData(
        Qt::AccessibleTextRole,
        QStringList{each.entry->text(), each.entry->group, each.entry->keyText(), each.entry->whyNot()}.join(
            ", "));
  }
  list_->setCurrentRow(found.empty() ? -1 : 0);
  explain();
}

void Palette::explain() {
  const QListWidgetItem* item = list_->currentItem();
  if (!item) return why_->setText(tr("Nothing is called that"));
  const QString reason = item->data(why).toString();
  const auto entry = std::ranges::find(entries_, item->data(name).toString(), &ActionEntry::name);
  const QString help = entry->action ? entry->action->toolTip() : QString();
  why_->setText(reason.isEmpty() ? help : tr("Not now: %1").arg(reason));
}

void Palette::run(bool mayTrain) {
  const QListWidgetItem* item = list_->currentItem();
  if (!item) return;
  const auto entry = std::ranges::find(entries_, item->data(name).toString(), &ActionEntry::name);
  if (!entry->isEnabled()) return explain();
  if (entry->startsTraining && !mayTrain)
    return why_->setText(tr("This starts training: press Ctrl+Return, or click it"));
  accept();
  QTimer::singleShot(0, entry->action, &QAction::trigger);  // when the dialogue is gone
}

bool Palette::eventFilter(QObject* watched, QEvent* event) {
  if (watched == typed_ && event->type() == QEvent::KeyPress) {
    auto* keyEvent = static_cast<QKeyEvent*>(event);
    switch (keyEvent->key()) {
      case Qt::Key_Up:
      case Qt::Key_Down:
      case Qt::Key_PageUp:
      case Qt::Key_PageDown: {
        const int by = (keyEvent->key() == Qt::Key_PageUp || keyEvent->key() == Qt::Key_PageDown ? 10 : 1) *
                       (keyEvent->key() == Qt::Key_Up || keyEvent->key() == Qt::Key_PageUp ? -1 : 1);
        list_->setCurrentRow(std::clamp(list_->currentRow() + by, 0, std::max(0, list_->count() - 1)));
        return true;
      }
      case Qt::Key_Return:
      case Qt::Key_Enter:
        run((keyEvent->modifiers() & ~Qt::KeypadModifier) == Qt::ControlModifier);
        return true;
      default: break;
    }
  }
  return QDialog::eventFilter(watched, event);
}

}  // namespace uada
