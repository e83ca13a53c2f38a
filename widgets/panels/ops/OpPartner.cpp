// What only some ops have: a place, a second image.
#include <QFileDialog>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>

#include "core/ops/Resize.h"
#include "widgets/forms/FlowLayout.h"
#include "widgets/forms/FormStyle.h"
#include "widgets/panels/ops/OpControls.h"
#include "widgets/panels/ops/OpExplorer.h"
#include "widgets/panels/ops/PictureSource.h"
#include "widgets/session/Theme.h"

namespace uada {

QWidget* OpExplorer::makeRestRow() {
  auto* row = new QWidget(this);
  auto* flow = new FlowLayout(row, kGrid);
  x_ = shareSpin("op_x", row);
  y_ = shareSpin("op_y", row);
  place_ = together({labelled(tr("Centre at"), x_), labelled(tr("of the width,"), y_),
                     new QLabel(tr("of the height; or click in the original"))});
  partnerIndex_ = new QSpinBox(row);
  partnerIndex_->setObjectName("op_partner");
  partnerIndex_->setToolTip(tr("The training image that is mixed in"));
  partnerOpen_ = new QPushButton(tr("Choose..."), row);
  partnerText_ = quietLabel({}, workbench_.theme, row);
  partnerText_->setObjectName("op_partner_text");
  partnerText_->setWordWrap(false);
  partner_ = together({labelled(tr("Mixed with"), partnerIndex_), partnerOpen_, partnerText_});
  problem_ = problemLabel(workbench_.theme, row);
  problem_->setObjectName("op_problem");
  for (QWidget* widget : std::initializer_list<QWidget*>{place_, partner_, problem_}) flow->addWidget(widget);
  connect(x_, &QDoubleSpinBox::valueChanged, this, [this](double x) {
    setting_.x = x;
    changed();
  });
  connect(y_, &QDoubleSpinBox::valueChanged, this, [this](double y) {
    setting_.y = y;
    changed();
  });
  connect(partnerIndex_, &QSpinBox::valueChanged, this, [this](int index) {
    setting_.partner = static_cast<std::uint32_t>(index);
    changed();
  });
  connect(partnerOpen_, &QPushButton::clicked, this, &OpExplorer::choosePartner);
  connect(partnerFile_, &PictureSource::failed, this,
          [this](const QString& why) { showProblem(problem_, why); });
  connect(partnerFile_, &PictureSource::loaded, this, [this] {
    showProblem(problem_, {});
    showControls();
    changed();
  });
  return row;
}

void OpExplorer::choosePartner() {
  const QString file = QFileDialog::getOpenFileName(this, tr("Image to mix in"), {},
                                                    tr("Pictures (*.png *.jpg *.jpeg);;All files (*)"));
  if (!file.isEmpty()) openPartner(file);
}

void OpExplorer::openPartner(const QString& file) {
  PictureRequest request;
  request.file = file.toStdString();
  partnerFile_->read(request);
}

/// The second image: of the same data set, or a file. Empty: none.
Image OpExplorer::partner() const {
  if (!setting_.entry().hasPartner) return {};
  if (picture_.data)
    return broughtToSize(*picture_.data->image(setting_.partner % picture_.data->size()), picture_.image);
  const Image& file = partnerFile_->picture().image;
  if (file.empty()) return {};
  return resized(file.view(), picture_.image.width, picture_.image.height, Filter::bilinear);
}

}  // namespace uada
