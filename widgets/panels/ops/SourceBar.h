#pragma once

#include <QWidget>

#include "widgets/session/Workbench.h"

class QComboBox;
class QLabel;
class QPushButton;
class QSpinBox;

namespace uada {

class PictureSource;

/// Where the view Ops takes its picture from: a file, or a training image of a data set. What could not be
/// read is said under it.
class SourceBar : public QWidget {
  Q_OBJECT
 public:
  SourceBar(const Workbench& workbench, PictureSource& source, QWidget* parent = nullptr);

  void chooseFile();
  void openFile(const QString& file);
  void openDataset(const QString& name);

 private:
  QWidget* makeRow();
  void chooseFolder();
  void showStarted(const QString& text);
  void showLoaded();
  void showTitle();
  void showFailed(const QString& why);

  const Workbench& workbench_;
  PictureSource& source_;
  QComboBox* dataset_ = nullptr;
  QSpinBox* sample_ = nullptr;
  QLabel *text_ = nullptr, *problem_ = nullptr;
  QPushButton* folder_ = nullptr;
};

}  // namespace uada
