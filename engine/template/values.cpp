// Go's functions on lists, maps and text as values: len, index, slice, call.
#include "template/format.h"
#include "template/functions.h"

namespace reeve::tmpl {

namespace {
/// What a pointer points to, by name: `template.sample` of `*template.sample`.
std::string pointed_type(const Datum& value) {
  const std::string name = value.type_name();
  return name.starts_with('*') ? name.substr(1) : name;
}

size_t index_of(const Datum& index, size_t most) {
  if (index.is_nothing()) throw Failure{0, "cannot index slice/array with nil"};
  const Integer* number = index.get<Integer>();
  if (!number) throw Failure{0, "cannot index slice/array with type " + index.type_name()};
  if (number->value < 0 || static_cast<uint64_t>(number->value) > most)
    throw Failure{0, "index out of range: " + std::to_string(number->value)};
  return static_cast<size_t>(number->value);
}

Datum in_map(const Map& map, const Datum& key) {
  if (key.is_nothing()) throw Failure{0, "value is nil; should be of type string"};
  const Text* name = key.get<Text>();
  if (!name || name->html) throw Failure{0, "value has type " + key.type_name() + "; should be string"};
  const auto found = map.items.find(name->value);
  if (found != map.items.end()) return found->second;
  return map.of_text ? Datum("") : Datum();
}

Datum one_index(const Datum& item, const Datum& index) {
  if (const Map* map = item.get<Map>()) return in_map(*map, index);
  if (item.is_nothing()) throw Failure{0, "index of nil pointer"};
  const List* list = item.get<List>();
  const Text* text = item.get<Text>();
  if (!list && !text) throw Failure{0, "can't index item of type " + pointed_type(item)};
  const size_t size = list ? list->items.size() : text->value.size();
  const size_t at = index_of(index, size);
  if (at == size) throw Failure{0, std::string("reflect: ") + (list ? "slice" : "string") + " index out of range"};
  if (list) return list->items[at];
  return Datum::integer(static_cast<unsigned char>(text->value[at]), IntType::kByte);
}

Datum index(Caller&, Arguments& args) {
  if (args[0].is_nothing()) throw Failure{0, "index of untyped nil"};
  Datum item = args[0];
  for (size_t i = 1; i < args.size(); ++i) item = one_index(item, args[i]);
  return item;
}

Datum slice(Caller&, Arguments& args) {
  if (args[0].is_nothing()) throw Failure{0, "slice of untyped nil"};
  if (args.size() > 4) throw Failure{0, "too many slice indexes: " + std::to_string(args.size() - 1)};
  const List* list = args[0].get<List>();
  const Text* text = args[0].get<Text>();
  if (!list && !text) throw Failure{0, "can't slice item of type " + pointed_type(args[0])};
  if (text && args.size() == 4) throw Failure{0, "cannot 3-index slice a string"};
  const size_t size = list ? list->items.size() : text->value.size();
  size_t bounds[3] = {0, size, size};
  for (size_t i = 1; i < args.size(); ++i) bounds[i - 1] = index_of(args[i], size);
  for (size_t i = 1; i < 3; ++i)
    if (bounds[i - 1] > bounds[i])
      throw Failure{0, "invalid slice index: " + std::to_string(bounds[i - 1]) + " > " + std::to_string(bounds[i])};
  if (text) return Text{text->value.substr(bounds[0], bounds[1] - bounds[0]), text->html};
  List out;
  out.of_query = list->of_query;
  out.items.assign(list->items.begin() + static_cast<std::ptrdiff_t>(bounds[0]),
                   list->items.begin() + static_cast<std::ptrdiff_t>(bounds[1]));
  return out;
}

Datum length(Caller&, Arguments& args) {
  const Datum& item = args[0];
  if (const List* list = item.get<List>()) return Datum::integer(static_cast<int64_t>(list->items.size()));
  if (const Map* map = item.get<Map>()) return Datum::integer(static_cast<int64_t>(map->items.size()));
  if (const Text* text = item.get<Text>()) return Datum::integer(static_cast<int64_t>(text->value.size()));
  if (item.is_nothing()) throw Failure{0, "len of nil pointer"};
  throw Failure{0, "len of type " + pointed_type(item)};
}

/// Nothing that a template can hold is a function, and the evaluator says what it is instead.
Datum call(Caller&, Arguments&) {
  throw Failure{0, "call of nil"};
}
}  // namespace

std::vector<Function> value_functions() {
  constexpr Param any = Param::kAny;
  return {{"index", {any, any}, true, &index},
          {"slice", {any, any}, true, &slice},
          {"len", {any}, false, &length},
          {"call", {any, any}, true, &call}};
}

}  // namespace reeve::tmpl
