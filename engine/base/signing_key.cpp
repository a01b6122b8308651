#include <fcntl.h>
#include <nettle/base64.h>
#include <nettle/eddsa.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "base/hash.h"

namespace reeve::base {

namespace {
constexpr std::string_view kBegin = "-----BEGIN PRIVATE KEY-----\n", kEnd = "-----END PRIVATE KEY-----\n";
// What stands before the 32 bytes of every Ed25519 key in PKCS #8 (RFC 8410, section 7): its DER has no other shape.
constexpr std::string_view kPrefix{"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20", 16};

const uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

std::string pem_of(std::string_view secret) {
  const std::string der = std::string(kPrefix) + std::string(secret);
  std::string text(BASE64_ENCODE_RAW_LENGTH(der.size()), '\0');
  base64_encode_raw(text.data(), der.size(), bytes_of(der));
  return std::string(kBegin) + text + "\n" + std::string(kEnd);
}

/// The 32 secret bytes, or nothing when the text is no Ed25519 key.
std::string secret_in(std::string_view pem) {
  const size_t begin = pem.find(kBegin), end = pem.find(kEnd.substr(0, kEnd.size() - 1));
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin + kBegin.size()) return "";
  const std::string_view text = pem.substr(begin + kBegin.size(), end - begin - kBegin.size());
  base64_decode_ctx context;
  base64_decode_init(&context);
  std::string der(BASE64_DECODE_LENGTH(text.size()), '\0');
  size_t size = der.size();
  if (base64_decode_update(&context, &size, reinterpret_cast<uint8_t*>(der.data()), text.size(), text.data()) != 1 ||
      base64_decode_final(&context) != 1)
    return "";
  der.resize(size);
  return size == kPrefix.size() + ED25519_KEY_SIZE && der.starts_with(kPrefix) ? der.substr(kPrefix.size()) : "";
}
}  // namespace

struct SigningKey::State {
  std::string secret, open;
  explicit State(std::string bytes) : secret(std::move(bytes)), open(ED25519_KEY_SIZE, '\0') {
    ed25519_sha512_public_key(reinterpret_cast<uint8_t*>(open.data()), bytes_of(secret));
  }
  ~State() { explicit_bzero(secret.data(), secret.size()); }
};

SigningKey::SigningKey(std::unique_ptr<State> state) : state_(std::move(state)) {}
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

Result<SigningKey> SigningKey::load_or_create(const std::string& path) {
  if (std::FILE* file = std::fopen(path.c_str(), "re")) {
    std::string text(4096, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file));
    std::fclose(file);
    std::string secret = secret_in(text);
    explicit_bzero(text.data(), text.size());
    if (secret.empty())
      return Error{Fault::kUnavailable, "signing key " + path + " is not an Ed25519 private key in PEM form"};
    return SigningKey(std::make_unique<State>(std::move(secret)));
  }
  std::string secret(ED25519_KEY_SIZE, '\0');
  system_random().fill(reinterpret_cast<uint8_t*>(secret.data()), secret.size());
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return Error{Fault::kUnavailable, "cannot write the signing key " + path + ": " + std::strerror(errno)};
  const std::string text = pem_of(secret);
  const bool written = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  close(fd);
  if (!written) {
    unlink(path.c_str());
    return Error{Fault::kUnavailable, "cannot write the signing key " + path};
  }
  return SigningKey(std::make_unique<State>(std::move(secret)));
}

std::string SigningKey::sign(std::string_view bytes) const {
  std::string out(ED25519_SIGNATURE_SIZE, '\0');
  ed25519_sha512_sign(bytes_of(state_->open), bytes_of(state_->secret), bytes.size(), bytes_of(bytes),
                      reinterpret_cast<uint8_t*>(out.data()));
  return out;
}

std::string SigningKey::public_key() const {
  return state_->open;
}

bool verify_signature(std::string_view public_key, std::string_view bytes, std::string_view signature) {
  return public_key.size() == ED25519_KEY_SIZE && signature.size() == ED25519_SIGNATURE_SIZE &&
         ed25519_sha512_verify(bytes_of(public_key), bytes.size(), bytes_of(bytes), bytes_of(signature)) == 1;
}

}  // namespace reeve::base
