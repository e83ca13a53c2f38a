#pragma once

#include <string>

namespace uada {

/// Throws UsageError if the name is none of auto, cpu, cuda and cuda:N. Whether the device is there is for
/// the engine to say. where  stands before the message: "small.json: runtime.device"
void requireDeviceName(const std::string& name, const std::string& where);

}  // namespace uada
