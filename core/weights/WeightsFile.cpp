#include "core/weights/WeightsFile.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <mutex>
#include <set>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Printable.h"
#include "core/base/Sha256.h"
#include "core/base/Text.h"
#include "core/weights/PyTorchReader.h"
#include "core/weights/Zip.h"

namespace uada {
namespace {

constexpr ElementInfo kElements[] = {
    {NumberType::f64, "F64", "DoubleStorage", 8}, {NumberType::f32, "F32", "FloatStorage", 4},
    {NumberType::f16, "F16", "HalfStorage", 2},   {NumberType::bf16, "BF16", "BFloat16Storage", 2},
    {NumberType::i64, "I64", "LongStorage", 8},   {NumberType::i32, "I32", "IntStorage", 4},
    {NumberType::i16, "I16", "ShortStorage", 2},  {NumberType::i8, "I8", "CharStorage", 1},
    {NumberType::u8, "U8", "ByteStorage", 1},     {NumberType::boolean, "BOOL", "BoolStorage", 1},
};

class BytesOfFile : public RandomBytes {
 public:
  explicit BytesOfFile(const std::filesystem::path& file) : where_(file.string()), source_(file) {}
  std::uint64_t size() const override { return source_.size(); }
  void read(std::uint64_t at, std::span<std::byte> to) const override {
    while (!to.empty()) {
      const std::span<const std::byte> piece = source_.from(at, std::min(to.size(), ByteSource::kWindow));
      const std::size_t size = std::min(piece.size(), to.size());
      if (size == 0)
        throw Error(fmt::format("cannot read '{}': it ends at byte {}; get another copy", where_, at));
      std::memcpy(to.data(), piece.data(), size);
      at += size;
      to = to.subspan(size);
    }
  }

 private:
  const std::string where_;
  mutable ByteSource source_;
};

class BytesOfMemory : public RandomBytes {
 public:
  explicit BytesOfMemory(std::span<const std::byte> memory) : memory_(memory) {}
  std::uint64_t size() const override { return memory_.size(); }
  void read(std::uint64_t at, std::span<std::byte> to) const override {
    if (at > memory_.size() || to.size() > memory_.size() - at)
      throw Error(fmt::format("the weights end at byte {}, more is expected", memory_.size()));
    if (!to.empty()) std::memcpy(to.data(), memory_.data() + at, to.size());
  }

