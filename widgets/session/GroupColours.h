#pragma once

#include <QColor>
#include <map>
#include <string>
#include <vector>

#include "core/base/Json.h"
#include "widgets/session/RunList.h"

namespace uada {

class Theme;

/// The colours of a project's groups: those that a person has chosen, and for all others the theme's, or
/// where one of these is too near to a chosen one, another that keeps away from all. GUI thread.
class GroupColours {
 public:
  explicit GroupColours(const Theme& theme) : theme_(theme) {}
  /// chosen  by key, as "#rrggbb"; what is damaged counts as not chosen
  void update(const std::vector<SeedGroup>& groups, const Json& chosen);
  QColor of(const SeedGroup& group) const;
  /// place  of the seed in its group, from 0: see Theme::seedColour()
  QColor ofSeed(const SeedGroup& group, int place) const;
  bool isChosen(const SeedGroup& group) const { return chosen_.contains(keyOf(group)); }

  /// What stays of a group when others come and go.
  static std::string keyOf(const SeedGroup& group);
  /// `chosen` with another colour for the group; not valid: with none.
  static Json with(Json chosen, const SeedGroup& group, const QColor& colour);

  /// Two groups whose colours are nearer, by CIEDE2000, are taken for one another.
  static constexpr double kLeastDistance = 14;

 private:
  void place(const std::vector<SeedGroup>& groups);

  const Theme& theme_;
  std::map<std::string, QColor> chosen_;
  std::map<int, QColor> instead_;  ///< of groups, by SeedGroup::colour, whose usual colour is too near
  std::size_t placed_ = 0;         ///< groups that there were then
};

}  // namespace uada
