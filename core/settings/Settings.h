#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/Json.h"

namespace uada {

/// A setting that leaves another one without effect where it has this value.
struct Unless {
  std::string field;
  Json value;
};

/// What a method does with the plans that a policy draws: uses them as they are, moves them, or moves them by
/// what probes say.
enum class Adapting { nothing, moves, probes };

/// What a form, the command line and a message know of one setting.
struct Field {
  /// setting: one of many. title: its value names the whole entry where it is listed. proof: adds nothing
  /// that the others do not say, so it is left out of titles.
  enum class Role { setting, title, proof };

  std::string name;        ///< snake_case key in files and --set
  std::string_view title;  ///< label in a form; a literal
  std::string_view help;   ///< one sentence; unit and the paper's symbol; a literal
  /// What is shown of a run in place of 0 or of an empty text: "all". Empty: these as they are.
  std::string_view shownAtNone = {};
  double min = std::numeric_limits<double>::lowest();
  double max = std::numeric_limits<double>::max();
  int step = 1;                           ///< of a whole number: from min on it may be every step-th
  std::vector<std::string> choices = {};  ///< of a string or a whole number; empty: any
  bool advanced = false;                  ///< folded away in forms
  Role role = Role::setting;
  /// Came when runs had already been stored without it: complete settings have it only where it is not the
  /// default, so that what defines those runs keeps its hash.
  bool later = false;
  bool live = false;  ///< a run under way can go on with another value: see core/config/LiveSettings.h
  std::vector<std::string> (*suggestions)() =
      nullptr;                         ///< of a string that may be any text: what a form offers
  std::vector<Unless> unless = {};     ///< it has no effect where one of these holds
  Adapting needs = Adapting::nothing;  ///< of a policy: it has no effect with a method that does less
  /// A whole number that runs have been stored with as a text: it is read as both and stored as the text, so
  /// that what defines those runs keeps its hash.
  bool storedAsText = false;
};

/// Walks over the settings of a struct. A settings struct has one member
/// `void visit(SettingsVisitor& v) { v.field({.name = "depth", ...}, depth); ... }`, which the file reader,
/// the form, the command line and the store all use.
class SettingsVisitor {
 public:
  virtual ~SettingsVisitor() = default;
  virtual void field(const Field& field, bool& value) = 0;
  virtual void field(const Field& field, int& value) = 0;
  virtual void field(const Field& field, double& value) = 0;
  virtual void field(const Field& field, std::string& value) = 0;
  virtual void field(const Field& field, std::vector<double>& value) = 0;
};

/// A field with its default: what forms are made of.
struct FieldValue {
  Field field;
  Json value;
};

namespace detail {
class FieldLister : public SettingsVisitor {
 public:
  std::vector<FieldValue> fields;
  void field(const Field& f, bool& v) override { fields.push_back({f, v}); }
  void field(const Field& f, int& v) override { fields.push_back({f, v}); }
  void field(const Field& f, double& v) override { fields.push_back({f, v}); }
  void field(const Field& f, std::string& v) override { fields.push_back({f, v}); }
  void field(const Field& f, std::vector<double>& v) override;
};

/// The values alone.
class ValueLister : public SettingsVisitor {
 public:
  std::vector<Json> values;
  void field(const Field&, bool& v) override { values.emplace_back(v); }
  void field(const Field&, int& v) override { values.emplace_back(v); }
  void field(const Field&, double& v) override { values.emplace_back(v); }
  void field(const Field&, std::string& v) override { values.emplace_back(v); }
  void field(const Field&, std::vector<double>& v) override;
};

/// Reads a strict JSON object: unknown keys, wrong types and values out of range are errors that name the
/// place, the key, what was found and what would be right.
class FieldReader : public SettingsVisitor {
 public:
  /// where  for messages: "experiments/demo.json: recipe.model"
  /// extra  keys that are allowed beside the fields ("name")
  FieldReader(const Json& json, std::string where, std::vector<std::string> extra = {});
  void field(const Field& f, bool& v) override;
  void field(const Field& f, int& v) override;
  void field(const Field& f, double& v) override;
  void field(const Field& f, std::string& v) override;
  void field(const Field& f, std::vector<double>& v) override;
  /// Call after visiting: throws for the first key that no field took, and where of two settings "min_x" and
  /// "max_x" the first is above the second.
  void finish() const;

 private:
  const Json* take(const Field& f, const Json& like);
  void note(const Field& f, const Json& value);
  void refuseCrossed() const;
  const Json& json_;
  std::string where_;
  std::vector<std::string> known_;
  std::vector<std::pair<std::string, Json>> limits_;  ///< the settings "min_x" and "max_x"
};
}  // namespace detail

template <class S>
std::vector<FieldValue> fieldsOf(S settings = {}) {
  detail::FieldLister lister;
  settings.visit(lister);
  return std::move(lister.fields);
}

/// values  a value for each of the fields, in their order
Json statedSettings(const std::vector<FieldValue>& fields, const std::vector<Json>& values);

template <class S>
Json settingsToJson(S settings) {
  static const std::vector<FieldValue> kDefaults = fieldsOf<S>();
  detail::ValueLister lister;
  settings.visit(lister);
  return statedSettings(kDefaults, lister.values);
}

/// Starts from the defaults of S (or `base`) and takes what the object gives.
template <class S>
S settingsFromJson(const Json& json, const std::string& where, std::vector<std::string> extra = {},
                   S base = {}) {
  detail::FieldReader reader(json, where, std::move(extra));
  base.visit(reader);
  reader.finish();
  return base;
}

/// What a field takes, in words: "a whole number between 0 and 9", "step, cosine or constant".
std::string allowedText(const FieldValue& known);

/// What is wrong with a value for a field, in words, or "" if it is allowed: for forms the same rule as for
/// files.
/// known  the field with a value of its type (its default)
std::string fieldProblem(const FieldValue& known, const Json& value);

/// The whole number that a value is: 3, and also 3.0 and 1e3.
std::optional<std::int64_t> wholeNumber(const Json& value);

/// Which other setting leaves this one without effect: "schedule constant"; "": none does.
/// settings  of the same owner, by name
std::string idleBy(const Field& field, const Json& settings);

/// For settings that are newly given, not for stored ones: throws UsageError for the first that is not its
/// default although another leaves it without effect, naming both, and for texts with control characters.
/// settings  complete
void requireUsable(const std::vector<FieldValue>& fields, const Json& settings, const std::string& where);

/// Throws UsageError for the first key of the object that is not known, listing those that are.
void refuseUnknownKeys(const Json& json, const std::vector<std::string>& known, const std::string& where);

}  // namespace uada
