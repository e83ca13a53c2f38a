#include "core/data/FolderListing.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <set>
#include <utility>

#include "core/base/Csv.h"
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"

namespace uada {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxLabelBytes = std::size_t{512} << 20;  // of a text file with a line for each image

std::string lowerEnding(const fs::path& file) {
  std::string ending = file.extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return std::tolower(c); });
  return ending;
}

bool isRead(const std::string& ending) {
  return ending == ".jpg" || ending == ".jpeg" || ending == ".png" || ending == ".jpe";
}

bool isOtherPicture(const std::string& ending) {
  static const std::set<std::string> others{".bmp", ".gif",  ".tif",  ".tiff", ".webp", ".ppm", ".pgm",
                                            ".jp2", ".heic", ".avif", ".jxl",  ".tga",  ".npy"};
  return others.contains(ending);
}

std::string orderly(const fs::path& relative) { return relative.generic_string(); }

void requireReadable(const fs::path& folder, const std::error_code& failed) {
  if (failed) throw Error(fmt::format("cannot look into '{}': {}", folder.string(), failed.message()));
}

/// take(name, isFolder) for all that lies in a folder, but for names that begin with a dot.
template <class Take>
void eachEntry(const fs::path& folder, const Take& take) {
  std::error_code failed;
  fs::directory_iterator entries(folder, failed);
  requireReadable(folder, failed);
  for (; entries != fs::directory_iterator(); entries.increment(failed), requireReadable(folder, failed)) {
    std::error_code ignored;
    std::string name = entries->path().filename().string();
    if (!name.starts_with('.')) take(std::move(name), entries->is_directory(ignored));
  }
}

/// What a class folder holds, by name.
struct Found {
  std::vector<std::string> names;   ///< relative to the set's folder
  std::vector<std::string> others;  ///< pictures of formats that are not read
};

Found filesBelow(const fs::path& root, const fs::path& folder) {
  Found found;
  std::error_code failed;
  fs::recursive_directory_iterator entries(folder, failed);
  requireReadable(folder, failed);
  const fs::recursive_directory_iterator end;
  for (; entries != end; entries.increment(failed), requireReadable(folder, failed)) {
    const fs::path& path = entries->path();
    if (path.filename().string().starts_with('.')) {
      entries.disable_recursion_pending();
      continue;
    }
    std::error_code ignored;
    if (entries->is_directory(ignored)) continue;
    const std::string ending = lowerEnding(path);
    if (isRead(ending)) found.names.push_back(orderly(path.lexically_relative(root)));
    if (isOtherPicture(ending)) found.others.push_back(orderly(path.lexically_relative(root)));
  }
  std::ranges::sort(found.names);
  std::ranges::sort(found.others);
  return found;
}

using Numbers = std::map<std::string, std::int32_t>;

Numbers numbersOf(const FolderListing& listing) {
  Numbers numbers;
  for (const std::string& name : listing.classes)
    numbers.emplace(name, static_cast<std::int32_t>(numbers.size()));
  return numbers;
}

std::int32_t labelOf(const FolderListing& listing, const Numbers& numbers, const std::string& name,
                     const std::string& where) {
  const auto at = numbers.find(name);
  if (at != numbers.end()) return at->second;
  throw Error(
      fmt::format("{}: the class '{}' is not one of the {} classes of the training images, the first "
                  "of which is '{}'; mend the name, or remove it",
                  where, quotable(name), listing.classes.size(),
                  listing.classes.empty() ? "" : quotable(listing.classes.front())));
}

/// Asks for a file's state. Returns why there is none; null: it is in `file`.
const char* lookUp(const fs::path& folder, FileState& file) {
  struct stat state{};
  if (::stat((folder / file.name).c_str(), &state) != 0) return std::strerror(errno);
  if (!S_ISREG(state.st_mode)) return "it is something else";
  constexpr std::int64_t kNanoseconds = 1'000'000'000;
  file.bytes = static_cast<std::uint64_t>(state.st_size);
  file.time = state.st_mtim.tv_sec * kNanoseconds + state.st_mtim.tv_nsec;
  return nullptr;
}

/// Adds a file by name. where: for the error where it is not there.
void addFile(FolderListing& listing, std::string name, std::int32_t label, const std::string& where) {
  FileState file{std::move(name)};
  if (const char* why = lookUp(listing.folder, file))
    throw Error(fmt::format("{}: there is no file '{}' ({}); mend the name, or remove it", where,
                            (listing.folder / file.name).string(), why));
  listing.files.push_back({std::move(file.name), label, file.bytes, file.time});
}

/// act(number, line) for each line that is not empty; the end of a line may be that of Windows.
template <class Act>
void eachLine(const fs::path& file, const Act& act) {
  const std::string text = readTextFile(file, kMaxLabelBytes);
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < text.size(); ++number) {
    std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line(text.data() + begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (number == 0 && line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);  // a mark of UTF-8
    if (!line.empty()) act(number + 1, line);
    begin = end + 1;
  }
}

[[noreturn]] void refuseLine(const fs::path& file, std::size_t number, std::string_view line,
                             std::string_view expected) {
  throw Error(
      fmt::format("'{}', line {}: '{}' found, {} expected", file.string(), number, quotable(line), expected));
}

}  // namespace

