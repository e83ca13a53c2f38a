#pragma once

#include <filesystem>

namespace uada {

/// experiments/demo.json of the installation or of the source tree. Throws Error naming the folders looked
/// into.
std::filesystem::path findDemo();

}  // namespace uada
