#include "widgets/panels/runs/RunMenu.h"

#include <QClipboard>
#include <QDesktopServices>
#include <QGuiApplication>
#include <QInputDialog>
#include <QUrl>
#include <algorithm>

#include "core/base/Error.h"
#include "core/store/RunSession.h"
#include "widgets/forms/ForkDialog.h"
#include "widgets/models/Words.h"
#include "widgets/panels/runs/RunColour.h"
#include "widgets/panels/runs/RunDiff.h"
#include "widgets/panels/runs/VerifyDialog.h"
#include "widgets/session/RunActions.h"
#include "widgets/session/Session.h"
#include "widgets/session/Workbench.h"

namespace uada {

void guardedAction(const Workbench& workbench, const std::function<void()>& action) {
  try {
    action();
  } catch (const std::exception& error) {
    Q_EMIT workbench.session.problem(QString::fromStdString(problemText(error)));
  }
}

namespace {

/// Makes the entries of one menu.
class Filler {
 public:
  Filler(QMenu& menu, const Workbench& workbench) : menu_(menu), workbench_(workbench) {
    menu.setToolTipsVisible(true);
  }
  QAction* add(const QString& text, bool isEnabled, std::function<void()> what) {
    QAction* action = menu_.addAction(text);
    action->setEnabled(isEnabled);
    QObject::connect(action, &QAction::triggered, &workbench_.session,
                     [&workbench = workbench_, what = std::move(what)] { guardedAction(workbench, what); });
    return action;
  }
  /// One that changes the project.
  QAction* change(const QString& text, bool isEnabled, std::function<void()> what) {
    const QString why = workbench_.session.readOnly();
    QAction* action = add(text, isEnabled && why.isEmpty(), std::move(what));
    action->setToolTip(why);
    action->setProperty("whyNot", why);  // for the palette
    return action;
  }

