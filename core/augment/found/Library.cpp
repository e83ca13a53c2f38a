#include "core/augment/found/Library.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "core/augment/Space.h"
#include "core/augment/found/FasterAutoAugment.h"
#include "core/augment/found/Published.h"
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "shipped_policies.h"

namespace uada {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMaxBytes = 4'000'000, kMaxName = 64;

bool isGoodName(std::string_view name) {
  const auto good = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
  };
  return !name.empty() && name.size() <= kMaxName && name.front() != '.' && !name.ends_with(".json") &&
         std::ranges::all_of(name, good);
}

const char* shippedText(std::string_view name) {
  for (const auto& [known, text] : kShippedPolicies)
    if (name == known) return text;
  return nullptr;
}

/// Whether the policy comes with the program, as a file or in the catalogue.
bool isOwn(std::string_view name) {
  return shippedText(name) || std::ranges::find(policies(), name, &Policy::name) != policies().end();
}

/// Whether importPolicy() may have made the file.
bool isImported(const fs::path& file) {
  const std::string name = file.stem().string();
  return file.extension() == ".json" && isGoodName(name) && !isOwn(name);
}

/// Of the files in policiesFolder(), sorted.
std::vector<std::string> importedNames() {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(policiesFolder(), error), end; !error && entry != end;
       entry.increment(error))
    if (isImported(entry->path())) names.push_back(entry->path().stem().string());
  std::ranges::sort(names);
  return names;
}

InstalledPolicy described(const std::string& name, const fs::path& file, std::string_view text) {
  InstalledPolicy policy{name, file, sha256(text), {}, {}, {}, 0, {}};
  const std::string place = file.empty() ? name : file.string();
  const Json json = parseJson(text, place);
  const FoundPolicy found = foundPolicyFromJson(json, place);
  policy.format = json.at("format").asString();
  policy.source = found.source;
  policy.grid = found.grid;
  policy.count = found.count();
  return policy;
}

bool isOurs(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // a byte order mark
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  return begin != text.npos && (text[begin] == '{' || text[begin] == '/');
}

/// Of a file that is too large: throws LimitError if its beginning has the entry that is one too many.
void refuseByBeginning(const fs::path& file) {
  const std::vector<std::byte> bytes = readFileStart(file, kMaxBytes);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  try {
    if (isOurs(text))
      parseJson(text, file.string());
    else
      fromPublished(text, file.string(), 1);
  } catch (const LimitError&) {
    throw;
  } catch (const Error&) {
    // Anything else may be only that the beginning ends there.
  }
}

std::string policyText(const fs::path& file) {
  std::error_code ignored;
  const std::uintmax_t size = fs::file_size(file, ignored);
  if (ignored || size <= kMaxBytes) return readTextFile(file, kMaxBytes);
  refuseByBeginning(file);
  throw Error(fmt::format("{}: {} found, at most {} are read; leave something out, or split it",
                          file.string(), bytesText(static_cast<double>(size)), bytesText(kMaxBytes)));
}

/// With what is wrong instead of an exception: one damaged file must not hide the others.
InstalledPolicy examined(const fs::path& file) {
  InstalledPolicy policy;
  policy.name = file.stem().string();
  policy.file = file;
  try {
    const std::string text = policyText(file);
    policy.sha256 = sha256(text);
    return described(policy.name, file, text);
  } catch (const Error& error) {
    policy.problem = error.what();
  }
  return policy;
}

/// Also if it is a link that leads nowhere, which is listed too.
bool isThere(const fs::path& file) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(file, ignored));
}

fs::path fileOf(const std::string& name) { return policiesFolder() / (name + ".json"); }

/// Whether this very policy is installed. Throws UsageError if another has its name.
/// from  where it is imported from, for messages
bool isInstalled(const InstalledPolicy& policy, const fs::path& from) {
  std::error_code ignored;
  if (!fs::exists(policy.file, ignored)) return false;
  if (sha256(readTextFile(policy.file, kMaxBytes)) == policy.sha256) return true;
  throw UsageError(
      fmt::format("{}: another policy of the name '{}' is installed; give another with --name, or remove {}",
                  from.string(), policy.name, policy.file.string()));
}

