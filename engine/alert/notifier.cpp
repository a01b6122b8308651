#include <algorithm>

#include "alert/channel.h"
#include "alert/payload.h"
#include "alert/told.h"
#include "model/json.h"

namespace reeve::alert {

namespace {
class WebhookNotifier : public Notifier {
 public:
  WebhookNotifier(Ports ports, base::Loop& loop, base::Random& random, std::string external_url)
      : ports_(std::move(ports)),
        exchange_{ports_.post,
                  [this](const Delivery& delivery) { on_delivered(delivery); },
                  [this](const std::string& receiver, const std::string& error, int attempts) {
                    if (ports_.on_failing) ports_.on_failing(receiver, error, attempts);
                  },
                  loop,
                  random,
                  {},
                  {}},
        external_url_(std::move(external_url)) {}

  void use(std::vector<Receiver> receivers) override {
    REEVE_ASSERT(base::on_core());
    std::vector<base::Handle> kept;
    for (Receiver& receiver : receivers) {
      base::Handle handle = find(receiver.name);
      if (handle) {
        exchange_.channels.find(handle)->use(std::move(receiver));
      } else {
        handle = exchange_.channels.add(std::make_unique<Channel>(exchange_, std::move(receiver)));
        exchange_.channels.find(handle)->set_self(handle);
      }
      kept.push_back(handle);
    }
    for (const base::Handle handle : order_)
      if (std::find(kept.begin(), kept.end(), handle) == kept.end()) exchange_.channels.erase(handle);
    order_ = std::move(kept);
  }

  void on_alert(const model::AlertChange& change) override {
    REEVE_ASSERT(base::on_core());
    const model::Alert& alert = change.alert;
    const bool resolved = alert.state == model::AlertState::kResolved;
    if (alert.state != model::AlertState::kFiring && !resolved) return;
    const std::string fired = delivery_key(alert, model::AlertState::kFiring);
    for (const base::Handle handle : order_) {
      Channel& channel = *exchange_.channels.find(handle);
      const Receiver& receiver = channel.receiver();
      if (!resolved) {
        send(channel, {fired, "", body(receiver, alert), 0, {}, "", "", alert.correlation});
      } else if (wants_end(channel, fired)) {
        send(channel,
             {delivery_key(alert, alert.state), fired, body(receiver, alert), 0, {}, "", "", alert.correlation});
      }
    }
  }

  void tell(const Message& message) override {
    REEVE_ASSERT(base::on_core());
    const model::Alert alert = alert_of(message, exchange_.loop.clock().wall());
    for (const base::Handle handle : order_) {
      Channel& channel = *exchange_.channels.find(handle);
      if (is_answer(message) && !wants_end(channel, asking_key(message))) continue;
      const std::string after = is_answer(message) ? asking_key(message) : "";
      send(channel, {delivery_key(message),
                     after,
                     body(channel.receiver(), alert),
                     0,
                     {},
                     message.run,
                     message.text,
                     message.correlation});
    }
  }

  void restore(const std::vector<std::pair<std::string, std::string>>& key_and_receiver) override {
    for (const auto& [key, receiver] : key_and_receiver) told_.add(today_key(key), receiver);
  }

  void stop() override {
    exchange_.channels.each([](base::Handle, Channel& channel) { channel.stop(); });
  }

  model::Value status() const override {
    model::Value out = model::Value::list();
    for (const base::Handle handle : order_) out.push(exchange_.channels.find(handle)->status());
    return out;
  }

 private:
  base::Handle find(const std::string& name) const {
    for (const base::Handle handle : order_)
      if (exchange_.channels.find(handle)->receiver().name == name) return handle;
    return {};
  }

  /// The end of what it was told the begin of, or is about to be.
  bool wants_end(const Channel& channel, const std::string& begin) const {
    const Receiver& receiver = channel.receiver();
    return receiver.send_resolved && (told_.has(begin, receiver.name) || channel.has(begin));
  }

  std::string body(const Receiver& receiver, const model::Alert& alert) const {
    return model::to_json(webhook_payload(receiver, alert, external_url_));
  }

  /// Once per key and receiver.
  void send(Channel& channel, Parcel parcel) {
    if (!told_.has(parcel.key, channel.receiver().name) && !channel.has(parcel.key)) channel.add(std::move(parcel));
  }

  void on_delivered(const Delivery& delivery) {
    told_.add(delivery.key, delivery.receiver);
    if (ports_.on_delivered) ports_.on_delivered(delivery);
  }

  Ports ports_;
  Exchange exchange_;
  std::string external_url_;
  std::vector<base::Handle> order_;  // as the configuration names them
  Told told_;
};
}  // namespace

std::unique_ptr<Notifier> make_notifier(Ports ports, base::Loop& loop, base::Random& random, std::string external_url) {
  return std::make_unique<WebhookNotifier>(std::move(ports), loop, random, std::move(external_url));
}

}  // namespace reeve::alert
