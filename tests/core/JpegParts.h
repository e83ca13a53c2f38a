#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

/// Takes JPEGs apart and makes others of the parts, so that tests can have odd ones.
namespace jpegparts {

using Bytes = std::vector<std::byte>;

inline Bytes bytesOf(std::string_view text) {
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return {begin, begin + text.size()};
}
inline Bytes bytes(std::initializer_list<int> values) {
  Bytes result;
  for (const int value : values) result.push_back(static_cast<std::byte>(value));
  return result;
}
inline void append(Bytes& to, const Bytes& more) { to.insert(to.end(), more.begin(), more.end()); }
/// All parts, with `between` before each but the first.
inline Bytes joined(std::span<const Bytes> parts, const Bytes& between = {}) {
  Bytes all;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) append(all, between);
    append(all, parts[i]);
  }
  return all;
}
inline Bytes segment(int marker, const Bytes& data) {
  const auto length = static_cast<int>(data.size() + 2);
  Bytes all = bytes({0xff, marker, length >> 8, length & 255});
  append(all, data);
  return all;
}
inline Bytes adobe(int transform) {
  Bytes data = bytesOf(std::string_view("Adobe\0\x64\0\0\0\0", 11));
  append(data, bytes({transform}));
  return segment(0xee, data);
}
inline int markerOf(const Bytes& part) { return std::to_integer<int>(part.at(1)); }

/// The start mark, the segments, each scan with its packed pixels, the end mark. The file must be sound.
inline std::vector<Bytes> partsOf(const Bytes& file) {
  const auto at = [&](std::size_t i) { return std::to_integer<std::size_t>(file.at(i)); };
  const auto isMark = [&](std::size_t i) {
    return at(i) == 0xff && at(i + 1) != 0 && (at(i + 1) & 0xf8) != 0xd0;
  };
  std::vector<Bytes> parts{Bytes(file.begin(), file.begin() + 2)};
  for (std::size_t begin = 2; begin < file.size();) {
    std::size_t end = file.size();
    if (at(begin + 1) != 0xd9) end = begin + 2 + (at(begin + 2) << 8 | at(begin + 3));
    if (at(begin + 1) == 0xda)
      while (!isMark(end)) ++end;
    parts.emplace_back(file.begin() + static_cast<std::ptrdiff_t>(begin),
                       file.begin() + static_cast<std::ptrdiff_t>(end));
    begin = end;
  }
  return parts;
}
/// Without the segments of a marker.
inline std::vector<Bytes> without(std::vector<Bytes> parts, int marker) {
  std::erase_if(parts, [&](const Bytes& part) { return markerOf(part) == marker; });
  return parts;
}
/// With another part before the one that has a place; from the end where it is negative.
inline std::vector<Bytes> with(std::vector<Bytes> parts, int place, const Bytes& part) {
  parts.insert(place < 0 ? parts.end() + place : parts.begin() + place, part);
  return parts;
}

/// A grey JPEG, 8 x 8 pixels of one value each block, in a row.
class BlockJpeg {
 public:
  /// greys     of the blocks
  /// interval  blocks between restart marks; 0: none
  /// colours   that the header names: of more than one only the first has a scan
  BlockJpeg(const std::vector<int>& greys, int interval, int colours = 1) {
    const auto width = static_cast<int>(8 * greys.size());
    header = bytes({0xff, 0xd8});
    Bytes divisors(65, std::byte{8});  // of a block's mean the divisor 8 makes a step of the grey
    divisors[0] = std::byte{0};
    append(header, segment(0xdb, divisors));
    Bytes frame = bytes({8, 0, 8, width >> 8, width & 255, colours});
    for (int colour = 1; colour <= colours; ++colour) append(frame, bytes({colour, 0x11, 0}));
    append(header, segment(0xc0, frame));
    append(header, segment(0xc4, bytes({0x00, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0,  0,
                                        0,    0, 0, 0, 0,  // means: 4 bits a code
                                        0,    1, 2, 3, 4,  5, 6, 7, 8, 9, 10, 11})));
    append(header, segment(0xc4, bytes({0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})));
    if (interval > 0) append(header, segment(0xdd, bytes({interval >> 8, interval & 255})));
    append(header, segment(0xda, bytes({1, 1, 0x00, 0, 63, 0})));
    for (std::size_t i = 0, last = 128; i < greys.size(); ++i) {
      if (i == 0 || (interval > 0 && i % static_cast<std::size_t>(interval) == 0)) {
        pad();
        intervals.emplace_back();
        last = 128;
      }
      block(greys[i] - static_cast<int>(last));
      last = static_cast<std::size_t>(greys[i]);
    }
    pad();
  }
  /// The file with restart marks of such numbers, and something before each.
  Bytes file(const std::vector<int>& marks, const Bytes& before = {}) const {
    Bytes all = header;
    for (std::size_t i = 0; i < intervals.size(); ++i) {
      append(all, intervals[i]);
      if (i < marks.size()) append(all, before);
      if (i < marks.size()) append(all, bytes({0xff, 0xd0 + marks[i]}));
    }
    append(all, bytes({0xff, 0xd9}));
    return all;
  }
  Bytes header;                  ///< up to the packed pixels
  std::vector<Bytes> intervals;  ///< packed

 private:
  void put(unsigned value, int count) {
    while (count-- > 0) {
      now_ = now_ << 1 | (value >> count & 1);
      if (++bits_ < 8) continue;
      append(intervals.back(), bytes({static_cast<int>(now_)}));
      if (now_ == 0xff) append(intervals.back(), bytes({0}));
      now_ = 0;
      bits_ = 0;
    }
  }
  void block(int step) {
    const int size = std::bit_width(static_cast<unsigned>(std::abs(step)));
    put(static_cast<unsigned>(size), 4);
    put(static_cast<unsigned>(step < 0 ? step - 1 : step), size);
    put(0, 1);  // the rest of the block is zero
  }
  void pad() {
    if (bits_ > 0) put(0xff, 8 - bits_);
  }
  unsigned now_ = 0;
  int bits_ = 0;
};

}  // namespace jpegparts
