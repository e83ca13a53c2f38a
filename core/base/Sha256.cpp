#include "core/base/Sha256.h"

#include <sha2.h>

#include "core/base/Files.h"

namespace uada {

struct Sha256::Impl {
  SHA2_CTX context;
};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) { SHA256Init(&impl_->context); }
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes) {
  SHA256Update(&impl_->context, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

std::string Sha256::digits() const {
  SHA2_CTX copy = impl_->context;
  char text[SHA256_DIGEST_STRING_LENGTH];
  SHA256End(&copy, text);
  return text;
}

std::string sha256(std::span<const std::byte> bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.digits();
}

std::string sha256(std::string_view text) {
  return sha256(std::as_bytes(std::span(text.data(), text.size())));
}

}  // namespace uada
