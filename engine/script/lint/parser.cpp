#include "script/lint/parser.h"

#include <algorithm>

namespace reeve::script {

Parser::Parser(std::string_view text, const Names& names, Linted& out) : lexer_(text), names_(names), out_(out) {
  ahead_ = lexer_.next();
  take();
}

void Parser::run() {
  functions_.push_back(std::make_shared<FunctionInfo>());
  try {
    block();
    if (token_.kind != Token::Kind::kEnd) throw Stop{};
  } catch (const Stop&) {
    // A bad token has its own words; the rest Lua itself has said.
    find(token_.line, token_.col, token_.kind == Token::Kind::kBad ? token_.text : "syntax error near here");
  }
}

void Parser::take() {
  token_ = std::move(ahead_);
  ahead_ = lexer_.next();
}

bool Parser::accept(const char* sign) {
  if (!token_.is(sign)) return false;
  take();
  return true;
}

void Parser::expect(const char* sign) {
  if (!accept(sign)) throw Stop{};
}

std::string Parser::expect_name() {
  if (token_.kind != Token::Kind::kName) throw Stop{};
  std::string name = token_.text;
  take();
  return name;
}

bool Parser::block_ends() const {
  return token_.kind == Token::Kind::kEnd || token_.is("end") || token_.is("else") || token_.is("elseif") ||
         token_.is("until");
}

void Parser::block() {
  scopes_.emplace_back();
  while (!block_ends()) {
    if (token_.is("return")) {
      statement_return();
      break;
    }
    statement();
  }
  scopes_.pop_back();
}

void Parser::statement() {
  if (++nesting_ > 180) throw Stop{};
  if (accept(";") || accept("break")) {
  } else if (accept("goto")) {
    expect_name();
  } else if (accept("::")) {
    expect_name();
    expect("::");
  } else if (accept("do")) {
    block();
    expect("end");
  } else if (accept("while")) {
    expression();
    expect("do");
    block();
    expect("end");
  } else if (accept("repeat")) {
    // The condition sees the block's names: read inside its scope.
    scopes_.emplace_back();
    while (!block_ends()) {
      if (token_.is("return")) {
        statement_return();
        break;
      }
      statement();
    }
    expect("until");
    expression();
    scopes_.pop_back();
  } else if (accept("if")) {
    statement_if();
  } else if (accept("for")) {
    statement_for();
  } else if (accept("function")) {
    statement_function();
  } else if (accept("local")) {
    statement_local();
  } else {
    statement_expression();
  }
  --nesting_;
}

void Parser::statement_if() {
  expression();
  expect("then");
  block();
  while (accept("elseif")) {
    expression();
    expect("then");
    block();
  }
  if (accept("else")) block();
  expect("end");
}

void Parser::statement_for() {
  std::vector<std::string> names{expect_name()};
  if (accept("=")) {
    list();
  } else {
    while (accept(",")) names.push_back(expect_name());
    expect("in");
    list();
  }
  expect("do");
  scopes_.emplace_back();
  for (const std::string& name : names) declare(name);
  block();
  scopes_.pop_back();
  expect("end");
}

void Parser::statement_function() {
  Expression target;
  target.kind = Expression::Kind::kName;
  target.line = token_.line;
  target.col = token_.col;
  target.text = expect_name();
  use_name(target);
  bool method = false;
  while (token_.is(".") || token_.is(":")) {
    method = token_.is(":");
    take();
    target.kind = Expression::Kind::kIndex;
    target.text = expect_name();
  }
  assign(target);
  function_body(method, false);
}

void Parser::statement_local() {
  if (accept("function")) {
    Variable* variable = declare(expect_name());
    variable->function = function_body(false, false);
    return;
  }
  std::vector<std::string> names;
  do {
    names.push_back(expect_name());
    if (accept("<")) {  // an attribute: const, close
      expect_name();
      expect(">");
    }
  } while (accept(","));
  std::vector<ExpressionPtr> values;
  if (accept("=")) values = list();
  for (size_t i = 0; i < names.size(); ++i) {
    Variable* variable = declare(names[i]);
    if (i >= values.size()) continue;
    const Expression& value = *values[i];
    if (value.kind == Expression::Kind::kFunction) variable->function = value.function;
    variable->is_plugin =
        value.kind == Expression::Kind::kMethod && value.text == "use" && value.variable && value.variable->is_run;
    variable->plugin = plugin_of(value);
  }
}

void Parser::statement_return() {
  take();
  const bool top = functions_.size() == 1;
  if (!block_ends() && !token_.is(";")) {
    expression();
    while (accept(",")) {
      // `return runbook { ... }, function(run, a) ... end`: the function of the runbook.
      if (top && token_.is("function")) {
        take();
        function_body(false, true);
      } else {
        expression();
      }
    }
  }
  accept(";");
  if (!block_ends()) throw Stop{};
}

void Parser::statement_expression() {
  std::vector<ExpressionPtr> targets{suffixed()};
  if (!token_.is("=") && !token_.is(",")) {
    const Expression::Kind kind = targets[0]->kind;
    if (kind != Expression::Kind::kCall && kind != Expression::Kind::kMethod) throw Stop{};
    return;
  }
  while (accept(",")) targets.push_back(suffixed());
  expect("=");
  list();
  for (const ExpressionPtr& target : targets) assign(*target);
}

Linted lint(std::string_view text, const Names& names) {
  Linted out;
  Parser(text, names, out).run();
  std::stable_sort(out.findings.begin(), out.findings.end(), [](const Finding& a, const Finding& b) {
    return std::pair(a.line, a.col) < std::pair(b.line, b.col);
  });
  return out;
}

}  // namespace reeve::script
