#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/config/RunConfig.h"
#include "core/engine/Reports.h"

namespace uada {

/// Receives the reports of one job, on the job's thread. It must not throw and should return soon; only the
/// storage channel may make it wait.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void take(const Report& report) = 0;
  /// A checkpoint is about to be written: all that was reported should be safe before it is there, so that a
  /// run that goes on from it misses nothing. May wait a second.
  virtual void beforeCheckpoint() {}
  /// Asked after the report of an epoch that is not the last, once its checkpoint is written: why the run is
  /// to stop there; empty: it goes on.
  virtual std::string whyStop() { return {}; }
  /// Whether somebody looks on who can send a command. A run whose step could not be taken then pauses; else
  /// it writes a checkpoint and fails.
  virtual bool isWatched() const { return false; }
};

/// What a running job can be told.
namespace command {
struct Pause {
  std::int64_t afterStep = 0;  ///< once this step of the run is done; 0, or a step that is done: now
};
struct Resume {};
struct Stop {
  bool isAfterEpoch = false;  ///< else with the running step
};
struct Checkpoint {};
/// Another value for a setting: of Runtime, one that the job reads again and again (see changedRuntime()), or
/// one of core/config/LiveSettings.h, which changes the result: an EditReport then says so. An event says
/// what was changed, or why not.
struct Change {
  std::string key;  ///< "runtime.picture_every", "method.epsilon"
  Json value;
};
}  // namespace command
using Command =
    std::variant<command::Pause, command::Resume, command::Stop, command::Checkpoint, command::Change>;

/// One thread at work. Destroying a live job stops it (with a checkpoint) and joins. A local of `main` or a
/// member of the session, never a static.
class Job {
 public:
  virtual ~Job() = default;
  virtual void send(Command command) = 0;   ///< obeyed between steps
  virtual bool isDone() const = 0;          ///< set last, after every report
  virtual void wait() = 0;                  ///< joins; the last state is then known
  virtual RunState state() const = 0;       ///< finished, stopped or failed once done
  virtual std::string problem() const = 0;  ///< the message of a failed job
};

/// What a job can do. (A replay of stored plans needs no network, so it is none of the engine's.)
namespace work {
struct Train {
  RunConfig config;
  std::filesystem::path folder = {};      ///< for checkpoints and the stop file; made before start
  std::filesystem::path checkpoint = {};  ///< go on from this one; empty: from the beginning
  /// The checkpoint is another run's, of which this one is a fork: with the same network, data and seed, and
  /// other settings (core/config/Fork.h). It first writes a checkpoint of its own.
  bool isFork = false;
  /// What was changed while the run trained, in order: made again at their steps, but for those that the
  /// checkpoint has.
  std::vector<EditReport> edits = {};
};
/// Tests the network of a checkpoint on the run's test images: one EvaluationReport.
struct Evaluate {
  RunConfig config;
  std::filesystem::path checkpoint;
};
/// What the network of a checkpoint says of the run's images, unaugmented: a PredictionsReport, a
/// PredictionReport for each, and at the end an EvaluationReport of them.
struct Predict {
  RunConfig config;
  std::filesystem::path checkpoint;
  Split split = Split::test;
  std::int64_t limit = 0;  ///< the first so many of the split; 0, or more than there are: all
};
/// A training image, as it is or under a plan.
struct PlannedSample {
  std::uint32_t sample = 0;
  std::optional<Plan> plan;  ///< none: unaugmented, as in a test
};
/// What the network of a checkpoint says of training images under plans, as it is tested: a PredictionReport
/// for each, in their order; its `sample` is the place in the list. Classification alone.
struct PredictPlanned {
  RunConfig config;
  std::filesystem::path checkpoint;
  std::vector<PlannedSample> samples;
};
/// The loss of a checkpoint's network over all levels of one op, or of two, on a pinned batch: a
/// LandscapeReport for each level, or pair of levels.
struct Landscape {
  RunConfig config;
  std::filesystem::path checkpoint;
  std::vector<std::string> ops;  ///< 1 or 2
  int samples = 128;             ///< the first of the training set; at least 2
};
}  // namespace work
using Work = std::variant<work::Train, work::Evaluate, work::Predict, work::PredictPlanned, work::Landscape>;

