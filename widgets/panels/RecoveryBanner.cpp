#include "widgets/panels/RecoveryBanner.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>
#include <set>

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/base/Text.h"
#include "widgets/models/Words.h"
#include "widgets/panels/BannerFrame.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

static constexpr std::size_t kNamed = 3;

RecoveryBanner::RecoveryBanner(const Workbench& workbench, QWidget* parent)
    : QWidget(parent),
      workbench_(workbench),
      title_(new QLabel),
      text_(new QLabel),
      resume_(new QPushButton(tr("Resume"))) {
  setObjectName("recovery");
  BannerFrame frame(*this);
  frame.icon->setPixmap(workbench.theme.icon("interrupted", workbench.theme.colour("warning"))
                            .pixmap(BannerFrame::kIcon, BannerFrame::kIcon));
  title_->setObjectName("recoveryTitle");
  title_->setTextFormat(Qt::RichText);
  text_->setObjectName("recoveryText");
  text_->setTextFormat(Qt::PlainText);
  text_->setWordWrap(true);
  frame.words->addWidget(title_);
  frame.words->addWidget(text_);
  auto* keep = new QPushButton(tr("Keep"));
  auto* discard = new QPushButton(tr("Discard"));
  resume_->setObjectName("recoveryResume");
  resume_->setToolTip(
      tr("Continue from the newest checkpoint, one run after the other; without one from the "
         "beginning"));
  keep->setObjectName("recoveryKeep");
  keep->setToolTip(tr("Leave as they are; they stay in the list and can be resumed later"));
  discard->setObjectName("recoveryDiscard");
  discard->setToolTip(tr("Delete; until the project is closed they can be restored"));
  frame.add({resume_, keep, discard});
  Session& session = workbench.session;
  connect(resume_, &QPushButton::clicked, this,
          [this, &session] { guarded([&] { session.resumeRuns(interrupted()); }); });
  connect(keep, &QPushButton::clicked, this, &RecoveryBanner::keep);
  connect(discard, &QPushButton::clicked, this,
          [this, &session] { guarded([&] { session.deleteRuns(interrupted()); }); });
  for (const auto signal : {&Session::projectChanged, &Session::runsChanged, &Session::stateChanged})
    connect(&session, signal, this, &RecoveryBanner::update);
  update();
}

/// Those that nobody has decided to keep as they are, newest first.
std::vector<qint64> RecoveryBanner::interrupted() const {
  const Session& session = workbench_.session;
  std::set<std::string> kept;
  const Json keys = session.remembered("kept");
  if (keys.isArray())
    for (const Json& key : keys.asArray())
      if (key.isString()) kept.insert(key.asString());
  std::vector<qint64> runs;
  for (const RunSummary& run : session.runs())
    if (run.state == RunState::interrupted && run.id != session.liveRun() && !kept.contains(run.key))
      runs.push_back(run.id);
  return runs;
}

void RecoveryBanner::update() {
  const Session& session = workbench_.session;
  const std::vector<qint64> runs = interrupted();
  // While one of them is resumed the others wait for their turn.
  setVisible(session.hasProject() && session.readOnly().isEmpty() && !runs.empty() && !session.isLive());
  if (isHidden()) return;
  title_->setText(runs.size() == 1 ? tr("<b>A run was interrupted</b>")
                                   : tr("<b>%1 runs were interrupted</b>").arg(runs.size()));
  QStringList lines;
  for (std::size_t i = 0; i < std::min(runs.size(), kNamed); ++i) {
    const RunSummary& run = *session.find(runs[i]);
    const QString planned =
        run.plannedSteps() > 0 ? tr(" of %1").arg(q(groupedText(run.plannedSteps()))) : "";
    lines << tr("%1 at step %2%3, epoch %4/%5%6")
                 .arg(session.nameOf(run.id), q(groupedText(run.step)), planned)
                 .arg(run.epoch)
                 .arg(run.epochs)
                 .arg(run.hasCheckpoint ? QString() : tr(", without a checkpoint"));
  }
  if (runs.size() > kNamed) lines << tr("and %1 more").arg(runs.size() - kNamed);
  text_->setText(lines.join('\n'));
  resume_->setText(runs.size() == 1 ? tr("Resume") : tr("Resume all"));
}

void RecoveryBanner::keep() {
  Json keys = workbench_.session.remembered("kept");
  if (!keys.isArray()) keys = Json::array();
  for (const qint64 run : interrupted()) keys.push(workbench_.session.find(run)->key);
  workbench_.session.remember("kept", std::move(keys));
  update();
}

// A user action starts here, so its errors end here.
void RecoveryBanner::guarded(const std::function<void()>& action) {
  try {
    action();
  } catch (const std::exception& error) {
    Q_EMIT workbench_.session.problem(QString::fromStdString(problemText(error)));
  }
}

}  // namespace uada
