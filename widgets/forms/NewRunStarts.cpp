#include <QAction>
#include <QPlainTextEdit>
#include <QTabWidget>

#include "core/base/Error.h"
#include "widgets/forms/CostStrip.h"
#include "widgets/forms/ExperimentForm.h"
#include "widgets/forms/FileReading.h"
#include "widgets/forms/NewRunDialog.h"
#include "widgets/forms/StartPoints.h"
#include "widgets/forms/StartRow.h"
#include "widgets/models/Words.h"
#include "widgets/session/Session.h"

// What the dialogue begins with, goes back to, and is remembered by; and what it asks the engine.

namespace uada {

/// A start is an edit like others: Ctrl+Z takes it back.
void NewRunDialog::startFrom(const QString& name, const std::function<QString()>& fillForm) {
  try {
    if (showsJson() || several_) {
      const QSignalBlocker quiet(tabs_);
      tabs_->setCurrentIndex(0);
      several_.reset();
      form_->setEnabled(true);
    }
    starts_->say(tr("%1: %2. Ctrl+Z takes it back.").arg(name, fillForm()));
  } catch (const Error& error) {
    starts_->say(tr("%1 was not taken: %2.").arg(name, q(error.what())));
  }
  refresh();
}

void NewRunDialog::addStarts() {
  const auto recipeStart = [this](const QString& name, const StartRecipe& start) {
    startFrom(name, [&] {
      form_->setRecipe(start.recipe);
      return q(start.source);
    });
  };
  starts_->add("start_quick", tr("Quick"),
               tr("The chosen data set and network in small: some minutes on two cores"),
               [this, recipeStart] {
                 recipeStart(tr("Quick"), quickRecipe(form_->dataset(), form_->dataFolder(), form_->model()));
               });
  starts_->add("start_paper", tr("Paper"), tr("The published recipe for the chosen data set and network"),
               [this, recipeStart] {
                 if (const auto found = paperRecipe(form_->dataset(), form_->model()))
                   return recipeStart(tr("Paper"), *found);
                 starts_->say(
                     tr("The paper's tables have no recipe for this network on this data set: choose "
                        "another one of the two."));
               });
  const Json* last = nullptr;
  const Json remembered = session_ ? session_->remembered("new_run") : Json();
  if (remembered.isObject()) last = remembered.find("last");
  if (last) {
    const Json json = *last;
    offerStart("Last used", tr("What was started or queued last in this project"),
               [this, json] { return sweptFromJson(json, "last used", kept_); });
  }
  starts_->keepLast(starts_->add("start_over", tr("Start over"), tr("Every field as it is at first"), [this] {
    startFrom(tr("Start over"), [this] {
      form_->setExperiment(ExperimentForm(theme_, kept_).experiment());
      cleared_ = form_->state();
      return tr("every field is as it is at first");
    });
  }));
}

void NewRunDialog::offerStart(const QString& name, const QString& help,
                              std::function<SweptExperiment()> make) {
  const std::string object = "start_" + name.section(' ', 0, 0).toLower().toStdString();
  starts_->add(object.c_str(), name, help, [this, name, help, make = std::move(make)] {
    startFrom(name, [&] {
      showExperiment(make());
      return help.left(1).toLower() + help.mid(1);
    });
  });
}

void NewRunDialog::restore() {
  const Json remembered = session_ ? session_->remembered("new_run") : Json();
  const Json* draft = remembered.isObject() ? remembered.find("draft") : nullptr;
  const Json* last = remembered.isObject() ? remembered.find("last") : nullptr;
  try {
    if (draft) {
      history_.begin(form_->state());
      if (const Json* text = draft->find("json")) {
        const QSignalBlocker quiet(tabs_);
        tabs_->setCurrentIndex(1);
        json_->setPlainText(q(text->asString()));
      } else {
        form_->setState(*draft);
      }
      starts_->say(tr("As you left it. Start over clears it."));
    } else if (last) {
      setExperiment(sweptFromJson(*last, "last used", kept_));
      starts_->say(tr("As it was started last."));
    } else {
      form_->setRecipe(quickRecipe(form_->dataset(), {}, form_->model()).recipe);
      history_.begin(form_->state());
      starts_->say(tr("Quick: a small network on few images. Paper has the published recipe."));
    }
  } catch (const Error&) {  // of a catalogue that has changed since: the form as it is at first
    form_->setExperiment(ExperimentForm(theme_, kept_).experiment());
    history_.begin(form_->state());
  }
  refresh();
}

bool NewRunDialog::isEdited() const { return showsJson() ? isJsonEdited_ : history_.canUndo(); }

void NewRunDialog::rememberDraft() {
  if (!session_ || several_) return;
  const Json before = session_->remembered("new_run");
  Json remembered = Json::object();
  if (const Json* last = before.isObject() ? before.find("last") : nullptr) remembered["last"] = *last;
  if (showsJson())
    remembered["draft"] = Json::Object{{"json", json_->toPlainText().toStdString()}};
  else if (Json state = form_->state(); state != cleared_)
    remembered["draft"] = std::move(state);
  if (remembered != before) session_->remember("new_run", remembered);
}

// ---- undo

void NewRunDialog::addUndo() {
  const auto add = [this](const QString& text, const QList<QKeySequence>& keys, bool again) {
    auto* action = new QAction(text, this);
    action->setShortcuts(keys);
    addAction(action);
    connect(action, &QAction::triggered, this, [this, again] { undo(again); });
  };
  add(tr("Undo"), {QKeySequence(Qt::CTRL | Qt::Key_Z)}, false);
  add(tr("Redo"), {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z), QKeySequence(Qt::CTRL | Qt::Key_Y)}, true);
}

