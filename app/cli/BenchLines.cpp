#include "app/cli/BenchLines.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>

#include "app/cli/bench/OpsTable.h"
#include "core/store/Records.h"

namespace uada::cli {
namespace {

using Align = TextTable::Align;

/// "Pillow, numpy" of "Pillow 9.4.0, numpy 1.24.2": the versions stand below the table.
std::string withoutVersions(const std::string& text) {
  std::string names;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool version =
        text[i] == ' ' && i + 1 < text.size() && std::isdigit(static_cast<unsigned char>(text[i + 1]));
    if (version) i = std::min(text.find(',', i), text.size());
    if (i < text.size()) names += text[i];
  }
  return names;
}

std::string deviceOf(const BenchLine& line) {
  return line.result.device.empty() ? "cpu" : line.result.device;
}

struct Column {
  TextTable::Column head;
  std::function<std::string(const BenchLine&)> cell;
};

/// In the order of the table.
std::vector<Column> columns() {
  const auto right = Align::right;
  return {{{"name"}, [](const BenchLine& l) { return l.result.name; }},
          {{"value", right}, [](const BenchLine& l) { return valueText(l.result.value); }},
          {{"unit"}, [](const BenchLine& l) { return l.result.unit; }},
          {{"+- %", right}, [](const BenchLine& l) { return spreadText(l.result.value, l.low, l.high); }},
          {{"images/s", right}, [](const BenchLine& l) { return valueText(l.imagesPerSecond); }},
          {{"reference"}, [](const BenchLine& l) { return withoutVersions(l.result.reference); }},
          {{"takes", right}, [](const BenchLine& l) { return valueText(l.result.referenceValue); }},
          {{"times longer", right}, [](const BenchLine& l) { return valueText(l.result.ratio); }},
          {{"+- %", right},
           [](const BenchLine& l) { return spreadText(l.result.ratio, l.ratioLow, l.ratioHigh); }},
          {{"output"}, [](const BenchLine& l) { return l.output; }},
          {{"target"}, [](const BenchLine& l) { return l.target; }},
          {{""}, [](const BenchLine& l) { return l.met; }},
          {{"threads", right},
           [](const BenchLine& l) { return l.result.threads == 1 ? "" : std::to_string(l.result.threads); }},
          {{"device"}, [](const BenchLine& l) { return deviceOf(l) == "cpu" ? "" : deviceOf(l); }}};
}

/// The lines that are not of single operations, without the columns that nothing stands in.
std::string linesTable(const std::vector<BenchLine>& all) {
  std::vector<const BenchLine*> lines;
  for (const BenchLine& line : all)
    if (!isOfOp(line)) lines.push_back(&line);
  if (lines.empty()) return "";
  std::vector<Column> used;
  for (Column& column : columns())
    if (std::any_of(lines.begin(), lines.end(), [&](auto line) { return !column.cell(*line).empty(); }))
      used.push_back(std::move(column));
  std::vector<TextTable::Column> heads;
  for (const Column& column : used) heads.push_back(column.head);
  TextTable table(std::move(heads));
  for (const BenchLine* line : lines) {
    std::vector<std::string> cells;
    for (const Column& column : used) cells.push_back(column.cell(*line));
    table.add(std::move(cells));
  }
  return table.text();
}

using Names = std::vector<std::string>;

/// As many as fit about a line.
std::string namesText(const Names& names) {
  constexpr std::size_t kMost = 60;  // characters
  std::string text;
  for (const std::string& name : names) {
    if (text.size() >= kMost) return text + " ...";
    text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

/// What stands under the table: each text once, and all that is about the same lines under their names.
std::string notesText(const std::vector<BenchLine>& lines) {
  constexpr std::size_t kWidth = 100;  // characters
  std::vector<std::pair<std::string, Names>> texts;
  for (const auto member : {&BenchLine::note, &BenchLine::missing, &BenchLine::failed}) {
    for (const BenchLine& line : lines) {
      const std::string& text = line.*member;
      if (text.empty()) continue;
      auto known = std::find_if(texts.begin(), texts.end(), [&](const auto& t) { return t.first == text; });
      if (known == texts.end()) known = texts.insert(texts.end(), {text, {}});
      known->second.push_back(line.result.name);
    }
  }
  std::vector<std::pair<Names, std::string>> parts;
  for (const auto& [text, names] : texts) {
    auto known = std::find_if(parts.begin(), parts.end(), [&](const auto& p) { return p.first == names; });
    if (known == parts.end()) known = parts.insert(parts.end(), {names, ""});
    for (const std::string& line : wrapped(text, kWidth)) known->second += "  " + line + '\n';
  }
  std::string all;
  for (const auto& [names, text] : parts) all += fmt::format("{}:\n{}", namesText(names), text);
  return all;
}

void addUnless0(Json& json, std::string_view key, double value) {
  if (value != 0) json[key] = value;
}
void addUnlessEmpty(Json& json, std::string_view key, const std::string& value) {
  if (!value.empty()) json[key] = value;
}

}  // namespace

BenchLines::BenchLines(const Console& console) : console_(console), cpu_(currentManifest().cpu) {}

void BenchLines::add(const BenchResult& result) {
  BenchLine line;
  line.result = result;
  add(std::move(line));
}

void BenchLines::add(BenchLine line) {
  const BenchResult& result = line.result;
  Json json = Json::Object{{"name", result.name}, {"value", result.value}, {"unit", result.unit}};
  if (line.high != 0) {
    json["low"] = line.low;
    json["high"] = line.high;
  }
  addUnless0(json, "images_per_second", line.imagesPerSecond);
  addUnless0(json, "times_memcpy", line.timesMemcpy);
  if (!result.reference.empty()) {
    json["reference"] = result.reference;
    json["reference_value"] = result.referenceValue;
    json["ratio"] = result.ratio;
    addUnless0(json, "ratio_low", line.ratioLow);
    addUnless0(json, "ratio_high", line.ratioHigh);
  }
  addUnlessEmpty(json, "output", line.output);
  addUnlessEmpty(json, "target", line.target);
  addUnlessEmpty(json, "met", line.met);
  addUnlessEmpty(json, "note", line.note);
  addUnlessEmpty(json, "missing", line.missing);
  addUnlessEmpty(json, "failed", line.failed);
  json["threads"] = result.threads;
  json["cpu"] = cpu_;
  json["device"] = deviceOf(line);
  console_.object("bench", json);
  lines_.push_back(std::move(line));
}

void BenchLines::finish() const {
  const std::string ops = opsTable(lines_);
  console_.say(linesTable(lines_) + (ops.empty() ? "" : "\n" + ops) + "\n" + notesText(lines_) + "on " +
               cpu_);
}

}  // namespace uada::cli
