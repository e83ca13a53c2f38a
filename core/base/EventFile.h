#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace uada {

/// A file of TensorBoard's events, which TensorBoard reads where "tfevents" is in its name: records of a
/// length, its checksum, an Event in protocol buffers, and its checksum (TensorFlow:
/// tsl/lib/io/record_writer, core/util/event.proto).
class EventFile {
 public:
  /// seconds  since 1970, of the first record, which tells the format
  explicit EventFile(double seconds);
  /// A value under a name like "train/loss". NaN and infinities stay what they are; the file keeps single
  /// precision.
  void add(double seconds, std::int64_t step, std::string_view tag, double value);
  const std::string& bytes() const { return bytes_; }

 private:
  void addRecord(const std::string& event);
  std::string bytes_;
};

/// CRC-32C (Castagnoli) of bytes, turned and shifted as TensorFlow stores it.
std::uint32_t maskedCrc(std::string_view bytes);

}  // namespace uada
