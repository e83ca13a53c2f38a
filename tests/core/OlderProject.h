#pragma once

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/core/FakeEngine.h"
#include "tests/core/StoreTools.h"

/// Projects of earlier versions of the program.
namespace uada {

/// SQL that gives rows of version 6 the columns that metrics had before it.
inline std::string withoutMetrics() {
  const auto metric = [](const std::string& of, const std::string& part, const std::string& name) {
    return "(SELECT value FROM metrics m WHERE m.run = " + of + ".run AND m.attempt = " + of +
           ".attempt AND m.step = " + of + ".step AND part = '" + part + "' AND name = '" + name + "')";
  };
  std::string sql =
      "ALTER TABLE steps ADD COLUMN correct INTEGER NOT NULL DEFAULT 0; UPDATE steps SET correct = "
      "coalesce(round(count * " +
      metric("steps", "step", "top1") + "), 0);";
  for (const auto& [part, name] : {std::pair("train", "loss"),
                                   {"train", "top1"},
                                   {"test", "loss"},
                                   {"test", "top1"},
                                   {"test", "top5"}}) {
    const std::string column = std::string(part) + "_" + name;
    sql += "ALTER TABLE epochs ADD COLUMN " + column + "; UPDATE epochs SET " + column + " = " +
           metric("epochs", part, name) + ";";
  }
  for (const char* name : {"loss", "top1", "top5"})
    sql += std::string("ALTER TABLE results ADD COLUMN last_") + name + "; UPDATE results SET last_" + name +
           " = (SELECT value FROM result_metrics m WHERE m.run = results.run AND m.attempt = results.attempt "
           "AND name = '" +
           name + "');";
  return sql +
         "ALTER TABLE results ADD COLUMN best_top1; UPDATE results SET best_top1 = best; ALTER TABLE results "
         "DROP COLUMN best; ALTER TABLE results DROP COLUMN metric; DROP TABLE metrics; DROP TABLE "
         "result_metrics;";
}

/// SQL that takes from the tables of a version what it added to the one before.
inline std::string withoutVersion(int version) {
  switch (version) {
    case 11: return "DROP TABLE machine; DROP TABLE machine_gpus;";
    case 10:
      return "DROP TABLE edits; ALTER TABLE steps DROP COLUMN gradient_norm; ALTER TABLE runs DROP COLUMN "
             "forked_from; ALTER TABLE runs DROP COLUMN forked_step; ALTER TABLE runs DROP COLUMN "
             "forked_config;";
    case 9: return "ALTER TABLE runs DROP COLUMN method_hash;";
    case 8:
      return "DROP TABLE settings; ALTER TABLE runs DROP COLUMN renamed; ALTER TABLE queue DROP COLUMN "
             "place;";
    case 7: return "DROP TABLE queue;";
    case 6: return withoutMetrics();
    case 4:
      return "ALTER TABLE attempts DROP COLUMN data_published; ALTER TABLE attempts DROP COLUMN "
             "steps_per_epoch;";
    case 3: return "ALTER TABLE runs DROP COLUMN policy;";
    case 2: return "DROP TABLE policies;";
    default: return "";
  }
}

/// Makes a project what an earlier version of the program left: the tables of that version with the same
/// rows, and none of its views.
inline void makeOlder(const std::filesystem::path& file, int version) {
  std::string sql = sqlite(file, "SELECT 'DROP VIEW ' || name || ';' FROM sqlite_master WHERE type = 'view'");
  for (int at = kSchemaVersion; at > version; --at) sql += withoutVersion(at);
  sqlite(file, sql + "PRAGMA user_version=" + std::to_string(version));
}

/// All that the tables of a project hold, by "TABLE COLUMN", as SQL text in the order of rows.
inline std::map<std::string, std::string> columnsOf(const std::filesystem::path& file) {
  const std::string names =
      sqlite(file,
             "SELECT m.name || ' ' || c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type "
             "= 'table' AND m.name NOT LIKE 'sqlite%'");
  std::string sql;
  std::vector<std::string> columns;
  std::istringstream lines(names);
  for (std::string name; std::getline(lines, name);) {
    const std::size_t space = name.find(' ');
    const std::string table = name.substr(0, space), column = name.substr(space + 1);
    sql += "SELECT '@'; SELECT quote(" + column + ") FROM " + table + " NOT INDEXED;";
    columns.push_back(name);
  }
  std::map<std::string, std::string> all;
  std::istringstream rows(sqlite(file, sql));
  std::size_t next = 0;
  for (std::string row; std::getline(rows, row);)
    if (row == "@")
      ++next;
    else
      all[columns[next - 1]] += row + '\n';
  for (const std::string& column : columns) all.try_emplace(column);
  return all;
}

/// What of the columns that two versions have differs, by name; "": nothing.
inline std::string differing(const std::map<std::string, std::string>& one,
                             const std::map<std::string, std::string>& other) {
  std::string names;
  for (const auto& [column, rows] : one)
    if (const auto same = other.find(column); same != other.end() && same->second != rows)
      names += column + ":\n" + rows + "and\n" + same->second;
  return names;
}

/// A project with rows in every table: a finished run, one that is not, two that wait.
inline void fillProject(const std::filesystem::path& file) {
  ProjectWriter writer(file);
  RunConfig config = fakeConfig();
  config.policyFile = std::make_shared<PolicyFile>(PolicyFile{"mine", sha256(std::string_view("t")), "t"});
  const std::int64_t run = beginRun(writer, config);
  const FakeNumbers numbers{{}, config};
  for (int step = 1; step <= 30; ++step) {
    writer.append(run, 1, numbers.step(step));
    writer.append(run, 1, numbers.policy(step));
    if (step % 10) continue;
    writer.append(run, 1, numbers.epoch(step / 10));
    writer.append(run, 1, numbers.decision(step, 1));
    writer.append(run, 1, CheckpointReport{step, step / 10, "c.fake", "aa"});
  }
  MachineRow row{1, "2026-11-30T12:00:00Z", 7, {}};
  row.reading.gpus.emplace_back();
  writer.append(run, 1, row);
  writer.append(run, 1, EditReport{1, 3, "method.epsilon", "1", "2"});
  writer.append(run, 1, EventReport{"an event"});
  writer.append(run, 1, numbers.result());
  writer.append(run, 1, StateReport{RunState::finished, "", "cpu", 2, "data", true});
  writer.setNotes(run, "two\nlines", "a, b");
  writer.renameRun(run, "as a person calls it");
  writer.append(beginRun(writer, fakeConfig("ra-uc", 2)), 1, numbers.step(1));
  writer.queue({fakeConfig("uada", 3), fakeConfig("uada", 4)});
  writer.setQueueRules({.isPaused = true});
  writer.keepTable({"mine", "{}"});
  writer.flush();
}

}  // namespace uada
