#include <algorithm>
#include <utility>

#include "alert/channel.h"
#include "alert/payload.h"
#include "alert/standing.h"
#include "alert/telling.h"
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
                  [this](const Delivery& delivery, const std::string& why) {
                    if (ports_.on_given_up) ports_.on_given_up(delivery, why);
                  },
                  loop,
                  random,
                  {},
                  {}},
        external_url_(std::move(external_url)) {}
  ~WebhookNotifier() override { exchange_.loop.cancel(timer_); }

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
    if (resolved) take_back(standing_.end_of_alert(alert));
  }

  void tell(const Message& message) override {
    REEVE_ASSERT(base::on_core());
    take_back(standing_.end_by(message));
    const Telling telling{news_of(message), message.text, is_answer(message) ? asking_key(message) : "",
                          !message.over && message.approval.empty()};
    const std::string question = message.over ? "" : message.approval;
    OnItsWay owed{telling.news.key, {}, message.kind, message.run, question, message.correlation};
    for (const base::Handle handle : order_) {
      Channel& channel = *exchange_.channels.find(handle);
      if (wants(channel, telling) && send(channel, parcel_of(channel, telling)))
        owed.receivers.push_back(channel.receiver().name);
    }
    if (owed.receivers.empty()) return;
    if (telling.stands) stand(telling.news);
    owed.what = telling.to_value();
    if (ports_.on_owed) ports_.on_owed(owed);
  }

  bool restore_owed(const std::string& receiver, const std::string& key, const model::Value& what) override {
    const base::Handle handle = find(receiver);
    if (!handle) return false;
    Channel& channel = *exchange_.channels.find(handle);
    Telling telling = Telling::from_value(key, what);
    if (!wants(channel, telling)) return false;
    telling.news.of_alert = telling.news.of_alert && is_active(telling.news.alert);
    telling.news.until = exchange_.loop.clock().boot() + Standing::kStands;
    if (send(channel, parcel_of(channel, telling)) && telling.stands) stand(std::move(telling.news));
    return true;
  }

  void restore_standing(const std::string& key, const model::Value& standing, base::Time at) override {
    News news = News::from_value(key, standing);
    const base::Duration age = exchange_.loop.clock().wall() - at;
    const base::Duration left = Standing::kStands - std::clamp(age, base::Duration{}, Standing::kStands);
    news.of_alert = news.of_alert && is_active(news.alert);
    news.until = exchange_.loop.clock().boot() + left;
    stand(std::move(news));
  }

  void restore(const std::vector<std::pair<std::string, std::string>>& key_and_receiver) override {
    for (const auto& [key, receiver] : key_and_receiver) told_.add(today_key(key), receiver);
  }

  void stop() override {
    exchange_.channels.each([](base::Handle, Channel& channel) { channel.stop(); });
    exchange_.loop.cancel(std::exchange(timer_, 0));
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

  /// The answer to a question is for whom it was asked of.
  bool wants(const Channel& channel, const Telling& telling) const {
    return telling.after.empty() || wants_end(channel, telling.after);
  }

  Parcel parcel_of(const Channel& channel, const Telling& telling) const {
    const News& news = telling.news;
    Parcel out{news.key,     telling.after,   body(channel.receiver(), news.alert), 0, {}, news.run,
               telling.text, news.correlation};
    if (telling.stands && channel.receiver().send_resolved) out.standing = news.to_value();
    return out;
  }

  std::string body(const Receiver& receiver, const model::Alert& alert) const {
    return model::to_json(webhook_payload(receiver, alert, external_url_));
  }

  /// Once per key and receiver. False: it was.
  bool send(Channel& channel, Parcel parcel) {
    if (told_.has(parcel.key, channel.receiver().name) || channel.has(parcel.key)) return false;
    channel.add(std::move(parcel));
    return true;
  }

  bool is_active(const model::Alert& alert) const { return !ports_.active || ports_.active(alert); }

  News news_of(const Message& message) const {
    News news{delivery_key(message), alert_of(message, exchange_.loop.clock().wall())};
    news.kind = message.kind;
    news.run = message.run;
    news.about = message.about;
    news.of_alert = message.alert && is_active(*message.alert);
    news.until = exchange_.loop.clock().boot() + Standing::kStands;
    news.correlation = message.correlation;
    return news;
  }

  void stand(News news) {
    standing_.add(std::move(news));
    arm();
  }

  void arm() {
    const std::optional<base::Boot> due = standing_.next_due();
    exchange_.loop.cancel(std::exchange(timer_, 0));
    if (!due) return;
    const base::Duration wait = std::max(*due - exchange_.loop.clock().boot(), base::Duration{});
    timer_ = exchange_.loop.after(wait, [this] { on_due(); });
  }

  void on_due() {
    timer_ = 0;
    take_back(standing_.due(exchange_.loop.clock().boot()));
    arm();
  }

  /// Told as resolved to whom they were told, with the labels that they had.
  void take_back(std::vector<News> over) {
    for (News& news : over) {
      news.alert.state = model::AlertState::kResolved;
      news.alert.resolved_at = exchange_.loop.clock().wall();
      for (const base::Handle handle : order_) {
        Channel& channel = *exchange_.channels.find(handle);
        if (!wants_end(channel, news.key)) continue;
        Parcel parcel{news.key + "/over", news.key, body(channel.receiver(), news.alert), 0, {}, news.run, "",
                      news.correlation};
        parcel.ends = news.key;
        send(channel, std::move(parcel));
      }
    }
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
  Standing standing_;
  base::Loop::Id timer_ = 0;
};
}  // namespace

std::unique_ptr<Notifier> make_notifier(Ports ports, base::Loop& loop, base::Random& random, std::string external_url) {
  return std::make_unique<WebhookNotifier>(std::move(ports), loop, random, std::move(external_url));
}

}  // namespace reeve::alert
