// Prometheus' functions on queries, text and links. Source: prometheus/template.
#include <algorithm>

#include "template/address.h"
#include "template/format.h"
#include "template/functions.h"
#include "template/patterns.h"
#include "template/runes.h"

namespace reeve::tmpl {

namespace {
const std::string& text_of(const Datum& value) {
  return value.get<Text>()->value;
}

const Sample& sample_of(const Datum& value) {
  if (const Sample* sample = value.get<Sample>()) return *sample;
  throw Failure{0, "the sample is nil"};
}

const std::vector<Datum>& elements_of(const Datum& value) {
  static const std::vector<Datum> kNone;
  const List* list = value.get<List>();
  return list ? list->items : kNone;
}

Datum query(Caller& caller, Arguments& args) {
  if (!caller.data().query) throw Failure{0, "queries cannot be asked here"};
  const auto answer = caller.data().query(text_of(args[0]));
  if (!answer) throw Failure{0, answer.error().text};
  List out;
  out.of_query = true;
  for (const promql::Element& element : *answer) out.items.push_back(Sample{element.labels, element.value});
  return out;
}

Datum first(Caller&, Arguments& args) {
  const auto& elements = elements_of(args[0]);
  if (elements.empty()) throw Failure{0, "first() called on vector with no elements"};
  return elements[0];
}

Datum sort_by_label(Caller&, Arguments& args) {
  List out;
  out.of_query = true;
  out.items = elements_of(args[1]);
  const std::string& name = text_of(args[0]);
  std::stable_sort(out.items.begin(), out.items.end(), [&name](const Datum& a, const Datum& b) {
    return sample_of(a).labels.get(name) < sample_of(b).labels.get(name);
  });
  return out;
}

Datum numbered_args(Caller&, Arguments& args) {
  Map out;
  for (size_t i = 0; i < args.size(); ++i) out.items.emplace("arg" + std::to_string(i), args[i]);
  Datum map(std::move(out));
  if (map.depth() > 100) throw Failure{0, "args nested too deep"};
  return map;
}

Datum strip_port(Caller&, Arguments& args) {
  const auto parts = split_host_port(text_of(args[0]));
  return parts ? parts->host : text_of(args[0]);
}

Datum strip_domain(Caller&, Arguments& args) {
  const std::string& address = text_of(args[0]);
  HostPort parts = split_host_port(address).value_or(HostPort{address, ""});
  if (is_ip_address(parts.host)) return address;
  parts.host = parts.host.substr(0, parts.host.find('.'));
  return parts.port.empty() ? parts.host : join_host_port(parts);
}

/// The path of a URL, %XX decoded.
std::string path_of(const std::string& url) {
  const size_t scheme = url.find("://");
  size_t begin = scheme == std::string::npos ? 0 : url.find('/', scheme + 3);
  if (begin == std::string::npos) return "";
  const std::string path = url.substr(begin, url.find_first_of("?#", begin) - begin);
  std::string out;
  for (size_t i = 0; i < path.size(); ++i) {
    const auto byte = path[i] == '%' && i + 2 < path.size() ? base::unhex(path.substr(i + 1, 2)) : base::invalid("");
    out += byte.ok() ? *byte : std::string(1, path[i]);
    if (byte.ok()) i += 2;
  }
  return out;
}

template <uint32_t (*convert)(uint32_t)>
Datum each_rune(Caller&, Arguments& args) {
  const std::string& text = text_of(args[0]);
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const Rune rune = rune_at(text, at);
    append_rune(out, convert(rune.code));
    at += rune.width;
  }
  return out;
}

bool is_word_rune(uint32_t code) {
  return code == '_' || is_letter(code) || is_digit(code) || is_mark(code);
}
/// Stands inside a word when letters are on both sides: `don't`, `a.b`, `a:b`.
bool joins_letters(uint32_t code) {
  return code == '\'' || code == '.' || code == ':' || code == 0xb7 || code == 0x2019 || code == 0x2024;
}

/// The first letter of each word in upper case, the rest as it was.
Datum title(Caller&, Arguments& args) {
  const std::string& text = text_of(args[0]);
  std::string out;
  bool in_word = false, titled = false, after_letter = false;
  for (size_t at = 0; at < text.size();) {
    const Rune rune = rune_at(text, at);
    at += rune.width;
    const bool joins = after_letter && joins_letters(rune.code) && is_letter(rune_at(text, at).code);
    in_word = in_word ? is_word_rune(rune.code) || joins : is_word_rune(rune.code) && !is_mark(rune.code);
    if (!in_word) titled = false;
    after_letter = is_letter(rune.code);
    append_rune(out, after_letter && !titled ? to_upper(rune.code) : rune.code);
    titled = titled || after_letter;
  }
  return out;
}

Datum match(Caller&, Arguments& a) {
  return matches_pattern(text_of(a[0]), text_of(a[1]));
}
Datum replace(Caller&, Arguments& a) {
  return replace_all(text_of(a[0]), text_of(a[1]), text_of(a[2]));
}
Datum now(Caller& caller, Arguments&) {
  return static_cast<double>(caller.data().now.ms()) / 1000.0;
}
Datum label(Caller&, Arguments& a) {
  return std::string(sample_of(a[1]).labels.get(text_of(a[0])));
}
Datum value(Caller&, Arguments& a) {
  return sample_of(a[0]).value;
}
Datum strvalue(Caller&, Arguments& a) {
  return std::string(sample_of(a[0]).labels.get("__value__"));
}
Datum safe_html(Caller&, Arguments& a) {
  return Text{text_of(a[0]), true};
}
Datum external_url(Caller& caller, Arguments&) {
  return caller.data().external_url;
}
Datum path_prefix(Caller& caller, Arguments&) {
  return path_of(caller.data().external_url);
}
Datum escape(Caller&, Arguments& a) {
  return query_escape(text_of(a[0]));
}
Datum graph_link(Caller&, Arguments& a) {
  return "/graph?g0.expr=" + query_escape(text_of(a[0])) + "&g0.tab=0";
}
Datum table_link(Caller&, Arguments& a) {
  return "/graph?g0.expr=" + query_escape(text_of(a[0])) + "&g0.tab=1";
}
Datum defined_template(Caller& caller, Arguments& a) {
  return Text{caller.render_defined(text_of(a[0]), a[1]), true};
}
}  // namespace

