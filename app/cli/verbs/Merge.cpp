#include "core/store/Merge.h"

#include <fmt/core.h>

#include "app/cli/CommandLine.h"
#include "app/cli/Console.h"
#include "app/cli/TakenRuns.h"
#include "core/base/Error.h"
#include "core/base/Plural.h"
#include "core/base/Printable.h"
#include "core/tables/OwnTable.h"

namespace uada::cli {
namespace {

struct Options {
  std::vector<std::string> others;
  std::string project = kDefaultProject;
  bool json = false;
};

void describe(Verb& verb, Options& options) {
  verb.arguments("OTHER.uada", options.others, "Projects whose runs are taken over").required();
  verb.project(options.project);
}

struct Counted {
  TakenCount runs;
  std::int64_t tables = 0, tablesLeftOut = 0, waiting = 0;
};

/// Whether the project has got a table that it had not. Throws Error if it has another one of that name.
bool takeTable(ProjectWriter& into, const OwnTable& table) {
  const ProjectReader reader(into.file());
  for (const OwnTable& known : ownTables(reader)) {
    if (known.name != table.name) continue;
    if (known == table) return false;
    throw Error("the project has another one of that name; rename one of the two");
  }
  into.keepTable(stored(table, reader));
  return true;
}

void takeTables(ProjectWriter& into, const ProjectReader& other, const std::string& from, Counted& counted,
                const Console& console) {
  for (const StoredTable& table : other.ownTables()) try {
      counted.tables += takeTable(into, findOwnTable(other, table.name));
    } catch (const Error& problem) {
      ++counted.tablesLeftOut;
      printProblem(
          fmt::format("{}: own table '{}': left out: {}", from, quotable(table.name), problem.what()));
      console.object("left_out",
                     Json::Object{{"from", from}, {"table", table.name}, {"reason", problem.what()}});
    }
}

std::string textOf(const Counted& counted) {
  std::string text = counted.runs.text();
  if (counted.tables > 0) text += "; " + plural(counted.tables, "own table") + " added";
  if (counted.waiting > 0)
    text += fmt::format("; {} in its queue {} there", plural(counted.waiting, "run"),
                        counted.waiting == 1 ? "stays" : "stay");
  return text;
}

Counted mergeOne(Takeover& takeover, ProjectWriter& into, const std::string& other, const Console& console) {
  Counted counted;
  takeover.project(other, [&](const TakenRun& run) { counted.runs.count(run, other, console); });
  const ProjectReader reader(other);
  takeTables(into, reader, other, counted, console);
  counted.waiting = static_cast<std::int64_t>(reader.queue().size());
  console.say(fmt::format("{}: {}", oneLine(other), textOf(counted)));
  Json::Object members{{"from", other}};
  for (const auto& member : counted.runs.json()) members.push_back(member);
  members.emplace_back("tables", counted.tables);
  members.emplace_back("waiting", counted.waiting);
  console.object("merged", members);
  return counted;
}

int perform(const Options& options) {
  const Console console(options.json);
  for (const std::string& other : options.others)
    if (std::error_code ignored; !std::filesystem::exists(other, ignored))
      ProjectReader{other};  // throws: nothing is made for a name that is mistyped
  ProjectWriter into(options.project);
  Takeover takeover(into);
  TakenCount total;
  std::int64_t failed = 0, tablesLeftOut = 0;
  for (const std::string& other : options.others) try {
      const Counted counted = mergeOne(takeover, into, other, console);
      total += counted.runs;
      tablesLeftOut += counted.tablesLeftOut;
    } catch (const Error& problem) {
      ++failed;
      printProblem(problem.what());
      console.object("error", Json::Object{{"from", other}, {"message", problem.what()}});
    }
  console.say(fmt::format("{}: {} from {}; it has {} now", oneLine(options.project), total.text(),
                          plural(static_cast<long long>(options.others.size()), "project"),
                          plural(static_cast<long long>(ProjectReader(into.file()).runs().size()), "run")));
  console.object("total", total.json());
  if (failed > 0) throw Error(fmt::format("{} could not be merged", plural(failed, "project")));
  return total.leftOut + tablesLeftOut > 0 ? 1 : 0;
}

}  // namespace

void addMerge(Verbs& verbs) {
  verbs.add(
      {"merge", "Take the runs of other projects over into one, each once",
       "A run comes with all its rows, its folder, tags and notes; own tables of a project come, too. A run "
       "is\n"
       "known by its key: the same again takes only what is new, and completes what was interrupted.\n"
       "A run that went on in both projects, or that is being trained, is left out and named; the exit code\n"
       "is then 1. The other projects are not changed, and runs that wait in their queues stay there.\n"
       "Example: uada merge sweep/runs/*.uada --project thesis.uada"},
      describe, perform);
}

}  // namespace uada::cli
