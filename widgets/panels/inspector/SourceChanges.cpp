#include "widgets/panels/inspector/SourceChanges.h"

#include <QDialog>
#include <QDialogButtonBox>
#include <QFontDatabase>
#include <QPlainTextEdit>
#include <QPointer>
#include <QVBoxLayout>

#include "core/base/Files.h"
#include "core/store/WorkingTree.h"
#include "widgets/session/QtText.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"
#include "widgets/session/Workbench.h"

namespace uada {
namespace {

void showText(const QString& title, const QString& diff, QWidget* parent) {
  auto* dialog = new QDialog(parent);
  dialog->setObjectName("sourceChanges");
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setWindowTitle(title);
  dialog->resize(100 * kGrid, 75 * kGrid);
  auto* text = new QPlainTextEdit(diff);
  text->setReadOnly(true);
  text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  text->setLineWrapMode(QPlainTextEdit::NoWrap);
  text->setAccessibleName(QObject::tr("Changes since the commit"));
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
  QObject::connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
  auto* layout = new QVBoxLayout(dialog);
  layout->addWidget(text);
  layout->addWidget(buttons);
  dialog->open();
}

}  // namespace

void showChanges(const Workbench& workbench, qint64 run, QWidget* parent) {
  Session& session = workbench.session;
  const RunSummary* summary = session.find(run);
  if (!summary) return;
  const QString title = QObject::tr("Source of %1, otherwise than its commit").arg(session.nameOf(run));
  session.ask(
      &session,
      [key = summary->key, attempt = summary->attempts](const OpenProject& project) {
        return readTextFile(changesFile(project.reader.file(), key, attempt), 2 * kMostTreeChanges);
      },
      [title, parent = QPointer(parent)](std::optional<std::string> diff) {
        if (diff) showText(title, text(*diff), parent);
      });
}

}  // namespace uada
