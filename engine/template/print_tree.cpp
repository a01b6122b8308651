// How composed values are written, and what a whole argument list becomes.
#include "template/lexer.h"
#include "template/printer.h"
#include "template/runes.h"

namespace reeve::tmpl {

void check_length(size_t size) {
  if (size > kLongestText) throw Failure{0, "the text is longer than " + std::to_string(kLongestText) + " bytes"};
}

void Printer::list(const List& value, uint32_t verb, int depth, const Datum& all) {
  append(flags.sharp_v ? all.type_name() + "{" : "[");
  for (size_t i = 0; i < value.items.size(); ++i) {
    if (i > 0) append(flags.sharp_v ? ", " : " ");
    printed(value.items[i], verb, depth + 1);
  }
  append(flags.sharp_v ? "}" : "]");
}

void Printer::map(const Map& value, uint32_t verb, int depth, const Datum& all) {
  append(flags.sharp_v ? all.type_name() + "{" : "map[");
  bool first = true;
  for (const auto& [key, item] : value.items) {
    if (!first) append(flags.sharp_v ? ", " : " ");
    first = false;
    text(key, key, verb);
    append(":");
    printed(item, verb, depth + 1);
  }
  append(flags.sharp_v ? "}" : "]");
}

void Printer::record(const std::vector<std::pair<std::string, Datum>>& fields, const std::string& type, uint32_t verb,
                     int depth) {
  append(flags.sharp_v ? type + "{" : "{");
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) append(flags.sharp_v ? ", " : " ");
    if (flags.plus_v || flags.sharp_v) append(fields[i].first + ":");
    printed(fields[i].second, verb, depth + 1);
  }
  append("}");
}

void Printer::printed(const Datum& value, uint32_t verb, int depth) {
  std::string shown;
  const bool stringable = verb == 'v' || verb == 's' || verb == 'x' || verb == 'X' || verb == 'q';
  if (stringable && !flags.sharp_v && !erroring_ && stringer_text(value, shown)) return text(shown, value, verb);
  if (value.is_nothing()) {
    if (depth == 0) return bad_verb(value, verb);
    return append(flags.sharp_v ? "interface {}(nil)" : "<nil>");
  }
  if (const bool* b = value.get<bool>()) return boolean(*b, value, verb);
  if (const double* d = value.get<double>()) return real(*d, value, verb);
  if (const Text* t = value.get<Text>()) return text(t->value, value, verb);
  if (const List* l = value.get<List>()) return list(*l, verb, depth, value);
  if (const Map* m = value.get<Map>()) return map(*m, verb, depth, value);
  if (const Record* r = value.get<Record>()) return record(r->fields, value.type_name(), verb, depth);
  if (const Integer* i = value.get<Integer>())
    return integer(value, static_cast<uint64_t>(i->value), i->type != IntType::kByte, verb);
  if (const SpanPointer* s = value.get<SpanPointer>()) return integer(value, static_cast<uint64_t>(s->ns), true, verb);
  if (const Moment* m = value.get<Moment>()) return integer(value, static_cast<uint64_t>(m->ns), true, verb);
  if (const Sample* s = value.get<Sample>()) {
    append("&");
    record({{"Labels", datum_of(s->labels)}, {"Value", s->value}}, "template.sample", verb, depth);
  }
}

void Printer::value(const Datum& value, uint32_t verb) {
  if (verb == 'T') return padded(value.type_name());
  if (value.is_nothing() && verb == 'v') return padded("<nil>");
  if (verb == 'p' || verb == 'w') return bad_verb(value, verb);
  printed(value, verb, 0);
}

std::string sprint(const std::vector<Datum>& args) {
  std::string out;
  Printer printer(out);
  bool after_text = false;
  for (size_t i = 0; i < args.size(); ++i) {
    const bool is_text = args[i].kind() == Kind::kText;
    if (i > 0 && !is_text && !after_text) out += ' ';
    printer.value(args[i], 'v');
    after_text = is_text;
  }
  return out;
}

std::string sprintln(const std::vector<Datum>& args) {
  std::string out;
  Printer printer(out);
  for (size_t i = 0; i < args.size(); ++i) {
    if (i > 0) out += ' ';
    printer.value(args[i], 'v');
  }
  return out + "\n";
}

namespace {
/// An action looks through pointers.
Datum indirect(const Datum& value) {
  if (value.is_nothing()) return "<no value>";
  if (const SpanPointer* span = value.get<SpanPointer>()) return Datum::integer(span->ns, IntType::kDuration);
  if (const Moment* moment = value.get<Moment>()) return Moment{moment->ns, false};
  if (const Sample* sample = value.get<Sample>())
    return Record{{{"Labels", datum_of(sample->labels)}, {"Value", sample->value}}};
  return value;
}
}  // namespace

std::string printed_value(const Datum& value) {
  return sprint({indirect(value)});
}

std::string joined_arguments(const std::vector<Datum>& args) {
  std::vector<Datum> seen;
  seen.reserve(args.size());
  for (const Datum& arg : args) seen.push_back(indirect(arg));
  return sprint(seen);
}

}  // namespace reeve::tmpl
