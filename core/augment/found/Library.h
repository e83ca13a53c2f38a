#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/augment/PolicyFile.h"
#include "core/augment/found/FoundPolicy.h"
#include "core/augment/found/Published.h"

namespace uada {

/// A policy that can be used by name.
struct InstalledPolicy {
  std::string name;
  std::filesystem::path file;  ///< empty: comes with the program
  std::string sha256;          ///< of the file's bytes
  std::string format;          ///< "uada-policy", ...
  std::string source;
  Grid grid = Grid::aa10;  ///< how its levels are decoded
  std::size_t count = 0;   ///< sub-policies, segments or parts
  std::string problem;     ///< why the file cannot be used; empty: it can
};

/// What a project keeps of a policy, described as if it were installed.
InstalledPolicy describedCopy(const PolicyFile& kept);

/// Where imported policies are kept: $XDG_DATA_HOME/uada/policies, else ~/.local/share/uada/policies.
std::filesystem::path policiesFolder();

/// The names of all of them, without a look into the files: for forms.
std::vector<std::string> policyNames();
/// Those that come with the program, then those in policiesFolder(), each by name. A damaged file is listed
/// with its problem; one of a name that no import gives is passed over.
std::vector<InstalledPolicy> installedPolicies();

struct Import {
  std::vector<InstalledPolicy> policies;
  std::vector<LeftOut> wrong;   ///< policies of the file that cannot be used, with the place of the fault
  std::vector<LeftOut> passed;  ///< what else was not imported, because it is no list of literals
};

/// How an import is to be done.
struct ImportOptions {
  std::string name = {};  ///< of the policy; empty: the file's own. Of a file with several: the name of one
                          ///< of them, which is imported alone, or the beginning of their names
  int epochs = 200;       ///< that lines of a schedule were made for
  Levels levels = Levels::found;
};

/// Checks a file of one of our formats, or one as an author published it (Published.h, or a state of
/// FasterAutoAugment.h), and copies it to
/// policiesFolder(): bytes of ours unchanged, others in our format. Of several policies in a file those that
/// are wrong are left out; if none is left, or the one asked for is wrong, its fault is thrown. Importing the
/// same twice changes nothing.
/// throws  Error naming file and entry; if another policy has the name of one, in which case none is
/// imported;
///         if the file is larger than 4 MB; UsageError if levels are given for a file that states its own
Import importPolicy(const std::filesystem::path& file, const ImportOptions& options = {});

/// Takes an imported policy, sound or damaged, out of policiesFolder(). Projects keep their copies.
/// returns  what it was
/// throws   UsageError if it comes with the program, or listing those that are imported
InstalledPolicy removePolicy(const std::string& name);

/// Whether the name of a policy is the path of a file, not one of the library: it has a slash, or ends in
/// .json.
bool isPolicyPath(std::string_view name);

/// The file of a policy by name: one that comes with the program, an imported one, or the path of a file. Not
/// looked into; none: there is no such name, or no such file.
std::optional<PolicyFile> findPolicyFile(const std::string& name);

/// The setting `policy` that a short name means: {"name": ...} of the catalogue, or of a file that
/// findPolicyFile() or the project knows {"name": "found", "file": ...}.
/// kept    by the project
/// where   for messages: "small.json: methods[0].policy"
/// throws  UsageError listing the names that are known
Json namedPolicy(const std::string& name, const std::vector<PolicyFile>& kept, const std::string& where = "");

/// The file that a name means where a project may have used it before (`kept`). With a hash stated exactly
/// that content is taken, from the library or else from what is kept; without, the library's, which must then
/// be what is kept under that name, since a name means one policy in a project; of what is only kept, that.
/// where   for messages: "small.json: methods[0].policy"
/// throws  Error naming both hashes and what to do; UsageError listing the names that are known
PolicyFile choosePolicyFile(const std::string& name, const std::string& hash,
                            const std::vector<PolicyFile>& kept, const std::string& where = "");

/// The policy in a file. Throws Error naming file and entry.
FoundPolicy policyIn(const PolicyFile& file);

struct LoadedPolicy {
  FoundPolicy policy;
  std::string sha256;
};
/// findPolicyFile() and policyIn(). Throws UsageError listing the names.
LoadedPolicy loadPolicy(const std::string& name);

}  // namespace uada
