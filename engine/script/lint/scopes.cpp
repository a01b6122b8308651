#include <algorithm>

#include "base/text.h"
#include "script/lint/parser.h"

namespace reeve::script {

std::string suggestion(const std::string& word, const std::set<std::string>& known) {
  if (word.size() < 2) return "";  // every other letter is near it
  const std::string near = base::did_you_mean(word, {known.begin(), known.end()});
  return near.empty() ? "" : " (did you mean \"" + near + "\"?)";
}

void Parser::find(int line, int col, std::string text) {
  out_.findings.push_back({line, col, std::move(text)});
}

Variable* Parser::declare(const std::string& name) {
  auto variable = std::make_unique<Variable>();
  variable->name = name;
  variable->depth = static_cast<int>(functions_.size()) - 1;
  scopes_.back().push_back(std::move(variable));
  return scopes_.back().back().get();
}

Variable* Parser::resolve(const std::string& name) {
  for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope)
    for (auto variable = scope->rbegin(); variable != scope->rend(); ++variable)
      if ((*variable)->name == name) return variable->get();
  return nullptr;
}

void Parser::use_name(Expression& name) {
  name.variable = resolve(name.text);
  if (name.variable || name.text == "_ENV" || names_.globals.contains(name.text)) return;
  if (const auto absent = names_.absent.find(name.text); absent != names_.absent.end())
    return find(name.line, name.col, "there is no \"" + name.text + "\" here: " + absent->second);
  std::set<std::string> known;
  for (const auto& [global, members] : names_.globals) known.insert(global);
  for (const auto& scope : scopes_)
    for (const auto& variable : scope) known.insert(variable->name);
  find(name.line, name.col, "undefined name \"" + name.text + "\"" + suggestion(name.text, known));
}

void Parser::assigned_outside(const Variable& variable, int line, int col) {
  for (const auto& function : functions_)
    if (function->depth > variable.depth) function->assigned.push_back({variable.name, line, col});
}

void Parser::assign(const Expression& target) {
  if (target.variable) {
    assigned_outside(*target.variable, target.line, target.col);
    if (target.kind != Expression::Kind::kName) return;
    target.variable->function.reset();
    target.variable->is_plugin = target.variable->is_params = false;
    target.variable->plugin.clear();
  } else if (target.kind == Expression::Kind::kName && names_.globals.contains(target.text)) {
    find(target.line, target.col, "\"" + target.text + "\" is part of the sandbox and cannot be changed");
  }
}

void Parser::check_keys(const Expression& table, const std::string& what, const std::string& keys) {
  const auto known = names_.keys.find(keys);
  if (known == names_.keys.end() || table.kind != Expression::Kind::kTable) return;
  for (const Expression::Field& field : table.fields)
    if (!field.key.empty() && !known->second.contains(field.key))
      find(field.line, field.col, what + ": unknown key \"" + field.key + "\"" + suggestion(field.key, known->second));
}

// A check runs as often as it is asked, and in a replay not at all: what it changes outside would differ.
void Parser::check_check_function(const Expression& table) {
  for (const Expression::Field& field : table.fields) {
    if (field.key != "check" && field.key != "key") continue;
    const Expression& value = *field.value;
    auto function = value.kind == Expression::Kind::kFunction ? value.function : nullptr;
    if (value.kind == Expression::Kind::kName && value.variable) function = value.variable->function;
    if (!function) {
      find(field.line, field.col, field.key + ": write the function here, or as a local function");
      continue;
    }
    for (const FunctionInfo::Outer& outer : function->assigned)
      find(outer.line, outer.col,
           field.key + " changes \"" + outer.name +
               "\" outside itself: a replay would not repeat that (return the value instead)");
  }
}

// run:... and plugin.verb(...) wait, which nothing inside a C function can.
void Parser::check_waiting(const Expression& call) {
  const bool of_run = call.kind == Expression::Kind::kMethod && call.variable && call.variable->is_run;
  const bool of_plugin = call.kind == Expression::Kind::kCall && call.variable && call.variable->is_plugin;
  if (!of_run && !of_plugin) return;
  for (const auto& function : functions_)
    if (!function->inside.empty())
      return find(
          call.line, call.col,
          "a call of run or of a plugin cannot stand inside a " + function->inside + " function: make a list first");
}

