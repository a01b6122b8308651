#include "api/message.h"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "base/assert.h"
#include "base/text.h"

namespace reeve::api {

namespace http = boost::beast::http;

namespace {
using Parser = http::request_parser<http::string_body>;

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

std::string media_type(std::string_view value) {
  std::string out(base::trim(value.substr(0, std::min(value.find(';'), value.size()))));
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}
}  // namespace

struct MessageReader::State {
  std::optional<Parser> parser;
  bool begun = false;
  bool checked = false;

  void renew(const Limits& limits) {
    parser.emplace();
    parser->header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    parser->body_limit(limits.body_bytes);
    parser->eager(false);  // the header is judged before a byte of the body is read
    begun = checked = false;
  }
};

MessageReader::MessageReader(const Limits& limits) : state_(std::make_unique<State>()), limits_(limits) {
  state_->renew(limits_);
}
MessageReader::~MessageReader() = default;
MessageReader::MessageReader(MessageReader&&) noexcept = default;
MessageReader& MessageReader::operator=(MessageReader&&) noexcept = default;

bool MessageReader::idle() const {
  return !state_->begun;
}

MessageReader::Next MessageReader::refuse(int status, std::string why) {
  status_ = status;
  why_ = std::move(why);
  return Next::kBad;
}

// What Beast lets pass although two readers could disagree about it.
MessageReader::Next MessageReader::check_header() {
  const auto& message = state_->parser->get();
  if (message.version() != 10 && message.version() != 11) return refuse(505, "only HTTP/1.0 and HTTP/1.1 are spoken");
  if (message.method() == http::verb::unknown) return refuse(501, "unknown method");
  const auto hosts = message.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && message.version() == 11)) return refuse(400, "there must be exactly one Host header");
  if (message.count(http::field::origin) > 1) return refuse(400, "more than one Origin header");
  if (message.count(http::field::content_type) > 1) return refuse(400, "more than one Content-Type header");
  if (message.count(http::field::content_length) > 1 ||
      message[http::field::content_length].find(',') != boost::beast::string_view::npos)
    return refuse(400, "more than one Content-Length");
  // Chunks bring trailers, which Beast files under the header fields, and an assertion in Beast 1.81 that "0\r\n" and
  // one byte more break (found by tests/fuzz/http_fuzz.cpp). Everyone can send a length (RFC 9110, 15.5.12).
  if (message.count(http::field::transfer_encoding) > 0)
    return refuse(411, "a body needs a Content-Length: Transfer-Encoding is not taken");
  const auto expect = message[http::field::expect];
  if (expect.empty()) return Next::kMore;
  if (!boost::beast::iequals(expect, "100-continue")) return refuse(417, "unknown expectation");
  return state_->parser->is_done() ? Next::kMore : Next::kContinue;
}

MessageReader::Next MessageReader::read(std::string& bytes) {
  Parser& parser = *state_->parser;
  while (!parser.is_done()) {
    if (!bytes.empty()) state_->begun = true;
    boost::beast::error_code error;
    const size_t taken = parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    bytes.erase(0, taken);
    if (error == http::error::need_more) error = {};
    if (error == http::error::body_limit) return refuse(413, "the body is larger than 1 MiB");
    if (error == http::error::header_limit) return refuse(431, "the header is larger than 16 KiB");
    if (error == http::error::bad_version) return refuse(505, "only HTTP/1.0 and HTTP/1.1 are spoken");
    if (error) return refuse(400, "not a well-formed HTTP request: " + error.message());
    if (parser.is_header_done() && !state_->checked) {
      state_->checked = true;
      if (const Next next = check_header(); next != Next::kMore) return next;
    }
    if (taken == 0 || bytes.empty()) break;
  }
  return parser.is_done() ? Next::kDone : Next::kMore;
}

Message MessageReader::take() {
  REEVE_ASSERT(state_->parser->is_done());
  auto message = state_->parser->release();
  Message out;
  out.method = view(message.method_string());
  out.target = view(message.target());
  out.host = view(message[http::field::host]);
  out.origin = view(message[http::field::origin]);
  out.content_type = media_type(view(message[http::field::content_type]));
  out.keep_alive = message.keep_alive();
  out.is_http10 = message.version() == 10;
  out.body = std::move(message.body());
  state_->renew(limits_);
  return out;
}

std::string_view reason_phrase(int status) {
  return view(http::obsolete_reason(http::int_to_status(static_cast<unsigned>(status))));
}

}  // namespace reeve::api
