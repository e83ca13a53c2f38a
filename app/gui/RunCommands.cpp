#include <QDir>
#include <QStandardPaths>

#include "app/gui/Commands.h"
#include "app/gui/Places.h"
#include "core/config/Sweep.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/store/LockStep.h"
#include "widgets/forms/NewRunDialog.h"
#include "widgets/session/Session.h"

// The commands of Commands that set up runs.

namespace uada {

void Commands::newRun() {
  setUpRun([](NewRunDialog& dialog) { dialog.restore(); });
}

void Commands::setUpRun(const Prepare& prepare) {
  if (!workbench_.session.hasProject()) {
    const QString folder = QDir::homePath() + "/uada", file = folder + "/experiments.uada";
    if (!QDir().mkpath(folder)) {
      Q_EMIT workbench_.session.problem(
          tr("The folder '%1' for a first project cannot be made: choose a place with File > New project")
              .arg(folder));
      return;
    }
    openProject(file, [this, file, prepare] {
      Q_EMIT notice(
          tr("No project was open: runs are kept in %1. File > New project takes another one.").arg(file));
      setUpRun(prepare);
    });
    return;
  }
  workbench_.session.ask(
      this,
      [selected = workbench_.session.selection().run()](const OpenProject& project) {
        Known known{ratesOfThisMachine(project.reader), project.reader.policies(), {}};
        if (selected > 0) known.selected = project.reader.detail(selected).config;
        return known;
      },
      [this, prepare](std::optional<Known> known) {
        if (known) showNewRun(std::move(*known), prepare);
      });
}

/// What a run was made of, as an experiment of it alone.
static Experiment experimentOf(const RunConfig& config) {
  Experiment experiment;
  if (!areTwins(config.experiment)) experiment.name = config.experiment;
  experiment.recipes = {config.recipe};
  experiment.methods = {config.method};
  experiment.seeds = {config.seed};
  experiment.runtime = config.runtime;
  experiment.policyFiles = {config.policyFile};
  return experiment;
}

/// more  what is added to the experiment of that run alone
void Commands::newRunAs(qint64 run, const std::function<void(Experiment&)>& more) {
  workbench_.session.ask(
      this, [run](const OpenProject& project) { return project.reader.detail(run).config; },
      [this, more](std::optional<RunConfig> config) {
        if (!config) return;
        Experiment like = experimentOf(*config);
        more(like);
        setUpRun([like](NewRunDialog& dialog) { dialog.fill(like); });
      });
}

void Commands::newRunLike(qint64 run) {
  newRunAs(run, [](Experiment&) {});
}

/// Beside what others are compared with; beside that itself UADA.
void Commands::newTwinsLike(qint64 run) {
  newRunAs(run, [](Experiment& experiment) {
    const std::string reference = referenceMethod().name;
    const bool isReference = experiment.methods.front().name == reference;
    Choice twin = methodFromJson(isReference ? "uada" : reference, "the twin");
    const Json& settings = experiment.methods.front().settings();
    if (const Json* policy = settings.find("policy"); policy && twin.settings().find("policy"))
      twin.set("policy", *policy);
    experiment.methods.push_back(std::move(twin));
    experiment.policyFiles.push_back(experiment.policyFiles.front());
  });
}

void Commands::findDevices(NewRunDialog& dialog) {
  newRun_ = &dialog;
  dialog.setDevices(devices_);
  if (search_) return;
  search_.reset(new DeviceSearch(engine));
  connect(search_.get(), &DeviceSearch::found, this, [this](const std::vector<DeviceInfo>& devices) {
    devices_ = devices;
    if (newRun_) newRun_->setDevices(devices_);
  });
}

void Commands::showNewRun(Known known, const Prepare& prepare) {
  guarded([&] {
    auto* dialog = new NewRunDialog(workbench_.theme, std::move(known.rates), std::move(known.policies),
                                    window_, &workbench_.session);
    dialog->useEngine(engine);
    dialog->offerStart(tr("Demo"), tr("Six very small runs on Fashion-MNIST"),
                       [] { return readSwept(findExperiment("demo").string()); });
    if (known.selected)
      dialog->offerStart(tr("Like the selected run"),
                         tr("As %1").arg(workbench_.session.nameOf(workbench_.session.selection().run())),
                         [like = *known.selected] { return withoutSweep(experimentOf(like)); });
    connect(dialog, &QDialog::rejected, this, [this, dialog] {
      if (dialog->isEdited())
        Q_EMIT notice(tr("The new run that you had begun is kept: Run > New run brings it back."));
    });
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
    connect(dialog, &NewRunDialog::twinsWanted, this, [this](const std::vector<RunConfig>& runs) {
      guarded([&] { workbench_.session.startTwins(runs); });
    });
    findDevices(*dialog);
    if (prepare) guarded([&] { prepare(*dialog); });
    dialog->open();
  });
}

void Commands::runDemo(const QString& name) {
  guarded([this, name] {
    const std::vector<RunConfig> runs = readSwept(findExperiment(name.toStdString()).string()).runs;
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

}  // namespace uada
