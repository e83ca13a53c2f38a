#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

/// Makes a JPEG of one grey by hand: some hundred kilobytes for 64 million pixels in three colours.
class SparseJpeg {
 public:
  /// scans    0: baseline, one scan. Else progressive, with so many behind the first, 2 to 31
  /// missing  bytes at the end of the last scan
  /// sampling of every colour both ways, 1 to 4; above 1 of progressive ones only
  /// colours  3, or 4: inks
  SparseJpeg(int width, int height, int scans = 0, std::size_t missing = 0, int sampling = 1, int colours = 3)
      : colours_(colours), blocks_(std::size_t((width + 7) / 8) * std::size_t((height + 7) / 8)) {
    put({0xff, 0xd8});
    segment(0xdb, std::vector<int>(64, 1), {0});  // divisors
    std::vector<int> frame{8, height >> 8, height & 255, width >> 8, width & 255, colours};
    for (int colour = 1; colour <= colours; ++colour) frame.insert(frame.end(), {colour, sampling * 17, 0});
    segment(scans > 0 ? 0xc2 : 0xc0, frame);
    table(0x00, 0);
    if (scans > 0)
      progressive(scans, sampling);
    else
      baseline();
    bytes.resize(bytes.size() - missing);
    put({0xff, 0xd9});
  }
  std::vector<std::byte> bytes;

 private:
  void put(std::initializer_list<int> values) {
    for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  }
  void segment(int marker, std::vector<int> data, std::initializer_list<int> before = {}) {
    data.insert(data.begin(), before);
    const auto length = static_cast<int>(data.size() + 2);
    put({0xff, marker, length >> 8, length & 255});
    for (const int value : data) put({value});
  }
  /// Of one code, a single 0 bit.
  void table(int place, int symbol) {
    std::vector<int> data(18);
    data[0] = place;
    data[1] = 1;
    data[17] = symbol;
    segment(0xc4, data);
  }
  void zeroBits(std::size_t count) { bytes.resize(bytes.size() + (count + 7) / 8); }
  /// The header of a scan of all colours.
  void scanOfAll(int lastCoefficient) {
    std::vector<int> scan{colours_};
    for (int colour = 1; colour <= colours_; ++colour) scan.insert(scan.end(), {colour, 0});
    scan.insert(scan.end(), {0, lastCoefficient, 0});
    segment(0xda, scan);
  }
  void baseline() {
    table(0x10, 0x00);  // the rest of a block is zero
    scanOfAll(63);
    zeroBits(blocks_ * static_cast<std::size_t>(colours_) * 2);
  }
  /// All that is not the blocks' mean, first without the lowest 13 bits, then by a bit more.
  void progressive(int scans, int sampling) {
    table(0x10, 0xe0);  // 16,384 and a number of 14 bits of blocks are zero
    if (sampling == 1) {
      scanOfAll(0);
      zeroBits(blocks_ * static_cast<std::size_t>(colours_));
    }
    for (int colour = 1; colour <= colours_ && sampling > 1; ++colour) {
      segment(0xda, {1, colour, 0, 0, 0, 0});
      zeroBits(blocks_);
    }
    for (int scan = 0; scan < scans; ++scan) {
      const int low = 13 - scan / colours_, high = scan < colours_ ? 0 : low + 1;
      segment(0xda, {1, 1 + scan % colours_, 0, 1, 63, high << 4 | low});
      zeroBits((blocks_ + 16383) / 16384 * 15);
    }
  }
  int colours_;
  std::size_t blocks_;  ///< of a colour
};
