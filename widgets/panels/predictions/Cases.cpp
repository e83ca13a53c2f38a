#include "widgets/panels/predictions/Cases.h"

#include <QPainter>
#include <QTimer>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/base/Error.h"
#include "widgets/models/Numbers.h"
#include "widgets/panels/predictions/Overlays.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr std::size_t kBatch = 48;       // pictures read between two repaints
constexpr std::size_t kMostKept = 4000;  // pictures of kSide: 150 MB at most
constexpr int kLines = 3;

QString chanceText(double chance) {
  return std::isnan(chance) ? orDash({}) : QString::number(100 * chance, 'f', 1) + QStringLiteral(" %");
}

/// Small pictures are enlarged a whole number of times, so that their pixels stay crisp.
QImage thumbnail(const QImage& picture, int side) {
  const int longest = std::max(picture.width(), picture.height());
  if (longest > side) return picture.scaled(side, side, Qt::KeepAspectRatio, Qt::SmoothTransformation);
  return picture.scaled(picture.size() * std::max(1, side / longest), Qt::KeepAspectRatio);
}

struct ReadPictures {
  std::vector<std::pair<std::uint32_t, QImage>> pictures;  ///< by sample
  QString why;  ///< the first one could not be read; empty: all were
};

QImage readCase(const PredictionSet& set, std::uint32_t sample, double ratio) {
  QImage small = thumbnail(pictureOf(*set.data->image(sample)),
                           static_cast<int>(std::lround(CasesModel::kSide * ratio)));
  small.setDevicePixelRatio(ratio);
  return small;
}

/// One that cannot be read is grey, so that it is not tried again.
ReadPictures readCases(const PredictionSet& set, const std::vector<std::uint32_t>& samples, double ratio,
                       const std::stop_token& stop) {
  QImage grey(1, 1, QImage::Format_RGB32);
  grey.fill(Qt::gray);
  grey.setDevicePixelRatio(ratio);
  ReadPictures read;
  for (const std::uint32_t sample : samples) {
    if (stop.stop_requested()) break;
    try {
      read.pictures.emplace_back(sample, readCase(set, sample, ratio));
    } catch (const std::exception& error) {
      read.pictures.emplace_back(sample, grey);
      if (read.why.isEmpty()) read.why = QString::fromStdString(problemText(error));
    }
  }
  return read;
}

class CaseDelegate : public QStyledItemDelegate {
 public:
  CaseDelegate(const Theme& theme, QObject* parent) : QStyledItemDelegate(parent), theme_(theme) {}

  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override {
    return {CasesModel::kSide + 5 * kGrid,
            CasesModel::kSide + 2 * kGrid + kLines * option.fontMetrics.height()};
  }

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    const auto* model = static_cast<const CasesModel*>(index.model());
    const Case& one = model->at(index.row());
    const QRect cell = option.rect.adjusted(kGrid / 2, kGrid / 2, -kGrid / 2, -kGrid / 2);
    painter->save();
    if (option.state & QStyle::State_Selected) {
      QColor tint = theme_.colour("accent");
      tint.setAlpha(40);
      painter->fillRect(option.rect.adjusted(1, 1, -1, -1), tint);
    }
    const QRect room(cell.left(), cell.top(), cell.width(), CasesModel::kSide);
    const double ratio = painter->device()->devicePixelRatioF();
    if (const QImage picture = model->picture(one.sample, ratio); !picture.isNull()) {
      QRect place(QPoint(), (QSizeF(picture.size()) / picture.devicePixelRatio()).toSize());
      place.moveCenter(room.center());
      painter->drawImage(place.topLeft(), picture);
    } else {
      painter->fillRect(room, theme_.colour("alternate"));
    }
    paintText(*painter, option, cell, one, *model->set());
    painter->restore();
  }

 private:
  void paintText(QPainter& painter, const QStyleOptionViewItem& option, const QRect& cell, const Case& one,
                 const PredictionSet& set) const {
    const int line = option.fontMetrics.height();
    int top = cell.top() + CasesModel::kSide + 2;
    const auto write = [&](const QString& words, const char* colour) {
      painter.setPen(theme_.colour(colour));
      painter.drawText(QRect(cell.left(), top, cell.width(), line), Qt::AlignLeft | Qt::AlignVCenter,
                       option.fontMetrics.elidedText(words, Qt::ElideRight, cell.width()));
      top += line;
    };
    write(QObject::tr("true %1").arg(set.className(one.guess.truth)), "text");
    const QString mark = one.isRight() ? QStringLiteral("✓ ") : QStringLiteral("✗ ");
    write(mark + set.className(one.guess.predicted), one.isRight() ? "good" : "bad");
    write(QObject::tr("%1 · loss %2").arg(chanceText(one.chance), lossText(one.loss)), "muted");
  }

  const Theme& theme_;
};

}  // namespace

