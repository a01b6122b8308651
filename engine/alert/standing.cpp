#include "alert/standing.h"

#include <algorithm>

namespace reeve::alert {

model::Value News::to_value() const {
  model::Value out = model::Value::map();
  out.set("alert", alert.to_value()).set("kind", kind).set("run", run).set("about", about);
  return out.set("of_alert", of_alert).set("correlation", base::uuid_text(correlation));
}

News News::from_value(const std::string& key, const model::Value& value) {
  News out;
  out.key = key;
  out.alert = model::Alert::from_value(value["alert"]);
  out.kind = value["kind"].as_string();
  out.run = value["run"].as_string();
  out.about = value["about"].as_string();
  out.of_alert = value["of_alert"].as_bool();
  if (const auto id = base::parse_uuid(value["correlation"].as_string()); id.ok()) out.correlation = *id;
  return out;
}

template <class Is>
std::vector<News> Standing::take(Is&& is_meant) {
  std::vector<News> out;
  for (auto it = by_key_.begin(); it != by_key_.end();) {
    const auto next = std::next(it);
    if (is_meant(it->second)) out.push_back(std::move(by_key_.extract(it).mapped()));
    it = next;
  }
  return out;
}

void Standing::add(News news) {
  if (by_key_.size() >= kMost) {
    const auto oldest = std::min_element(by_key_.begin(), by_key_.end(), [](const auto& a, const auto& b) {
      return a.second.alert.fired_at < b.second.alert.fired_at;
    });
    oldest->second.of_alert = false;
    oldest->second.until = {};
  }
  std::string key = news.key;
  by_key_.insert_or_assign(std::move(key), std::move(news));
}

std::vector<News> Standing::end_of_alert(const model::Alert& alert) {
  return take([&](const News& news) {
    return news.of_alert && news.alert.rule_id == alert.rule_id && news.alert.key == alert.key &&
           news.alert.episode == alert.episode;
  });
}

std::vector<News> Standing::end_by(const Message& message) {
  const bool ends_run = message.kind == "ended" || message.kind == "escalation";
  return take([&](const News& news) {
    if (ends_run && news.kind == "parked" && !news.run.empty() && news.run == message.run) return true;
    return message.over && !message.about.empty() && !news.of_alert && news.about == message.about;
  });
}

std::vector<News> Standing::due(base::Boot now) {
  return take([&](const News& news) { return !news.of_alert && news.until <= now; });
}

std::optional<base::Boot> Standing::next_due() const {
  std::optional<base::Boot> out;
  for (const auto& [key, news] : by_key_)
    if (!news.of_alert && (!out || news.until < *out)) out = news.until;
  return out;
}

}  // namespace reeve::alert
