#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/data/Dataset.h"
#include "core/data/FolderIndex.h"

namespace uada {

/// Whether there is such a file or folder, that can be looked at.
bool isFile(const std::filesystem::path& path);
bool isFolder(const std::filesystem::path& path);

/// The names of the folders in a folder, sorted by their bytes: as the classes of torchvision's ImageFolder.
/// Names that begin with a dot are left out.
std::vector<std::string> folderNames(const std::filesystem::path& folder);

/// A class sub-folder for each class: its PNG and JPEG files, by their endings, in it and in folders below,
/// sorted by their names; a file's number is its place. Other pictures are counted in a note.
/// part     of the listing's folder, where the class folders are: "train"; empty: the folder itself
/// below    of each class folder, where the files are: "images"; empty: the class folder itself
/// throws   Error for a class folder that the listing's classes do not have, and for one without images
void listClassFolders(FolderListing& listing, const std::string& part, const std::string& below,
                      const Loading& loading);

/// The names of the files in a folder that end so, sorted by their bytes. Names that begin with a dot are
/// left out.
///
/// others  if not null: the other files are counted there
std::vector<std::string> fileNames(const std::filesystem::path& folder, std::string_view ending,
                                   std::size_t* others = nullptr);

/// Adds an image and the first of its files with a label map or boxes that is there. Where none is, the first
/// stands in the listing, and the image is found damaged when it is looked at. image, targets  relative to
/// the listing's folder
void addPair(FolderListing& listing, const std::string& image, const std::vector<std::string>& targets);

/// Adds a file with a label map or boxes whose image is not there.
/// target  relative to the listing's folder
void addSpareTarget(FolderListing& listing, const std::string& target);

/// The lines of a text file without the blanks around them; empty ones are passed over.
/// throws  Error for a line that stands twice
std::vector<std::string> readNameLines(const std::filesystem::path& file);

/// Lines of a text file: an image and its class.
struct LabelledLine {
  std::size_t number = 0;  ///< from 1
  std::string name, label;
};
/// Columns apart by tabs or spaces; those beyond the second are not read. Empty lines are passed over.
std::vector<LabelledLine> readLabelLines(const std::filesystem::path& file);
/// A CSV: the first line is path,label; a value may stand in double quotes, which are doubled inside.
std::vector<LabelledLine> readLabelCsv(const std::filesystem::path& file);

/// Adds the files of the lines, in their order. Their labels are places in the listing's classes.
/// part    of the listing's folder, which the names begin at
/// source  the file of the lines, for errors
/// throws  Error naming file and line of a class that is not known, of a file that is not there, and of one
///         that is named twice
void addLabelled(FolderListing& listing, const std::vector<LabelledLine>& lines, const std::string& part,
                 const std::filesystem::path& source);

}  // namespace uada
