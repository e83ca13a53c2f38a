#include "widgets/panels/predictions/ClassificationView.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>
#include <numeric>
#include <utility>

#include "widgets/forms/FlowLayout.h"
#include "widgets/models/Numbers.h"
#include "widgets/panels/predictions/Overlays.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr int kLarge = 176;  // pixels of the chosen picture's view

enum class MatrixOrder { byNumber, byName, byConfusion };

std::vector<int> orderOf(MatrixOrder wanted, const Confusion& confusion, const QStringList& classes) {
  if (wanted == MatrixOrder::byConfusion) return byConfusion(confusion);
  std::vector<int> order(static_cast<std::size_t>(confusion.classes()));
  std::iota(order.begin(), order.end(), 0);
  if (wanted == MatrixOrder::byName)
    std::ranges::sort(order, [&](int a, int b) {
      const int compared = QString::localeAwareCompare(classes.value(a), classes.value(b));
      return compared != 0 ? compared < 0 : a < b;
    });
  return order;
}

struct Counted {
  std::vector<Case> cases;
  Confusion confusion;
};

Counted countAll(const PredictionSet& set) {
  Counted counted{casesOf(set), {}};
  std::vector<Guess> guesses;
  for (const Case& one : counted.cases) guesses.push_back(one.guess);
  counted.confusion = Confusion(std::max(1, set.header.classCount), guesses);
  return counted;
}

/// "<b>1. coat</b> 61.2 %" and so on, the true class in green.
QString chancesText(const PredictionSet& set, const ClassChances& chances, const Theme& theme) {
  QString rows;
  bool isNamed = false;
  for (const ClassChance& one : chances.best) {
    const bool isTruth = one.label == chances.truth;
    isNamed = isNamed || isTruth;
    rows +=
        QStringLiteral(
            "<tr><td style='color:%1'>%2%3&nbsp;&nbsp;</td><td align='right' "
            "style='white-space:nowrap'>%4</td></tr>")
            .arg(theme.colour(isTruth ? "good" : "text").name(), isTruth ? QStringLiteral("✓ ") : QString(),
                 set.className(one.label).toHtmlEscaped(), shareText(one.chance));
  }
  const QString truth =
      isNamed
          ? QString()
          : QObject::tr("<br>true: %1, not among these").arg(set.className(chances.truth).toHtmlEscaped());
  return QObject::tr("Likeliest classes, loss %1").arg(lossText(chances.loss)) + QStringLiteral("<table>") +
         rows + QStringLiteral("</table>") + truth;
}

}  // namespace

ClassificationView::ClassificationView(const Theme& theme, QWidget* parent) : PredictionView(theme, parent) {
  auto* split = new QSplitter(Qt::Horizontal, this);
  split->addWidget(makeMatrix());
  split->addWidget(makeGrid());
  split->setStretchFactor(0, 1);
  split->setStretchFactor(1, 1);
  split->setSizes({640, 600});
  split->setChildrenCollapsible(false);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(split);
  setFocusProxy(cases_);
  for (const Background* background : {&counting_, &picture_})
    connect(background, &Background::failed, this, &PredictionView::failed);
  connect(&model_, &CasesModel::failed, this, &PredictionView::failed);
}

QWidget* ClassificationView::makeMatrix() {
  auto* side = new QWidget(this);
  auto* column = new QVBoxLayout(side);
  column->setContentsMargins(kGrid, kGrid / 2, 0, 0);
  column->setSpacing(kGrid / 2);
  auto* row = new QWidget(side);
  auto* flow = new FlowLayout(row, kGrid / 2);
  sum_ = new QLabel(side);
  sum_->setObjectName("classification_sum");
  order_ = new QComboBox(side);
  order_->setObjectName("matrix_order");
  order_->addItem(tr("Classes by number"), static_cast<int>(MatrixOrder::byNumber));
  order_->addItem(tr("Classes by name"), static_cast<int>(MatrixOrder::byName));
  order_->addItem(tr("Confused classes side by side"), static_cast<int>(MatrixOrder::byConfusion));
  flow->addWidget(order_);
  flow->addWidget(sum_);
  column->addWidget(row);
  matrix_ = new ConfusionView(theme_, side);
  column->addWidget(matrix_, 1);
  connect(order_, &QComboBox::currentIndexChanged, this, &ClassificationView::sort);
  connect(matrix_, &ConfusionView::chosen, this, [this](const ConfusionCell& cell) { filter(cell); });
  return side;
}

