// How does an answer find its connection, or learn that it has gone? By handle, through the server if that is still
// there.
#include "api/connection.h"
#include "api/server_state.h"

namespace reeve::api {

namespace {
struct Place {
  std::weak_ptr<Server::State> server;
  base::Handle connection;
  uint64_t number = 0;

  Connection* find(const std::shared_ptr<Server::State>& state) const {
    return state ? state->connections.find(connection) : nullptr;
  }
};

class LinePort : public Stream::Port {
 public:
  explicit LinePort(Place place) : place_(std::move(place)) {}

  bool send(std::string line) override {
    const auto state = place_.server.lock();
    Connection* connection = place_.find(state);
    return connection && connection->send_line(place_.number, line);
  }
  void close() override {
    const auto state = place_.server.lock();
    if (Connection* connection = place_.find(state)) connection->end_stream(place_.number);
  }
  bool open() const override {
    const auto state = place_.server.lock();
    const Connection* connection = place_.find(state);
    return connection && connection->streams(place_.number);
  }

 private:
  Place place_;
};

class AnswerPort : public Respond::Port {
 public:
  explicit AnswerPort(Place place) : place_(std::move(place)) {}

  void reply(Reply reply) override {
    REEVE_ASSERT(base::on_core());
    const auto state = place_.server.lock();
    if (Connection* connection = place_.find(state)) return connection->reply(place_.number, std::move(reply));
    if (state) ++state->counters.dropped_answers;
  }
  Stream stream(const std::string& type) override {
    REEVE_ASSERT(base::on_core());
    const auto state = place_.server.lock();
    if (Connection* connection = place_.find(state)) connection->begin_stream(place_.number, type);
    return Stream(std::make_shared<LinePort>(place_));
  }

 private:
  Place place_;
};
}  // namespace

std::shared_ptr<Respond::Port> make_answer(const std::shared_ptr<Server::State>& server, base::Handle connection,
                                           uint64_t number) {
  return std::make_shared<AnswerPort>(Place{server, connection, number});
}

}  // namespace reeve::api
