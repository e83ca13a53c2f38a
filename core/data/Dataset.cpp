#include "core/data/Dataset.h"

#include <algorithm>
#include <cmath>

#include "core/base/Error.h"

namespace uada {

const DataReport::File* DataReport::firstDifferent() const {
  const auto found = std::ranges::find_if(files, [](const File& f) { return !f.difference.empty(); });
  return found == files.end() ? nullptr : &*found;
}

DataIdentity dataIdentity(const Dataset& train, const Dataset& test) {
  return {train.hash + "+" + test.hash, train.isPublished && test.isPublished};
}

DataIdentity readDataIdentity(const DatasetEntry& entry, const std::filesystem::path& folder) {
  const std::filesystem::path found = locateDataset(entry, folder);
  const Dataset train = entry.load(found, Split::train);
  return dataIdentity(train, entry.load(found, Split::test));
}

ChannelStatistics channelStatistics(const Dataset& data) {
  if (data.rgb.empty()) throw Error("no mean of a data set without images; give it at least one");
  // Counting the 256 values first keeps the sums exact and the loop short.
  std::array<std::array<std::uint64_t, 256>, 3> counts{};
  for (std::size_t i = 0; i + 2 < data.rgb.size(); i += 3)
    for (std::size_t c = 0; c < 3; ++c) ++counts[c][data.rgb[i + c]];
  const auto n = static_cast<double>(data.rgb.size() / 3);
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

namespace {

/// Indices of the samples that subset() keeps, ascending.
std::vector<std::size_t> balancedIndices(const Dataset& data, std::size_t count) {
  std::vector<std::vector<std::size_t>> ofClass(static_cast<std::size_t>(data.classes));
  for (std::size_t i = 0; i < data.size(); ++i)
    ofClass[static_cast<std::size_t>(data.labels[i])].push_back(i);
  std::vector<std::size_t> kept;
  for (std::size_t round = 0; kept.size() < count; ++round)
    for (const auto& indices : ofClass)
      if (round < indices.size() && kept.size() < count) kept.push_back(indices[round]);
  std::sort(kept.begin(), kept.end());
  return kept;
}

}  // namespace

Dataset subset(Dataset data, std::size_t count) {
  if (count == 0 || count >= data.size()) return data;
  const std::size_t bytes = std::size_t{3} * data.width * data.height;
  std::size_t to = 0;
  for (const std::size_t from :
       balancedIndices(data, count)) {  // from >= to: nothing is overwritten too soon
    std::copy_n(data.rgb.begin() + from * bytes, bytes, data.rgb.begin() + to * bytes);
    data.labels[to++] = data.labels[from];
  }
  data.rgb.resize(to * bytes);
  data.labels.resize(to);
  data.rgb.shrink_to_fit();
  return data;
}

}  // namespace uada
