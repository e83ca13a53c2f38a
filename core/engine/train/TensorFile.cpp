#include "core/engine/train/TensorFile.h"

#include <fmt/core.h>

#include <cstring>
#include <limits>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Json.h"

namespace uada {
namespace {

constexpr std::size_t kLengthBytes = 8, kMaxHeader = 1 << 20, kDigits = 64;
constexpr const char* kSeal = "uada.sha256";

std::string_view typeName(const at::Tensor& tensor) {
  if (tensor.scalar_type() == at::kFloat) return "F32";
  if (tensor.scalar_type() == at::kDouble) return "F64";
  if (tensor.scalar_type() == at::kLong) return "I64";
  throw Error(fmt::format("a tensor of type {} cannot be written", c10::toString(tensor.scalar_type())));
}

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

/// Reads the data behind the header, front to back.
class Reader {
 public:
  Reader(std::span<const std::byte> bytes, std::string where) : bytes_(bytes), where_(std::move(where)) {}

  [[noreturn]] void refuse(const std::string& why) const {
    throw Error(fmt::format("'{}' is not a sound checkpoint: {}; use an older one", where_, why));
  }

  TensorFile read() {
    const Json json = parseJson(headerText(), where_);
    if (!json.isObject()) refuse("its header is not an object");
    checkSeal();
    TensorFile file;
    for (const auto& [name, value] : json.asObject()) {
      if (name == "__metadata__") {
        for (const auto& [key, text] : value.asObject()) file.texts.emplace_back(key, text.asString());
      } else if (name == kSeal) {
        if (takeExtent(value, name) != kDigits) refuse("its seal has the wrong size");
      } else {
        file.tensors.emplace_back(name, takeTensor(value, name));
      }
    }
    if (next_ != data_.size()) refuse(fmt::format("{} bytes belong to no tensor", data_.size() - next_));
    return file;
  }

 private:
  std::string_view headerText() {
    if (bytes_.size() < kLengthBytes) refuse(fmt::format("it has {} bytes", bytes_.size()));
    std::uint64_t length = 0;
    for (std::size_t i = kLengthBytes; i-- > 0;) length = length << 8 | static_cast<std::uint64_t>(bytes_[i]);
    if (length > kMaxHeader || length + kLengthBytes + kDigits > bytes_.size()) {
      refuse(fmt::format("its header claims {} bytes of {}", length, bytes_.size()));
    }
    data_ = bytes_.subspan(kLengthBytes + length);
    return {reinterpret_cast<const char*>(bytes_.data()) + kLengthBytes, static_cast<std::size_t>(length)};
  }

  void checkSeal() const {
    const std::string_view seal(reinterpret_cast<const char*>(bytes_.data()) + bytes_.size() - kDigits,
                                kDigits);
    if (sha256(bytes_.first(bytes_.size() - kDigits)) != seal)
      refuse("its content does not match its SHA-256");
  }

  /// Checks that the tensor starts where the one before ended. Returns its size in bytes and steps over it.
  std::size_t takeExtent(const Json& value, const std::string& name) {
    const Json::Array& offsets = value.at("data_offsets").asArray();
    if (offsets.size() != 2)
      refuse(fmt::format("tensor '{}' has {} offsets instead of 2", name, offsets.size()));
    const std::int64_t begin = offsets[0].asInt(), end = offsets[1].asInt();
    if (begin < 0 || static_cast<std::size_t>(begin) != next_ || end < begin ||
        static_cast<std::size_t>(end) > data_.size()) {
      refuse(fmt::format("tensor '{}' lies at {}..{}, expected from {} on and within {}", name, begin, end,
                         next_, data_.size()));
    }
    next_ = static_cast<std::size_t>(end);
    return static_cast<std::size_t>(end - begin);
  }

  at::Tensor takeTensor(const Json& value, const std::string& name) {
    const std::string& type = value.at("dtype").asString();
    if (type != "F32" && type != "F64" && type != "I64")
      refuse(fmt::format("tensor '{}' has the unknown type {}", name, type));
    const std::size_t begin = next_, bytes = takeExtent(value, name);
    std::size_t wanted = type == "F32" ? 4 : 8;
    std::vector<std::int64_t> sizes;
    for (const Json& size : value.at("shape").asArray()) {
      sizes.push_back(size.asInt());
      if (sizes.back() < 0 ||
          __builtin_mul_overflow(wanted, static_cast<std::size_t>(sizes.back()), &wanted)) {
        refuse(fmt::format("tensor '{}' has an impossible shape", name));
      }
    }
    if (wanted != bytes)
      refuse(fmt::format("tensor '{}' has {} bytes, its shape wants {}", name, bytes, wanted));
    at::Tensor tensor = at::empty(sizes, type == "F32"   ? at::kFloat
                                         : type == "F64" ? at::kDouble
                                                         : at::kLong);
    if (bytes > 0) std::memcpy(tensor.mutable_data_ptr(), data_.data() + begin, bytes);
    return tensor;
  }

  std::span<const std::byte> bytes_, data_;
  const std::string where_;
  std::size_t next_ = 0;
};

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

TensorFile decode(std::span<const std::byte> bytes, const std::string& where) {
  return Reader(bytes, where).read();
}

}  // namespace uada
