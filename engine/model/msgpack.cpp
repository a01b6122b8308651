#include "model/msgpack.h"

#include <bit>

namespace reeve::model {

void Packer::big(uint64_t n, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) byte(static_cast<uint8_t>(n >> shift));
}

void Packer::nil() {
  byte(0xc0);
}
void Packer::boolean(bool b) {
  byte(b ? 0xc3 : 0xc2);
}

void Packer::integer(int64_t i) {
  if (i >= 0 && i < 128) return byte(static_cast<uint8_t>(i));
  if (i < 0 && i >= -32) return byte(static_cast<uint8_t>(i));
  if (i >= INT32_MIN && i <= INT32_MAX) {
    byte(0xd2);
    return big(static_cast<uint32_t>(static_cast<int32_t>(i)), 4);
  }
  byte(0xd3);
  big(static_cast<uint64_t>(i), 8);
}

void Packer::number(double d) {
  byte(0xcb);
  big(std::bit_cast<uint64_t>(d), 8);
}

void Packer::string(std::string_view s) {
  if (s.size() < 32) {
    byte(static_cast<uint8_t>(0xa0 | s.size()));
  } else if (s.size() < 256) {
    byte(0xd9);
    big(s.size(), 1);
  } else {
    byte(0xdb);
    big(s.size(), 4);
  }
  out_ += s;
}

void Packer::list(size_t count) {
  if (count < 16) return byte(static_cast<uint8_t>(0x90 | count));
  byte(0xdd);
  big(count, 4);
}

void Packer::map(size_t count) {
  if (count < 16) return byte(static_cast<uint8_t>(0x80 | count));
  byte(0xdf);
  big(count, 4);
}

void Packer::value(const Value& v) {
  if (v.is_bool()) return boolean(v.as_bool());
  if (v.is_int()) return integer(v.as_int());
  if (v.is_double()) return number(v.as_double());
  if (v.is_string()) return string(v.as_string());
  if (v.is_list()) {
    list(v.as_list().size());
    for (const Value& item : v.as_list()) value(item);
    return;
  }
  if (v.is_map()) {
    map(v.as_map().size());
    for (const auto& [key, item] : v.as_map()) {
      string(key);
      value(item);
    }
    return;
  }
  nil();
}

bool Unpacker::take(size_t n, std::string_view& out) {
  if (!ok_ || rest_.size() < n) return ok_ = false;
  out = rest_.substr(0, n);
  rest_.remove_prefix(n);
  return true;
}

uint8_t Unpacker::lead() {
  std::string_view one;
  return take(1, one) ? static_cast<uint8_t>(one[0]) : 0xc1;  // 0xc1 is never used
}

uint64_t Unpacker::big(int bytes) {
  std::string_view text;
  uint64_t n = 0;
  if (!take(static_cast<size_t>(bytes), text)) return 0;
  for (const char c : text) n = n << 8 | static_cast<uint8_t>(c);
  return n;
}

void Unpacker::nil() {
  if (lead() != 0xc0) ok_ = false;
}

bool Unpacker::boolean() {
  const uint8_t tag = lead();
  if (tag != 0xc2 && tag != 0xc3) ok_ = false;
  return tag == 0xc3;
}

int64_t Unpacker::integer() {
  const uint8_t tag = lead();
  if (tag < 0x80) return tag;
  if (tag >= 0xe0) return static_cast<int8_t>(tag);
  switch (tag) {
    case 0xcc:
      return static_cast<int64_t>(big(1));
    case 0xcd:
      return static_cast<int64_t>(big(2));
    case 0xce:
      return static_cast<int64_t>(big(4));
    case 0xcf:
      return static_cast<int64_t>(big(8));
    case 0xd0:
      return static_cast<int8_t>(big(1));
    case 0xd1:
      return static_cast<int16_t>(big(2));
    case 0xd2:
      return static_cast<int32_t>(big(4));
    case 0xd3:
      return static_cast<int64_t>(big(8));
    case 0xcb: {
      const double d = std::bit_cast<double>(big(8));
      if (d >= -9e18 && d <= 9e18 && d == static_cast<double>(static_cast<int64_t>(d))) return static_cast<int64_t>(d);
      break;
    }
    default:
      break;
  }
  ok_ = false;
  return 0;
}

double Unpacker::number() {
  if (!rest_.empty() && static_cast<uint8_t>(rest_[0]) == 0xcb) {
    lead();
    return std::bit_cast<double>(big(8));
  }
  if (!rest_.empty() && static_cast<uint8_t>(rest_[0]) == 0xca) {
    lead();
    return std::bit_cast<float>(static_cast<uint32_t>(big(4)));
  }
  return static_cast<double>(integer());
}

std::string_view Unpacker::string() {
  const uint8_t tag = lead();
  size_t size = 0;
  if ((tag & 0xe0) == 0xa0) {
    size = tag & 0x1f;
  } else if (tag == 0xd9 || tag == 0xc4) {
    size = big(1);
  } else if (tag == 0xda || tag == 0xc5) {
    size = big(2);
  } else if (tag == 0xdb || tag == 0xc6) {
    size = big(4);
  } else {
    ok_ = false;
  }
  std::string_view text;
  take(size, text);
  return text;
}

size_t Unpacker::list() {
  const uint8_t tag = lead();
  size_t count = 0;
  if ((tag & 0xf0) == 0x90) {
    count = tag & 0x0f;
  } else if (tag == 0xdc) {
    count = big(2);
  } else if (tag == 0xdd) {
    count = big(4);
  } else {
    ok_ = false;
  }
  if (count > rest_.size()) ok_ = false;
  return ok_ ? count : 0;
}

size_t Unpacker::map() {
  const uint8_t tag = lead();
  size_t count = 0;
  if ((tag & 0xf0) == 0x80) {
    count = tag & 0x0f;
  } else if (tag == 0xde) {
    count = big(2);
  } else if (tag == 0xdf) {
    count = big(4);
  } else {
    ok_ = false;
  }
  if (count > rest_.size() / 2) ok_ = false;
  return ok_ ? count : 0;
}

Value Unpacker::value(int depth) {
  if (rest_.empty() || depth == 0) {
    ok_ = false;
    return {};
  }
  const auto tag = static_cast<uint8_t>(rest_[0]);
  if (tag == 0xc0) return nil(), Value();
  if (tag == 0xc2 || tag == 0xc3) return boolean();
  if (tag == 0xca || tag == 0xcb) return number();
  if ((tag & 0xe0) == 0xa0 || (tag >= 0xd9 && tag <= 0xdb) || (tag >= 0xc4 && tag <= 0xc6)) return string();
  if ((tag & 0xf0) == 0x90 || tag == 0xdc || tag == 0xdd) {
    Value out = Value::list();
    const size_t count = list();
    for (size_t i = 0; i < count && ok_; ++i) out.push(value(depth - 1));
    return out;
  }
  if ((tag & 0xf0) == 0x80 || tag == 0xde || tag == 0xdf) {
    Value out = Value::map();
    const size_t count = map();
    for (size_t i = 0; i < count && ok_; ++i) {
      std::string key(string());
      out.map_ref().emplace_back(std::move(key), value(depth - 1));
    }
    return out;
  }
  return integer();
}

std::string to_msgpack(const Value& value) {
  std::string out;
  Packer(out).value(value);
  return out;
}

base::Result<Value> parse_msgpack(std::string_view bytes) {
  Unpacker reader(bytes);
  Value value = reader.value();
  if (!reader.ok() || !reader.at_end()) return base::invalid("not a MessagePack value");
  return value;
}

}  // namespace reeve::model
