#include <map>

#include "script/lint/parser.h"

namespace reeve::script {

namespace {
struct Strength {
  int left, right;
};
// Lua 5.4 manual, 3.4.8.
const std::map<std::string_view, Strength> kBinary{
    {"or", {1, 1}},   {"and", {2, 2}}, {"<", {3, 3}},   {">", {3, 3}},   {"<=", {3, 3}},  {">=", {3, 3}},
    {"~=", {3, 3}},   {"==", {3, 3}},  {"|", {4, 4}},   {"~", {5, 5}},   {"&", {6, 6}},   {"<<", {7, 7}},
    {">>", {7, 7}},   {"..", {9, 8}},  {"+", {10, 10}}, {"-", {10, 10}}, {"*", {11, 11}}, {"/", {11, 11}},
    {"//", {11, 11}}, {"%", {11, 11}}, {"^", {14, 13}}};
constexpr int kUnary = 12;

ExpressionPtr other(const Token& at) {
  auto made = std::make_shared<Expression>();
  made->line = at.line;
  made->col = at.col;
  return made;
}
}  // namespace

std::vector<ExpressionPtr> Parser::list() {
  std::vector<ExpressionPtr> items{expression()};
  while (accept(",")) items.push_back(expression());
  return items;
}

ExpressionPtr Parser::expression(int limit) {
  if (++nesting_ > 180) throw Stop{};
  ExpressionPtr left;
  if (token_.is("not") || token_.is("-") || token_.is("#") || token_.is("~")) {
    left = other(token_);
    take();
    expression(kUnary);
  } else {
    left = simple();
  }
  for (;;) {
    const auto binary = token_.kind == Token::Kind::kSign || token_.kind == Token::Kind::kKeyword
                            ? kBinary.find(token_.text)
                            : kBinary.end();
    if (binary == kBinary.end() || binary->second.left <= limit) break;
    ExpressionPtr both = other(token_);
    take();
    expression(binary->second.right);
    left = both;
  }
  --nesting_;
  return left;
}

ExpressionPtr Parser::simple() {
  ExpressionPtr made = other(token_);
  if (token_.kind == Token::Kind::kString) {
    made->kind = Expression::Kind::kString;
    made->text = token_.text;
    made->opening = !token_.verbatim && made->text.find('\\') != std::string::npos ? -1 : token_.opening;
    take();
  } else if (accept("nil")) {
    made->kind = Expression::Kind::kNil;
  } else if (token_.kind == Token::Kind::kNumber || token_.is("true") || token_.is("false") || token_.is("...")) {
    take();
  } else if (token_.is("{")) {
    return table();
  } else if (accept("function")) {
    made->kind = Expression::Kind::kFunction;
    made->function = function_body(false, false);
  } else {
    return suffixed();
  }
  return made;
}

ExpressionPtr Parser::primary() {
  ExpressionPtr made = other(token_);
  if (accept("(")) {
    made = expression();
    expect(")");
    return made;
  }
  made->kind = Expression::Kind::kName;
  made->text = expect_name();
  use_name(*made);
  return made;
}

ExpressionPtr Parser::suffixed() {
  ExpressionPtr left = primary();
  for (;;) {
    if (token_.is(".") || token_.is("[")) {
      left = index(left);
    } else if (token_.is(":")) {
      take();
      ExpressionPtr method = other(token_);
      method->kind = Expression::Kind::kMethod;
      method->text = expect_name();
      method->variable = left->variable;
      method->global = left->kind == Expression::Kind::kString ? "string" : "";
      left = call(method);
    } else if (token_.is("(") || token_.is("{") || token_.kind == Token::Kind::kString) {
      left = call(left);
    } else {
      return left;
    }
  }
}

ExpressionPtr Parser::index(ExpressionPtr object) {
  const Token at = token_;
  ExpressionPtr made = other(at);
  made->kind = Expression::Kind::kIndex;
  made->variable = object->variable;
  if (accept("[")) {
    const ExpressionPtr key = expression();
    expect("]");
    if (key->kind == Expression::Kind::kString) check_param(*object, key->text, key->line, key->col);
    return made;
  }
  take();
  made->line = token_.line;
  made->col = token_.col;
  made->text = expect_name();
  check_param(*object, made->text, made->line, made->col);
  keep_action(*made, *object);
  if (object->kind != Expression::Kind::kName || object->variable) return made;
  made->global = object->text;
  const auto library = names_.globals.find(object->text);
  if (library != names_.globals.end() && !library->second.empty() && !library->second.contains(made->text))
    find(made->line, made->col,
         object->text + " has no \"" + made->text + "\"" + suggestion(made->text, library->second));
  return made;
}

// `callee` is what is called, or the method expression whose arguments come now.
ExpressionPtr Parser::call(ExpressionPtr callee) {
  ExpressionPtr made = callee;
  if (callee->kind != Expression::Kind::kMethod || !callee->arguments.empty() || callee->function) {
    made = other(token_);
    made->kind = Expression::Kind::kCall;
    made->line = callee->line;
    made->col = callee->col;
    made->text = callee->text;
    made->global = callee->global;
    made->plugin = callee->plugin;
    if (callee->kind == Expression::Kind::kName && !callee->variable) made->global = callee->text;
    made->variable = callee->variable;
  }
  const bool gsub = made->text == "gsub" && (made->kind == Expression::Kind::kMethod || made->global == "string");
  const std::string outer = std::exchange(callback_of_, made->text == "sort" && made->global == "table" ? "table.sort"
                                                        : gsub                                          ? "string.gsub"
                                                                                                        : "");
  if (token_.kind == Token::Kind::kString || token_.is("{")) {
    made->arguments = {simple()};
  } else {
    expect("(");
    if (!token_.is(")")) made->arguments = list();
    expect(")");
  }
  callback_of_ = outer;
  check_call(*made);
  // A method call that is called again is a plain value: `f:g(1)(2)`.
  if (made->kind == Expression::Kind::kMethod) made->function = std::make_shared<FunctionInfo>();
  return made;
}

ExpressionPtr Parser::table() {
  ExpressionPtr made = other(token_);
  made->kind = Expression::Kind::kTable;
  expect("{");
  int positions = 0;
  while (!token_.is("}")) {
    Expression::Field field;
    field.line = token_.line;
    field.col = token_.col;
    if (accept("[")) {
      const ExpressionPtr key = expression();
      expect("]");
      expect("=");
      if (key->kind == Expression::Kind::kString) field.key = key->text;
    } else if (token_.kind == Token::Kind::kName && ahead_.is("=")) {
      field.key = expect_name();
      expect("=");
    } else {
      field.position = ++positions;
    }
    field.value = expression();
    made->fields.push_back(std::move(field));
    if (!accept(",") && !accept(";")) break;
  }
  expect("}");
  return made;
}

std::shared_ptr<FunctionInfo> Parser::function_body(bool method, bool main) {
  auto info = std::make_shared<FunctionInfo>();
  info->depth = static_cast<int>(functions_.size());
  info->inside = std::exchange(callback_of_, "");
  functions_.push_back(info);
  scopes_.emplace_back();
  if (method) declare("self");
  expect("(");
  int position = 0;
  while (!token_.is(")")) {
    ++position;
    if (!accept("...")) {
      Variable* variable = declare(expect_name());
      variable->is_run = main && position == 1;
      variable->is_params = main && position == 2;
    }
    if (!accept(",")) break;
  }
  expect(")");
  block();
  expect("end");
  scopes_.pop_back();
  functions_.pop_back();
  callback_of_ = info->inside;
  return info;
}

}  // namespace reeve::script