 private:
  const std::span<const std::byte> memory_;
};

template <class T>
T numberAt(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

/// IEEE 754, table 3.5: 1 bit of sign, 5 of exponent, 10 of fraction.
double halfOf(std::uint16_t bits) {
  const int exponent = bits >> 10 & 0x1f, fraction = bits & 0x3ff;
  const double sign = bits & 0x8000 ? -1 : 1;
  if (exponent == 0x1f) return fraction ? std::numeric_limits<double>::quiet_NaN() : sign * HUGE_VAL;
  return sign * (exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(fraction + 0x400, exponent - 25));
}

double numberOf(NumberType element, const std::byte* at) {
  switch (element) {
    case NumberType::f64: return numberAt<double>(at);
    case NumberType::f32: return numberAt<float>(at);
    case NumberType::f16: return halfOf(numberAt<std::uint16_t>(at));
    case NumberType::bf16: return std::bit_cast<float>(std::uint32_t{numberAt<std::uint16_t>(at)} << 16);
    case NumberType::i64: return static_cast<double>(numberAt<std::int64_t>(at));
    case NumberType::i32: return numberAt<std::int32_t>(at);
    case NumberType::i16: return numberAt<std::int16_t>(at);
    case NumberType::i8: return numberAt<std::int8_t>(at);
    case NumberType::u8:
    case NumberType::boolean: return numberAt<std::uint8_t>(at);
  }
  return 0;
}

/// Copies a strided tensor row by row.
/// from  its first number
void gather(const WeightTensor& tensor, std::size_t bytes, const std::byte* from, std::byte* to) {
  std::vector<std::int64_t> index(tensor.sizes.size());
  for (std::int64_t left = tensor.count(); left > 0; --left, to += bytes) {
    std::int64_t place = 0;
    for (std::size_t i = 0; i < index.size(); ++i) place += index[i] * tensor.strides[i];
    std::memcpy(to, from + static_cast<std::size_t>(place) * bytes, bytes);
    for (std::size_t i = index.size(); i-- > 0 && ++index[i] == tensor.sizes[i];) index[i] = 0;
  }
}

}  // namespace

std::span<const ElementInfo> elements() { return kElements; }

const ElementInfo& elementInfo(NumberType element) { return kElements[static_cast<std::size_t>(element)]; }

std::shared_ptr<const RandomBytes> bytesOfFile(const std::filesystem::path& file) {
  return std::make_shared<BytesOfFile>(file);
}

std::shared_ptr<const RandomBytes> bytesOfMemory(std::span<const std::byte> memory) {
  return std::make_shared<BytesOfMemory>(memory);
}

std::int64_t WeightTensor::count() const {
  std::int64_t count = 1;
  for (const std::int64_t size : sizes) count *= size;
  return count;
}

const Json* WeightsFile::value(std::string_view name) const {
  const auto found = std::ranges::find(values, name, &std::pair<std::string, Json>::first);
  return found == values.end() ? nullptr : &found->second;
}

/// Once for each storage, though many tensors may lie in it.
void WeightsFile::check(std::size_t storage) const {
  checked_.resize(storages.size());
  const Storage& piece = storages[storage];
  if (checked_[storage] || !piece.crc) return;
  std::vector<std::byte> all(static_cast<std::size_t>(piece.bytes));
  bytes->read(piece.at, all);
  if (crc32Of(all) != *piece.crc)
    throw Error(
        fmt::format("'{}' is damaged: the checksum of the numbers at byte {} does not hold; get "
                    "another copy",
                    where, piece.at));
  checked_[storage] = true;
}

std::vector<std::byte> WeightsFile::numbers(const WeightTensor& tensor) const {
  check(tensor.storage);
  const std::size_t size = elementInfo(tensor.element).bytes;
  std::vector<std::byte> numbers(static_cast<std::size_t>(tensor.count()) * size);
  if (numbers.empty()) return numbers;
  std::int64_t last = 0;
  for (std::size_t i = 0; i < tensor.sizes.size(); ++i) last += (tensor.sizes[i] - 1) * tensor.strides[i];
  std::vector<std::byte> piece(static_cast<std::size_t>(last + 1) * size);
  bytes->read(storages[tensor.storage].at + static_cast<std::uint64_t>(tensor.offset) * size, piece);
  gather(tensor, size, piece.data(), numbers.data());
  return numbers;
}

std::vector<double> WeightsFile::doubles(const WeightTensor& tensor) const {
  const std::vector<std::byte> bytes = numbers(tensor);
  const std::size_t size = elementInfo(tensor.element).bytes;
  std::vector<double> values;
  for (std::size_t at = 0; at < bytes.size(); at += size)
    values.push_back(numberOf(tensor.element, bytes.data() + at));
  return values;
}

WeightsFile readWeights(const std::filesystem::path& file) {
  return readWeights(bytesOfFile(file), file.string());
}

WeightsFile readWeights(std::shared_ptr<const RandomBytes> bytes, const std::string& where) {
  constexpr std::size_t kStart = 9;
  std::string start(static_cast<std::size_t>(std::min<std::uint64_t>(bytes->size(), kStart)), '\0');
  bytes->read(0, std::as_writable_bytes(std::span(start.data(), start.size())));
  if (start.starts_with("PK\x03\x04")) return readPyTorchZip(std::move(bytes), where);
  if (start.starts_with("\x80\x02")) return readPyTorchPickles(std::move(bytes), where);
  if (start.size() == kStart && start.back() == '{') return readSafetensors(std::move(bytes), where);
  throw Error(
      fmt::format("'{}' is no file of weights: safetensors, or what torch.save() writes, expected", where));
}

std::vector<WeightTensor> networkTensors(const WeightsFile& file) {
  const Json* format = file.value("format");
  const bool isOurs = format && *format == Json("uada checkpoint 1");
  const auto under = [&](std::string_view prefix) {
    std::vector<WeightTensor> found;
    for (const WeightTensor& tensor : file.tensors) {
      if (!tensor.name.starts_with(prefix)) continue;
      found.push_back(tensor);
      found.back().name.erase(0, prefix.size());
      if (found.back().name.find('/') != std::string::npos) found.pop_back();
    }
    return found;
  };
  std::vector<WeightTensor> tensors;
  if (isOurs) tensors = under("model.");
  for (const char* prefix : {"", "state_dict/", "model_state_dict/", "model/", "net/"})
    if (tensors.empty()) tensors = under(prefix);
  if (tensors.empty()) {
    std::vector<std::string> names;
    for (const WeightTensor& tensor : file.tensors)
      if (names.size() < 3) names.push_back('\'' + quotable(tensor.name) + '\'');
    throw Error(
        fmt::format("'{}' has no weights of a network at its top or in state_dict, model_state_dict, "
                    "model or net; it has {}",
                    file.where, names.empty() ? "no tensors" : joined(names, ", ")));
  }
  constexpr std::string_view kParallel = "module.";
  if (std::ranges::all_of(tensors, [&](const auto& tensor) { return tensor.name.starts_with(kParallel); }))
    for (WeightTensor& tensor : tensors) tensor.name.erase(0, kParallel.size());
  return tensors;
}

std::int64_t trainedNumbers(const WeightsFile& file) {
  std::set<std::pair<std::size_t, std::int64_t>> seen;  // those of several names lie in one place
  std::int64_t count = 0;
  for (const WeightTensor& tensor : file.tensors)
    if (tensor.isTrained && seen.emplace(tensor.storage, tensor.offset).second) count += tensor.count();
  return count;
}

namespace {

/// What is known of files by their size and time.
class KnownHashes {
 public:
  using Time = std::filesystem::file_time_type;
  std::optional<std::string> find(const std::filesystem::path& file, std::uintmax_t size, Time time) const {
    const std::lock_guard guard(lock_);
    const auto seen = known_.find(file.string());
    if (seen == known_.end() || seen->second.size != size || seen->second.time != time) return {};
    return seen->second.hash;
  }
  void add(const std::filesystem::path& file, std::uintmax_t size, Time time, const std::string& hash) {
    const std::lock_guard guard(lock_);
    known_[file.string()] = {size, time, hash};
  }

