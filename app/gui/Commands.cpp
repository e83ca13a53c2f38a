#include "app/gui/Commands.h"

#include <QAction>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QSettings>
#include <QStandardPaths>

#include "app/gui/Places.h"
#include "core/base/Error.h"
#include "widgets/forms/NewRunDialog.h"
#include "widgets/models/Saving.h"
#include "widgets/panels/Panel.h"
#include "widgets/session/Session.h"

namespace uada {

QStringList Commands::recent() const {
  QStringList list = workbench_.settings.value("recent").toStringList();
  list.removeIf([](const QString& file) { return !QFileInfo::exists(file); });
  return list.mid(0, 5);
}

void Commands::openProject(const QString& file, const std::function<void()>& then) {
  guarded([&] {
    workbench_.session.openProject(file, [this, then] {
      QStringList list = workbench_.settings.value("recent").toStringList();
      list.removeAll(workbench_.session.projectFile());
      list.prepend(workbench_.session.projectFile());
      workbench_.settings.setValue("recent", list.mid(0, 5));
      guarded(then);
    });
  });
}

// The file dialogue opens an existing project and creates a new one alike.
void Commands::chooseProject(const std::function<void()>& then) {
  QFileDialog dialog(window_, tr("Open or create a project"),
                     recent().isEmpty() ? QString() : QFileInfo(recent().front()).absolutePath(),
                     tr("UADA projects (*.uada)"));
  dialog.setAcceptMode(QFileDialog::AcceptSave);
  dialog.setOption(QFileDialog::DontConfirmOverwrite);
  dialog.setLabelText(QFileDialog::Accept, tr("Open"));
  dialog.setDefaultSuffix("uada");
  if (dialog.exec() == QDialog::Accepted) openProject(dialog.selectedFiles().front(), then);
}

void Commands::newRun() {
  if (!workbench_.session.hasProject()) {
    chooseProject([this] { newRun(); });
    return;
  }
  using Known = std::pair<std::vector<MeasuredRate>, std::vector<PolicyFile>>;
  workbench_.session.ask(
      this,
      [](const OpenProject& project) {
        return Known{measuredRates(project.reader), project.reader.policies()};
      },
      [this](std::optional<Known> known) {
        if (known) showNewRun(std::move(known->first), std::move(known->second));
      });
}

void Commands::showNewRun(std::vector<MeasuredRate> rates, std::vector<PolicyFile> policies) {
  guarded([&] {
    auto* dialog = new NewRunDialog(workbench_.theme, std::move(rates), std::move(policies), window_,
                                    &workbench_.session);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    const auto take = [this](const std::vector<RunConfig>& runs, bool start) {
      guarded([&] {
        workbench_.session.queue(runs);
        if (start) workbench_.session.startNext();
      });
    };
    connect(dialog, &NewRunDialog::startWanted, this,
            [take](const std::vector<RunConfig>& runs) { take(runs, true); });
    connect(dialog, &NewRunDialog::queueWanted, this,
            [take](const std::vector<RunConfig>& runs) { take(runs, false); });
    dialog->open();
  });
}

void Commands::runDemo() {
  guarded([this] {
    const std::vector<RunConfig> runs = expand(readExperiment(findDemo().string()));
    const auto train = [this, runs] {
      workbench_.session.queue(runs);
      workbench_.session.startNext();
    };
    if (workbench_.session.hasProject()) return train();
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + "/uada";
    QDir().mkpath(folder);
    openProject(folder + "/demo.uada", train);
  });
}

void Commands::exportView(PanelWidget* view, const QString& title) {
  if (!view || !view->isVisible()) return;
  const QString file = askWhere(window_, tr("Export %1").arg(title),
                                workbench_.settings.value("exportFolder").toString(), view->exportFilters());
  if (file.isEmpty()) return;
  workbench_.settings.setValue("exportFolder", QFileInfo(file).absolutePath());
  guarded([&] {
    view->exportTo(file);
    Q_EMIT workbench_.session.logged(tr("exported %1").arg(file));
  });
}

void Commands::showKeys() {
  QString rows;
  for (const QAction* action : window_->findChildren<QAction*>()) {
    if (action->shortcut().isEmpty()) continue;
    rows += QStringLiteral("<tr><td>%1&nbsp;&nbsp;&nbsp;</td><td>%2</td></tr>")
                .arg(action->shortcut().toString(), action->text().remove('&'));
  }
  rows += tr(
      "<tr><td>Left, Right</td><td>Cursor by report</td></tr><tr><td>Shift+Left, "
      "Shift+Right&nbsp;&nbsp;&nbsp;</td><td>Cursor by epoch</td></tr>"
      "<tr><td>Ctrl+R</td><td>In Ops: draw another plan</td></tr><tr><td>Alt+Up, Alt+Down</td><td>In Ops: "
      "previous, next sub-policy</td></tr><tr><td>+, -, 0, arrows</td><td>In a picture of Ops: zoom, fit, "
      "move</td></tr><tr><td>Left, Right</td><td>In Predictions: previous, next sample</td></tr>"
      "<tr><td>+, -, arrows</td><td>In a confusion matrix: larger and smaller cells, another cell</td></tr>");
  QMessageBox::information(window_, tr("Keys"), "<table>" + rows + "</table>");
}

void Commands::guarded(const std::function<void()>& action) {
  try {
    action();
  } catch (const std::exception& error) {
    Q_EMIT workbench_.session.problem(QString::fromStdString(problemText(error)));
  }
}

}  // namespace uada
