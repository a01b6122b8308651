#include <cstdio>

#include "response/response.h"

namespace reeve::response {

namespace {
using yaml::Node;

/// The place that a template's error begins with, `LINE:COL: `, moved into the file.
base::Error template_error(const Node& node, const std::string& text) {
  int line = 0, column = 0, used = 0;
  if (std::sscanf(text.c_str(), "%d:%d: %n", &line, &column, &used) < 2 || used == 0) return node.error(text);
  return node.error_at(line, column, text.substr(static_cast<size_t>(used)));
}

class Reader {
 public:
  Reader(const Node& node, bool is_rule_run) : node_(node), is_rule_run_(is_rule_run) {}

  base::Result<Response> run(std::string id) {
    out_.id = std::move(id);
    if (is_rule_run_ && node_.kind() == Node::Kind::kScalar) {
      REEVE_CHECK(runbook(node_));
      return std::move(out_);
    }
    REEVE_CHECK(check_keys());
    REEVE_TRY(const Node name, node_.need("runbook"));
    REEVE_CHECK(runbook(name));
    if (const Node* match = node_.find("match")) REEVE_CHECK(equalities(*match));
    if (const Node* list = node_.find("matchers")) REEVE_CHECK(matchers(*list));
    if (!is_rule_run_ && out_.match.empty())
      return node_.error("a response needs `match` or `matchers`: without one it would answer every alert");
    if (const Node* with = node_.find("with")) REEVE_CHECK(parameters(*with));
    if (const Node* mode = node_.find("mode")) REEVE_CHECK(read_mode(*mode));
    if (const Node* verify = node_.find("verify")) REEVE_CHECK(read_verify(*verify));
    if (const Node* more = node_.find("continue")) {
      REEVE_TRY(out_.continues, more->boolean());
    }
    return std::move(out_);
  }

 private:
  base::Status check_keys() const {
    REEVE_CHECK(node_.must_be(Node::Kind::kMap, is_rule_run_ ? "run" : "a response"));
    if (!is_rule_run_) return node_.only({"match", "matchers", "runbook", "with", "mode", "verify", "continue"});
    for (const auto& [key, value] : node_.pairs()) {
      const std::string& name = key.scalar();
      if (name == "match" || name == "matchers" || name == "continue")
        return key.error("`" + name + "` has no meaning in a rule's run: it is bound to this rule's alerts");
    }
    return node_.only({"runbook", "with", "mode", "verify"});
  }

  base::Status runbook(const Node& node) {
    REEVE_TRY(out_.runbook, node.text());
    out_.place = node;
    if (out_.runbook.empty()) return node.error("the runbook's name is empty");
    return {};
  }

  base::Status equalities(const Node& match) {
    REEVE_CHECK(match.must_be(Node::Kind::kMap, "match"));
    for (const auto& [key, node] : match.pairs()) {
      REEVE_TRY(std::string value, node.text());
      auto matcher = make_matcher(AlertMatcher::Kind::kEqual, key.scalar(), std::move(value));
      if (!matcher) return key.error(matcher.error().text);
      out_.match.push_back(std::move(*matcher));
    }
    return {};
  }

  base::Status matchers(const Node& list) {
    if (list.kind() == Node::Kind::kScalar) return some_matchers(list);
    REEVE_CHECK(list.must_be(Node::Kind::kList, "matchers"));
    for (const Node& item : list.items()) REEVE_CHECK(some_matchers(item));
    return {};
  }

  base::Status some_matchers(const Node& node) {
    REEVE_TRY(const std::string text, node.text());
    auto read = parse_matchers(text);
    if (!read) return node.error(read.error().text);
    if (read->empty()) return node.error("there is no matcher in `" + text + "`");
    for (AlertMatcher& matcher : *read) out_.match.push_back(std::move(matcher));
    return {};
  }

  base::Status parameters(const Node& with) {
    REEVE_CHECK(with.must_be(Node::Kind::kMap, "with"));
    for (const auto& [key, node] : with.pairs()) {
      REEVE_TRY(const std::string text, node.text());
      auto parsed = tmpl::Template::parse(text, tmpl::Functions::kNone);
      if (!parsed) return template_error(node, parsed.error().text);
      out_.with.emplace_back(key.scalar(), std::move(*parsed));
    }
    return {};
  }

  base::Status read_mode(const Node& node) {
    REEVE_TRY(const std::string text, node.text());
    const auto mode = mode_of(text);
    if (!mode) return node.error(mode.error().text);
    out_.mode = *mode;
    return {};
  }

  base::Status read_verify(const Node& node) {
    REEVE_CHECK(node.must_be(Node::Kind::kMap, "verify"));
    REEVE_CHECK(node.only({"within", "hold"}));
    const Node* within = node.find("within");
    const Node* hold = node.find("hold");
    if (within) {
      REEVE_TRY(out_.verify.within, within->duration());
    }
    if (within && out_.verify.within.us <= 0) return within->error("`within` must be more than 0");
    if (!hold) return {};
    REEVE_TRY(out_.verify.hold, hold->duration());
    if (*out_.verify.hold > out_.verify.within)
      return hold->error("`hold` is longer than `within` (" + base::format_duration(out_.verify.within) + ")");
    return {};
  }

  const Node& node_;
  bool is_rule_run_;
  Response out_;
};
}  // namespace

const char* mode_name(Mode mode) {
  switch (mode) {
    case Mode::kShadow:
      return "shadow";
    case Mode::kSuggest:
      return "suggest";
    case Mode::kApprove:
      return "approve";
    case Mode::kAuto:
      return "auto";
  }
  return "";
}

base::Result<Mode> mode_of(const std::string& name) {
  std::vector<std::string> names;
  for (const Mode mode : {Mode::kShadow, Mode::kSuggest, Mode::kApprove, Mode::kAuto}) {
    if (name == mode_name(mode)) return mode;
    names.emplace_back(mode_name(mode));
  }
  const std::string near = base::did_you_mean(name, names);
  return base::invalid("there is no mode \"" + name + "\"" +
                       (near.empty() ? " (" + base::join(names, ", ") + ")" : " (did you mean \"" + near + "\"?)"));
}

base::Result<Response> read(const yaml::Node& node, std::string id, bool is_rule_run) {
  return Reader(node, is_rule_run).run(std::move(id));
}

}  // namespace reeve::response
