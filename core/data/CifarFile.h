#pragma once

#include "core/data/SplitReading.h"

namespace uada {

/// Reads one file of CIFAR's binary format and appends its images and fine labels: records of labels and
/// 1024 red, 1024 green and 1024 blue bytes, 32x32, row by row. The file's size gives their number.
/// limits  how many values each label byte has, the last being the one that is kept: {10} or {20, 100}
DataReport::File readCifarFile(const std::filesystem::path& file, std::span<const int> limits, Dataset& data,
                               ContentHash& hash);

constexpr int kCifarSide = 32;

}  // namespace uada
