#pragma once

#include <filesystem>

#include "core/data/Target.h"
#include "core/images/LabelPng.h"

namespace uada {

/// Reads a file of labels as readLabels() does: the numbers as they are stored.
inline LabelMap readLabelMap(const std::filesystem::path& path, const ImageLimits& limits = {}) {
  LabelMap map;
  const ImageSize size = readLabels(path, map.labels, limits);
  map.width = size.width;
  map.height = size.height;
  return map;
}

}  // namespace uada
