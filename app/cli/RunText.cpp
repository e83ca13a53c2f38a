#include "app/cli/RunText.h"

#include <fmt/core.h>

#include <cmath>
#include <ctime>

#include "core/base/Text.h"

namespace uada::cli {

std::string metricText(const RunSummary& run, std::optional<double> value) {
  return mainMetric(run).text(value.value_or(std::nan("")));
}

std::string lossText(std::optional<double> loss) {
  return loss && std::isfinite(*loss) ? fmt::format("{:#.4g}", *loss) : "-";
}

std::string epochText(const RunSummary& run) { return fmt::format("{}/{}", run.epoch, run.epochs); }

std::string stepText(std::int64_t step, std::int64_t planned) {
  return groupedText(step) + '/' + (planned > 0 ? groupedText(planned) : "?");
}

std::string localTime(const std::string& utc) {
  std::tm parts{};
  if (!::strptime(utc.c_str(), "%Y-%m-%dT%H:%M:%S", &parts)) return utc.empty() ? "-" : utc;
  const std::time_t time = ::timegm(&parts);
  ::localtime_r(&time, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &parts);
  return text;
}

std::vector<std::string> noteRemarks(const ProjectReader& project, const Console& console) {
  std::vector<std::string> remarks = project.takeRemarks();
  for (const std::string& remark : remarks)
    console.note(fmt::format("note: {}; restore a copy of the project if you need it", remark));
  return remarks;
}

}  // namespace uada::cli
