#include "app/gui/BenchLive.h"

#include <pthread.h>
#include <time.h>

#include <QApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QSettings>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QThread>
#include <QTimer>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <utility>
#include <vector>

#include "app/gui/MainWindow.h"
#include "core/base/Error.h"
#include "core/config/RunConfig.h"
#include "core/engine/Engine.h"
#include "widgets/panels/Panel.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

namespace {

constexpr int kSkipped = 2;  // steps after a change
constexpr int kPairs = 15;
constexpr double kSeconds = 4;  // of a block

double seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Processor time of the steps of one block, in seconds.
struct Block {
  double training = 0, window = 0;
  int steps = 0;
  double perStep() const { return training / steps; }
};

/// Hands reports on, and notes at each step what the threads have taken since the one before.
class TimingSink : public Sink {
 public:
  explicit TimingSink(clockid_t window) : window_(window) {}
  void begin() {
    std::lock_guard lock(mutex_);
    block_ = {};
    skip_ = kSkipped;
  }
  Block block() {
    std::lock_guard lock(mutex_);
    return block_;
  }
  void forwardTo(Sink& sink) { to_ = &sink; }

  void take(const Report& report) override {
    to_->take(report);
    if (std::holds_alternative<StepReport>(report)) note();
  }
  void beforeCheckpoint() override { to_->beforeCheckpoint(); }
  std::string whyStop() override { return to_->whyStop(); }
  bool isWatched() const override { return to_->isWatched(); }

 private:
  void note() {
    const double window = seconds(window_), training = seconds(CLOCK_PROCESS_CPUTIME_ID) - window;
    std::lock_guard lock(mutex_);
    if (skip_-- <= 0) {
      block_.training += training - training_;
      block_.window += window - atWindow_;
      ++block_.steps;
    }
    training_ = training, atWindow_ = window;
  }
  const clockid_t window_;
  Sink* to_ = nullptr;
  std::mutex mutex_;
  Block block_;
  int skip_ = kSkipped;
  double training_ = 0, atWindow_ = 0;
};

/// The real engine with a TimingSink before every job's sink.
class TimedEngine : public Engine {
 public:
  TimedEngine(Engine& engine, TimingSink& sink) : engine_(engine), sink_(sink) {}
  std::unique_ptr<Job> start(const Work& work, Sink& sink) override {
    sink_.forwardTo(sink);
    return engine_.start(work, sink_);
  }
  std::vector<FoundCheckpoint> checkpoints(const std::filesystem::path& folder) override {
    return engine_.checkpoints(folder);
  }
  std::vector<DeviceInfo> devices() override { return engine_.devices(); }
  std::string libtorchVersion() const override { return engine_.libtorchVersion(); }
  std::vector<BenchResult> benchSteps(const StepBench& bench) override { return engine_.benchSteps(bench); }
  void exportWeights(const std::filesystem::path& checkpoint, const std::filesystem::path& out,
                     const std::string& form) override {
    engine_.exportWeights(checkpoint, out, form);
  }

 private:
  Engine& engine_;
  TimingSink& sink_;
};

RunConfig benchConfig() {
  return expand(experimentFromJson(parseJson(R"({"name": "bench", "seeds": [1], "methods": ["uada"],
    "recipe": {"dataset": {"name": "fashion_mnist", "train_limit": 6000, "test_limit": 100},
               "model": {"name": "resnet", "depth": "10", "width": 8},
               "training": {"epochs": 100000, "batch": 64}},
    "runtime": {"threads": 1}})",
                                             "bench"),
                                   "bench"))
      .front();
}

/// As the program's own loop does: processEvents() with a time never sleeps.
template <class Condition>
void handleUntil(Condition isMet) {
  QEventLoop loop;
  QTimer look;
  QObject::connect(&look, &QTimer::timeout, &loop, [&] {
    if (isMet()) loop.quit();
  });
  look.start(20);
  if (!isMet()) loop.exec();
}

