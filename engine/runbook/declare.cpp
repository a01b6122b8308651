// What `runbook { ... }` says, judged: types, durations, names. Unknown keys the lint has refused already.
#include <algorithm>

#include "runbook/bundle.h"
#include "runbook/terms.h"

namespace reeve::runbook {

using base::Result;
using model::Value;

namespace {
/// Reads one declaration and gathers what is wrong with it.
class Declaration {
 public:
  Declaration(const Source& source, const script::Declared& declared) : source_(source), declared_(declared) {}

  Runbook read(const script::Bundle& bundle) {
    Runbook runbook;
    runbook.name = source_.name;
    runbook.path = source_.path();
    runbook.bundle = bundle.to_bytes();
    runbook.hash = base::sha256(runbook.bundle);
    runbook.title = text("title");
    if (runbook.title.empty()) runbook.title = source_.name;
    runbook.alerts = texts("alerts");
    runbook.dedup = text("dedup");
    runbook.locks = texts("locks");
    runbook.mode = text("mode");
    if (!runbook.mode.empty() && runbook.mode != "shadow" && runbook.mode != "suggest" && runbook.mode != "approve" &&
        runbook.mode != "auto")
      wrong("mode", "mode is shadow, suggest, approve or auto");
    read_limits(runbook);
    read_params(runbook);
    check_names(runbook);
    read_safety(runbook);
    return runbook;
  }
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  const Value& table() const { return declared_.table; }

  void wrong(const std::string& key, const std::string& why) {
    std::string place = "1:1";
    for (std::string at = key; !at.empty();) {  // the key itself, else the table around it
      if (declared_.places.has(at)) {
        place = declared_.places[at].as_string();
        break;
      }
      const size_t dot = at.rfind('.');
      at = dot == std::string::npos ? "" : at.substr(0, dot);
    }
    problems_.push_back(source_.path() + ":" + place + ": " + why);
  }

  /// A table of names. An empty one of Lua is no list and no map yet; here it is a map.
  const Value& map(const std::string& key, const char* form) {
    static const Value kNothing = Value::map();
    const Value& value = table()[key];
    if (value.is_map()) return value;
    if (!value.is_null() && !(value.is_list() && value.as_list().empty())) wrong(key, key + " is a table of " + form);
    return kNothing;
  }

  std::string text(const std::string& key) {
    const Value& value = table()[key];
    if (value.is_null() || value.is_string()) return value.as_string();
    wrong(key, key + " is a text");
    return {};
  }

  std::vector<std::string> texts(const std::string& key) {
    const Value& value = table()[key];
    std::vector<std::string> out;
    if (value.is_null()) return out;
    if (value.is_string()) return {value.as_string()};
    if (!value.is_list()) wrong(key, key + " is a list of texts");
    for (const Value& item : value.as_list()) {
      if (!item.is_string()) wrong(key, key + " is a list of texts");
      out.push_back(item.text());
    }
    return out;
  }

  void read_limits(Runbook& runbook) {
    const Value& limits = map("limits", "deadline = \"30m\", changes = 10");
    if (!limits["deadline"].is_null()) {
      const auto deadline = base::parse_duration(limits["deadline"].text());
      if (!deadline.ok() || deadline->us <= 0) {
        wrong("limits.deadline", "deadline is a duration like \"30m\"");
      } else {
        runbook.deadline = *deadline;
      }
    }
    const Value& changes = limits["changes"];
    if (changes.is_null()) return;
    if (!changes.is_int() || changes.as_int() < 1 || changes.as_int() > 1000) {
      wrong("limits.changes", "changes is a whole number from 1 to 1000");
    } else {
      runbook.changes = static_cast<int>(changes.as_int());
    }
  }

  void read_params(Runbook& runbook) {
    for (const auto& [name, given] : map("params", "name = p.type { ... }").as_map()) {
      const std::string key = "params." + name;
      ParamSpec spec;
      spec.name = name;
      spec.type = given["type"].as_string();
      if (spec.type.empty()) {
        wrong(key, "a parameter is written p.string { ... }, p.int { ... } and so on");
        continue;
      }
      spec.from = given["from"].text();
      if (given["from"].is_null()) spec.from.clear();
      spec.match = given["match"].as_string();
      spec.fallback = given["default"];
      spec.required = given["required"].as_bool(spec.fallback.is_null());
      spec.choices = given["values"];
      spec.least = given["min"];
      spec.most = given["max"];
      check_param(key, spec);
      runbook.params.push_back(std::move(spec));
    }
  }

  void check_param(const std::string& key, const ParamSpec& spec) {
    static const std::vector<std::string> kFrom{"alert.labels.", "alert.annotations.", "alert.event."};
    const bool known = spec.from.empty() || spec.from == "alert.target" || spec.from == "alert.value" ||
                       std::any_of(kFrom.begin(), kFrom.end(), [&](const std::string& prefix) {
                         return base::starts_with(spec.from, prefix) && spec.from.size() > prefix.size();
                       });
    if (!known)
      wrong(key + ".from",
            "from is alert.labels.NAME, alert.annotations.NAME, alert.event.NAME, alert.target or alert.value");
    if (spec.type == "enum" && spec.choices.as_list().empty())
      wrong(key, "p.enum needs its values: p.enum { \"a\", \"b\" }");
    if (spec.fallback.is_null()) return;
    Runbook probe;
    probe.params = {spec};
    const auto bound = bind_params(probe, Value::map(), {});
    if (!bound.ok()) wrong(key + ".default", bound.error().text);
  }

  void check_names(const Runbook& runbook) {
    std::vector<std::string> names;
    for (const ParamSpec& spec : runbook.params) names.push_back(spec.name);
    check_filled("dedup", runbook.dedup, names);
    for (const std::string& lock : runbook.locks) check_filled("locks", lock, names);
  }

  void check_filled(const std::string& key, const std::string& text, const std::vector<std::string>& names) {
    for (size_t open = text.find("${"); open != std::string::npos; open = text.find("${", open + 1)) {
      const size_t close = text.find('}', open);
      const std::string name = close == std::string::npos ? "" : text.substr(open + 2, close - open - 2);
      if (std::find(names.begin(), names.end(), name) != names.end()) continue;
      const std::string near = base::did_you_mean(name, names);
      wrong(key, key + ": there is no parameter \"" + name + "\"" +
                     (near.empty() ? "" : " (did you mean \"" + near + "\"?)"));
    }
  }

  void read_safety(Runbook& runbook) {
    auto safety = guard::settings_of(map("safety", "settings, like cool_down = \"1h\""), source_.path());
    if (safety.ok()) {
      runbook.safety = std::move(*safety);
    } else {
      const std::string prefix = source_.path() + ": ";
      const std::string& why = safety.error().text;
      wrong("safety", base::starts_with(why, prefix) ? why.substr(prefix.size()) : why);
    }
  }

  const Source& source_;
  const script::Declared& declared_;
  std::vector<std::string> problems_;
};
}  // namespace

Result<Runbook> read_runbook(const Source& source, const script::Bundle& bundle, const script::Declared& declared) {
  if (declared.kind != "runbook")
    return base::invalid(source.path() + ":1:1: is no runbook (it returns a " + declared.kind + ")");
  Declaration declaration(source, declared);
  Runbook runbook = declaration.read(bundle);
  if (!declaration.problems().empty()) return base::invalid(base::join(declaration.problems(), "\n"));
  return runbook;
}

}  // namespace reeve::runbook
