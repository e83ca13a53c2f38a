#include "app/gui/Commands.h"

#include <QApplication>
#include <QDateTime>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QProcess>
#include <QProgressDialog>
#include <QSettings>
#include <QTemporaryFile>
#include <algorithm>

#include "app/gui/FillView.h"
#include "core/base/Error.h"
#include "core/data/Dataset.h"
#include "widgets/forms/NewRunDialog.h"
#include "widgets/frame/Views.h"
#include "widgets/models/Saving.h"
#include "widgets/models/Words.h"
#include "widgets/panels/Panel.h"
#include "widgets/panels/tables/TexCheck.h"
#include "widgets/plot/ExportDialog.h"
#include "widgets/session/LogBook.h"
#include "widgets/session/Recent.h"
#include "widgets/session/Session.h"

namespace uada {

static const char* const kProjects = "UADA projects (*.uada)";

Commands::Commands(const Workbench& workbench, QWidget* window)
    : QObject(window), workbench_(workbench), window_(window) {}

Commands::~Commands() = default;

// ---- projects

void Commands::openProject(const QString& file, const std::function<void()>& then) {
  guarded([&] {
    workbench_.session.openProject(file, [this, then] {
      rememberProject(workbench_.settings, workbench_.session.projectFile());
      guarded(then);
    });
  });
}

static QString usualFolder(const QSettings& settings) {
  const QStringList recent = recentProjects(settings);
  return recent.isEmpty() ? QDir::homePath() : QFileInfo(recent.front()).absolutePath();
}

void Commands::newProject() {
  QFileDialog dialog(window_, tr("New project: one file that keeps all its runs"),
                     usualFolder(workbench_.settings), tr(kProjects));
  dialog.setAcceptMode(QFileDialog::AcceptSave);
  dialog.setOption(QFileDialog::DontConfirmOverwrite);  // one that is there is opened
  dialog.setLabelText(QFileDialog::Accept, tr("Create"));
  dialog.setDefaultSuffix("uada");
  dialog.selectFile("experiments.uada");
  if (dialog.exec() != QDialog::Accepted) return;
  const QString file = dialog.selectedFiles().front();
  const bool isThere = QFileInfo::exists(file);
  openProject(file, [this, file, isThere] {
    if (isThere) Q_EMIT notice(tr("%1 was there already, and is open now with its runs.").arg(file));
  });
}

void Commands::chooseProject() {
  const QString file = QFileDialog::getOpenFileName(
      window_, tr("Open a project, or a table that was exported as LaTeX"), usualFolder(workbench_.settings),
      tr(kProjects) + ";;" + tr("Exported tables (*.tex)"));
  if (!file.isEmpty()) openFiles({file});
}

void Commands::closeProject() {
  guarded([this] {
    Session& session = workbench_.session;
    session.closeProject();
    Q_EMIT session.projectChanged();
    Q_EMIT session.runsChanged();
    Q_EMIT session.queueChanged();
    Q_EMIT session.stateChanged();
  });
}

// ---- files from outside

void Commands::openFiles(const QStringList& files) {
  for (const QString& file : files) {
    const QFileInfo info(file);
    if (!info.exists()) {
      Q_EMIT workbench_.session.problem(tr("There is no '%1'").arg(file));
    } else if (info.isDir()) {
      openData(file);
    } else if (info.suffix().toLower() == "json") {
      openExperiment(file);
    } else if (info.suffix().toLower() == "uada") {
      openProject(info.absoluteFilePath());
    } else if (info.suffix().toLower() == "tex") {
      TexCheck::open(workbench_, info.absoluteFilePath(), window_);
    } else {
      Q_EMIT notice(
          tr("'%1' is no project (.uada), no experiment (.json), no exported table (.tex) and no folder of "
             "images: nothing was done")
              .arg(info.fileName()));
    }
  }
}

/// It is shown, and queued or started only there.
void Commands::openExperiment(const QString& file) {
  guarded([&] {
    const SweptExperiment experiment = readSwept(file.toStdString());
    setUpRun([experiment](NewRunDialog& dialog) { dialog.setExperiment(experiment); });
  });
}

/// Of a person's own images, by the folders that `uada list datasets` tells of; empty: of none.
static std::string ownDatasetIn(const QDir& folder) {
  const auto has = [&](std::initializer_list<const char*> names) {
    return std::ranges::all_of(names,
                               [&](const char* name) { return QFileInfo(folder.filePath(name)).isDir(); });
  };
  if (has({"train/images", "train/labels"})) return "maps";
  if (has({"JPEGImages", "Annotations"})) return "boxes";
  if (folder.exists("train.csv")) return "folder";
  const QDir classes(has({"train"}) ? folder.filePath("train") : folder.path());
  for (const QString& name : classes.entryList(QDir::Dirs | QDir::NoDotAndDotDot))
    if (!QDir(classes.filePath(name)).entryList({"*.png", "*.jpg", "*.jpeg"}, QDir::Files).isEmpty())
      return "folder";
  return "";
}

static std::string datasetIn(const QString& folder) {
  for (const DatasetEntry& entry : datasets())
    if (!entry.isOwn && entry.find(folder.toStdString())) return entry.name;
  return ownDatasetIn(folder);
}

void Commands::openData(const QString& folder) {
  guarded([&] {
    const std::string name = datasetIn(folder);
    if (name.empty()) {
      Q_EMIT notice(
          tr("No data set that the workbench knows lies in '%1', and no folder for each class: 'uada "
             "list datasets' says what is expected")
              .arg(folder));
      return;
    }
    setUpRun([this, folder, name](NewRunDialog& dialog) {
      Experiment experiment = dialog.experiment();
      Recipe& recipe = experiment.recipes.front();
      Json json = recipeToJson(recipe);
      json["dataset"] = Json::Object{{"name", name}, {"folder", folder.toStdString()}};
      try {
        recipe = recipeFromJson(json, "recipe");
        dialog.setExperiment(experiment);
      } catch (const Error&) {  // images of another task than the network that stands there
        Q_EMIT notice(tr("'%1' holds %2: choose that data set and a network for it, and give this folder")
                          .arg(folder, q(name)));
      }
    });
  });
}

// ---- export

void Commands::tellWritten(const QStringList& files) {
  if (files.isEmpty()) return;
  const QString what =
      files.size() == 1
          ? tr("exported %1").arg(files.front())
          : tr("exported %1 files to %2").arg(files.size()).arg(QFileInfo(files.front()).absolutePath());
  Q_EMIT workbench_.session.logged(what);
}

static ExportItem itemOf(PanelWidget* view, const QString& title) {
  const QStringList filters = view->exportFilters();
  return {title,
          filters,
          view->size(),
          [view](const QString& file, QSize) { view->exportTo(file); },
          std::ranges::any_of(filters, [](const QString& f) { return f.contains("*.csv"); }),
          false,
          {},
          view->exportName()};
}

void Commands::exportView(PanelWidget* view, const QString& title) {
  if (!view || !view->isVisible()) {
    Q_EMIT notice(tr("The start page has nothing to export. Open a project, or choose a view first."));
    return;
  }
  guarded([&] {
    std::vector<ExportItem> items{itemOf(view, title)};
    items.front().name = tr("%1 (the whole view)").arg(title);
    for (ExportItem& chart : chartsOf(*view)) {
      chart.name = title + ": " + chart.name;
      items.push_back(std::move(chart));
    }
    ExportDialog dialog(std::move(items), ExportDialog::What::one, window_);
    if (dialog.exec() == QDialog::Accepted) tellWritten(dialog.written());
  });
}

void Commands::exportCharts(Views& views, const std::vector<PanelWidget*>& panels) {
  if (!workbench_.session.hasProject()) {
    Q_EMIT notice(tr("There are no charts without a project. Open one first."));
    return;
  }
  guarded([&] {
    QProgressDialog progress(tr("Reading what the views show"), tr("Cancel"), 0,
                             static_cast<int>(panels.size()), window_);
    progress.setWindowModality(Qt::WindowModal);
    progress.setMinimumDuration(300);
    QWidget* front = views.currentWidget();
    std::vector<ExportItem> items;
    for (PanelWidget* view : panels) {
      if (views.indexOf(view) >= 0) views.setCurrentWidget(view);  // views that are not seen draw nothing
      fillView(*view, [&] { return progress.wasCanceled(); });     // as far as that takes less than a minute
      if (progress.wasCanceled()) break;
      for (ExportItem& chart : chartsOf(*view)) {
        chart.name = views.titleOf(view) + " " + chart.name;
        items.push_back(std::move(chart));
      }
      progress.setValue(progress.value() + 1);
    }
    const bool isCancelled = progress.wasCanceled();
    progress.reset();
    if (front) views.setCurrentWidget(front);
    if (isCancelled) return;
    if (items.empty()) {
      Q_EMIT notice(tr("No chart shows anything yet: tick runs in the list first."));
      return;
    }
    ExportDialog dialog(std::move(items), ExportDialog::What::all, window_);
    if (dialog.exec() == QDialog::Accepted) tellWritten(dialog.written());
  });
}

void Commands::copyView(PanelWidget* view, const QString& title) {
  if (!view || !view->isVisible()) {
    Q_EMIT notice(tr("The start page has nothing to copy. Open a project, or choose a view first."));
    return;
  }
  guarded([&] {
    view->copy();
    Q_EMIT workbench_.session.logged(tr("copied %1").arg(title));
  });
}

/// The command line tool looks at the machine; what this window has told is put beside it.
void Commands::saveDiagnostics() {
  const QString parent = QFileDialog::getExistingDirectory(
      window_, tr("Where the folder of diagnostics is made"), QDir::homePath());
  if (parent.isEmpty()) return;
  const QString folder =
      parent + "/uada-diagnostics-" + QDateTime::currentDateTime().toString("yyyyMMdd-HHmmss");
  auto* log = new QTemporaryFile(this);
  if (!log->open()) {
    Q_EMIT workbench_.session.problem(
        tr("The diagnostics were not written: no file for the log can be made in '%1': %2")
            .arg(QDir::tempPath(), log->errorString()));
    return log->deleteLater();
  }
  for (const LogLine& line : LogBook::of(workbench_.session).lines())
    log->write(
        (line.when.toString(Qt::ISODate) + "  " + levelWord(line.level) + "  " + line.text + "\n").toUtf8());
  log->flush();
  QStringList arguments{"doctor", "--bundle", folder, "--log", log->fileName()};
  if (workbench_.session.hasProject()) arguments << "--project" << workbench_.session.projectFile();
  auto* process = new QProcess(this);
  process->setProcessChannelMode(QProcess::MergedChannels);
  connect(process, &QProcess::errorOccurred, this, [this, process, log](QProcess::ProcessError error) {
    if (error != QProcess::FailedToStart) return;
    Q_EMIT workbench_.session.problem(
        tr("'%1' could not be started: %2").arg(process->program(), process->errorString()));
    process->deleteLater();
    log->deleteLater();
  });
  connect(process, &QProcess::finished, this, [this, process, log, folder] {
    if (QFileInfo::exists(folder + "/versions.txt"))
      Q_EMIT notice(
          tr("Versions, devices, log and schema are in %1. It holds no data and no results.").arg(folder));
    else
      Q_EMIT workbench_.session.problem(
          tr("The diagnostics were not written: %1").arg(QString::fromUtf8(process->readAll()).trimmed()));
    process->deleteLater();
    log->deleteLater();
  });
  const QString tool = workbench_.session.workerProgram;
  process->start(tool.isEmpty() ? QCoreApplication::applicationDirPath() + "/uada" : tool, arguments);
  Q_EMIT workbench_.session.logged(tr("collecting diagnostics"));
}

void Commands::guarded(const std::function<void()>& action) {
  try {
    action();
  } catch (const std::exception& error) {
    Q_EMIT workbench_.session.problem(QString::fromStdString(problemText(error)));
  }
}

}  // namespace uada
