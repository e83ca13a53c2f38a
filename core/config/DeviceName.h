#pragma once

#include <string>

namespace uada {

/// What the name of a device asks for. Whether the device is there is for the engine to say.
struct DeviceName {
  enum class Kind { automatic, cpu, cuda };
  Kind kind = Kind::automatic;
  int number = 0;  ///< of the CUDA device
};

/// Throws UsageError if the name is none of auto, cpu, cuda and cuda:N with a number N of at most three
/// digits; cuda is cuda:0.
/// where  stands before the message: "small.json: runtime.device"
DeviceName parseDeviceName(const std::string& name, const std::string& where);

}  // namespace uada
