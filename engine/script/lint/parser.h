/// \file
/// Who declares, reads and assigns which name in a Lua file? A parser of Lua 5.4 that keeps scopes and tables, no more.
///
/// One pass: what is worth saying is said while reading. Lua has accepted the file before, so an error here is ours and
/// only ends the lint.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "script/lint/lexer.h"
#include "script/lint/lint.h"

namespace reeve::script {

/// A function literal, as far as closures matter.
struct FunctionInfo {
  struct Outer {
    std::string name;
    int line = 0, col = 0;
  };
  std::vector<Outer> assigned;  ///< outer variables (or what hangs on them) that it changes
  std::string inside;           ///< "table.sort", when it is the callback of a C function: nothing may wait in it
  int depth = 0;
};

struct Variable {
  std::string name;
  int depth = 0;                           ///< of the function that declares it
  bool is_run = false;                     ///< the first parameter of the runbook's function
  bool is_params = false;                  ///< the second one
  bool is_plugin = false;                  ///< what run:use gave
  std::string plugin;                      ///< its name, where that is constant
  std::shared_ptr<FunctionInfo> function;  ///< the literal it was declared with
};

/// What is left of an expression.
struct Expression {
  enum class Kind { kOther, kName, kIndex, kCall, kMethod, kTable, kFunction, kString, kNil } kind = Kind::kOther;
  int line = 1, col = 1;
  std::string text;              ///< of a name, field, method or string
  int opening = 0;               ///< of a string: the bytes before its value; -1: it holds escapes
  std::string global;            ///< of a name or an index: the global it begins with ("table" of table.sort)
  std::string plugin;            ///< of an action: the plugin, where its name is constant
  Variable* variable = nullptr;  ///< of a name, and of the first name of an index
  std::shared_ptr<FunctionInfo> function;
  struct Field {
    std::string key;   ///< of a name
    int position = 0;  ///< of what has no name: 1, 2, ...
    int line = 1, col = 1;
    std::shared_ptr<Expression> value;
  };
  std::vector<Field> fields;                           ///< of a table
  std::vector<std::shared_ptr<Expression>> arguments;  ///< of a call
};
using ExpressionPtr = std::shared_ptr<Expression>;

class Parser {
 public:
  Parser(std::string_view text, const Names& names, Linted& out);
  /// Reads the whole file into the findings.
  void run();

 private:
  struct Stop {};  ///< thrown at what the parser does not understand

  // Tokens.
  void take();
  bool accept(const char* sign);
  void expect(const char* sign);
  std::string expect_name();
  // Statements (parser.cpp).
  void block();
  void statement();
  void statement_if();
  void statement_for();
  void statement_function();
  void statement_local();
  void statement_return();
  void statement_expression();
  bool block_ends() const;
  // Expressions (expressions.cpp).
  ExpressionPtr expression(int limit = 0);
  ExpressionPtr simple();
  ExpressionPtr suffixed();
  ExpressionPtr primary();
  ExpressionPtr table();
  ExpressionPtr call(ExpressionPtr callee);
  ExpressionPtr index(ExpressionPtr object);
  std::vector<ExpressionPtr> list();
  std::shared_ptr<FunctionInfo> function_body(bool method, bool main);
  // Scopes and findings (scopes.cpp).
  Variable* declare(const std::string& name);
  Variable* resolve(const std::string& name);
  void use_name(Expression& name);
  void assign(const Expression& target);
  void assigned_outside(const Variable& variable, int line, int col);
  void check_call(const Expression& call);
  void check_param(const Expression& object, const std::string& name, int line, int col);
  void check_target(const Expression& call);
  void check_prose(const Expression& call);
  void check_keys(const Expression& table, const std::string& what, const std::string& keys);
  void check_check_function(const Expression& table);
  void check_waiting(const Expression& call);
  // What it uses (uses.cpp).
  std::string plugin_of(const Expression& object) const;
  void keep_use(const Expression& call);
  void keep_action(Expression& action, const Expression& object);
  void keep_call(const Expression& call);
  void keep_expr(const Expression& table);
  void keep_places(const Expression& table, const std::string& prefix);
  void find(int line, int col, std::string text);

  Lexer lexer_;
  Token token_, ahead_;
  const Names& names_;
  Linted& out_;
  std::vector<std::vector<std::unique_ptr<Variable>>> scopes_;
  std::vector<std::shared_ptr<FunctionInfo>> functions_;
  std::optional<std::set<std::string>> params_;  ///< of the runbook, where they stand in a table
  std::string callback_of_;                      ///< the arguments of this C function are being read
  int nesting_ = 0;
};

}  // namespace reeve::script
