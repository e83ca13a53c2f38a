#include <fmt/core.h>
#include <signal.h>

#include <algorithm>
#include <optional>

#include "app/cli/Signals.h"
#include "app/cli/bench/MadeUpJpeg.h"
#include "app/cli/bench/RenderBench.h"
#include "app/cli/bench/Rendering.h"
#include "app/cli/bench/ScratchFolder.h"
#include "core/augment/Clamp.h"
#include "core/augment/Space.h"
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/data/FolderDataset.h"
#include "core/data/FolderListing.h"
#include "core/images/Trusted.h"

namespace uada::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kCropSide = 224;
constexpr ImageSize kStoredSize{500, 375};
constexpr std::size_t kMostFiles = 256;

/// Files to load. Their index is made here and not kept.
struct Files {
  fs::path folder;
  std::vector<std::string> names;
  FolderIndex index{{"files"}, {}};

  explicit Files(const fs::path& from) : folder(fs::absolute(from)) {
    FolderListing listing{folder, "load", index.classes, {}};
    std::vector<LabelledLine> lines;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder))
      if (entry.is_regular_file()) lines.push_back({1, entry.path().filename().string(), "files"});
    std::ranges::sort(lines, {}, &LabelledLine::name);
    lines.resize(std::min(lines.size(), kMostFiles));
    addLabelled(listing, lines, "", folder);
    for (const ListedFile& file : listing.files) {
      index.files.push_back(lookedAt(listing, file));
      if (!index.files.back().problem.empty()) throw Error(index.files.back().problem);
      names.push_back(file.name);
    }
    if (names.empty())
      throw Error(fmt::format("'{}' holds no files; name a folder of JPEGs", folder.string()));
  }
};

void writeMadeUp(const fs::path& folder) {
  const ResidentDataset images = madeUpImages(kStoredSize);
  for (std::uint32_t i = 0; i < images.size(); ++i) {
    const std::vector<std::byte> bytes = packedJpeg(images.view(i));
    writeFileAtomically(folder / fmt::format("{:03}.jpg", i),
                        {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
}

/// From files to numbers, one image a call, with a plan of its own each time.
class Loader {
 public:
  explicit Loader(const Files& files)
      : data_({files.folder, "load", files.index.classes, {}}, files.index),
        pool_(1),
        renderer_(data_, batchSettings(kCropSide), pool_) {
    const Policy& policy = findPolicy("randaugment");
    const Json settings = Json::Object{{"crop", "resized"}, {"cutout", false}};
    space_ = policy.make(policy.read(policy.name, settings, "bench load"),
                         {.input = batchSettings(kCropSide).input});
    numbers_.resize(std::size_t{3} * kCropSide * kCropSide);
  }
  void operator()() {
    const auto index = static_cast<std::uint32_t>(calls_ % data_.size());
    const Plan plan = drawn(index);
    renderer_.render({&index, 1}, {&plan, 1}, numbers_.data());
    ++calls_;
  }
  /// The part of the next image that its plan shows.
  std::pair<std::uint32_t, PixelBox> nextPart() {
    const auto index = static_cast<std::uint32_t>(calls_++ % data_.size());
    return {index, shownPart(drawn(index), renderer_.settings().input, data_.imageSize(index))};
  }
  const FolderDataset& data() const { return data_; }

 private:
  Plan drawn(std::uint32_t index) const {
    Random random(1, static_cast<std::uint32_t>(calls_ / data_.size()), index, Purpose::plan);
    return space_->sample(random, 1, data_.imageSize(index));
  }
  FolderDataset data_;
  ThreadPool pool_;
  Renderer renderer_;
  std::unique_ptr<Space> space_;
  std::vector<float> numbers_;
  std::uint64_t calls_ = 0;
};

void benchDecoder(RenderBench& bench, const Files& files) {
  Loader loader(files);
  for (const bool isPart : {false, true}) {
    BenchLine line;
    line.result.name = isPart ? "load.part" : "load.decode";
    if (!bench.wanted(line.result.name)) continue;
    line.note = "load.decode: a file to its pixels; load.part: to those that a random resized crop shows";
    putMicros(line, bench.measure({{timed(cpuSeconds, [&] {
      const auto [index, part] = loader.nextPart();
      loader.data().image(index, isPart ? &part : nullptr);
    })}}));
    line.imagesPerSecond = 1e6 / line.result.value;
    bench.add(std::move(line));
  }
}

/// Ours beside one of the libraries, in turn.
void benchLoader(RenderBench& bench, const Files& files, Reference::Library library, const char* key,
                 double least) {
  BenchLine line;
  line.result.name = fmt::format("load.{}.{}", key, kCropSide);
  if (!bench.wanted(line.result.name)) return;
  line.note =
      "From files to numbers about 0: JPEG, resized crop, flip, RandAugment(2, 9). Crop and ops are "
      "drawn by each side itself. OpenCV: cv2.imread and a pipeline by hand, no antialiasing; "
      "albumentations: SomeOf 2 similar ops in a DataLoader of torch without workers";
  line.missing = bench.reference().absence({Reference::Library::numpy, library});
  if (line.missing.empty()) {
    Json names = Json::array();
    for (const std::string& name : files.names) names.push(name);
    const RenderSettings settings = batchSettings(kCropSide);
    const auto answer = bench.reference().ask(Json::Object{{"do", "load"},
                                                           {"library", key},
                                                           {"folder", files.folder.string()},
                                                           {"names", names},
                                                           {"side", kCropSide},
                                                           {"mean", numbers(settings.mean)},
                                                           {"deviation", numbers(settings.deviation)}});
    line.failed = answer.problem;
  }
  Loader loader(files);
  std::vector<Arm> arms{{timed(cpuSeconds, [&] { loader(); })}};
  const bool compares = line.missing.empty() && line.failed.empty();
  if (compares) arms.push_back(bench.reference().arm());
  const StealWatch steal;
  const Measured measured = bench.measure(arms);
  putMicros(line, measured);
  line.imagesPerSecond = 1e6 / line.result.value;
  if (compares) line.result.reference = bench.reference().title(library);
  if (compares) judgeLeast(line, measured.ratios[1], least, "times", steal.share());
  bench.add(std::move(line));
}

}  // namespace

void benchLoad(const BenchOptions& options, const Console& console, BenchLines& lines) {
  int signal = 0;
  {
    const StopSignals signals;
    std::optional<ScratchFolder> scratch;
    if (options.folder.empty()) writeMadeUp(scratch.emplace().path());
    const Files files(scratch ? scratch->path() : fs::path(options.folder));
    RenderBench bench(options, console, lines);
    const std::pair<Reference::Library, std::pair<const char*, double>> others[] = {
        {Reference::Library::opencv, {"opencv", 1}},                   // no slower
        {Reference::Library::albumentations, {"albumentations", 2}}};  // twice as fast
    for (const auto& [library, target] : others)
      if (!signals.received()) benchLoader(bench, files, library, target.first, target.second);
    if (!signals.received()) benchDecoder(bench, files);
    signal = signals.received();
    if (!signal) bench.finish();
  }
  if (signal) ::raise(signal);  // the folder is gone: now the program may end as it was told to
}

}  // namespace uada::cli
