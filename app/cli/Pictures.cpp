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
#include "core/engine/Decisions.h"
#include "core/images/ContactSheet.h"
#include "core/images/ImageIo.h"
#include "core/ops/Op.h"

namespace uada::cli {
namespace {

namespace fs = std::filesystem;

/// perOne: how many of the values' unit are 1
std::string numbersText(const std::vector<int>& values, int perOne) {
  std::string text;
  for (const int value : values)
    text += (text.empty() ? "" : ", ") +
            (perOne == 1 ? std::to_string(value) : fmt::format("{:g}", 1.0 * value / perOne));
  return values.size() == 1 ? text : '(' + text + ')';
}

/// "rotate 6 → 7": what the candidate moved.
std::string moveText(const GroupDecision& group) {
  std::string name = group.group;
  const auto chain = group.candidate.chain();
  if (group.position >= 0 && group.position < std::ssize(chain))
    name = ops().at(chain[group.position].op).name;
  if (group.inert) return name + (group.position < 0 ? " is not applied" : " takes no value");
  const int unit = perOne(group.group);
  return fmt::format("{} {} → {}", name, numbersText(group.before, unit), numbersText(group.after, unit));
}

/// Where there is no loss nothing is said.
std::string lossLine(double loss) { return std::isfinite(loss) ? "loss " + lossText(loss) : ""; }

std::vector<std::string> captions(std::string first, std::vector<std::string> others) {
  if (!first.empty()) others.insert(others.begin(), std::move(first));
  return others;
}

/// "image 7, label 3"; "image 7" of a set whose images have no label.
std::string imageLine(const Decision& decision) {
  const std::string image = fmt::format("image {}", decision.index);
  return decision.label < 0 ? image : image + fmt::format(", label {}", decision.label);
}

std::vector<SheetCell> rowOf(const Decision& decision) {
  std::vector<SheetCell> row;
  row.push_back(
      {decision.original,
       captions(imageLine(decision), {fmt::format("step {}, epoch {}", decision.step, decision.epoch)})});
  row.push_back({decision.unperturbed, captions(lossLine(decision.unperturbedLoss), planLines(decision.plan)),
                 decision.winner < 0});
  for (std::size_t g = 0; g < decision.groups.size(); ++g) {
    const GroupDecision& group = decision.groups[g];
    row.push_back({group.picture, captions(lossLine(group.candidateLoss), {moveText(group)}),
                   decision.winner == static_cast<int>(g)});
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
  style.headings = {"original", "unperturbed"};
  for (const GroupDecision& group : decision.groups) style.headings.push_back(group.group);
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
  std::vector<SheetCell> cells = rowOf(decision);
  const ImageSize one = contactSheetSize(cells, columns, style);
  std::ranges::copy(rowOf(decision), std::back_inserter(cells));
  const auto more = static_cast<std::uint64_t>(contactSheetSize(cells, columns, style).height - one.height);
  requireSheetSize(static_cast<std::uint64_t>(one.width),
                   static_cast<std::uint64_t>(one.height) + more * (std::max<std::uint64_t>(rows, 1) - 1));
}

void writeContactSheet(const std::vector<Decision>& decisions, const fs::path& file) {
  std::size_t columns = kColumns;
  for (const Decision& decision : decisions) columns = std::max(columns, kColumns + decision.groups.size());
  std::vector<SheetCell> cells;
  for (const Decision& decision : decisions) {
    auto row = rowOf(decision);
    row.resize(columns);
    std::move(row.begin(), row.end(), std::back_inserter(cells));
  }
  writePng(file, contactSheet(cells, static_cast<int>(columns), styleFor(decisions.front())).view());
}

}  // namespace uada::cli
