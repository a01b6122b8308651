// How commands, operands and calls are evaluated.
#include "template/evaluator.h"
#include "template/format.h"

namespace reeve::tmpl {

namespace {
size_t size_of(const Datum& value) {
  if (const Text* text = value.get<Text>()) return text->value.size();
  if (const List* list = value.get<List>()) return list->items.size() * sizeof(Datum);
  if (const Map* map = value.get<Map>()) return map->items.size() * sizeof(Datum);
  return sizeof(Datum);
}
}  // namespace

Datum Evaluator::command(const Datum& dot, const Node& command, const Final& final) {
  step();
  const Node& first = *command.children[0];
  const Operands operands = &command.children;
  switch (first.type) {
    case NodeType::kField:
      at(first);
      return field_chain(dot, dot, first, 0, operands, final);
    case NodeType::kChain:
      return chain(dot, first, operands, final);
    case NodeType::kVariable:
      return variable(dot, first, operands, final);
    case NodeType::kIdentifier:
      at(first);
      return call(dot, *find_function(first.text), nullptr, command, operands, final);
    default:
      break;
  }
  if (first.type != NodeType::kPipe) at(first);
  if (operands->size() > 1 || final) fail("can't give argument to non-function " + node_text(first));
  if (first.type == NodeType::kPipe) return pipeline(dot, first);
  if (first.type == NodeType::kDot) return dot;
  if (first.type == NodeType::kNil) fail("nil is not a command");
  return constant(first);
}

Datum Evaluator::constant(const Node& node) {
  at(node);
  if (node.type == NodeType::kBool) return node.truth;
  if (node.type == NodeType::kString) return node.value;
  const bool character = node.text[0] == '\'';
  const bool hex = node.text.size() > 2 && node.text[0] == '0' && (node.text[1] == 'x' || node.text[1] == 'X') &&
                   node.text.find_first_of("pP") == std::string::npos;
  if (node.number.is_float && !character && !hex && node.text.find_first_of(".eEpP") != std::string::npos)
    return node.number.real;
  if (!node.number.is_int) fail(node.text + " overflows int");
  return Datum::integer(node.number.integer);
}

Datum Evaluator::variable(const Datum& dot, const Node& node, Operands operands, const Final& final) {
  at(node);
  Datum value = get(node.names[0]);
  if (node.names.size() > 1) return field_chain(dot, value, node, 1, operands, final);
  if ((operands && operands->size() > 1) || final) fail("can't give argument to non-function " + node_text(node));
  return value;
}

Datum Evaluator::chain(const Datum& dot, const Node& node, Operands operands, const Final& final) {
  at(node);
  const Node& before = *node.children[0];
  if (before.type == NodeType::kNil) fail("indirection through explicit nil in " + node_text(node));
  const Datum receiver = any_argument(dot, before);
  return field_chain(dot, receiver, node, 0, operands, final);
}

Datum Evaluator::field_chain(const Datum& dot, Datum receiver, const Node& node, size_t from, Operands operands,
                             const Final& final) {
  for (size_t i = from; i + 1 < node.names.size(); ++i)
    receiver = field(dot, node.names[i], node, nullptr, std::nullopt, receiver);
  return field(dot, node.names.back(), node, operands, final, receiver);
}

Datum Evaluator::field(const Datum& dot, const std::string& name, const Node& node, Operands operands,
                       const Final& final, const Datum& receiver) {
  if (receiver.is_nothing()) return {};
  if (const Function* method = find_method(receiver, name)) return call(dot, *method, &receiver, node, operands, final);
  const bool has_arguments = (operands && operands->size() > 1) || final;
  if (const Map* map = receiver.get<Map>()) {
    if (has_arguments) fail(name + " is not a method but has arguments");
    const auto found = map->items.find(name);
    if (found != map->items.end()) return found->second;
    return map->of_text ? Datum("") : Datum();
  }
  Datum found;
  bool known = false;
  if (const Record* record = receiver.get<Record>()) {
    for (const auto& [field_name, value] : record->fields) {
      if (field_name != name) continue;
      found = value;
      known = true;
    }
  }
  if (const Sample* sample = receiver.get<Sample>()) {
    known = name == "Labels" || name == "Value";
    if (name == "Labels") found = datum_of(sample->labels);
    if (name == "Value") found = sample->value;
  }
  if (!known) fail("can't evaluate field " + name + " in type " + receiver.type_name());
  if (has_arguments) fail(name + " has arguments but cannot be invoked as function");
  return found;
}

void Evaluator::check_count(const Function& function, size_t given, bool has_final) const {
  const size_t wanted = function.params.size(), all = given + (has_final ? 1 : 0);
  if (function.variadic && all + 1 < wanted)
    fail("wrong number of args for " + function.name + ": want at least " + std::to_string(wanted - 1) + " got " +
         std::to_string(given));
  if (!function.variadic && all != wanted)
    fail("wrong number of args for " + function.name + ": want " + std::to_string(wanted) + " got " +
         std::to_string(all));
}

Datum Evaluator::call(const Datum& dot, const Function& function, const Datum* receiver, const Node& node,
                      Operands operands, const Final& final) {
  const size_t given = operands ? operands->size() - 1 : 0;
  check_count(function, given, final.has_value());
  if (function.name == "and" || function.name == "or") return call_logic(dot, function, operands, final);
  Arguments arguments;
  if (receiver) arguments.push_back(*receiver);
  const auto param = [&function](size_t i) { return function.params[std::min(i, function.params.size() - 1)]; };
  for (size_t i = 0; i < given; ++i) arguments.push_back(argument(dot, param(i), *(*operands)[i + 1]));
  if (final) arguments.push_back(checked(*final, param(given)));
  if (function.name == "call" && !arguments[0].is_nothing()) {
    at(node);
    std::string what = given > 0 ? node_text(*(*operands)[1]) : "<" + arguments[0].type_name() + " Value>";
    if (what.starts_with('(')) what = what.substr(1, what.size() - 2);
    fail("error calling call: non-function " + what + " of type " + arguments[0].type_name());
  }
  return invoke(function, node, arguments);
}

/// `and` and `or` evaluate no further than their answer.
Datum Evaluator::call_logic(const Datum& dot, const Function& function, Operands operands, const Final& final) {
  Datum value;
  for (size_t i = 1; operands && i < operands->size(); ++i) {
    value = argument(dot, Param::kAny, *(*operands)[i]);
    if (value.truth() == (function.name == "or")) return value;
  }
  return final ? *final : value;
}

Datum Evaluator::invoke(const Function& function, const Node& node, Arguments& arguments) {
  for (const Datum& argument : arguments) work(size_of(argument));
  try {
    Datum out = function.call(*this, arguments);
    work(size_of(out));
    if (const Text* text = out.get<Text>()) check_length(text->value.size());
    return out;
  } catch (const Failure& failure) {
    at(node);
    fail("error calling " + function.name + ": " + failure.message);
  }
}

Datum Evaluator::checked(Datum value, Param param) const {
  if (param == Param::kAny) return value;
  const std::string wanted = param_type_name(param);
  if (value.is_nothing()) {
    if (param == Param::kSample || param == Param::kVector) return value;
    fail("invalid value; expected " + wanted);
  }
  const Integer* number = value.get<Integer>();
  const Text* text = value.get<Text>();
  const List* list = value.get<List>();
  bool fits = false;
  switch (param) {
    case Param::kAny:
      fits = true;
      break;
    case Param::kText:
      fits = text && !text->html;
      break;
    case Param::kInt:
      fits = number && number->type == IntType::kInt;
      break;
    case Param::kDuration:
      fits = value.get<SpanPointer>() || (number && number->type == IntType::kDuration);
      break;
    case Param::kTime:
      fits = value.get<Moment>();
      break;
    case Param::kSample:
      fits = value.get<Sample>();
      break;
    case Param::kVector:
      fits = list && list->of_query;
      break;
  }
  if (!fits) fail("wrong type for value; expected " + wanted + "; got " + value.type_name());
  return value;
}

Datum Evaluator::argument(const Datum& dot, Param param, const Node& node) {
  at(node);
  switch (node.type) {
    case NodeType::kNil:
      if (param == Param::kAny || param == Param::kSample || param == Param::kVector) return {};
      fail(std::string("cannot assign nil to ") + param_type_name(param));
    case NodeType::kBool:
    case NodeType::kNumber:
    case NodeType::kString:
      return literal(param, node);
    default:
      return checked(any_argument(dot, node), param);
  }
}

Datum Evaluator::literal(Param param, const Node& node) {
  switch (param) {
    case Param::kAny:
      return constant(node);
    case Param::kText:
      if (node.type == NodeType::kString) return node.value;
      fail("expected string; found " + node_text(node));
    case Param::kInt:
    case Param::kDuration:
      if (node.type == NodeType::kNumber && node.number.is_int)
        return Datum::integer(node.number.integer, param == Param::kInt ? IntType::kInt : IntType::kDuration);
      fail("expected integer; found " + node_text(node));
    default:
      fail("can't handle " + node_text(node) + " for arg of type " + param_type_name(param));
  }
}

Datum Evaluator::any_argument(const Datum& dot, const Node& node) {
  at(node);
  switch (node.type) {
    case NodeType::kDot:
      return dot;
    case NodeType::kField:
      return field_chain(dot, dot, node, 0, nullptr, std::nullopt);
    case NodeType::kVariable:
      return variable(dot, node, nullptr, std::nullopt);
    case NodeType::kPipe:
      return pipeline(dot, node);
    case NodeType::kChain:
      return chain(dot, node, nullptr, std::nullopt);
    case NodeType::kIdentifier:
      return call(dot, *find_function(node.text), nullptr, node, nullptr, std::nullopt);
    default:
      return constant(node);
  }
}

}  // namespace reeve::tmpl
