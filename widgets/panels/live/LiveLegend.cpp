#include "widgets/panels/live/LiveLegend.h"

#include <QEvent>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QPixmap>
#include <QSignalBlocker>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "widgets/models/ContextMenu.h"
#include "widgets/panels/runs/RunNames.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

enum Column { name, first, second, columns };
constexpr int kKeyRole = Qt::UserRole, kColourRole = Qt::UserRole + 1;

QPixmap swatch(const QColor& colour) {
  QPixmap picture(32, 32);
  picture.setDevicePixelRatio(2);
  picture.fill(Qt::transparent);
  QPainter(&picture).fillRect(QRectF(1, 6, 14, 4), colour);
  return picture;
}

/// Keeps the seed of a name that is too long.
class NameDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

 protected:
  void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
    QStyledItemDelegate::initStyleOption(option, index);
    if (option->text.contains(QStringLiteral(" · ")))
      option->text = fittedName(option->text, 0, option->fontMetrics, textWidth(*option));
  }
};

QString keyOf(const QTreeWidgetItem& item) { return item.data(name, kKeyRole).toString(); }

}  // namespace

LiveLegend::LiveLegend(QWidget* parent) : QWidget(parent) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, kGrid / 2, 0, 0);
  layout->setSpacing(kGrid / 2);
  for (QLabel** label : {&common_, &head_}) {
    *label = new QLabel;
    (*label)->setWordWrap(true);
    (*label)->setContentsMargins(kGrid, 0, kGrid, 0);
    layout->addWidget(*label);
  }
  common_->setObjectName("muted");
  head_->setObjectName("legendHead");
  list_ = new QTreeWidget;
  list_->setObjectName("legend");
  list_->setAccessibleName(tr("Legend"));
  setMinimumWidth(18 * kGrid);
  list_->setColumnCount(columns);
  list_->setRootIsDecorated(false);
  list_->setIndentation(0);
  list_->setUniformRowHeights(true);
  list_->setFrameShape(QFrame::NoFrame);
  list_->setSelectionMode(QAbstractItemView::NoSelection);
  list_->setMouseTracking(true);
  list_->setItemDelegateForColumn(name, new NameDelegate(list_));
  list_->viewport()->installEventFilter(this);
  QHeaderView* header = list_->header();
  header->setStretchLastSection(false);
  header->setSectionsMovable(false);
  header->setSectionResizeMode(QHeaderView::ResizeToContents);
  header->setSectionResizeMode(name, QHeaderView::Stretch);
  layout->addWidget(list_, 1);
  connect(list_, &QTreeWidget::itemChanged, this, [this](QTreeWidgetItem* item, int column) {
    if (column == name && !keyOf(*item).isEmpty())
      Q_EMIT toggled({keyOf(*item)}, item->checkState(name) == Qt::Checked);
  });
  connect(list_, &QTreeWidget::itemEntered, this, [this](QTreeWidgetItem* item) {
    if (pinned_.isEmpty() && !keyOf(*item).isEmpty()) Q_EMIT pointed(keyOf(*item));
  });
  connect(list_, &QTreeWidget::itemClicked, this, [this](QTreeWidgetItem* item, int) {
    if (keyOf(*item).isEmpty()) return;
    pinned_ = pinned_ == keyOf(*item) ? QString() : keyOf(*item);
    Q_EMIT pointed(keyOf(*item));
  });
  new ContextMenu(list_, [this](QMenu& menu, std::optional<QPoint> at) {
    fillMenu(menu, at ? list_->itemAt(*at) : list_->currentItem());
  });
}

/// The names come first.
void LiveLegend::hideWhatIsNarrow() { list_->setColumnHidden(second, !hasSecond_ || width() < 28 * kGrid); }

void LiveLegend::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  hideWhatIsNarrow();
}

QSize LiveLegend::sizeHint() const { return {34 * kGrid, 30 * kGrid}; }

void LiveLegend::fill(QTreeWidgetItem& item, const Row& row) {
  item.setFirstColumnSpanned(false);
  item.setFlags(Qt::ItemIsEnabled | Qt::ItemIsUserCheckable);
  item.setText(name, row.name);
  item.setText(first, row.first);
  item.setText(second, row.second);
  item.setToolTip(name, row.help);
  item.setData(name, kKeyRole, row.key);
  if (item.data(name, kColourRole).value<QColor>() != row.colour) {
    item.setIcon(name, swatch(row.colour));
    item.setData(name, kColourRole, row.colour);
  }
  item.setCheckState(name, row.isShown ? Qt::Checked : Qt::Unchecked);
  for (const Column column : {first, second})
    item.setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
}

void LiveLegend::fillSection(QTreeWidgetItem& item, const QString& section) {
  item.setData(name, Qt::CheckStateRole, {});
  item.setData(name, kKeyRole, {});
  item.setData(name, kColourRole, {});
  item.setIcon(name, {});
  item.setText(name, section);
  item.setToolTip(name, section);
  item.setText(first, {});
  item.setText(second, {});
  item.setFlags(Qt::ItemIsEnabled);
  item.setFirstColumnSpanned(true);
}

void LiveLegend::show(const Content& content) {
  const QSignalBlocker quiet(list_);
  common_->setText(content.common);
  common_->setVisible(!content.common.isEmpty());
  head_->setText(content.head);
  list_->setHeaderLabels({tr("Curve"), content.first, content.second});
  for (const Column column : {first, second})
    list_->headerItem()->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
  hasSecond_ = !content.second.isEmpty();
  hideWhatIsNarrow();
  int count = 0;
  const auto next = [&] {
    if (count == list_->topLevelItemCount()) new QTreeWidgetItem(list_);
    return list_->topLevelItem(count++);
  };
  bool isPinnedThere = false;
  QString section;
  for (const Row& row : content.rows) {
    if (row.section != section) fillSection(*next(), row.section);
    section = row.section;
    fill(*next(), row);
    isPinnedThere = isPinnedThere || row.key == pinned_;
  }
  while (list_->topLevelItemCount() > count) delete list_->takeTopLevelItem(count);
  if (!isPinnedThere) pinned_.clear();
}

bool LiveLegend::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::Leave) Q_EMIT pointed(pinned_);
  return QWidget::eventFilter(watched, event);
}

/// only  its curve alone; "": all
void LiveLegend::tick(const QString& only) {
  QStringList shown, hidden;
  for (int i = 0; i < list_->topLevelItemCount(); ++i) {
    const QString key = keyOf(*list_->topLevelItem(i));
    if (!key.isEmpty()) (only.isEmpty() || key == only ? shown : hidden) << key;
  }
  Q_EMIT toggled(shown, true);
  if (!hidden.isEmpty()) Q_EMIT toggled(hidden, false);
}

void LiveLegend::fillMenu(QMenu& menu, const QTreeWidgetItem* item) {
  if (item && !keyOf(*item).isEmpty())
    menu.addAction(tr("Only this curve"), this, [this, key = keyOf(*item)] { tick(key); });
  menu.addAction(tr("All curves"), this, [this] { tick({}); });
}

}  // namespace uada
