#include "widgets/panels/ops/SourceBar.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QVBoxLayout>

#include "widgets/forms/FlowLayout.h"
#include "widgets/forms/FormStyle.h"
#include "widgets/panels/ops/PictureSource.h"
#include "widgets/session/Theme.h"

namespace uada {

SourceBar::SourceBar(const Workbench& workbench, PictureSource& source, QWidget* parent)
    : QWidget(parent), workbench_(workbench), source_(source) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(kGrid, kGrid, kGrid, 0);
  column->setSpacing(kGrid / 2);
  column->addWidget(makeRow());
  problem_ = problemLabel(workbench.theme, this);
  problem_->setObjectName("source_problem");
  column->addWidget(problem_);
  folder_ = new QPushButton(tr("Choose its folder..."), this);
  folder_->setObjectName("source_folder");
  folder_->hide();
  column->addWidget(folder_, 0, Qt::AlignLeft);
  connect(folder_, &QPushButton::clicked, this, &SourceBar::chooseFolder);
  connect(&source, &PictureSource::started, this, &SourceBar::showStarted);
  connect(&source, &PictureSource::loaded, this, &SourceBar::showLoaded);
  connect(&source, &PictureSource::failed, this, &SourceBar::showFailed);
}

QWidget* SourceBar::makeRow() {
  auto* row = new QWidget(this);
  auto* flow = new FlowLayout(row, kGrid);
  auto* open = new QPushButton(workbench_.theme.icon("open"), tr("Open image..."), row);
  open->setObjectName("open_image");
  open->setToolTip(tr("A PNG or JPEG of at most 4,096 × 4,096 pixels; or drop one on this view"));
  dataset_ = new QComboBox(row);
  dataset_->setObjectName("source_dataset");
  dataset_->addItem(tr("Sample of a data set"));
  dataset_->setToolTip(tr("A training image, as the renderer reads it"));
  for (const DatasetEntry& entry : datasets()) {
    if (entry.isOwn) continue;  // its images are opened as files
    dataset_->addItem(QString::fromStdString(entry.title), QString::fromStdString(entry.name));
    dataset_->setItemData(dataset_->count() - 1, QString::fromStdString(entry.source), Qt::ToolTipRole);
  }
  sample_ = new QSpinBox(row);
  sample_->setObjectName("source_sample");
  sample_->setToolTip(tr("Number of the training image, from 0"));
  sample_->setGroupSeparatorShown(true);
  sample_->setAccelerated(true);
  sample_->hide();
  text_ = quietLabel({}, workbench_.theme, row);
  text_->setObjectName("source_title");
  text_->setWordWrap(false);
  for (QWidget* widget : std::initializer_list<QWidget*>{open, dataset_, sample_, text_})
    flow->addWidget(widget);
  connect(open, &QPushButton::clicked, this, &SourceBar::chooseFile);
  connect(dataset_, &QComboBox::activated, this, [this] {
    if (const QString name = dataset_->currentData().toString(); !name.isEmpty()) openDataset(name);
  });
  connect(sample_, &QSpinBox::valueChanged, this,
          [this](int index) { source_.readSample(static_cast<std::uint32_t>(index)); });
  return row;
}

void SourceBar::chooseFile() {
  const QString folder = workbench_.settings.value("ops/folder").toString();
  const QString file = QFileDialog::getOpenFileName(this, tr("Open an image"), folder,
                                                    tr("Pictures (*.png *.jpg *.jpeg);;All files (*)"));
  if (!file.isEmpty()) openFile(file);
}

void SourceBar::openFile(const QString& file) {
  workbench_.settings.setValue("ops/folder", QFileInfo(file).absolutePath());
  PictureRequest request;
  request.file = file.toStdString();
  source_.read(request);
}

void SourceBar::openDataset(const QString& name) {
  PictureRequest request;
  request.dataset = name.toStdString();
  source_.read(request);
}

void SourceBar::chooseFolder() {
  const QString folder = QFileDialog::getExistingDirectory(this, tr("Folder of the data set"));
  if (folder.isEmpty()) return;
  PictureRequest request;
  request.dataset = dataset_->currentData().toString().toStdString();
  request.folder = folder.toStdString();
  source_.read(request);
}

void SourceBar::showStarted(const QString& text) {
  text_->setText(text + QStringLiteral(" ..."));
  text_->show();
  showProblem(problem_, {});
  folder_->hide();
}

void SourceBar::showLoaded() {
  const OpsPicture& picture = source_.picture();
  const bool sample = !source_.request().dataset.empty();
  const QSignalBlocker quiet(sample_), quiet2(dataset_);
  dataset_->setCurrentIndex(sample ? dataset_->findData(QString::fromStdString(source_.request().dataset))
                                   : 0);
  sample_->setVisible(sample);
  if (sample) {
    sample_->setRange(0, static_cast<int>(picture.data->size()) - 1);
    sample_->setValue(static_cast<int>(picture.index));
  }
  showTitle();
  showProblem(problem_, {});
  folder_->hide();
}

void SourceBar::showTitle() {
  const OpsPicture& picture = source_.picture();
  const QString title = QString::fromStdString(picture.title);
  const bool sample = !source_.request().dataset.empty();           // its set and number stand beside it
  const qsizetype colon = title.lastIndexOf(QStringLiteral(": "));  // none: it has no class
  const QString shown = !sample ? title : colon < 0 ? QString() : title.mid(colon + 2);
  const QString size = tr("%1 × %2 px").arg(picture.image.width).arg(picture.image.height);
  text_->setText(shown.isEmpty() ? size : tr("%1, %2").arg(shown, size));
  text_->setVisible(!picture.image.empty());
  text_->setToolTip(title);
}

void SourceBar::showFailed(const QString& why) {
  showTitle();  // the picture is still the one before
  showProblem(problem_, why);
  folder_->setVisible(dataset_->currentIndex() > 0);
}

}  // namespace uada
