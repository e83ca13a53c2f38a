#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>
#include <utility>

#include "core/base/Error.h"
#include "widgets/panels/BannerFrame.h"
#include "widgets/panels/StartPage.h"
#include "widgets/session/RunActions.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

Banner::Banner(const Workbench& workbench, QWidget* parent)
    : QWidget(parent),
      title_(new QLabel),
      text_(new QLabel),
      resume_(new QPushButton(tr("Resume"))),
      halve_(new QPushButton(tr("Go on with half batches"))),
      again_(new QPushButton(tr("Edit and run again..."))),
      samples_(new QPushButton(tr("Show these samples"))),
      workbench_(workbench) {
  BannerFrame frame(*this);
  icon_ = frame.icon;
  frame_ = frame.frame;
  title_->setObjectName("bannerTitle");
  title_->setTextFormat(Qt::RichText);
  text_->setObjectName("bannerText");
  text_->setWordWrap(true);
  text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  frame.words->addWidget(title_);
  frame.words->addWidget(text_);
  frame.add({resume_, halve_, samples_, again_});
  QToolButton* const close = frame.addClose(workbench.theme);
  resume_->setToolTip(tr("Continue the run from its newest checkpoint"));
  again_->setToolTip(tr("A new run with the settings of this one, which you can change first"));
  again_->setObjectName("editFailed");
  samples_->setObjectName("unsoundSamples");
  samples_->setToolTip(tr("Their pictures, as the step showed them to the network"));
  samples_->hide();
  connect(samples_, &QPushButton::clicked, this, &Banner::showSamples);
  halve_->setObjectName("halve");
  halve_->setToolTip(
      tr("Try this step again with half as many images at a time. Their gradients are added up; batch\n"
         "normalisation has the statistics of each part."));
  halve_->hide();
  resume_->setObjectName("bannerResume");
  close->setObjectName("bannerClose");
  gone_.setSingleShot(true);
  connect(&gone_, &QTimer::timeout, this, &Banner::leave);
  dress(false);
  Session& session = workbench.session;
  connect(close, &QToolButton::clicked, this, [this] {
    showsFailure_ = false;  // or it would hide what comes next
    workbench_.session.dismissFailure();
    leave();
  });
  connect(resume_, &QPushButton::clicked, this, [this] {
    try {
      workbench_.session.resumeRun(workbench_.session.failed().run);
    } catch (const std::exception& error) {
      showProblem(QString::fromStdString(problemText(error)));
    }
  });
  connect(halve_, &QPushButton::clicked, this, [this] {
    if (TrainedRun* training = workbench_.session.training()) training->resumeHalved();
  });
  connect(again_, &QPushButton::clicked, this,
          [this] { workbench_.newRunLike(workbench_.session.failed().run); });
  for (const auto signal : {&Session::stateChanged, &Session::runsChanged, &Session::projectChanged})
    connect(&session, signal, this, &Banner::showState);
  connect(&session, &Session::problem, this, &Banner::showProblem);
  hide();
}

void Banner::showSamples() {
  const RunProgress& progress = workbench_.session.progress();
  workbench_.session.selection().select(progress.run);
  workbench_.showSamples({}, progress.pause.unsoundStep);
}

void Banner::showState() {
  const Session& session = workbench_.session;
  const RunProgress::Pause& pause = session.progress().pause;
  if (!pause.hasRemedy() && showsPause_) leave();  // it goes on
  showsPause_ = pause.hasRemedy();
  halve_->setVisible(pause.canHalve);
  samples_->setVisible(pause.unsoundStep > 0);
  if (showsPause_) title_->setText(tr("<b>%1 is paused</b>").arg(trainedName(session).toHtmlEscaped()));
  showFailure();
}

/// A failure is shown once: a message that came after it stays, and one that was closed does not come back.
void Banner::showFailure() {
  const Session& session = workbench_.session;
  const Session::Failure& failed = session.failed();
  const QString which = failed.why.isEmpty() ? QString() : QString::number(failed.run) + failed.why;
  const bool isNew = which != std::exchange(failure_, which);
  if (which.isEmpty() && showsFailure_) leave();
  if (which.isEmpty() || (!isNew && !showsFailure_)) return;
  // What failed twice, or has nothing to go on from, fails again: it wants other settings.
  const RunSummary* run = session.find(failed.run);
  resume_->setVisible(run && canResume(*run) && !session.isLive());
  again_->setVisible(run && session.readOnly().isEmpty());
  if (!isNew) return;
  dress(false);
  showsFailure_ = true;
  title_->setText(tr("<b>%1 failed</b>").arg(failed.title.toHtmlEscaped()));
  title_->setToolTip(run ? QString::fromStdString(run->title) : QString());
  text_->setText(failed.why);
  show();
}

void Banner::showProblem(const QString& text) {
  dress(false);
  showsFailure_ = false;
  title_->setText(tr("<b>This could not be done</b>"));
  text_->setText(text);
  for (QPushButton* button : {resume_, halve_, again_, samples_}) button->hide();
  show();
}

void Banner::dress(bool isNotice) {
  gone_.stop();
  frame_->setObjectName(isNotice ? "notice" : "banner");
  frame_->style()->unpolish(frame_);  // looks the name up again
  frame_->style()->polish(frame_);
  const Theme& theme = workbench_.theme;
  icon_->setPixmap(
      (isNotice ? theme.icon("idle", theme.colour("accent")) : theme.icon("failed", theme.colour("bad")))
          .pixmap(BannerFrame::kIcon, BannerFrame::kIcon));
  title_->setVisible(!isNotice);
}

/// What waited for it comes in its place.
void Banner::leave() {
  hide();
  showsFailure_ = false;
  if (!waiting_.isEmpty()) showNotice(std::exchange(waiting_, {}).join('\n'));
}

void Banner::showNotice(const QString& text) {
  constexpr int kSeen = 12'000;                           // ms
  if (!isHidden() && frame_->objectName() == "banner") {  // what went wrong is not covered
    waiting_ << text;
    return;
  }
  dress(true);
  showsFailure_ = false;
  text_->setText(text);
  for (QPushButton* button : {resume_, halve_, again_, samples_}) button->hide();
  show();
  gone_.start(kSeen);
}

}  // namespace uada
