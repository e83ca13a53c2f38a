#include <fmt/core.h>

#include "core/base/Text.h"
#include "core/store/ReaderImpl.h"

namespace uada {

using namespace store;

bool ProjectReader::Impl::isSound(std::int64_t run, const char* table, std::int64_t step, const Row& row) {
  if (row.problem().empty()) return true;
  leaveOut(run, table, step, row.problem());
  return false;
}

void ProjectReader::Impl::leaveOut(std::int64_t run, const char* table, std::int64_t step,
                                   const std::string& why) {
  LeftOut& rows = leftOut[{run, table}];
  if (rows.rows++ == 0) {
    rows.first = fmt::format("step {}: {}", step, why);
    rows.firstStep = step;
  }
  rows.steps.insert(step);
}

void ProjectReader::Impl::leaveOut(std::int64_t run, const std::string& why) {
  LeftOut& rows = leftOut[{run, ""}];
  if (rows.rows++ == 0) rows.first = why;
}

/// ", also in steps 5, 10 and 2 more" than the first; "": there are no others.
static std::string otherSteps(const LeftOut& rows) {
  constexpr std::size_t kNamed = 8;
  if (rows.steps.size() < 2) return {};
  const std::size_t others = rows.steps.size() - 1;
  std::vector<std::string> names;
  for (const std::int64_t step : rows.steps)
    if (step != rows.firstStep && names.size() < kNamed) names.push_back(std::to_string(step));
  std::string text = fmt::format(", also in step{} {}", others == 1 ? "" : "s", joined(names, ", "));
  if (others > kNamed) text += fmt::format(" and {} more", others - kNamed);
  return text;
}

std::optional<RunConfig> ProjectReader::Impl::soundConfig(const RunSummary& run) {
  SQLite::Statement query(database, "SELECT config FROM runs WHERE id = ?");
  if (!bindAll(query, run.id).executeStep()) return std::nullopt;  // it was removed
  Row row(query);
  const std::string text = row.text();
  std::string why = run.damage.empty() ? row.problem() : run.damage;
  try {
    if (why.empty()) return ConfigReader().read(parseJson(text, "config"), "config");
  } catch (const Error& error) {
    why = error.what();
  }
  leaveOut(run.id, why);
  return std::nullopt;
}

std::optional<RunConfig> ProjectReader::soundConfig(const RunSummary& run) const {
  return impl_->read([&] { return impl_->soundConfig(run); });
}

std::vector<std::string> ProjectReader::takeRemarks() const {
  return impl_->read([&] {
    constexpr std::size_t kTold = 20;  // whoever reads more of them has understood
    std::vector<std::string> remarks;
    const auto leftOut = std::exchange(impl_->leftOut, {});
    for (const auto& [place, rows] : leftOut) {
      if (remarks.size() == kTold) {
        remarks.push_back(fmt::format("{} more runs or tables of '{}' are damaged likewise",
                                      leftOut.size() - kTold, file().string()));
        break;
      }
      const auto& [run, table] = place;
      const std::string what =
          table.empty()    ? " is damaged and not counted"
          : rows.rows == 1 ? fmt::format(": 1 row of {} is damaged and left out", table)
                           : fmt::format(": {} rows of {} are damaged and left out", rows.rows, table);
      remarks.push_back(fmt::format("run {} of '{}'{} ({}){}", impl_->nameOf(run), file().string(), what,
                                    rows.first, otherSteps(rows)));
    }
    return remarks;
  });
}

}  // namespace uada
