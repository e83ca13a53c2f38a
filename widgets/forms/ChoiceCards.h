#pragma once

#include <QAbstractButton>
#include <QStringList>
#include <QWidget>
#include <functional>
#include <vector>

class QButtonGroup;
class QGridLayout;

namespace uada {

class Theme;

/// One catalogue entry to choose: title, and under it its explanation.
struct CardText {
  QString name;  ///< the catalogue's; also the card's object name
  QString title;
  QString explanation;
  QString remark = {};  ///< shown below: "Not on this machine"; empty: none
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

/// Cards side by side, of which one is chosen, or any number ticked; the arrow keys move between them.
class ChoiceCards : public QWidget {
  Q_OBJECT
 public:
  enum class Many { one, any };
  ChoiceCards(const std::vector<CardText>& cards, const Theme& theme, int columns, QWidget* parent = nullptr,
              Many many = Many::one);
  QString chosen() const;
  void choose(const QString& name);
  /// Those that are ticked, in the order of the cards.
  QStringList ticked() const;
  void tick(const QStringList& names);
  /// Cards of which why() tells a reason cannot be chosen, and say it.
  void refuse(const std::function<QString(const QString& name)>& why);

 Q_SIGNALS:
  void changed();

 private:
  QButtonGroup* group_;
};

}  // namespace uada
