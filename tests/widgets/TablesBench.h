#pragma once

#include <QSettings>
#include <QTemporaryDir>

#include "tests/core/FakeEngine.h"
#include "widgets/panels/tables/TablesPanel.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada::test {

/// The view Tables of a project as somebody sees it.
struct TablesBench {
  /// project  empty: none is open
  explicit TablesBench(const QString& project, QSize size = {1200, 700}) {
    if (!project.isEmpty()) session.openProject(project);
    panel = std::make_unique<TablesPanel>(workbench);
    panel->resize(size);
    panel->show();
  }
  QTemporaryDir folder;
  QSettings settings{folder.filePath("settings.ini"), QSettings::IniFormat};
  const Theme theme;
  FakeEngine engine;
  Session session{theme, [this]() -> Engine& { return engine; }, Answers::atOnce};
  const Workbench workbench{session, settings, theme};
  std::unique_ptr<TablesPanel> panel;
};

}  // namespace uada::test
