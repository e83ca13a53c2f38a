#include "widgets/frame/About.h"

#include <QApplication>
#include <QClipboard>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QPlainTextEdit>
#include <QProcess>
#include <QPushButton>
#include <QRegularExpression>
#include <QTabWidget>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "core/store/Records.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

QString licencesText() {
  return QObject::tr(
      "UADA Workbench: GPL-3.0-or-later.\n\n"
      "It is made with\n"
      "  Qt 6 (LGPL-3.0)\n"
      "  QCustomPlot (GPL-3.0-or-later)\n"
      "  PyTorch's LibTorch (BSD-3-Clause)\n"
      "  OpenCV core and imgproc (Apache-2.0)\n"
      "  SQLite (public domain) through SQLiteCpp (MIT)\n"
      "  nlohmann-json, CLI11, fmt, pugixml (MIT or BSD-3-Clause)\n"
      "  libjpeg-turbo (BSD-3-Clause, IJG), libspng (BSD-2-Clause), zlib\n"
      "  Highway (Apache-2.0), Boost.Math (BSL-1.0), ONNX (Apache-2.0)\n\n"
      "The method is that of Xu and Zhao, Universal Adaptive Data Augmentation, IJCAI 2023.");
}

AboutDialog::AboutDialog(const Workbench& workbench, QWidget* parent)
    : QDialog(parent), parts_(new QTreeWidget), tool_(new QProcess(this)) {
  setObjectName("about");
  setWindowTitle(tr("About UADA Workbench"));
  auto* layout = new QVBoxLayout(this);
  layout->setSpacing(kGrid);
  auto* head =
      new QLabel(tr("<b>UADA Workbench %1</b><br>Does adapting the augmentation to the network help, where, "
                    "and what does it cost?")
                     .arg(QApplication::applicationVersion()));
  head->setTextFormat(Qt::RichText);
  head->setWordWrap(true);
  layout->addWidget(head);
  auto* tabs = new QTabWidget;
  parts_->setObjectName("parts");
  parts_->setAccessibleName(tr("Parts of the program and of this machine"));
  parts_->setHeaderLabels({tr("Part"), tr("What was found")});
  parts_->setRootIsDecorated(false);
  parts_->setWordWrap(true);
  parts_->setTextElideMode(Qt::ElideNone);
  parts_->header()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
  auto* licences = new QPlainTextEdit(licencesText());
  licences->setReadOnly(true);
  licences->setTabChangesFocus(true);
  licences->setAccessibleName(tr("Licences"));
  tabs->addTab(parts_, tr("Versions and devices"));
  tabs->addTab(licences, tr("Licences"));
  layout->addWidget(tabs, 1);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
  auto* copy = buttons->addButton(tr("Copy"), QDialogButtonBox::ActionRole);
  connect(copy, &QPushButton::clicked, this, [this] {
    QString text;
    for (int i = 0; i < parts_->topLevelItemCount(); ++i)
      text += parts_->topLevelItem(i)->text(0) + ": " + parts_->topLevelItem(i)->text(1) + "\n";
    QApplication::clipboard()->setText(text);
  });
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  layout->addWidget(buttons);
  const Manifest manifest = currentManifest();
  add(tr("program"), QString::fromStdString(manifest.program));
  if (!manifest.git.empty()) add(tr("commit"), QString::fromStdString(manifest.git));
  if (!manifest.compiler.empty()) add(tr("compiler"), QString::fromStdString(manifest.compiler));
  add(tr("Qt"), QString::fromLatin1(qVersion()));
  add(tr("machine"), QString::fromStdString(manifest.host + ", " + manifest.cpu));
  look(workbench);
  const QSize room = parent ? parent->size() - QSize(4 * kGrid, 4 * kGrid) : QSize(900, 600);
  resize(QSize(88 * kGrid, 60 * kGrid).boundedTo(room));
}

/// Nobody waits for the process to end: it goes by itself once it has.
AboutDialog::~AboutDialog() {
  tool_->disconnect(this);
  if (tool_->state() == QProcess::NotRunning) return;
  tool_->setParent(QCoreApplication::instance());
  connect(tool_, &QProcess::finished, tool_, &QObject::deleteLater);
  tool_->kill();
}

void AboutDialog::add(const QString& part, const QString& what) {
  auto* item = new QTreeWidgetItem(parts_, {part, what});
  item->setToolTip(1, what);
}

/// LibTorch takes half a second to load, so that another process does it.
void AboutDialog::look(const Workbench& workbench) {
  const QString known = workbench.session.workerProgram;
  const QString program = known.isEmpty() ? QCoreApplication::applicationDirPath() + "/uada" : known;
  auto* wait = new QTreeWidgetItem(parts_, {tr("devices"), tr("looking ...")});
  connect(tool_, &QProcess::errorOccurred, this, [wait, program](QProcess::ProcessError error) {
    if (error == QProcess::FailedToStart) wait->setText(1, tr("'%1' could not be started").arg(program));
  });
  connect(tool_, &QProcess::finished, this, [this, wait] {
    const QByteArray lines = tool_->readAllStandardOutput();
    if (lines.isEmpty()) return wait->setText(1, tr("no answer"));
    delete wait;
    take(lines);
  });
  QStringList arguments{"doctor", "--json"};
  if (workbench.session.hasProject()) arguments << "--project" << workbench.session.projectFile();
  tool_->start(program, arguments);
}

void AboutDialog::take(const QByteArray& lines) {
  for (const QByteArray& line : lines.split('\n')) {
    const QJsonObject found = QJsonDocument::fromJson(line).object();
    const QString name = found["name"].toString();
    if (found["kind"].toString() != "check" || name == "program" || name == "machine" || name == "window")
      continue;
    add(name, QStringList{found["finding"].toString() == "ok" ? QString() : found["finding"].toString(),
                          found["detail"].toString()}
                  .filter(QRegularExpression("."))
                  .join(": "));
  }
}

}  // namespace uada