std::string badName(const std::string& name, const fs::path& from) {
  return fmt::format(
      "{}: '{}' cannot be a policy's name: 1 to {} letters, digits, '-', '_' and '.', not "
      "ending in .json; give one with --name",
      from.string(), quotable(name), kMaxName);
}

/// What the policy would be once installed. Throws UsageError if its name cannot be one, or stands for
/// another.
InstalledPolicy installable(const std::string& name, std::string_view text, const fs::path& from) {
  if (!isGoodName(name)) throw UsageError(badName(name, from));
  if (isOwn(name))
    throw UsageError(
        fmt::format("{}: a policy of the name '{}' comes with the program; give another with --name",
                    from.string(), name));
  InstalledPolicy policy = described(name, from, text);
  policy.file = fileOf(name);
  isInstalled(policy, from);
  return policy;
}

/// What is written of an imported list, which goes in the course of it.
/// returns  why it cannot be: it is more than is read again; "": it can
std::string writtenText(NamedLiteral& list, const fs::path& from, std::string& text) {
  const Json json = std::move(list.value);
  text = json.dump() + "\n";
  if (text.size() <= kMaxBytes) return {};
  const Json* subpolicies = json.find("subpolicies");
  const std::string what =
      subpolicies ? groupedText(static_cast<long long>(subpolicies->asArray().size())) + " sub-policies give "
                  : "";
  return fmt::format("{}: {}: {}{} of JSON, at most {} are kept; leave some out, or split it", from.string(),
                     quotable(list.name), what, bytesText(static_cast<double>(text.size())),
                     bytesText(kMaxBytes));
}

[[noreturn]] void throwFirst(const std::vector<LeftOut>& wrong) {
  if (wrong.size() == 1) throw Error(wrong.front().why);
  throw Error(
      fmt::format("{}; {} more of its lists cannot be used either", wrong.front().why, wrong.size() - 1));
}

/// Puts policies into the library, all or, where it throws, none. What is there may be made by another
/// process after installable() has looked: of two that import under one name, one is refused.
class Installation {
 public:
  ~Installation() {
    std::error_code ignored;
    for (const fs::path& file : made_) fs::remove(file, ignored);
  }
  void add(const InstalledPolicy& policy, std::string_view text, const fs::path& from) {
    std::error_code error;
    fs::create_directories(policy.file.parent_path(), error);
    if (error)
      throw Error(
          fmt::format("cannot make the folder {}: {}", policy.file.parent_path().string(), error.message()));
    if (isInstalled(policy, from)) return;
    if (writeNewFileAtomically(policy.file, text))
      made_.push_back(policy.file);
    else if (!isInstalled(policy, from))  // a link that leads nowhere, or a file that came and went
      throw Error(
          fmt::format("cannot create '{}': something of the name is there; remove it", policy.file.string()));
  }
  void keep() { made_.clear(); }

 private:
  std::vector<fs::path> made_;
};

/// Of a file in one of our formats.
Import importOurs(const Json& json, const std::string& text, const fs::path& file,
                  const ImportOptions& options) {
  const FoundPolicy policy = foundPolicyFromJson(json, file.string());
  if (options.levels != Levels::found)
    throw UsageError(
        fmt::format("{}: the file states how its levels are read (decoding: {}); leave --levels out",
                    file.string(), gridName(policy.grid)));
  Import result;
  result.policies.push_back(installable(options.name.empty() ? policy.name : options.name, text, file));
  Installation installation;
  installation.add(result.policies.front(), text, file);
  installation.keep();
  return result;
}

bool isHash(std::string_view hash) {
  return hash.size() == 64 && hash.find_first_not_of("0123456789abcdef") == hash.npos;
}

UsageError unknownPolicy(const std::string& name, const std::string& place) {
  if (isPolicyPath(name))
    return UsageError(fmt::format("{}there is no policy file '{}'", place, quotable(name)));
  const std::vector<std::string> known = policyNames();
  return UsageError(
      fmt::format("{}unknown policy '{}'; known: {}; others come with 'uada policies import FILE'{}", place,
                  quotable(name), joined(known, " "), suggestion(name, known)));
}

}  // namespace

