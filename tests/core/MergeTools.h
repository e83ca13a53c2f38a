#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/Files.h"
#include "core/store/Merge.h"
#include "core/store/RunSession.h"
#include "tests/core/FakeEngine.h"
#include "tests/core/StoreTools.h"
#include "tests/core/Watcher.h"

namespace uada {

/// All rows of the runs in a project and their policies, by run and without the numbers of rows: equal where
/// two projects hold the same.
inline std::string contentOf(const std::filesystem::path& project) {
  std::string sql = "SELECT 'runs';";
  std::string names =
      sqlite(project,
             "SELECT group_concat('quote(' || name || ')', ',') FROM pragma_table_info('runs') "
             "WHERE name <> 'id'");
  sql += "SELECT " + names + " FROM runs ORDER BY key;";
  std::string tables =
      sqlite(project,
             "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type "
             "= 'table' AND c.name = 'run' ORDER BY m.name");
  for (std::size_t at = 0; at < tables.size();) {
    const std::size_t end = std::min(tables.find('\n', at), tables.size());
    const std::string table = tables.substr(at, end - at);
    at = end + 1;
    names = sqlite(project, "SELECT group_concat('quote(' || name || ')', ',') FROM pragma_table_info('" +
                                table + "') WHERE name NOT IN ('id', 'run')");
    sql += "SELECT '" + table + "'; SELECT r.run_key, " + names + " FROM " + table +
           " t JOIN (SELECT id AS run_number, key AS run_key FROM runs) r ON r.run_number = t.run ORDER BY " +
           (names.find("quote(time)") != names.npos || table == "checkpoints" ? "r.run_key, t.id"
                                                                              : "r.run_key, " + names) +
           ";";
  }
  sql += "SELECT 'policies'; SELECT quote(name), sha256, quote(text) FROM policies ORDER BY name;";
  return sqlite(project, sql);
}

/// The files in the run folders of a project, with what they hold; without locks.
inline std::map<std::string, std::string> filesOf(const std::filesystem::path& project) {
  namespace fs = std::filesystem;
  std::map<std::string, std::string> files;
  const fs::path folder = runFolder(project, "run").parent_path();
  if (!fs::exists(folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().extension() != ".lock" && entry.path().filename() != "lock")
      files[entry.path().lexically_relative(folder).string()] = readTextFile(entry.path(), 64u << 20);
  return files;
}

/// A project and its run folders under another name.
inline void copyProject(const std::filesystem::path& from, const std::filesystem::path& to) {
  namespace fs = std::filesystem;
  fs::copy_file(from, to);
  fs::copy(runFolder(from, "run").parent_path(), runFolder(to, "run").parent_path(),
           fs::copy_options::recursive);
}

/// As if what was trained last had been trained by another process.
inline void makeOtherProcess(const std::filesystem::path& project) {
  sqlite(
      project,
      "UPDATE attempts SET pid = pid + 1 WHERE attempt = (SELECT max(attempt) FROM attempts a WHERE a.run = "
      "attempts.run)");
}

/// fillProject() leaves a run that this process seems to train.
inline void endAll(const std::filesystem::path& project) {
  sqlite(project, "UPDATE attempts SET state = 'stopped', ended = seen WHERE state = 'preparing'");
}

/// Trains a run whole; returns its key.
inline std::string trained(const std::filesystem::path& project, FakeEngine& engine,
                           const RunConfig& config) {
  ProjectWriter writer(project);
  RunSession session(writer, engine, config, nullptr);
  session.job().wait();
  return session.run().key;
}

/// Goes on with the project's run, to its end or to a step.
inline void resumed(const std::filesystem::path& project, FakeEngine& engine, const std::string& key) {
  ProjectWriter writer(project);
  const ProjectReader reader(project);
  RunSession session(writer, engine, reader.detail(reader.findRun(key).id), nullptr);
  session.job().wait();
}

}  // namespace uada
