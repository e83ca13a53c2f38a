#pragma once

#include <QObject>
#include <QString>
#include <QTimer>
#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "core/engine/Engine.h"

namespace uada {

/// What the engine does for the window beside training: the engine is loaded and the job run on a thread of
/// its own. GUI thread.
class EngineWork : public QObject, protected Sink {
  Q_OBJECT
 public:
  using EngineProvider = std::function<Engine&()>;

  /// For whoever no longer wants it: it is cancelled and not waited for. It tells nothing more, and goes once
  /// its thread has ended.
  struct Retire {
    void operator()(EngineWork* work) const;
  };
  /// Whether the thread of one that was retired still runs: a program that ends then must not destroy what
  /// that uses.
  static bool isAnyRetiring();

  bool isLive() const { return timer_.isActive(); }
  /// The job ends soon, and gives nothing.
  void cancel();
  /// What is being done: "Reading the images", "Stopping".
  virtual QString text() const;

 Q_SIGNALS:
  void changed();

 protected:
  /// what  it is, in errors: "the predictions of r18-c10-uada-s1"
  EngineWork(EngineProvider engine, std::string what);
  /// For the constructor of what derives from it, at its end.
  void begin();
  /// For the destructor of what derives from it: the thread uses its members.
  void stopAndWait();

  /// On the thread. What it throws is why finish() is told.
  virtual void perform(Engine& engine) = 0;
  /// Once that has ended. why  it failed; empty: it did not, or was cancelled
  virtual void finish(const QString& why) = 0;

  /// For perform(): runs a job to its end, or until cancelled or `isEnough`. Throws Error if it failed.
  void run(Engine& engine, const Work& work, Sink& sink, const std::function<bool()>& isEnough = {});
  bool isCancelled() const { return isCancelled_; }
  /// Keeps what the job says that it does.
  void take(const Report& report) override;

 private:
  void serve();
  void poll();
  void goOnceOver();

  const EngineProvider engine_;
  const std::string what_;
  std::atomic<bool> isCancelled_ = false, isOver_ = false;
  mutable std::mutex mutex_;  ///< guards the next one
  std::string state_;
  std::string problem_;  ///< once isOver_
  QTimer timer_;
  std::thread thread_;
};

}  // namespace uada
