#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/base/Printable.h"
#include "core/predictions/Prediction.h"

namespace uada {
namespace {

/// "train/a/x.png" -> "train/a/x".
std::string withoutEnding(const std::string& file) {
  const auto point = file.rfind('.');
  const auto begin = file.rfind('/') + 1;  // 0 without a folder
  return point != file.npos && point > begin ? file.substr(0, point) : file;
}

std::string withoutFolder(const std::string& file) { return file.substr(file.rfind('/') + 1); }

bool isSpace(char c) { return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r' || c == '\n'; }

}  // namespace

std::vector<std::string> fileNamesOf(std::vector<std::string> texts) {
  std::set<std::string> taken;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::string& text = texts[i];
    std::ranges::replace(text, '/', '_');
    if (!isPlainLine(text)) text = oneLine(text);
    if (text.empty() || text.front() == '.') text.insert(0, "_");
    while (!taken.insert(text).second) text += fmt::format("-{}", i);
  }
  return texts;
}

std::vector<std::string> sampleNames(const Dataset& data, std::size_t count) {
  const std::size_t digits = fmt::format("{}", data.size() > 0 ? data.size() - 1 : 0).size();
  std::vector<std::string> files, names;
  std::map<std::string, int> times;
  for (std::uint32_t i = 0; i < data.size(); ++i) {
    files.push_back(withoutEnding(data.fileName(i)));
    names.push_back(files.back().empty() ? fmt::format("{:0{}}", i, digits) : withoutFolder(files.back()));
    ++times[names.back()];
  }
  for (std::size_t i = 0; i < names.size(); ++i)
    if (times[names[i]] > 1 && !files[i].empty()) names[i] = files[i];
  if (data.targetKind() == TargetKind::boxes)
    for (std::string& name : names) std::ranges::replace_if(name, isSpace, '_');
  names = fileNamesOf(std::move(names));
  names.resize(count);
  return names;
}

}  // namespace uada
