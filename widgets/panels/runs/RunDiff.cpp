#include "widgets/panels/runs/RunDiff.h"

#include <QClipboard>
#include <QDialog>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

#include "core/tables/RunDifferences.h"
#include "widgets/models/Words.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"
#include "widgets/session/Workbench.h"

namespace uada {

namespace {

QTableWidget* tableOf(const RunDifferences& differences, const QStringList& names) {
  auto* table = new QTableWidget(static_cast<int>(differences.keys.size()), static_cast<int>(names.size()));
  table->setObjectName("differences");
  table->setHorizontalHeaderLabels(names);
  QStringList keys;
  for (std::size_t i = 0; i < differences.keys.size(); ++i) {
    keys << q(differences.keys[i]);
    for (std::size_t k = 0; k < differences.values[i].size(); ++k) {
      auto* item = new QTableWidgetItem(q(differences.values[i][k]));
      item->setFlags(Qt::ItemIsSelectable | Qt::ItemIsEnabled);
      item->setToolTip(item->text());
      table->setItem(static_cast<int>(i), static_cast<int>(k), item);
    }
  }
  table->setVerticalHeaderLabels(keys);
  table->verticalHeader()->setDefaultSectionSize(kRowHeight);
  table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  return table;
}

void show(const RunDifferences& differences, const QStringList& names, QWidget* parent) {
  auto* dialog = new QDialog(parent);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setObjectName("runDifferences");
  dialog->setWindowTitle(QObject::tr("Differences of %1 runs").arg(names.size()));
  dialog->resize(90 * kGrid, 50 * kGrid);
  auto* layout = new QVBoxLayout(dialog);
  layout->setContentsMargins(2 * kGrid, 2 * kGrid, 2 * kGrid, kGrid);
  auto* text = new QLabel(differences.keys.empty()
                              ? QObject::tr("These runs do not differ in any setting")
                              : QObject::tr("Settings in which these runs differ; all others are equal"));
  text->setObjectName("muted");
  layout->addWidget(text);
  layout->addWidget(tableOf(differences, names), 1);
  auto* buttons = new QHBoxLayout;
  auto* copy = new QPushButton(QObject::tr("Copy"));
  copy->setObjectName("copyDifferences");
  copy->setToolTip(QObject::tr("As columns parted by tabs, for a spreadsheet"));
  auto* close = new QPushButton(QObject::tr("Close"));
  close->setDefault(true);
  buttons->addStretch();
  buttons->addWidget(copy);
  buttons->addWidget(close);
  layout->addLayout(buttons);
  QObject::connect(close, &QPushButton::clicked, dialog, &QDialog::close);
  QObject::connect(copy, &QPushButton::clicked, dialog, [copy, differences, names] {
    std::vector<std::string> columns;
    for (const QString& name : names) columns.push_back(name.toStdString());
    QGuiApplication::clipboard()->setText(q(tabbedText(differences, columns)));
    copy->setText(QObject::tr("Copied"));
  });
  dialog->show();
}

}  // namespace

void showDifferences(const Workbench& workbench, const std::vector<qint64>& runs, QWidget* parent) {
  constexpr std::size_t kMost = 100;  // columns that a person still looks through
  std::vector<qint64> shown(runs.begin(), runs.begin() + std::min(runs.size(), kMost));
  QStringList names;
  for (const qint64 run : shown) names << workbench.session.nameOf(run);
  workbench.session.ask(
      parent,
      [shown](const OpenProject& project) {
        std::vector<RunConfig> configs;
        for (const qint64 run : shown) configs.push_back(project.reader.detail(run).config);
        return differencesOf(configs);
      },
      [names, parent](std::optional<RunDifferences> differences) {
        if (differences) show(*differences, names, parent);
      });
}

}  // namespace uada
