#pragma once

#include <string>
#include <vector>

#include "core/config/RunConfig.h"

namespace uada {

/// For each member of a family of complete settings, the values in which not all members agree:
/// {"epsilon 1", "epsilon 2"}; all "" if they agree.
std::vector<std::string> differences(const std::vector<Json>& family);

/// A method's settings as differences() tells them: its policy, where it may have any, in words.
Json toldSettings(const Choice& method);
/// "UADA", "UADA (epsilon 2)": `name`, which stands for `usual`, with the settings that differ from that.
std::string methodLabel(const Choice& method, const std::string& name, const Choice& usual);

/// "Fashion-MNIST", "Fashion-MNIST, 6,000 images", "CIFAR-10, 500 images, 100 test images".
std::string datasetLabel(const Recipe& recipe);
/// "r18w16"
std::string modelLabel(const Recipe& recipe);

/// A column's name for each recipe, no two alike: "Fashion-MNIST r10w16, 6,000 images", with settings of
/// training where two recipes differ in nothing else. paper  recipes that the names must not be taken for:
/// the difference of training to them is told as well
std::vector<std::string> recipeLabels(const std::vector<Recipe>& recipes,
                                      const std::vector<Recipe>& paper = {});

}  // namespace uada
