#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace uada {

/// SHA-256 of bytes that come piece by piece; for those in one piece there is sha256() in Files.h.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(std::span<const std::byte> bytes);
  /// 64 lower-case hexadecimal digits of all that came so far; more may follow.
  std::string digits() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace uada
