#pragma once

#include <QAbstractButton>
#include <QWidget>
#include <functional>

class QButtonGroup;
class QGridLayout;

namespace uada {

class Theme;

/// One catalogue entry to choose: title, and under it its explanation.
struct CardText {
  QString name;  ///< the catalogue's; also the card's object name
  QString title;
  QString explanation;
  QString remark = {};  ///< shown below: "Not installed"; empty: none
};

class ChoiceCard : public QAbstractButton {
 public:
  ChoiceCard(CardText text, const Theme& theme, QWidget* parent);
  const CardText& text() const { return text_; }
  /// Says under the explanation why it cannot be chosen now; empty: it can.
  void refuse(const QString& why);
  QSize sizeHint() const override { return {200, heightForWidth(200)}; }
  QSize minimumSizeHint() const override { return {120, 0}; }
  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override;

 protected:
  void paintEvent(QPaintEvent*) override;

 private:
  void describe();
  QString remark() const { return why_.isEmpty() ? text_.remark : why_; }

  CardText text_;
  QString why_;
  const Theme& theme_;
};

/// Cards of which one is chosen, side by side; the arrow keys move between them.
class ChoiceCards : public QWidget {
  Q_OBJECT
 public:
  ChoiceCards(const std::vector<CardText>& cards, const Theme& theme, int columns, QWidget* parent = nullptr);
  QString chosen() const;
  void choose(const QString& name);
  /// Cards of which why() tells a reason cannot be chosen, and say it.
  void refuse(const std::function<QString(const QString& name)>& why);

 Q_SIGNALS:
  void changed();

 private:
  QButtonGroup* group_;
};

}  // namespace uada
