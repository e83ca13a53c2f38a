#pragma once

#include <optional>
#include <string>

namespace uada {

/// Where wheels are asked for.
struct PackageIndex {
  std::string url;           ///< of the list of packages, without a slash at its end: "https://HOST/simple"
  std::string certificates;  ///< file of those to be trusted; empty: the system's
};

/// `url` if it is not empty; else the one that pip takes: $PIP_INDEX_URL, then `index-url` in the user's
/// pip.conf or the file $PIP_CONFIG_FILE that stands for it, then in the system's (no file at all is read if
/// that is /dev/null), then the one that pip had when this program was built. `certificates` likewise. Throws
/// UsageError if there is none.
PackageIndex packageIndex(const std::string& url);

/// The address in a page of links, as an index makes one for each package, whose fragment says this SHA-256.
/// It may be relative to the page. None: the page has none with that hash.
std::optional<std::string> linkWithHash(const std::string& page, const std::string& hash);

/// A value in the text of a pip.conf: of `key` in the section [global].
std::optional<std::string> pipValue(const std::string& text, const std::string& key);

}  // namespace uada
