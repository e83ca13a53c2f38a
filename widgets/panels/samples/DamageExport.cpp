// What of the dialogue of hard samples is written, and of which runs there is one.
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/tables/JsonRows.h"
#include "widgets/models/Saving.h"
#include "widgets/models/Words.h"
#include "widgets/panels/samples/DamageDialog.h"
#include "widgets/session/Session.h"

namespace uada {

QString DamageDialog::whyNot(const Session& session, qint64 run) {
  const RunSummary* summary = session.find(run);
  if (!summary || taskOf(*summary).target == TargetKind::label) return {};
  return tr("Of classification alone: %1 gives an image no class that a network could recognise")
      .arg(q(taskOf(*summary).title));
}

std::string DamageDialog::csv() const {
  std::vector<Json> rows;
  if (damage_)
    for (const JudgedDecision& one : damage_->decisions) rows.push_back(judgedJson(one));
  return csvText(rows);
}

void DamageDialog::save() {
  const QString file = askWhere(this, tr("Export the judged decisions"), QStringLiteral("damage.csv"),
                                {tr("Numbers (*.csv)")});
  if (file.isEmpty()) return;
  try {
    writeFileAtomically(file.toStdString(), csv());
    Q_EMIT workbench_.session.logged(tr("exported %1").arg(file));
  } catch (const std::exception& error) {
    Q_EMIT workbench_.session.problem(QString::fromStdString(problemText(error)));
  }
}

}  // namespace uada
