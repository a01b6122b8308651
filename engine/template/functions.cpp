#include "template/functions.h"

#include <map>

namespace reeve::tmpl {

const char* param_type_name(Param param) {
  switch (param) {
    case Param::kAny:
      return "interface {}";
    case Param::kText:
      return "string";
    case Param::kInt:
      return "int";
    case Param::kDuration:
      return "time.Duration";
    case Param::kTime:
      return "time.Time";
    case Param::kSample:
      return "*template.sample";
    case Param::kVector:
      return "template.queryResult";
  }
  return "";
}

namespace {
std::map<std::string, Function> all_functions() {
  std::map<std::string, Function> out;
  for (auto* group : {&logic_functions, &text_functions, &value_functions, &prometheus_functions, &humanize_functions})
    for (Function& function : group()) out.emplace(function.name, function);
  return out;
}
}  // namespace

const Function* find_function(const std::string& name) {
  static const std::map<std::string, Function> kFunctions = all_functions();
  const auto found = kFunctions.find(name);
  return found == kFunctions.end() ? nullptr : &found->second;
}

}  // namespace reeve::tmpl
