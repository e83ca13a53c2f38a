#include "core/libtorch/Fetch.h"

#include <fmt/core.h>

#include <filesystem>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Printable.h"
#include "core/libtorch/Http.h"
#include "core/libtorch/PartFile.h"
#include "core/libtorch/Pins.h"
#include "core/libtorch/Place.h"
#include "core/libtorch/Wheel.h"
#include "core/libtorch/Workshop.h"

namespace uada {
namespace fs = std::filesystem;
namespace {

class Fetching {
 public:
  Fetching(const WheelSet& set, const PackageIndex& index, const FetchListener& tell)
      : index_(index), cuda_(set.cuda), tell_(tell), pins_(set.pins) {}

  /// returns  false: it was stopped
  bool perform(const Workshop& workshop) {
    for (std::size_t i = 0; i < pins_.size(); ++i) {
      if (!bring(i, workshop.wheel(pins_[i]))) return false;
    }
    workshop.clearTree();
    for (std::size_t i = 0; i < pins_.size(); ++i) {
      const fs::path wheel = workshop.wheel(pins_[i]);
      now_ = {"unpacking " + nameOf(i), 0, fs::file_size(wheel)};
      if (!unpackWheel(wheel, workshop.tree(), cuda_, [this](std::uint64_t done) { return goesOn(done); }))
        return false;
    }
    return true;
  }

 private:
  std::string nameOf(std::size_t i) const {
    return fmt::format("{} {} ({} of {})", pins_[i].name, pins_[i].version, i + 1, pins_.size());
  }
  bool goesOn(std::uint64_t done) {
    now_.done = done;
    return tell_(now_);
  }

  /// Has the wheel whole in `path`. returns  false: it was stopped
  bool bring(std::size_t i, const fs::path& path) {
    const LibTorchPin& pin = pins_[i];
    PartFile file(path);
    now_ = {"checking " + nameOf(i), 0, file.size()};
    auto hash = file.hash([this](std::uint64_t done) { return goesOn(done); });
    if (!hash) return false;
    if (file.size() > 0 && hash->digits() == pin.hash) return true;
    now_ = {nameOf(i), 0, 0};
    const auto url = find(pin);
    if (!url || !download(*url, file, *hash)) return false;
    if (hash->digits() == pin.hash) return true;
    const std::string found = hash->digits();
    file.clear();
    throw Error(
        fmt::format("'{}' is not the file that is pinned: its SHA-256 is {}, expected {}; it was not kept. "
                    "Try again, or name another index with --index",
                    shownUrl(*url), found, pin.hash));
  }

  /// The address of the wheel, as the index's page of links has it. None: it was stopped.
  std::optional<std::string> find(const LibTorchPin& pin) {
    constexpr std::size_t kMost = 64 << 20;  // bytes of a page
    std::string page;
    HttpRequest request{index_.url + "/" + pin.name + "/", index_.certificates};
    request.begin = [](std::uint64_t, std::uint64_t) {};
    request.goesOn = [this] { return goesOn(0); };
    request.take = [&](std::span<const std::byte> bytes) {
      if (page.size() + bytes.size() > kMost)
        throw Error(fmt::format("'{}' is no page of links: it has more than {} MB", shownUrl(request.url),
                                kMost >> 20));
      page.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    };
    const HttpAnswer answer = fetchOverHttp(request);
    if (answer.end == HttpEnd::stopped) return std::nullopt;
    if (answer.end == HttpEnd::broken)
      throw Error(fmt::format("'{}' cannot be fetched: {}", shownUrl(request.url), quotable(answer.problem)));
    const auto link = linkWithHash(page, pin.hash);
    if (!link)
      throw Error(
          fmt::format("'{}' has no link to the file of {} {} with the pinned SHA-256 {}; name another "
                      "index with --index",
                      shownUrl(request.url), pin.name, pin.version, pin.hash));
    return linkedUrl(answer.url, *link);
  }

  /// Goes on behind what is there, and again where the line breaks, as long as each time something comes.
  /// returns  false: it was stopped
  bool download(const std::string& url, PartFile& file, Sha256& hash) {
    while (true) {
      const std::uint64_t before = file.size();
      const HttpAnswer answer = fetchOverHttp(requestFor(url, file, hash));
      if (answer.end == HttpEnd::whole) return true;
      if (answer.end == HttpEnd::stopped) return false;
      if (answer.end == HttpEnd::beyond)  // more than the file has: it is another one
        clear(file, hash);
      else if (file.size() <= before)
        throw Error(fmt::format("'{}' cannot be fetched: {}; the same command goes on from {} bytes",
                                shownUrl(url), quotable(answer.problem), file.size()));
    }
  }
  HttpRequest requestFor(const std::string& url, PartFile& file, Sha256& hash) {
    HttpRequest request{url, index_.certificates, file.size()};
    request.begin = [&](std::uint64_t at, std::uint64_t size) {
      if (at == 0) clear(file, hash);
      now_.total = size;
    };
    request.take = [&](std::span<const std::byte> bytes) {
      file.append(bytes);
      hash.update(bytes);
    };
    request.goesOn = [&] { return goesOn(file.size()); };
    return request;
  }
  static void clear(PartFile& file, Sha256& hash) {
    file.clear();
    hash = Sha256();
  }

  const PackageIndex& index_;
  const bool cuda_;
  const FetchListener& tell_;
  const std::vector<LibTorchPin>& pins_;
  FetchProgress now_;
};

bool make(const WheelSet& set, const PackageIndex& index, const FetchListener& tell,
          const Workshop& workshop) {
  if (!Fetching(set, index, tell).perform(workshop)) return false;
  writeFileAtomically(workshop.tree() / ".uada-kind", set.stamp);
  workshop.putInPlace();
  return true;
}

}  // namespace

bool fetchWheels(const WheelSet& set, const PackageIndex& index, const FetchListener& tell) {
  return make(set, index, tell, Workshop(set.home));
}

Fetched fetchLibTorch(const PackageIndex& index, bool cuda, const FetchListener& tell) {
  const fs::path home = libTorchHome();
  if (home.empty())
    throw UsageError("there is no place for LibTorch: set HOME, or XDG_CACHE_HOME to a folder for caches");
  if (isLibTorchHome(cuda)) return Fetched::before;
  const Workshop workshop(home);
  if (isLibTorchHome(cuda)) return Fetched::before;  // another process was just done with it
  const WheelSet set{home, libTorchPins(cuda), cuda, libTorchStamp(cuda)};
  return make(set, index, tell, workshop) ? Fetched::now : Fetched::stopped;
}

}  // namespace uada
