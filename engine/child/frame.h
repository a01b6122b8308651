/// \file
/// Where does one message end and the next begin? Frames (u32 little-endian length, then bytes) and lines.
///
/// Both ends use it: the engine feeds what it read into a Splitter, a child reads and writes blocking.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace reeve::child {

/// The length in front of a frame of `size` bytes.
std::string frame_head(size_t size);

/// Cuts a stream of bytes into messages. kLines: without the end of line; a last line without one is no message.
class Splitter {
 public:
  enum class Kind { kFrames, kLines };
  Splitter(Kind kind, size_t limit) : kind_(kind), limit_(limit) {}

  void feed(std::string_view bytes) { buffer_ += bytes; }
  /// The next whole message; false: none yet, or too_long(). The view is valid until the next call of the splitter.
  bool next(std::string_view& message);
  /// A message passes the limit: the stream cannot be read on.
  bool too_long() const { return too_long_; }
  /// Bytes kept for messages that are not handed out.
  size_t held() const { return buffer_.size() - at_; }

 private:
  bool next_frame(std::string_view& message);
  bool next_line(std::string_view& message);
  void compact();

  Kind kind_;
  size_t limit_;
  std::string buffer_;
  size_t at_ = 0;       ///< where the next message begins
  size_t scanned_ = 0;  ///< no end of line before this
  bool too_long_ = false;
};

/// Child side, blocking, any thread (writing: one at a time). False: the other end has gone, or an error of the frame.
bool read_frame(int fd, std::string& message);
/// The frame's bytes may come in two parts, so that a big one is not copied.
bool write_frame(int fd, std::string_view message, std::string_view more = {});

}  // namespace reeve::child
