#pragma once

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <QString>
#include <QTest>
#include <string>

#include "core/engine/Reports.h"
#include "core/store/Project.h"
#include "tests/core/Child.h"

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

// Each report as a text that shows every bit of every number: {:a} is exact and knows -0, NaN and the
// infinities.
inline std::string text(const Counts& c) {
  return fmt::format("{} {} {} {}", c.forwardsNoGrad, c.forwardsTrain, c.backwards, c.chains);
}
inline std::string text(const Timings& t) {
  return fmt::format("{:a} {:a} {:a} {:a} {:a} {:a}", t.render, t.probe, t.candidate, t.train, t.wait,
                     t.other);
}
inline std::string text(const StepReport& r) {
  return fmt::format("{} {} {:a} {:a} {:a} {:a} {} {} | {} | {}", r.step, r.epoch, r.learningRate, r.loss,
                     r.unperturbedLoss, r.gain, r.correct, r.count, text(r.counts), text(r.timings));
}
inline std::string text(const EpochReport& r) {
  return fmt::format("{} {} {:a} {:a} {:a} {:a} {:a} {:a} {:a} | {} | {}", r.epoch, r.step, r.trainLoss,
                     r.trainTop1, r.testLoss, r.testTop1, r.testTop5, r.seconds, r.testSeconds,
                     text(r.counts), text(r.timings));
}
inline std::string text(const PolicyReport& r) {
  std::string all = fmt::format("{} {} {} {}", r.step, r.epoch, r.unperturbedWins, r.count);
  for (const OpStatistics& o : r.ops)
    all += fmt::format("\n{} {} {:a} {:a} {:a} {:a} {} {} {} {} {:a} {} {:a} {} {}", o.op, o.count,
                       o.beforeMean, o.beforeSpread, o.afterMean, o.afterSpread, o.probed, o.plus, o.minus,
                       o.zero, o.meanDL, o.wins, o.meanGain, o.inert, o.clamped);
  for (const GroupStatistics& g : r.groups)
    all += fmt::format("\n{} {} {} {} {} {:a} {} {:a} {} {}", g.group, g.count, g.plus, g.minus, g.zero,
                       g.meanDL, g.wins, g.meanGain, g.inert, g.clamped);
  return all;
}
inline std::string text(const Image& image) {
  return fmt::format("{}x{} {}", image.width, image.height, fmt::join(image.rgb, ","));
}
inline std::string text(const Decision& d) {
  std::string all = fmt::format("{} {} {} {} {} {:a} {} {}\n{}\n{}", d.step, d.epoch, d.index, d.label,
                                toJson(d.plan).dump(), d.unperturbedLoss, d.winner, d.pixelHash,
                                text(d.original), text(d.unperturbed));
  for (const GroupDecision& g : d.groups)
    all += fmt::format("\n{} {} {} {} {} {:a} {:a} {:a} {} {} {}\n{}", g.group, g.position,
                       fmt::join(g.before, ","), fmt::join(g.delta, ","), fmt::join(g.after, ","),
                       fmt::join(g.probeLoss, ","), fmt::join(g.dL, ","), g.candidateLoss, g.inert, g.clamped,
                       toJson(g.candidate).dump(), text(g.picture));
  return all;
}
template <class Report>
std::string text(const std::vector<Report>& reports) {
  std::string all;
  for (const Report& report : reports) all += text(report) + "\n";
  return all;
}

}  // namespace uada
