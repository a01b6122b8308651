/// \file
/// Which functions can a template call, and with what? Go's builtins, Prometheus' own, and the methods of Go's time.
#pragma once

#include <string>
#include <vector>

#include "template/datum.h"
#include "template/lexer.h"
#include "template/template.h"

namespace reeve::tmpl {

/// What a parameter accepts. kAny is interface {}.
enum class Param { kAny, kText, kInt, kDuration, kTime, kSample, kVector };
const char* param_type_name(Param param);

/// What a function may ask of the template that calls it.
class Caller {
 public:
  virtual ~Caller() = default;
  virtual const Data& data() const = 0;
  /// The text of a defined template. Throws Failure.
  virtual std::string render_defined(const std::string& name, const Datum& dot) = 0;
};

using Arguments = std::vector<Datum>;
struct Function {
  std::string name;
  std::vector<Param> params;
  bool variadic = false;  ///< the last of params, any number of times
  /// Throws Failure (its offset is not used). The arguments have been checked against params.
  Datum (*call)(Caller& caller, Arguments& args) = nullptr;
};

/// nullptr: no such function. `and` and `or` are here by name; the evaluator knows when they stop.
const Function* find_function(const std::string& name);
/// A method of a time, a duration, a month or a week day; the receiver is the first of its arguments but not of
/// params. nullptr: no such method.
const Function* find_method(const Datum& receiver, const std::string& name);

std::vector<Function> logic_functions();
std::vector<Function> text_functions();
std::vector<Function> value_functions();
std::vector<Function> prometheus_functions();
std::vector<Function> humanize_functions();

/// Prometheus' ConvertToFloat. Throws Failure.
double to_float(const Datum& value);
std::string query_escape(std::string_view text);

}  // namespace reeve::tmpl
