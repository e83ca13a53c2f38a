#include "app/gui/Options.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <algorithm>
#include <string>

#include "core/base/Error.h"
#include "core/tables/Table.h"
#include "widgets/models/Saving.h"

namespace uada {

namespace {

void describe(QCommandLineParser& parser) {
  parser.setApplicationDescription(
      "The window of the UADA Workbench.\n\nExample: uada-workbench --export live --project demo.uada --out "
      "live.png");
  parser.addHelpOption();
  parser.addVersionOption();
  parser.addOptions(
      {{"project", "Open this project, or create it.", "FILE"},
       {"settings", "Keep layouts and choices in this file.", "FILE"},
       {"theme", "light or dark; else as the desktop.", "KIND"},
       {"bench",
        "Print the time to the first paint as a JSON line, and end; with --project also how long it takes to "
        "open that, and the longest event while its runs are looked at."},
       {"bench-ops",
        "Print the times of a change in the op explorer and in an overlay of labels as JSON lines, and end."},
       {"export",
        "Write a view (live, samples, policy, compare, tables, ops, predictions) or the whole window without "
        "showing it, "
        "and end.",
        "KIND"},
       {"out", "File of the export; the ending is its kind: png, pdf, csv ...", "FILE"},
       {"run", "Show this run in the export (key, number or title; repeatable); else the newest ones.",
        "RUN"},
       {"table", "Number of the table that --export tables writes; else the first with a measured cell.",
        "N"},
       {"size", "Of the exported window.", "WIDTHxHEIGHT", "1440x900"}});
}

/// Throws UsageError for options that do not fit together.
void requireSense(const QCommandLineParser& parser) {
  const bool isGiven = parser.isSet("project");
  if (parser.positionalArguments().size() > (isGiven ? 0 : 1))
    throw UsageError("one project expected; '" + parser.positionalArguments().back().toStdString() +
                     "' is one too many");
  if (isGiven && parser.value("project").isEmpty()) throw UsageError("--project is empty; give a FILE");
  if (parser.isSet("table") && parser.isSet("export") && parser.value("export") != "tables")
    throw UsageError("--table has no effect without --export tables; leave it out");
  for (const char* name : {"out", "run", "table", "size"})
    if (parser.isSet(name) && !parser.isSet("export"))
      throw UsageError(std::string("--") + name + " has no effect without --export; leave it out");
  const QString theme = parser.value("theme");
  if (!theme.isEmpty() && theme != "light" && theme != "dark") throw UsageError("--theme is light or dark");
}

QSize sizeOf(const QString& text) {
  const QStringList sides = text.split('x');
  const QSize size(sides.value(0).toInt(), sides.value(1).toInt());
  if (size.isEmpty()) throw UsageError("--size is WIDTHxHEIGHT, such as 1440x900");
  requireDrawable(size, "--size " + text, "give a smaller one");
  return size;
}

/// 0: none is given.
int tableOf(const QString& text) {
  if (text.isNull()) return 0;
  bool isNumber = false;
  const int number = text.toInt(&isNumber);
  if (isNumber && std::ranges::find(tables(), number, &TableEntry::number) != tables().end()) return number;
  std::string known;
  for (const TableEntry& entry : tables()) known += " " + std::to_string(entry.number);
  throw UsageError("--table: there is no table '" + text.toStdString() + "'; known:" + known);
}

}  // namespace

Options readOptions(const QStringList& arguments) {
  QCommandLineParser parser;
  describe(parser);
  if (!parser.parse(arguments)) throw UsageError(parser.errorText().toStdString());
  if (parser.isSet("help")) parser.showHelp();
  if (parser.isSet("version")) parser.showVersion();
  requireSense(parser);
  Options options;
  options.project = parser.value("project");
  if (options.project.isEmpty() && !parser.positionalArguments().isEmpty())
    options.project = parser.positionalArguments().front();
  options.settings = parser.value("settings");
  options.theme = parser.value("theme");
  options.bench = parser.isSet("bench");
  options.benchOps = parser.isSet("bench-ops");
  options.exportKind = parser.value("export");
  options.out = parser.value("out");
  options.runs = parser.values("run");
  options.table = tableOf(parser.value("table"));
  options.size = sizeOf(parser.value("size"));
  if (!options.exportKind.isEmpty() && (options.out.isEmpty() || options.project.isEmpty())) {
    throw UsageError("--export needs --project FILE and --out FILE");
  }
  return options;
}

}  // namespace uada