fs::path policiesFolder() {
  const char* data = std::getenv("XDG_DATA_HOME");
  if (data && fs::path(data).is_absolute()) return fs::path(data) / "uada/policies";
  const char* home = std::getenv("HOME");
  if (!home || !*home)
    throw Error("cannot tell where policies are kept: neither XDG_DATA_HOME nor HOME is set");
  return fs::path(home) / ".local/share/uada/policies";
}

std::vector<InstalledPolicy> installedPolicies() {
  std::vector<InstalledPolicy> all;
  for (const auto& [name, text] : kShippedPolicies) all.push_back(described(name, {}, text));
  for (const std::string& name : importedNames()) all.push_back(examined(fileOf(name)));
  return all;
}

Import importPolicy(const fs::path& file, const ImportOptions& options) {
  const bool isState = isTorchFile(file);
  const std::string text = isState ? "" : policyText(file);
  if (isOurs(text)) {
    const Json json = parseJson(text, file.string());
    if (!holdsLists(json)) return importOurs(json, text, file, options);
  }
  Published found = isState ? publishedState(file, options.levels)
                            : fromPublished(text, file.string(), options.epochs, options.levels);
  const auto chosen = std::ranges::find(found.policies, options.name, &NamedLiteral::name);
  if (chosen != found.policies.end()) found = {{std::move(*chosen)}, {}};
  Import result;
  result.passed = std::move(found.passed);
  const bool alone = found.policies.size() == 1;
  std::vector<std::string> texts;
  for (NamedLiteral& literal : found.policies) {
    const std::string& own = literal.name;
    const std::string name = options.name.empty() ? own : alone ? options.name : options.name + "-" + own;
    std::string problem = literal.problem, written;
    if (problem.empty()) problem = writtenText(literal, file, written);
    if (problem.empty() && !alone && !isGoodName(name)) problem = badName(name, file);
    if (problem.empty()) {
      result.policies.push_back(installable(name, written, file));
      texts.push_back(std::move(written));
    } else {
      result.wrong.push_back({own, std::move(problem)});
    }
  }
  if (result.policies.empty()) throwFirst(result.wrong);
  // All that are sound or none: written only when each may be.
  Installation installation;
  for (std::size_t i = 0; i < texts.size(); ++i) installation.add(result.policies[i], texts[i], file);
  installation.keep();
  return result;
}

std::vector<std::string> policyNames() {
  std::vector<std::string> names;
  for (const auto& [name, text] : kShippedPolicies) names.emplace_back(name);
  std::ranges::move(importedNames(), std::back_inserter(names));
  return names;
}

InstalledPolicy describedCopy(const PolicyFile& kept) {
  InstalledPolicy policy;
  policy.name = kept.name;
  policy.sha256 = kept.sha256;
  try {
    policy = described(kept.name, {}, kept.text);
    if (policy.sha256 != kept.sha256)
      policy.problem = fmt::format("its SHA-256 is not the recorded {}", kept.sha256);
  } catch (const Error& error) {
    policy.problem = error.what();
  }
  return policy;
}

InstalledPolicy removePolicy(const std::string& name) {
  if (isOwn(name))
    throw UsageError(fmt::format("the policy '{}' comes with the program and cannot be removed", name));
  if (!isGoodName(name) || !isThere(fileOf(name))) {
    const std::vector<std::string> imported = importedNames();
    throw UsageError(fmt::format("there is no imported policy '{}'; imported: {}{}", quotable(name),
                                 imported.empty() ? "none" : joined(imported, " "),
                                 suggestion(name, imported)));
  }
  InstalledPolicy policy = examined(fileOf(name));
  std::error_code error;
  fs::remove(policy.file, error);
  if (error) throw Error(fmt::format("cannot remove '{}': {}", policy.file.string(), error.message()));
  return policy;
}

bool isPolicyPath(std::string_view name) { return name.find('/') != name.npos || name.ends_with(".json"); }

std::optional<PolicyFile> findPolicyFile(const std::string& name) {
  if (const char* text = shippedText(name)) return PolicyFile{name, sha256(std::string_view(text)), text};
  if (!isPolicyPath(name) && !isGoodName(name)) return {};
  const fs::path file = isPolicyPath(name) ? fs::path(name) : fileOf(name);
  if (!isThere(file)) return {};
  std::string text = policyText(file);
  return PolicyFile{name, sha256(text), std::move(text)};
}