/// What a process is among those that train each run together, the ranks.
struct Ranks {
  int rank = 0, size = 1;
  int local = 0, localSize = 1;    ///< among those on its machine
  std::string host = "127.0.0.1";  ///< of rank 0
  int port = 0;                    ///< at which rank 0 listens
  int listener = -1;               ///< of rank 0: a socket that listens there; -1: none is open yet
  bool isStoreThere = false;       ///< somebody else listens there, with a TCPStore
  int attempt = 0;                 ///< of those that such a store has seen
  double timeout = 300;            ///< seconds that a rank may keep the others waiting in a step
};

/// A file of a run's folder that is, or was, a checkpoint.
struct FoundCheckpoint {
  std::filesystem::path file;
  std::string problem;  ///< why it cannot be read; empty: it is whole, and the rest is known
  bool isBest = false;  ///< of the epoch with the best test: stays when older checkpoints go
  std::int64_t step = 0;
  std::string configHash;
  std::int64_t seed = 0;
  std::string run;  ///< the name of the folder it was written to; empty in files of older versions
};

struct DeviceInfo {
  std::string name;    ///< "cpu", "cuda:0"
  std::string title;   ///< model of the processor
  std::string detail;  ///< memory, threads
  bool usable = false;
  std::string reason;  ///< why not
};

struct BenchResult {
  std::string name;
  double value = 0;
  std::string unit;
  std::string reference;  ///< empty: none ran
  double referenceValue = 0, ratio = 0;
  int threads = 1;
  std::string device;
};

/// Steps to time: batches of 128 made-up images of 32 x 32 pixels.
struct StepBench {
  std::vector<std::string> methods;   ///< as benchedMethod() reads them
  int threads = 0;                    ///< 0: all cores
  std::string device = "cpu";         ///< "auto", "cpu", "cuda" or "cuda:N"
  Choice model;                       ///< of classification
  std::string precision = "float32";  ///< of the training, as its setting has it
  bool hasReference = true;           ///< the reference method's steps take turns with them
  std::string step = "eager";         ///< Runtime::step
};

/// The engine's whole face: plain structs in, plain structs out. Any thread may call it.
class Engine {
 public:
  virtual ~Engine() = default;
  /// Starts the work in the background. Throws Error if it cannot be started at all (device, data, checkpoint
  /// of another configuration, an op that is not there); what fails later is reported through the sink.
  virtual std::unique_ptr<Job> start(const Work& work, Sink& sink) = 0;
  /// Makes this process one of several; once, before any work. What rank 0 then starts to train, all train.
  /// Throws Error if rank 0 cannot be reached.
  virtual void join(const Ranks& /*ranks*/) {}
  /// Of another rank than 0: trains whatever rank 0 trains, until that leaves.
  virtual std::unique_ptr<Job> follow() { return nullptr; }
  /// Before a process that has joined ends. Of rank 0: the others end, too.
  virtual void leave() {}
  /// Reads every checkpoint of a run's folder, whole, and returns them from the highest step to the lowest;
  /// what cannot be read comes where its name puts it.
  virtual std::vector<FoundCheckpoint> checkpoints(const std::filesystem::path& folder) = 0;
  virtual std::vector<DeviceInfo> devices() = 0;
  virtual std::string libtorchVersion() const = 0;
  /// Times `step.METHOD` for each given method. Throws Error if the device cannot be used.
  virtual std::vector<BenchResult> benchSteps(const StepBench& job) = 0;
  /// Writes the weights of a checkpoint, their running average where one is kept.
  /// form  "safetensors"; "pth": as PyTorch's torch.save(); "onnx": with what the network computes, so that
  ///       other programs can run it. The last throws Error for a network that is a file from elsewhere
  virtual void exportWeights(const std::filesystem::path& checkpoint, const std::filesystem::path& out,
                             const std::string& form) = 0;
};

/// What `uada_engine_v1()` returns.
struct EngineModule {
  int version = 1;
  const char* borderHash = nullptr;       ///< UADA_BORDER_HASH of the headers it was compiled with
  const char* libtorchVersion = nullptr;  ///< it was compiled with
  Engine* (*create)() = nullptr;          ///< never destroyed: the library is never closed
};

/// Loads the engine on first use (0.3-0.6 s; never on the GUI thread) and returns the one Engine. Throws
/// Error that says what is missing and how to install it. LibTorch is looked for in UADA_LIBTORCH alone if
/// that is set, else in the folder it was built with, then in the user's cache.
Engine& loadEngine();
/// Where LibTorch was found, or an empty path; loads nothing.
std::filesystem::path findLibTorch();

}  // namespace uada
