#include "core/base/Endings.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"

namespace uada {
namespace {

namespace fs = std::filesystem;

bool has(const std::vector<std::string>& forms, const std::string& form) {
  return std::ranges::find(forms, form) != forms.end();
}

/// ".csv, .md or .tex", ".png, or nothing for a folder".
std::string endingsText(const std::vector<std::string>& forms) {
  std::vector<std::string> names;
  for (const std::string& form : forms)
    if (!form.empty()) names.push_back('.' + form);
  std::string text = names.back();
  names.pop_back();
  if (!names.empty()) text = joined(names, ", ") + " or " + text;
  return has(forms, "") ? text + ", or in nothing for a folder" : text;
}

}  // namespace

std::string endingOf(const fs::path& file) {
  std::string ending = file.extension().string();
  if (!ending.empty()) ending.erase(0, 1);
  std::ranges::transform(ending, ending.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
  return ending;
}

std::string formOf(const std::vector<std::string>& forms, std::string_view asked) {
  if (asked.empty()) return forms.front();
  const std::string form(asked == "text" ? "txt" : asked);
  if (has(forms, form) && !form.empty()) return form;
  std::vector<std::string> known;
  for (const std::string& each : forms)
    if (!each.empty()) known.push_back(each == "txt" ? "text" : each);
  throw UsageError(fmt::format("unknown format '{}'; known: {}", quotable(asked), joined(known, " ")));
}

std::string formOf(const fs::path& file, std::string_view what, const std::vector<std::string>& forms,
                   std::string_view asked) {
  std::error_code absent;
  const bool isFolder = has(forms, "") && fs::is_directory(file, absent);
  const std::string ending = isFolder ? "" : endingOf(file), form = formOf(forms, asked);
  const std::string name = quotable(file.string());
  if (!has(forms, ending) && (asked.empty() || !ending.empty()))
    throw UsageError(fmt::format("cannot write '{}': the name of {} ends in {}, and this one in {}", name,
                                 what, endingsText(forms),
                                 ending.empty() ? "nothing" : quotable('.' + ending)));
  if (!asked.empty() && !ending.empty() && ending != form)
    throw UsageError(
        fmt::format("cannot write '{}': the format {} is asked for, and the name ends in .{}; leave "
                    "out the one or change the other",
                    name, asked, ending));
  return asked.empty() ? ending : form;
}

}  // namespace uada