/// findPolicyFile(), but for what has been looked up already.
static std::optional<PolicyFile> lookUp(const std::string& name, const std::vector<PolicyFile>& kept) {
  const auto found = std::ranges::find_if(
      kept, [&](const PolicyFile& file) { return file.name == name && file.isLookedUp; });
  if (found == kept.end()) return findPolicyFile(name);
  if (found->sha256.empty()) return {};
  return PolicyFile{name, found->sha256, found->text};
}

Json namedPolicy(const std::string& name, const std::vector<PolicyFile>& kept, const std::string& where) {
  if (std::ranges::find(policies(), name, &Policy::name) != policies().end())
    return Json::Object{{"name", name}};
  const bool isKept = std::ranges::any_of(
      kept, [&](const PolicyFile& file) { return file.name == name && !file.isLookedUp; });
  if (isKept || lookUp(name, kept)) return Json::Object{{"name", "found"}, {"file", name}};
  if (name.starts_with("rand-"))
    throw UsageError(fmt::format(
        "{}unknown policy '{}'; a text for timm's --aa is a setting of the policy timm-randaugment: give "
        R"({{"name": "timm-randaugment", "aa": "{}"}})",
        where.empty() ? "" : where + ": ", quotable(name), quotable(name)));
  std::vector<std::string> known;
  for (const Policy& policy : policies()) known.push_back(policy.name);
  std::ranges::move(policyNames(), std::back_inserter(known));
  for (const PolicyFile& file : kept)
    if (!file.isLookedUp && std::ranges::find(known, file.name) == known.end()) known.push_back(file.name);
  throw UsageError(fmt::format(
      "{}unknown policy '{}'; known: {}; others come with 'uada policies import FILE'{}",
      where.empty() ? "" : where + ": ", quotable(name), joined(known, " "), suggestion(name, known)));
}

PolicyFile choosePolicyFile(const std::string& name, const std::string& hash,
                            const std::vector<PolicyFile>& kept, const std::string& where) {
  const std::string place = where.empty() ? "" : where + ": ";
  if (!hash.empty() && !isHash(hash))
    throw Error(
        fmt::format("{}sha256: '{}' found, 64 digits of 0-9 and a-f expected, as 'uada policies list "
                    "--json' shows them; leave it out to take any content",
                    place, quotable(hash)));
  const std::optional<PolicyFile> here = lookUp(name, kept);
  const auto used = std::ranges::find_if(
      kept, [&](const PolicyFile& file) { return file.name == name && !file.isLookedUp; });
  const bool isUsed = used != kept.end();
  const auto sound = [&]() -> const PolicyFile& {
    if (sha256(std::string_view(used->text)) == used->sha256) return *used;
    throw Error(
        fmt::format("{}the project's copy of the policy '{}' is damaged: its SHA-256 is not the recorded {}; "
                    "restore a copy of the project",
                    place, quotable(name), used->sha256));
  };
  if (!here && !isUsed) throw unknownPolicy(name, place);
  if (!hash.empty()) {
    if (here && here->sha256 == hash) return *here;
    if (isUsed && used->sha256 == hash) return sound();
    throw Error(fmt::format(
        "{}the policy '{}' has changed: SHA-256 {} stated, {} found; give the old file, or leave the "
        "hash out",
        place, quotable(name), hash, here ? here->sha256 : used->sha256));
  }
  if (here && isUsed && here->sha256 != used->sha256)
    throw Error(fmt::format(
        "{}the policy '{}' is not the one that this project has used under that name: SHA-256 {} here, "
        "{} in the project; give it another name, or state the project's with \"sha256\" to use that",
        place, quotable(name), here->sha256, used->sha256));
  return here ? *here : sound();
}

FoundPolicy policyIn(const PolicyFile& file) {
  return foundPolicyFromJson(parseJson(file.text, file.name), file.name);
}

LoadedPolicy loadPolicy(const std::string& name) {
  const PolicyFile file = choosePolicyFile(name, "", {});
  return {policyIn(file), file.sha256};
}

}  // namespace uada
