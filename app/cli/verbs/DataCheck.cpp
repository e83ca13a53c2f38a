#include <fmt/core.h>

#include <algorithm>

#include "app/cli/Console.h"
#include "app/cli/DataLoading.h"
#include "app/cli/Verbs.h"
#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/data/Dataset.h"

namespace uada::cli {
namespace {

using Align = TextTable::Align;

std::string filesText(const DataReport& report) {
  TextTable table({{"file"}, {"bytes", Align::right}, {"SHA-256 (unpacked)"}, {"published"}, {"state"}});
  for (const auto& file : report.files)
    table.add({file.name, groupedText(static_cast<long long>(file.bytes)),
               file.hash.empty() ? "-" : file.hash.substr(0, 16), file.difference.empty() ? "yes" : "no",
               file.problem.empty() ? "sound" : file.problem});
  return table.text();
}

/// "train  60,000 images, 6,000 in each of 10 classes".
std::string countText(const char* split, std::size_t count, const std::vector<std::size_t>& perClass) {
  const auto number = [](std::size_t n) { return groupedText(static_cast<long long>(n)); };
  std::string text = fmt::format("{:5}  {} images", split, number(count));
  if (perClass.empty()) return text;
  const auto [least, most] = std::ranges::minmax(perClass);
  if (least == most) return text + fmt::format(", {} in each of {} classes", number(least), perClass.size());
  return text + fmt::format(", {} to {} in each of {} classes", number(least), number(most), perClass.size());
}

/// Whether these are the files that papers were written about.
std::string publishedText(const DatasetEntry& entry, const DataReport& report) {
  if (const auto* file = report.firstDifferent())
    return fmt::format("Not the published files of {}: {}: {}.", entry.title, file->name, file->difference);
  return fmt::format("These are the published files of {}.", entry.title);
}

/// What else lies in the folder and is not used.
std::vector<std::string> remarks(const DatasetEntry& entry, const std::string& folder,
                                 const DataReport& report) {
  std::vector<std::string> all;
  for (const auto& file : report.files)
    if (!file.remark.empty()) all.push_back(file.name + ": " + file.remark);
  for (const std::string& form : otherFormsIn(entry, folder))
    all.push_back(form + " is there too and is not used");
  return all;
}

Json countsJson(const std::vector<std::size_t>& counts) {
  Json json = Json::array();
  for (const std::size_t count : counts) json.push(static_cast<std::int64_t>(count));
  return json;
}

void writeObjects(const Console& console, const DatasetEntry& entry, const std::string& folder,
                  const DataReport& report) {
  for (const auto& file : report.files)
    console.object("file", Json::Object{{"name", file.name},
                                        {"bytes", static_cast<std::int64_t>(file.bytes)},
                                        {"hash", file.hash},
                                        {"md5", file.md5},
                                        {"published", file.difference.empty()},
                                        {"difference", file.difference},
                                        {"problem", file.problem}});
  const auto listOf = [](const std::vector<std::string>& texts) {
    Json list = Json::array();
    for (const auto& text : texts) list.push(text);
    return list;
  };
  console.object("data",
                 Json::Object{{"name", entry.name},
                              {"folder", folder},
                              {"train", static_cast<std::int64_t>(report.train)},
                              {"test", static_cast<std::int64_t>(report.test)},
                              {"train_per_class", countsJson(report.trainPerClass)},
                              {"test_per_class", countsJson(report.testPerClass)},
                              {"published", !entry.published.empty() && report.firstDifferent() == nullptr},
                              {"remarks", listOf(remarks(entry, folder, report))},
                              {"problems", listOf(report.problems)}});
}

/// Of the whole set first, then of single files.
std::vector<std::string> allProblems(const DataReport& report) {
  std::vector<std::string> all = report.problems;
  for (const auto& file : report.files)
    if (!file.problem.empty() &&
        std::ranges::none_of(all, [&](const auto& p) { return p.find(file.problem) != p.npos; }))
      all.push_back(file.name + ": " + file.problem);
  return all;
}

}  // namespace

int perform(const DataCheckOptions& options) {
  const Console console(options.json);
  const DatasetEntry& entry = findDataset(options.dataset);
  const std::string folder = locateDataset(entry, options.folder).string();
  const DataReport report = entry.check(folder, loadingOf(console));
  writeObjects(console, entry, folder, report);
  console.say(fmt::format("{} in {}\n\n", entry.title, folder));
  if (!report.files.empty()) console.say(filesText(report));
  console.say(countText("train", report.train, report.trainPerClass));
  console.say(countText("test", report.test, report.testPerClass));
  for (const std::string& remark : remarks(entry, folder, report)) console.say("note: " + remark);
  if (!entry.published.empty()) console.say("\n" + publishedText(entry, report));
  const auto problems = allProblems(report);
  if (problems.empty()) {
    console.say("No problems found.");
    return 0;
  }
  for (const auto& problem : problems) console.say("problem: " + problem);
  throw Error(fmt::format("{} in {}: {} problem{}; first: {}", entry.name, folder, problems.size(),
                          problems.size() == 1 ? "" : "s", problems.front()));
}

}  // namespace uada::cli
