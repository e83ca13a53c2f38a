#include "core/base/EventFile.h"

#include <bit>
#include <boost/crc.hpp>
#include <concepts>

namespace uada {
namespace {

// How a field of protocol buffers begins: its number, and how its value is written.
enum Form : std::uint64_t { varying = 0, eightBytes = 1, counted = 2, fourBytes = 5 };

/// In the order of bytes that both formats have, the lowest first.
void addBytes(std::string& to, std::unsigned_integral auto number) {
  for (std::size_t i = 0; i < sizeof number; ++i) to += static_cast<char>(number >> (8 * i));
}

void addVarying(std::string& to, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) to += static_cast<char>(number | 0x80);
  to += static_cast<char>(number);
}

void addHead(std::string& to, std::uint64_t field, Form form) { addVarying(to, field << 3 | form); }

void addText(std::string& to, std::uint64_t field, std::string_view text) {
  addHead(to, field, counted);
  addVarying(to, text.size());
  to += text;
}

/// Event.wall_time
std::string eventAt(double seconds) {
  std::string event;
  addHead(event, 1, eightBytes);
  addBytes(event, std::bit_cast<std::uint64_t>(seconds));
  return event;
}

}  // namespace

std::uint32_t maskedCrc(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return std::rotr(crc.checksum(), 15) + 0xA282EAD8u;
}

EventFile::EventFile(double seconds) {
  std::string event = eventAt(seconds);
  addText(event, 3, "brain.Event:2");  // file_version
  addRecord(event);
}

void EventFile::add(double seconds, std::int64_t step, std::string_view tag, double value) {
  std::string scalar;  // Summary.Value
  addText(scalar, 1, tag);
  addHead(scalar, 2, fourBytes);  // simple_value
  addBytes(scalar, std::bit_cast<std::uint32_t>(static_cast<float>(value)));
  std::string summary;
  addText(summary, 1, scalar);
  std::string event = eventAt(seconds);
  addHead(event, 2, varying);
  addVarying(event, static_cast<std::uint64_t>(step));
  addText(event, 5, summary);
  addRecord(event);
}

void EventFile::addRecord(const std::string& event) {
  std::string length;
  addBytes(length, static_cast<std::uint64_t>(event.size()));
  bytes_ += length;
  addBytes(bytes_, maskedCrc(length));
  bytes_ += event;
  addBytes(bytes_, maskedCrc(event));
}

}  // namespace uada
