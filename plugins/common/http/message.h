/// \file
/// What do the bytes of an HTTP/1.1 answer say? A parser that is fed and never reads by itself.
///
/// Source: RFC 9112. Bodies by length, chunked, or until the peer closes; interim 1xx answers are skipped. Bounded: 64
/// KiB of head, 16 EiB of body at most in theory, so callers bound the body themselves.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reeve::common::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The value of a header, case-insensitively; "" when absent.
std::string_view header(const Headers& headers, std::string_view name);
bool equal_ignoring_case(std::string_view a, std::string_view b);

struct Head {
  int status = 0;
  bool http_1_0 = false;
  Headers headers;
  /// May the connection carry another request after this answer?
  bool keeps_open() const;
};

/// One answer. Feed it what arrives; it says what it took.
class Parser {
 public:
  /// `head_only`: the request was HEAD, so no body follows whatever the headers say.
  explicit Parser(bool head_only = false) : head_only_(head_only) {}

  enum class State { kHead, kBody, kDone, kBroken };
  /// Takes bytes and appends what is body to `body`. Returns how many it took: less than given only when done or
  /// broken.
  size_t feed(std::string_view bytes, std::string& body);
  /// The peer has closed: done, when the answer is one that ends so, else broken.
  void feed_end();

  State state() const { return state_; }
  const Head& head() const { return head_; }
  /// A request in flight got nothing at all: a kept-alive connection that the server had closed.
  bool untouched() const { return head_bytes_ == 0 && head_.status == 0; }
  const char* problem() const { return problem_; }

 private:
  enum class Part { kStatus, kHeader, kLength, kClose, kChunkSize, kChunk, kChunkEnd, kTrailer };
  size_t feed_line(std::string_view bytes);
  void on_line();
  void on_status_line();
  void on_header_line();
  void on_head_end();
  void on_chunk_size();
  bool body_follows();
  void broken(const char* why);

  bool head_only_;
  State state_ = State::kHead;
  Part part_ = Part::kStatus;
  Head head_;
  std::string line_;
  size_t head_bytes_ = 0;
  uint64_t left_ = 0;
  const char* problem_ = "";
};

}  // namespace reeve::common::http
