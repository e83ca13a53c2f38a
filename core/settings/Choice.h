#pragma once

#include <memory>
#include <string>
#include <typeinfo>
#include <utility>

#include "core/base/Json.h"
#include "core/settings/Settings.h"

namespace uada {

/// A catalogue entry by name with its complete settings. They are read once: what is made from them asks for
/// the struct that its header states. A value; copies share the struct, which never changes.
class Choice {
 public:
  /// Reads the settings of the entry `name`, strictly, with defaults filled in. where: for messages
  using Read = Choice (*)(const std::string& name, const Json& settings, const std::string& where);

  /// No entry, without settings.
  Choice() = default;
  /// An entry whose settings are the struct S, which has visit().
  template <class S>
    requires requires(S s, SettingsVisitor& v) { s.visit(v); }
  Choice(std::string name, S settings);
  /// stated  the complete settings, as they are written
  /// typed   the same as whoever uses them asks for by as()
  /// read    makes such a choice from Json
  template <class T>
  Choice(std::string name, Json stated, T typed, Read read)
      : name(std::move(name)),
        settings_(std::move(stated)),
        type_(&typeid(T)),
        typed_(std::make_shared<const T>(std::move(typed))),
        read_(read) {}

  std::string name;
  /// As files, hashes and forms have them.
  const Json& settings() const { return settings_; }
  /// Throws std::logic_error if the entry's settings are no S.
  template <class S>
  const S& as() const {
    refuseOther(typeid(S));
    return *static_cast<const S*>(typed_.get());
  }

  /// Changes one setting as strictly as it is read from a file: throws UsageError for an unknown key and for
  /// a value that is not allowed.
  void set(const std::string& key, Json value);

  friend bool operator==(const Choice& a, const Choice& b) {
    return a.name == b.name && a.settings_ == b.settings_;
  }

 private:
  void refuseOther(const std::type_info& wanted) const;

  Json settings_ = Json::object();
  const std::type_info* type_ = nullptr;
  std::shared_ptr<const void> typed_;
  Read read_ = nullptr;
};

/// Choice::Read for an entry whose settings are the struct S.
template <class S>
Choice readChoice(const std::string& name, const Json& settings, const std::string& where) {
  return {name, settingsFromJson<S>(settings, where)};
}

template <class S>
  requires requires(S s, SettingsVisitor& v) { s.visit(v); }
Choice::Choice(std::string name, S settings)
    : Choice(std::move(name), settingsToJson(settings), settings, &readChoice<S>) {}

/// {"name": ..., settings ...}
Json choiceToJson(const Choice& choice);
Json choiceToJson(const std::string& name, const Json& settings);

/// The parts of {"name": "resnet", "depth": 18}, or of a text, which is a name without settings.
struct NamedSettings {
  std::string name;
  Json settings;
};
/// usual  the name where none is given; empty: one must be. Throws UsageError.
NamedSettings namedSettings(const Json& json, const std::string& where, const std::string& usual = "");

}  // namespace uada
