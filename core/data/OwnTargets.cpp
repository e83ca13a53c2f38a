#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Printable.h"
#include "core/data/FolderListing.h"
#include "core/data/FolderSets.h"
#include "core/data/VocBoxes.h"
#include "core/data/VocFolder.h"
#include "core/data/VocXml.h"

// The user's own images, with boxes or with label maps.
namespace uada {
namespace {

namespace fs = std::filesystem;

constexpr const char* kClassFile = "classes.txt";

std::string stemOf(const std::string& name) { return name.substr(0, name.rfind('.')); }

/// PNG and JPEG files of a folder, sorted by their names.
std::vector<std::string> imageNames(const fs::path& folder) {
  std::vector<std::string> names;
  for (const char* ending : {".jpg", ".jpeg", ".png", ".JPG", ".JPEG", ".PNG"})
    for (std::string& name : fileNames(folder, ending)) names.push_back(std::move(name));
  std::ranges::sort(names);
  return names;
}

/// Throws Error for a folder without training images, or with training images only.
std::string requiredPart(const fs::path& dir, Split split) {
  if (split == Split::train) return "train";
  const std::string part = testPart(dir);
  if (part.empty())
    throw Error(
        fmt::format("'{}' has training images only: none of the folders test, val, valid and validation "
                    "is there; add one, or set recipe.dataset.validation",
                    dir.string()));
  return part;
}

/// Adds the images of a folder, each with the file of its name in another folder.
/// images, targets  relative to the listing's folder; they may be one
void addByName(FolderListing& listing, const std::string& images, const std::string& targets,
               const char* ending) {
  std::set<std::string> stems;
  for (const std::string& image : imageNames(listing.folder / images)) {
    const std::string stem = stemOf(image);
    if (!stems.insert(stem).second)
      throw Error(fmt::format("'{}' has two images named '{}', which would share '{}{}'; rename one",
                              (listing.folder / images).string(), quotable(stem), quotable(stem), ending));
    addPair(listing, fmt::format("{}/{}", images, image), {fmt::format("{}/{}{}", targets, stem, ending)});
  }
  if (listing.files.empty())
    throw Error(fmt::format("'{}' holds no PNG or JPEG image", (listing.folder / images).string()));
  for (const std::string& target : fileNames(listing.folder / targets, ending))
    if (!stems.contains(stemOf(target))) addSpareTarget(listing, fmt::format("{}/{}", targets, target));
}

// Boxes: the folders of PASCAL VOC, or train and test folders with an annotation beside each image.

/// The folder with JPEGImages and Annotations: `dir`, or the one folder in it that has them. Empty: there is
/// none, or there are several.
std::string vocPart(const fs::path& dir) {
  const auto hasBoth = [](const fs::path& folder) {
    return isFolder(folder / kVocImages) && isFolder(folder / kVocAnnotations);
  };
  if (hasBoth(dir)) return ".";
  std::vector<std::string> parts;
  for (const std::string& name : folderNames(dir))
    if (hasBoth(dir / name)) parts.push_back(name);
  return parts.size() == 1 ? parts.front() : "";
}

/// The first of the lists that is there; empty: none.
fs::path listOf(const fs::path& lists, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (isFile(lists / name)) return lists / name;
  return {};
}

void addVocPart(FolderListing& listing, const std::string& part, Split split) {
  const std::string relative = part == "." ? "" : part;
  const fs::path lists = listing.folder / part / kVocLists;
  const fs::path file = split == Split::train ? listOf(lists, {"trainval.txt", "train.txt"})
                                              : listOf(lists, {"test.txt", "val.txt"});
  if (!file.empty()) return addVocImages(listing, relative, file);
  if (split == Split::test)
    throw Error(
        fmt::format("'{}' has no list of test images, test.txt or val.txt; add one, or set "
                    "recipe.dataset.validation",
                    lists.string()));
  const std::string before = relative.empty() ? "" : relative + "/";
  addByName(listing, before + kVocImages, before + kVocAnnotations, ".xml");
}

FolderListing boxFiles(const fs::path& dir, Split split) {
  FolderListing listing = vocListing(dir, split, {});
  if (const std::string part = vocPart(dir); !part.empty()) {
    addVocPart(listing, part, split);
  } else if (isFolder(dir / "train")) {
    const std::string folder = requiredPart(dir, split);
    addByName(listing, folder, folder, ".xml");
  } else {
    throw Error(
        fmt::format("'{}' holds no images with boxes: expected are the folders JPEGImages and Annotations, "
                    "or train and test with an XML of PASCAL VOC beside each image",
                    dir.string()));
  }
  return listing;
}

/// The classes that the annotations of the training images name, sorted.
std::vector<std::string> namedClasses(const FolderListing& listing) {
  std::set<std::string> names;
  for (const ListedFile& file : listing.files) {
    const fs::path path = listing.folder / file.target.name;
    if (!isFile(path)) continue;  // said when the image is looked at
    try {
      const std::string text = readTextFile(path, kMaxAnnotationBytes);
      for (NamedBox& object : readVocXml(text, path.string()).objects) names.insert(std::move(object.name));
    } catch (const Error&) {  // likewise
    }
  }
  return {names.begin(), names.end()};
}

/// classes.txt in the folder or in the one around it; else what the training images' annotations name.
std::vector<std::string> boxClasses(const fs::path& dir) {
  const std::string part = vocPart(dir);
  for (const fs::path& folder : {dir, dir / (part.empty() ? "." : part), dir / ".."})
    if (isFile(folder / kClassFile)) return readNameLines(folder / kClassFile);
  return namedClasses(boxFiles(dir, Split::train));
}

FolderListing listBoxes(const fs::path& dir, Split split, const Loading&) {
  FolderListing listing = boxFiles(dir, split);
  listing.classes = boxClasses(dir);
  if (listing.classes.empty())
    throw Error(fmt::format("no annotation in '{}' has an object: there is nothing to learn", dir.string()));
  return listing;
}

// Label maps: train and test folders, each with images and labels.

void requireKnownLabels(LabelMap& map, const fs::path& file, int classes) {
  for (std::size_t i = 0; i < map.labels.size(); ++i)
    if (map.labels[i] >= classes && map.labels[i] != kIgnoredLabel)
      throw Error(
          fmt::format("'{}' has the label {} at column {} of row {}, 0 to {} or {} expected; mend it, or "
                      "add the class to classes.txt",
                      file.string(), map.labels[i], i % static_cast<std::size_t>(map.width),
                      i / static_cast<std::size_t>(map.width), classes - 1, kIgnoredLabel));
}

std::vector<std::string> mapClasses(const fs::path& dir) {
  const fs::path file = dir / kClassFile;
  if (!isFile(file))
    throw Error(fmt::format("'{}' has no {}: a line for each class is expected there, that of label 0 first",
                            dir.string(), kClassFile));
  std::vector<std::string> classes = readNameLines(file);
  if (classes.empty() || classes.size() > kIgnoredLabel)
    throw Error(fmt::format("'{}' names {} classes, 1 to {} expected", file.string(), classes.size(),
                            int{kIgnoredLabel}));
  return classes;
}

FolderListing listMaps(const fs::path& dir, Split split, const Loading&) {
  FolderListing listing{dir, splitName(split), mapClasses(dir), {}, requireKnownLabels};
  const std::string part = requiredPart(dir, split);
  for (const char* folder : {"images", "labels"})
    if (!isFolder(dir / part / folder))
      throw Error(fmt::format(
          "there is no folder '{}': the {} of the {} images are expected there",
          (dir / part / folder).string(),
          std::string_view(folder) == "images" ? "pictures" : "label maps, PNG files of the same names,",
          listing.split));
  addByName(listing, part + "/images", part + "/labels", ".png");
  return listing;
}

}  // namespace

DatasetEntry boxes() {
  return {.name = "boxes",
          .title = "Folder of images with boxes",
          .source =
              "your own: JPEGImages and Annotations as in PASCAL VOC, or train and test folders with an XML "
              "beside each image; classes.txt or the annotations name the classes",
          .classNames = {},
          .published = {},
          .endings = {},
          .otherForms = {},
          .isOwn = true,
          .find = findOwn,
          .load = loadFolders<listBoxes>,
          .check = checkFolders<listBoxes>,
          .target = TargetKind::boxes,
          .classesIn = boxClasses};
}

DatasetEntry maps() {
  return {.name = "maps",
          .title = "Folder of images with label maps",
          .source =
              "your own: train and test folders, each with images and labels of the same names; classes.txt "
              "has a line for each label from 0 on, 255 is ignored",
          .classNames = {},
          .published = {},
          .endings = {},
          .otherForms = {},
          .isOwn = true,
          .find = findOwn,
          .load = loadFolders<listMaps>,
          .check = checkFolders<listMaps>,
          .target = TargetKind::labelMap,
          .classesIn = mapClasses};
}

}  // namespace uada
