#pragma once

#include <QFontMetrics>
#include <QString>
#include <QStyledItemDelegate>

namespace uada {

/// Of "r10w4-c10-uada-s1" with the method "uada" the first 10 letters: the recipe, which runs that are
/// compared have in common. 0: the title does not have that form.
qsizetype frontOf(const QString& name, const QString& method);

/// The name in the width: where it is too long its first `front` letters are shortened from their left, then
/// left out; the rest, method and seed, is shortened in its middle at last.
QString fittedName(const QString& name, qsizetype front, const QFontMetrics& metrics, int width);

/// Draws names of runs so. The length of the front is in RunsModel::kFrontRole.
class RunNameDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

 protected:
  void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;
};

}  // namespace uada
