#pragma once

#include <QSize>
#include <QString>
#include <QStringList>

namespace uada {

struct Options {
  QString project, settings, theme;
  bool bench = false, benchOps = false;
  QString exportKind, out;  ///< a view's name, or "window"
  QStringList runs;         ///< shown in the export; the first is selected
  int table = 0;            ///< number of the exported table; 0: the first that has measured cells
  QSize size;
};
/// Needs a QCoreApplication. Exits after --help and --version. Throws UsageError.
Options readOptions(const QStringList& arguments);

}  // namespace uada
