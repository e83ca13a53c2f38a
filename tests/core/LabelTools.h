#pragma once

#include <string>
#include <vector>

#include "core/data/Target.h"
#include "tests/core/TinyPng.h"

namespace uada::test {

/// An 8-bit grey PNG of the labels, row by row.
inline tinypng::Bytes labelPng(int width, int height, const std::vector<std::uint8_t>& labels) {
  return tinypng::make({.width = static_cast<std::uint32_t>(width),
                        .height = static_cast<std::uint32_t>(height),
                        .depth = 8,
                        .colourType = 0,
                        .rows = labels});
}

inline std::string textOf(const tinypng::Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline LabelMap mapOf(int width, int height, std::vector<std::uint8_t> labels) {
  LabelMap map(width, height);
  map.labels = std::move(labels);
  return map;
}

}  // namespace uada::test
