#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>

#include "app/cli/BenchLines.h"
#include "core/base/Error.h"
#include "core/engine/methods/MethodEntry.h"

namespace uada::cli {
namespace {

/// The most memory that a process had which did the work, MB. In a process of its own: of one that has done
/// other work before, what that left behind would count.
double mostMemory(const StepBench& job) {
  const pid_t child = ::fork();
  if (child < 0) throw Error("cannot measure memory: no further process could be started");
  if (child == 0) {
    int code = 0;
    try {
      loadEngine().benchSteps(job);
    } catch (const std::exception& problem) {
      std::fprintf(stderr, "uada: %s\n", problem.what());
      code = 1;
    }
    ::_exit(code);
  }
  int status = 0;
  rusage used{};
  if (::wait4(child, &status, 0, &used) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw Error("memory was not measured: the process that trained did not end by itself");
  return static_cast<double>(used.ru_maxrss) / 1024;  // of KiB
}

}  // namespace

void benchMemory(const BenchOptions& options, const StepBench& job, BenchLines& lines) {
  std::vector<std::string> methods = options.methods;
  if (methods.empty()) methods = {"uada", "uada-fast"};
  const std::string& reference = referenceMethod().name;
  std::erase(methods, reference);
  methods.insert(methods.begin(), reference);
  StepBench one = job;
  one.hasReference = false;
  one.methods.clear();
  const double idle = mostMemory(one);
  double plain = 0;
  for (const std::string& method : methods) {
    one.methods = {method};
    BenchResult result;
    result.name = "memory." + method;
    std::ranges::replace(result.name, '-', '_');
    result.value = mostMemory(one) - idle;
    result.unit = "MB";
    result.threads = job.threads;
    result.device = "cpu";
    if (method == reference) plain = result.value;
    result.reference = "memory." + reference;
    std::ranges::replace(result.reference, '-', '_');
    result.referenceValue = plain;
    result.ratio = result.value / plain;
    lines.add(result);
  }
}

}  // namespace uada::cli