QWidget* ClassificationView::makeGrid() {
  auto* side = new QWidget(this);
  auto* column = new QVBoxLayout(side);
  column->setContentsMargins(0, kGrid / 2, kGrid, kGrid);
  column->setSpacing(kGrid / 2);
  auto* row = new QHBoxLayout;
  shown_ = new QLabel(side);
  shown_->setObjectName("cases_shown");
  shown_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  shown_->setWordWrap(true);
  clear_ = new QPushButton(tr("Show all errors"), side);
  clear_->setObjectName("clear_cell");
  row->addWidget(shown_, 1);
  row->addWidget(clear_);
  column->addLayout(row);
  cases_ = new CasesView(theme_, side);
  cases_->setModel(&model_);
  column->addWidget(cases_, 1);
  auto* detail = new QHBoxLayout;
  large_ = new PixelView(theme_, zoom_, side);
  large_->setObjectName("case_picture");
  large_->setMaximumSize(kLarge, kLarge + 2 * kGrid);
  large_->setFixedHeight(kLarge + 2 * kGrid);
  chances_ = new QLabel(side);
  chances_->setObjectName("case_chances");
  chances_->setTextFormat(Qt::RichText);
  chances_->setWordWrap(true);
  chances_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
  detail->addWidget(large_);
  detail->addWidget(chances_, 1);
  column->addLayout(detail);
  connect(clear_, &QPushButton::clicked, this, [this] { filter(std::nullopt); });
  connect(cases_->selectionModel(), &QItemSelectionModel::currentChanged, this,
          &ClassificationView::showCase);
  connect(large_, &PixelView::saveFailed, this, &PredictionView::failed);
  return side;
}

void ClassificationView::show(const Predictions& set) {
  counting_.drop();
  picture_.drop();
  set_ = set;
  all_.clear();
  confusion_ = {};
  model_.show(set);
  matrix_->show({}, {});
  large_->setPicture(QImage());
  large_->setCaption({}, {});
  chances_->clear();
  sum_->setText(set ? tr("Reading %1 predictions").arg(countText(set->size())) : QString());
  shown_->clear();
  if (!set) return;
  counting_.ask(
      [set](const std::stop_token&) { return countAll(*set); },
      [this](Counted counted) {
        all_ = std::move(counted.cases);
        confusion_ = std::move(counted.confusion);
        const auto samples = confusion_.samples();
        const double share =
            static_cast<double>(confusion_.right()) / static_cast<double>(std::max<std::int64_t>(1, samples));
        QString text =
            tr("%1 of %2 right, %3").arg(countText(confusion_.right()), countText(samples), shareText(share));
        if (confusion_.outside() > 0)
          text += tr("; %1 without a prediction").arg(countText(confusion_.outside()));
        sum_->setText(text);
        matrix_->show(confusion_, set_->classes);
        sort();
        filter(std::nullopt);
      });
}

void ClassificationView::sort() {
  if (confusion_.classes() > 0)
    matrix_->setOrder(
        orderOf(static_cast<MatrixOrder>(order_->currentData().toInt()), confusion_, set_->classes));
}

void ClassificationView::filter(const std::optional<ConfusionCell>& cell) {
  if (!set_) return;
  model_.setCases(casesIn(all_, cell));
  matrix_->setChosen(cell);
  clear_->setEnabled(cell.has_value());
  const QString count = countText(model_.rowCount());
  const QString text = !cell ? tr("All %1 errors, the highest loss first").arg(count)
                       : cell->truth >= 0 && cell->predicted >= 0
                           ? matrix_->textOf(*cell)
                           : tr("%1 errors. %2").arg(count, matrix_->textOf(*cell));
  shown_->setText(text);
  shown_->setToolTip(text);
  if (model_.rowCount() > 0)
    cases_->setCurrentIndex(model_.index(0));
  else
    showCase();
}

void ClassificationView::step(int by) {
  const int row = std::clamp(cases_->currentIndex().row() + by, 0, std::max(0, model_.rowCount() - 1));
  if (model_.rowCount() > 0) cases_->setCurrentIndex(model_.index(row));
}

void ClassificationView::showCase() {
  const QModelIndex index = cases_->currentIndex();
  if (!set_ || !index.isValid()) {
    picture_.drop();
    large_->setPicture(QImage());
    large_->setCaption({}, {});
    chances_->setText(set_ && !all_.empty() ? tr("No sample to show here") : QString());
    return;
  }
  const std::uint32_t sample = model_.at(index.row()).sample;
  picture_.ask(
      [set = set_, sample](const std::stop_token&) {
        return std::pair(pictureOf(*set->data->image(sample)), predictionOf<ClassChances>(*set, sample));
      },
      [this, sample](std::pair<QImage, ClassChances> read) {
        large_->setPicture(std::move(read.first));
        large_->setCaption(set_->sampleName(sample), set_->className(read.second.truth));
        chances_->setText(chancesText(*set_, read.second, theme_));
      });
}

}  // namespace uada