// Prose is filled in with parameters; what stands in the script itself must name them right.
void Parser::check_prose(const Expression& call) {
  static const std::set<std::string> kProse{"note", "approve", "wait", "done", "fail", "escalate"};
  if (!params_ || call.kind != Expression::Kind::kMethod || !call.variable || !call.variable->is_run ||
      !kProse.contains(call.text) || call.arguments.empty())
    return;
  std::vector<const Expression*> texts{call.arguments[0].get()};
  for (const Expression::Field& field : texts[0]->fields)
    if (field.position == 1 || field.key == "text" || field.key == "label") texts.push_back(field.value.get());
  for (const Expression* text : texts) {
    if (text->kind != Expression::Kind::kString) continue;
    for (size_t at = text->text.find("${"); at != std::string::npos; at = text->text.find("${", at + 1)) {
      const size_t close = text->text.find('}', at);
      if (close == std::string::npos) break;
      const std::string name = text->text.substr(at + 2, close - at - 2);
      if (!params_->contains(name))
        find(text->line, text->col, "${" + name + "}: there is no such parameter" + suggestion(name, *params_));
    }
  }
}

void Parser::check_param(const Expression& object, const std::string& name, int line, int col) {
  if (!params_ || object.kind != Expression::Kind::kName || !object.variable || !object.variable->is_params) return;
  if (token_.is("=")) {  // what a script sets itself it can read
    params_->insert(name);
  } else if (!params_->contains(name)) {
    find(line, col, "there is no parameter \"" + name + "\"" + suggestion(name, *params_));
  }
}

void Parser::check_target(const Expression& call) {
  if (call.text != "use" || call.arguments.size() < 2) return;
  const Expression& target = *call.arguments[1];
  const bool blank = target.kind == Expression::Kind::kString && base::trim(target.text).empty();
  if (blank || target.kind == Expression::Kind::kNil)
    find(target.line, target.col,
         std::string("run:use: the instance is ") + (blank ? "blank" : "nil") +
             " (name one, or leave the second argument out for the plugin's only instance)");
}

void Parser::check_call(const Expression& call) {
  check_waiting(call);
  static const std::set<std::string> kChanging{"insert", "remove", "sort", "move"};
  if (call.global == "table" && kChanging.contains(call.text) && !call.arguments.empty() && call.arguments[0]->variable)
    assigned_outside(*call.arguments[0]->variable, call.arguments[0]->line, call.arguments[0]->col);
  const Expression* first = call.arguments.empty() ? nullptr : call.arguments[0].get();
  check_prose(call);
  if (call.kind == Expression::Kind::kMethod && call.variable && call.variable->is_run) {
    const auto methods = names_.keys.find("run");
    if (methods != names_.keys.end() && !methods->second.contains(call.text))
      find(call.line, call.col, "run has no \"" + call.text + "\"" + suggestion(call.text, methods->second));
    check_target(call);
    keep_use(call);
    if (call.text == "each" && call.arguments.size() == 3) first = call.arguments[1].get();
    if (first && first->kind == Expression::Kind::kTable &&
        (call.text == "wait" || call.text == "approve" || call.text == "each")) {
      check_keys(*first, "run:" + call.text, call.text);
      check_check_function(*first);
      if (call.text == "wait") keep_expr(*first);
    }
    return;
  }
  keep_call(call);
  if (!first || call.kind != Expression::Kind::kCall) return;
  if (call.global == "p" && call.text != "p") return check_keys(*first, "p." + call.text, "param");
  if (call.variable || first->kind != Expression::Kind::kTable) return;
  if (call.global == "runbook_test") return keep_places(*first, "");
  if (call.global != "runbook") return;
  check_keys(*first, "runbook", "runbook");
  params_.emplace();
  for (const Expression::Field& field : first->fields) {
    if (field.key == "limits") check_keys(*field.value, "limits", "limits");
    if (field.key != "params") continue;
    const auto& given = field.value->fields;
    for (const Expression::Field& param : given) params_->insert(param.key);
    const bool all_named =
        std::none_of(given.begin(), given.end(), [](const Expression::Field& param) { return param.key.empty(); });
    if (field.value->kind != Expression::Kind::kTable || !all_named) {
      params_.reset();
      break;
    }
  }
  keep_places(*first, "");
}

void Parser::keep_places(const Expression& table, const std::string& prefix) {
  for (const Expression::Field& field : table.fields) {
    if (field.key.empty() && field.position == 0) continue;
    const std::string key = prefix + (field.key.empty() ? std::to_string(field.position) : field.key);
    out_.places.set(key, std::to_string(field.line) + ":" + std::to_string(field.col));
    const Expression* value = field.value.get();
    if (value->kind == Expression::Kind::kCall && !value->arguments.empty()) value = value->arguments[0].get();
    if (value->kind == Expression::Kind::kTable) keep_places(*value, key + ".");
  }
}

}  // namespace reeve::script
