#pragma once

#include <QAbstractTableModel>
#include <memory>

#include "widgets/session/RunList.h"

namespace uada {

class Session;
class Theme;

/// The project's runs as rows, newest first. Column 0 is the colour square, filled for compared runs.
class RunsModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column { square, title, state, epoch, score, columns };
  static constexpr int kRunRole = Qt::UserRole;        ///< the run's id
  static constexpr int kTextRole = Qt::UserRole + 1;   ///< all that a filter looks into
  static constexpr int kFrontRole = Qt::UserRole + 2;  ///< letters of the name before its method

  RunsModel(Session& session, const Theme& theme, QObject* parent);
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
  /// Not valid: there is no such run.
  QModelIndex indexOf(qint64 run, int column) const;

 private:
  void update();
  QVariant display(const RunSummary& run, int column) const;
  Session& session_;
  const Theme& theme_;
  std::shared_ptr<const RunList> list_;
};

/// A square in a picture of 16 by 16 pixels, filled or outlined.
QPixmap colourSquare(const QColor& colour, bool filled);

}  // namespace uada
