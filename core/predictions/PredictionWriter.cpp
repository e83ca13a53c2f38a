#include "core/predictions/PredictionWriter.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "core/base/Csv.h"
#include "core/base/Error.h"
#include "core/images/ImageIo.h"
#include "core/images/LabelPng.h"
#include "core/predictions/PredictionFiles.h"

namespace uada {

namespace fs = std::filesystem;
using namespace predictions;

namespace {

constexpr std::size_t kBest = 5, kMostNames = 10'000;  // the latter of an array in JSON that is read
constexpr const char* kChanceColumns =
    "sample,name,label,predicted,loss,class1,chance1,class2,chance2,class3,chance3,class4,chance4,class5,"
    "chance5\n";

/// As VOC's text files have it: the first pixel is 1. A corner that is far outside, or no number, which
/// belongs to no object, is told as one that can be read.
double corner(float value) {
  constexpr double kFar = 1e9;
  return std::isnan(value) ? -kFar : std::clamp(static_cast<double>(value), -kFar, kFar) + 1;
}

void makeFolder(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) throw Error(fmt::format("cannot make the folder '{}': {}", folder.string(), failed.message()));
}

/// Whether there is more than what a writer leaves that was killed before its first file was whole.
bool hasOthers(const fs::path& folder) {
  std::error_code failed;
  fs::directory_iterator entries(folder, failed);
  for (; !failed && entries != fs::directory_iterator(); entries.increment(failed))
    if (!entries->path().filename().string().starts_with(std::string(kBegun) + '.')) return true;
  if (failed) throw Error(fmt::format("cannot look into '{}': {}", folder.string(), failed.message()));
  return false;
}

}  // namespace

void requireFreeForPredictions(const fs::path& folder) {
  std::error_code failed;
  const fs::file_status status = fs::status(folder, failed);
  if (!fs::exists(status)) return;
  const auto refuse = [&](std::string_view what) {
    throw UsageError(fmt::format("'{}' {}; name another folder, or remove it first", folder.string(), what));
  };
  if (!fs::is_directory(status)) refuse("is no folder");
  if (isThere(folder / kWhole)) refuse("holds predictions already");
  if (isThere(folder / kBegun)) return;
  if (hasOthers(folder)) refuse("is not empty, and holds no unfinished predictions");
}

bool holdsUnfinishedPredictions(const fs::path& folder) {
  return isThere(folder / kBegun) && !isThere(folder / kWhole);
}

PredictionWriter::PredictionWriter(fs::path folder, PredictionHeader header, FileCalls& calls)
    : folder_(std::move(folder)),
      header_(std::move(header)),
      calls_(calls),
      isAdded_(header_.samples.size()),
      texts_(header_.kind == TargetKind::boxes ? static_cast<std::size_t>(header_.classCount) : 1) {
  requireFreeForPredictions(folder_);
  makeFolder(folder_);
  lock();
  clear();
  header_.metrics.clear();
  if (header_.classes.size() > kMostNames) header_.classes.clear();
  writeHeader(folder_ / kBegun, header_, calls_);
  writeSamples(folder_, header_, calls_);
  if (header_.kind == TargetKind::picture) makeFolder(folder_ / kDegraded);
  if (header_.kind == TargetKind::label) texts_[0] = kChanceColumns;
}

PredictionWriter::~PredictionWriter() {
  if (locked_ >= 0) ::close(locked_);
}

