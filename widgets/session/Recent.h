#pragma once

#include <QString>
#include <QStringList>

class QSettings;

namespace uada {

/// What a project holds, in short.
struct ProjectGist {
  int runs = 0;
  QString best;     ///< "best top-1 84.20 % on fashion_mnist (uada)"; empty: no run was tested
  QString newest;   ///< when its newest run began, UTC, ISO 8601; empty: it has none
  QString problem;  ///< why it cannot be read; empty: it can
};
/// Reads the project file, which takes up to a second. Any thread. What is wrong with it stands in `problem`.
ProjectGist readGist(const QString& file);
/// "163 runs · best top-1 84.20 % on fashion_mnist (uada)", or the problem.
QString gistText(const ProjectGist& gist);

/// Projects that were opened, the newest first; those whose files are there.
QStringList recentProjects(const QSettings& settings);
void rememberProject(QSettings& settings, const QString& file);
/// When it was last opened here, as a person says it: "today 11:20", "3 Nov 2026"; empty: not known.
QString lastOpened(const QSettings& settings, const QString& file);

}  // namespace uada
