#include "response/response.h"

namespace reeve::response {

std::vector<const Response*> choose(const Response* of_rule, const std::vector<Response>& responses,
                                    const model::Labels& alert) {
  if (of_rule) return {of_rule};
  std::vector<const Response*> out;
  for (const Response& response : responses) {
    if (!all_match(response.match, alert)) continue;
    out.push_back(&response);
    if (!response.continues) break;
  }
  return out;
}

base::Result<model::Value> parameters(const Response& response, const model::Alert& alert) {
  tmpl::Data data;
  data.labels = alert.labels;
  data.value = alert.value;
  data.event = alert.event;
  data.now = alert.fired_at;
  model::Value out = model::Value::map();
  for (const auto& [name, text] : response.with) {
    auto rendered = text.render(data);
    if (!rendered) return base::invalid(response.id + ": parameter \"" + name + "\": " + rendered.error().text);
    out.set(name, std::move(*rendered));
  }
  return out;
}

}  // namespace reeve::response
