#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "widgets/session/CheckpointChoice.h"
#include "widgets/session/EngineWork.h"

namespace uada {

/// The loss over the levels of one op or two that is being computed, on a checkpoint of a run. GUI thread.
class Landscaping : public EngineWork {
  Q_OBJECT
 public:
  struct Wanted {
    RunConfig config;
    std::filesystem::path runFolder;
    std::vector<std::string> ops;  ///< 1 or 2
    int samples = 128;             ///< the first of the training set
    CheckpointChoice checkpoint = {};
  };
  Landscaping(EngineProvider engine, Wanted wanted);
  ~Landscaping() override { stopAndWait(); }

  QString text() const override;
  /// What there is so far; once ended() all of it.
  std::vector<LandscapeReport> places() const;
  std::int64_t step() const { return step_; }  ///< of the checkpoint; once ended()

 Q_SIGNALS:
  /// why  there is nothing; empty: the landscape is whole, or was cancelled
  void ended(const QString& why);

 private:
  void perform(Engine& engine) override;
  void finish(const QString& why) override { Q_EMIT ended(why); }
  void take(const Report& report) override;

  const Wanted wanted_;
  mutable std::mutex mutex_;  ///< guards the next one
  std::vector<LandscapeReport> places_;
  std::int64_t step_ = 0;
};

}  // namespace uada
