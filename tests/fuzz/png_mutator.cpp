#include <zlib.h>

#include <cstddef>
#include <cstdint>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t maxSize);

namespace {

std::uint32_t read32(const std::uint8_t* from) {
  return std::uint32_t{from[0]} << 24 | std::uint32_t{from[1]} << 16 | std::uint32_t{from[2]} << 8 | from[3];
}

/// Gives every whole chunk of a PNG its checksum.
void mendChecksums(std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kSignature = 8, kFrame = 12;
  for (std::size_t at = kSignature; at < size && size - at >= kFrame;) {
    const std::size_t length = read32(data + at);
    if (length > size - at - kFrame) return;
    const auto sum = static_cast<std::uint32_t>(crc32(0, data + at + 4, static_cast<uInt>(length + 4)));
    for (std::size_t i = 0; i < 4; ++i)
      data[at + 8 + length + i] = static_cast<std::uint8_t>(sum >> (24 - 8 * i));
    at += length + kFrame;
  }
}

}  // namespace

/// Behind a wrong checksum the decoder looks at nothing, so half of the changed pictures get the right ones.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t maxSize,
                                               unsigned seed) {
  size = LLVMFuzzerMutate(data, size, maxSize);
  if (seed % 2 == 1 && size > 0 && data[0] == 0x89) mendChecksums(data, size);
  return size;
}
