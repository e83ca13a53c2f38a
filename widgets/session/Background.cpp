#include "widgets/session/Background.h"

#include <QMetaObject>

#include "core/base/Error.h"

namespace uada {

Background::~Background() {
  {
    const std::scoped_lock lock(mutex_);
    isEnd_ = true;
    stop_.request_stop();
  }
  asked_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Background::post(Question question) {
  isBusy_ = true;
  {
    const std::scoped_lock lock(mutex_);
    stop_.request_stop();
    stop_ = std::stop_source();
    question_ = std::move(question);
  }
  if (!thread_.joinable()) thread_ = std::thread([this] { serve(); });
  asked_.notify_one();
}

void Background::drop() {
  isBusy_ = false;
  const std::scoped_lock lock(mutex_);
  stop_.request_stop();
  question_ = nullptr;
}

void Background::tell(const std::stop_token& stop, std::function<void()> what) {
  QMetaObject::invokeMethod(
      this,
      [stop, what = std::move(what)] {
        if (!stop.stop_requested()) what();
      },
      Qt::QueuedConnection);
}

// The top of the thread: the one place where its errors are caught.
void Background::serve() {
  while (true) {
    Question question;
    std::stop_token stop;
    {
      std::unique_lock lock(mutex_);
      asked_.wait(lock, [this] { return isEnd_ || question_; });
      if (isEnd_) return;
      question = std::exchange(question_, nullptr);
      stop = stop_.get_token();
    }
    Answer answer;
    QString why;
    try {
      answer = question(stop);
    } catch (const std::exception& error) {
      why = QString::fromStdString(problemText(error, "what the view shows"));
    }
    QMetaObject::invokeMethod(
        this, [this, stop, answer, why] { finish(stop, answer, why); }, Qt::QueuedConnection);
  }
}

void Background::finish(const std::stop_token& stop, const Answer& answer, const QString& why) {
  if (stop.stop_requested()) return;
  isBusy_ = false;
  if (why.isEmpty())
    answer();
  else
    Q_EMIT failed(why);
}

}  // namespace uada
