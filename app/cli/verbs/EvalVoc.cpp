#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <unordered_map>

#include "app/cli/Console.h"
#include "app/cli/verbs/Eval.h"
#include "core/base/Catalog.h"
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/base/ThreadPool.h"
#include "core/data/AveragePrecision.h"
#include "core/data/VocXml.h"

namespace uada::cli {
namespace {

struct Options {
  std::string found, truth;  ///< folders
  std::string set = "test";
  std::string metric;  ///< empty: all
  bool json = false;
};

void describe(Verb& verb, Options& options) {
  verb.argument("DET_DIR", options.found, "Folder of text files with found boxes, one for each class")
      .required();
  verb.argument("VOC_DIR", options.truth, "Folder with Annotations and ImageSets, or one that holds VOC2007")
      .required();
  verb.text("--set", "NAME", options.set, "List of images in ImageSets/Main").usual("test");
  verb.text("--metric", "NAME", options.metric, "voc07_ssd, voc07_rfb or voc12_area; default: all three");
}

namespace fs = std::filesystem;
using Align = TextTable::Align;

constexpr std::size_t kMostText = std::size_t{1} << 31, kMostAnnotation = std::size_t{4} << 20;  // bytes

std::string numberText(std::size_t number) { return groupedText(static_cast<long long>(number)); }

std::vector<ApRule> rulesOf(const std::string& metric) {
  std::vector<ApRule> rules;
  for (std::size_t i = 0; i < kApRuleNames.size(); ++i)
    if (metric.empty() || metric == kApRuleNames[i]) rules.push_back(static_cast<ApRule>(i));
  if (rules.empty())
    throw UsageError(
        fmt::format("--metric: '{}' found, voc07_ssd, voc07_rfb or voc12_area expected", metric));
  return rules;
}

std::string_view nameOf(ApRule rule) { return kApRuleNames.at(static_cast<std::size_t>(rule)); }

/// The folder itself or the one of 2007, of whose test the annotations are public.
fs::path vocFolder(const fs::path& folder) {
  std::error_code ignored;
  for (const fs::path& at : {folder, folder / "VOC2007", folder / "VOCdevkit" / "VOC2007"})
    if (fs::is_directory(at / "Annotations", ignored)) return at;
  throw Error(
      fmt::format("'{}' has no folder Annotations, nor has VOC2007 in it; name the folder of a year of VOC",
                  folder.string()));
}

/// The first word of each line.
std::vector<std::string> wordsOf(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::size_t begin = line.find_first_not_of(" \t\r");
    if (begin == line.npos) continue;
    words.emplace_back(line.substr(begin, line.find_first_of(" \t\r", begin) - begin));
  }
  return words;
}

/// The images of a set and what is in them; classes by their names.
struct Truth {
  std::vector<std::string> names, classes;
  std::vector<Boxes> boxes;
  std::unordered_map<std::string_view, std::size_t> places;  ///< of names
};

/// Without folders, so that no file outside is read.
std::vector<std::string> imagesOf(const fs::path& list) {
  std::vector<std::string> names = wordsOf(readTextFile(list, kMostText));
  if (names.empty()) throw Error(fmt::format("'{}' names no image", list.string()));
  std::set<std::string> once;
  for (const std::string& name : names) {
    if (name.find('/') != name.npos || name.starts_with('.'))
      throw Error(fmt::format("'{}' names '{}', the name of an image without folder and ending expected",
                              list.string(), quotable(name)));
    if (!once.insert(name).second)
      throw Error(fmt::format("'{}' names '{}' twice; take one off", list.string(), quotable(name)));
  }
  return names;
}

Truth truthOf(const Options& options, ThreadPool& pool) {
  if (options.set.find('/') != options.set.npos)
    throw UsageError(
        fmt::format("--set: '{}' found, the name of a list without folder expected", options.set));
  const fs::path folder = vocFolder(options.truth);
  Truth truth{imagesOf(folder / "ImageSets" / "Main" / (options.set + ".txt")), {}, {}, {}};
  std::vector<VocAnnotation> annotations(truth.names.size());
  pool.forRanges(annotations.size(), 16, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const fs::path file = folder / "Annotations" / (truth.names[i] + ".xml");
      annotations[i] = readVocXml(readTextFile(file, kMostAnnotation), fmt::format("'{}'", file.string()));
    }
  });
  std::map<std::string, std::int32_t> labels;
  for (const VocAnnotation& annotation : annotations)
    for (const NamedBox& object : annotation.objects) labels[object.name] = 0;
  for (auto& [name, label] : labels) {
    label = static_cast<std::int32_t>(truth.classes.size());
    truth.classes.push_back(name);
  }
  if (truth.classes.empty())
    throw Error(fmt::format("no image of the set {} has an object, of {} images", options.set,
                            numberText(truth.names.size())));
  for (const VocAnnotation& annotation : annotations) {
    Boxes& boxes = truth.boxes.emplace_back();
    for (const NamedBox& object : annotation.objects) {
      boxes.push_back(object.box);
      boxes.back().label = labels.at(object.name);
    }
  }
  for (std::size_t i = 0; i < truth.names.size(); ++i) truth.places[truth.names[i]] = i;
  return truth;
}

