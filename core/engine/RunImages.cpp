#include "core/engine/RunImages.h"

#include <fmt/core.h>

#include "core/base/Error.h"

namespace uada {

Dataset runImages(const Choice& dataset, Split split, const std::filesystem::path& folder) {
  const auto settings = settingsFromJson<DataSettings>(dataset.settings, "dataset");
  const int limit = split == Split::train ? settings.trainLimit : settings.testLimit;
  return subset(findDataset(dataset.name).load(folder, split), static_cast<std::size_t>(limit));
}

RenderSettings runRendering(const Dataset& train) {
  if (train.width != train.height)
    throw Error(fmt::format("images of {} x {} pixels cannot be trained on: they must be square", train.width,
                            train.height));
  const ChannelStatistics statistics = channelStatistics(train);
  RenderSettings settings;
  settings.side = train.width;
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
