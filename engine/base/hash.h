/// \file
/// How are bytes named, signed and drawn at random? SHA-256, FNV-1a, Ed25519, UUIDv7: nettle behind our own names.
///
/// Any thread. Source: FIPS 180-4, RFC 8032, RFC 8410, RFC 9562.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace reeve::base {

using Hash = std::array<uint8_t, 32>;
using Uuid = std::array<uint8_t, 16>;

/// Hashes in pieces; finish() once.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  Sha256& add(std::string_view bytes);
  Hash finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Hash sha256(std::string_view bytes);
std::string hex(std::string_view bytes);
template <size_t N>
std::string hex(const std::array<uint8_t, N>& bytes) {
  return hex(std::string_view(reinterpret_cast<const char*>(bytes.data()), N));
}
/// \errors kInvalid for an odd count or a character that is no hex digit.
Result<std::string> unhex(std::string_view text);

inline uint64_t fnv1a(std::string_view bytes, uint64_t state = 14695981039346656037ULL) {
  for (const char c : bytes) state = (state ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return state;
}

/// The port to chance.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(uint8_t* bytes, size_t count) = 0;
};
/// The operating system's; lives for ever; any thread.
Random& system_random();

/// UUIDv7: 48 bits of milliseconds, then chance.
Uuid new_uuid(Time now, Random& random);
/// The usual text with four dashes.
std::string uuid_text(const Uuid& id);
Result<Uuid> parse_uuid(std::string_view text);

/// An Ed25519 key pair. The private key is kept as PEM (PKCS #8, as OpenSSL writes it) in a file of mode 0600.
class SigningKey {
 public:
  /// Reads `path`, or makes a new key there. \errors kUnavailable when the file cannot be read or written.
  static Result<SigningKey> load_or_create(const std::string& path);
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  ~SigningKey();
  /// 64 bytes.
  std::string sign(std::string_view bytes) const;
  /// 32 bytes.
  std::string public_key() const;

 private:
  struct State;
  explicit SigningKey(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};
bool verify_signature(std::string_view public_key, std::string_view bytes, std::string_view signature);

}  // namespace reeve::base
