#pragma once

#include <md5.h>

#include <cstddef>
#include <span>
#include <string>

namespace uada {

/// MD5 of bytes that come piece by piece. Only for what others published by its MD5: what this program writes
/// is known by its SHA-256.
class Md5 {
 public:
  Md5();
  void update(std::span<const std::byte> bytes);
  /// 32 lower-case hexadecimal digits of all that came so far; more may follow.
  std::string digits() const;

 private:
  MD5_CTX context_;
};

}  // namespace uada
