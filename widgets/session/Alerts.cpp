#include "widgets/session/Alerts.h"

#include <QFileInfo>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "core/base/Text.h"
#include "widgets/session/RunActions.h"
#include "widgets/session/Session.h"

namespace uada {

static constexpr std::size_t kLosses = 200, kLeastLosses = 50;

bool isSpike(double loss, const std::deque<double>& before) {
  if (before.size() < kLeastLosses || !std::isfinite(loss)) return false;
  const double n = static_cast<double>(before.size());
  const double mean = std::accumulate(before.begin(), before.end(), 0.0) / n;
  double squares = 0;
  for (const double one : before) squares += (one - mean) * (one - mean);
  return loss > mean + 8 * std::sqrt(squares / n) && loss > 2 * mean;
}

Alerts& Alerts::of(Session& session) {
  if (auto* known = session.findChild<Alerts*>()) return *known;
  return *new Alerts(session);
}

Alerts::Alerts(Session& session) : QObject(&session), session_(session) {
  timer_.setInterval(kLookEvery);
  connect(&timer_, &QTimer::timeout, this, &Alerts::look);
  connect(&session, &Session::stateChanged, this, &Alerts::follow);
  connect(&session, &Session::problem, this, &Alerts::takeProblem);
  connect(&session, &Session::stepped, this, &Alerts::takeSteps);
  connect(&session, &Session::projectChanged, this, [this] {  // its runs have the numbers of others
    spiked_.clear();
    told_.clear();
    isLow_ = false;
    run_ = 0;
  });
}

void Alerts::follow() {
  const bool isLive = session_.isLive();
  if (isLive && !timer_.isActive()) {
    timer_.start();
    look();
  }
  if (!isLive) timer_.stop();
  const bool hasEnded = std::exchange(wasLive_, isLive) && !isLive;
  if (!hasEnded) return;
  const QString name = trainedName(session_);
  if (session_.state() == SessionState::failed)
    raise(AlertKind::needsYou, tr("%1 failed: %2").arg(name, session_.training()->failure()));
  const bool goesOn = !session_.queued().empty() && !session_.queueRules().isPaused;
  if (session_.state() == SessionState::finished && !goesOn)
    raise(AlertKind::finished, tr("%1 is finished").arg(name));
}

/// That of a run which has paused by itself: it says so before its state does.
void Alerts::takeProblem(const QString& text) {
  const RunProgress& progress = session_.progress();
  if (!session_.isLive() || progress.text.isEmpty() || text != progress.title + ": " + progress.text) return;
  if (told_.insert(QString::number(progress.run) + text).second)
    raise(AlertKind::needsYou, tr("%1 waits: %2").arg(trainedName(session_), progress.text));
}

void Alerts::takeSteps(qint64 run, const std::vector<StepReport>& reports) {
  if (run != run_) losses_.clear();
  run_ = run;
  for (const StepReport& report : reports) {
    if (isSpike(report.loss, losses_) && spiked_.insert(run).second)
      raise(AlertKind::lossSpike,
            tr("%1: the loss of step %2 is %3, far above the %4 steps before it")
                .arg(trainedName(session_), QString::fromStdString(groupedText(report.step)))
                .arg(report.loss, 0, 'g', 4)
                .arg(losses_.size()));
    if (!std::isfinite(report.loss)) continue;
    losses_.push_back(report.loss);
    if (losses_.size() > kLosses) losses_.pop_front();
  }
}

std::optional<std::uint64_t> Alerts::roomAt(const std::string& folder) {
  std::error_code problem;
  const auto space = std::filesystem::space(folder, problem);
  return problem ? std::nullopt : std::optional<std::uint64_t>(space.available);
}

void Alerts::look() {
  if (!session_.hasProject()) return;
  const std::string folder = QFileInfo(session_.projectFile()).absolutePath().toStdString();
  session_.ask(
      this, [folder, room = room](const OpenProject&) { return room(folder); },
      [this](std::optional<std::optional<std::uint64_t>> bytes) { takeRoom(bytes.value_or(std::nullopt)); });
}

void Alerts::takeRoom(std::optional<std::uint64_t> bytes) {
  if (!bytes) return;
  if (*bytes >= 2 * kLeastRoom) isLow_ = false;
  if (*bytes >= kLeastRoom || isLow_) return;
  isLow_ = true;
  raise(AlertKind::diskLow,
        tr("Only %1 are free where the project lies: checkpoints will soon have no room. Free some, or stop "
           "the run")
            .arg(QString::fromStdString(bytesText(static_cast<double>(*bytes)))));
}

void Alerts::raise(AlertKind kind, const QString& text) {
  if (!isOn_) return;
  Q_EMIT session_.logged(tr("alert: %1").arg(text));
  Q_EMIT raised({kind, text});
}

}  // namespace uada
