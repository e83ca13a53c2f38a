#include <QScrollArea>
#include <QSplitter>
#include <algorithm>

#include "widgets/panels/live/LiveCosts.h"
#include "widgets/panels/live/LivePanel.h"
#include "widgets/plot/CostBars.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

// How the Live view is shared between curves and costs.
namespace uada {

QWidget* LivePanel::makeParts() {
  auto* costs = new QScrollArea;
  costs->setObjectName("costs");
  costs->setFrameShape(QFrame::NoFrame);
  costs->setWidgetResizable(true);
  costs->setWidget(cost_ = new CostBars(workbench_.theme));
  costs->setMinimumHeight(3 * kRowHeight);
  parts_ = new QSplitter(Qt::Vertical);
  parts_->addWidget(makeCurves());
  parts_->addWidget(costs);
  parts_->setStretchFactor(0, 1);
  parts_->setChildrenCollapsible(false);
  connect(parts_, &QSplitter::splitterMoved, this, [this] { isPartsMoved_ = true; });
  return parts_;
}

/// As high as their rows need, at most a third of the view; until somebody moves the border.
void LivePanel::showCosts() {
  cost_->show(liveCosts(workbench_.session, lines_));
  if (isPartsMoved_) return;
  const int all = parts_->height();
  const int wanted = std::max(3 * kRowHeight, std::min(cost_->sizeHint().height(), all / 3));
  if (parts_->sizes().back() != wanted) parts_->setSizes({all - wanted, wanted});
}

}  // namespace uada
