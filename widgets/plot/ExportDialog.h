#pragma once

#include <QDialog>
#include <QSize>
#include <QStringList>
#include <functional>
#include <vector>

#include "widgets/plot/Plot.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace uada {

/// Something that can be written: a chart, or a whole view.
struct ExportItem {
  QString name;         ///< as a person reads it, and from which the file's name is made
  QStringList filters;  ///< as of a file dialogue, the preferred one first
  QSize seen;           ///< on the screen, in pixels
  /// Throws Error. size  empty where the ending is of numbers, or text
  std::function<void(const QString& file, QSize size)> write;
  bool hasNumbers = false;  ///< it can also be written as .csv
  bool hasSize = true;      ///< else it is written as it is seen
  QString id = {};          ///< the name of the object
  QString file = {};        ///< of the file, without its ending; empty: made from `name`
};
ExportItem exportItem(const Plot& plot);
/// The plots of a view, and then its other charts: those that show something.
std::vector<ExportItem> chartsOf(const QWidget& view);
/// Of a plot or chart of the view, whether it shows something or not. Throws UsageError that names them all.
ExportItem chartOf(const QWidget& view, const QString& id);

/// "Test accuracy (%)" -> "test-accuracy": the name of a file without its ending, at most 56 letters.
QString fileNameOf(const QString& name);
/// As fileNameOf, but no two are equal: a later one that is taken ends in "-2", "-3" and so on.
QStringList distinctFileNames(const QStringList& names);

/// What was chosen last, in this process. The window keeps it from start to start.
struct ExportMemory {
  QString folder, ending;
  QSize size;  ///< empty: as on the screen
  bool numbers = false;
};
ExportMemory& exportMemory();

/// Asks what is written, in which form, at which size, and where; and writes it. What goes wrong stands in
/// the dialogue, which stays open.
class ExportDialog : public QDialog {
  Q_OBJECT
 public:
  enum class What { one, all };  ///< one of the items into a file, or all of them into a folder
  /// items  at least one; what they write must outlive the dialogue
  ExportDialog(std::vector<ExportItem> items, What what, QWidget* parent = nullptr);

  const QStringList& written() const { return written_; }  ///< files
  void accept() override;

 private:
  const ExportItem& item() const;
  QWidget* makeSize();
  QWidget* makePlace();
  void showForms();
  void showSize();
  void suggestPlace();
  void browse();
  QString ending() const;
  QSize size() const;
  void writeOne(const ExportItem& item, const QString& file);
  void writeAll(const QString& folder);

  const std::vector<ExportItem> items_;
  const bool all_;
  QComboBox *which_, *form_, *preset_ = nullptr;
  QSpinBox *width_ = nullptr, *height_ = nullptr;
  QLabel *centimetres_ = nullptr, *problem_;
  QWidget* sizeRow_;
  QLineEdit* place_ = nullptr;
  QCheckBox* numbers_;
  bool isSuggested_ = true;  ///< nobody has changed the place
  QStringList written_;
};

/// Opens the dialogue for charts and waits for it. returns what was written
QStringList exportByAsking(QWidget* parent, const std::vector<const Plot*>& plots,
                           ExportDialog::What what = ExportDialog::What::one);

}  // namespace uada
