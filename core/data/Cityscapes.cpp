#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/data/FolderListing.h"
#include "core/data/FolderSets.h"
#include "core/data/Places.h"

namespace uada {
namespace {

namespace fs = std::filesystem;

/// The classes that Cityscapes evaluates, in the order of their train ids.
struct SceneClass {
  const char* name;
  std::uint8_t id;  ///< in the files *_labelIds.png
  std::array<std::uint8_t, 3> colour;
};
constexpr SceneClass kClasses[] = {
    {"road", 7, {128, 64, 128}},
    {"sidewalk", 8, {244, 35, 232}},
    {"building", 11, {70, 70, 70}},
    {"wall", 12, {102, 102, 156}},
    {"fence", 13, {190, 153, 153}},
    {"pole", 17, {153, 153, 153}},
    {"traffic light", 19, {250, 170, 30}},
    {"traffic sign", 20, {220, 220, 0}},
    {"vegetation", 21, {107, 142, 35}},
    {"terrain", 22, {152, 251, 152}},
    {"sky", 23, {70, 130, 180}},
    {"person", 24, {220, 20, 60}},
    {"rider", 25, {255, 0, 0}},
    {"car", 26, {0, 0, 142}},
    {"truck", 27, {0, 0, 70}},
    {"bus", 28, {0, 60, 100}},
    {"train", 31, {0, 80, 100}},
    {"motorcycle", 32, {0, 0, 230}},
    {"bicycle", 33, {119, 11, 32}},
};
constexpr int kMostId = 33;  // of ids; those without a class are ignored, as is 255, the byte of id -1

constexpr std::string_view kImages = "leftImg8bit", kMaps = "gtFine";
constexpr std::string_view kImageEnding = "_leftImg8bit.png";
constexpr std::string_view kIds = "_gtFine_labelIds.png", kTrainIds = "_gtFine_labelTrainIds.png";

/// The class of each number; below 0: there is no such number.
using ClassTable = std::array<int, 256>;

constexpr ClassTable idTable() {
  ClassTable table{};
  for (int id = 0; id < 256; ++id) table[static_cast<std::size_t>(id)] = id <= kMostId ? kIgnoredLabel : -1;
  for (std::size_t c = 0; c < std::size(kClasses); ++c) table[kClasses[c].id] = static_cast<int>(c);
  table[kIgnoredLabel] = kIgnoredLabel;
  return table;
}
constexpr ClassTable trainIdTable() {
  ClassTable table{};
  for (int id = 0; id < 256; ++id) table[static_cast<std::size_t>(id)] = id < std::ssize(kClasses) ? id : -1;
  table[kIgnoredLabel] = kIgnoredLabel;
  return table;
}

void makeClasses(LabelMap& map, const fs::path& file, int) {
  static constexpr ClassTable kOfIds = idTable(), kOfTrainIds = trainIdTable();
  const bool areTrainIds = file.string().ends_with(kTrainIds);
  const ClassTable& table = areTrainIds ? kOfTrainIds : kOfIds;
  for (std::size_t i = 0; i < map.labels.size(); ++i) {
    const int label = table[map.labels[i]];
    if (label < 0)
      throw Error(fmt::format(
          "'{}' has the label {} at column {} of row {}, 0 to {} or 255 expected; export its {} again",
          file.string(), map.labels[i], i % static_cast<std::size_t>(map.width),
          i / static_cast<std::size_t>(map.width), areTrainIds ? std::ssize(kClasses) - 1 : kMostId,
          areTrainIds ? "train ids" : "label ids"));
    map.labels[i] = static_cast<std::uint8_t>(label);
  }
}

std::string placeOf(std::string_view kind, std::string_view split) {
  return fmt::format("{}/{}", kind, split);
}

void requireFolders(const fs::path& dir, std::string_view split) {
  for (const std::string_view kind : {kImages, kMaps}) {
    if (const fs::path folder = dir / placeOf(kind, split); !isFolder(folder))
      throw Error(
          fmt::format("there is no folder '{}': its {} are expected there, a folder for each city; unpack "
                      "them, or name another folder",
                      folder.string(), kind == kImages ? "images" : "label files"));
  }
}

/// Adds the label files in gtFine/SPLIT that belong to none of the listing's images.
void listSpareMaps(FolderListing& listing, std::string_view split) {
  std::set<std::string> images;
  for (const ListedFile& file : listing.files) images.insert(file.name);
  for (const std::string& city : folderNames(listing.folder / placeOf(kMaps, split)))
    for (const std::string_view ending : {kIds, kTrainIds})
      for (const std::string& map : fileNames(listing.folder / placeOf(kMaps, split) / city, ending)) {
        const std::string name = map.substr(0, map.size() - ending.size());
        if (!images.contains(fmt::format("{}/{}/{}{}", placeOf(kImages, split), city, name, kImageEnding)))
          addSpareTarget(listing, fmt::format("{}/{}/{}", placeOf(kMaps, split), city, map));
      }
}

/// leftImg8bit/SPLIT/CITY/NAME_leftImg8bit.png, each with gtFine/SPLIT/CITY/NAME_gtFine_labelIds.png or,
/// where that is missing, NAME_gtFine_labelTrainIds.png.
FolderListing listScenes(const fs::path& dir, std::string_view split, const Loading& loading) {
  requireFolders(dir, split);
  FolderListing listing{dir, std::string(split), {}, {}, makeClasses};
  for (const SceneClass& known : kClasses) listing.classes.emplace_back(known.name);
  std::size_t others = 0;
  for (const std::string& city : folderNames(dir / placeOf(kImages, split)))
    for (const std::string& image : fileNames(dir / placeOf(kImages, split) / city, kImageEnding, &others)) {
      const std::string name = image.substr(0, image.size() - kImageEnding.size());
      const std::string map = fmt::format("{}/{}/{}", placeOf(kMaps, split), city, name);
      addPair(listing, fmt::format("{}/{}/{}", placeOf(kImages, split), city, image),
              {map + std::string(kIds), map + std::string(kTrainIds)});
    }
  if (listing.files.empty())
    throw Error(
        fmt::format("'{}' holds no images: files CITY/NAME{} are expected; unpack them, or name another "
                    "folder",
                    (dir / placeOf(kImages, split)).string(), kImageEnding));
  listSpareMaps(listing, split);
  if (others > 0 && loading.note)
    loading.note(fmt::format("{} file{} in '{}' not named *{} and left out",
                             groupedText(static_cast<long long>(others)), others == 1 ? " is" : "s are",
                             (dir / placeOf(kImages, split)).string(), kImageEnding));
  return listing;
}

/// The labels of Cityscapes' own test images are not public.
FolderListing listCityscapes(const fs::path& dir, Split split, const Loading& loading) {
  return listScenes(dir, split == Split::train ? "train" : "val", loading);
}
FolderListing listCamVid(const fs::path& dir, Split split, const Loading& loading) {
  return listScenes(dir, splitName(split), loading);
}

std::optional<fs::path> findCityscapes(const fs::path& dir) {
  static const DatasetPlace place{
      .files = {"leftImg8bit/train"}, .folders = {"cityscapes", "Cityscapes"}, .system = {}};
  return findFolder(place, dir);
}
std::optional<fs::path> findCamVid(const fs::path& dir) {
  static const DatasetPlace place{.files = {"leftImg8bit/train"},
                                  .folders = {"CamVid-cityscapes", "CamVid-mini-cityscapes"},
                                  .system = {}};
  return findFolder(place, dir);
}

template <ListSplit list>
DatasetEntry sceneEntry() {
  DatasetEntry entry{.name = {},
                     .title = {},
                     .source = {},
                     .classes = static_cast<int>(std::size(kClasses)),
                     .classNames = {},
                     .published = {},
                     .endings = {},
                     .otherForms = {},
                     .find = nullptr,
                     .load = loadFolders<list>,
                     .check = checkFolders<list>,
                     .target = TargetKind::labelMap};
  for (const SceneClass& known : kClasses) {
    entry.classNames.emplace_back(known.name);
    entry.classColours.push_back(known.colour);
  }
  return entry;
}

}  // namespace

DatasetEntry cityscapes() {
  DatasetEntry entry = sceneEntry<listCityscapes>();
  entry.name = "cityscapes";
  entry.title = "Cityscapes";
  entry.source =
      "Cordts et al. 2016, for non-commercial research, by registration; leftImg8bit_trainvaltest.zip and "
      "gtFine_trainvaltest.zip from www.cityscapes-dataset.com";
  entry.width = 2048;
  entry.height = 1024;
  entry.trainImages = 2975;
  entry.testImages = 500;  // of val
  entry.otherForms = {{"leftImg8bit_trainvaltest.zip", kUnpackIt}, {"gtFine_trainvaltest.zip", kUnpackIt}};
  entry.find = findCityscapes;
  return entry;
}

DatasetEntry camvid() {
  DatasetEntry entry = sceneEntry<listCamVid>();
  entry.name = "camvid";
  entry.title = "CamVid";
  entry.source =
      "Brostow et al. 2009, as in SegNet's tutorial, for research; its images and labels in the layout and "
      "with "
      "the label ids of Cityscapes";
  entry.width = 480;
  entry.height = 360;
  entry.trainImages = 367;
  entry.testImages = 233;
  entry.find = findCamVid;
  return entry;
}

}  // namespace uada
