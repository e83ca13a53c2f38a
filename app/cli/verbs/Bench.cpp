#include <fmt/core.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <thread>

#include "app/cli/BenchLines.h"
#include "app/cli/CommandLine.h"
#include "app/cli/Places.h"
#include "app/cli/Signals.h"
#include "app/cli/bench/ScratchFolder.h"
#include "core/base/Catalog.h"
#include "core/base/Error.h"
#include "core/config/DeviceName.h"
#include "core/engine/methods/Benched.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/models/Model.h"
#include "core/store/Project.h"

namespace uada::cli {
namespace {

void describe(Verb& verb, BenchOptions& options) {
  verb.argument("WHAT", options.what, "render, load, seg, voc, step, memory, store, start or window")
      .required();
  verb.texts("--method", "NAME", options.methods,
             "step, memory: only this method, or uada-fast, or one with settings as JSON; may be repeated");
  verb.text("--model", "NAME", options.model,
            "step, memory: of classification, by its name or as JSON; default: a ResNet-10 of width 16");
  verb.number("--threads", options.threads, 1, 1024,
              "step, memory: CPU threads, at most the cores of this machine; default: all");
  verb.text("--device", "NAME", options.device, "step: auto, cpu, cuda or cuda:N; default: cpu");
  verb.text("--precision", "NAME", options.precision, "step, memory: of the training, float32, tf32 or bf16");
  verb.text("--step", "HOW", options.step, "step, memory: eager or graph, as runtime.step has it");
  verb.text("--folder", "DIR", options.folder,
            "load: of JPEG files; default: made-up ones of 500 x 375 pixels");
  verb.text("--only", "GLOB", options.only, "render, load: only lines with such a name, as 'op.*.32'");
  verb.decimal("--seconds", "S", options.seconds, 0, 3600,
               "render, load, seg, voc: time for each line, about")
      .usual("2");
}

namespace fs = std::filesystem;

RunConfig smallConfig() {
  RunConfig config;
  config.experiment = "bench";
  config.recipe = recipeFromJson(parseJson(R"({"dataset": "cifar10", "model": "resnet"})", "bench"), "bench");
  config.method = methodFromJson(referenceMethod().name, "bench");
  return config;
}

/// Rows a second; none if a signal came first.
std::optional<double> storedRows(const StopSignals& signals) {
  constexpr int kRows = 50'000;
  const ScratchFolder folder;
  ProjectWriter project(folder.path() / "bench.uada");
  const RunSummary run = project.createRun(smallConfig());
  const int attempt = project.beginAttempt(run.id, currentManifest(), "");
  const auto start = std::chrono::steady_clock::now();
  for (int i = 1; i <= kRows; ++i) {
    if (signals.received()) return std::nullopt;
    StepReport report;
    report.step = i;
    report.epoch = 1;
    report.loss = 1.0 / i;
    report.count = 128;
    report.metrics = {{"top1", 0.5}};
    project.append(run.id, attempt, report);
  }
  project.flush();
  return kRows / std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// More threads than cores measure how they wait for one another.
void requireCores(int threads) {
  const unsigned cores = std::thread::hardware_concurrency();  // 0: not known
  if (cores > 0 && threads > static_cast<int>(cores))
    throw UsageError(
        fmt::format("--threads: {} found, at most {} expected, the cores of this machine", threads, cores));
}

Json givenJson(const std::string& text) {
  try {
    return parseJson(text, "--model");
  } catch (const Error& problem) {
    throw UsageError(problem.what());
  }
}

/// A name, or an object with settings. Throws UsageError.
Choice benchedModel(const std::string& text) {
  if (text.empty())
    return modelFromJson(parseJson(R"({"name": "resnet", "depth": 10, "width": 16})", "--model"), "--model");
  const Choice model = modelFromJson(text.starts_with('{') ? givenJson(text) : Json(text), "--model");
  if (findModel(model.name).task != "classification")
    throw UsageError(fmt::format("--model: {} learns {}, a model of classification expected", model.name,
                                 findModel(model.name).task));
  return model;
}

StepBench stepBench(const BenchOptions& options) {
  requireCores(options.threads);
  parseDeviceName(options.device, "--device");
  for (const std::string& name : options.methods) benchedMethod(name);
  if (options.precision != "float32" && options.precision != "tf32" && options.precision != "bf16")
    throw UsageError(
        fmt::format("--precision: '{}' found, float32, tf32 or bf16 expected", options.precision));
  if (options.step != "eager" && options.step != "graph")
    throw UsageError(fmt::format("--step: '{}' found, eager or graph expected", options.step));
  return {options.methods,   options.threads, options.device, benchedModel(options.model),
          options.precision, true,            options.step};
}

void benchStep(const BenchOptions& options, BenchLines& lines) {
  StepBench job = stepBench(options);
  if (job.methods.empty()) {
    for (const MethodEntry& method : methods()) job.methods.push_back(method.name);
    job.methods.emplace_back("uada-fast");
  }
  for (const BenchResult& result : loadEngine().benchSteps(job)) lines.add(result);
}

/// The output of a program that ends by itself. Throws Error if it cannot be started or fails.
std::string outputOf(const std::string& command) {
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (!pipe) throw Error(fmt::format("cannot start '{}'", command));
  std::string text;
  char part[4096];
  while (const std::size_t got = std::fread(part, 1, sizeof part, pipe)) text.append(part, got);
  if (const int status = ::pclose(pipe); status != 0)
    throw Error(fmt::format("'{}' ended with {}", command,
                            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)));
  return text;
}

std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? "'\\''" : std::string(1, c);
  return text + "'";
}

BenchResult resultFromJson(const Json& json) {
  BenchResult result;
  result.name = json.at("name").asString();
  result.value = json.at("value").asDouble();
  result.unit = json.at("unit").asString();
  if (const Json* reference = json.find("reference")) {
    result.reference = reference->asString();
    result.referenceValue = json.at("reference_value").asDouble();
    result.ratio = json.at("ratio").asDouble();
  }
  if (const Json* threads = json.find("threads")) result.threads = static_cast<int>(threads->asInt());
  if (const Json* device = json.find("device")) result.device = device->asString();
  return result;
}

/// What uada-workbench says of itself.
void askWindow(const std::string& option, BenchLines& lines) {
  const fs::path window = programFolder() / "uada-workbench";
  if (!fs::exists(window))
    throw Error(fmt::format("the window cannot be measured: '{}' is absent; build it with Qt 6 (./setup)",
                            window.string()));
  if (!std::getenv("DISPLAY") && !std::getenv("WAYLAND_DISPLAY")) ::setenv("QT_QPA_PLATFORM", "offscreen", 0);
  const std::string text = outputOf(quoted(window.string()) + " " + option);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    if (!line.empty()) lines.add(resultFromJson(parseJson(line, window.string())));
    at = end + 1;
  }
}

