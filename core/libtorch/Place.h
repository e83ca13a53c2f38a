#pragma once

#include <filesystem>
#include <string>

namespace uada {

/// Where ./setup and `uada libtorch get` put LibTorch: libtorch-VERSION in the user's cache. It holds `torch`
/// and `nvidia`. Empty: there is no home.
std::filesystem::path libTorchHome();
/// The folder that the user names in UADA_LIBTORCH: then LibTorch is looked for there alone. Empty: none.
std::string namedLibTorch();
/// Whether it is there, whole, of the pins of this program, and for GPUs if cuda.
bool isLibTorchHome(bool cuda);

}  // namespace uada
