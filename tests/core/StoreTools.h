#pragma once

#include <QString>
#include <QTest>
#include <string>

#include "core/store/Project.h"
#include "tests/core/Child.h"
#include "tests/core/ReportText.h"

/// So that a failed comparison shows both texts.
template <>
inline char* QTest::toString<std::string>(const std::string& text) {
  return qstrdup(text.substr(0, 2000).c_str());
}

namespace uada {

/// What a person gets from the sqlite3 program, without the last line end.
inline std::string sqlite(const std::filesystem::path& file, const std::string& sql) {
  std::string answer = Child({"sqlite3", file.string(), sql}).rest();
  while (answer.ends_with('\n')) answer.pop_back();
  return answer;
}

/// Another program that holds the right to write to a project, until this is destroyed.
class WriteLock {
 public:
  explicit WriteLock(const std::filesystem::path& project)
      : program_({"sqlite3", "-cmd", ".timeout 20000", project.string(), "BEGIN IMMEDIATE",
                  ".shell echo locked", ".shell exec sleep 100"}),
        isHeld_(program_.line() == "locked") {}
  bool isHeld() const { return isHeld_; }

 private:
  Child program_;
  bool isHeld_;
};

/// Makes a project what an earlier version of the program left: the tables of that version with the same
/// rows, and none of its views.
inline void makeOlder(const std::filesystem::path& file, int version) {
  std::string views = "DROP VIEW published; DROP VIEW finished_metrics; DROP VIEW finished_runs;";
  for (int number = 9; number > 0; --number) views = "DROP VIEW table" + std::to_string(number) + ";" + views;
  sqlite(file, views);
  const auto metric = [](const std::string& of, const std::string& part, const std::string& name) {
    return "(SELECT value FROM metrics m WHERE m.run = " + of + ".run AND m.attempt = " + of +
           ".attempt AND m.step = " + of + ".step AND part = '" + part + "' AND name = '" + name + "')";
  };
  std::string sql =
      "DROP TABLE edits; ALTER TABLE steps DROP COLUMN gradient_norm; ALTER TABLE runs DROP COLUMN "
      "forked_from; "
      "ALTER TABLE runs DROP COLUMN forked_step; ALTER TABLE runs DROP COLUMN forked_config;";
  sql +=
      "DROP TABLE queue; DROP TABLE settings; ALTER TABLE runs DROP COLUMN renamed; ALTER TABLE runs DROP "
      "COLUMN method_hash;";
  sql +=
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
  sql +=
      "ALTER TABLE results ADD COLUMN best_top1; UPDATE results SET best_top1 = best; ALTER TABLE results "
      "DROP COLUMN best; ALTER TABLE results DROP COLUMN metric; DROP TABLE metrics; DROP TABLE "
      "result_metrics;";
  if (version < 4)
    sql +=
        "ALTER TABLE attempts DROP COLUMN data_published; ALTER TABLE attempts DROP COLUMN steps_per_epoch;";
  if (version < 3) sql += "ALTER TABLE runs DROP COLUMN policy;";
  if (version < 2) sql += "DROP TABLE policies;";
  sqlite(file, sql + "PRAGMA user_version=" + std::to_string(version));
}

/// The end of a run of classification.
inline ResultReport resultOf(double best, double last, double loss, double seconds, const Counts& counts) {
  return {.metric = "top1",
          .best = best,
          .bestEpoch = 1,
          .last = {{"top1", last}, {"top5", 0.99}, {"loss", loss}},
          .parameters = 100,
          .seconds = seconds,
          .counts = counts};
}

/// The message of the Error that body throws; "" if it throws none.
template <class Body>
std::string errorOf(Body body) {
  try {
    body();
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

/// A run with one attempt; returns its id.
inline std::int64_t beginRun(ProjectWriter& writer, const RunConfig& config) {
  const std::int64_t run = writer.createRun(config).id;
  writer.beginAttempt(run, currentManifest(), "");
  return run;
}

inline bool contains(const std::string& text, std::string_view part) {
  if (text.find(part) != text.npos) return true;
  qWarning("'%s' is not in '%s'", std::string(part).c_str(), text.c_str());
  return false;
}

}  // namespace uada
