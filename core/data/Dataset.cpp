#include "core/data/Dataset.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

#include "core/base/Error.h"
#include "core/base/Philox.h"
#include "core/data/DataSettings.h"
#include "core/data/DatasetView.h"

namespace uada {

const DataReport::File* DataReport::firstDifferent() const {
  const auto found = std::ranges::find_if(files, [](const File& f) { return !f.difference.empty(); });
  return found == files.end() ? nullptr : &*found;
}

/// Source: the devkit of PASCAL VOC, VOClabelcolormap: the bits of the number behind the class's, three at a
/// time from the lowest, are the bits of red, green and blue from the highest.
std::vector<std::array<std::uint8_t, 3>> classColoursOf(const DatasetEntry& entry, int classes) {
  auto colours = entry.classColours;
  for (int label = static_cast<int>(colours.size()); label < classes; ++label) {
    std::array<std::uint8_t, 3> colour{};
    for (int bits = label + 1, place = 7; bits > 0; bits >>= 3, --place)
      for (int c = 0; c < 3; ++c)
        colour[static_cast<std::size_t>(c)] |= static_cast<std::uint8_t>((bits >> c & 1) << place);
    colours.push_back(colour);
  }
  return colours;
}

BoxesView boxesOf(const Dataset& data, std::uint32_t index) {
  if (data.targetKind() != TargetKind::boxes) return {};
  return std::get<BoxesView>(*data.target(index));
}

std::string className(std::span<const std::string> names, int label) {
  if (label < 0) return {};
  const bool isNamed = label < static_cast<int>(names.size());
  return isNamed ? names[static_cast<std::size_t>(label)] : fmt::format("class {}", label);
}

std::vector<std::string> classNamesOf(const DatasetEntry& entry, const Dataset& data) {
  std::vector<std::string> names = data.classNames();
  if (names.empty()) names = entry.classNames;
  if (names.size() != static_cast<std::size_t>(data.classes())) names.clear();
  return names;
}

std::vector<std::string> classNamesOf(const DatasetEntry& entry, const std::filesystem::path& folder) {
  if (!entry.classNames.empty() || !entry.classesIn) return entry.classNames;
  try {
    const auto found = entry.find(folder);
    return found ? entry.classesIn(*found) : std::vector<std::string>();
  } catch (const Error&) {  // the folder may have changed since
    return {};
  }
}

std::vector<std::string> classNamesOf(const Choice& dataset) {
  return classNamesOf(findDataset(dataset.name), std::filesystem::path(dataset.as<DataSettings>().folder));
}

DataIdentity dataIdentity(const Dataset& train, const Dataset& test) {
  return {train.identity() + "+" + test.identity(), train.isPublished() && test.isPublished()};
}

DataIdentity readDataIdentity(const DatasetEntry& entry, const std::filesystem::path& folder) {
  const std::filesystem::path found = locateDataset(entry, folder);
  const auto train = entry.load(found, Split::train, {});
  return dataIdentity(*train, *entry.load(found, Split::test, {}));
}

ImageSize commonSize(const Dataset& data) {
  const ImageSize first = data.size() > 0 ? data.imageSize(0) : ImageSize{};
  for (std::uint32_t i = 1; i < data.size(); ++i)
    if (data.imageSize(i) != first) return {};
  return first;
}

namespace {

/// Counting the 256 values first keeps the sums exact and the loop short.
using Counts = std::array<std::array<std::uint64_t, 256>, 3>;

ChannelStatistics statisticsOf(const Counts& counts) {
  std::uint64_t pixels = 0;
  for (const std::uint64_t count : counts[0]) pixels += count;
  const auto n = static_cast<double>(pixels);
  ChannelStatistics statistics;
  for (std::size_t c = 0; c < 3; ++c) {
    std::uint64_t sum = 0;
    for (std::size_t v = 0; v < 256; ++v) sum += v * counts[c][v];
    const double mean = static_cast<double>(sum) / n;
    double squares = 0;
    for (std::size_t v = 0; v < 256; ++v) {
      const double d = static_cast<double>(v) - mean;
      squares += d * d * static_cast<double>(counts[c][v]);
    }
    statistics.mean[c] = static_cast<float>(mean / 255);
    statistics.deviation[c] = static_cast<float>(n < 2 ? 0 : std::sqrt(squares / (n - 1)) / 255);
  }
  return statistics;
}

/// Of a set without labels they are of one.
std::vector<std::vector<std::uint32_t>> samplesOfClasses(const Dataset& data) {
  if (data.targetKind() != TargetKind::label) {
    std::vector<std::uint32_t> all(data.size());
    std::iota(all.begin(), all.end(), 0U);
    return {all};
  }
  std::vector<std::vector<std::uint32_t>> samples(static_cast<std::size_t>(data.classes()));
  for (std::uint32_t i = 0; i < data.size(); ++i)
    samples.at(static_cast<std::size_t>(data.label(i))).push_back(i);
  return samples;
}

}  // namespace

ChannelStatistics channelStatistics(const Dataset& data) {
  if (data.size() == 0) throw Error("no mean of a data set without images; give it at least one");
  if (data.pixelSums(0)) {
    PixelSums sums;
    for (std::uint32_t i = 0; i < data.size(); ++i) sums += data.pixelSums(i).value();
    return statisticsOf(sums);
  }
  Counts counts{};
  for (std::uint32_t i = 0; i < data.size(); ++i) {
    const Held<ImageView> image = data.image(i);
    for (std::size_t at = 0; at < image->bytes(); at += 3)
      for (std::size_t c = 0; c < 3; ++c) ++counts[c][image->rgb[at + c]];
  }
  return statisticsOf(counts);
}

std::vector<std::uint32_t> firstOfEachClass(const Dataset& data, std::size_t count) {
  const auto ofClass = samplesOfClasses(data);
  std::vector<std::uint32_t> first;
  for (std::size_t round = 0; first.size() < std::min(count, data.size()); ++round)
    for (const auto& indices : ofClass)
      if (round < indices.size() && first.size() < count) first.push_back(indices[round]);
  return first;
}

std::shared_ptr<const Dataset> subset(std::shared_ptr<const Dataset> data, std::size_t count) {
  if (count == 0 || count >= data->size()) return data;
  std::vector<std::uint32_t> indices = firstOfEachClass(*data, count);
  std::ranges::sort(indices);
  return std::make_shared<DatasetView>(std::move(data), std::move(indices));
}

/// Refuses to set aside the only sample of a class, or of a set without labels.
static void requireTwo(const Dataset& data, std::size_t samples, int label) {
  const bool hasLabels = data.targetKind() == TargetKind::label;
  if (samples >= 2 || (samples == 0 && hasLabels)) return;
  throw Error(
      fmt::format("{} single training image: none can be set aside; add images, or set aside none "
                  "(recipe.dataset.validation, held_out of the method ohl)",
                  hasLabels ? fmt::format("class {} has a", label) : "the data set has no more than a"));
}

std::vector<std::uint32_t> asideOf(const Dataset& data, double share, std::uint64_t seed) {
  // The index settles ties.
  const auto number = [seed](std::uint32_t index) {
    return std::pair(Random(seed, 0, index, Purpose::validation).next(), index);
  };
  std::vector<std::uint32_t> validation;
  int label = 0;
  for (std::vector<std::uint32_t>& samples : samplesOfClasses(data)) {
    requireTwo(data, samples.size(), label++);
    if (samples.empty()) continue;
    std::ranges::sort(samples, {}, number);
    const auto wanted = std::llround(share * static_cast<double>(samples.size()));
    const auto count = std::clamp<std::ptrdiff_t>(wanted, 1, std::ssize(samples) - 1);
    validation.insert(validation.end(), samples.begin(), samples.begin() + count);
  }
  std::ranges::sort(validation);
  return validation;
}

std::vector<std::uint32_t> allBut(std::size_t count, std::span<const std::uint32_t> samples) {
  std::vector<std::uint32_t> all(count), left;
  std::iota(all.begin(), all.end(), 0U);
  std::ranges::set_difference(all, samples, std::back_inserter(left));
  return left;
}

Parts setAside(const std::shared_ptr<const Dataset>& data, double share, std::uint64_t seed) {
  std::vector<std::uint32_t> validation = asideOf(*data, share, seed);
  std::vector<std::uint32_t> training = allBut(data->size(), validation);
  return {std::make_shared<DatasetView>(data, std::move(training)),
          std::make_shared<DatasetView>(data, std::move(validation))};
}

}  // namespace uada