/// Throws Error if the run has ended.
Block measured(const Session& session, TimingSink& sink, bool isLive) {
  sink.begin();
  QElapsedTimer clock;
  clock.start();
  const auto isMeasured = [&] { return clock.elapsed() >= 1000 * kSeconds && sink.block().steps > 0; };
  const auto isOver = [&] { return isMeasured() || !session.isTraining(); };
  if (isLive) handleUntil(isOver);
  while (!isOver()) {
    QThread::msleep(10);
    // No step came: a window that sleeps does not hear that the run has ended.
    if (clock.elapsed() >= 2000 * kSeconds) QApplication::processEvents();
  }
  if (session.isTraining()) return sink.block();
  const std::string why = session.failure().toStdString();
  throw Error("the run ended while its steps were timed" + (why.empty() ? why : ": " + why));
}

double quantile(std::vector<double> values, double share) {
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + 0.5)];
}

std::string loadAverage() {
  std::ifstream file("/proc/loadavg");
  std::string one;
  file >> one;
  return one;
}

void startRun(Session& session, MainWindow& window, const QString& project) {
  bool isOpen = false;
  session.openProject(project, [&] { isOpen = true; });
  handleUntil([&] { return isOpen; });
  session.start(benchConfig());
  handleUntil([&] { return session.progress().step > 3 || session.state() == SessionState::failed; });
  if (session.state() == SessionState::failed) throw Error(session.failed().why.toStdString());
  window.views()->setCurrentWidget(window.panel("live"));
}

/// [pair] with the live view and without it, on off, off on
std::vector<std::pair<Block, Block>> measuredPairs(const Session& session, TimingSink& sink) {
  std::vector<std::pair<Block, Block>> pairs;
  for (int pair = 0; pair < kPairs; ++pair) {
    const bool isLiveFirst = pair % 2 == 0;
    const Block first = measured(session, sink, isLiveFirst), second = measured(session, sink, !isLiveFirst);
    pairs.emplace_back(isLiveFirst ? first : second, isLiveFirst ? second : first);
  }
  return pairs;
}

Json lineOf(const std::vector<std::pair<Block, Block>>& pairs) {
  std::vector<double> ratios, on, off, window;
  for (const auto& [with, without] : pairs) {
    ratios.push_back(with.perStep() / without.perStep());
    on.push_back(1e3 * with.perStep());
    off.push_back(1e3 * without.perStep());
    window.push_back(with.window / with.training);
  }
  Json line = Json::object();
  line["kind"] = "bench";
  line["name"] = "window.live_view";
  line["value"] = quantile(on, 0.5);
  line["unit"] = "ms a step";
  line["reference"] = "the window asleep";
  line["reference_value"] = quantile(off, 0.5);
  line["ratio"] = quantile(ratios, 0.5);
  line["quartiles"] = Json::Array{quantile(ratios, 0.25), quantile(ratios, 0.75)};
  line["window_share"] = quantile(window, 0.5);  // of the window's own thread, beside the training
  line["pairs"] = kPairs;
  line["load"] = loadAverage();
  line["threads"] = 1;
  line["device"] = "cpu";
  return line;
}

}  // namespace

void benchLive(Theme& theme, QSettings& settings) {
  QTemporaryDir folder;
  clockid_t windowClock{};
  pthread_getcpuclockid(pthread_self(), &windowClock);
  TimingSink sink(windowClock);
  TimedEngine engine(loadEngine(), sink);
  Session session(theme, [&]() -> Engine& { return engine; });
  Workbench workbench{session, settings, theme};
  MainWindow window(workbench, MainWindow::Layout::first);
  window.resize(1440, 900);
  window.show();
  startRun(session, window, folder.filePath("p.uada"));
  std::puts(lineOf(measuredPairs(session, sink)).dump().c_str());
  session.training()->stopNow();
  handleUntil([&] { return !session.isTraining(); });
}

}  // namespace uada
