#include "widgets/panels/runs/RunColour.h"

#include <QColorDialog>
#include <QMenu>
#include <algorithm>

#include "widgets/session/ColourDistance.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"
#include "widgets/session/Workbench.h"

namespace uada {
namespace {

constexpr double kUsualContrast = 3;  // of automatic colours: see apartFrom()

void chooseColour(const Workbench& workbench, qint64 run, QWidget* parent) {
  Session& session = workbench.session;
  const SeedGroup* group = session.list()->groupOf(run);
  if (!group) return;  // it was deleted while the menu was open
  auto* dialog = new QColorDialog(session.groupColour(run), parent);
  dialog->setObjectName("colourDialog");
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setWindowTitle(QObject::tr("Colour of %1 in all views")
                             .arg(session.list()->nameOf(*group, session.list()->commonPart())));
  for (int i = 0; i < QColorDialog::customCount(); ++i)
    QColorDialog::setCustomColor(i, workbench.theme.groupColour(i));
  QObject::connect(dialog, &QColorDialog::colorSelected, &session, [&workbench, run](const QColor& colour) {
    workbench.session.chooseColour(run, colour);
    const double seen = contrast(colour, workbench.theme.colour("base"));
    if (seen < kUsualContrast)
      Q_EMIT workbench.session.logged(
          QObject::tr(
              "the chosen colour %1 is hard to see on this background: contrast %2, 3 or more is usual")
              .arg(colour.name())
              .arg(seen, 0, 'f', 1));
  });
  dialog->open();
}

}  // namespace

void addColourActions(QMenu& menu, const Workbench& workbench, const std::vector<qint64>& runs,
                      QWidget* parent) {
  Session& session = workbench.session;
  const SeedGroup* group = runs.empty() ? nullptr : session.list()->groupOf(runs.front());
  const bool isOne =
      group && std::ranges::all_of(runs, [&](qint64 run) { return session.list()->groupOf(run) == group; });
  const qint64 first = runs.empty() ? 0 : runs.front();
  QAction* choose = menu.addAction(QObject::tr("Choose colour..."), &session,
                                   [&workbench, first, parent] { chooseColour(workbench, first, parent); });
  choose->setObjectName("chooseColour");
  choose->setToolTip(QObject::tr("Of all runs that differ in the seed alone, in every view"));
  choose->setEnabled(isOne);
  QAction* usual = menu.addAction(QObject::tr("Usual colour"), &session,
                                  [&session, first] { session.chooseColour(first, {}); });
  usual->setObjectName("usualColour");
  usual->setEnabled(isOne && session.colours().isChosen(*group));
}

}  // namespace uada
