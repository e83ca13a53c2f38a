#pragma once

#include <QAbstractListModel>
#include <QSortFilterProxyModel>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/Reports.h"
#include "widgets/panels/samples/SampleTraits.h"

namespace uada {

/// Names of the plan's ops in order, as people read them.
QStringList opTitles(const Plan& plan);
/// Loss of the chosen candidate minus loss of the unperturbed plan; 0 where the plan itself won, NaN where
/// nothing was decided.
double gainOf(const Decision& decision);

/// A row of samples: a decision and what is to be said of it.
struct SampleRow {
  Decision decision;
  QString note = {};    ///< "nearest: step 240"; empty: nothing
  bool isThere = true;  ///< false: step and sample alone are known, and the note says why
};

/// The pictured samples of one run, newest first. Keeps the newest kKept; older ones stay in the project
/// file. Bounded, however long a run is.
class SamplesModel : public QAbstractListModel {
 public:
  static constexpr int kKept = 1000;
  using QAbstractListModel::QAbstractListModel;

  int rowCount(const QModelIndex& parent = {}) const override;
  /// Qt::AccessibleTextRole and Qt::ToolTipRole: the row in words.
  QVariant data(const QModelIndex& index, int role) const override;
  const Decision& at(int row) const { return rows_[row].decision; }
  const SampleRow& row(int row) const { return rows_[row]; }

  void clear();
  /// newest first
  void set(std::vector<Decision> decisions);
  /// The same of rows, in the order given.
  void setRows(std::vector<SampleRow> rows);
  /// oldest first, as they come from the run
  void add(const std::vector<Decision>& decisions);
  /// Groups of the first decision that has any, in candidate order: the columns between "unperturbed" and
  /// "trained on".
  std::vector<std::string> groups() const;

 private:
  std::deque<SampleRow> rows_;
};

/// Of the image that was trained on; NaN: not known.
double trainedLossOf(const Decision& decision);

class SamplesFilterModel : public QSortFilterProxyModel {
 public:
  using QSortFilterProxyModel::QSortFilterProxyModel;
  void setFilter(const SampleFilter& filter);
  /// gain, loss: the largest first, what has none last; among equals the newest.
  void setOrder(SampleOrder order);
  /// Another model of as many rows, whose decisions say which rows are shown and in which order: this one's
  /// rows stand beside them. Null: its own.
  void follow(const SamplesModel* other) { followed_ = other; }

 protected:
  bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
  bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

 private:
  const Decision* decided(int row) const;

  const SamplesModel* followed_ = nullptr;
  SampleFilter filter_;
  SampleOrder order_ = SampleOrder::newest;
};

}  // namespace uada
