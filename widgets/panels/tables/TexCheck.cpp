#include "widgets/panels/tables/TexCheck.h"

#include <QDialog>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QToolButton>
#include <QUrl>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/tables/TableCheck.h"
#include "widgets/models/Words.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr std::size_t kMostBytes = 64 << 20;
constexpr int kLines = 6;

}  // namespace

TexCheck::TexCheck(const Workbench& workbench, QWidget* parent) : QWidget(parent), workbench_(workbench) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(kGrid, 0, kGrid, kGrid);
  text_ = new QPlainTextEdit(this);
  text_->setObjectName("checked_tex");
  text_->setAccessibleName(tr("What became of the exported table"));
  text_->setReadOnly(true);
  text_->setFixedHeight(kLines * text_->fontMetrics().lineSpacing() + 2 * kGrid);
  auto* close = new QToolButton(this);
  close->setText(tr("Close"));
  connect(close, &QToolButton::clicked, this, &QWidget::hide);
  connect(close, &QToolButton::clicked, this, &TexCheck::closed);
  row->addWidget(text_, 1);
  row->addWidget(close, 0, Qt::AlignTop);
  hide();
}

QString TexCheck::texOf(const QMimeData* data) {
  const auto urls = data->urls();
  const QString file = urls.size() == 1 ? urls.front().toLocalFile() : QString();
  return file.endsWith(QStringLiteral(".tex"), Qt::CaseInsensitive) ? file : QString();
}

void TexCheck::open(const Workbench& workbench, const QString& file, QWidget* window) {
  auto* dialog = new QDialog(window);
  dialog->setObjectName("tex_dialog");
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setWindowTitle(tr("Exported table and this project"));
  auto* check = new TexCheck(workbench, dialog);
  check->text_->setMinimumHeight(check->text_->height());
  check->text_->setMaximumHeight(QWIDGETSIZE_MAX);
  auto* layout = new QVBoxLayout(dialog);
  layout->setContentsMargins(0, kGrid, 0, 0);
  layout->addWidget(check);
  connect(check, &TexCheck::closed, dialog, &QDialog::close);
  dialog->resize(80 * kGrid, 40 * kGrid);
  check->check(file);
  dialog->show();
}

void TexCheck::ask() {
  const QString file =
      QFileDialog::getOpenFileName(this, tr("Check an exported table"), {}, tr("LaTeX (*.tex)"));
  if (!file.isEmpty()) check(file);
}

void TexCheck::check(const QString& file) {
  Session& session = workbench_.session;
  show();
  if (!session.hasProject())
    return text_->setPlainText(tr("Open the project that the table was exported from."));
  text_->setPlainText(tr("Reading %1 …").arg(file));
  checked_.ask(
      session, this,
      [name = file.toStdString()](const OpenProject& project) -> std::string {
        try {
          return checkText(checkTables(readTextFile(name, kMostBytes), name, project.reader));
        } catch (const std::exception& error) {
          return problemText(error);
        }
      },
      [this, file](std::optional<std::string> said) {
        if (said) text_->setPlainText(file + '\n' + q(*said).trimmed());
      });
}

}  // namespace uada
