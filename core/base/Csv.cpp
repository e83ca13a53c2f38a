#include "core/base/Csv.h"

namespace uada {

std::string csvQuoted(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == text.npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

std::string csvText(std::string_view text) {
  constexpr std::string_view kFormula("=+-@\t\r\0", 7);
  const bool isFormula = !text.empty() && kFormula.find(text.front()) != kFormula.npos;
  return csvQuoted(isFormula ? '\'' + std::string(text) : std::string(text));
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
