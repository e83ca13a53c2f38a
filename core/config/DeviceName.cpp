#include "core/config/DeviceName.h"

#include <fmt/core.h>

#include "core/base/Error.h"

namespace uada {

void requireDeviceName(const std::string& name, const std::string& where) {
  if (name == "auto" || name == "cpu" || name == "cuda") return;
  const std::string number = name.starts_with("cuda:") ? name.substr(5) : "";
  if (!number.empty() && number.size() <= 3 && number.find_first_not_of("0123456789") == number.npos) return;
  throw UsageError(fmt::format("{}: '{}' is no device; use auto, cpu, cuda or cuda:N with a number N from 0",
                               where, name));
}

}  // namespace uada
