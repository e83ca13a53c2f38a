#include "core/data/Md5.h"

namespace uada {

Md5::Md5() { ::MD5Init(&context_); }

void Md5::update(std::span<const std::byte> bytes) {
  ::MD5Update(&context_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

std::string Md5::digits() const {
  MD5_CTX copy = context_;
  char text[MD5_DIGEST_STRING_LENGTH];
  return ::MD5End(&copy, text);
}

}  // namespace uada
