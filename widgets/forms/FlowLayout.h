#pragma once

#include <QLayout>
#include <QList>

namespace uada {

/// Items from left to right, wrapped to as many rows as the width needs; items in a row stand on one middle
/// line. What belongs together goes into one widget.
class FlowLayout : public QLayout {
 public:
  explicit FlowLayout(QWidget* parent, int spacing);
  ~FlowLayout() override;

  void addItem(QLayoutItem* item) override { items_.append(item); }
  int count() const override { return static_cast<int>(items_.size()); }
  QLayoutItem* itemAt(int index) const override { return items_.value(index); }
  QLayoutItem* takeAt(int index) override;
  Qt::Orientations expandingDirections() const override { return {}; }
  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override { return arrange({0, 0, width, 0}, false); }
  QSize sizeHint() const override { return minimumSize(); }
  QSize minimumSize() const override;
  void setGeometry(const QRect& rect) override;

 private:
  int arrange(const QRect& rect, bool place) const;
  int placeRow(const QList<QLayoutItem*>& row, const QRect& inner, int top, bool place) const;

  QList<QLayoutItem*> items_;
};

}  // namespace uada
