#pragma once

#include <QObject>
#include <QString>
#include <QTimer>
#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "core/engine/Engine.h"
#include "core/engine/PredictionSink.h"

namespace uada {

/// Predictions of a run's checkpoint that are being made: the engine is loaded, the job started and its
/// predictions written on a thread of its own. GUI thread.
class Predicting : public QObject, private Sink {
  Q_OBJECT
 public:
  using EngineProvider = std::function<Engine&()>;
  struct Wanted {
    RunConfig config;
    std::string key;                   ///< of the run
    std::filesystem::path runFolder;   ///< where its checkpoints lie, and the predictions will
    std::filesystem::path checkpoint;  ///< a file of it
    Split split = Split::test;
    std::int64_t limit = 0;  ///< 0: all
  };
  Predicting(EngineProvider engine, Wanted wanted);
  /// Stops the job, if it is live, and waits for it.
  ~Predicting() override;

  bool isLive() const { return timer_.isActive(); }
  const std::string& key() const { return wanted_.key; }
  /// The job ends soon; what was written is not used.
  void cancel();
  /// "Reading the images", "120 of 1,000 test images predicted", "stopping".
  QString text() const;
  std::size_t done() const;
  std::size_t all() const;  ///< 0: not known yet

 Q_SIGNALS:
  void changed();
  /// folder  of the predictions; empty: there are none. why  what failed; empty: nothing, or cancelled
  void ended(const QString& folder, const QString& why);

 private:
  void run();
  void predict();
  void take(const Report& report) override;
  bool isWatched() const override { return true; }
  void poll();

  const EngineProvider engine_;
  const Wanted wanted_;
  std::atomic<bool> isCancelled_ = false, isOver_ = false;
  mutable std::mutex mutex_;  ///< guards the next two
  std::string state_;         ///< what the job says that it does
  std::shared_ptr<PredictionSink> sink_;
  std::string problem_;           ///< once isOver_
  std::filesystem::path folder_;  ///< likewise; empty: there are no predictions
  QTimer timer_;
  std::thread thread_;
};

}  // namespace uada
