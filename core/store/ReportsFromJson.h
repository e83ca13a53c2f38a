#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/base/Json.h"
#include "core/engine/ReportJson.h"

/// Reports again from what reportToJson() made of them.
namespace uada::store {

namespace members {

/// The members that are no metrics.
class MemberLister {
 public:
  std::vector<std::string> names{"time", "attempt", "kind", "seconds", "timings"};
  template <class T>
  void key(const char* name, const T&) {
    names.emplace_back(name);
  }
  template <class T>
  void field(const char* name, const T&) {
    names.emplace_back(name);
  }
  void added(const char* name, double, int) { names.emplace_back(name); }
  void passes(const char* name, double) { names.emplace_back(name); }
  void phase(const char*, double) {}
  void metrics(const char*, const Metrics&) {}
  void total(double) {}
};

class JsonReader {
 public:
  JsonReader(const Json& json, std::vector<std::string> members)
      : json_(json), members_(std::move(members)) {}
  template <class T>
  void key(const char* name, T& value) {
    field(name, value);
  }
  template <class T>
  void field(const char* name, T& value) {
    if constexpr (std::is_same_v<T, double>)
      value = numberFromJson(json_.at(name));
    else if constexpr (std::is_same_v<T, std::string>)
      value = json_.at(name).asString();
    else
      value = static_cast<T>(json_.at(name).asInt());
  }
  /// Lines of older versions have not all of them.
  void added(const char* name, double& value, int) {
    if (const Json* found = json_.find(name)) value = numberFromJson(*found);
  }
  void passes(const char* name, double& value) { field(name, value); }
  void phase(const char* name, double& seconds) {
    const Json* timings = json_.find("timings");
    if (const Json* found = timings ? timings->find(name) : nullptr) seconds = numberFromJson(*found);
  }
  void metrics(std::string_view part, Metrics& values) {
    const std::string start = part.empty() ? "" : std::string(part) + '_';
    for (const auto& [name, value] : json_.asObject())
      if (name.starts_with(start) && std::ranges::find(members_, name) == members_.end())
        values.push_back({name.substr(start.size()), numberFromJson(value)});
  }
  void total(double) {}

 private:
  const Json& json_;
  const std::vector<std::string> members_;
};

}  // namespace members

/// Throws Error if a member is missing or of another type.
template <class R>
R reportFromJson(const Json& json) {
  R report;
  members::MemberLister lister;
  R::visit(report, lister);
  members::JsonReader reader(json, std::move(lister.names));
  R::visit(report, reader);
  return report;
}

}  // namespace uada::store
