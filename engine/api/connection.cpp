#include "api/connection.h"

#include <sys/socket.h>

#include <cerrno>

namespace reeve::api {

namespace {
constexpr base::Duration kDrainWithin = base::seconds(2);
constexpr int kNothing = -1;

bool again() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

void append_chunk(std::string& out, std::string_view data) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string size;
  for (size_t n = data.size(); n > 0; n >>= 4) size.insert(size.begin(), kDigits[n & 15]);
  out.append(size).append("\r\n").append(data).append("\r\n");
}
}  // namespace

Connection::Connection(Server::State& server, Fd fd, Peer peer)
    : server_(server), fd_(std::move(fd)), peer_(std::move(peer)), reader_(server.settings.limits) {}

Connection::~Connection() {
  want(kNothing);
  server_.loop.cancel(deadline_);
  server_.loop.cancel(next_);
}

void Connection::begin(base::Handle self) {
  self_ = self;
  since_ = server_.loop.clock().boot();
  set_deadline(server_.settings.limits.request_within);
  want(static_cast<int>(base::Interest::kRead));
}

void Connection::end() {
  server_.end(self_);
}

void Connection::want(int interest) {
  if (wanted_ == interest) return;
  if (wanted_ != kNothing) server_.loop.unwatch(watch_);
  wanted_ = interest;
  if (interest == kNothing) return;
  const auto kind = static_cast<base::Interest>(interest);
  const auto member = kind == base::Interest::kRead ? &Connection::on_readable : &Connection::on_writable;
  watch_ = server_.loop.watch(fd_.get(), kind, server_.connections.on(self_, member));
}

void Connection::set_deadline(base::Duration in) {
  server_.loop.cancel(deadline_);
  deadline_ = in.us > 0 ? server_.loop.after(in, server_.connections.on(self_, &Connection::on_late)) : 0;
}

void Connection::on_readable() {
  char chunk[16384];
  const ssize_t count = recv(fd_.get(), chunk, sizeof chunk, 0);
  if (count < 0 && again()) return;
  if (count <= 0) return end();
  if (at_ == At::kDraining) {
    drained_ += static_cast<size_t>(count);
    if (drained_ > server_.settings.limits.body_bytes) end();
  } else if (at_ == At::kStreaming) {
    keep_alive_ = false;  // what follows on this connection would be out of step
  } else {
    in_.append(chunk, static_cast<size_t>(count));
    parse();
  }
}

void Connection::on_next() {
  next_ = 0;
  parse();
}

void Connection::parse() {
  const bool fresh = reader_.idle();
  MessageReader::Next next = reader_.read(in_);
  if (next == MessageReader::Next::kContinue) {
    static constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
    // A client whose buffer has no room for 25 bytes is not waiting for them.
    if (send(fd_.get(), kGoOn.data(), kGoOn.size(), MSG_NOSIGNAL) < 0 && !again()) return end();
    next = reader_.read(in_);
  }
  if (next == MessageReader::Next::kMore) {
    if (fresh && !reader_.idle()) set_deadline(server_.settings.limits.request_within);
    return want(static_cast<int>(base::Interest::kRead));
  }
  at_ = At::kAnswering;
  ++number_;
  want(kNothing);
  if (next == MessageReader::Next::kDone) return dispatch();
  ++server_.counters.malformed;
  keep_alive_ = head_only_ = false;
  Reply refusal = failure(base::invalid(reader_.why()));
  refusal.status = reader_.status();
  reply(number_, std::move(refusal));
}

void Connection::dispatch() {
  const Message message = reader_.take();
  keep_alive_ = message.keep_alive;
  is_http10_ = message.is_http10;
  head_only_ = message.method == "HEAD";
  set_deadline(server_.settings.limits.answer_within);
  ++server_.counters.requests;
  server_.dispatch(message, peer_, Respond(make_answer(server_.self.lock(), self_, number_)));
}

