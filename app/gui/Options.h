#pragma once

#include <QSize>
#include <QString>
#include <QStringList>

namespace uada {

struct Options {
  QString project, settings, theme;
  bool bench = false, benchOps = false, benchLive = false;
  bool restores = true;      ///< the last project and layout
  bool newInstance = false;  ///< even if there is a window
  /// A view's name, or "window", or "charts": all of them into the folder `out`
  QString exportKind, out;
  QString chartKind;     ///< of all charts: "pdf"
  bool isSized = false;  ///< `size` was given
  QString chart;         ///< name of one in the view; empty: the whole view
  QStringList runs;      ///< shown in the export; the first is selected
  QString table;         ///< number or name of the exported one; empty: the first that has measured cells
  QSize size;            ///< of the window; of a chart
  QStringList files;     ///< that are no project: experiments, folders of data
};
/// Needs a QCoreApplication. Exits after --help and --version. Throws UsageError.
Options readOptions(const QStringList& arguments);

}  // namespace uada
