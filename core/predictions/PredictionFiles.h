#pragma once

#include <filesystem>
#include <string>

#include "core/base/Files.h"
#include "core/predictions/Prediction.h"

/// Which files a folder of predictions has, and its header. Of the writer and the reader.
namespace uada::predictions {

constexpr const char* kWhole = "predictions.json";       ///< written last
constexpr const char* kBegun = "predictions.part.json";  ///< written first; goes once the folder is whole
constexpr const char* kSamples = "samples.csv";
constexpr const char* kChances = "predictions.csv";
constexpr const char* kDegraded = "degraded";

/// A regular file of the name, or a folder, is there.
bool isThere(const std::filesystem::path& path);

/// The text file of each class with the boxes that were found of it.
std::vector<std::filesystem::path> classFiles(const std::filesystem::path& folder,
                                              const PredictionHeader& header);
std::filesystem::path pictureFile(const std::filesystem::path& folder, const PredictionHeader& header,
                                  std::uint32_t sample);
std::filesystem::path degradedFile(const std::filesystem::path& folder, const PredictionHeader& header,
                                   std::uint32_t sample);

/// file  kWhole or kBegun; the samples stand in a file of their own
void writeHeader(const std::filesystem::path& file, const PredictionHeader& header, FileCalls& calls);
/// With the samples, from the folder of the file.
/// throws  Error naming the file, what was found and what was expected
PredictionHeader readHeader(const std::filesystem::path& file);
void writeSamples(const std::filesystem::path& folder, const PredictionHeader& header, FileCalls& calls);

}  // namespace uada::predictions