bool isFile(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

bool isFolder(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

std::vector<std::string> folderNames(const fs::path& folder) {
  std::vector<std::string> names;
  eachEntry(folder, [&](std::string name, bool isFolder) {
    if (isFolder) names.push_back(std::move(name));
  });
  std::ranges::sort(names);
  return names;
}

void listClassFolders(FolderListing& listing, const std::string& part, const std::string& below,
                      const Loading& loading) {
  const fs::path folder = listing.folder / part;
  const Numbers numbers = numbersOf(listing);
  std::size_t others = 0;
  std::string firstOther;
  for (const std::string& name : folderNames(folder)) {
    const std::int32_t label = labelOf(listing, numbers, name, "'" + (folder / name).string() + "'");
    const fs::path own = below.empty() ? folder / name : folder / name / below;
    Found found = filesBelow(listing.folder, own);
    if (firstOther.empty() && !found.others.empty()) firstOther = found.others.front();
    others += found.others.size();
    if (found.names.empty())
      throw Error(fmt::format("the class folder '{}' holds no PNG or JPEG file; add some, or remove it",
                              own.string()));
    for (std::string& file : found.names) addFile(listing, std::move(file), label, listing.folder.string());
  }
  if (others > 0 && loading.note)
    loading.note(fmt::format("{} picture{} in '{}' neither PNG nor JPEG and left out, the first is '{}'",
                             groupedText(static_cast<long long>(others)), others == 1 ? " is" : "s are",
                             folder.string(), quotable(firstOther)));
}

std::vector<std::string> fileNames(const fs::path& folder, std::string_view ending, std::size_t* others) {
  std::vector<std::string> names;
  eachEntry(folder, [&](std::string name, bool isFolder) {
    if (isFolder) return;
    if (name.ends_with(ending))
      names.push_back(std::move(name));
    else if (others)
      ++*others;
  });
  std::ranges::sort(names);
  return names;
}

void addPair(FolderListing& listing, const std::string& image, const std::vector<std::string>& targets) {
  addFile(listing, image, 0, listing.folder.string());
  FileState& target = listing.files.back().target;
  for (const std::string& name : targets) {
    target.name = name;
    if (!lookUp(listing.folder, target)) return;
  }
  target = {targets.front()};
}

void addSpareTarget(FolderListing& listing, const std::string& target) {
  FileState file{target};
  static_cast<void>(lookUp(listing.folder, file));  // where it is gone again its size stays 0
  listing.spareTargets.push_back(std::move(file));
}

std::vector<std::string> readNameLines(const fs::path& file) {
  std::vector<std::string> names;
  std::set<std::string, std::less<>> known;
  eachLine(file, [&](std::size_t number, std::string_view line) {
    constexpr std::string_view kGaps = "\t ";
    const std::size_t first = line.find_first_not_of(kGaps);
    if (first == line.npos) return;
    const std::string_view name = line.substr(first, line.find_last_not_of(kGaps) - first + 1);
    if (!known.emplace(name).second) refuseLine(file, number, line, "each name once");
    names.emplace_back(name);
  });
  return names;
}

std::vector<LabelledLine> readLabelLines(const fs::path& file) {
  std::vector<LabelledLine> lines;
  eachLine(file, [&](std::size_t number, std::string_view line) {
    constexpr std::string_view kGaps = "\t ";
    const std::size_t first = line.find_first_of(kGaps), second = line.find_first_not_of(kGaps, first);
    if (first == 0 || second == line.npos) refuseLine(file, number, line, "a file name and a class");
    const std::string_view label = line.substr(second);
    lines.push_back({number, std::string(line.substr(0, first)),
                     std::string(label.substr(0, label.find_first_of(kGaps)))});
  });
  return lines;
}

std::vector<LabelledLine> readLabelCsv(const fs::path& file) {
  std::vector<LabelledLine> lines;
  bool isFirst = true;
  eachLine(file, [&](std::size_t number, std::string_view line) {
    const std::vector<std::string> values = csvValues(line);
    if (std::exchange(isFirst, false)) {
      if (values != std::vector<std::string>{"path", "label"})
        refuseLine(file, number, line, "the first line path,label");
      return;
    }
    if (values.size() != 2 || values[0].empty() || values[1].empty())
      refuseLine(file, number, line, "a path and a label, apart by a comma");
    lines.push_back({number, values[0], values[1]});
  });
  if (isFirst) throw Error(fmt::format("'{}' is empty; its first line is to be path,label", file.string()));
  return lines;
}

void addLabelled(FolderListing& listing, const std::vector<LabelledLine>& lines, const std::string& part,
                 const fs::path& source) {
  const Numbers numbers = numbersOf(listing);
  std::set<std::string> known;
  for (const LabelledLine& line : lines) {
    const std::string where = fmt::format("'{}', line {}", source.string(), line.number);
    const std::int32_t label = labelOf(listing, numbers, line.label, where);
    const std::string name = orderly(fs::path(part) / line.name);
    if (!known.insert(name).second)
      throw Error(fmt::format("{}: '{}' is named a second time; remove one line", where, quotable(name)));
    addFile(listing, name, label, where);
  }
}

}  // namespace uada
