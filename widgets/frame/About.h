#pragma once

#include <QDialog>

#include "widgets/session/Workbench.h"

class QProcess;
class QTreeWidget;

namespace uada {

/// Versions, devices and licences. What the command line tool finds on the machine is asked of it, and shown
/// when it has answered.
class AboutDialog : public QDialog {
  Q_OBJECT
 public:
  explicit AboutDialog(const Workbench& workbench, QWidget* parent = nullptr);
  ~AboutDialog() override;

 private:
  void look(const Workbench& workbench);
  void take(const QByteArray& lines);
  void add(const QString& part, const QString& what);

  QTreeWidget* parts_;
  QProcess* tool_;
};

/// "This program: GPL-3.0-or-later", and what it is made with.
QString licencesText();

}  // namespace uada
