#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "app/cli/CommandLine.h"
#include "app/cli/Console.h"
#include "app/cli/DataLoading.h"
#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/data/Dataset.h"

namespace uada::cli {
namespace {

struct Options {
  std::string dataset, folder;
  bool json = false;
};

void describe(Verb& verb, Options& options) {
  verb.argument("DATASET", options.dataset, "Name of the data set").required();
  verb.argument("DIR", options.folder, "Where it lies; default: searched for");
}

using Align = TextTable::Align;

/// What a file that was not looked into is, is said beside it; what is wrong with one, below.
std::string stateText(const DataReport::File& file) {
  if (!file.problem.empty()) return "damaged";
  return file.hash.empty() && !file.remark.empty() ? file.remark : "sound";
}

std::string filesText(const DatasetEntry& entry, const DataReport& report) {
  TextTable table({{"file"}, {"bytes", Align::right}, {"SHA-256 (unpacked)"}, {"published"}, {"state"}});
  for (const auto& file : report.files)
    table.add({file.name, groupedText(static_cast<long long>(file.bytes)),
               file.hash.empty() ? "-" : file.hash.substr(0, 16),
               entry.published.empty()   ? "-"
               : file.difference.empty() ? "yes"
                                         : "no",
               stateText(file)});
  return table.text();
}

/// "480 x 360 pixels", "480 x 360 to 960 x 720 pixels".
std::string sizeText(const DataReport::Maps& maps) {
  const auto text = [](ImageSize size) { return fmt::format("{} x {}", size.width, size.height); };
  return (maps.least == maps.most ? text(maps.most) : text(maps.least) + " to " + text(maps.most)) +
         " pixels";
}

/// "train  60,000 images, 6,000 in each of 10 classes"; "train  74 images of 480 x 360 pixels".
std::string countText(const char* split, std::size_t count, const std::vector<std::size_t>& perClass,
                      const DataReport::Maps& maps) {
  const auto number = [](std::size_t n) { return groupedText(static_cast<long long>(n)); };
  std::string text = fmt::format("{:5}  {} images", split, number(count));
  if (!maps.most.empty()) return text + " of " + sizeText(maps);
  if (perClass.empty()) return text;
  const auto [least, most] = std::ranges::minmax(perClass);
  if (least == most) return text + fmt::format(", {} in each of {} classes", number(least), perClass.size());
  return text + fmt::format(", {} to {} in each of {} classes", number(least), number(most), perClass.size());
}

/// How many objects each class has. Empty: a set without boxes.
std::string objectsText(const DataReport& report) {
  const auto& train = report.trainObjects.perClass;
  const auto& test = report.testObjects.perClass;
  if (train.empty()) return "";
  TextTable table({{"class"}, {"train objects", Align::right}, {"test objects", Align::right}});
  const auto number = [](std::size_t n) { return groupedText(static_cast<long long>(n)); };
  for (std::size_t c = 0; c < train.size(); ++c)
    table.add({report.classNames.at(c), number(train[c]), number(test.at(c))});
  table.add(
      {"difficult, of all", number(report.trainObjects.difficult), number(report.testObjects.difficult)});
  return table.text();
}

/// What share of a split's pixels each class has, and what is of none. Empty: a set without label maps.
std::string pixelsText(const DataReport& report) {
  const auto sum = [](const std::vector<std::uint64_t>& pixels) {
    return std::accumulate(pixels.begin(), pixels.end(), std::uint64_t{0});
  };
  const std::uint64_t train = sum(report.trainMaps.pixels), test = sum(report.testMaps.pixels);
  if (train + test == 0) return "";
  TextTable table({{"class"},
                   {"train pixels", Align::right},
                   {"%", Align::right},
                   {"test pixels", Align::right},
                   {"%", Align::right}});
  for (std::size_t c = 0; c <= report.classNames.size(); ++c) {
    const std::uint64_t inTrain = report.trainMaps.pixels.at(c), inTest = report.testMaps.pixels.at(c);
    const auto percent = [](std::uint64_t part, std::uint64_t all) {
      return all == 0 ? "-"
                      : fmt::format("{:.2f}", 100 * static_cast<double>(part) / static_cast<double>(all));
    };
    table.add({c < report.classNames.size() ? report.classNames[c] : "ignored",
               groupedText(static_cast<long long>(inTrain)), percent(inTrain, train),
               groupedText(static_cast<long long>(inTest)), percent(inTest, test)});
  }
  return table.text();
}

/// Whether these are the files that papers were written about.
std::string publishedText(const DatasetEntry& entry, const DataReport& report) {
  if (const auto* file = report.firstDifferent())
    return fmt::format("Not the published files of {}: {}: {}.", entry.title, file->name, file->difference);
  return fmt::format("These are the published files of {}.", entry.title);
}

/// A line for each remark: of one file, or of several, which are counted and the first of them named.
std::vector<std::string> fileRemarks(const DataReport& report) {
  constexpr std::size_t kNamed = 5;
  std::map<std::string, std::vector<std::string>> files;  // by remark
  for (const auto& file : report.files)
    if (!file.remark.empty()) files[file.remark].push_back(file.name);
  std::vector<std::string> lines;
  for (auto& [remark, names] : files) {
    const std::size_t count = names.size();
    if (count > kNamed) names.resize(kNamed);
    lines.push_back(count == 1 ? names.front() + ": " + remark
                               : fmt::format("{} files: {}: {}{}", groupedText(static_cast<long long>(count)),
                                             remark, joined(names, ", "), count > kNamed ? " and more" : ""));
  }
  return lines;
}

/// What else lies in the folder and is not used.
std::vector<std::string> remarks(const DatasetEntry& entry, const std::string& folder,
                                 const DataReport& report) {
  std::vector<std::string> all = fileRemarks(report);
  for (const std::string& form : otherFormsIn(entry, folder))
    all.push_back(form + " is there too and is not used");
  return all;
}

template <class Count>
Json countsJson(const std::vector<Count>& counts) {
  Json json = Json::array();
  for (const Count count : counts) json.push(static_cast<std::int64_t>(count));
  return json;
}

/// Null for a split without boxes.
Json objectsJson(const DataReport::Objects& objects) {
  if (objects.perClass.empty()) return {};
  return Json::Object{{"per_class", countsJson(objects.perClass)},
                      {"difficult", static_cast<std::int64_t>(objects.difficult)}};
}

/// Null for a split without label maps.
Json pixelsJson(const DataReport::Maps& maps) {
  if (maps.pixels.empty()) return {};
  const auto sizeJson = [](ImageSize size) { return Json(Json::Array{size.width, size.height}); };
  return Json::Object{{"smallest", sizeJson(maps.least)},
                      {"largest", sizeJson(maps.most)},
                      {"per_class", countsJson(std::vector(maps.pixels.begin(), maps.pixels.end() - 1))},
                      {"ignored", static_cast<std::int64_t>(maps.pixels.back())}};
}

void writeObjects(const Console& console, const DatasetEntry& entry, const std::string& folder,
                  const DataReport& report) {
  for (const auto& file : report.files)
    console.object("file", Json::Object{{"name", file.name},
                                        {"bytes", static_cast<std::int64_t>(file.bytes)},
                                        {"hash", file.hash},
                                        {"md5", file.md5},
                                        {"published", !entry.published.empty() && file.difference.empty()},
                                        {"difference", file.difference},
                                        {"remark", file.remark},
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
                              {"train_pixels", pixelsJson(report.trainMaps)},
                              {"test_pixels", pixelsJson(report.testMaps)},
                              {"train_objects", objectsJson(report.trainObjects)},
                              {"test_objects", objectsJson(report.testObjects)},
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

int perform(const Options& options) {
  const Console console(options.json);
  const DatasetEntry& entry = findDataset(options.dataset);
  const std::string folder = locateDataset(entry, options.folder).string();
  const DataReport report = entry.check(folder, loadingOf(console));
  writeObjects(console, entry, folder, report);
  console.say(fmt::format("{} in {}\n\n", entry.title, folder));
  if (!report.files.empty()) console.say(filesText(entry, report));
  console.say(countText("train", report.train, report.trainPerClass, report.trainMaps));
  console.say(countText("test", report.test, report.testPerClass, report.testMaps));
  for (const std::string& counts : {pixelsText(report), objectsText(report)})
    if (!counts.empty()) console.say("\n" + counts);
  for (const std::string& remark : remarks(entry, folder, report)) console.say("note: " + remark);
  if (!entry.published.empty()) console.say("\n" + publishedText(entry, report));
  const auto problems = allProblems(report);
  if (problems.empty()) {
    console.say("No problems found.");
    return 0;
  }
  if (problems.size() > 1)  // of one the failure itself says all
    for (const auto& problem : problems) console.say("problem: " + problem);
  throw Error(problems.size() == 1 ? fmt::format("{} in {}: {}", entry.name, folder, problems.front())
                                   : fmt::format("{} in {}: {} problems; first: {}", entry.name, folder,
                                                 problems.size(), problems.front()));
}

}  // namespace

void addData(Verbs& verbs) {
  Verbs data =
      verbs.group({"data", "Look after data sets: data check", "Example: uada data check fashion_mnist"});
  data.add({"check", "Check a data set: counts, hashes, damaged files, label range",
            "Example: uada data check cifar10 ~/data/cifar-10-batches-bin"},
           describe, perform);
}

}  // namespace uada::cli