/// Of the file's name, as comp4_det_test_car.txt, the longest class that it ends in; none: no class.
std::optional<std::size_t> classOf(const std::string& stem, const std::vector<std::string>& classes) {
  std::optional<std::size_t> longest;
  for (std::size_t c = 0; c < classes.size(); ++c)
    if (stem == classes[c] || stem.ends_with("_" + classes[c]))
      if (!longest || classes[c].size() > classes[*longest].size()) longest = c;
  return longest;
}

/// The file of each class; empty: none.
std::vector<fs::path> filesOf(const fs::path& folder, const Truth& truth, const Console& console) {
  std::error_code failed;
  std::vector<fs::path> all, files(truth.classes.size()), spare;
  for (fs::directory_iterator entries(folder, failed), end; !failed && entries != end;
       entries.increment(failed))
    if (entries->path().extension() == ".txt") all.push_back(entries->path());
  if (failed) throw Error(fmt::format("cannot look into '{}': {}", folder.string(), failed.message()));
  std::ranges::sort(all);
  for (const fs::path& file : all) {
    const std::optional<std::size_t> label = classOf(file.stem().string(), truth.classes);
    if (!label) {
      spare.push_back(file);
      continue;
    }
    if (!files[*label].empty())
      throw Error(fmt::format("'{}' and '{}' are both of the class {}; leave one", files[*label].string(),
                              file.string(), quotable(truth.classes[*label])));
    files[*label] = file;
  }
  const auto missing = std::ranges::count_if(files, [](const fs::path& file) { return file.empty(); });
  if (missing == std::ssize(files))
    throw Error(fmt::format("'{}' has no text file of a class, such as comp4_det_test_{}.txt",
                            folder.string(), quotable(truth.classes.front())));
  if (missing > 0)
    console.note(fmt::format("{} of {} classes have no file in '{}': nothing was found of them", missing,
                             files.size(), folder.string()));
  if (!spare.empty())
    console.note(fmt::format("{} text file{} of no class that an annotation has, the first is '{}'",
                             spare.size(), spare.size() == 1 ? " is" : "s are",
                             quotable(spare.front().filename().string())));
  return files;
}

/// A found box and its image.
struct Line {
  std::size_t image;
  FoundBox found;
};

/// The next word of a line, which loses it; empty: there is none.
std::string_view nextWord(std::string_view& line) {
  line.remove_prefix(std::min(line.size(), line.find_first_not_of(" \t\r")));
  const std::string_view word = line.substr(0, line.find_first_of(" \t\r"));
  line.remove_prefix(word.size());
  return word;
}

/// A score and four corners; none: the words are something else.
std::optional<std::array<double, 5>> numbersOf(std::string_view line) {
  std::array<double, 5> numbers{};
  for (double& number : numbers) {
    const std::string_view word = nextWord(line);
    const char* const end = word.data() + word.size();
    const auto read = std::from_chars(word.data(), end, number);
    if (word.empty() || read.ec != std::errc() || read.ptr != end || !std::isfinite(number))
      return std::nullopt;
  }
  return nextWord(line).empty() ? std::optional(numbers) : std::nullopt;
}

/// The boxes of a file; corners are counted from 1 there.
/// unknown  is raised by the lines of images that the set has not
std::vector<Line> linesOf(const fs::path& file, std::int32_t label, const Truth& truth,
                          std::size_t& unknown) {
  const std::string text = readTextFile(file, kMostText);
  std::vector<Line> lines;
  std::size_t number = 0;
  for (std::string_view rest = text; !rest.empty();) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    ++number;
    const std::string_view image = nextWord(line);
    if (image.empty()) continue;
    const auto numbers = numbersOf(line);
    if (!numbers)
      throw Error(fmt::format(
          "'{}', line {}: an image, a score and four corners expected, as '000001 0.9 8 12 350 497'",
          file.string(), number));
    const auto place = truth.places.find(image);
    if (place == truth.places.end()) {
      ++unknown;
      continue;
    }
    const auto corner = [&](std::size_t i) { return static_cast<float>((*numbers)[i] - 1); };
    lines.push_back({place->second, {{corner(1), corner(2), corner(3), corner(4), label}, (*numbers)[0]}});
  }
  return lines;
}

