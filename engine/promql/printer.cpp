// Prints expressions as Prometheus does, so that equal meaning gives equal text.
#include <algorithm>
#include <cstdio>

#include "base/time.h"
#include "promql/ast.h"
#include "promql/functions.h"
#include "promql/quote.h"

namespace reeve::promql {

namespace {
using Op = DurationNode::Op;

std::string duration_text(int64_t ms) {
  return ms == 0 ? "0s" : base::format_duration(base::millis(ms));
}

std::string seconds_text(double seconds) {
  const double ms = seconds * 1000;
  return (ms < 0 ? "-" : "") + duration_text(static_cast<int64_t>(ms < 0 ? -ms : ms));
}

std::string print_duration(const DurationNode& node);

std::string duration_body(const DurationNode& node) {
  switch (node.op) {
    case Op::kNumber:
      return node.is_duration ? seconds_text(node.seconds) : plain_number(node.seconds);
    case Op::kStep:
      return "step()";
    case Op::kRange:
      return "range()";
    case Op::kMin:
      return "min_of(" + print_duration(*node.left) + ", " + print_duration(*node.right) + ")";
    case Op::kMax:
      return "max_of(" + print_duration(*node.left) + ", " + print_duration(*node.right) + ")";
    case Op::kPlus:
      return print_duration(*node.right);
    case Op::kMinus:
      return "-" + print_duration(*node.right);
    default:
      break;
  }
  const char* sign = node.op == Op::kAdd   ? " + "
                     : node.op == Op::kSub ? " - "
                     : node.op == Op::kMul ? " * "
                     : node.op == Op::kDiv ? " / "
                     : node.op == Op::kMod ? " % "
                                           : " ^ ";
  return print_duration(*node.left) + sign + print_duration(*node.right);
}

std::string print_duration(const DurationNode& node) {
  return node.parenthesised ? "(" + duration_body(node) + ")" : duration_body(node);
}

std::string when_text(const When& when) {
  std::string out;
  if (when.at == When::At::kTime) {
    char text[64];
    std::snprintf(text, sizeof text, " @ %.3f", static_cast<double>(when.at_ms) / 1000);
    out += text;
  }
  if (when.at == When::At::kStart) out += " @ start()";
  if (when.at == When::At::kEnd) out += " @ end()";
  if (when.offset) {
    out += " offset " + print_duration(*when.offset);
  } else if (when.offset_ms > 0) {
    out += " offset " + duration_text(when.offset_ms);
  } else if (when.offset_ms < 0) {
    out += " offset -" + duration_text(-when.offset_ms);
  }
  return out;
}

std::string label_name(const std::string& name) {
  return is_plain_label(name) ? name : quote(name);
}

std::string label_list(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    if (!out.empty()) out += ", ";
    out += label_name(name);
  }
  return "(" + out + ")";
}

const char* matcher_sign(series::Matcher::Kind kind) {
  switch (kind) {
    case series::Matcher::Kind::kEqual:
      return "=";
    case series::Matcher::Kind::kNotEqual:
      return "!=";
    case series::Matcher::Kind::kRegex:
      return "=~";
    case series::Matcher::Kind::kNotRegex:
      return "!~";
  }
  return "=";
}

std::string extended_text(const SelectorNode& node) {
  return node.anchored ? " anchored" : node.smoothed ? " smoothed" : "";
}

std::string selector_head(const SelectorNode& node) {
  std::vector<std::string> parts;
  for (const series::Matcher& m : node.matchers) {
    const bool is_name = m.name == model::kNameLabel && m.kind == series::Matcher::Kind::kEqual;
    if (is_name && m.value == node.name && !m.value.empty()) continue;
    parts.push_back(label_name(m.name) + matcher_sign(m.kind) + quote(m.value));
  }
  if (parts.empty()) return node.name.empty() ? "{}" : node.name;
  std::sort(parts.begin(), parts.end());
  std::string inside;
  for (const std::string& part : parts) inside += (inside.empty() ? "" : ",") + part;
  return node.name + "{" + inside + "}";
}

std::string matching_text(const Matching& m) {
  using Card = Matching::Card;
  std::string out;
  const bool grouped = m.card == Card::kManyToOne || m.card == Card::kOneToMany;
  if (!m.labels.empty() || m.on || grouped) out += std::string(m.on ? " on " : " ignoring ") + label_list(m.labels);
  if (grouped)
    out += std::string(" group_") + (m.card == Card::kManyToOne ? "left " : "right ") + label_list(m.include);
  if (m.fill_left && m.fill_right && *m.fill_left == *m.fill_right) {
    out += " fill (" + short_number(*m.fill_left) + ")";
  } else {
    if (m.fill_left) out += " fill_left (" + short_number(*m.fill_left) + ")";
    if (m.fill_right) out += " fill_right (" + short_number(*m.fill_right) + ")";
  }
  return out;
}

std::string print_aggregate(const AggregateNode& node) {
  std::string out(token_text(node.op));
  if (node.without) {
    out += " without " + label_list(node.grouping) + " ";
  } else if (!node.grouping.empty()) {
    out += " by " + label_list(node.grouping) + " ";
  }
  out += '(';
  if (node.parameter) out += print(*node.parameter) + ", ";
  return out + print(*node.inner) + ")";
}

std::string print_binary(const BinaryNode& node) {
  const bool vectors = node.left->type == ValueType::kVector && node.right->type == ValueType::kVector;
  return print(*node.left) + " " + std::string(token_text(node.op)) + (node.return_bool ? " bool" : "") +
         (vectors ? matching_text(node.matching) : "") + " " + print(*node.right);
}

std::string print_call(const CallNode& node) {
  std::string args;
  for (const NodePtr& arg : node.args) args += (args.empty() ? "" : ", ") + print(*arg);
  return std::string(node.function->name) + "(" + args + ")";
}

std::string print_subquery(const SubqueryNode& node) {
  std::string out =
      print(*node.inner) + "[" + (node.range ? print_duration(*node.range) : duration_text(node.range_ms));
  out += ":";
  if (node.step) {
    out += print_duration(*node.step);
  } else if (node.step_ms != 0) {
    out += duration_text(node.step_ms);
  }
  return out + "]" + when_text(node.when);
}

std::string print_matrix(const MatrixNode& node) {
  return selector_head(*node.selector) + "[" +
         (node.range ? print_duration(*node.range) : duration_text(node.range_ms)) + "]" +
         extended_text(*node.selector) + when_text(node.selector->when);
}
}  // namespace

std::string print(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNumber: {
      const auto& number = as<NumberNode>(node);
      return number.is_duration ? seconds_text(number.value) : plain_number(number.value);
    }
    case Node::Kind::kString:
      return quote(as<StringNode>(node).value);
    case Node::Kind::kSelector: {
      const auto& selector = as<SelectorNode>(node);
      return selector_head(selector) + extended_text(selector) + when_text(selector.when);
    }
    case Node::Kind::kMatrix:
      return print_matrix(as<MatrixNode>(node));
    case Node::Kind::kSubquery:
      return print_subquery(as<SubqueryNode>(node));
    case Node::Kind::kCall:
      return print_call(as<CallNode>(node));
    case Node::Kind::kAggregate:
      return print_aggregate(as<AggregateNode>(node));
    case Node::Kind::kBinary:
      return print_binary(as<BinaryNode>(node));
    case Node::Kind::kUnary: {
      const auto& unary = as<UnaryNode>(node);
      return std::string(token_text(unary.op)) + print(*unary.inner);
    }
    case Node::Kind::kParen:
      return "(" + print(*as<ParenNode>(node).inner) + ")";
  }
  return "";
}

}  // namespace reeve::promql
