#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace uada {

/// Nothing, a number, or a text.
using SheetValue = std::variant<std::monostate, double, std::string>;

/// Rows of numbers and texts, as spreadsheets have them.
struct Sheet {
  struct Entry {
    SheetValue value;
    bool isBold = false;
  };
  std::string name;  ///< at most 31 characters, none of []:*?/ and the backslash
  std::vector<std::string> header;
  std::vector<std::vector<Entry>> rows;

  static Entry number(std::optional<double> value, bool isBold = false);
  static Entry text(std::string value) { return {std::move(value)}; }
  static Entry count(std::size_t value) { return {static_cast<double>(value)}; }
};

/// With its header; numbers as the fewest digits that read back to them.
std::string csv(const Sheet& sheet);

/// The bytes of a workbook of Excel (Office Open XML), a page for each sheet: numbers are numbers, texts are
/// never formulas; those that are no finite number are texts. Throws Error if it cannot be written: it is put
/// together in a file of the system's folder for temporary ones.
std::string xlsx(const std::vector<Sheet>& sheets);

}  // namespace uada
