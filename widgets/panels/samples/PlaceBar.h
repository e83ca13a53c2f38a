#pragma once

#include <QWidget>

class QComboBox;
class QLabel;
class QPushButton;

namespace uada {

/// The bar of the view Samples that says which part of the run is shown, how large, and what else can be done
/// with its samples.
class PlaceBar : public QWidget {
  Q_OBJECT
 public:
  explicit PlaceBar(QWidget* parent = nullptr);

  /// help  a tool tip; older, newer: whether there are such samples that were not read
  void tell(const QString& text, const QString& help, bool hasOlder, bool hasNewer);
  /// Whether pages follow the steps; else they follow another order, the first of which comes first.
  void setByStep(bool isByStep);
  /// Why the run's samples cannot be judged; empty: they can.
  void setDamageWhyNot(const QString& why);
  int zoom() const;  ///< of all pictures; 0: as large as fits
  QComboBox* beside() const { return beside_; }

 Q_SIGNALS:
  void olderWanted();
  void newerWanted();
  void zoomChanged();
  void replayWanted();
  void damageWanted();

 private:
  QPushButton* button(const char* name, const QString& text, const QString& help, void (PlaceBar::*wanted)());

  QPushButton *older_, *newer_, *damage_;
  QLabel* place_;
  QComboBox *zoom_, *beside_;
};

}  // namespace uada