void Connection::write_head(const Reply& reply, bool chunked) {
  const bool close = !keep_alive_ || server_.stopping || (chunked && is_http10_);
  if (close) keep_alive_ = false;
  out_ = "HTTP/1.1 " + std::to_string(reply.status) + ' ' + std::string(reason_phrase(reply.status));
  out_ += "\r\nContent-Type: " + reply.type;
  out_ += "\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store";
  out_ += "\r\nContent-Security-Policy: default-src 'none'\r\nCross-Origin-Resource-Policy: same-origin";
  for (const auto& [name, value] : reply.headers) {
    REEVE_ASSERT(value.find_first_of("\r\n") == std::string::npos);
    out_ += "\r\n" + name + ": " + value;
  }
  if (!chunked) out_ += "\r\nContent-Length: " + std::to_string(reply.body.size());
  if (chunked && !is_http10_) out_ += "\r\nTransfer-Encoding: chunked";
  out_ += close ? "\r\nConnection: close\r\n\r\n" : "\r\nConnection: keep-alive\r\n\r\n";
}

void Connection::reply(uint64_t number, Reply reply) {
  if (number != number_ || at_ != At::kAnswering) {
    ++server_.counters.dropped_answers;
    return;
  }
  write_head(reply, false);
  if (!head_only_) out_ += reply.body;
  at_ = At::kWriting;
  flush();
}

void Connection::begin_stream(uint64_t number, const std::string& type) {
  if (number != number_ || at_ != At::kAnswering) {
    ++server_.counters.dropped_answers;
    return;
  }
  write_head({200, type, "", {}}, true);
  at_ = head_only_ ? At::kWriting : At::kStreaming;
  set_deadline({});
  flush();
}

bool Connection::send_line(uint64_t number, const std::string& line) {
  if (!streams(number)) return false;
  if (out_.size() - sent_ + line.size() > server_.settings.limits.unsent_bytes) {
    ++server_.counters.slow_streams;
    end();
    return false;
  }
  if (is_http10_) {
    out_ += line;
  } else {
    append_chunk(out_, line);
  }
  if (wanted_ != static_cast<int>(base::Interest::kWrite)) flush();
  return true;
}

void Connection::end_stream(uint64_t number) {
  if (!streams(number)) return;
  if (!is_http10_) out_ += "0\r\n\r\n";
  at_ = At::kWriting;
  if (wanted_ != static_cast<int>(base::Interest::kWrite)) flush();
}

void Connection::on_writable() {
  flush();
}

void Connection::flush() {
  const size_t before = sent_;
  while (sent_ < out_.size()) {
    const ssize_t count = send(fd_.get(), out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL);
    if (count > 0) {
      sent_ += static_cast<size_t>(count);
    } else if (errno != EINTR) {
      if (!again()) return end();
      if (wanted_ != static_cast<int>(base::Interest::kWrite) || sent_ > before)
        set_deadline(server_.settings.limits.write_within);
      if (sent_ > server_.settings.limits.unsent_bytes) {
        out_.erase(0, sent_);
        sent_ = 0;
      }
      return want(static_cast<int>(base::Interest::kWrite));
    }
  }
  out_.clear();
  sent_ = 0;
  written();
}

void Connection::written() {
  if (at_ == At::kStreaming) {
    set_deadline({});
    return want(static_cast<int>(base::Interest::kRead));  // to see the client leave
  }
  if (!keep_alive_ || server_.stopping) return drain();
  at_ = At::kReading;
  since_ = server_.loop.clock().boot();
  set_deadline(server_.settings.limits.idle);
  if (in_.empty()) return want(static_cast<int>(base::Interest::kRead));
  want(kNothing);
  next_ = server_.loop.after({}, server_.connections.on(self_, &Connection::on_next));
}

void Connection::drain() {
  at_ = At::kDraining;
  in_.clear();
  shutdown(fd_.get(), SHUT_WR);
  if (server_.stopping) return end();
  set_deadline(kDrainWithin);
  want(static_cast<int>(base::Interest::kRead));
}

void Connection::on_late() {
  deadline_ = 0;
  const bool asked = at_ == At::kAnswering || (at_ == At::kReading && !reader_.idle());
  if (!asked) return end();
  ++server_.counters.late;
  keep_alive_ = false;
  Reply late =
      failure({base::Fault::kTimeout, at_ == At::kAnswering ? "no answer in time" : "the request was too slow"});
  if (at_ == At::kReading) late.status = 408;
  at_ = At::kAnswering;
  want(kNothing);
  reply(number_, std::move(late));
}

void Connection::finish() {
  if (at_ == At::kStreaming) return end_stream(number_);
  if (at_ == At::kReading || at_ == At::kDraining) return end();
}

}  // namespace reeve::api
