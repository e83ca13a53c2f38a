#pragma once

#include <QColor>
#include <QString>
#include <QWidget>
#include <vector>

class QLabel;
class QMenu;
class QTreeWidget;
class QTreeWidgetItem;

namespace uada {

/// The legend beside the plots: a line for each curve, with its values under the pointer. A tick shows or
/// hides the curve; the line under the pointer, or the clicked one, stands out. Scrolls. GUI thread.
class LiveLegend : public QWidget {
  Q_OBJECT
 public:
  struct Row {
    QString key, name, help;
    QString section;  ///< a heading above the rows that have it; empty: none
    QColor colour;
    bool isShown = true;
    QString first, second;  ///< values
  };
  struct Content {
    QString common;         ///< what all lines share; may be empty
    QString head;           ///< what the values are: "Training loss at step 4,680"
    QString first, second;  ///< titles of the values; an empty second has no column
    std::vector<Row> rows;
  };
  explicit LiveLegend(QWidget* parent = nullptr);
  void show(const Content& content);
  using QWidget::show;
  QSize sizeHint() const override;

 Q_SIGNALS:
  void toggled(const QStringList& keys, bool shown);
  void pointed(const QString& key);  ///< ""; none stands out

 protected:
  void resizeEvent(QResizeEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void fill(QTreeWidgetItem& item, const Row& row);
  static void fillSection(QTreeWidgetItem& item, const QString& section);
  void fillMenu(QMenu& menu, const QTreeWidgetItem* item);
  void hideWhatIsNarrow();
  void tick(const QString& only);

  QLabel *common_ = nullptr, *head_ = nullptr;
  QTreeWidget* list_ = nullptr;
  bool hasSecond_ = false;  ///< value
  QString pinned_;          ///< stands out whatever is under the pointer
};

}  // namespace uada