std::vector<Function> prometheus_functions() {
  constexpr Param any = Param::kAny, text = Param::kText, sample = Param::kSample, vector = Param::kVector;
  return {
      {"query", {text}, false, &query},
      {"first", {vector}, false, &first},
      {"label", {text, sample}, false, &label},
      {"value", {sample}, false, &value},
      {"strvalue", {sample}, false, &strvalue},
      {"sortByLabel", {text, vector}, false, &sort_by_label},
      {"args", {any}, true, &numbered_args},
      {"tmpl", {text, any}, false, &defined_template},
      {"safeHtml", {text}, false, &safe_html},
      {"match", {text, text}, false, &match},
      {"reReplaceAll", {text, text, text}, false, &replace},
      {"title", {text}, false, &title},
      {"toUpper", {text}, false, &each_rune<to_upper>},
      {"toLower", {text}, false, &each_rune<to_lower>},
      {"graphLink", {text}, false, &graph_link},
      {"tableLink", {text}, false, &table_link},
      {"stripPort", {text}, false, &strip_port},
      {"stripDomain", {text}, false, &strip_domain},
      {"now", {}, false, &now},
      {"externalURL", {}, false, &external_url},
      {"pathPrefix", {}, false, &path_prefix},
      {"urlQueryEscape", {text}, false, &escape},
  };
}

}  // namespace reeve::tmpl
