#pragma once

#include <QObject>
#include <QPointer>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

namespace uada {

/// A thread for what one view reads or computes, where only the newest question counts: what was asked before
/// and is not answered yet is told to stop, and its answer is dropped. GUI thread; the thread is made with
/// the first question.
class Background : public QObject {
  Q_OBJECT
 public:
  using QObject::QObject;
  /// Tells what is at work to stop, and waits for it.
  ~Background() override;

  /// work(stop) runs on the thread, then(its result) on the GUI thread. stop  std::stop_token: nobody waits
  /// any more. What it throws is told by failed(), unless nobody waits.
  template <class Work, class Then>
  void ask(Work work, Then then) {
    post([work = std::move(work), then = std::move(then)](const std::stop_token& stop) -> Answer {
      auto result = std::make_shared<decltype(work(stop))>(work(stop));
      return [then, result] { then(std::move(*result)); };
    });
  }
  /// Nobody waits any more for what was asked.
  void drop();
  bool isBusy() const { return isBusy_; }
  /// To be called by the work: runs on the GUI thread, if somebody still waits then.
  void tell(const std::stop_token& stop, std::function<void()> what);

 Q_SIGNALS:
  void failed(const QString& why);

 private:
  using Answer = std::function<void()>;
  using Question = std::function<Answer(const std::stop_token&)>;
  void post(Question question);
  void serve();
  void finish(const std::stop_token& stop, const Answer& answer, const QString& why);

  bool isBusy_ = false;  ///< the GUI thread's
  std::mutex mutex_;     ///< guards the next four
  std::condition_variable asked_;
  Question question_;
  std::stop_source stop_{std::nostopstate};  ///< of the newest question
  bool isEnd_ = false;
  std::thread thread_;
};

}  // namespace uada
