#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/base/Files.h"

/// What the tests of core/data share: files as the data sets have them.
namespace uada::test {

namespace fs = std::filesystem;

using Bytes = std::vector<std::uint8_t>;

inline Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

inline void writeFile(const fs::path& file, const Bytes& bytes) {
  fs::create_directories(file.parent_path());
  std::ofstream stream(file, std::ios::binary);
  stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

inline Bytes readFile(const fs::path& file) {
  const auto bytes = readBinaryFile(file, 1 << 20);
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  return Bytes(data, data + bytes.size());
}

/// Records of CIFAR with red = i, green = p, blue = 255 - i at pixel p of image i.
inline Bytes cifarRecords(const std::vector<Bytes>& labels) {
  Bytes bytes;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    bytes = bytes + labels[i];
    for (std::size_t p = 0; p < 1024; ++p) bytes.push_back(static_cast<std::uint8_t>(i));
    for (std::size_t p = 0; p < 1024; ++p) bytes.push_back(static_cast<std::uint8_t>(p));
    for (std::size_t p = 0; p < 1024; ++p) bytes.push_back(static_cast<std::uint8_t>(255 - i));
  }
  return bytes;
}

inline void writeCifar10(const fs::path& dir) {
  for (std::uint8_t batch = 1; batch <= 5; ++batch)
    writeFile(dir / ("data_batch_" + std::to_string(batch) + ".bin"), cifarRecords({{batch}, {0}}));
  writeFile(dir / "test_batch.bin", cifarRecords({{3}, {7}, {9}}));
}

}  // namespace uada::test
