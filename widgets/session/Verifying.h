#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>

#include "core/store/Repetition.h"
#include "widgets/session/EngineWork.h"

namespace uada {

/// Steps of a run that are trained again and compared with the record. GUI thread.
class Verifying : public EngineWork {
  Q_OBJECT
 public:
  struct Wanted {
    std::filesystem::path project;  ///< the file
    std::int64_t run = 0;
    std::int64_t steps =
        20;  ///< from the newest checkpoint with steps after it; fewer where fewer were recorded
  };
  /// title  of the run
  Verifying(EngineProvider engine, const Wanted& wanted, const std::string& title);
  ~Verifying() override { stopAndWait(); }

  std::int64_t run() const { return wanted_.run; }
  QString text() const override;
  /// What share of the steps has come again, 0..1.
  double share() const;

 Q_SIGNALS:
  /// verdict  Repetition::verdict(); empty: there is none. why  what failed; empty: nothing, or cancelled
  void ended(const QString& verdict, const QString& why);

 private:
  void perform(Engine& engine) override;
  void finish(const QString& why) override;
  void take(const Report& report) override;

  const Wanted wanted_;
  mutable std::mutex mutex_;  ///< guards the next one
  std::shared_ptr<Repetition> repetition_;
  std::string verdict_;  ///< once it is over
};

}  // namespace uada
