#include "rule/event_labels.h"

#include <algorithm>

namespace reeve::rule {

std::string_view label_or_field(const model::Event& event, std::string_view name, std::string& room) {
  if (const std::string_view label = event.labels.get(name); !label.empty()) return label;
  const model::Value* field = event.fields.find(name);
  if (!field || field->is_null()) return {};
  if (field->is_string()) return field->as_string();
  room = field->text();
  return room;
}

model::Labels identity_of(const model::Event& event, const std::vector<std::string>& by) {
  if (by.empty()) return event.labels;
  model::Labels out;
  std::string room;
  for (const std::string& name : by) out.set(name, label_or_field(event, name, room));
  return out;
}

bool agrees_on(const model::Labels& identity, const model::Event& event) {
  std::string room;
  return std::all_of(identity.begin(), identity.end(),
                     [&](const auto& label) { return label_or_field(event, label.first, room) == label.second; });
}

model::Labels all_labels(const model::Event& event) {
  model::Labels out = event.labels;
  std::string room;
  for (const auto& [name, value] : event.fields.as_map()) out.set(name, label_or_field(event, name, room));
  return out;
}

}  // namespace reeve::rule
