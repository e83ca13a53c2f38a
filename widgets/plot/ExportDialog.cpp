#include "widgets/plot/ExportDialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QRegularExpression>
#include <QSpinBox>
#include <QVBoxLayout>
#include <cmath>

#include "core/base/Error.h"
#include "widgets/models/Saving.h"
#include "widgets/plot/Chart.h"
#include "widgets/session/Theme.h"

namespace uada {

namespace {

constexpr double kPerCentimetre = 96 / 2.54;  // pixels, as CSS counts them

struct Preset {
  const char* name;
  QSize size;  ///< empty: of the item
};
// Columns of usual journals: 8.5 cm and 17.5 cm wide.
constexpr Preset kPresets[] = {{"As on the screen", {}},
                               {"One column of a paper, 8.5 cm", {321, 214}},
                               {"Two columns of a paper, 17.5 cm", {661, 331}},
                               {"Slide, 16:9", {1280, 720}},
                               {"Own size", {}}};
constexpr int kOwn = 4;

QString endingOf(const QString& filter) { return filter.mid(filter.lastIndexOf('.') + 1).chopped(1); }
bool isDrawn(const QString& ending) { return ending == "png" || ending == "svg" || ending == "pdf"; }

}  // namespace

ExportMemory& exportMemory() {
  static ExportMemory memory;
  return memory;
}

ExportItem exportItem(const Plot& plot) {
  return {plot.name(),
          Plot::exportFilters(),
          plot.size().expandedTo({320, 200}),
          [&plot](const QString& file, QSize size) { plot.exportTo(file, size); },
          true,
          true,
          plot.objectName()};
}

static ExportItem exportItem(const QWidget& widget, const Chart& chart) {
  const QSize seen = widget.size().expandedTo({320, 120});
  return {chart.chartName(),
          Plot::exportFilters(),
          seen,
          [&chart, seen](const QString& file, QSize size) {
            exportTo(chart, file, size.isEmpty() ? seen : size);
          },
          true,
          true,
          widget.objectName()};
}

static std::vector<ExportItem> itemsOf(const QWidget& view, bool areShown) {
  std::vector<ExportItem> items;
  for (const Plot* plot : view.findChildren<Plot*>())
    if (!areShown || (!plot->isEmpty() && plot->isVisibleTo(&view))) items.push_back(exportItem(*plot));
  for (const QWidget* widget : view.findChildren<QWidget*>())
    if (const auto* chart = dynamic_cast<const Chart*>(widget))
      if (!areShown || (chart->hasContent() && widget->isVisibleTo(&view)))
        items.push_back(exportItem(*widget, *chart));
  return items;
}

std::vector<ExportItem> chartsOf(const QWidget& view) { return itemsOf(view, true); }

ExportItem chartOf(const QWidget& view, const QString& id) {
  std::string known;
  for (ExportItem& item : itemsOf(view, false)) {
    if (item.id == id) return item;
    known += " " + item.id.toStdString();
  }
  throw UsageError("there is no chart '" + id.toStdString() +
                   "' in that view; known:" + (known.empty() ? " none" : known));
}

QString fileNameOf(const QString& name) {
  static const QRegularExpression kBrackets(QStringLiteral("\\([^)]*\\)"));
  static const QRegularExpression kOther(QStringLiteral("[^\\p{L}\\p{N}]+"));
  QString plain = name.toLower().remove(kBrackets);
  plain.replace(kOther, QStringLiteral("-"));
  while (plain.startsWith('-')) plain.remove(0, 1);
  while (plain.endsWith('-')) plain.chop(1);
  constexpr int kMostLetters = 56;
  return plain.isEmpty() ? QStringLiteral("chart") : plain.left(kMostLetters);
}

QStringList distinctFileNames(const QStringList& names) {
  QStringList files;
  for (const QString& name : names) {
    const QString plain = fileNameOf(name);
    QString file = plain;
    for (int i = 2; files.contains(file); ++i) file = QStringLiteral("%1-%2").arg(plain).arg(i);
    files << file;
  }
  return files;
}

ExportDialog::ExportDialog(std::vector<ExportItem> items, What what, QWidget* parent)
    : QDialog(parent),
      items_(std::move(items)),
      all_(what == What::all),
      which_(new QComboBox),
      form_(new QComboBox),
      problem_(new QLabel),
      numbers_(new QCheckBox(all_ ? tr("The numbers of each as CSV, too")
                                  : tr("Its numbers as CSV beside it, too"))) {
  setWindowTitle(all_ ? tr("Export all charts") : tr("Export"));
  auto* layout = new QVBoxLayout(this);
  layout->setSpacing(kGrid);
  auto* form = new QFormLayout;
  form->setSpacing(kGrid);
  for (const ExportItem& each : items_) which_->addItem(each.name);
  which_->setObjectName("what");
  form_->setObjectName("form");
  numbers_->setObjectName("numbers");
  if (all_)
    form->addRow(tr("What"),
                 new QLabel(items_.size() == 1 ? tr("1 chart that shows something")
                                               : tr("%1 charts that show something").arg(items_.size())));
  else
    form->addRow(tr("What"), which_);
  form->addRow(tr("As"), form_);
  form->addRow(tr("Size"), sizeRow_ = makeSize());
  form->addRow(all_ ? tr("Folder") : tr("File"), makePlace());
  form->addRow({}, numbers_);
  layout->addLayout(form);
  problem_->setObjectName("problem");
  problem_->setWordWrap(true);
  problem_->hide();
  layout->addWidget(problem_);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
  buttons->addButton(tr("Export"), QDialogButtonBox::AcceptRole)->setDefault(true);
  connect(buttons, &QDialogButtonBox::accepted, this, &ExportDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  layout->addWidget(buttons);
  numbers_->setChecked(exportMemory().numbers);
  connect(which_, &QComboBox::currentIndexChanged, this, &ExportDialog::showForms);
  connect(form_, &QComboBox::currentIndexChanged, this, &ExportDialog::showSize);
  showForms();
  setMinimumWidth(64 * kGrid);
}

QWidget* ExportDialog::makeSize() {
  auto* row = new QWidget;
  auto* layout = new QHBoxLayout(row);
  layout->setContentsMargins(0, 0, 0, 0);
  preset_ = new QComboBox;
  preset_->setObjectName("size");
  preset_->setAccessibleName(tr("Size"));
  for (const Preset& each : kPresets) preset_->addItem(tr(each.name));
  layout->addWidget(preset_);
  const auto side = [&](const QString& name) {
    auto* made = new QSpinBox;
    made->setAccessibleName(name);
    made->setRange(64, 8000);
    made->setSuffix(tr(" px"));
    layout->addWidget(made);
    connect(made, &QSpinBox::valueChanged, this, [this] {
      centimetres_->setText(tr("%1 x %2 cm")
                                .arg(width_->value() / kPerCentimetre, 0, 'f', 1)
                                .arg(height_->value() / kPerCentimetre, 0, 'f', 1));
    });
    return made;
  };
  width_ = side(tr("Width"));
  layout->addWidget(new QLabel(QStringLiteral("×")));
  height_ = side(tr("Height"));
  centimetres_ = new QLabel;
  centimetres_->setObjectName("muted");
  layout->addWidget(centimetres_);
  layout->addStretch();
  if (const QSize last = exportMemory().size; !last.isEmpty()) {
    int known = kOwn;
    for (int i = 0; i < kOwn; ++i)
      if (kPresets[i].size == last) known = i;
    preset_->setCurrentIndex(known);
    width_->setValue(last.width());
    height_->setValue(last.height());
  }
  connect(preset_, &QComboBox::currentIndexChanged, this, &ExportDialog::showSize);
  return row;
}

QWidget* ExportDialog::makePlace() {
  auto* row = new QWidget;
  auto* layout = new QHBoxLayout(row);
  layout->setContentsMargins(0, 0, 0, 0);
  place_ = new QLineEdit;
  place_->setObjectName("place");
  place_->setAccessibleName(all_ ? tr("Folder") : tr("File"));
  connect(place_, &QLineEdit::textEdited, this, [this] { isSuggested_ = false; });
  auto* browse = new QPushButton(tr("Browse..."));
  browse->setAutoDefault(false);
  connect(browse, &QPushButton::clicked, this, &ExportDialog::browse);
  layout->addWidget(place_, 1);
  layout->addWidget(browse);
  return row;
}

const ExportItem& ExportDialog::item() const { return items_[std::max(0, which_->currentIndex())]; }
QString ExportDialog::ending() const { return form_->currentData().toString(); }
QSize ExportDialog::size() const {
  return item().hasSize && isDrawn(ending()) ? QSize(width_->value(), height_->value()) : QSize();
}

void ExportDialog::showForms() {
  const QString before = form_->count() ? ending() : exportMemory().ending;
  const QSignalBlocker quiet(form_);
  form_->clear();
  for (const QString& filter : item().filters) form_->addItem(filter, endingOf(filter));
  form_->setCurrentIndex(std::max(0, form_->findData(before)));
  showSize();
}

void ExportDialog::showSize() {
  const bool isSized = item().hasSize && isDrawn(ending());
  sizeRow_->setEnabled(isSized);
  numbers_->setVisible(item().hasNumbers || all_);
  numbers_->setEnabled(ending() != "csv");
  const Preset& preset = kPresets[preset_->currentIndex()];
  const bool isOwn = preset_->currentIndex() == kOwn;
  const QSize shown = preset.size.isEmpty() ? item().seen : preset.size;
  if (!isOwn) {
    width_->setValue(shown.width());
    height_->setValue(shown.height());
  }
  width_->setEnabled(isOwn);
  height_->setEnabled(isOwn);
  suggestPlace();
}

void ExportDialog::suggestPlace() {
  const QString folder = exportMemory().folder.isEmpty() ? QDir::homePath() : exportMemory().folder;
  if (isSuggested_)
    place_->setText(all_ ? folder
                         : folder + '/' + (item().file.isEmpty() ? fileNameOf(item().name) : item().file) +
                               '.' + ending());
  else if (!all_)
    for (int i = 0; i < form_->count(); ++i)  // a name that a person gave keeps all but its ending
      if (const QString other = '.' + form_->itemData(i).toString(); place_->text().endsWith(other)) {
        place_->setText(place_->text().chopped(other.size()) + '.' + ending());
        break;
      }
}

void ExportDialog::browse() {
  const QString chosen =
      all_ ? QFileDialog::getExistingDirectory(this, tr("Folder of the charts"), place_->text())
           : askWhere(this, tr("Export"), place_->text(), {form_->currentText()});
  if (chosen.isEmpty()) return;
  isSuggested_ = false;
  place_->setText(chosen);
}

void ExportDialog::writeOne(const ExportItem& each, const QString& file) {
  each.write(file, size());
  written_ << file;
  if (!numbers_->isChecked() || !each.hasNumbers || file.endsWith(".csv")) return;
  const QFileInfo info(file);
  const QString beside = info.path() + '/' + info.completeBaseName() + ".csv";
  each.write(beside, {});
  written_ << beside;
}

void ExportDialog::writeAll(const QString& folder) {
  QStringList problems, names;
  for (const ExportItem& each : items_) names << each.name;
  const QStringList files = distinctFileNames(names);
  for (std::size_t i = 0; i < items_.size(); ++i) {
    try {
      writeOne(items_[i], folder + '/' + files[static_cast<qsizetype>(i)] + '.' + ending());
    } catch (const std::exception& error) {  // the others are written all the same
      problems << QString::fromStdString(problemText(error));
    }
  }
  if (!problems.isEmpty())
    throw Error(
        tr("%1 files were written. Not: %2").arg(written_.size()).arg(problems.join("; ")).toStdString());
}

void ExportDialog::accept() {
  written_.clear();
  const QString place = place_->text().trimmed();
  try {
    if (place.isEmpty()) throw UsageError(all_ ? "choose a folder" : "choose a file");
    if (all_) {
      if (!QDir().mkpath(place)) throw Error("the folder '" + place.toStdString() + "' cannot be made");
      writeAll(place);
    } else {
      const bool isThere = QFileInfo::exists(place);
      if (isThere && isSuggested_ &&
          QMessageBox::question(this, windowTitle(), tr("'%1' is there already. Replace it?").arg(place)) !=
              QMessageBox::Yes)
        return;
      writeOne(item(), place);
    }
  } catch (const std::exception& error) {
    problem_->setText(QString::fromStdString(problemText(error)));
    problem_->show();
    return;
  }
  const QString folder = all_ ? place : QFileInfo(place).absolutePath();
  const bool asSeen = kPresets[preset_->currentIndex()].size.isEmpty() && preset_->currentIndex() != kOwn;
  exportMemory() = {folder, ending(), asSeen ? QSize() : size(), numbers_->isChecked()};
  QDialog::accept();
}

QStringList exportByAsking(QWidget* parent, const std::vector<const Plot*>& plots, ExportDialog::What what) {
  std::vector<ExportItem> items;
  for (const Plot* plot : plots) items.push_back(exportItem(*plot));
  ExportDialog dialog(std::move(items), what, parent);
  return dialog.exec() == QDialog::Accepted ? dialog.written() : QStringList();
}

}  // namespace uada
