// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/hash.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <new>

#include "nernst/base/error.h"

namespace nernst::io {

// xxHash aligns its state to a cache line, so it makes and frees it itself.
struct Digest::State {
  State() : xxh3(XXH3_createState()) {
    if (xxh3 == nullptr) throw std::bad_alloc();
    NERNST_CHECK(XXH3_128bits_reset(xxh3) == XXH_OK);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { XXH3_freeState(xxh3); }

  XXH3_state_t* xxh3;
};

Digest::Digest() : state_(std::make_unique<State>()) {}
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;
Digest::~Digest() = default;

void Digest::add(std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  NERNST_CHECK(XXH3_128bits_update(state_->xxh3, bytes.data(), bytes.size()) == XXH_OK);
}

void Digest::add(std::string_view text) { add(std::as_bytes(std::span(text.data(), text.size()))); }

std::string Digest::hex() const {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state_->xxh3));
  std::string digits;
  for (const unsigned char byte : canonical.digest) digits += fmt::format("{:02x}", byte);
  return digits;
}

std::string digest_of(std::string_view bytes) {
  Digest digest;
  digest.add(bytes);
  return digest.hex();
}

}  // namespace nernst::io
