#pragma once

#include <filesystem>
#include <string>

namespace uada {

/// An experiment that comes with the program, "demo": of the installation or of the source tree. Throws Error
/// naming the folders looked into.
std::filesystem::path findExperiment(const std::string& name);

}  // namespace uada