void NewRunDialog::undo(bool again) {
  if (showsJson()) return again ? json_->redo() : json_->undo();
  if (refreshTimer_.isActive()) refresh();  // the last edit is not in the history yet
  if (again ? !history_.canRedo() : !history_.canUndo())
    return starts_->say(again ? tr("There is nothing to do again.") : tr("There is nothing to undo."));
  isUndoing_ = true;
  form_->setState(again ? history_.redo() : history_.undo());
  refresh();
  isUndoing_ = false;
  starts_->say({});
}

// ---- the engine

void NewRunDialog::useEngine(const EngineWork::EngineProvider& engine) {
  engine_ = engine;
  refresh();
}

void NewRunDialog::setDevices(const std::vector<DeviceInfo>& devices) {
  if (refreshTimer_.isActive()) refresh();  // an edit that is not in the history yet
  const bool wasEdited = isEdited();
  form_->setDevices(devices);
  if (!wasEdited) history_.begin(form_->state());
  refresh();
}

QString NewRunDialog::whyNotTiming() const {
  if (!engine_) return tr("The engine is not at hand");
  if (session_ && session_->isTraining()) return tr("Not while a run trains: each would slow the other down");
  if (session_ &&
      (session_->isPredicting() || (session_->landscaping() && session_->landscaping()->isLive())))
    return tr("Not while predictions or a landscape are computed");
  return {};
}

void NewRunDialog::timeSteps() {
  std::vector<RunConfig> runs;
  try {
    runs = swept().runs;
  } catch (const Error&) {
    return refresh();
  }
  timing_.reset(new StepTiming(engine_, runs));
  connect(timing_.get(), &StepTiming::changed, this,
          [this] { cost_->showTiming(timing_->text(), timing_->share()); });
  connect(timing_.get(), &StepTiming::ended, this, &NewRunDialog::endTiming);
  cost_->showTiming(timing_->text(), 0);
  refresh();
}

void NewRunDialog::endTiming(const QString& why) {
  for (const auto& [key, time] : timing_->times()) times_[key] = time;
  timing_.release()->deleteLater();  // it has just told this
  cost_->endTiming();
  refresh();
  if (!why.isEmpty()) starts_->say(tr("The steps were not timed: %1").arg(why));
}

/// A step that is being timed is not waited for.
void NewRunDialog::reject() {
  if (timing_) {
    timing_.reset();
    cost_->endTiming();
  }
  QDialog::reject();
}

}  // namespace uada
