#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/augment/found/FoundPolicy.h"

namespace uada {

/// A policy that can be used by name.
struct InstalledPolicy {
  std::string name;
  std::filesystem::path file;  ///< empty: comes with the program
  std::string sha256;          ///< of the file's bytes
  std::string format;          ///< "uada-policy", ...
  std::string source;
  std::size_t count = 0;       ///< sub-policies, segments or parts
  std::string problem;         ///< why the file cannot be used; empty: it can
};

/// Where imported policies are kept: $XDG_DATA_HOME/uada/policies, else ~/.local/share/uada/policies.
std::filesystem::path policiesFolder();

/// Those that come with the program, then those in policiesFolder(), each by name. A damaged file is listed with
/// its problem.
std::vector<InstalledPolicy> installedPolicies();

struct Import {
  std::vector<InstalledPolicy> policies;
  std::vector<std::string> passed;  ///< functions of the file that are more than a literal, not imported
};

/// Checks a file of one of our formats, or one as an author published it (Published.h), and copies it to
/// policiesFolder(): bytes of ours unchanged, others in our format. Importing the same twice changes nothing.
/// name    of the policy; empty: the file's own. Of a file with several policies: the name of one of them, which is
///         imported alone, or the beginning of their names
/// epochs  that lines of a schedule were made for
/// throws  Error naming file and entry; if another policy has the name; if the file is larger than 4 MB
Import importPolicy(const std::filesystem::path& file, const std::string& name = "", int epochs = 200);

struct LoadedPolicy {
  FoundPolicy policy;
  std::string sha256;
};

/// A policy by name: one that comes with the program, an imported one, or the path of a file in one of our formats.
/// Throws UsageError listing the names.
LoadedPolicy loadPolicy(const std::string& name);

}  // namespace uada
