#include <fmt/core.h>

#include <filesystem>

#include "app/cli/CommandLine.h"
#include "app/cli/Console.h"
#include "app/cli/FetchLine.h"
#include "app/cli/Signals.h"
#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/engine/Engine.h"
#include "core/libtorch/Fetch.h"
#include "core/libtorch/Http.h"
#include "core/libtorch/Pins.h"
#include "core/libtorch/Place.h"

namespace uada::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string action;  ///< "get"; empty: say where it is
  std::string index;   ///< empty: pip's
  bool cuda = false, quiet = false, json = false;
};

void describe(Verb& verb, Options& options) {
  verb.argument("ACTION", options.action, "get: fetch it into the user's cache; without it: say where it is");
  verb.flag("--cuda", options.cuda, "get: with what NVIDIA GPUs need, 2 GB more");
  verb.text("--index", "URL", options.index,
            "get: package index to fetch from; default: the one that pip takes (PIP_INDEX_URL, pip.conf)");
  verb.quiet(options.quiet);
}

/// Why there is no LibTorch, and what to do.
std::string wordsOfNone(const fs::path& home) {
  std::string words = fmt::format("LibTorch {} is not there", pinnedLibTorch());
  if (const std::string named = namedLibTorch(); !named.empty())
    words +=
        fmt::format(": UADA_LIBTORCH names '{}'; set it to the folder 'torch' of a LibTorch, or unset it",
                    quotable(named));
  if (home.empty())
    return words + "; set HOME, or XDG_CACHE_HOME to a folder for caches, and 'uada libtorch get' fetches it";
  return words + fmt::format("; 'uada libtorch get' fetches it into '{}'", home.string());
}

/// Where the user looks for it elsewhere, what is fetched is not used.
void warnOfAnotherFolder(const fs::path& home, const Console& console) {
  const std::string named = namedLibTorch();
  if (!named.empty() && fs::path(named) != home / "torch")
    console.note(fmt::format("note: LibTorch in '{}' is not used as long as UADA_LIBTORCH names '{}'",
                             (home / "torch").string(), quotable(named)));
}

int sayWhere(const Console& console) {
  const fs::path folder = findLibTorch();
  const fs::path home = libTorchHome();
  const bool forGpus = !folder.empty() && fs::exists(folder / "lib" / "libtorch_cuda.so");
  console.object("libtorch", Json::Object{{"folder", folder.string()},
                                          {"version", pinnedLibTorch()},
                                          {"cuda", forGpus},
                                          {"cache", home.string()}});
  if (folder.empty()) throw Error(wordsOfNone(home));
  console.say(
      fmt::format("LibTorch for {} in {}", forGpus ? "CPU and NVIDIA GPUs" : "the CPU", folder.string()));
  return 0;
}

int get(const Options& options, const Console& console) {
  constexpr int kSignalled = 128;
  const StopSignals signals;
  const PackageIndex index = packageIndex(options.index);
  const fs::path home = libTorchHome();
  if (!home.empty()) warnOfAnotherFolder(home, console);
  FetchLine line(options.quiet);
  const Fetched done = fetchLibTorch(index, options.cuda, [&](const FetchProgress& progress) {
    line.show(progress);
    return signals.received() == 0;
  });
  line.clear();
  console.object("libtorch", Json::Object{{"folder", (home / "torch").string()},
                                          {"version", pinnedLibTorch()},
                                          {"fetched", done == Fetched::now},
                                          {"stopped", done == Fetched::stopped}});
  if (done == Fetched::stopped) {
    console.note("Stopped. What has come is kept; the same command goes on from there.");
    return kSignalled + signals.received();
  }
  console.say(fmt::format("LibTorch {} {} {}", pinnedLibTorch(),
                          done == Fetched::now ? "is now in" : "is there:", (home / "torch").string()));
  if (!isLibTorchHome(true) && fs::exists("/dev/nvidiactl"))
    console.note(
        "note: there is an NVIDIA driver; 'uada libtorch get --cuda' fetches what it takes to use the GPU");
  return 0;
}

int perform(const Options& options) {
  const Console console(options.json, options.quiet);
  if (options.action == "get") return get(options, console);
  if (!options.action.empty())
    throw UsageError(fmt::format("'uada libtorch' knows no '{}'; known: get{}", quotable(options.action),
                                 suggestion(options.action, {"get"})));
  if (options.cuda || !options.index.empty())
    throw UsageError("--cuda and --index are of 'uada libtorch get'; without 'get' nothing is fetched");
  return sayWhere(console);
}

}  // namespace

void addLibTorch(Verbs& verbs) {
  verbs.add(
      {"libtorch", "Say where LibTorch is, which training needs, or fetch it",
       "'get' fetches the version that this program was built with, half a GB, and checks it by its hash. "
       "Ctrl-C keeps what\nhas come, and the same command goes on from there. The index is one as Python's "
       "pip "
       "takes them.\n"
       "Example: uada libtorch get\n         uada libtorch get --cuda"},
      describe, perform);
}

}  // namespace uada::cli
