#include "common/http/message.h"

#include <algorithm>
#include <charconv>

namespace reeve::common::http {

namespace {

constexpr size_t kHeadRoom = 64 * 1024;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool has_token(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    size_t comma = list.find(',');
    if (equal_ignoring_case(trimmed(list.substr(0, comma)), token)) return true;
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return false;
}

bool whole_number(std::string_view text, int base, uint64_t& number) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view header(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (equal_ignoring_case(key, name)) return value;
  }
  return {};
}

bool Head::keeps_open() const {
  std::string_view connection = header(headers, "connection");
  return http_1_0 ? has_token(connection, "keep-alive") : !has_token(connection, "close");
}

size_t Parser::feed(std::string_view bytes, std::string& body) {
  size_t taken = 0;
  while (taken < bytes.size() && (state_ == State::kHead || state_ == State::kBody)) {
    std::string_view rest = bytes.substr(taken);
    if (part_ != Part::kLength && part_ != Part::kClose && part_ != Part::kChunk) {
      taken += feed_line(rest);
      continue;
    }
    size_t part = static_cast<size_t>(std::min<uint64_t>(rest.size(), part_ == Part::kClose ? rest.size() : left_));
    body.append(rest.substr(0, part));
    taken += part;
    if (part_ == Part::kClose) continue;
    left_ -= part;
    if (left_ > 0) continue;
    if (part_ == Part::kLength) state_ = State::kDone;
    if (part_ == Part::kChunk) part_ = Part::kChunkEnd;
  }
  return taken;
}

void Parser::feed_end() {
  if (state_ == State::kDone) return;
  if (state_ == State::kBody && part_ == Part::kClose) {
    state_ = State::kDone;
  } else {
    broken(untouched() ? "the server closed the connection" : "the answer ended in the middle");
  }
}

size_t Parser::feed_line(std::string_view bytes) {
  size_t end = bytes.find('\n');
  std::string_view part = bytes.substr(0, end);
  head_bytes_ += part.size() + 1;
  if (head_bytes_ > kHeadRoom) {
    broken("the head of the answer is larger than 64 KiB");
    return 0;
  }
  line_.append(part);
  if (end == std::string_view::npos) return bytes.size();
  if (!line_.empty() && line_.back() == '\r') line_.pop_back();
  on_line();
  line_.clear();
  return end + 1;
}

void Parser::on_line() {
  switch (part_) {
    case Part::kStatus:
      return on_status_line();
    case Part::kHeader:
      return line_.empty() ? on_head_end() : on_header_line();
    case Part::kChunkSize:
      return on_chunk_size();
    case Part::kChunkEnd:
      if (!line_.empty()) return broken("a chunk is longer than its size");
      part_ = Part::kChunkSize;
      return;
    case Part::kTrailer:
      if (line_.empty()) state_ = State::kDone;
      return;
    default:
      return;
  }
}

void Parser::on_status_line() {
  if (line_.empty() && head_.status == 0) return;  // RFC 9112 2.2: an empty line before the start is let pass
  uint64_t code = 0;
  bool version = line_.starts_with("HTTP/1.1 ") || line_.starts_with("HTTP/1.0 ");
  if (!version || line_.size() < 12 || !whole_number(std::string_view(line_).substr(9, 3), 10, code) || code < 100 ||
      (line_.size() > 12 && line_[12] != ' ')) {
    return broken("this is no HTTP/1.1 answer");
  }
  head_.status = static_cast<int>(code);
  head_.http_1_0 = line_[7] == '0';
  part_ = Part::kHeader;
}

void Parser::on_header_line() {
  size_t colon = line_.find(':');
  if (colon == std::string::npos || colon == 0) return broken("a header without a colon");
  std::string_view line = line_;
  head_.headers.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
}

bool Parser::body_follows() {
  return !head_only_ && head_.status != 204 && head_.status != 304;
}

void Parser::on_head_end() {
  if (head_.status / 100 == 1 && head_.status != 101) {  // an interim answer: the real one follows
    head_ = {};
    part_ = Part::kStatus;
    return;
  }
  if (!body_follows()) {
    state_ = State::kDone;
    return;
  }
  state_ = State::kBody;
  head_bytes_ = 0;
  std::string_view length = header(head_.headers, "content-length");
  if (has_token(header(head_.headers, "transfer-encoding"), "chunked")) {
    part_ = Part::kChunkSize;
  } else if (length.empty()) {
    part_ = Part::kClose;
  } else if (!whole_number(length, 10, left_)) {
    broken("a Content-Length that is no number");
  } else {
    part_ = Part::kLength;
    if (left_ == 0) state_ = State::kDone;
  }
}

void Parser::on_chunk_size() {
  std::string_view size = line_;
  size = trimmed(size.substr(0, size.find(';')));
  head_bytes_ = 0;
  if (!whole_number(size, 16, left_)) return broken("a chunk size that is no number");
  part_ = left_ == 0 ? Part::kTrailer : Part::kChunk;
}

void Parser::broken(const char* why) {
  state_ = State::kBroken;
  problem_ = why;
}

}  // namespace reeve::common::http
