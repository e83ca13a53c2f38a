#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/engine/models/Torch.h"
#include "core/weights/WeightsFile.h"

namespace uada {

/// Named tensors and named texts in the layout of safetensors: 8 bytes little-endian header length, a JSON
/// header, the tensors one after the other without gaps. float32, float64 and int64 only.
struct TensorFile {
  std::vector<std::pair<std::string, at::Tensor>> tensors;  ///< on the CPU, contiguous once read
  std::vector<std::pair<std::string, std::string>> texts;   ///< the header's __metadata__

  const at::Tensor& tensor(const std::string& name) const;  ///< throws Error naming it if absent
  const std::string& text(const std::string& name) const;
};

/// Of a tensor that is written: float32, float64 or int64. Throws Error for another.
NumberType elementOf(const at::Tensor& tensor);
/// A tensor of any file of weights, of its own type, on the CPU, row by row.
at::Tensor tensorOf(const WeightsFile& file, const WeightTensor& tensor);

/// sealed  ends the file with a tensor `uada.sha256`: the SHA-256, as 64 hexadecimal digits, of all bytes
/// before it
std::vector<std::byte> encode(const TensorFile& file, bool sealed);

/// Reads a sealed file. Strict: the header is at most 4 MiB, the tensors are known types, in order, without
/// gap or overlap up to the end of the file, and the seal holds. Throws Error naming `where` and what is
/// wrong.
TensorFile decode(std::span<const std::byte> bytes, const std::string& where);

}  // namespace uada
