#include "widgets/panels/CursorBar.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>
#include <QStyleOptionSlider>
#include <QToolButton>
#include <algorithm>

#include "core/base/Text.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

/// A click beside the handle brings it there.
class JumpSlider : public QSlider {
 public:
  using QSlider::QSlider;

 protected:
  void mousePressEvent(QMouseEvent* event) override {
    QStyleOptionSlider option;
    initStyleOption(&option);
    const QRect handle = style()->subControlRect(QStyle::CC_Slider, &option, QStyle::SC_SliderHandle, this);
    if (event->button() == Qt::LeftButton && !handle.contains(event->pos()))
      setValue(QStyle::sliderValueFromPosition(minimum(), maximum(), event->pos().x() - handle.width() / 2,
                                               width() - handle.width()));
    QSlider::mousePressEvent(event);
  }
};

}  // namespace

CursorBar::CursorBar(const Workbench& workbench, QWidget* parent)
    : QFrame(parent),
      workbench_(workbench),
      slider_(new JumpSlider(Qt::Horizontal)),
      step_(new QSpinBox),
      label_(new QLabel),
      follow_(new QCheckBox(tr("Follow live"))) {
  setObjectName("cursorBar");
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid / 2);
  layout->setSpacing(kGrid / 2);
  QToolButton* first = button("first", tr("First step"));
  QToolButton* back = button("previous", tr("One report back (Left; with Shift one epoch)"));
  QToolButton* forth = button("next", tr("One report on (Right; with Shift one epoch)"));
  QToolButton* last = button("last", tr("Last step"));
  slider_->setObjectName("cursor");
  slider_->setFocusPolicy(Qt::TabFocus);
  slider_->setAccessibleName(tr("Step cursor"));
  step_->setObjectName("cursor_step");
  step_->setAccessibleName(tr("Step"));
  step_->setToolTip(tr("The step that all views show; type another one"));
  step_->setPrefix(tr("step "));
  step_->setGroupSeparatorShown(true);
  step_->setButtonSymbols(QAbstractSpinBox::NoButtons);
  step_->setKeyboardTracking(false);
  step_->setMinimumWidth(fontMetrics().horizontalAdvance("step 0,000,000") + 2 * kGrid);
  label_->setMinimumWidth(fontMetrics().horizontalAdvance("of 0,000,000"));
  follow_->setObjectName("followLive");
  follow_->setToolTip(tr("Keep the cursor at the newest step"));
  for (QWidget* widget :
       std::initializer_list<QWidget*>{first, back, slider_, forth, last, step_, label_, follow_}) {
    layout->addWidget(widget, widget == slider_ ? 1 : 0);
  }
  layout->insertSpacing(layout->indexOf(follow_), 2 * kGrid);
  Session& session = workbench.session;
  connect(first, &QToolButton::clicked, this, [&session] { session.selection().setCursor(1); });
  connect(back, &QToolButton::clicked, this, &CursorBar::previousReport);
  connect(forth, &QToolButton::clicked, this, &CursorBar::nextReport);
  connect(last, &QToolButton::clicked, this,
          [&session] { session.selection().setCursor(session.selection().lastStep()); });
  connect(slider_, &QSlider::valueChanged, this,
          [&session](int value) { session.selection().setCursor(value); });
  connect(step_, &QSpinBox::valueChanged, this,
          [&session](int value) { session.selection().setCursor(value); });
  connect(follow_, &QCheckBox::toggled, &session.selection(), &Selection::setFollowsLive);
  for (const auto signal : {&Session::projectChanged, &Session::runsChanged}) {
    connect(&session, signal, this, &CursorBar::update);
  }
  connect(&session.selection(), &Selection::cursorChanged, this, &CursorBar::update);
  update();
}

QToolButton* CursorBar::button(const QString& icon, const QString& help) {
  auto* made = new QToolButton;
  made->setAutoRaise(true);
  made->setFocusPolicy(Qt::TabFocus);
  made->setIcon(workbench_.theme.icon(icon));
  made->setToolTip(help);
  return made;
}

void CursorBar::update() {
  Session& session = workbench_.session;
  const qint64 last = session.selection().lastStep();
  const QSignalBlocker quiet(slider_), still(follow_), calm(step_);
  slider_->setRange(last > 0 ? 1 : 0, static_cast<int>(last));
  slider_->setPageStep(std::max<int>(1, static_cast<int>(last / 20)));
  slider_->setValue(static_cast<int>(session.selection().cursor()));
  step_->setRange(last > 0 ? 1 : 0, static_cast<int>(last));
  step_->setValue(static_cast<int>(session.selection().cursor()));
  step_->setVisible(last > 0);
  follow_->setChecked(session.selection().followsLive());
  setEnabled(last > 0);
  label_->setText(last > 0 ? tr("of %1").arg(QString::fromStdString(groupedText(last))) : tr("no steps yet"));
}

void CursorBar::move(int reports) {
  Session& session = workbench_.session;
  const Pyramid& steps = session.histories().of(session.selection().run()).loss;
  const qint64 now = session.selection().cursor();
  const qint64 wanted = reports < 0 ? steps.before(now) : steps.after(now);
  if (wanted != now) session.selection().setCursor(wanted);
}

void CursorBar::moveEpoch(int direction) {
  Session& session = workbench_.session;
  const auto& epochs = session.histories().epochsOf(session.selection().run());
  const qint64 now = session.selection().cursor();
  if (direction < 0) {
    for (auto it = epochs.rbegin(); it != epochs.rend(); ++it) {
      if (it->step < now) return session.selection().setCursor(it->step);
    }
    session.selection().setCursor(1);
  } else {
    for (const EpochReport& epoch : epochs) {
      if (epoch.step > now) return session.selection().setCursor(epoch.step);
    }
    session.selection().setCursor(session.selection().lastStep());
  }
}

}  // namespace uada
