#pragma once

#include <QFontMetrics>
#include <QString>
#include <QStyledItemDelegate>

namespace uada {

/// The name in the width: where it is too long its first `front` letters are shortened from their left, then
/// left out; of the rest the method is shortened at last, and what follows its " · ", the seed, stays.
QString fittedName(const QString& name, qsizetype front, const QFontMetrics& metrics, int width);

/// Draws names of runs so. The length of the front is in RunsModel::kFrontRole.
class RunNameDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

 protected:
  void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;
};

}  // namespace uada
