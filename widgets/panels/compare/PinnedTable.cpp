#include "widgets/panels/compare/PinnedTable.h"

#include <QHeaderView>
#include <QScrollBar>

#include "widgets/session/Theme.h"

namespace uada {

PinnedTable::PinnedTable(QWidget* parent) : QTableView(parent), pinned_(new QTableView(this)) {
  pinned_->setObjectName("pinned");
  pinned_->setFocusPolicy(Qt::NoFocus);
  pinned_->setFrameShape(QFrame::NoFrame);
  pinned_->setShowGrid(false);
  pinned_->setAlternatingRowColors(true);
  pinned_->setSelectionBehavior(QAbstractItemView::SelectRows);
  pinned_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  pinned_->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  pinned_->verticalHeader()->hide();
  pinned_->verticalHeader()->setDefaultSectionSize(kRowHeight);
  pinned_->horizontalHeader()->setHighlightSections(false);
  for (QTableView* view : {pinned_, static_cast<QTableView*>(this)})
    view->setTextElideMode(Qt::ElideLeft);  // of a name the recipe, which other columns tell
  setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  connect(pinned_->verticalScrollBar(), &QScrollBar::valueChanged, verticalScrollBar(),
          &QScrollBar::setValue);
  connect(verticalScrollBar(), &QScrollBar::valueChanged, pinned_->verticalScrollBar(),
          &QScrollBar::setValue);
  connect(horizontalHeader(), &QHeaderView::sectionResized, this, &PinnedTable::pin);
  connect(pinned_->horizontalHeader(), &QHeaderView::sectionResized, this,
          [this](int column, int, int width) {
            if (column == 0 && width > 0 && columnWidth(0) != width) setColumnWidth(0, width);
          });
  connect(pinned_, &QTableView::doubleClicked, this, &QTableView::doubleClicked);
  connect(pinned_->horizontalHeader(), &QHeaderView::sortIndicatorChanged, this,
          [this](int column, Qt::SortOrder order) {
            if (column == 0) sortByColumn(0, order);
          });
}

void PinnedTable::setModel(QAbstractItemModel* model) {
  QTableView::setModel(model);
  pinned_->setModel(model);
  pinned_->setSelectionModel(selectionModel());
  pinned_->setItemDelegate(itemDelegate());
  pinned_->horizontalHeader()->setSectionsClickable(true);
  pinned_->horizontalHeader()->setSortIndicatorShown(true);
  pinned_->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
}

void PinnedTable::pin() {
  if (!model()) return;
  for (int column = 0; column < model()->columnCount(); ++column)
    pinned_->setColumnHidden(column, column > 0);
  pinned_->setColumnWidth(0, columnWidth(0));
  place();
}

void PinnedTable::place() {
  const int width = std::min(columnWidth(0), viewport()->width());
  pinned_->setGeometry(frameWidth(), frameWidth(), width,
                       viewport()->height() + horizontalHeader()->height());
  pinned_->raise();
}

void PinnedTable::resizeEvent(QResizeEvent* event) {
  QTableView::resizeEvent(event);
  place();
}

}  // namespace uada
