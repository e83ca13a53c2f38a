#pragma once

#include <filesystem>
#include <string>

#include "core/data/FolderIndex.h"

namespace uada {

/// Where a year of PASCAL VOC has its lists of images, images and annotations.
constexpr const char* kVocLists = "ImageSets/Main";
constexpr const char* kVocImages = "JPEGImages";
constexpr const char* kVocAnnotations = "Annotations";

/// Adds the images that a list names, each with its annotation. What follows a name on its line is not read.
/// part    of the listing's folder, that holds JPEGImages and Annotations; empty: the folder itself
/// throws  Error naming list and line of a name that is no file's, and of an image that is not there
void addVocImages(FolderListing& listing, const std::string& part, const std::filesystem::path& list);

}  // namespace uada
