#include "core/libtorch/Index.h"

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string_view>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Files.h"

namespace uada {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMostConfig = 1 << 20;  // bytes

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string trimmed(std::string_view text) {
  constexpr const char* kSpaces = " \t\r\n";
  const auto first = text.find_first_not_of(kSpaces);
  if (first == text.npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(kSpaces) - first + 1));
}

std::vector<fs::path> usersPipFiles() {
  std::vector<fs::path> files;
  const fs::path home = variable("HOME"), config = variable("XDG_CONFIG_HOME");
  if (!config.empty())
    files.push_back(config / "pip/pip.conf");
  else if (!home.empty())
    files.push_back(home / ".config/pip/pip.conf");
  if (!home.empty()) files.push_back(home / ".pip/pip.conf");
  return files;
}

/// pip's files, the one that counts most first. One that is named stands for the user's, where it is there.
std::vector<fs::path> pipFiles() {
  const std::string named = variable("PIP_CONFIG_FILE");
  if (named == "/dev/null") return {};
  std::error_code missing;
  std::vector<fs::path> files =
      !named.empty() && fs::exists(named, missing) ? std::vector<fs::path>{named} : usersPipFiles();
  files.insert(files.end(), {"/etc/pip.conf", "/etc/xdg/pip/pip.conf"});
  return files;
}

/// What pip would take for an option, by its variable or its files; empty: nobody said.
std::string pipSetting(const char* name, const std::string& key) {
  if (const std::string value = variable(name); !value.empty()) return value;
  for (const fs::path& file : pipFiles()) {
    std::error_code ignored;  // pip passes over files that are not there
    if (!fs::is_regular_file(file, ignored)) continue;
    if (const auto value = pipValue(readTextFile(file, kMostConfig), key)) return *value;
  }
  return "";
}

std::string certificateFile() {
  for (const std::string& file : {pipSetting("PIP_CERT", "cert"), variable("CURL_CA_BUNDLE")})
    if (!file.empty()) return file;
  return variable("SSL_CERT_FILE");
}

/// "&amp;" stands for "&" in HTML, and in addresses nothing else has to be written that way.
std::string plainAddress(std::string text) {
  constexpr std::string_view kAnd = "&amp;";
  for (auto at = text.find(kAnd); at != text.npos; at = text.find(kAnd, at + 1))
    text.replace(at, kAnd.size(), "&");
  return text;
}

}  // namespace

std::optional<std::string> pipValue(const std::string& text, const std::string& key) {
  std::istringstream lines(text);
  std::string section;
  std::optional<std::string> value;
  for (std::string line; std::getline(lines, line);) {
    line = trimmed(line);
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    if (line[0] == '[') section = line;
    const auto sign = line.find_first_of("=:");
    if (section != "[global]" || sign == line.npos) continue;
    std::string name = trimmed(line.substr(0, sign));
    for (char& c : name)
      if (c == '_') c = '-';
    if (name == key) value = trimmed(line.substr(sign + 1));
  }
  return value;
}

PackageIndex packageIndex(const std::string& url) {
  PackageIndex index{url.empty() ? pipSetting("PIP_INDEX_URL", "index-url") : url, certificateFile()};
  if (index.url.empty()) index.url = UADA_PACKAGE_INDEX;
  while (index.url.ends_with('/')) index.url.pop_back();
  if (index.url.empty())
    throw UsageError(
        "no package index is known to fetch LibTorch from; name one with --index URL, or as pip takes it: "
        "PIP_INDEX_URL or index-url in pip.conf");
  return index;
}

std::optional<std::string> linkWithHash(const std::string& page, const std::string& hash) {
  const auto found = page.find("#sha256=" + hash);
  if (found == page.npos) return std::nullopt;
  const auto quote = page.find_last_of("\"'", found);
  if (quote == page.npos) return std::nullopt;
  return plainAddress(page.substr(quote + 1, found - quote - 1));
}

}  // namespace uada
