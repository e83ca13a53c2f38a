#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "core/engine/Engine.h"
#include "core/predictions/PredictionWriter.h"

namespace uada {

/// Writes the predictions of work::Predict into a folder, on the job's thread, and hands on all other
/// reports. The folder is made when the first of its reports comes, and whole when the last has come.
class PredictionSink : public Sink {
 public:
  /// folder  as PredictionWriter has it
  /// run     its key
  /// others  takes all reports but the predictions; outlives this
  PredictionSink(std::filesystem::path folder, std::string run, Sink& others)
      : folder_(std::move(folder)), run_(std::move(run)), others_(others) {}

  void take(const Report& report) override;
  /// Of any thread: how many samples there are, 0: not known yet; how many were written; why nothing more is
  /// written, empty: all is well. Then the job is to be stopped.
  std::size_t samples() const { return samples_; }
  std::size_t written() const { return written_; }
  std::string problem() const;

 private:
  void write(const Report& report);

  const std::filesystem::path folder_;
  const std::string run_;
  Sink& others_;
  std::unique_ptr<PredictionWriter> writer_;
  std::atomic<std::size_t> samples_ = 0, written_ = 0;
  mutable std::mutex mutex_;
  std::string problem_;
};

}  // namespace uada
