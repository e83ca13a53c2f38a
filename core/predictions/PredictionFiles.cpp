#include "core/predictions/PredictionFiles.h"

#include <fmt/core.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <set>

#include "core/base/Csv.h"
#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/base/Printable.h"
#include "core/predictions/TextLines.h"

namespace uada::predictions {

namespace fs = std::filesystem;

namespace {

constexpr int kVersion = 1;
constexpr const char* kSampleColumns = "name,width,height";
constexpr const char* kRemedy = "predict again ('uada predict')";
/// By the order of TargetKind.
constexpr const char* kKinds[] = {"class", "label_map", "boxes", "picture"};

/// Members of the header, each of a stated type.
class Members {
 public:
  Members(const Json& json, fs::path file) : json_(json), file_(std::move(file)) {}

  const std::string& text(const char* key) const { return need(key, &Json::isString, "a text").asString(); }
  std::int64_t number(const char* key, std::int64_t least, std::int64_t most) const {
    const std::int64_t value = need(key, &Json::isInt, "a whole number").asInt();
    if (value < least || value > most) refuse(key, fmt::format("{}", value), "another number");
    return value;
  }
  const Json& need(const char* key, bool (Json::*is)() const, const char* expected) const {
    const Json* value = json_.find(key);
    if (!value) refuse(key, "missing", expected);
    if (!(value->*is)()) refuse(key, std::string(value->typeName()), expected);
    return *value;
  }
  /// The place of a text among those that there are.
  template <std::size_t N>
  std::size_t choice(const char* key, const char* const (&choices)[N]) const {
    const std::string& value = text(key);
    for (std::size_t i = 0; i < N; ++i)
      if (value == choices[i]) return i;
    refuse(key, "'" + quotable(value) + "'", "another name");
  }
  [[noreturn]] void refuse(const char* key, const std::string& found, const char* expected) const {
    throw Error(
        fmt::format("'{}': '{}' is {}, {} expected; {}", file_.string(), key, found, expected, kRemedy));
  }

 private:
  const Json& json_;
  const fs::path file_;
};

Json headerJson(const PredictionHeader& header) {
  Json classes = Json::array();
  for (const std::string& name : header.classes) classes.push(name);
  Json metrics = Json::object();
  for (const MetricValue& metric : header.metrics)
    metrics[metric.name] = std::isnan(metric.value) ? Json() : Json(metric.value);
  return Json::Object{{"version", kVersion},
                      {"task", header.task},
                      {"predicted", kKinds[static_cast<std::size_t>(header.kind)]},
                      {"run", header.run},
                      {"config_hash", header.configHash},
                      {"data_hash", header.dataHash},
                      {"step", header.step},
                      {"epoch", header.epoch},
                      {"split", splitName(header.split)},
                      {"class_count", header.classCount},
                      {"classes", classes},
                      {"samples", static_cast<std::int64_t>(header.samples.size())},
                      {"metrics", metrics}};
}

bool isFileName(const std::string& name) {
  return !name.empty() && name.front() != '.' && name.find('/') == name.npos && isPlainLine(name);
}

/// Names and sizes, a line for each sample.
void readSamples(const fs::path& file, std::size_t count, PredictionHeader& header) {
  const std::string text = readTextFile(file, kMostText);
  TextLines lines(text, file);
  std::set<std::string> once;
  lines.requireFirst(kSampleColumns);
  while (lines.next()) {
    const std::vector<std::string> cells = csvValues(lines.line());
    int width = 0, height = 0;
    if (cells.size() != 3 || !isFileName(cells[0]) || !readNumber(cells[1], width) ||
        !readNumber(cells[2], height) || width < 1 || height < 1)
      lines.refuse("a name without folder, width and height");
    if (!once.insert(cells[0]).second) lines.refuse("a name that stands once");
    header.samples.push_back(cells[0]);
    header.sizes.push_back({width, height});
  }
  if (header.samples.size() != count)
    throw Error(fmt::format("'{}' names {} samples, {} expected; {}", file.string(), header.samples.size(),
                            count, kRemedy));
}

}  // namespace

bool isThere(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

std::vector<fs::path> classFiles(const fs::path& folder, const PredictionHeader& header) {
  std::vector<std::string> names = header.classes;
  for (int c = static_cast<int>(names.size()); c < header.classCount; ++c)
    names.push_back(fmt::format("{}", c));
  std::vector<fs::path> files;
  for (const std::string& name : fileNamesOf(std::move(names))) files.push_back(folder / (name + ".txt"));
  return files;
}

fs::path pictureFile(const fs::path& folder, const PredictionHeader& header, std::uint32_t sample) {
  return folder / (header.samples[sample] + ".png");
}

fs::path degradedFile(const fs::path& folder, const PredictionHeader& header, std::uint32_t sample) {
  return pictureFile(folder / kDegraded, header, sample);
}

void writeHeader(const fs::path& file, const PredictionHeader& header, FileCalls& calls) {
  writeFileAtomically(file, headerJson(header).dump(2) + '\n', calls);
}

void writeSamples(const fs::path& folder, const PredictionHeader& header, FileCalls& calls) {
  std::string text = fmt::format("{}\n", kSampleColumns);
  for (std::size_t i = 0; i < header.samples.size(); ++i)
    text += fmt::format("{},{},{}\n", csvQuoted(header.samples[i]), header.sizes[i].width,
                        header.sizes[i].height);
  writeFileAtomically(folder / kSamples, text, calls);
}

PredictionHeader readHeader(const fs::path& file) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max(), kMostInt = 1 << 30;
  const Json json = readJsonFile(file);
  const Members members(json, file);
  if (const std::int64_t version = members.number("version", 0, kMost); version != kVersion)
    throw Error(fmt::format("'{}' is of version {}, {} expected; {} with this program", file.string(),
                            version, kVersion, kRemedy));
  PredictionHeader header;
  header.task = members.text("task");
  header.kind = static_cast<TargetKind>(members.choice("predicted", kKinds));
  header.run = members.text("run");
  header.configHash = members.text("config_hash");
  header.dataHash = members.text("data_hash");
  header.step = members.number("step", 0, kMost);
  header.epoch = static_cast<int>(members.number("epoch", 0, kMostInt));
  constexpr const char* kSplits[] = {splitName(Split::train), splitName(Split::test)};
  header.split = static_cast<Split>(members.choice("split", kSplits));
  header.classCount = static_cast<int>(members.number("class_count", 0, kMostInt));
  const Json& classes = members.need("classes", &Json::isArray, "a list of names");
  for (const Json& name : classes.asArray()) {
    if (!name.isString()) members.refuse("classes", "a list of others", "a list of names");
    header.classes.push_back(name.asString());
  }
  if (!header.classes.empty() && static_cast<int>(header.classes.size()) != header.classCount)
    members.refuse("classes", fmt::format("a list of {}", header.classes.size()), "a name for each class");
  const Json& metrics = members.need("metrics", &Json::isObject, "an object");
  for (const auto& [name, value] : metrics.asObject()) {
    if (!value.isNull() && !value.isNumber()) members.refuse("metrics", "of others", "numbers");
    header.metrics.push_back({name, value.isNull() ? std::nan("") : value.asDouble()});
  }
  readSamples(file.parent_path() / kSamples, static_cast<std::size_t>(members.number("samples", 0, kMostInt)),
              header);
  return header;
}

}  // namespace uada::predictions