struct Kind {
  const char* name;
  void (*measure)(const BenchOptions&, const Console&, BenchLines&);
};
constexpr Kind kKinds[] = {
    {"render", benchRender},
    {"load", benchLoad},
    {"seg",
     [](const BenchOptions& options, const Console&, BenchLines& lines) {
       benchSeg(options, lines);
       lines.finish();
     }},
    {"voc",
     [](const BenchOptions& options, const Console&, BenchLines& lines) {
       benchVoc(options, lines);
       lines.finish();
     }},
    {"step",
     [](const BenchOptions& options, const Console&, BenchLines& lines) {
       benchStep(options, lines);
       lines.finish();
     }},
    {"memory",
     [](const BenchOptions& options, const Console&, BenchLines& lines) {
       benchMemory(options, stepBench(options), lines);
       lines.finish();
     }},
    {"store",
     [](const BenchOptions&, const Console&, BenchLines& lines) {
       benchStore(lines);
       lines.finish();
     }},
    {"start",
     [](const BenchOptions&, const Console&, BenchLines& lines) {
       askWindow("--bench", lines);
       lines.finish();
     }},
    {"window",
     [](const BenchOptions&, const Console&, BenchLines& lines) {
       askWindow("--bench-ops", lines);
       lines.finish();
     }},
    {"live",
     [](const BenchOptions&, const Console&, BenchLines& lines) {
       askWindow("--bench-live", lines);
       lines.finish();
     }},
};

int perform(const BenchOptions& options) {
  const Console console(options.json);
  BenchLines lines(console);
  findEntry(kKinds, options.what, "measurement").measure(options, console, lines);
  return 0;
}

}  // namespace

void benchStore(BenchLines& lines) {
  std::optional<double> rows;
  int signal = 0;
  {
    const StopSignals signals;
    rows = storedRows(signals);
    signal = signals.received();
  }
  if (!rows) ::raise(signal);  // the folder is gone: now the program may end as it was told to
  if (!rows) return;
  BenchResult result;
  result.name = "store.rows_per_second";
  result.value = *rows;
  result.unit = "1/s";
  lines.add(result);
}

void addBench(Verbs& verbs) {
  verbs.add(
      {"bench", "Measure speed on this machine",
       "render  operations and augmentation chains, one thread, beside Pillow and torchvision where\n"
       "        UADA_PYTHON, python3 or /usr/bin/python3 has them: both do the same work in turn,\n"
       "        pixels are compared, 'times longer' is the reference's time over ours; at 224 pixels each\n"
       "        operation also beside the fastest call of OpenCV for the same work (opencv.NAME.224)\n"
       "load    JPEG files to the numbers of a batch, one thread, beside OpenCV and albumentations where a\n"
       "        Python has them\n"
       "seg     a predicted label map of 2,048 x 1,024 pixels and 19 classes compared with the true one\n"
       "voc     4,952 images with 200 boxes each compared with their objects: the mean average precision\n"
       "step    a training step of each method, on the CPU unless --device says otherwise\n"
       "memory  the most memory that training steps take, beside the plain method's\n"
       "store   rows a second into a project file\n"
       "start   the window's first paint (needs uada-workbench beside this program)\n"
       "window  a change in the op explorer until it is painted (likewise)\n"
       "live    a training step beside the live view, and beside a window that sleeps (likewise)\n"
       "Example: uada bench render --only 'render.*.32'\n"
       "         uada bench step --method uada --method ra-uc --json"},
      describe, perform);
}

}  // namespace uada::cli
