/// \file
/// How does a head lie on disk? Blocks of bytes with their hashes, and the small numbers inside them.
///
/// The file is `head.reeve`: 8 bytes of magic, blocks (u32 size, u64 hash, payload), and an empty block at the end, so
/// that a cut file is seen. A payload is a run of records: 'L' defines the next label (name, value), 'S' is a series:
/// its label numbers, chunks and tail. Numbers are little-endian as on the only machines that reeve runs on.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace reeve::series {

inline constexpr std::string_view kHeadFile = "head.reeve";
inline constexpr std::string_view kHeadMagic = "RVHEAD01";

class FileWriter {
 public:
  template <class T>
  void number(T value) {
    char bytes[sizeof(T)];
    std::memcpy(bytes, &value, sizeof(T));
    out_.append(bytes, sizeof(T));
  }
  void text(std::string_view bytes) {
    number(static_cast<uint32_t>(bytes.size()));
    out_ += bytes;
  }
  std::string& bytes() { return out_; }

 private:
  std::string out_;
};

/// After a read beyond the end every further one gives zero; ask ok() when done.
class FileReader {
 public:
  explicit FileReader(std::string_view bytes) : rest_(bytes) {}
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  template <class T>
  T number() {
    T value{};
    const std::string_view bytes = take(sizeof(T));
    if (bytes.size() == sizeof(T)) std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
  }
  std::string_view text() { return take(number<uint32_t>()); }
  std::string_view take(size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace reeve::series
