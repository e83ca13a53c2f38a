#include "app/gui/Options.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QFileInfo>
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
      "live.png\n         uada-workbench --export live/loss --project demo.uada --out loss.svg --size "
      "640x400");
  parser.addHelpOption();
  parser.addVersionOption();
  parser.addOptions(
      {{"project", "Open this project, or create it.", "FILE"},
       {"settings", "Keep layouts and choices in this file.", "FILE"},
       {"theme", "light or dark; else as was chosen in the window.", "KIND"},
       {"no-restore", "Begin with the start page and the usual layout, not with what was open last."},
       {"new-instance", "Open another window, even if there is one."},
       {"bench",
        "Print the time to the first paint as a JSON line, and end; with --project also how long it takes to "
        "open that, and the longest event while its runs are looked at."},
       {"bench-ops",
        "Print the times of a change in the op explorer and in an overlay of labels as JSON lines, and end."},
       {"bench-live", "Print what the live view costs a training beside it as a JSON line, and end."},
       {"export",
        "Write a view (live, samples, policy, compare, tables, ops, predictions), a chart in it (live/loss), "
        "all "
        "charts with their numbers (charts), or the whole window, without showing it, and end.",
        "KIND"},
       {"out", "File of the export; the ending is its kind: png, svg, pdf, csv ... Of charts: a folder.",
        "FILE"},
       {"as", "Kind of --export charts: png, svg or pdf.", "KIND", "pdf"},
       {"run", "Show this run in the export (key, number or title; repeatable); else the newest ones.",
        "RUN"},
       {"table",
        "Number or name of the table that --export tables writes; else the first with a measured cell.", "N"},
       {"size", "Of the exported window, or chart.", "WIDTHxHEIGHT", "1440x900"}});
}

bool isOther(const QString& file) {
  return file.endsWith(".json", Qt::CaseInsensitive) || QFileInfo(file).isDir();
}

/// The arguments that name projects.
QStringList projectsIn(const QCommandLineParser& parser) {
  QStringList files = parser.positionalArguments();
  files.removeIf(isOther);
  return files;
}

/// Throws UsageError for options that do not fit together.
void requireSense(const QCommandLineParser& parser) {
  const bool isGiven = parser.isSet("project");
  const QStringList others = projectsIn(parser);
  if (others.size() > (isGiven ? 0 : 1))
    throw UsageError("one project expected; '" + others.back().toStdString() + "' is one too many");
  if (isGiven && parser.value("project").isEmpty()) throw UsageError("--project is empty; give a FILE");
  if (parser.isSet("table") && parser.isSet("export") && parser.value("export") != "tables")
    throw UsageError("--table has no effect without --export tables; leave it out");
  const QString kind = parser.value("as");
  if (kind != "png" && kind != "svg" && kind != "pdf") throw UsageError("--as is png, svg or pdf");
  if (parser.isSet("as") && parser.isSet("export") && parser.value("export") != "charts")
    throw UsageError("--as has no effect without --export charts; leave it out");
  for (const char* name : {"out", "run", "table", "size", "as"})
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

/// Throws UsageError for a number that no table has. Names are the project's own tables.
QString tableOf(const QString& text) {
  numberedTable(text.toStdString());
  return text;
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
  if (const QStringList named = projectsIn(parser); options.project.isEmpty() && !named.isEmpty())
    options.project = named.front();
  for (const QString& file : parser.positionalArguments())
    if (isOther(file)) options.files << file;
  options.restores = !parser.isSet("no-restore");
  options.newInstance = parser.isSet("new-instance");
  options.settings = parser.value("settings");
  options.theme = parser.value("theme");
  options.bench = parser.isSet("bench");
  options.benchOps = parser.isSet("bench-ops");
  options.benchLive = parser.isSet("bench-live");
  options.exportKind = parser.value("export").section('/', 0, 0);
  options.chart = parser.value("export").section('/', 1);
  options.chartKind = parser.value("as");
  options.isSized = parser.isSet("size");
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
