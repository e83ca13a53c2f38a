#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/store/Records.h"

namespace uada {

/// A recipe on the images that runs of it had.
struct MeasuredRecipe {
  std::shared_ptr<const Recipe> recipe;  ///< never null
  std::string dataHash;
  std::optional<bool> isPublished;  ///< whether the images are the published ones; none: not known
};
/// runs  of one recipe on the same images, at least one
MeasuredRecipe measuredRecipe(const std::vector<FinishedRun>& runs);

/// For each member of a family of complete settings, the values in which not all members agree:
/// {"ε=1", "ε=2"}; all "" if they agree.
std::vector<std::string> differences(const std::vector<Json>& family);

/// Labels no two of which read alike: to those that do is added in what the things they stand for differ.
/// thing  what a label stands for, by its index, as JSON; equal ones keep equal labels
/// taken  labels that none may read like
std::vector<std::string> toldApart(std::vector<std::string> labels,
                                   const std::function<Json(std::size_t)>& thing,
                                   const std::vector<std::string>& taken = {});

/// Whether a method is little without its policy, so that runs are called by that.
bool isNamedByPolicy(const Choice& method);
/// Whether it is that of all images of its kind, as they are published: nobody asks which policy it was.
bool isUsualPolicy(const Choice& policy);
/// "UADA"; where it is named by its policy that first, since lists cut what is long at its end: "AutoAugment
/// (plain)"; with the usual one of its images "Plain training".
std::string methodTitle(const Choice& method);
/// A method's settings as differences() tells them: its policy, where it may have any, in words.
Json toldSettings(const Choice& method);
/// "UADA", "UADA (ε=2)": `name`, which stands for `usual`, with the settings that differ from that.
std::string methodLabel(const Choice& method, const std::string& name, const Choice& usual);

/// "Fashion-MNIST", "Fashion-MNIST, 6,000 images", "CIFAR-10, 500 images, 100 test images, other images than
/// published".
std::string datasetLabel(const MeasuredRecipe& measured);
/// "r18w16"
std::string modelLabel(const Recipe& recipe);

/// A column's name for each recipe, no two alike: "Fashion-MNIST r10w16, 6,000 images", with settings of
/// training where two recipes differ in nothing else.
/// paper  recipes that the names must not be taken for: the difference of training to them is told as well
std::vector<std::string> recipeLabels(const std::vector<MeasuredRecipe>& recipes,
                                      const std::vector<Recipe>& paper = {});

}  // namespace uada
