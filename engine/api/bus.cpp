#include "api/bus.h"

namespace reeve::api {

void Bus::publish(Topic topic, const model::Value& value) {
  auto& followers = followers_[static_cast<size_t>(topic)];
  std::erase_if(followers, [&value](Stream& stream) { return !stream.send(value); });
}

void Bus::follow(Topic topic, Stream stream) {
  followers_[static_cast<size_t>(topic)].push_back(std::move(stream));
}

void Bus::close() {
  for (auto& followers : followers_) {
    for (Stream& stream : followers) stream.close();
    followers.clear();
  }
}

}  // namespace reeve::api
