#pragma once

#include <QFontMetrics>
#include <QString>
#include <QStyledItemDelegate>

namespace uada {

/// The name in the width. Where it is too long, its first `front` letters, which say what is unusual of the
/// recipe, stay as far as they take two thirds of the width. Longer ones give way to `brief`, at most half of
/// the width; without it they are shortened from their left, then left out. Of the rest the method is
/// shortened, and what follows its " · ", the seed, stays.
QString fittedName(const QString& name, qsizetype front, const QFontMetrics& metrics, int width,
                   const QString& brief = {});

/// What an item of a list has for its text, pixels.
int textWidth(const QStyleOptionViewItem& option);

/// Draws names of runs so. The length of the front is in RunsModel::kFrontRole, its brief form in
/// kBriefRole.
class RunNameDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

 protected:
  void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;
};

}  // namespace uada
