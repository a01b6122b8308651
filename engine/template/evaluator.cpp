#include "template/evaluator.h"

#include "template/format.h"

namespace reeve::tmpl {

namespace {
constexpr size_t kMostSteps = 1'000'000, kMostWork = 64 << 20;
constexpr int kMostTemplates = 100;
constexpr size_t kLongestContext = 200;
}  // namespace

void Evaluator::fail(const std::string& message) const {
  if (!node_) throw Failure{0, message};
  std::string context = node_text(*node_);
  if (context.size() > kLongestContext) context = std::string(first_runes(context, kLongestContext)) + "...";
  throw Failure{node_->offset, "executing at <" + context + ">: " + message};
}

void Evaluator::step() {
  if (++steps_ > kMostSteps) fail("the template takes more than " + std::to_string(kMostSteps) + " steps");
}

void Evaluator::work(size_t bytes) {
  worked_ += bytes;
  if (worked_ > kMostWork) fail("the template works on more than " + std::to_string(kMostWork) + " bytes");
}

std::string Evaluator::run(const Datum& dot, std::vector<Variable> variables) {
  variables_ = std::move(variables);
  walk(dot, *program_.main);
  return std::move(out_);
}

void Evaluator::write(const Datum& value) {
  std::string text;
  try {
    text = printed_value(value);
    check_length(out_.size() + text.size());
  } catch (const Failure& failure) {
    fail(failure.message);
  }
  work(text.size());
  out_ += text;
}

Evaluator::Flow Evaluator::walk(const Datum& dot, const Node& node) {
  at(node);
  step();
  switch (node.type) {
    case NodeType::kText:
      write(node.text);
      return Flow::kOn;
    case NodeType::kAction: {
      const Datum value = pipeline(dot, *node.pipe);
      at(node);
      if (node.pipe->declared.empty()) write(value);
      return Flow::kOn;
    }
    case NodeType::kBreak:
      return Flow::kBreak;
    case NodeType::kContinue:
      return Flow::kContinue;
    case NodeType::kIf:
    case NodeType::kWith:
      return walk_branch(dot, node);
    case NodeType::kRange:
      return walk_range(dot, node);
    case NodeType::kTemplate:
      walk_template(dot, node);
      return Flow::kOn;
    default:
      return walk_list(dot, node);
  }
}

Evaluator::Flow Evaluator::walk_list(const Datum& dot, const Node& list) {
  for (const NodePtr& child : list.children)
    if (const Flow flow = walk(dot, *child); flow != Flow::kOn) return flow;
  return Flow::kOn;
}

Evaluator::Flow Evaluator::walk_branch(const Datum& dot, const Node& node) {
  const size_t mark = variables_.size();
  const Datum value = pipeline(dot, *node.pipe);
  Flow flow = Flow::kOn;
  if (value.truth()) {
    flow = walk(node.type == NodeType::kWith ? value : dot, *node.body);
  } else if (node.otherwise) {
    flow = walk(dot, *node.otherwise);
  }
  variables_.resize(mark);
  return flow;
}

Evaluator::Flow Evaluator::walk_range(const Datum& dot, const Node& node) {
  const size_t mark = variables_.size();
  const Datum value = pipeline(dot, *node.pipe);
  std::vector<std::pair<Datum, Datum>> items;
  Flow flow = Flow::kOn;
  const Kind kind = value.kind();
  if (const List* list = value.get<List>()) {
    for (const Datum& item : list->items) items.emplace_back(Datum::integer(static_cast<int64_t>(items.size())), item);
  } else if (const Map* map = value.get<Map>()) {
    for (const auto& [key, item] : map->items) items.emplace_back(key, item);
  } else if (kind != Kind::kInt && kind != Kind::kUint && kind != Kind::kNothing) {
    fail("range can't iterate over " + printed_value(value));
  }
  const Integer* count = value.get<Integer>();
  if (count && node.pipe->declared.size() > 1)
    fail("can't use " + printed_value(value) + " to iterate over more than one variable");
  work(items.size() * sizeof(Datum));
  if (!items.empty()) {
    flow = range_items(node, items);
  } else if (count && count->value > 0) {
    flow = range_numbers(node, count->value);
  } else if (node.otherwise) {
    flow = walk(dot, *node.otherwise);
  }
  variables_.resize(mark);
  return flow;
}

Evaluator::Flow Evaluator::range_items(const Node& node, const std::vector<std::pair<Datum, Datum>>& items) {
  for (const auto& [index, item] : items)
    if (range_once(node, index, item) == Flow::kBreak) break;
  return Flow::kOn;
}

Evaluator::Flow Evaluator::range_numbers(const Node& node, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    if (range_once(node, Datum(), Datum::integer(i)) == Flow::kBreak) break;
  return Flow::kOn;
}

Evaluator::Flow Evaluator::range_once(const Node& node, const Datum& index, const Datum& item) {
  const size_t mark = variables_.size();
  const auto& declared = node.pipe->declared;
  if (node.pipe->assigns) {
    if (declared.size() > 1) set(declared[0], index);
    if (!declared.empty()) set(declared.back(), item);
  } else {
    if (!declared.empty()) variables_[mark - 1].value = item;
    if (declared.size() > 1) variables_[mark - 2].value = index;
  }
  const Flow flow = walk(item, *node.body);
  variables_.resize(mark);
  return flow;
}

void Evaluator::walk_template(const Datum& dot, const Node& node) {
  const auto found = program_.defined.find(node.text);
  if (found == program_.defined.end()) fail("template " + quote(node.text) + " not defined");
  if (templates_ >= kMostTemplates) fail("exceeded maximum template depth (" + std::to_string(kMostTemplates) + ")");
  const Datum inner = node.pipe ? pipeline(dot, *node.pipe) : Datum();
  render_into(*found->second, inner);
}

void Evaluator::render_into(const Node& tree, const Datum& dot) {
  std::vector<Variable> outer{{"$", dot}};
  std::swap(outer, variables_);
  ++templates_;
  walk(dot, tree);
  --templates_;
  std::swap(outer, variables_);
}

std::string Evaluator::render_defined(const std::string& name, const Datum& dot) {
  const auto found = program_.defined.find(name);
  if (found == program_.defined.end()) throw Failure{0, "template " + quote(name) + " not defined"};
  if (templates_ >= kMostTemplates) throw Failure{0, "exceeded maximum template depth"};
  std::string outer = std::exchange(out_, {});
  const Node* const node = node_;
  render_into(*found->second, dot);
  node_ = node;
  std::swap(outer, out_);
  return outer;
}

void Evaluator::set(const std::string& name, const Datum& value) {
  for (size_t i = variables_.size(); i-- > 0;) {
    if (variables_[i].name != name) continue;
    variables_[i].value = value;
    return;
  }
  fail("undefined variable: " + name);
}

const Datum& Evaluator::get(const std::string& name) const {
  for (size_t i = variables_.size(); i-- > 0;)
    if (variables_[i].name == name) return variables_[i].value;
  fail("undefined variable: " + name);
}

Datum Evaluator::pipeline(const Datum& dot, const Node& pipe) {
  at(pipe);
  Final value;
  for (const NodePtr& one : pipe.children) value = command(dot, *one, value);
  for (const std::string& name : pipe.declared) {
    if (pipe.assigns) {
      set(name, *value);
    } else {
      variables_.push_back({name, *value});
    }
  }
  return *value;
}

}  // namespace reeve::tmpl
