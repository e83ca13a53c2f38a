#include <dlfcn.h>
#include <fmt/core.h>

#include <mutex>
#include <sstream>
#include <vector>

#include "border_hash.h"
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/engine/Engine.h"
#include "core/libtorch/Place.h"

namespace uada {
namespace fs = std::filesystem;
namespace {

constexpr const char* kRemedy =
    "'uada libtorch get' fetches it, in the source folder ./setup, too; or set UADA_LIBTORCH to the folder "
    "'torch' of a LibTorch " UADA_LIBTORCH_VERSION;

/// Where libuada_core.so lies.
fs::path ownFolder() {
  Dl_info info{};
  if (!dladdr(reinterpret_cast<void*>(&findLibTorch), &info) || !info.dli_fname)
    throw Error(
        "the dynamic linker does not say where libuada_core.so lies, so the engine cannot be found beside "
        "it");
  return fs::absolute(info.dli_fname).parent_path();
}

/// Whether this is what was built here, not what was installed: on another machine the folder that it was
/// built with may be anybody's.
bool isInBuildFolder() {
  std::error_code missing;
  return fs::exists(ownFolder() / ".." / "CMakeCache.txt", missing);
}

/// The folders that may be LibTorch's `torch`, the best first. A folder that the user names is the only one.
std::vector<fs::path> libtorchPlaces() {
  if (const fs::path named = namedLibTorch(); !named.empty()) return {named};
  std::vector<fs::path> places;
  if (fs::path(UADA_LIBTORCH_DIR).is_absolute() && isInBuildFolder()) places.emplace_back(UADA_LIBTORCH_DIR);
  if (const fs::path home = libTorchHome(); !home.empty()) places.push_back(home / "torch");
  return places;
}

fs::path cpuLibrary(const fs::path& torch) { return torch / "lib" / "libtorch_cpu.so"; }

/// "2.11.0" from LibTorch's header; empty if the headers were left out.
std::string headerVersion(const fs::path& torch) {
  const fs::path header = torch / "include" / "torch" / "headeronly" / "version.h";
  std::error_code missing;
  if (!fs::exists(header, missing)) return {};
  std::string version;
  std::istringstream text(readTextFile(header, 1 << 20));
  for (std::string line; std::getline(text, line);) {
    std::istringstream words(line);
    std::string define, name, value;
    words >> define >> name >> value;
    if (define != "#define") continue;
    if (name == "TORCH_VERSION_MAJOR" || name == "TORCH_VERSION_MINOR" || name == "TORCH_VERSION_PATCH") {
      version += (version.empty() ? "" : ".") + value;
    }
  }
  return version;
}

fs::path requireLibTorch() {
  const fs::path torch = findLibTorch();
  if (torch.empty()) {
    std::string places;
    for (const fs::path& place : libtorchPlaces()) places += fmt::format(" '{}'", cpuLibrary(place).string());
    throw Error(
        fmt::format("LibTorch is needed to train and was not found; looked for{}; {}", places, kRemedy));
  }
  const std::string version = headerVersion(torch);
  if (!version.empty() && version != UADA_LIBTORCH_VERSION) {
    throw Error(fmt::format("LibTorch in '{}' is version {}, but the engine was built with {}; {}",
                            torch.string(), version, UADA_LIBTORCH_VERSION, kRemedy));
  }
  return torch;
}

/// libuada_engine.so beside libuada_core.so, or in the lib folder next to it.
fs::path engineLibrary() {
  const fs::path folder = ownFolder();
  for (const fs::path& place : {folder, folder / ".." / "lib"}) {
    std::error_code missing;
    if (fs::path file = place / "libuada_engine.so"; fs::exists(file, missing))
      return file.lexically_normal();
  }
  throw Error(fmt::format(
      "the training engine 'libuada_engine.so' is not in '{}'; it is built when LibTorch is there: "
      "run ./setup, then build again",
      folder.string()));
}

void* open(const fs::path& library, const std::string& remedy) {
  if (void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL)) return handle;
  const char* reason = dlerror();
  throw Error(
      fmt::format("cannot load '{}': {}; {}", library.string(), reason ? reason : "no reason given", remedy));
}

/// The libraries stay open for the life of the process: threads of LibTorch run in them until its end.
Engine* load() {
  const fs::path torch = requireLibTorch();
  open(cpuLibrary(torch), kRemedy);
  const fs::path library = engineLibrary();
  void* handle = open(library, "build the engine again, or run ./setup");
  const auto entry = reinterpret_cast<const EngineModule* (*)()>(dlsym(handle, "uada_engine_v1"));
  if (!entry)
    throw Error(fmt::format("'{}' is not an engine of this program: build it again", library.string()));
  const EngineModule& module = *entry();
  if (module.version != 1 || std::string_view(module.borderHash) != UADA_BORDER_HASH) {
    throw Error(
        fmt::format("'{}' was built from another version of the sources than this program: build both again",
                    library.string()));
  }
  Engine* engine = module.create();
  if (const std::string running = engine->libtorchVersion(); running != module.libtorchVersion) {
    throw Error(fmt::format("LibTorch in '{}' is version {}, but the engine was built with {}; {}",
                            torch.string(), running, module.libtorchVersion, kRemedy));
  }
  return engine;
}

}  // namespace

std::filesystem::path findLibTorch() {
  for (const fs::path& place : libtorchPlaces()) {
    std::error_code missing;
    if (fs::exists(cpuLibrary(place), missing)) return fs::absolute(place);
  }
  return {};
}

Engine& loadEngine() {
  static std::mutex mutex;
  static Engine* engine = nullptr;  // one a process; a failed load may be tried again
  std::lock_guard lock(mutex);
  if (!engine) engine = load();
  return *engine;
}

}  // namespace uada