 private:
  struct Known {
    std::uintmax_t size;
    Time time;
    std::string hash;
  };
  mutable std::mutex lock_;
  std::map<std::string, Known> known_;
};

KnownHashes& knownHashes() {
  static KnownHashes all;
  return all;
}

}  // namespace

bool isHashKnown(const std::filesystem::path& file) {
  std::error_code problem;
  const auto size = std::filesystem::file_size(file, problem);
  if (problem) return false;
  const auto time = std::filesystem::last_write_time(file, problem);
  return !problem && knownHashes().find(file, size, time);
}

std::string fileHash(const std::filesystem::path& file) {
  const std::shared_ptr<const RandomBytes> bytes = bytesOfFile(file);  // says what is wrong with the name
  const auto time = std::filesystem::last_write_time(file);
  if (const auto known = knownHashes().find(file, bytes->size(), time)) return *known;
  Sha256 sha;
  std::vector<std::byte> piece(ByteSource::kWindow);
  for (std::uint64_t at = 0; at < bytes->size(); at += piece.size()) {
    piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), bytes->size() - at)));
    bytes->read(at, piece);
    sha.update(piece);
  }
  const std::string hash = sha.digits();
  knownHashes().add(file, bytes->size(), time, hash);
  return hash;
}

}  // namespace uada
