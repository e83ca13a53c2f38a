#include "core/tables/Sheet.h"

#include <fmt/core.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/tables/Grid.h"

namespace uada {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostWorkbookBytes = std::size_t{1} << 30;
constexpr std::size_t kMostText = 32767;  // characters of a cell
constexpr double kColumnWidth = 14, kTextWidth = 28;

std::string csvEntry(const Sheet::Entry& entry) {
  if (const auto* number = std::get_if<double>(&entry.value)) return csvNumber(*number);
  const auto* text = std::get_if<std::string>(&entry.value);
  return text ? csvText(*text) : std::string();
}

/// In one line, without what XML cannot hold, and no longer than a cell may be.
std::string cellText(const std::string& text) {
  std::string kept;
  for (const char c : text)
    if (c == '\n')
      kept += ' ';
    else if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f)
      kept += c;
  if (kept.size() <= kMostText) return kept;
  std::size_t end = kMostText;
  while (end > 0 && (static_cast<unsigned char>(kept[end]) & 0xc0) == 0x80) --end;
  return kept.substr(0, end);
}

struct Formats {
  lxw_format *plain, *bold;
};

void require(lxw_error error) {
  if (error != LXW_NO_ERROR)
    throw Error(fmt::format("the workbook cannot be written: {}", lxw_strerror(error)));
}

void writeEntry(lxw_worksheet* page, lxw_row_t row, lxw_col_t column, const Sheet::Entry& entry,
                const Formats& formats) {
  lxw_format* const format = entry.isBold ? formats.bold : formats.plain;
  if (const auto* number = std::get_if<double>(&entry.value); number && std::isfinite(*number))
    require(worksheet_write_number(page, row, column, *number, format));
  else if (number)
    require(worksheet_write_string(page, row, column, fmt::format("{}", *number).c_str(), format));
  else if (const auto* text = std::get_if<std::string>(&entry.value))
    require(worksheet_write_string(page, row, column, cellText(*text).c_str(), format));
}

void writePage(lxw_workbook* book, const Sheet& sheet, const Formats& formats) {
  lxw_worksheet* const page = workbook_add_worksheet(book, sheet.name.c_str());
  if (!page) throw Error(fmt::format("the workbook cannot have a page named '{}'", sheet.name));
  for (std::size_t column = 0; column < sheet.header.size(); ++column) {
    const auto isText = [&](const auto& row) {
      return column < row.size() && std::holds_alternative<std::string>(row[column].value);
    };
    const auto place = static_cast<lxw_col_t>(column);
    require(worksheet_set_column(
        page, place, place, std::ranges::any_of(sheet.rows, isText) ? kTextWidth : kColumnWidth, nullptr));
    writeEntry(page, 0, place, {sheet.header[column], true}, formats);
  }
  for (std::size_t row = 0; row < sheet.rows.size(); ++row)
    for (std::size_t column = 0; column < sheet.rows[row].size(); ++column)
      writeEntry(page, static_cast<lxw_row_t>(row + 1), static_cast<lxw_col_t>(column),
                 sheet.rows[row][column], formats);
  worksheet_freeze_panes(page, 1, 1);
}

/// A name in the folder for temporary files, which nobody else has; removed in the end.
class TemporaryFile {
 public:
  TemporaryFile() {
    std::string name = (fs::temp_directory_path() / "uada-XXXXXX").string();
    const int file = ::mkstemp(name.data());
    if (file < 0)
      throw Error(fmt::format("no file can be made in '{}', where a workbook is put together",
                              fs::temp_directory_path().string()));
    ::close(file);
    path_ = name;
  }
  ~TemporaryFile() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

Sheet::Entry Sheet::number(std::optional<double> value, bool isBold) {
  return {value ? SheetValue(*value) : SheetValue(), isBold};
}

std::string csv(const Sheet& sheet) {
  std::string text = csvLine(sheet.header);
  for (const auto& row : sheet.rows) {
    std::vector<std::string> cells;
    for (const Sheet::Entry& entry : row) cells.push_back(csvEntry(entry));
    text += csvLine(cells);
  }
  return text;
}

std::string xlsx(const std::vector<Sheet>& sheets) {
  const TemporaryFile file;
  const std::string folder = fs::temp_directory_path().string();
  std::string tmpdir = folder;
  lxw_workbook_options options{};
  options.tmpdir = tmpdir.data();
  lxw_workbook* const book = workbook_new_opt(file.path().c_str(), &options);
  if (!book) throw Error("a workbook cannot be made: there is no memory for it");
  try {
    Formats formats{nullptr, workbook_add_format(book)};
    format_set_bold(formats.bold);
    for (const Sheet& sheet : sheets) writePage(book, sheet, formats);
  } catch (...) {
    lxw_workbook_free(book);
    throw;
  }
  require(workbook_close(book));
  return readTextFile(file.path(), kMostWorkbookBytes);
}

}  // namespace uada