/// Of the folder itself, so that it ends with the process and leaves no file.
void PredictionWriter::lock() {
  locked_ = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (locked_ < 0)
    throw Error(fmt::format("cannot open the folder '{}': {}", folder_.string(), std::strerror(errno)));
  if (::flock(locked_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;  // some have no locks
  ::close(std::exchange(locked_, -1));
  throw Error(fmt::format("another process writes predictions into '{}'; wait for it, or name another folder",
                          folder_.string()));
}

/// Removes the files of predictions that were not finished, and no others.
void PredictionWriter::clear() {
  requireFreeForPredictions(folder_);  // another process may have finished before the lock was taken
  removeLeftovers(folder_);
  removeLeftovers(folder_ / kDegraded);
  if (!isThere(folder_ / kBegun)) return;
  std::vector<fs::path> files{folder_ / kChances};
  if (isThere(folder_ / kSamples)) {
    const PredictionHeader left = readHeader(folder_ / kBegun);
    if (left.kind == TargetKind::boxes)
      std::ranges::copy(classFiles(folder_, left), std::back_inserter(files));
    for (std::uint32_t i = 0; i < left.samples.size(); ++i) {
      if (left.kind == TargetKind::labelMap || left.kind == TargetKind::picture)
        files.push_back(pictureFile(folder_, left, i));
      if (left.kind == TargetKind::picture) files.push_back(degradedFile(folder_, left, i));
    }
  }
  std::error_code failed;
  for (const fs::path& file : files)
    if (fs::remove(file, failed); failed)
      throw Error(fmt::format("cannot remove '{}': {}", file.string(), failed.message()));
  fs::remove(folder_ / kDegraded, failed);  // where it is empty
}

void PredictionWriter::add(std::uint32_t sample, const Prediction& prediction) {
  if (kindOf(prediction) != header_.kind || sample >= isAdded_.size() || isAdded_[sample])
    throw std::logic_error("a prediction of another kind, of no sample, or a second one of a sample");
  std::visit([&](const auto& one) { write(sample, one); }, prediction);
  isAdded_[sample] = true;
  ++added_;
}

void PredictionWriter::write(std::uint32_t sample, const ClassChances& chances) {
  std::string& text = texts_[0];
  text += fmt::format("{},{},{},{},{}", sample, csvQuoted(header_.samples[sample]), chances.truth,
                      chances.predicted(), chances.loss);
  for (std::size_t i = 0; i < kBest; ++i)
    text += i < chances.best.size() ? fmt::format(",{},{}", chances.best[i].label, chances.best[i].chance)
                                    : std::string(",,");
  text += '\n';
}

void PredictionWriter::write(std::uint32_t sample, const LabelMap& map) {
  if (ImageSize{map.width, map.height} != header_.sizes[sample])
    throw std::logic_error("a label map of another size than its image");
  writeLabels(pictureFile(folder_, header_, sample), map.labels.data(), header_.sizes[sample], calls_);
}

void PredictionWriter::write(std::uint32_t sample, const FoundBoxes& boxes) {
  for (const FoundBox& found : boxes) {
    const ObjectBox& box = found.box;
    texts_.at(static_cast<std::size_t>(box.label)) +=
        fmt::format("{} {} {} {} {} {}\n", header_.samples[sample], found.score, corner(box.left),
                    corner(box.top), corner(box.right), corner(box.bottom));
  }
}

void PredictionWriter::write(std::uint32_t sample, const Restored& restored) {
  if (restored.picture.width != restored.degraded.width ||
      restored.picture.height != restored.degraded.height)
    throw std::logic_error("a restored picture of another size than what it was made of");
  writePng(degradedFile(folder_, header_, sample), restored.degraded.view(), calls_);
  writePng(pictureFile(folder_, header_, sample), restored.picture.view(), calls_);
}

void PredictionWriter::finish(const Metrics& metrics) {
  if (added_ != header_.samples.size())
    throw std::logic_error("predictions are to be finished before all samples were added");
  if (header_.kind == TargetKind::label) writeFileAtomically(folder_ / kChances, texts_[0], calls_);
  if (header_.kind == TargetKind::boxes) {
    const std::vector<fs::path> files = classFiles(folder_, header_);
    for (std::size_t c = 0; c < files.size(); ++c) writeFileAtomically(files[c], texts_[c], calls_);
  }
  header_.metrics = metrics;
  writeHeader(folder_ / kWhole, header_, calls_);
  std::error_code ignored;  // a whole folder is whole with it, too
  fs::remove(folder_ / kBegun, ignored);
}

}  // namespace uada
