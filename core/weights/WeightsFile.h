#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/Json.h"

namespace uada {

/// What the numbers of a tensor are, little-endian.
enum class NumberType { f64, f32, f16, bf16, i64, i32, i16, i8, u8, boolean };
struct ElementInfo {
  NumberType element;
  std::string_view name;     ///< of safetensors: "F32"
  std::string_view storage;  ///< of PyTorch: "FloatStorage"
  std::size_t bytes;         ///< of one number
};
std::span<const ElementInfo> elements();
const ElementInfo& elementInfo(NumberType element);

/// Bytes at any place of a file, or of the memory.
class RandomBytes {
 public:
  virtual ~RandomBytes() = default;
  virtual std::uint64_t size() const = 0;
  /// Fills `to` with what lies from `at` on. Throws Error if that is not all there.
  virtual void read(std::uint64_t at, std::span<std::byte> to) const = 0;
};
std::shared_ptr<const RandomBytes> bytesOfFile(const std::filesystem::path& file);
/// memory  outlives what reads it
std::shared_ptr<const RandomBytes> bytesOfMemory(std::span<const std::byte> memory);

/// A piece of a file in which the numbers of one or several tensors lie.
struct Storage {
  std::uint64_t at = 0, bytes = 0;   ///< in the file
  std::optional<std::uint32_t> crc;  ///< of the piece, where the file states it
};

/// One tensor of a file: where its numbers lie. Looked at only when they are asked for.
struct WeightTensor {
  std::string name;  ///< a dictionary in another one stands before a slash: "state_dict/conv1.weight"
  NumberType element = NumberType::f32;
  std::vector<std::int64_t> sizes;
  std::vector<std::int64_t> strides;  ///< in numbers
  std::int64_t offset = 0;            ///< of the first number in its storage
  std::size_t storage = 0;            ///< index into WeightsFile::storages
  bool isTrained = false;             ///< PyTorch's requires_grad

  std::int64_t count() const;  ///< of numbers
};

/// A file of named tensors and plain values. Every tensor lies within its storage.
struct WeightsFile {
  std::string where;  ///< for messages
  std::shared_ptr<const RandomBytes> bytes;
  std::vector<Storage> storages;
  std::vector<WeightTensor> tensors;
  std::vector<std::pair<std::string, Json>> values;  ///< numbers, texts, true, false and null, named likewise

  const Json* value(std::string_view name) const;  ///< null: none of the name
  /// The tensor's numbers row by row, as the file has them. Throws Error if the file's checksum of them does
  /// not hold.
  std::vector<std::byte> numbers(const WeightTensor& tensor) const;
  /// The same as double, of any element.
  std::vector<double> doubles(const WeightTensor& tensor) const;

 private:
  void check(std::size_t storage) const;
  mutable std::vector<bool> checked_;  ///< storages
};

/// Reads what a file of weights holds: safetensors, or what torch.save() writes, zipped or as before
/// version 1.6. Nothing of the file is run: of Python's pickle only plain values and tensors are taken, and
/// anything else is refused by its name. Throws Error naming the file and what is wrong.
WeightsFile readWeights(const std::filesystem::path& file);
WeightsFile readWeights(std::shared_ptr<const RandomBytes> bytes, const std::string& where);

/// The tensors that make a network, by the network's own names: those of the dictionary "state_dict",
/// "model_state_dict", "model" or "net" if the file has one, of a checkpoint of ours the model's; without
/// "module.", where all have it. Throws Error listing what the file has if there are none.
std::vector<WeightTensor> networkTensors(const WeightsFile& file);

/// How many numbers of a file are trained: its parameters, each once.
std::int64_t trainedNumbers(const WeightsFile& file);

/// Of a tensor that is written.
struct WrittenTensor {
  std::string name;
  NumberType element = NumberType::f32;
  std::vector<std::int64_t> sizes;
  std::span<const std::byte> numbers;  ///< row by row
};
/// A file that torch.load(weights_only=True) reads as an OrderedDict of tensors. Throws Error above 4 GB.
std::vector<std::byte> pyTorchFile(const std::vector<WrittenTensor>& tensors);

/// Says how the layout of safetensors is refused: of a file from elsewhere, or of a checkpoint.
struct SafetensorsWords {
  std::string_view kind = "safetensors file", remedy = "get another copy";
};
/// The layout of safetensors: 8 bytes of header length, a JSON header, the tensors without gaps or overlap,
/// in any order. At most 4 MiB of header. Texts of its __metadata__ become values.
WeightsFile readSafetensors(std::shared_ptr<const RandomBytes> bytes, const std::string& where,
                            const SafetensorsWords& words = {});

/// SHA-256 of a file. Of a file that did not change (size and time) it is computed once.
std::string fileHash(const std::filesystem::path& file);
/// Whether fileHash() knows it without reading the file.
bool isHashKnown(const std::filesystem::path& file);

}  // namespace uada
