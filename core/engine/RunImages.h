#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/augment/Renderer.h"
#include "core/config/RunConfig.h"
#include "core/data/Dataset.h"

/// What the pixels of a run are made from. Training and whoever renders its plans again take it from here, so
/// that they cannot part.
namespace uada {

/// The images of a split that a run uses: those in the folder, limited as its configuration says.
/// dataset  of the run's recipe
/// folder   as locateDataset() gave it
std::shared_ptr<const Dataset> runImages(const Choice& dataset, Split split,
                                         const std::filesystem::path& folder, Loading loading = {});

/// How they are rendered: the recipe's input, mean and deviation of the run's training images or as the
/// recipe says.
/// throws  Error if all pixels of a channel have the same value, and as inputOf() does
RenderSettings runRendering(const Recipe& recipe, const Dataset& train);

/// The training set's part of DataIdentity::hash, as it was recorded; empty: it was not.
std::string trainingHash(std::string_view recorded);

}  // namespace uada
