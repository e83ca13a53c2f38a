#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "core/libtorch/Index.h"
#include "core/libtorch/Pins.h"

namespace uada {

/// How far the fetching of LibTorch is.
struct FetchProgress {
  std::string what;  ///< "torch 2.11.0 (1 of 3)", "checking ..." and "unpacking ..." of the same
  std::uint64_t done = 0, total = 0;  ///< bytes of it; total 0: not known
};

enum class Fetched { now, before, stopped };

/// Called on the thread that fetches, for each piece that comes, is checked or unpacked and at least once a
/// second while none comes; false: stop.
using FetchListener = std::function<bool(const FetchProgress&)>;

/// Wheels whose parts make a LibTorch.
struct WheelSet {
  std::filesystem::path home;  ///< the folder that it becomes
  std::vector<LibTorchPin> pins;
  bool cuda = false;  ///< with what GPUs need
  std::string stamp;  ///< text of the file .uada-kind in it
};

/// Fetches the wheels, each checked by its SHA-256 before it is unpacked. The home is there whole or not at
/// all; one that is there is replaced. What has come of a wheel is kept beside it, in HOME.fetch, when this
/// stops, fails or is killed, and the next call goes on from there.
/// returns  false: it was stopped
/// Throws Error: no network, a file that the index has not or whose hash is another, a full disk, another
/// process that does the same.
bool fetchWheels(const WheelSet& set, const PackageIndex& index, const FetchListener& tell);

/// The same for the pinned LibTorch and libTorchHome(), as ./setup has it.
/// returns  before: it was there
/// Throws UsageError if there is no place for it.
Fetched fetchLibTorch(const PackageIndex& index, bool cuda, const FetchListener& tell);

}  // namespace uada
