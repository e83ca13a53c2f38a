#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/data/Dataset.h"
#include "core/data/FolderIndex.h"

namespace uada {

/// Where a year of PASCAL VOC has its lists of images, images and annotations.
constexpr const char* kVocLists = "ImageSets/Main";
constexpr const char* kVocImages = "JPEGImages";
constexpr const char* kVocAnnotations = "Annotations";

/// The list of what is trained on, or tested on, of a year's folder: trainval.txt, or test.txt.
std::filesystem::path vocList(const std::filesystem::path& year, Split split);

/// The beginning of a listing of images with boxes: no file stands in it yet.
FolderListing vocListing(const std::filesystem::path& dir, Split split, std::vector<std::string> classes);

/// Adds the images that a list names, each with its annotation. What follows a name on its line is not read.
/// part    of the listing's folder, that holds JPEGImages and Annotations; empty: the folder itself
/// throws  Error naming list and line of a name that is no file's, and of an image that is not there
void addVocImages(FolderListing& listing, const std::string& part, const std::filesystem::path& list);

}  // namespace uada
