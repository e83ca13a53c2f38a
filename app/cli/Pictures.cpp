#include "app/cli/Pictures.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <fstream>
#include <functional>
#include <iterator>

#include "app/cli/RunText.h"
#include "core/augment/Space.h"
#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/engine/DecisionText.h"
#include "core/engine/Decisions.h"
#include "core/images/ContactSheet.h"
#include "core/images/ImageIo.h"
#include "core/ops/Resize.h"

namespace uada::cli {
namespace {

namespace fs = std::filesystem;

/// Where there is no loss nothing is said.
std::string lossLine(double loss) { return std::isfinite(loss) ? "loss " + lossText(loss) : ""; }

/// "image 7, bird"; "image 7" of a set whose images have no label.
std::string imageLine(const Decision& decision, std::span<const std::string> classNames) {
  const std::string image = fmt::format("image {}", decision.index);
  return decision.label < 0 ? image : image + ", " + sampleText(decision, classNames);
}

/// The lines of a caption that say something.
std::vector<std::string> captions(std::vector<std::string> lines) {
  std::erase(lines, "");
  return lines;
}

SheetCell cellOf(const Image& picture, std::vector<std::string> lines, bool isTrained) {
  if (isTrained) lines.emplace_back("trained on");
  return {picture, captions(std::move(lines)), isTrained};
}

/// A photograph reduced to the size of what the network sees; where one of the two was not kept, as it is.
Image asLargeAs(const Image& original, const Image& seen) {
  if (original.empty() || seen.empty()) return original;
  return reduced(original,
                 1.0 * std::max(seen.width, seen.height) / std::max(original.width, original.height));
}

std::vector<SheetCell> rowOf(const Decision& decision, std::span<const std::string> classNames) {
  const std::string when = fmt::format("step {}, epoch {}", decision.step, decision.epoch);
  std::vector<std::string> plan = planLines(decision.plan);
  plan.insert(plan.begin(), lossLine(decision.unperturbedLoss));
  std::vector<SheetCell> row;
  row.push_back(cellOf(asLargeAs(decision.original, decision.unperturbed),
                       {imageLine(decision, classNames), when}, false));
  row.push_back(cellOf(decision.unperturbed, std::move(plan), decision.winner < 0));
  for (std::size_t g = 0; g < decision.groups.size(); ++g) {
    const GroupDecision& group = decision.groups[g];
    row.push_back(cellOf(group.picture, {lossLine(group.candidateLoss), moveText(decision, group)},
                         decision.winner == static_cast<int>(g)));
  }
  return row;
}

/// A group's name as a part of a file's name. It comes from the project, which may be anyone's.
std::string fileWord(std::string name) {
  const auto isPlain = [](unsigned char c) { return std::isalnum(c) || c == ' ' || c == '_'; };
  std::ranges::replace_if(name, std::not_fn(isPlain), '-');
  return quotable(name);
}

constexpr std::size_t kColumns = 2;  // of a sheet, before those of the groups

SheetStyle styleFor(const Decision& decision) {
  SheetStyle style;
  style.headings = {"Original", "Unperturbed"};
  for (const GroupDecision& group : decision.groups) style.headings.push_back(groupTitle(group.group));
  return style;
}

}  // namespace

std::vector<std::string> planLines(const Plan& plan) {
  constexpr std::string_view kDot = " · ";
  const std::string text = planText(plan);
  std::vector<std::string> lines;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(kDot, at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + kDot.size();
  }
  return lines;
}

Image reduced(const Image& image, double factor) {
  if (factor >= 1) return image;
  const auto scaled = [&](int length) { return std::max(1, static_cast<int>(std::lround(factor * length))); };
  Image small(scaled(image.width), scaled(image.height));
  ResizeScratch scratch;
  resize(image.view(), {0, 0, image.width, image.height}, small.span(), Filter::bilinear, scratch);
  return small;
}

void makePictureFolder(const fs::path& folder) {
  std::error_code error;
  fs::create_directory(folder, error);  // the folder above it must be there, as for a file
  if (error) throw Error(fmt::format("cannot make the folder '{}': {}", folder.string(), error.message()));
}

void requireOwnPictures(const fs::path& lines, const std::string& run) {
  std::error_code ignored;
  if (!fs::is_regular_file(lines, ignored)) return;
  std::string first;
  std::getline(std::ifstream(lines), first);
  if (!first.empty() && first.find(fmt::format("\"run\":\"{}\"", run)) == first.npos)
    throw UsageError(
        fmt::format("'{}' is of another run than {}, whose pictures would lie between those; name "
                    "another folder",
                    lines.string(), run));
}

std::vector<std::string> writePictures(const Decision& decision, const fs::path& folder) {
  std::vector<std::string> files;
  const auto write = [&](const Image& image, const std::string& name) {
    if (image.empty()) return;
    files.push_back(fmt::format("step{:07}-image{:06}-{}.png", decision.step, decision.index, name));
    writePng(folder / files.back(), image.view());
  };
  static_cast<void>(planOf(decision, decision.winner));  // refused before anything is written
  write(decision.original, "original");
  for (int which = -1; which < static_cast<int>(decision.groups.size()); ++which)
    write(pictureOf(decision, which),
          fileWord(nameOf(decision, which)) + (which == decision.winner ? "-trained" : ""));
  return files;
}

void requireSheetRoom(const Decision& decision, std::size_t rows) {
  const auto columns = static_cast<int>(kColumns + decision.groups.size());
  const SheetStyle style = styleFor(decision);
  std::vector<SheetCell> cells = rowOf(decision, {});
  const ImageSize one = contactSheetSize(cells, columns, style);
  std::ranges::copy(rowOf(decision, {}), std::back_inserter(cells));
  const auto more = static_cast<std::uint64_t>(contactSheetSize(cells, columns, style).height - one.height);
  requireSheetSize(static_cast<std::uint64_t>(one.width),
                   static_cast<std::uint64_t>(one.height) + more * (std::max<std::uint64_t>(rows, 1) - 1));
}

void writeContactSheet(const std::vector<Decision>& decisions, std::span<const std::string> classNames,
                       const fs::path& file) {
  std::size_t columns = kColumns;
  for (const Decision& decision : decisions) columns = std::max(columns, kColumns + decision.groups.size());
  std::vector<SheetCell> cells;
  for (const Decision& decision : decisions) {
    auto row = rowOf(decision, classNames);
    row.resize(columns);
    std::move(row.begin(), row.end(), std::back_inserter(cells));
  }
  writePng(file, contactSheet(cells, static_cast<int>(columns), styleFor(decisions.front())).view());
}

}  // namespace uada::cli
