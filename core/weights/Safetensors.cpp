#include <fmt/core.h>

#include <algorithm>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/weights/WeightsFile.h"

namespace uada {
namespace {

constexpr std::size_t kLengthBytes = 8, kMaxHeader = 4u << 20, kMaxDimensions = 16;

class SafetensorsReader {
 public:
  SafetensorsReader(std::shared_ptr<const RandomBytes> bytes, const std::string& where,
                    const SafetensorsWords& words)
      : words_(words) {
    file_.where = where;
    file_.bytes = std::move(bytes);
  }

  WeightsFile read() {
    const std::string text = header();
    const Json json = parseJson(text, file_.where);
    if (!json.isObject()) refuse("its header is not an object");
    for (const auto& [name, value] : json.asObject()) {
      if (name == "__metadata__") {
        for (const auto& [key, text] : value.asObject()) file_.values.emplace_back(key, text.asString());
      } else {
        add(name, value);
      }
    }
    requireWithoutGaps();
    return std::move(file_);
  }

 private:
  [[noreturn]] void refuse(std::string_view why) const {
    throw Error(fmt::format("'{}' is not a sound {}: {}; {}", file_.where, words_.kind, why, words_.remedy));
  }

  std::string header() {
    const std::uint64_t size = file_.bytes->size();
    if (size < kLengthBytes) refuse(fmt::format("it has {} bytes", size));
    std::byte start[kLengthBytes];
    file_.bytes->read(0, start);
    std::uint64_t length = 0;
    for (std::size_t i = kLengthBytes; i-- > 0;) length = length << 8 | static_cast<std::uint64_t>(start[i]);
    if (length > kMaxHeader || length > size - kLengthBytes)
      refuse(fmt::format("its header claims {} bytes of {}", length, size));
    std::string text(static_cast<std::size_t>(length), '\0');
    file_.bytes->read(kLengthBytes, std::as_writable_bytes(std::span(text.data(), text.size())));
    begin_ = kLengthBytes + length;
    return text;
  }

  void add(const std::string& name, const Json& value) {
    WeightTensor tensor;
    tensor.name = name;
    const std::string& type = value.at("dtype").asString();
    const auto info = std::ranges::find(elements(), std::string_view(type), &ElementInfo::name);
    if (info == elements().end())
      refuse(fmt::format("tensor '{}' has the unknown type {}", quotable(name), quotable(type)));
    tensor.element = info->element;
    std::uint64_t wanted = info->bytes;
    for (const Json& size : value.at("shape").asArray()) {
      tensor.sizes.push_back(size.asInt());
      if (tensor.sizes.back() < 0 || tensor.sizes.size() > kMaxDimensions ||
          __builtin_mul_overflow(wanted, static_cast<std::uint64_t>(tensor.sizes.back()), &wanted))
        refuse(fmt::format("tensor '{}' has an impossible shape, {} as size {} of {}", quotable(name),
                           tensor.sizes.back(), tensor.sizes.size(), value.at("shape").asArray().size()));
    }
    tensor.strides.assign(tensor.sizes.size(), 1);
    for (std::size_t i = tensor.sizes.size(); i-- > 1;)
      tensor.strides[i - 1] = tensor.strides[i] * std::max<std::int64_t>(tensor.sizes[i], 1);
    tensor.storage = file_.storages.size();
    file_.storages.push_back(extent(name, value, wanted));
    file_.tensors.push_back(std::move(tensor));
  }
  Storage extent(const std::string& name, const Json& value, std::uint64_t wanted) const {
    const Json::Array& offsets = value.at("data_offsets").asArray();
    if (offsets.size() != 2)
      refuse(fmt::format("tensor '{}' has {} offsets instead of 2", quotable(name), offsets.size()));
    const std::int64_t begin = offsets[0].asInt(), end = offsets[1].asInt();
    const std::uint64_t size = file_.bytes->size() - begin_;
    if (begin < 0 || end < begin || static_cast<std::uint64_t>(end) > size)
      refuse(fmt::format("tensor '{}' lies at {}..{}, expected within {}", quotable(name), begin, end, size));
    const auto bytes = static_cast<std::uint64_t>(end - begin);
    if (bytes != wanted)
      refuse(fmt::format("tensor '{}' has {} bytes, its shape wants {}", quotable(name), bytes, wanted));
    return {begin_ + static_cast<std::uint64_t>(begin), bytes, {}};
  }
  /// The tensors cover what lies behind the header, each byte once.
  void requireWithoutGaps() const {
    std::vector<Storage> all = file_.storages;
    std::ranges::sort(all, {}, [](const Storage& storage) { return std::pair(storage.at, storage.bytes); });
    std::uint64_t next = begin_;
    for (const Storage& storage : all) {
      if (storage.at != next) refuse(fmt::format("its tensors have a gap or overlap at byte {}", next));
      next += storage.bytes;
    }
    if (next != file_.bytes->size())
      refuse(fmt::format("{} bytes belong to no tensor", file_.bytes->size() - next));
  }

  const SafetensorsWords words_;
  WeightsFile file_;
  std::uint64_t begin_ = 0;  ///< of the data
};

}  // namespace

WeightsFile readSafetensors(std::shared_ptr<const RandomBytes> bytes, const std::string& where,
                            const SafetensorsWords& words) {
  return SafetensorsReader(std::move(bytes), where, words).read();
}

}  // namespace uada
