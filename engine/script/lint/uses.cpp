// What a script says of plugins and PromQL in plain constants. What is computed is left out: it is judged when it runs.
#include <string>

#include "script/lint/parser.h"

namespace reeve::script {

using model::Value;

namespace {
std::string place(int line, int col) {
  return std::to_string(line) + ":" + std::to_string(col);
}

Value use_of(const char* kind, int line, int col) {
  return Value::map().set("kind", kind).set("at", place(line, col));
}

bool is_constant(const Expression& value) {
  return value.kind == Expression::Kind::kString && value.opening > 0;
}
}  // namespace

/// "docker" of `run:use("docker", ...)`, and of a variable that holds it.
std::string Parser::plugin_of(const Expression& object) const {
  if (!object.variable) return {};
  if (object.kind == Expression::Kind::kName) return object.variable->plugin;
  const bool use = object.kind == Expression::Kind::kMethod && object.text == "use" && object.variable->is_run;
  if (!use || object.arguments.empty() || !is_constant(*object.arguments[0])) return {};
  return object.arguments[0]->text;
}

void Parser::keep_use(const Expression& call) {
  const std::string plugin = plugin_of(call);
  if (plugin.empty()) return;
  Value use = use_of("use", call.arguments[0]->line, call.arguments[0]->col).set("plugin", plugin);
  if (call.arguments.size() == 2 && is_constant(*call.arguments[1])) {
    const Expression& target = *call.arguments[1];
    use.set("target", target.text).set("target_at", place(target.line, target.col));
  }
  out_.uses.push(std::move(use));
}

void Parser::keep_action(Expression& action, const Expression& object) {
  action.plugin = plugin_of(object);
  if (action.plugin.empty()) return;
  Value use = use_of("action", action.line, action.col);
  out_.uses.push(use.set("plugin", action.plugin).set("action", action.text));
}

void Parser::keep_call(const Expression& call) {
  if (call.kind != Expression::Kind::kCall || call.plugin.empty()) return;
  Value arguments = Value::map();
  bool open = call.arguments.size() > 1;
  for (const ExpressionPtr& given : call.arguments) {
    open = open || given->kind != Expression::Kind::kTable;
    for (const Expression::Field& field : given->fields) {
      if (field.key.empty()) open = true;
      if (!field.key.empty()) arguments.set(field.key, place(field.line, field.col));
    }
  }
  Value use = use_of("call", call.line, call.col).set("plugin", call.plugin).set("action", call.text);
  out_.uses.push(use.set("arguments", std::move(arguments)).set("open", open));
}

void Parser::keep_expr(const Expression& table) {
  for (const Expression::Field& field : table.fields) {
    const Expression& value = *field.value;
    if (field.key != "expr" || !is_constant(value)) continue;
    out_.uses.push(use_of("expr", value.line, value.col + value.opening).set("text", value.text));
  }
}

}  // namespace reeve::script
