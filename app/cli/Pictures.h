#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/engine/Reports.h"

namespace uada::cli {

/// A plan's parts, a line each, as captions want them.
std::vector<std::string> planLines(const Plan& plan);

/// Both sides made shorter by a factor; as it is for 1 or more.
Image reduced(const Image& image, double factor);

/// A folder for pictures, made if need be; the folder above it must be there. Throws Error naming it.
void makePictureFolder(const std::filesystem::path& folder);
/// Throws UsageError if the lines that an earlier export left in a folder are of another run.
/// run  its key
void requireOwnPictures(const std::filesystem::path& lines, const std::string& run);
/// Writes the pictures of a decision as PNG: "step0000026-image000007-original.png", then "-unperturbed" and
/// each group, the trained one with "-trained" behind. Those that are empty are left out.
/// returns  the files' names, in that order.
/// throws  Error if the winner is none of its groups
std::vector<std::string> writePictures(const Decision& decision, const std::filesystem::path& folder);

/// Throws Error where the contact sheet of so many decisions like this one, which has its pictures, would be
/// larger than is written.
void requireSheetRoom(const Decision& decision, std::size_t rows);
/// A row a decision: original, unperturbed, the candidates; losses under them, the trained one framed.
/// classNames  of the data set; empty: it has none
void writeContactSheet(const std::vector<Decision>& decisions, std::span<const std::string> classNames,
                       const std::filesystem::path& file);

}  // namespace uada::cli
