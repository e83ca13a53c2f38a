#pragma once

#include <cmath>
#include <filesystem>
#include <map>
#include <string>

#include "core/data/Dataset.h"
#include "core/store/Project.h"
#include "core/tables/CellPlan.h"
#include "core/tables/OwnTable.h"
#include "tests/core/FakeEngine.h"

/// What the tests share that read the numbers of a table in several places.
namespace uada::test {

inline bool agree(double a, double b) { return std::isnan(a) ? std::isnan(b) : std::abs(a - b) < 1e-9; }

/// A finished run of two epochs, the first of them the best, with every metric of its task.
inline void record(ProjectWriter& project, const RunConfig& config, double best, bool diverges = false,
                   const std::string& data = "images") {
  const std::int64_t run = project.createRun(config).id;
  const int attempt = project.beginAttempt(run, currentManifest(), "");
  const auto& metrics = taskOf(config.recipe).testMetrics;
  const auto test = [&](double value) {
    Metrics all;
    for (const Metric& metric : metrics)
      all.emplace_back(metric.name, value + 0.01 * static_cast<double>(all.size()));
    all.emplace_back("loss", diverges ? NAN : 0.1);
    return all;
  };
  for (const int number : {1, 2}) {
    EpochReport epoch;
    epoch.epoch = number;
    epoch.step = 5 * number;
    epoch.test = test(number == 1 ? best : best - 0.02);
    project.append(run, attempt, epoch);
  }
  const auto& entry = findDataset(config.recipe.dataset.name);
  const int batch = config.recipe.training.batch;
  StateReport state{RunState::finished, "", "cpu", 2, data, data == "images"};
  state.stepsPerEpoch = (entry.trainImages + batch - 1) / batch;
  project.append(run, attempt,
                 ResultReport{.metric = metrics.front().name,
                              .best = best,
                              .bestEpoch = 1,
                              .last = test(best - 0.02),
                              .seconds = 10 + 100 * best,
                              .counts = Counts{config.method.name == "uada" ? 90.0 : 0.0, 10, 10, 100}});
  project.append(run, attempt, state);
}

/// Three seeds of each cell that can be measured of all tables, one of them diverged; other images and
/// another recipe beside them.
inline void fill(const std::filesystem::path& file) {
  ProjectWriter project(file);
  std::map<std::string, bool> seen;
  int count = 0;
  for (const TableEntry& entry : tables()) {
    const Table table = entry.published();
    for (std::size_t row = 0; row < table.rows.size(); ++row)
      for (std::size_t column = 0; column < table.columns.size(); ++column) {
        auto config = plannedConfig(table, row, column);
        if (!config || column % 2 == 1 || seen.contains(configHash(*config))) continue;
        seen[configHash(*config)] = true;
        for (config->seed = 1; config->seed <= 3; ++config->seed) {
          ++count;
          record(project, *config, 0.5 + 0.001 * (count % 200) + 0.01 * static_cast<double>(config->seed),
                 config->seed == 3 && count % 5 == 0);
        }
      }
  }
  RunConfig own = fakeConfig("uada", 1);
  for (own.seed = 1; own.seed <= 2; ++own.seed) {
    record(project, own, 0.7 + 0.01 * static_cast<double>(own.seed));
    record(project, own, 0.4 + 0.01 * static_cast<double>(own.seed), false, "other");
  }
  // The paper's training on images that are not the published ones: no cell of the paper.
  if (auto paper = plannedConfig(findTable(2).published(), 15, 0))
    record(project, *paper, 0.3, false, "spoiled");
  RunConfig plain = fakeConfig("ra-uc", 1);
  record(project, plain, 0.6);
  project.flush();
}

/// RA and UADA over three seeds: by seed 10, 11 and 9 points apart.
inline void recordPairs(const std::filesystem::path& file) {
  ProjectWriter project(file);
  const double ra[] = {0.60, 0.61, 0.62}, uada[] = {0.70, 0.72, 0.71};
  for (const int seed : {1, 2, 3}) {
    record(project, fakeConfig("ra-uc", seed), ra[seed - 1]);
    record(project, fakeConfig("uada", seed), uada[seed - 1]);
  }
  project.flush();
}

/// As somebody does who makes or changes a table.
inline void keepOwn(const std::filesystem::path& file, const OwnTable& table,
                    const std::string& before = {}) {
  const StoredTable kept = stored(table, ProjectReader(file));
  ProjectWriter(file).keepTable(kept, before);
}

}  // namespace uada::test
