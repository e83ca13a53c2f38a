#include "widgets/panels/samples/PlaceBar.h"

#include <QComboBox>
#include <QLabel>
#include <QPushButton>

#include "widgets/forms/FlowLayout.h"
#include "widgets/session/Theme.h"

namespace uada {

PlaceBar::PlaceBar(QWidget* parent)
    : QWidget(parent), place_(new QLabel(this)), zoom_(new QComboBox(this)), beside_(new QComboBox(this)) {
  auto* row = new FlowLayout(this, kGrid);
  row->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid / 2);
  place_->setObjectName("samples_count");
  zoom_->setObjectName("samples_zoom");
  zoom_->setAccessibleName(tr("Zoom"));
  zoom_->setToolTip(tr("Of all pictures: whole, so that pixels stay crisp"));
  zoom_->addItem(tr("Zoom: fit"), 0);
  for (const int zoom : {1, 2, 3, 4, 6, 8}) zoom_->addItem(tr("Zoom: %1 ×").arg(zoom), zoom);
  connect(zoom_, &QComboBox::currentIndexChanged, this, &PlaceBar::zoomChanged);
  older_ = button("show_older", {}, {}, &PlaceBar::olderWanted);
  newer_ = button("show_newer", {}, {}, &PlaceBar::newerWanted);
  setByStep(true);
  row->addWidget(older_);
  row->addWidget(newer_);
  row->addWidget(place_);
  row->addWidget(zoom_);
  row->addWidget(beside_);
  row->addWidget(button("samples_replay", tr("Replay…"),
                        tr("Render any sample of any past step again, and compare the pixels"),
                        &PlaceBar::replayWanted));
  row->addWidget(damage_ = button("samples_damage", tr("Hard samples…"), {}, &PlaceBar::damageWanted));
  setDamageWhyNot({});
}

void PlaceBar::setDamageWhyNot(const QString& why) {
  const QString help = tr("Which augmented images a frozen network no longer recognises, by op and class");
  damage_->setEnabled(why.isEmpty());
  damage_->setToolTip(why.isEmpty() ? help : why);
}

QPushButton* PlaceBar::button(const char* name, const QString& text, const QString& help,
                              void (PlaceBar::*wanted)()) {
  auto* made = new QPushButton(text, this);
  made->setObjectName(name);
  made->setToolTip(help);
  connect(made, &QPushButton::clicked, this, wanted);
  return made;
}

void PlaceBar::tell(const QString& text, const QString& help, bool hasOlder, bool hasNewer) {
  place_->setText(text);
  place_->setToolTip(help);
  older_->setVisible(hasOlder);
  newer_->setVisible(hasNewer);
}

void PlaceBar::setByStep(bool isByStep) {
  older_->setText(isByStep ? tr("Older") : tr("Next"));
  newer_->setText(isByStep ? tr("Newer") : tr("Back"));
  older_->setToolTip(isByStep ? tr("Read the samples of the steps before") : tr("Read those that come next"));
  newer_->setToolTip(isByStep ? tr("Read the samples of the steps behind")
                              : tr("Read those that come before"));
}

int PlaceBar::zoom() const { return zoom_->currentData().toInt(); }

}  // namespace uada
