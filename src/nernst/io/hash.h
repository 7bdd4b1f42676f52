// SPDX-License-Identifier: Apache-2.0
// A checksum of data sets, configs and checkpoints: XXH3, 128 bits. It finds accidents, not
// forgers.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace nernst::io {

// The digest of all bytes added so far, as if they had come in one piece.
class Digest {
 public:
  Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;
  ~Digest();

  void add(std::span<const std::byte> bytes);
  void add(std::string_view text);

  // 32 lower-case hexadecimal digits, the canonical (big-endian) form that `xxhsum -H2` prints.
  std::string hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The digest of one piece.
std::string digest_of(std::string_view bytes);

}  // namespace nernst::io
