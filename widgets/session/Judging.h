#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "core/data/Dataset.h"
#include "widgets/session/EngineWork.h"

namespace uada {

/// What a run's frozen network says of augmented images, while it is asked. GUI thread.
class Judging : public EngineWork {
  Q_OBJECT
 public:
  struct Wanted {
    RunConfig config;
    std::filesystem::path runFolder;  ///< where its checkpoints lie
    bool isBest = false;              ///< the checkpoint of the best test; else the newest
    std::vector<work::PlannedSample> images;
  };
  Judging(EngineProvider engine, Wanted wanted);
  ~Judging() override { stopAndWait(); }

  QString text() const override;
  double share() const;  ///< of the images that were judged, 0..1
  /// Of each image, in order; once ended() without a reason, and not cancelled, of all of them.
  std::vector<ClassChances> said() const;
  std::int64_t step() const { return step_; }  ///< of the checkpoint; once ended()

 Q_SIGNALS:
  /// why  there is nothing; empty: all images were judged, or it was cancelled
  void ended(const QString& why);

 private:
  void perform(Engine& engine) override;
  void finish(const QString& why) override { Q_EMIT ended(why); }
  void take(const Report& report) override;

  const Wanted wanted_;
  mutable std::mutex mutex_;  ///< guards the next one
  std::vector<ClassChances> said_;
  std::int64_t step_ = 0;
};

}  // namespace uada
