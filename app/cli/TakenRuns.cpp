#include "app/cli/TakenRuns.h"

#include <fmt/core.h>

#include <utility>
#include <vector>

#include "core/base/Printable.h"
#include "core/base/Text.h"

namespace uada::cli {

void TakenCount::count(const TakenRun& run, const std::string& from, const Console& console) {
  switch (run.what) {
    case Taken::added: ++added; break;
    case Taken::continued: ++continued; break;
    case Taken::known: ++known; break;
    case Taken::leftOut: ++leftOut; break;
  }
  if (run.text.empty()) return;
  const std::string name = fmt::format("{}: {} ({})", from, quotable(run.key), oneLine(run.title));
  if (run.what != Taken::leftOut) return console.note(fmt::format("{}: {}", name, run.text));
  printProblem(fmt::format("{}: left out: {}", name, run.text));
  console.object("left_out",
                 Json::Object{{"from", from}, {"key", run.key}, {"title", run.title}, {"reason", run.text}});
}

TakenCount& TakenCount::operator+=(const TakenCount& other) {
  added += other.added;
  continued += other.continued;
  known += other.known;
  leftOut += other.leftOut;
  return *this;
}

std::string TakenCount::text() const {
  std::vector<std::string> parts;
  for (const auto& [number, what] :
       {std::pair(added, "added"), {continued, "continued"}, {known, "there before"}, {leftOut, "left out"}})
    if (number > 0) parts.push_back(fmt::format("{} {}", groupedText(number), what));
  return parts.empty() ? "no runs" : joined(parts, ", ");
}

Json::Object TakenCount::json() const {
  return {{"added", added}, {"continued", continued}, {"known", known}, {"left_out", leftOut}};
}

}  // namespace uada::cli
