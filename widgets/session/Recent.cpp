#include "widgets/session/Recent.h"

#include <QDateTime>
#include <QFileInfo>
#include <QLocale>
#include <QObject>
#include <QSettings>

#include "core/base/Error.h"
#include "core/store/Project.h"
#include "widgets/session/QtText.h"

namespace uada {

static constexpr int kMost = 8;

ProjectGist readGist(const QString& file) {
  ProjectGist gist;
  try {
    const std::vector<RunSummary> runs = ProjectReader(file.toStdString()).runs();
    gist.runs = static_cast<int>(runs.size());
    if (runs.empty()) return gist;
    gist.newest = text(runs.front().created);
    // Results of different data sets and tasks are not compared: of the images last worked with.
    const RunSummary* best = nullptr;
    for (const RunSummary& run : runs) {
      if (!run.best || run.dataset != runs.front().dataset || run.metric != runs.front().metric) continue;
      if (!best || mainMetric(run).isBetter(*run.best, *best->best)) best = &run;
    }
    if (best)
      gist.best = QObject::tr("best %1 %2 on %3 (%4)")
                      .arg(text(mainMetric(*best).title), text(mainMetric(*best).text(*best->best)),
                           text(best->dataset), text(best->method));
  } catch (const std::exception& error) {
    gist.problem = text(problemText(error));
  }
  return gist;
}

QString gistText(const ProjectGist& gist) {
  if (!gist.problem.isEmpty()) return gist.problem;
  if (gist.runs == 0) return QObject::tr("no runs yet");
  const QString runs =
      gist.runs == 1 ? QObject::tr("1 run") : QObject::tr("%1 runs").arg(QLocale::c().toString(gist.runs));
  return gist.best.isEmpty() ? runs : runs + QStringLiteral(" · ") + gist.best;
}

QStringList recentProjects(const QSettings& settings) {
  QStringList list = settings.value("recent").toStringList();
  list.removeIf([](const QString& file) { return !QFileInfo::exists(file); });
  return list.mid(0, kMost);
}

static QString keyOf(const QString& file) { return "opened/" + QString::fromLatin1(file.toUtf8().toHex()); }

void rememberProject(QSettings& settings, const QString& file) {
  QStringList list = settings.value("recent").toStringList();
  list.removeAll(file);
  list.prepend(file);
  while (list.size() > kMost) settings.remove(keyOf(list.takeLast()));
  settings.setValue("recent", list);
  settings.setValue(keyOf(file), QDateTime::currentDateTimeUtc().toString(Qt::ISODate));
}

QString lastOpened(const QSettings& settings, const QString& file) {
  const QDateTime when =
      QDateTime::fromString(settings.value(keyOf(file)).toString(), Qt::ISODate).toLocalTime();
  if (!when.isValid()) return {};
  const qint64 days = when.date().daysTo(QDate::currentDate());
  const QString time = when.toString("HH:mm");
  if (days == 0) return QObject::tr("today %1").arg(time);
  if (days == 1) return QObject::tr("yesterday %1").arg(time);
  return QLocale::c().toString(when.date(), "d MMM yyyy");
}

}  // namespace uada
