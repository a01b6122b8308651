#include "template/template.h"

#include <algorithm>

#include "template/evaluator.h"

namespace reeve::tmpl {

namespace {
/// `LINE:COL: message`, both from 1, the column in bytes.
base::Error error_at(std::string_view text, const Failure& failure) {
  const std::string_view before = text.substr(0, std::min(failure.offset, text.size()));
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const size_t line_begin = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return base::invalid(std::to_string(lines + 1) + ":" + std::to_string(before.size() - line_begin + 1) + ": " +
                       failure.message);
}

Language language_of(Functions functions) {
  if (functions == Functions::kNone)
    return {[](const std::string&) { return false; },
            " (here only $labels, $value and $event are seen, and no function)",
            {"$", "$labels", "$value", "$event"}};
  return {[](const std::string& name) { return find_function(name) != nullptr; },
          "",
          {"$", "$labels", "$externalLabels", "$externalURL", "$value", "$event"}};
}
}  // namespace

struct Template::State {
  std::string text;
  Functions functions = Functions::kPrometheus;
  Program program;
};

base::Result<Template> Template::parse(std::string_view text, Functions functions) {
  if (text.size() > kLongestTemplate)
    return base::invalid("1:1: the template has " + std::to_string(text.size()) + " bytes, more than the limit of " +
                         std::to_string(kLongestTemplate));
  auto state = std::make_shared<State>();
  state->text = text;
  state->functions = functions;
  try {
    state->program = parse_program(state->text, language_of(functions));
  } catch (const Failure& failure) {
    return error_at(text, failure);
  }
  Template out;
  out.state_ = std::move(state);
  return out;
}

base::Result<std::string> Template::render(const Data& data) const {
  const Datum labels = datum_of(data.labels), event = datum_of(data.event);
  Record dot;
  std::vector<Evaluator::Variable> variables{{"$", {}}, {"$labels", labels}, {"$value", data.value}, {"$event", event}};
  dot.fields = {{"Labels", labels}};
  if (state_->functions == Functions::kPrometheus) {
    const Datum external = datum_of(data.external_labels);
    dot.fields.emplace_back("ExternalLabels", external);
    dot.fields.emplace_back("ExternalURL", data.external_url);
    variables.push_back({"$externalLabels", external});
    variables.push_back({"$externalURL", data.external_url});
  }
  dot.fields.emplace_back("Value", data.value);
  if (!event.is_nothing()) dot.fields.emplace_back("Event", event);
  const Datum whole = std::move(dot);
  variables[0].value = whole;
  try {
    return Evaluator(state_->program, data).run(whole, std::move(variables));
  } catch (const Failure& failure) {
    return error_at(state_->text, failure);
  }
}

}  // namespace reeve::tmpl
