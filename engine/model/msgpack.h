/// \file
/// How does a Value become MessagePack bytes and back? The form of the frames between the engine and its own children.
///
/// Any thread. Own code (about 200 lines, fuzzed): the hot path of samples writes and reads in place, without a tree.
/// Source: the MessagePack specification; strings are written as bin-free str, times are plain integers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/value.h"

namespace reeve::model {

/// Appends to `out`.
class Packer {
 public:
  explicit Packer(std::string& out) : out_(out) {}
  void nil();
  void boolean(bool b);
  void integer(int64_t i);
  void number(double d);  ///< always as float 64: NaN bits survive
  void string(std::string_view s);
  void list(size_t count);  ///< then `count` items follow
  void map(size_t count);   ///< then `count` times a key and a value follow
  void value(const Value& v);

 private:
  void byte(uint8_t b) { out_ += static_cast<char>(b); }
  void big(uint64_t n, int bytes);
  std::string& out_;
};

/// Reads from `bytes`, which must outlive it. After a failed read every further one fails: check ok() once at the end.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : rest_(bytes) {}
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  bool is_nil() const { return !rest_.empty() && static_cast<uint8_t>(rest_[0]) == 0xc0; }
  void nil();
  bool boolean();
  int64_t integer();  ///< a double without a fraction is taken too
  double number();    ///< an integer is taken too
  std::string_view string();
  size_t list();  ///< the count; never more than there are bytes left
  size_t map();
  Value value(int depth = 64);

 private:
  uint64_t big(int bytes);
  bool take(size_t n, std::string_view& out);
  uint8_t lead();
  std::string_view rest_;
  bool ok_ = true;
};

std::string to_msgpack(const Value& value);
/// Exactly one value. \errors kInvalid.
base::Result<Value> parse_msgpack(std::string_view bytes);

}  // namespace reeve::model
