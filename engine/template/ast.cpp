#include "template/ast.h"

#include "template/format.h"

namespace reeve::tmpl {

namespace {
std::string pipe_text(const Node& pipe) {
  std::string out;
  for (size_t i = 0; i < pipe.declared.size(); ++i) out += (i > 0 ? ", " : "") + pipe.declared[i];
  if (!pipe.declared.empty()) out += pipe.assigns ? " = " : " := ";
  for (size_t i = 0; i < pipe.children.size(); ++i) out += (i > 0 ? " | " : "") + node_text(*pipe.children[i]);
  return out;
}

std::string in_parentheses(const Node& operand) {
  return operand.type == NodeType::kPipe ? "(" + pipe_text(operand) + ")" : node_text(operand);
}

std::string fields_text(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += "." + name;
  return out;
}

std::string branch_text(const char* word, const Node& node) {
  std::string out = std::string("{{") + word + " " + pipe_text(*node.pipe) + "}}" + node_text(*node.body);
  if (node.otherwise) out += "{{else}}" + node_text(*node.otherwise);
  return out + "{{end}}";
}
}  // namespace

std::string node_text(const Node& node) {
  std::string out;
  switch (node.type) {
    case NodeType::kText:
    case NodeType::kIdentifier:
    case NodeType::kNumber:
    case NodeType::kString:
      return node.text;
    case NodeType::kAction:
      return "{{" + pipe_text(*node.pipe) + "}}";
    case NodeType::kIf:
      return branch_text("if", node);
    case NodeType::kWith:
      return branch_text("with", node);
    case NodeType::kRange:
      return branch_text("range", node);
    case NodeType::kTemplate:
      return "{{template " + quote(node.text) + (node.pipe ? " " + pipe_text(*node.pipe) : "") + "}}";
    case NodeType::kBreak:
      return "{{break}}";
    case NodeType::kContinue:
      return "{{continue}}";
    case NodeType::kList:
      for (const NodePtr& child : node.children) out += node_text(*child);
      return out;
    case NodeType::kEnd:
      return "{{end}}";
    case NodeType::kElse:
      return "{{else}}";
    case NodeType::kPipe:
      return pipe_text(node);
    case NodeType::kCommand:
      for (const NodePtr& operand : node.children) out += (out.empty() ? "" : " ") + in_parentheses(*operand);
      return out;
    case NodeType::kField:
      return fields_text(node.names);
    case NodeType::kVariable:
      return node.names[0] + fields_text({node.names.begin() + 1, node.names.end()});
    case NodeType::kChain:
      return in_parentheses(*node.children[0]) + fields_text(node.names);
    case NodeType::kDot:
      return ".";
    case NodeType::kNil:
      return "nil";
    case NodeType::kBool:
      return node.truth ? "true" : "false";
  }
  return out;
}

}  // namespace reeve::tmpl
