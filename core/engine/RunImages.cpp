#include "core/engine/RunImages.h"

#include <fmt/core.h>

#include "core/base/Error.h"

namespace uada {

Dataset runImages(const Choice& dataset, Split split, const std::filesystem::path& folder) {
  const auto& settings = dataset.as<DataSettings>();
  const int limit = split == Split::train ? settings.trainLimit : settings.testLimit;
  return subset(findDataset(dataset.name).load(folder, split), static_cast<std::size_t>(limit));
}

RenderSettings runRendering(const Recipe& recipe, const Dataset& train) {
  const ChannelStatistics statistics = channelStatistics(train);
  RenderSettings settings;
  settings.input = inputOf(recipe, {train.width, train.height});
  settings.mean = statistics.mean;
  settings.deviation = statistics.deviation;
  for (const float deviation : statistics.deviation)
    if (!(deviation > 0))
      throw Error(
          "the training images cannot be normalised: every pixel of a colour channel has the same value");
  return settings;
}

std::string trainingHash(std::string_view recorded) {
  return std::string(recorded.substr(0, recorded.find('+')));
}

}  // namespace uada
