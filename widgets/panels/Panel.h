#pragma once

#include <QStringList>
#include <QWidget>
#include <vector>

#include "widgets/session/Workbench.h"

namespace uada {

/// The base of every panel. Export (Ctrl+E, the panel's own button, --export) writes what is seen.
class PanelWidget : public QWidget {
  Q_OBJECT
 public:
  explicit PanelWidget(const Workbench& workbench, QWidget* parent = nullptr)
      : QWidget(parent), workbench_(workbench) {}

  /// For a file dialogue: "Picture (*.png)", the preferred one first. Their endings are those that work.
  virtual QStringList exportFilters() const { return {QStringLiteral("Picture (*.png)")}; }
  /// What a file of it is called at first, without its ending: "table2". Empty: by the panel's title.
  virtual QString exportName() const { return {}; }
  /// The file's ending decides the form. Throws Error.
  void exportTo(const QString& file);
  /// What Copy puts on the clipboard. Default: the panel as a picture.
  virtual void copy() const;
  /// For --export, where nobody is there to choose: begins to show something if nothing is shown. Default:
  /// leaves the panel as it is. Throws Error.
  virtual void prepareExport() {}
  /// Whether what is to be shown is still being read.
  virtual bool isReading() const { return false; }

 protected:
  /// ending  of the file, one of those of exportFilters(). Throws Error. Default: whole() as a picture
  virtual void writeExport(const QString& file, const std::string& ending);
  /// The panel as a picture, enlarged so far that none of its tables scrolls. Throws Error for more than
  /// 16,000 pixels a side or 100 million.
  QPixmap whole();

  const Workbench& workbench_;
};

enum class PanelPlace { view, left, right, bottom };

/// A catalogue entry of `panels.def`: PANEL(samples, view) stands for `Panel samples();` in namespace
/// uada::panel, defined beside the panel's class. That one line gives a tab or dock, a View menu entry and a
/// construction test.
struct Panel {
  const char* name;   ///< object name; part of saved layouts, so it never changes
  const char* title;  ///< tab or dock title
  const char* help;   ///< one sentence: what it shows
  PanelWidget* (*make)(const Workbench& workbench);
  PanelPlace place = PanelPlace::view;  ///< set by the catalogue
};
namespace panel {
#define PANEL(name, place) Panel name();
#include "widgets/panels/panels.def"
#undef PANEL
}  // namespace panel
const std::vector<Panel>& panels();

/// A page that says what will appear here and what starts it.
QWidget* emptyState(const Workbench& workbench, const QString& what, const QString& how,
                    const QString& icon = QStringLiteral("live"));

}  // namespace uada
