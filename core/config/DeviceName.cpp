#include "core/config/DeviceName.h"

#include <fmt/core.h>

#include "core/base/Error.h"

namespace uada {

DeviceName parseDeviceName(const std::string& name, const std::string& where) {
  using Kind = DeviceName::Kind;
  if (name == "auto") return {Kind::automatic};
  if (name == "cpu") return {Kind::cpu};
  if (name == "cuda") return {Kind::cuda};
  const std::string number = name.starts_with("cuda:") ? name.substr(5) : "";
  if (!number.empty() && number.size() <= 3 && number.find_first_not_of("0123456789") == number.npos)
    return {Kind::cuda, std::stoi(number)};
  throw UsageError(fmt::format("{}: '{}' is no device; use auto, cpu, cuda or cuda:N with a number N from 0",
                               where, name));
}

}  // namespace uada
