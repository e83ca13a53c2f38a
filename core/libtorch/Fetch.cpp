#include "core/libtorch/Fetch.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/libtorch/Http.h"
#include "core/libtorch/PartFile.h"
#include "core/libtorch/Pins.h"
#include "core/libtorch/Place.h"
#include "core/libtorch/Wheel.h"

namespace uada {
namespace fs = std::filesystem;
namespace {

/// The folder that LibTorch is made in, beside its place. One process at a time has it.
class Workshop {
 public:
  explicit Workshop(fs::path folder) : folder_(std::move(folder)) {
    std::error_code problem;
    fs::create_directories(folder_, problem);
    if (problem)
      throw Error(fmt::format("cannot make the folder '{}': {}", folder_.string(), problem.message()));
    constexpr unsigned kMode = 0644;
    lock_ = ::open((folder_ / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kMode);
    if (::flock(lock_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;  // some disks have no locks
    ::close(lock_);
    throw Error(fmt::format("another process fetches LibTorch into '{}' already; wait until it is done",
                            folder_.string()));
  }
  ~Workshop() { ::close(lock_); }
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;

  fs::path wheel(const LibTorchPin& pin) const {
    return folder_ / fmt::format("{}-{}.whl", pin.name, pin.version);
  }
  fs::path tree() const { return folder_ / "tree"; }
  /// A tree that another process left half made is of no use.
  void clearTree() const { fs::remove_all(tree()); }
  /// Puts the tree in its place, over one that is there, in one step; the workshop is then gone.
  void putInPlace(const fs::path& home) const {
    const int root = ::open(tree().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ::syncfs(root);
    ::close(root);
    const bool isThere = fs::exists(home);
    if (::renameat2(AT_FDCWD, tree().c_str(), AT_FDCWD, home.c_str(), isThere ? RENAME_EXCHANGE : 0) != 0)
      throw Error(fmt::format("cannot put LibTorch into '{}': {}", home.string(), std::strerror(errno)));
    fs::remove_all(folder_);
  }

 private:
  const fs::path folder_;
  int lock_ = -1;
};

class Fetching {
 public:
  Fetching(const WheelSet& set, const PackageIndex& index, const FetchListener& tell)
      : index_(index), cuda_(set.cuda), tell_(tell), pins_(set.pins) {}

  /// returns  false: it was stopped
  bool perform(const Workshop& workshop) {
    for (std::size_t i = 0; i < pins_.size(); ++i) {
      now_ = {nameOf(i), 0, 0};
      if (!bring(pins_[i], workshop.wheel(pins_[i]))) return false;
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
  bool bring(const LibTorchPin& pin, const fs::path& path) {
    PartFile file(path);
    Sha256 hash = file.hash();
    if (file.size() > 0 && hash.digits() == pin.hash) return goesOn(file.size());
    const auto url = find(pin);
    if (!url || !download(*url, file, hash)) return false;
    if (hash.digits() == pin.hash) return true;
    const std::string found = hash.digits();
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
      throw Error(fmt::format("'{}' cannot be fetched: {}", shownUrl(request.url), answer.problem));
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
                                shownUrl(url), answer.problem, file.size()));
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

}  // namespace

bool fetchWheels(const WheelSet& set, const PackageIndex& index, const FetchListener& tell) {
  const Workshop workshop(set.home.string() + ".fetch");
  if (!Fetching(set, index, tell).perform(workshop)) return false;
  writeFileAtomically(workshop.tree() / ".uada-kind", set.stamp);
  workshop.putInPlace(set.home);
  return true;
}

Fetched fetchLibTorch(const PackageIndex& index, bool cuda, const FetchListener& tell) {
  const fs::path home = libTorchHome();
  if (home.empty())
    throw UsageError("there is no place for LibTorch: set HOME, or XDG_CACHE_HOME to a folder for caches");
  if (isLibTorchHome(cuda)) return Fetched::before;
  const WheelSet set{home, libTorchPins(cuda), cuda, libTorchStamp(cuda)};
  return fetchWheels(set, index, tell) ? Fetched::now : Fetched::stopped;
}

}  // namespace uada
