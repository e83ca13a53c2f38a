#include "widgets/session/Predicting.h"

#include <fmt/core.h>

#include <chrono>
#include <utility>

#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/predictions/PredictionReader.h"

namespace uada {

static constexpr int kPollMs = 100;

Predicting::Predicting(EngineProvider engine, Wanted wanted)
    : engine_(std::move(engine)), wanted_(std::move(wanted)), state_("loading the engine") {
  connect(&timer_, &QTimer::timeout, this, &Predicting::poll);
  timer_.start(kPollMs);
  thread_ = std::thread([this] { run(); });
}

Predicting::~Predicting() {
  isCancelled_ = true;
  if (thread_.joinable()) thread_.join();
}

void Predicting::cancel() {
  isCancelled_ = true;
  Q_EMIT changed();
}

// The top of the thread: the one place where its errors are caught.
void Predicting::run() {
  try {
    predict();
  } catch (const std::exception& error) {
    problem_ = problemText(error, "the predictions of " + runTitle(wanted_.config));
  }
  isOver_ = true;
}

static std::int64_t stepOf(Engine& engine, const std::filesystem::path& runFolder,
                           const std::filesystem::path& checkpoint) {
  for (const FoundCheckpoint& found : engine.checkpoints(runFolder)) {
    if (found.file != checkpoint) continue;
    if (!found.problem.empty()) throw Error(found.problem);
    return found.step;
  }
  throw Error("the checkpoint '" + checkpoint.string() + "' is no longer there; choose another one");
}

void Predicting::predict() {
  Engine& engine = engine_();
  const std::int64_t step = stepOf(engine, wanted_.runFolder, wanted_.checkpoint);
  const std::filesystem::path folder =
      wanted_.runFolder / "predictions" / fmt::format("{}-{}", splitName(wanted_.split), step);
  if (holdsPredictions(folder)) {  // made before, or by another program
    folder_ = folder;
    return;
  }
  const auto sink = std::make_shared<PredictionSink>(folder, wanted_.key, static_cast<Sink&>(*this));
  {
    const std::scoped_lock lock(mutex_);
    sink_ = sink;
  }
  const std::unique_ptr<Job> job =
      engine.start(work::Predict{wanted_.config, wanted_.checkpoint, wanted_.split, wanted_.limit}, *sink);
  for (bool isAsked = false; !job->isDone(); std::this_thread::sleep_for(std::chrono::milliseconds(20)))
    if ((isCancelled_ || !sink->problem().empty()) && !std::exchange(isAsked, true))
      job->send(command::Stop{});
  job->wait();
  if (const std::string problem = sink->problem(); !problem.empty()) throw Error(problem);
  if (job->state() == RunState::failed) throw Error(job->problem());
  if (holdsPredictions(folder)) folder_ = folder;
}

void Predicting::take(const Report& report) {
  const auto* state = std::get_if<StateReport>(&report);
  if (!state || state->text.empty()) return;
  const std::scoped_lock lock(mutex_);
  state_ = state->text;
}

std::size_t Predicting::done() const {
  const std::scoped_lock lock(mutex_);
  return sink_ ? sink_->written() : 0;
}

std::size_t Predicting::all() const {
  const std::scoped_lock lock(mutex_);
  return sink_ ? sink_->samples() : 0;
}

QString Predicting::text() const {
  if (isCancelled_) return tr("Stopping");
  const auto count = [](std::size_t number) {
    return QString::fromStdString(groupedText(static_cast<long long>(number)));
  };
  if (all() > 0) return tr("%1 of %2 images predicted").arg(count(done()), count(all()));
  const std::scoped_lock lock(mutex_);
  const QString state = QString::fromStdString(state_);
  return state.left(1).toUpper() + state.mid(1);
}

void Predicting::poll() {
  if (!isOver_) return Q_EMIT changed();
  timer_.stop();
  thread_.join();
  Q_EMIT ended(QString::fromStdString(folder_.string()), QString::fromStdString(problem_));
}

}  // namespace uada
