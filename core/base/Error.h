#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

namespace uada {

/// A task that could not be done. The message says what, which (file, setting) and why, and what to do.
/// It is one line of at most 2,000 bytes without control characters, whatever was quoted in it.
/// Caught only where a thread or a user action starts.
class Error : public std::runtime_error {
 public:
  explicit Error(std::string_view message);
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

/// What is said of an exception where it is caught: the message of an Error, the first line of what a library
/// says, and where memory was short what that was for.
/// doing  what was being done, as in "cannot finish DOING": "the training of r18-c10-uada-s1"; empty: not
/// known
std::string problemText(const std::exception& problem, std::string_view doing = "");

}  // namespace uada
