#pragma once

#include <QString>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "core/engine/PredictionSink.h"
#include "widgets/session/EngineWork.h"

namespace uada {

/// Predictions of a run's checkpoint that are being made and written. GUI thread.
class Predicting : public EngineWork {
  Q_OBJECT
 public:
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
  ~Predicting() override { stopAndWait(); }

  const std::string& key() const { return wanted_.key; }
  /// "120 of 1,000 test images predicted", or what is done before.
  QString text() const override;
  std::size_t done() const;
  std::size_t all() const;  ///< 0: not known yet

 Q_SIGNALS:
  /// folder  of the predictions; empty: there are none. why  what failed; empty: nothing, or cancelled
  void ended(const QString& folder, const QString& why);

 private:
  void perform(Engine& engine) override;
  void finish(const QString& why) override;

  const Wanted wanted_;
  mutable std::mutex mutex_;  ///< guards the next one
  std::shared_ptr<PredictionSink> sink_;
  std::filesystem::path folder_;  ///< once it is over; empty: there are no predictions
};

}  // namespace uada
