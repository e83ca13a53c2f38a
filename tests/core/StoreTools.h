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
