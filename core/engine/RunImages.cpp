#include "core/engine/RunImages.h"

#include <fmt/core.h>

#include "core/base/Error.h"

namespace uada {

std::shared_ptr<const Dataset> runImages(const Choice& dataset, Split split,
                                         const std::filesystem::path& folder, Loading loading) {
  const auto& settings = dataset.as<DataSettings>();
  loading.skipsDamaged = settings.damaged == "skip";
  const bool isSetAside = settings.validation > 0;
  auto data = findDataset(dataset.name).load(folder, isSetAside ? Split::train : split, loading);
  if (isSetAside) {
    const Parts parts =
        setAside(data, settings.validation, static_cast<std::uint64_t>(settings.validationSeed));
    data = split == Split::train ? parts.training : parts.validation;
  }
  const int limit = split == Split::train ? settings.trainLimit : settings.testLimit;
  return subset(std::move(data), static_cast<std::size_t>(limit));
}

namespace {

/// Usual constants, as torchvision's models have them; none: those of the data set's own images.
std::optional<ChannelStatistics> normalisationOf(const Recipe& recipe) {
  if (recipe.dataset.name.empty()) return std::nullopt;  // images that belong to no data set
  const std::string& name = recipe.dataset.as<DataSettings>().normalisation;
  if (name == "imagenet") return ChannelStatistics{{0.485F, 0.456F, 0.406F}, {0.229F, 0.224F, 0.225F}};
  if (name == "half") return ChannelStatistics{{0.5F, 0.5F, 0.5F}, {0.5F, 0.5F, 0.5F}};
  if (name == "vgg")
    return ChannelStatistics{{123.0F / 255, 117.0F / 255, 104.0F / 255}, {1.0F / 255, 1.0F / 255, 1.0F / 255}};
  return std::nullopt;
}

}  // namespace

RenderSettings runRendering(const Recipe& recipe, const Dataset& train) {
  const auto named = normalisationOf(recipe);
  const ChannelStatistics statistics = named ? *named : channelStatistics(train);
  RenderSettings settings;
  settings.input = inputOf(recipe, commonSize(train));
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
