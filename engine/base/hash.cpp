#include "base/hash.h"

#include <nettle/sha2.h>
#include <sys/random.h>

#include <cstring>

namespace reeve::base {

struct Sha256::State {
  sha256_ctx context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  sha256_init(&state_->context);
}
Sha256::~Sha256() = default;

Sha256& Sha256::add(std::string_view bytes) {
  sha256_update(&state_->context, bytes.size(), reinterpret_cast<const uint8_t*>(bytes.data()));
  return *this;
}

Hash Sha256::finish() {
  Hash out{};
  sha256_digest(&state_->context, out.size(), out.data());
  return out;
}

Hash sha256(std::string_view bytes) {
  sha256_ctx context;
  sha256_init(&context);
  sha256_update(&context, bytes.size(), reinterpret_cast<const uint8_t*>(bytes.data()));
  Hash out{};
  sha256_digest(&context, out.size(), out.data());
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

}  // namespace reeve::base