std::vector<Case> casesOf(const PredictionSet& set) {
  std::vector<Case> cases;
  cases.reserve(set.size());
  for (std::uint32_t i = 0; i < set.size(); ++i) {
    const auto chances = predictionOf<ClassChances>(set, i);
    const double none = std::numeric_limits<double>::quiet_NaN();
    cases.push_back({i,
                     {chances.truth, chances.predicted()},
                     chances.best.empty() ? none : chances.best.front().chance,
                     chances.loss});
  }
  return cases;
}

std::vector<Case> casesIn(const std::vector<Case>& all, const std::optional<ConfusionCell>& cell) {
  const bool isOne = cell && cell->truth >= 0 && cell->predicted >= 0;
  std::vector<Case> in;
  for (const Case& one : all) {
    const bool isOfTruth = !cell || cell->truth < 0 || one.guess.truth == cell->truth;
    const bool isOfPredicted = !cell || cell->predicted < 0 || one.guess.predicted == cell->predicted;
    if (isOfTruth && isOfPredicted && (isOne || !one.isRight())) in.push_back(one);
  }
  std::ranges::sort(in, {}, [](const Case& one) {
    const double loss = std::isnan(one.loss) ? std::numeric_limits<double>::infinity() : one.loss;
    return std::pair(-loss, one.sample);
  });
  return in;
}

CasesModel::CasesModel(QObject* parent) : QAbstractListModel(parent) {
  connect(&reading_, &Background::failed, this, &CasesModel::failed);
}

void CasesModel::show(const Predictions& set) {
  reading_.drop();
  beginResetModel();
  set_ = set;
  cases_.clear();
  pictures_.clear();
  wanted_.clear();
  endResetModel();
}

void CasesModel::setCases(std::vector<Case> cases) {
  beginResetModel();
  cases_ = std::move(cases);
  wanted_.clear();
  endResetModel();
}

int CasesModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(cases_.size());
}

QVariant CasesModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || !set_ || (role != Qt::ToolTipRole && role != Qt::AccessibleTextRole)) return {};
  const Case& one = at(index.row());
  return tr("%1: true %2, taken for %3 (%4), loss %5")
      .arg(set_->sampleName(one.sample), set_->className(one.guess.truth),
           set_->className(one.guess.predicted), chanceText(one.chance), lossText(one.loss));
}

QImage CasesModel::picture(std::uint32_t sample, double ratio) const {
  ratio_ = ratio;
  const auto found = pictures_.find(sample);
  if (found != pictures_.end() && found->second.devicePixelRatio() == ratio) return found->second;
  if (std::ranges::find(wanted_, sample) == wanted_.end()) wanted_.push_back(sample);
  if (!isAsked_ && !reading_.isBusy()) {
    isAsked_ = true;  // once all that is seen was painted
    auto* self = const_cast<CasesModel*>(this);
    QTimer::singleShot(0, self, [self] { self->readWanted(); });
  }
  return {};
}

/// The ones that were seen last come first: earlier ones may have been scrolled away.
void CasesModel::readWanted() {
  isAsked_ = false;
  if (wanted_.empty() || !set_ || reading_.isBusy()) return;
  const std::size_t count = std::min(kBatch, wanted_.size());
  std::vector<std::uint32_t> batch(wanted_.end() - static_cast<std::ptrdiff_t>(count), wanted_.end());
  wanted_.resize(wanted_.size() - count);
  reading_.ask([set = set_, batch = std::move(batch),
                ratio = ratio_](const std::stop_token& stop) { return readCases(*set, batch, ratio, stop); },
               [this](ReadPictures read) {
                 if (pictures_.size() > kMostKept) pictures_.clear();
                 for (auto& [sample, picture] : read.pictures) pictures_[sample] = std::move(picture);
                 if (!cases_.empty())
                   Q_EMIT dataChanged(index(0), index(static_cast<int>(cases_.size()) - 1),
                                      {Qt::DecorationRole});
                 if (!read.why.isEmpty()) Q_EMIT failed(read.why);
                 readWanted();
               });
}

CasesView::CasesView(const Theme& theme, QWidget* parent) : QListView(parent) {
  setObjectName("cases");
  setViewMode(QListView::IconMode);
  setResizeMode(QListView::Adjust);
  setMovement(QListView::Static);
  setUniformItemSizes(true);
  setLayoutMode(QListView::Batched);
  setBatchSize(500);
  setSelectionMode(QAbstractItemView::SingleSelection);
  setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  setItemDelegate(new CaseDelegate(theme, this));
}

}  // namespace uada
