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

/// There is more of something than is read. Of a file's beginning this is true of the whole file, too.
class LimitError : public Error {
 public:
  using Error::Error;
};

}  // namespace uada
