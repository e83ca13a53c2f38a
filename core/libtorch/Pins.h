#pragma once

#include <string>
#include <vector>

namespace uada {

/// A wheel that is a part of LibTorch, as cmake/libtorch-pins.txt lists it.
struct LibTorchPin {
  std::string name, version;  ///< "torch", "2.11.0"
  std::string hash;           ///< SHA-256 of the file, 64 lower-case hexadecimal digits
};

/// The pins of LibTorch for the CPU, or with cuda those for GPUs, too. The first is torch itself.
std::vector<LibTorchPin> libTorchPins(bool cuda);
/// "2.11.0": the version that is pinned.
std::string pinnedLibTorch();
/// What ./setup and `uada libtorch get` write beside an unpacked LibTorch: its kind and which pins it is of.
std::string libTorchStamp(bool cuda);

/// The lines of a text as cmake/libtorch-pins.txt is. A comment "# CUDA..." stands before those for GPUs
/// alone. Throws Error quoting a line that is no pin.
std::vector<LibTorchPin> readPins(const std::string& text, bool cuda);

}  // namespace uada
