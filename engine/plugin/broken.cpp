#include "plugin/broken.h"

#include <utility>

namespace reeve::plugin {

using What = StateChange::What;

Broken::Broken(const Surroundings& around, Listener listener) : around_(around), listener_(std::move(listener)) {}

Broken::~Broken() {
  if (timer_ != 0) around_.loop.cancel(timer_);
}

void Broken::hold(std::vector<Prepared> broken) {
  trying_.reset();
  tries_ = 0;
  const std::map<std::string, Item> before = std::exchange(items_, {});
  for (Prepared& one : broken) {
    const std::string id = one.config.id(), fault = one.fault;
    const auto old = before.find(id);
    const bool known = old != before.end() && old->second.prepared.fault == fault;
    Item& item = items_[id];
    item = {std::move(one), old == before.end() ? 0 : old->second.consecutive};
    if (!known) failed(item, fault);
  }
  try_later();
}

void Broken::failed(Item& item, const std::string& fault) {
  item.prepared.fault = fault;
  const std::string id = item.prepared.config.id();
  base::log(base::Level::kWarn, "plugin does not come up: " + fault, {{"plugin", item.prepared.config.plugin}});
  const int n = ++item.consecutive;
  if (!listener_.on_state) return;
  listener_.on_state({What::kCrashed, id, fault, n});
  if (n == kQuarantineAfter) listener_.on_state({What::kQuarantined, id, fault, n});
}

void Broken::try_later() {
  if (timer_ != 0) around_.loop.cancel(std::exchange(timer_, 0));
  if (items_.empty()) return;
  timer_ = around_.loop.after(child::back_off(tries_++, around_.random), [this] {
    timer_ = 0;
    trying_ = std::make_unique<Preparation>(instances(), around_, [this](auto tried) { on_tried(std::move(tried)); });
    trying_->start();
  });
}

void Broken::on_tried(std::vector<Prepared> tried) {
  for (Prepared& one : tried) {
    const auto item = items_.find(one.config.id());
    if (item == items_.end()) continue;
    if (!one.fault.empty()) {
      failed(item->second, one.fault);
      continue;
    }
    const int consecutive = item->second.consecutive;
    items_.erase(item);
    if (listener_.on_state) listener_.on_state({What::kRecovered, one.config.id(), "it comes up again", consecutive});
    listener_.on_up(std::move(one));
  }
  try_later();
}

const Prepared* Broken::find(const std::string& id) const {
  const auto item = items_.find(id);
  return item == items_.end() ? nullptr : &item->second.prepared;
}

std::vector<InstanceConfig> Broken::instances() const {
  std::vector<InstanceConfig> out;
  for (const auto& [id, item] : items_) out.push_back(item.prepared.config);
  return out;
}

void Broken::add_status(model::Value& list) const {
  for (const auto& [id, item] : items_) {
    model::Value one = model::Value::map();
    one.set("instance", id).set("plugin", item.prepared.config.plugin);
    one.set("state", item.consecutive >= kQuarantineAfter ? "quarantined" : "broken").set("pid", 0);
    one.set("restarts", item.consecutive).set("last_error", item.prepared.fault);
    list.push(std::move(one));
  }
}

}  // namespace reeve::plugin
