#include "widgets/session/EngineWork.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "core/base/Error.h"
#include "core/config/RunConfig.h"

namespace uada {

static constexpr int kPollMs = 100;

EngineWork::EngineWork(EngineProvider engine, std::string what)
    : engine_(std::move(engine)), what_(std::move(what)), state_("loading the engine") {
  connect(&timer_, &QTimer::timeout, this, &EngineWork::poll);
}

/// Never destroyed: a thread may outlive main.
static std::vector<EngineWork*>& retiring() {
  static auto* all = new std::vector<EngineWork*>;
  return *all;
}

void EngineWork::Retire::operator()(EngineWork* work) const {
  if (!work) return;
  if (!work->isLive()) return delete work;
  work->isCancelled_ = true;
  work->disconnect();
  QObject::disconnect(&work->timer_, nullptr, work, nullptr);
  connect(&work->timer_, &QTimer::timeout, work, &EngineWork::goOnceOver);
  retiring().push_back(work);
}

bool EngineWork::isAnyRetiring() {
  return std::ranges::any_of(retiring(), [](const EngineWork* work) { return !work->isOver_; });
}

void EngineWork::goOnceOver() {
  if (!isOver_) return;
  timer_.stop();
  std::erase(retiring(), this);
  deleteLater();  // its timer has called this; the thread is joined then
}

void EngineWork::begin() {
  timer_.start(kPollMs);
  thread_ = std::thread([this] { serve(); });
}

void EngineWork::stopAndWait() {
  isCancelled_ = true;
  if (thread_.joinable()) thread_.join();
}

void EngineWork::cancel() {
  isCancelled_ = true;
  Q_EMIT changed();
}

// The top of the thread: the one place where its errors are caught.
void EngineWork::serve() {
  try {
    perform(engine_());
  } catch (const std::exception& error) {
    problem_ = problemText(error, what_);
  }
  isOver_ = true;
}

void EngineWork::run(Engine& engine, const Work& work, Sink& sink, const std::function<bool()>& isEnough) {
  const std::unique_ptr<Job> job = engine.start(work, sink);
  for (bool isAsked = false; !job->isDone(); std::this_thread::sleep_for(std::chrono::milliseconds(20)))
    if ((isCancelled_ || (isEnough && isEnough())) && !std::exchange(isAsked, true))
      job->send(command::Stop{});
  job->wait();
  if (job->state() == RunState::failed) throw Error(job->problem());
}

void EngineWork::take(const Report& report) {
  const auto* state = std::get_if<StateReport>(&report);
  if (!state || state->text.empty()) return;
  const std::scoped_lock lock(mutex_);
  state_ = state->text;
}

QString EngineWork::text() const {
  if (isCancelled_) return tr("Stopping");
  const std::scoped_lock lock(mutex_);
  const QString state = QString::fromStdString(state_);
  return state.left(1).toUpper() + state.mid(1);
}

void EngineWork::poll() {
  if (!isOver_) return Q_EMIT changed();
  timer_.stop();
  thread_.join();
  finish(QString::fromStdString(problem_));
}

}  // namespace uada