AveragePrecision countsOf(const Truth& truth, const std::vector<fs::path>& files, ThreadPool& pool,
                          const Console& console) {
  std::vector<std::vector<Line>> lines(files.size());
  std::vector<std::size_t> unknown(files.size());
  pool.forRanges(files.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t c = begin; c < end; ++c)
      if (!files[c].empty()) lines[c] = linesOf(files[c], static_cast<std::int32_t>(c), truth, unknown[c]);
  });
  std::vector<std::vector<FoundBox>> found(truth.names.size());
  std::size_t all = 0, others = 0;
  for (const std::vector<Line>& own : lines) {
    all += own.size();
    for (const Line& line : own) found[line.image].push_back(line.found);
  }
  for (const std::size_t count : unknown) others += count;
  const std::string left =
      others == 1 ? "1 found box is of an image that the set has not"
                  : fmt::format("{} found boxes are of images that the set has not", numberText(others));
  if (all == 0 && others > 0) throw Error(left + ", as all are; give another --set");
  if (others > 0) console.note(left + ": left out");
  AveragePrecision counts(static_cast<int>(truth.classes.size()));
  for (std::size_t i = 0; i < found.size(); ++i) counts.add(found[i], truth.boxes[i]);
  return counts;
}

std::string percent(double share) { return fmt::format("{:.2f}", 100 * share); }

void sayResult(const AveragePrecision& counts, const Truth& truth, const std::vector<ApRule>& rules,
               const Console& console) {
  std::vector<TextTable::Column> columns{{"class"}};
  for (const ApRule rule : rules) columns.push_back({fmt::format("{} %", nameOf(rule)), Align::right});
  for (const char* title : {"objects", "difficult", "found"}) columns.push_back({title, Align::right});
  TextTable table(columns);
  for (int c = 0; c < counts.classes(); ++c) {
    std::vector<std::string> cells{truth.classes[static_cast<std::size_t>(c)]};
    for (const ApRule rule : rules)
      cells.push_back(counts.objects(c) > 0 ? percent(counts.average(c, rule)) : "-");
    for (const std::size_t number : {counts.objects(c), counts.difficult(c), counts.found(c)})
      cells.push_back(numberText(number));
    table.add(cells);
  }
  std::vector<std::string> means{"mean"};
  for (const ApRule rule : rules) means.push_back(percent(counts.mean(rule)));
  means.resize(columns.size());
  table.add(means);
  console.say(table.text());
  console.say(fmt::format("\n{} images; the mean is over the classes that have an object",
                          numberText(counts.images())));
}

void writeObject(const AveragePrecision& counts, const Truth& truth, const std::vector<ApRule>& rules,
                 const Console& console) {
  const auto integer = [](std::size_t number) { return Json(static_cast<std::int64_t>(number)); };
  Json classes = Json::array();
  for (int c = 0; c < counts.classes(); ++c) {
    Json::Object own{{"class", truth.classes[static_cast<std::size_t>(c)]},
                     {"objects", integer(counts.objects(c))},
                     {"difficult", integer(counts.difficult(c))},
                     {"found", integer(counts.found(c))}};
    for (const ApRule rule : rules) own.emplace_back(std::string(nameOf(rule)), counts.average(c, rule));
    classes.push(own);
  }
  Json::Object all;
  for (const ApRule rule : rules) all.emplace_back(std::string(nameOf(rule)), counts.mean(rule));
  all.emplace_back("images", integer(counts.images()));
  all.emplace_back("classes", classes);
  console.object("eval", all);
}

int perform(const Options& options) {
  const Console console(options.json);
  const std::vector<ApRule> rules = rulesOf(options.metric);
  ThreadPool pool(static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  const Truth truth = truthOf(options, pool);
  const AveragePrecision counts = countsOf(truth, filesOf(options.found, truth, console), pool, console);
  sayResult(counts, truth, rules, console);
  writeObject(counts, truth, rules, console);
  return 0;
}

}  // namespace

void addEvalVoc(Verbs& eval) {
  eval.add(
      {"voc", "Compare found boxes with the objects of VOC: average precision of each class, and means",
       "Found boxes stand in text files, one for each class, whose names end in the class, such as\n"
       "comp4_det_test_car.txt: an image, a score, left, top, right and bottom on a line, in pixels from 1.\n"
       "voc07_ssd is 11-point average precision as ssd.pytorch measures it, voc07_rfb as RFBNet and VOC\n"
       "2007 do, voc12_area the area that VOC has had since 2010. With --json all are shares, 0 to 1.\n"
       "Example: uada eval voc results VOCdevkit/VOC2007 --metric voc07_ssd"},
      describe, perform);
}

}  // namespace uada::cli
