#pragma once

#include <stdexcept>
#include <string>

namespace uada {

/// A task that could not be done. The message says what, which (file, setting) and why, and what to do.
/// Caught only where a thread or a user action starts (design.md 5).
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The user asked for something that is not on offer: exit code 2 instead of 1.
class UsageError : public Error {
 public:
  using Error::Error;
};

}  // namespace uada
