#include "widgets/panels/runs/UndoBar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <utility>

#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"
#include "widgets/session/Workbench.h"

namespace uada {

static constexpr int kShownMs = 15'000;

UndoBar::UndoBar(const Workbench& workbench, QWidget* parent) : QFrame(parent), text_(new QLabel) {
  setObjectName("undoBar");
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(kGrid, kGrid / 2, kGrid / 2, kGrid / 2);
  layout->setSpacing(kGrid / 2);
  text_->setTextFormat(Qt::PlainText);
  text_->setWordWrap(true);
  auto* undo = new QPushButton(tr("Undo"));
  undo->setObjectName("undo");
  undo->setToolTip(tr("Take it back (Ctrl+Z)"));
  auto* close = new QToolButton;
  close->setAutoRaise(true);
  close->setIcon(workbench.theme.icon("close"));
  close->setToolTip(tr("Close this message"));
  layout->addWidget(text_, 1);
  layout->addWidget(undo);
  layout->addWidget(close);
  away_.setSingleShot(true);
  away_.setInterval(kShownMs);
  connect(&away_, &QTimer::timeout, this, &QWidget::hide);
  connect(close, &QToolButton::clicked, this, &QWidget::hide);
  connect(undo, &QPushButton::clicked, this, [this] {
    hide();
    if (const auto undo = std::exchange(undo_, nullptr)) undo();
  });
  connect(&workbench.session, &Session::undoOffered, this, &UndoBar::offer);
  connect(&workbench.session.edits(), &Edits::changed, this, &QWidget::hide);  // it may be undone
  connect(&workbench.session, &Session::projectChanged, this, [this] {
    hide();
    undo_ = nullptr;
  });
  hide();
}

void UndoBar::offer(const QString& what, const std::function<void()>& undo) {
  undo_ = undo;
  text_->setText(what);
  show();
  away_.start();
}

}  // namespace uada
