#include "core/predictions/PredictionReader.h"

#include <fmt/core.h>

#include <array>
#include <cmath>
#include <unordered_map>

#include "core/base/Csv.h"
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/data/LabelFile.h"
#include "core/images/ImageIo.h"
#include "core/predictions/PredictionFiles.h"
#include "core/predictions/TextLines.h"

namespace uada {

namespace fs = std::filesystem;
using namespace predictions;

namespace {

PredictionHeader wholeHeader(const fs::path& folder) {
  if (isThere(folder / kWhole)) return readHeader(folder / kWhole);
  if (isThere(folder / kBegun))
    throw Error(
        fmt::format("the predictions in '{}' were not finished; predict again into the same folder "
                    "('uada predict')",
                    folder.string()));
  throw Error(fmt::format("'{}' holds no predictions: there is no {}; make them with 'uada predict'",
                          folder.string(), kWhole));
}

/// The numbers and name of a line of chances. returns  false: it is something else
bool readChanceLine(const std::vector<std::string>& cells, const PredictionHeader& header,
                    std::uint32_t& sample, ClassChances& chances) {
  constexpr std::size_t kFirst = 5;  // of the cells with a class
  std::int32_t predicted = 0;
  if (cells.size() < kFirst || cells.size() % 2 != kFirst % 2) return false;
  if (!readNumber(cells[0], sample) || sample >= header.samples.size()) return false;
  if (cells[1] != header.samples[sample] || !readNumber(cells[2], chances.truth)) return false;
  if (!readNumber(cells[3], predicted) || !readNumber(cells[4], chances.loss)) return false;
  const auto isClass = [&](std::int32_t label) { return label >= 0 && label < header.classCount; };
  for (std::size_t i = kFirst; i < cells.size(); i += 2) {
    if (cells[i].empty() && cells[i + 1].empty()) continue;
    ClassChance one;
    if (!readNumber(cells[i], one.label) || !readNumber(cells[i + 1], one.chance)) return false;
    if (!isClass(one.label) || !(one.chance >= 0 && one.chance <= 1)) return false;
    chances.best.push_back(one);
  }
  return isClass(chances.truth) && predicted == chances.predicted();
}

/// A box of a line, which has lost the name of its image; corners are counted from 1 there.
/// returns  false: it is something else
bool readBoxLine(std::string_view numbers, FoundBox& found) {
  std::array<double, 5> values{};
  for (double& value : values) {
    if (!numbers.starts_with(' ')) return false;
    numbers.remove_prefix(1);
    const std::string_view word = numbers.substr(0, numbers.find(' '));
    if (!readNumber(word, value) || !std::isfinite(value)) return false;
    numbers.remove_prefix(word.size());
  }
  const auto corner = [&](std::size_t i) { return static_cast<float>(values[i] - 1); };
  found = {{corner(1), corner(2), corner(3), corner(4), found.box.label}, values[0]};
  return numbers.empty();
}

}  // namespace

fs::path predictionFolder(const fs::path& runFolder, Split split, std::int64_t step, std::int64_t limit) {
  const std::string first = limit > 0 ? fmt::format("-first{}", limit) : "";
  return runFolder / "predictions" / fmt::format("{}-{}{}", splitName(split), step, first);
}

bool holdsPredictions(const fs::path& folder) { return isThere(folder / kWhole); }

PredictionReader::PredictionReader(fs::path folder)
    : folder_(std::move(folder)), header_(wholeHeader(folder_)) {}

Prediction PredictionReader::prediction(std::uint32_t sample) const {
  switch (header_.kind) {
    case TargetKind::label: std::call_once(once_, [this] { readChances(); }); return chances_.at(sample);
    case TargetKind::boxes: std::call_once(once_, [this] { readBoxes(); }); return boxes_.at(sample);
    case TargetKind::labelMap: return labelMap(sample);
    case TargetKind::picture: break;
  }
  return restored(sample);
}

void PredictionReader::readChances() const {
  const fs::path file = folder_ / kChances;
  const std::string text = readTextFile(file, kMostText);
  std::vector<ClassChances> all(size());
  std::vector<bool> isThereYet(size());
  TextLines lines(text, file);
  lines.next();  // the names of the columns
  while (lines.next()) {
    ClassChances chances;
    std::uint32_t sample = 0;
    if (!readChanceLine(csvValues(lines.line()), header_, sample, chances))
      lines.refuse("number, name, class, predicted class, loss, then classes and their chances");
    if (isThereYet[sample]) lines.refuse("a sample that has no line before");
    all[sample] = std::move(chances);
    isThereYet[sample] = true;
  }
  for (std::size_t i = 0; i < all.size(); ++i)
    if (!isThereYet[i])
      throw Error(fmt::format("'{}' has no line of the sample {}; predict again ('uada predict')",
                              file.string(), header_.samples[i]));
  chances_ = std::move(all);
}

void PredictionReader::readBoxes() const {
  std::unordered_map<std::string_view, std::size_t> places;
  for (std::size_t i = 0; i < size(); ++i) places.emplace(header_.samples[i], i);
  const std::vector<fs::path> files = classFiles(folder_, header_);
  std::vector<FoundBoxes> all(size());
  for (std::size_t c = 0; c < files.size(); ++c) {
    const std::string text = readTextFile(files[c], kMostText);
    TextLines lines(text, files[c]);
    while (lines.next()) {
      const std::string_view name = lines.line().substr(0, lines.line().find(' '));
      const auto place = places.find(name);
      if (place == places.end()) lines.refuse("the name of a sample");
      FoundBox found;
      found.box.label = static_cast<std::int32_t>(c);
      if (!readBoxLine(lines.line().substr(name.size()), found))
        lines.refuse("a name, a score and four corners");
      all[place->second].push_back(found);
    }
  }
  boxes_ = std::move(all);
}

LabelMap PredictionReader::labelMap(std::uint32_t sample) const {
  const fs::path file = pictureFile(folder_, header_, sample);
  LabelMap map = readLabelMap(file);
  const ImageSize expected = header_.sizes[sample];
  if (ImageSize{map.width, map.height} != expected)
    throw Error(
        fmt::format("'{}' has {} x {} pixels, {} x {} expected as its image has; predict again "
                    "('uada predict')",
                    file.string(), map.width, map.height, expected.width, expected.height));
  for (const std::uint8_t label : map.labels)
    if (label >= header_.classCount)
      throw Error(fmt::format("'{}' has the label {}, 0 to {} expected; predict again ('uada predict')",
                              file.string(), label, header_.classCount - 1));
  return map;
}

Restored PredictionReader::restored(std::uint32_t sample) const {
  const fs::path file = pictureFile(folder_, header_, sample);
  Restored restored{readImage(file), readImage(degradedFile(folder_, header_, sample))};
  if (restored.picture.width != restored.degraded.width ||
      restored.picture.height != restored.degraded.height)
    throw Error(
        fmt::format("'{}' has {} x {} pixels, and the degraded picture has {} x {}; predict again "
                    "('uada predict')",
                    file.string(), restored.picture.width, restored.picture.height, restored.degraded.width,
                    restored.degraded.height));
  return restored;
}

}  // namespace uada
