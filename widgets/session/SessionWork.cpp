// What a session has the engine do beside training: one thing at a time, and none while a run trains.
#include <algorithm>
#include <utility>

#include "core/base/Error.h"
#include "widgets/session/Session.h"

namespace uada {

Predicting& Session::predict(Predicting::Wanted wanted) {
  refuseWhileTraining("predict");
  refuseWhileExamining("predict");
  predicting_ = std::make_unique<Predicting>(engine_, std::move(wanted));
  Q_EMIT stateChanged();
  return *predicting_;
}

Landscaping& Session::landscape(Landscaping::Wanted wanted) {
  refuseWhileTraining("compute a landscape");
  refuseWhileExamining("compute a landscape");
  landscaping_ = std::make_unique<Landscaping>(engine_, std::move(wanted));
  Q_EMIT stateChanged();
  return *landscaping_;
}

Judging& Session::judge(Judging::Wanted wanted) {
  refuseWhileTraining("judge augmented images");
  refuseWhileExamining("judge augmented images");
  judging_ = std::make_unique<Judging>(engine_, std::move(wanted));
  Q_EMIT stateChanged();
  return *judging_;
}

Verifying& Session::verify(qint64 run, std::int64_t steps) {
  refuseWhileTraining("verify");
  refuseWhileExamining("verify");
  view().writer();  // the result is kept
  const RunSummary* summary = find(run);
  if (!summary) throw Error("no run is selected: choose the one whose steps are to be trained again");
  if (uada::isLive(summary->state))
    throw Error(summary->title + " is being trained by another program: wait until it has ended");
  verifying_ = std::make_unique<Verifying>(
      engine_, Verifying::Wanted{projectFile().toStdString(), run, steps}, summary->title);
  const int attempt = std::max(1, summary->attempts);
  const auto keep = [this, run, attempt](const QString& verdict, const QString& why) {
    if (!why.isEmpty()) Q_EMIT problem(why);
    if (verdict.isEmpty()) return Q_EMIT stateChanged();
    Q_EMIT logged(tr("%1: trained again: %2").arg(nameOf(run), verdict));
    change([run, attempt, text = verdict.toStdString()](const OpenProject& project) {
      project.writer().append(run, attempt, repetitionEvent(text));
      project.flush();
    });
    Q_EMIT stateChanged();
  };
  connect(verifying_.get(), &Verifying::ended, this, keep);
  Q_EMIT stateChanged();
  return *verifying_;
}

void Session::refuseWhileExamining(const std::string& what) const {
  const auto refuse = [&](const char* other) {
    throw Error("cannot " + what + " while " + other + ": wait for it, or cancel it");
  };
  if (isPredicting())
    throw Error("cannot " + what + " while predictions are being made: wait for them, or cancel them");
  if (landscaping_ && landscaping_->isLive()) refuse("a landscape is being computed");
  if (verifying_ && verifying_->isLive()) refuse("steps are being trained again");
  if (judging_ && judging_->isLive()) refuse("augmented images are being judged");
}

}  // namespace uada
