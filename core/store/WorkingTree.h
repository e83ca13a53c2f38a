#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace uada {

/// What a source tree has otherwise than its last commit.
struct TreeChanges {
  /// As 'git diff HEAD' writes it, then a line for each file that git does not know yet. Of more than
  /// kMostTreeChanges bytes the first whole lines, and a last one that says how many there are in all.
  std::string text;
  std::size_t bytes = 0;  ///< of all
  bool isCut = false;
};
constexpr std::size_t kMostTreeChanges = 64 << 10;

/// Of a tree of git's. Waits 5 seconds at most for git.
/// none  nothing is changed, it is no such tree, or there is no git
std::optional<TreeChanges> changesOf(const std::filesystem::path& tree);
/// Of the tree that this program was built from, or the one that UADA_SOURCE_TREE names (empty: none), when
/// it was asked for first in this process. Any thread.
const std::optional<TreeChanges>& changesOfThisProgram();

/// PROJECT.files/KEY/source-changes-1.diff, of the first attempt of a run.
std::filesystem::path changesFile(const std::filesystem::path& project, const std::string& key, int attempt);
/// "1,204 bytes", "the first 65,536 of 203,114 bytes" of what is kept there; "": nothing is.
std::string changesText(const std::filesystem::path& file);

}  // namespace uada
