// Any bytes: a tree or an error with a place, never a crash, and every node can be walked, read and pointed at.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "yaml/yaml.h"

namespace {
using reeve::yaml::Node;

void must(bool claim) {
  if (!claim) std::abort();
}

void walk(const Node& node, const std::string& file) {
  must(node.position().line >= 1 && node.position().column >= 1);
  must(node.error("x").text.starts_with(file));
  if (node.kind() == Node::Kind::kScalar) {
    must(node.text().ok());
    must(node.error_at(1, static_cast<int>(node.scalar().size()) + 1, "x").text.starts_with(file));
    (void)node.integer().ok();
    (void)node.number().ok();
    (void)node.boolean().ok();
    (void)node.duration().ok();
  }
  for (const Node& item : node.items()) walk(item, file);
  for (const auto& [key, value] : node.pairs()) {
    must(key.kind() == Node::Kind::kScalar);
    must(node.find(key.scalar()) != nullptr);
    walk(value, file);
  }
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  reeve::yaml::Limits limits;
  limits.alias_expansions = 1000;  // keeps one walk short
  limits.nodes = 10000;
  const auto out = reeve::yaml::parse(std::string(reinterpret_cast<const char*>(data), size), "f.yaml", limits);
  if (!out) {
    must(out.error().text.starts_with("f.yaml:"));
    must(out.error().fault == reeve::base::Fault::kInvalid);
    return 0;
  }
  walk(*out, "f.yaml:");
  must(out->value().ok());
  return 0;
}
