#pragma once

#include <QAbstractButton>
#include <QWidget>

class QButtonGroup;
class QGridLayout;

namespace uada {

class Theme;

/// One catalogue entry to choose: title, and under it its explanation.
struct CardText {
  QString name;  ///< the catalogue's; also the card's object name
  QString title;
  QString explanation;
};

class ChoiceCard : public QAbstractButton {
 public:
  ChoiceCard(CardText text, const Theme& theme, QWidget* parent);
  const CardText& text() const { return text_; }
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return sizeHint(); }

 protected:
  void paintEvent(QPaintEvent*) override;

 private:
  CardText text_;
  const Theme& theme_;
};

/// Cards of which one is chosen, side by side; the arrow keys move between them.
class ChoiceCards : public QWidget {
  Q_OBJECT
 public:
  ChoiceCards(const std::vector<CardText>& cards, const Theme& theme, int columns, QWidget* parent = nullptr);
  QString chosen() const;
  void choose(const QString& name);

 Q_SIGNALS:
  void changed();

 private:
  QButtonGroup* group_;
};

}  // namespace uada
