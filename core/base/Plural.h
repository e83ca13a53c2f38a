#pragma once

#include <string>

namespace uada {

std::string plural(long long count, const std::string& word);  ///< "1 run", "1,200 runs"

}  // namespace uada
