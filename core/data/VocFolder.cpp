#include "core/data/VocFolder.h"

#include <fmt/core.h>

#include <set>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/data/FolderListing.h"
#include "core/data/VocBoxes.h"

namespace uada {

namespace fs = std::filesystem;

fs::path vocList(const fs::path& year, Split split) {
  return year / kVocLists / (split == Split::train ? "trainval.txt" : "test.txt");
}

FolderListing vocListing(const fs::path& dir, Split split, std::vector<std::string> classes) {
  FolderListing listing{dir, splitName(split), std::move(classes), {}};
  listing.readBoxes = readVocBoxes;
  return listing;
}

void addVocImages(FolderListing& listing, const std::string& part, const fs::path& list) {
  const std::string before = part.empty() ? "" : part + "/";
  std::set<std::string> names;
  for (const std::string& line : readNameLines(list)) {
    const std::string name = line.substr(0, line.find_first_of(" \t"));
    if (!names.insert(name).second)
      throw Error(fmt::format("'{}' names '{}' twice; take one line off", list.string(), quotable(name)));
    if (name.find('/') != name.npos || name.starts_with('.'))
      throw Error(fmt::format("'{}' names '{}', the name of an image without folder and ending expected",
                              list.string(), quotable(name)));
    const std::string image = fmt::format("{}{}/{}.jpg", before, kVocImages, name);
    std::error_code ignored;
    if (!fs::exists(listing.folder / image, ignored))
      throw Error(
          fmt::format("'{}' names '{}', but there is no '{}'; unpack it again, or take it off the list",
                      list.string(), quotable(name), (listing.folder / image).string()));
    addPair(listing, image, {fmt::format("{}{}/{}.xml", before, kVocAnnotations, name)});
  }
}

}  // namespace uada
