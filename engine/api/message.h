/// \file
/// Where does one HTTP request begin and end in a stream of bytes? Boost.Beast's parser behind our own words.
///
/// Source: RFC 9112, read strictly: what could be understood in two ways is refused.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "api/server.h"

namespace reeve::api {

struct Message {
  std::string method, target;
  std::string host, origin, content_type;  ///< the type alone, lower case
  std::string body;
  bool keep_alive = true;
  bool is_http10 = false;
};

class MessageReader {
 public:
  explicit MessageReader(const Limits& limits);
  ~MessageReader();
  MessageReader(MessageReader&&) noexcept;
  MessageReader& operator=(MessageReader&&) noexcept;

  enum class Next {
    kMore,      ///< needs more bytes
    kContinue,  ///< the client waits for `100 Continue`; told once
    kDone,      ///< take() it
    kBad,       ///< answer status() and close
  };
  /// Takes what it understands from the front of `bytes`.
  Next read(std::string& bytes);
  /// After kDone, once; the reader is then ready for the next message.
  Message take();
  /// After kBad: 400, 411 (chunks), 413 (body), 417, 431 (header), 501 (method), 505 (version), and why.
  int status() const { return status_; }
  const std::string& why() const { return why_; }
  /// True when no byte of a message has been seen.
  bool idle() const;

 private:
  struct State;
  Next refuse(int status, std::string why);
  Next check_header();
  std::unique_ptr<State> state_;
  Limits limits_;
  int status_ = 0;
  std::string why_;
};

/// "OK", "Not Found", ...
std::string_view reason_phrase(int status);

}  // namespace reeve::api
