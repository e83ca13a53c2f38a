#include "core/engine/train/TensorFile.h"

#include <fmt/core.h>

#include <cstring>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Json.h"
#include "core/weights/WeightsFile.h"

namespace uada {
namespace {

constexpr std::size_t kLengthBytes = 8, kMaxHeader = 1 << 20, kDigits = 64;
constexpr const char* kSeal = "uada.sha256";

std::string_view typeName(const at::Tensor& tensor) { return elementInfo(elementOf(tensor)).name; }

Json entry(std::string_view type, Json shape, std::size_t begin, std::size_t end) {
  Json json = Json::object();
  json["dtype"] = type;
  json["shape"] = std::move(shape);
  json["data_offsets"] = Json::Array{static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end)};
  return json;
}

/// The header's text, padded with spaces to a multiple of 8 so that the data are aligned.
std::string header(const TensorFile& file, bool sealed) {
  Json json = Json::object();
  Json& texts = json["__metadata__"] = Json::object();
  for (const auto& [name, text] : file.texts) texts[name] = text;
  std::size_t offset = 0;
  for (const auto& [name, tensor] : file.tensors) {
    Json shape = Json::array();
    for (const std::int64_t size : tensor.sizes()) shape.push(size);
    json[name] = entry(typeName(tensor), std::move(shape), offset, offset + tensor.nbytes());
    offset += tensor.nbytes();
  }
  if (sealed) json[kSeal] = entry("U8", Json::Array{static_cast<int>(kDigits)}, offset, offset + kDigits);
  std::string text = json.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  if (text.size() > kMaxHeader)
    throw Error(fmt::format("the header of a tensor file would be {} bytes", text.size()));
  return text;
}

void append(std::vector<std::byte>& bytes, const void* data, std::size_t size) {
  const auto* begin = static_cast<const std::byte*>(data);
  bytes.insert(bytes.end(), begin, begin + size);
}

constexpr SafetensorsWords kWords{"checkpoint", "use an older one"};

[[noreturn]] void refuse(const std::string& where, std::string_view why) {
  throw Error(fmt::format("'{}' is not a sound {}: {}; {}", where, kWords.kind, why, kWords.remedy));
}

void requireSeal(std::span<const std::byte> bytes, const std::string& where) {
  if (bytes.size() < kLengthBytes + kDigits) refuse(where, fmt::format("it has {} bytes", bytes.size()));
  const std::span<const std::byte> digits = bytes.last(kDigits);
  const std::string_view seal(reinterpret_cast<const char*>(digits.data()), kDigits);
  if (sha256(bytes.first(bytes.size() - kDigits)) != seal)
    refuse(where, "its content does not match its SHA-256");
}

bool isWritten(NumberType element) {
  return element == NumberType::f32 || element == NumberType::f64 || element == NumberType::i64;
}

at::ScalarType typeOf(NumberType element) {
  switch (element) {
    case NumberType::f64: return at::kDouble;
    case NumberType::f32: return at::kFloat;
    case NumberType::f16: return at::kHalf;
    case NumberType::bf16: return at::kBFloat16;
    case NumberType::i64: return at::kLong;
    case NumberType::i32: return at::kInt;
    case NumberType::i16: return at::kShort;
    case NumberType::i8: return at::kChar;
    case NumberType::u8: return at::kByte;
    case NumberType::boolean: return at::kBool;
  }
  throw Error("an element of no known type");
}

template <class Pairs>
const auto& find(const Pairs& pairs, const std::string& name, std::string_view kind) {
  for (const auto& [key, value] : pairs) {
    if (key == name) return value;
  }
  throw Error(
      fmt::format("the checkpoint has no {} '{}': it belongs to another network or version", kind, name));
}

}  // namespace

const at::Tensor& TensorFile::tensor(const std::string& name) const { return find(tensors, name, "tensor"); }
const std::string& TensorFile::text(const std::string& name) const { return find(texts, name, "entry"); }

std::vector<std::byte> encode(const TensorFile& file, bool sealed) {
  const std::string text = header(file, sealed);
  std::vector<std::byte> bytes;
  std::size_t total = kLengthBytes + text.size() + kDigits;
  for (const auto& [name, tensor] : file.tensors) total += tensor.nbytes();
  bytes.reserve(total);
  for (std::size_t i = 0; i < kLengthBytes; ++i)
    bytes.push_back(static_cast<std::byte>(text.size() >> 8 * i & 0xff));
  append(bytes, text.data(), text.size());
  for (const auto& [name, tensor] : file.tensors) {
    const at::Tensor flat = tensor.detach().cpu().contiguous();
    append(bytes, flat.const_data_ptr(), flat.nbytes());
  }
  if (sealed) {
    const std::string seal = sha256(std::span<const std::byte>(bytes));
    append(bytes, seal.data(), seal.size());
  }
  return bytes;
}

NumberType elementOf(const at::Tensor& tensor) {
  if (tensor.scalar_type() == at::kFloat) return NumberType::f32;
  if (tensor.scalar_type() == at::kDouble) return NumberType::f64;
  if (tensor.scalar_type() == at::kLong) return NumberType::i64;
  throw Error(fmt::format("a tensor of type {} cannot be written", c10::toString(tensor.scalar_type())));
}

at::Tensor tensorOf(const WeightsFile& file, const WeightTensor& tensor) {
  const std::vector<std::byte> numbers = file.numbers(tensor);
  at::Tensor made = at::empty(tensor.sizes, typeOf(tensor.element));
  if (!numbers.empty()) std::memcpy(made.mutable_data_ptr(), numbers.data(), numbers.size());
  return made;
}

TensorFile decode(std::span<const std::byte> bytes, const std::string& where) {
  requireSeal(bytes, where);
  const WeightsFile read = readSafetensors(bytesOfMemory(bytes), where, kWords);
  if (read.tensors.empty() || read.tensors.back().name != kSeal ||
      read.storages.back().at + kDigits != bytes.size())
    refuse(where, "its last tensor is not its seal");
  TensorFile file;
  for (const auto& [key, text] : read.values) file.texts.emplace_back(key, text.asString());
  std::uint64_t next = 0;
  for (const WeightTensor& tensor : read.tensors) {
    const Storage& storage = read.storages[tensor.storage];
    if (storage.at < next) refuse(where, fmt::format("tensor '{}' is out of order", tensor.name));
    next = storage.at;
    if (&tensor == &read.tensors.back()) break;
    if (!isWritten(tensor.element))
      refuse(where, fmt::format("tensor '{}' has the unknown type {}", tensor.name,
                                elementInfo(tensor.element).name));
    file.tensors.emplace_back(tensor.name, tensorOf(read, tensor));
  }
  return file;
}

}  // namespace uada
