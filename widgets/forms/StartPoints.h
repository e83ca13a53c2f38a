#pragma once

#include <optional>
#include <string>

#include "core/config/RunConfig.h"

namespace uada {

/// A recipe to start from, and where it comes from.
struct StartRecipe {
  Recipe recipe;
  std::string source;  ///< "r18-cifar10, of the paper's Table 2"
};

/// The recipe of the paper's tables for a data set and a network, both by name; none: the paper has none.
std::optional<StartRecipe> paperRecipe(const std::string& dataset, const std::string& model);
/// The same data set and network in small: some minutes on two CPU cores. Says nothing of the methods.
/// folder  of the data; empty: where packages put it
StartRecipe quickRecipe(const std::string& dataset, const std::string& folder, const std::string& model);

}  // namespace uada
