#include "widgets/panels/runs/RunsView.h"

#include <QHeaderView>
#include <QMouseEvent>
#include <algorithm>

#include "widgets/panels/runs/RunsModel.h"
#include "widgets/session/Theme.h"

namespace uada {

RunsView::RunsView(QWidget* parent) : QTreeView(parent) {
  setUniformRowHeights(true);
  setSelectionBehavior(SelectRows);
  setSelectionMode(ExtendedSelection);
  setEditTriggers(EditKeyPressed);
  setTextElideMode(Qt::ElideMiddle);
  setTreePosition(RunsModel::title);
  setIndentation(2 * kGrid);
  setExpandsOnDoubleClick(true);
  setMinimumWidth(28 * kGrid);
  QHeaderView& head = *header();
  head.setStretchLastSection(false);
  head.setMinimumSectionSize(3 * kGrid);
  head.setResizeContentsPrecision(0);  // what is seen: a list may have thousands of rows
  head.setSectionResizeMode(QHeaderView::ResizeToContents);
  head.setSectionsMovable(true);
  head.setFirstSectionMovable(false);
  head.setSectionsClickable(true);
  head.setSortIndicatorClearable(true);
  connect(&head, &QHeaderView::sectionResized, this, [this](int section) {
    if (section != RunsModel::title) fitName();
  });
}

void RunsView::fitName() {
  if (!model() || header()->count() <= RunsModel::title) return;
  const int others = header()->length() - header()->sectionSize(RunsModel::title);
  const int room = viewport()->width() - others;
  const int least = std::clamp(viewport()->width() / 4, 5 * kGrid, 18 * kGrid);
  const auto mode = room >= least ? QHeaderView::Stretch : QHeaderView::Interactive;
  if (header()->sectionResizeMode(RunsModel::title) != mode)
    header()->setSectionResizeMode(RunsModel::title, mode);
  if (mode == QHeaderView::Interactive) header()->resizeSection(RunsModel::title, least);
}

void RunsView::refreshCells() {
  scheduleDelayedItemsLayout();  // for the columns' widths
  viewport()->update();
}

bool RunsView::isOnSquare(const QMouseEvent& event) const {
  return event.button() == Qt::LeftButton &&
         indexAt(event.position().toPoint()).column() == RunsModel::square;
}

void RunsView::mousePressEvent(QMouseEvent* event) {
  if (isOnSquare(*event)) return Q_EMIT squareClicked(indexAt(event->position().toPoint()));
  QTreeView::mousePressEvent(event);
}

void RunsView::mouseReleaseEvent(QMouseEvent* event) {
  if (!isOnSquare(*event)) QTreeView::mouseReleaseEvent(event);
}

void RunsView::mouseDoubleClickEvent(QMouseEvent* event) {
  if (isOnSquare(*event)) return Q_EMIT squareClicked(indexAt(event->position().toPoint()));
  QTreeView::mouseDoubleClickEvent(event);
}

void RunsView::resizeEvent(QResizeEvent* event) {
  QTreeView::resizeEvent(event);
  fitName();
}

}  // namespace uada
