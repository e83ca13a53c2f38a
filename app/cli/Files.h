#pragma once

#include <string>

namespace uada::cli {

/// Pictures are written as PNG: throws UsageError if the file's name says otherwise.
void requirePngName(const std::string& file);
bool hasPngName(const std::string& file);

}  // namespace uada::cli
