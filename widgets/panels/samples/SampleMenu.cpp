#include "widgets/panels/samples/SampleMenu.h"

#include <QApplication>
#include <QClipboard>
#include <QMenu>

#include "core/augment/Space.h"
#include "core/base/Error.h"
#include "core/engine/DecisionLine.h"
#include "core/engine/Decisions.h"
#include "widgets/models/Numbers.h"
#include "widgets/models/Saving.h"
#include "widgets/models/Words.h"
#include "widgets/panels/ops/SamplePlan.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

void copyPlan(const Workbench& workbench, const Decision& decision, int which) {
  try {
    QApplication::clipboard()->setText(q(toJson(planOf(decision, which)).dump()));
  } catch (const Error& error) {
    Q_EMIT workbench.session.problem(QString::fromStdString(error.what()));
  }
}

/// The line that 'uada export --what decisions' writes: pasted into Ops it shows what was trained on.
void copyDecision(const Workbench& workbench, QWidget* owner, qint64 run, const Decision& decision) {
  workbench.session.ask(
      owner,
      [run, decision](const OpenProject& project) {
        const RunDetail detail = project.reader.detail(run);
        return q(decisionToJson(decision, originOf(detail, std::ssize(detail.attempts))).dump());
      },
      [](const std::optional<QString>& line) {
        if (line) QApplication::clipboard()->setText(*line);
      });
}

/// The plan of the picture at the column; of the trained one with its recorded hash.
void openInOps(const Workbench& workbench, QWidget* owner, qint64 run, const Decision& d, int column) {
  const int shown = planAt(d, column);
  SamplePlan sample;
  sample.index = d.index;
  if (shown == d.winner) sample.pixelHash = QString::fromStdString(d.pixelHash);
  sample.original = d.original;
  try {
    sample.plan = planOf(d, shown);
  } catch (const std::exception& error) {
    Q_EMIT workbench.session.problem(QString::fromStdString(problemText(error)));
    return;
  }
  const ImageSize seen{d.unperturbed.width, d.unperturbed.height};  // by the network
  const QString title = QObject::tr("sample %1 at step %2 of %3").arg(countText(d.index), countText(d.step));
  workbench.session.ask(
      owner, [run](const OpenProject& project) { return project.reader.detail(run); },
      [&workbench, drawn = sample, seen, title](const std::optional<RunDetail>& run) {
        if (!run) return;
        SamplePlan sample = drawn;
        sample.dataHash = originOf(*run, std::ssize(run->attempts)).dataHash;
        sample.dataset = run->config.recipe.dataset;
        if (!seen.empty()) sample.input = Input{seen.height, seen.width, run->config.recipe.input.pad};
        sample.title = title.arg(workbench.session.nameOf(run->summary.id));
        workbench.openInOps(sample);
      });
}

void saveImage(const Workbench& workbench, QWidget* owner, const QImage& image) {
  const QString why = askAndSave(owner, image, "sample.png");
  if (!why.isEmpty()) Q_EMIT workbench.session.problem(why);
}

}  // namespace

int planAt(const Decision& d, int column) {
  const int groups = static_cast<int>(d.groups.size());
  if (groups > 0 && column == 1) return -1;
  return groups > 0 && column >= 2 && column - 2 < groups ? column - 2 : d.winner;
}

QImage imageAt(const Decision& d, int column) {
  if (column == 0) return copyOf(d.original);
  const int which = planAt(d, column);
  return which < static_cast<int>(d.groups.size()) ? copyOf(pictureOf(d, which)) : QImage();
}

void addSampleActions(QMenu& menu, const Workbench& workbench, QWidget* owner, qint64 run,
                      const Decision& decision, int column, const QImage& row) {
  const auto tr = [](const char* text) { return QObject::tr(text); };
  const QImage image = imageAt(decision, column);
  const int shown = planAt(decision, column);
  const auto planName = [&](int which) {
    return tr("the plan of %1′").arg(q(groupTitle(nameOf(decision, which))));
  };
  const QString plan = shown < 0                  ? tr("the unperturbed plan")
                       : shown == decision.winner ? tr("the trained plan")
                                                  : planName(shown);
  menu.addAction(workbench.theme.icon("ops"), tr("Open %1 in Ops").arg(plan),
                 [=, &workbench] { openInOps(workbench, owner, run, decision, column); });
  menu.addSeparator();
  menu.addAction(tr("Copy unperturbed plan as JSON"), [=, &workbench] { copyPlan(workbench, decision, -1); });
  menu.addAction(tr("Copy trained plan as JSON"),
                 [=, &workbench] { copyPlan(workbench, decision, decision.winner); });
  if (shown >= 0 && shown != decision.winner)
    menu.addAction(tr("Copy plan of %1′ as JSON").arg(q(groupTitle(nameOf(decision, shown)))),
                   [=, &workbench] { copyPlan(workbench, decision, shown); });
  menu.addAction(tr("Copy decision as JSON"),
                 [=, &workbench] { copyDecision(workbench, owner, run, decision); });
  menu.addSeparator();
  menu.addAction(tr("Copy image"), [=] { QApplication::clipboard()->setImage(image); })
      ->setEnabled(!image.isNull());
  menu.addAction(tr("Copy row as image"), [=] { QApplication::clipboard()->setImage(row); });
  menu.addAction(tr("Save image…"), [=, &workbench] { saveImage(workbench, owner, image); })
      ->setEnabled(!image.isNull());
  menu.addAction(tr("Save row as image…"), [=, &workbench] { saveImage(workbench, owner, row); });
}

}  // namespace uada
