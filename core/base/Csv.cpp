#include "core/base/Csv.h"

namespace uada {

std::string csvCell(std::string text) {
  if (text.find_first_of(",\"\r\n") == text.npos) return text;
  for (std::size_t i = 0; (i = text.find('"', i)) != text.npos; i += 2) text.insert(i, 1, '"');
  return '"' + text + '"';
}

std::vector<std::string> csvValues(std::string_view line) {
  std::vector<std::string> values(1);
  bool isQuoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && isQuoted && i + 1 < line.size() && line[i + 1] == '"')
      values.back() += line[++i];
    else if (c == '"' && (isQuoted || values.back().empty()))
      isQuoted = !isQuoted;
    else if (c == ',' && !isQuoted)
      values.emplace_back();
    else
      values.back() += c;
  }
  return values;
}

}  // namespace uada
