#include "base/hash.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/random.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

namespace reeve::base {

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr);
}
Sha256::~Sha256() = default;

Sha256& Sha256::add(std::string_view bytes) {
  EVP_DigestUpdate(state_->context, bytes.data(), bytes.size());
  return *this;
}

Hash Sha256::finish() {
  Hash out{};
  EVP_DigestFinal_ex(state_->context, out.data(), nullptr);
  return out;
}

Hash sha256(std::string_view bytes) {
  // Fetched once: OpenSSL's SHA256() looks the algorithm up, under locks, at every call.
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Hash out{};
  EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, algorithm, nullptr);
  return out;
}

namespace {
class SystemRandom : public Random {
 public:
  void fill(uint8_t* bytes, size_t count) override {
    while (count > 0) {
      const ssize_t n = getrandom(bytes, count, 0);
      if (n <= 0) continue;
      bytes += n;
      count -= static_cast<size_t>(n);
    }
  }
};
}  // namespace

Random& system_random() {
  static SystemRandom random;
  return random;
}

Uuid new_uuid(Time now, Random& random) {
  Uuid id{};
  random.fill(id.data() + 6, 10);
  const auto ms = static_cast<uint64_t>(now.ms());
  for (int i = 0; i < 6; ++i) id[static_cast<size_t>(i)] = static_cast<uint8_t>(ms >> (40 - 8 * i));
  id[6] = static_cast<uint8_t>(0x70 | (id[6] & 0x0f));
  id[8] = static_cast<uint8_t>(0x80 | (id[8] & 0x3f));
  return id;
}

std::string uuid_text(const Uuid& id) {
  std::string text = hex(id);
  for (const size_t at : {8U, 13U, 18U, 23U}) text.insert(at, "-");
  return text;
}

Result<Uuid> parse_uuid(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c != '-') digits += c;
  if (digits.size() != 32) return invalid("not a correlation id: \"" + std::string(text) + "\"");
  REEVE_TRY(const std::string bytes, unhex(digits));
  Uuid id{};
  std::memcpy(id.data(), bytes.data(), id.size());
  return id;
}

struct SigningKey::State {
  EVP_PKEY* key = nullptr;
  ~State() { EVP_PKEY_free(key); }
};

SigningKey::SigningKey(std::unique_ptr<State> state) : state_(std::move(state)) {}
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

Result<SigningKey> SigningKey::load_or_create(const std::string& path) {
  auto state = std::make_unique<State>();
  if (std::FILE* file = std::fopen(path.c_str(), "re")) {
    state->key = PEM_read_PrivateKey(file, nullptr, nullptr, nullptr);
    std::fclose(file);
    if (!state->key || EVP_PKEY_id(state->key) != EVP_PKEY_ED25519)
      return Error{Fault::kUnavailable, "signing key " + path + " is not an Ed25519 private key in PEM form"};
    return SigningKey(std::move(state));
  }
  state->key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  std::FILE* file = fd < 0 ? nullptr : fdopen(fd, "w");
  if (!file) return Error{Fault::kUnavailable, "cannot write the signing key " + path + ": " + std::strerror(errno)};
  const bool written = PEM_write_PrivateKey(file, state->key, nullptr, nullptr, 0, nullptr, nullptr) == 1 &&
                       std::fflush(file) == 0 && fsync(fileno(file)) == 0;
  std::fclose(file);
  if (!written) return Error{Fault::kUnavailable, "cannot write the signing key " + path};
  return SigningKey(std::move(state));
}

std::string SigningKey::sign(std::string_view bytes) const {
  std::string out(64, '\0');
  size_t size = out.size();
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const bool ok = EVP_DigestSignInit(context, nullptr, nullptr, nullptr, state_->key) == 1 &&
                  EVP_DigestSign(context, reinterpret_cast<unsigned char*>(out.data()), &size,
                                 reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) == 1;
  EVP_MD_CTX_free(context);
  REEVE_ASSERT(ok && size == 64);
  return out;
}

std::string SigningKey::public_key() const {
  std::string out(32, '\0');
  size_t size = out.size();
  REEVE_ASSERT(EVP_PKEY_get_raw_public_key(state_->key, reinterpret_cast<unsigned char*>(out.data()), &size) == 1);
  return out;
}

bool verify_signature(std::string_view public_key, std::string_view bytes, std::string_view signature) {
  EVP_PKEY* key = EVP_PKEY_new_raw_public_key(
      EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(public_key.data()), public_key.size());
  if (!key) return false;
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const bool ok = EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, key) == 1 &&
                  EVP_DigestVerify(context, reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                                   reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  return ok;
}

}  // namespace reeve::base