 private:
  QMenu& menu_;
  const Workbench& workbench_;
};

/// Another program may have deleted the run while the menu was open.
const std::string& keyOfRun(const Session& session, qint64 run) {
  const RunSummary* known = session.find(run);
  if (!known) throw Error("the run is not in the project any more: it was deleted meanwhile");
  return known->key;
}

/// As many epochs as it had, and half as many again, are offered.
void askDirections(const Workbench& workbench, const RunSummary& run, QWidget* parent) {
  auto* dialog = new QInputDialog(parent);
  dialog->setObjectName("directions");
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setWindowTitle(QObject::tr("Twins of %1").arg(workbench.session.nameOf(run.id)));
  dialog->setLabelText(QObject::tr(
      "Three forks go on from its newest checkpoint, in turns and on the same batches: UADA that\n"
      "maximises the loss, that moves at random, and that minimises it. Up to which epoch?"));
  dialog->setInputMode(QInputDialog::IntInput);
  dialog->setIntRange(run.epoch + 1, 1'000'000);
  dialog->setIntValue(run.epochs + std::max(1, run.epochs / 2));
  dialog->setOkButtonText(QObject::tr("Start"));
  QObject::connect(dialog, &QInputDialog::intValueSelected, &workbench.session,
                   [&workbench, id = run.id](int epochs) {
                     guardedAction(workbench, [&] { workbench.session.startDirections(id, epochs); });
                   });
  dialog->open();
}

void addTwinActions(Filler& filler, const Workbench& workbench, const RunSummary* one, QWidget* parent) {
  filler
      .change(QObject::tr("New twins like this..."), one,
              [&workbench, id = one ? one->id : 0] { workbench.newTwinsLike(id); })
      ->setObjectName("newTwinsLike");
  filler
      .change(
          QObject::tr("Twins in UADA's three directions..."),
          one && one->method == "uada" && one->hasCheckpoint,
          [&workbench, parent, run = one ? *one : RunSummary()] { askDirections(workbench, run, parent); })
      ->setObjectName("startDirections");
}

void openFolder(const Session& session, qint64 run) {
  const std::filesystem::path project = session.projectFile().toStdString();
  const QString folder = QString::fromStdString(runFolder(project, keyOfRun(session, run)).string());
  if (!QDesktopServices::openUrl(QUrl::fromLocalFile(folder)))
    throw Error("cannot open '" + folder.toStdString() + "': no program shows folders here");
}

/// The own one at once; of one that another process trains, here or elsewhere, that is asked to.
void stopRun(Session& session, qint64 run) {
  if (run == session.liveRun()) return session.training()->stopNow();
  keyOfRun(session, run);
  session.ask(
      &session,
      [summary = *session.find(run)](const OpenProject& project) {
        requestStop(project.reader, summary);
        return true;
      },
      [](std::optional<bool>) {});
}

/// What the menu is of.
struct Chosen {
  const std::vector<qint64>& runs;
  const RunSummary* one;  ///< null: there are several, or none
  QWidget* parent;        ///< of dialogues
  qint64 first() const { return runs.empty() ? 0 : runs.front(); }
};

void addViewActions(Filler& filler, const Workbench& workbench, const Chosen& chosen) {
  Session& session = workbench.session;
  const std::vector<qint64>& runs = chosen.runs;
  const bool isTicked =
      std::ranges::all_of(runs, [&](qint64 run) { return session.selection().isChecked(run); });
  QAction* compare = filler.add(QObject::tr("Compare"), !runs.empty(), [&session, runs, isTicked] {
    session.selection().setChecked(runs, !isTicked);
  });
  compare->setCheckable(true);
  compare->setChecked(isTicked && !runs.empty());
  filler.add(QObject::tr("Show differences..."), runs.size() > 1,
             [&workbench, runs, parent = chosen.parent] { showDifferences(workbench, runs, parent); });
}

void addTrainingActions(Filler& filler, const Workbench& workbench, const Chosen& chosen) {
  Session& session = workbench.session;
  const RunSummary* one = chosen.one;
  const qint64 first = chosen.first();
  QWidget* const parent = chosen.parent;
  filler
      .change(QObject::tr("Resume from its newest checkpoint"), one && !session.isLive() && canResume(*one),
              [&session, first] { session.resumeRun(first); })
      ->setObjectName("resumeRun");
  filler
      .change(QObject::tr("Stop with a checkpoint"), one && isLive(one->state),
              [&session, first] { stopRun(session, first); })
      ->setObjectName("stopRun");
  filler
      .change(QObject::tr("Fork from a checkpoint..."), one && !session.isLive() && one->hasCheckpoint,
              [&workbench, first, parent] { openForkDialog(workbench, first, parent); })
      ->setObjectName("forkRun");
  filler
      .change(QObject::tr("Verify this run..."), one && one->hasCheckpoint && !session.isTraining(),
              [&workbench, first, parent] { (new VerifyDialog(workbench, first, parent))->show(); })
      ->setObjectName("verifyRun");
  const bool hasFailed = one && one->state == RunState::failed;
  filler
      .change(hasFailed ? QObject::tr("Edit and run again...") : QObject::tr("New run like this..."), one,
              [&workbench, first] { workbench.newRunLike(first); })
      ->setObjectName("newRunLike");
}

void addDeletion(Filler& filler, Session& session, const std::vector<qint64>& runs) {
  const bool hasLive = std::ranges::find(runs, session.liveRun()) != runs.end() && session.isLive();
  filler
      .change(runs.size() > 1 ? QObject::tr("Delete %1 runs").arg(runs.size()) : QObject::tr("Delete"),
              !runs.empty() && !hasLive, [&session, runs] { session.deleteRuns(runs); })
      ->setObjectName("deleteRuns");
  if (const auto deleted = session.deletedRuns(); !deleted.empty())
    filler
        .change(QObject::tr("Restore %1 deleted runs").arg(deleted.size()), true,
                [&session, deleted] { session.restoreRuns(deleted); })
        ->setObjectName("restoreRuns");
}

}  // namespace

void fillRunMenu(QMenu& menu, const Workbench& workbench, const std::vector<qint64>& runs, QWidget* parent,
                 const std::function<void()>& rename) {
  Session& session = workbench.session;
  Filler filler(menu, workbench);
  const Chosen chosen{runs, runs.size() == 1 ? session.find(runs.front()) : nullptr, parent};
  addViewActions(filler, workbench, chosen);
  addColourActions(menu, workbench, runs, parent);
  menu.addSeparator();
  addTrainingActions(filler, workbench, chosen);
  addTwinActions(filler, workbench, chosen.one, parent);
  menu.addSeparator();
  const qint64 first = chosen.first();
  filler.change(QObject::tr("Rename"), chosen.one, rename);
  filler.add(QObject::tr("Open folder"), chosen.one, [&session, first] { openFolder(session, first); });
  filler.add(QObject::tr("Copy key"), chosen.one,
             [&session, first] { QGuiApplication::clipboard()->setText(q(keyOfRun(session, first))); });
  menu.addSeparator();
  addDeletion(filler, session, runs);
}

}  // namespace uada
