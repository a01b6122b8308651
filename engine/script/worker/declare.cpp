#include <cctype>
#include <cstring>

#include "script/lint/lint.h"
#include "script/worker/core.h"

namespace reeve::script {

using model::Value;

namespace {
Value finding_value(const std::string& file, const Finding& finding) {
  Value out = Value::map();
  return out.set("file", file).set("line", finding.line).set("col", finding.col).set("text", finding.text);
}

// Lua's own message, "file:line: text near ...", with the column that the lint found on that line.
Value syntax_error(const std::string& file, const std::string& message, const Linted& linted) {
  Finding finding{1, 1, message};
  const size_t digits = file.size() + 1;
  if (message.starts_with(file + ":") && message.size() > digits && std::isdigit(message[digits])) {
    char* rest = nullptr;
    finding.line = static_cast<int>(std::strtol(message.c_str() + digits, &rest, 10));
    finding.text = std::strncmp(rest, ": ", 2) == 0 ? rest + 2 : rest;
  }
  for (const Finding& other : linted.findings)
    if (other.line == finding.line) finding.col = other.col;
  return finding_value(file, finding);
}

// What the file uses, with its name.
void add_uses(const std::string& file, const Value& uses, Value& answer) {
  if (uses.as_list().empty()) return;
  Value all = answer.has("uses") ? answer["uses"] : Value::list();
  for (Value use : uses.as_list()) all.push(std::move(use.set("file", file)));
  answer.set("uses", std::move(all));
}

/// Looks one file through. \return false when it cannot run.
bool lint_file(Program& program, const std::string& file, const std::string& text, const Names& names, bool main,
               Value& answer, Value& errors) {
  const Linted linted = lint(text, names);
  const std::string problem = program.syntax_problem(file, text);
  if (!problem.empty()) {
    errors.push(syntax_error(file, problem, linted));
    return false;
  }
  for (const Finding& finding : linted.findings) errors.push(finding_value(file, finding));
  if (main) answer.set("places", linted.places);
  add_uses(file, linted.uses, answer);
  return linted.findings.empty();
}
}  // namespace

Value declare_bundle(const Bundle& bundle, const Limits& limits) {
  Value answer = Value::map();
  Value errors = Value::list();
  Program program(bundle, limits);
  base::Status opened = program.open_sandbox(0);
  if (opened.ok()) {
    const Names names = program.names();
    bool fine = true;
    for (const auto& [file, text] : bundle.files)
      fine = lint_file(program, file, text, names, file == bundle.main, answer, errors) && fine;
    if (!fine) return answer.set("errors", std::move(errors));
    opened = program.open_main();
  }
  if (!opened.ok()) {
    errors.push(syntax_error(bundle.main, opened.error().text, {}));
  } else {
    answer.set("kind", program.declared()["kind"]).set("table", program.declared()["table"]);
    if (program.declared()["kind"] == Value("runbook") && !program.has_function())
      errors.push(
          finding_value(bundle.main, {1, 1, "after runbook { ... } comes the function: function(run, params)"}));
  }
  return answer.set("errors", std::move(errors));
}

}  // namespace reeve::script
