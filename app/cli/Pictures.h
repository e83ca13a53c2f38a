#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/engine/Reports.h"

namespace uada::cli {

/// A plan's parts, a line each, as captions want them.
std::vector<std::string> planLines(const Plan& plan);

/// Writes the pictures of each decision as PNG into a folder (made if need be), the trained one with
/// "-trained" in its name, and decisions.jsonl, which names nothing but what was decided.
void writePictures(const std::vector<Decision>& decisions, const std::filesystem::path& folder);

/// Throws Error where the contact sheet of so many decisions like this one, which has its pictures, would be
/// larger than is written.
void requireSheetRoom(const Decision& decision, std::size_t rows);
/// A row a decision: original, unperturbed, the candidates; losses under them, the trained one framed.
void writeContactSheet(const std::vector<Decision>& decisions, const std::filesystem::path& file);

}  // namespace uada::cli
