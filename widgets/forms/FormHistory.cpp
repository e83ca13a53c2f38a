#include "widgets/forms/FormHistory.h"

#include <optional>
#include <string>
#include <utility>

namespace uada {
namespace {

constexpr std::size_t kMost = 500;  ///< states; the oldest go

/// The places of the values in which two states differ, at most two of them.
void differingPlaces(const Json& a, const Json& b, const std::string& place,
                     std::vector<std::string>& found) {
  if (found.size() > 1 || a == b) return;
  if (!a.isObject() || !b.isObject()) return found.push_back(place);
  for (const auto& [key, value] : a.asObject()) {
    const Json* other = b.find(key);
    differingPlaces(value, other ? *other : Json(), place + "/" + key, found);
  }
  for (const auto& [key, value] : b.asObject())
    if (!a.find(key)) found.push_back(place + "/" + key);
}

/// The field into which the one became the other by typing; "": by something else.
std::string typedPlace(const Json& a, const Json& b) {
  std::vector<std::string> places;
  differingPlaces(a, b, "", places);
  return places.size() == 1 && places.front().ends_with("/text") ? places.front() : std::string();
}

}  // namespace

void FormHistory::begin(Json state) {
  states_ = {std::move(state)};
  at_ = 0;
  typedInto_.clear();
}

void FormHistory::take(Json state) {
  if (states_.empty()) return begin(std::move(state));
  if (state == states_[at_]) return;
  states_.resize(at_ + 1);
  const std::string place = typedPlace(states_[at_], state);
  if (!place.empty() && place == typedInto_) {
    states_[at_] = std::move(state);
    return;
  }
  typedInto_ = place;
  states_.push_back(std::move(state));
  if (states_.size() > kMost) states_.erase(states_.begin());
  at_ = states_.size() - 1;
}

const Json& FormHistory::undo() {
  typedInto_.clear();
  return states_[--at_];
}

const Json& FormHistory::redo() {
  typedInto_.clear();
  return states_[++at_];
}

}  // namespace uada
