#include <algorithm>

#include "yaml/scalar.h"
#include "yaml/tree.h"

namespace reeve::yaml {

namespace {
const char* kind_text(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::kNull:
      return "nothing";
    case Node::Kind::kScalar:
      return "text";
    case Node::Kind::kList:
      return "a list";
    case Node::Kind::kMap:
      return "a map";
  }
  return "";
}

/// What stands there, for "expected ..., but this is ...".
std::string described(const Node& node) {
  if (node.kind() != Node::Kind::kScalar) return kind_text(node.kind());
  const std::string& text = node.scalar();
  size_t end = std::min<size_t>(text.size(), 57);
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  const std::string shown = text.size() > 60 ? text.substr(0, end) + "..." : text;
  return (node.quoted() ? "the text \"" : "\"") + shown.substr(0, shown.find('\n')) + "\"";
}

base::Error expected(const Node& node, const char* what) {
  return node.error(std::string("expected ") + what + ", but this is " + described(node));
}

bool plain(const Node& node) {
  return node.kind() == Node::Kind::kScalar && !node.quoted();
}
}  // namespace

Node::Kind Node::kind() const {
  return data_->kind;
}
Position Node::position() const {
  return data_->source->position(data_->offset);
}
bool Node::quoted() const {
  return data_->quoted;
}
const std::string& Node::scalar() const {
  return data_->scalar;
}
const std::vector<Node>& Node::items() const {
  return data_->items;
}
const std::vector<std::pair<Node, Node>>& Node::pairs() const {
  return data_->pairs;
}

const Node* Node::find(std::string_view key) const {
  for (const auto& [name, value] : data_->pairs)
    if (name.scalar() == key) return &value;
  return nullptr;
}

base::Error Node::error(const std::string& message) const {
  return data_->source->error(data_->offset, message);
}

base::Error Node::error_at(int line, int column, const std::string& message) const {
  const std::string& text = data_->scalar;
  size_t begin = 0;
  for (int at = 1; at < line && begin != std::string::npos; ++at) {
    begin = text.find('\n', begin);
    if (begin != std::string::npos) ++begin;
  }
  if (begin == std::string::npos || column < 1) return error(message);
  const size_t place = place_in_file(*data_, std::min(begin + static_cast<size_t>(column) - 1, text.size()));
  return data_->source->error(place == std::string::npos ? data_->offset : place, message);
}

base::Result<std::string> Node::text() const {
  if (kind() != Kind::kScalar) return expected(*this, "text");
  return scalar();
}

base::Result<std::string> Node::text_or_empty() const {
  if (kind() == Kind::kNull) return std::string();
  return text();
}

base::Result<bool> Node::boolean() const {
  if (const auto out = plain(*this) ? core_boolean(scalar()) : std::nullopt) return *out;
  return expected(*this, "true or false");
}

base::Result<int64_t> Node::integer() const {
  if (const auto out = plain(*this) ? core_integer(scalar()) : std::nullopt) return *out;
  if (plain(*this) && has_leading_zero(scalar()))
    return error("\"" + scalar() + "\" is ambiguous: write it without the leading zero, or 0o for octal");
  return expected(*this, "a whole number");
}

base::Result<double> Node::number() const {
  if (const auto out = plain(*this) ? core_number(scalar()) : std::nullopt) return *out;
  if (plain(*this) && has_leading_zero(scalar()))
    return error("\"" + scalar() + "\" is ambiguous: write it without the leading zero");
  return expected(*this, "a number");
}

base::Result<base::Duration> Node::duration() const {
  if (kind() != Kind::kScalar) return expected(*this, "a duration like 30s or 5m");
  const auto out = base::parse_duration(scalar());
  if (!out) return error(out.error().text);
  return *out;
}

base::Result<model::Value> Node::value() const {
  switch (kind()) {
    case Kind::kNull:
      return model::Value();
    case Kind::kScalar:
      return quoted() ? model::Value(scalar()) : core_value(scalar());
    case Kind::kList: {
      model::Value::List out;
      for (const Node& item : items()) {
        REEVE_TRY(model::Value value, item.value());
        out.push_back(std::move(value));
      }
      return model::Value(std::move(out));
    }
    case Kind::kMap: {
      model::Value::Map out;
      for (const auto& [key, node] : pairs()) {
        REEVE_TRY(model::Value value, node.value());
        out.emplace_back(key.scalar(), std::move(value));
      }
      return model::Value(std::move(out));
    }
  }
  return model::Value();
}

base::Status Node::only(std::initializer_list<std::string_view> known) const {
  return only(std::vector<std::string>(known.begin(), known.end()));
}

base::Status Node::only(const std::vector<std::string>& known) const {
  if (kind() != Kind::kMap) return expected(*this, "a map");
  for (const auto& pair : pairs()) {
    const std::string& name = pair.first.scalar();
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string near = base::did_you_mean(name, known);
    return pair.first.error("unknown field \"" + name + "\"" +
                            (near.empty() ? "" : " (did you mean \"" + near + "\"?)"));
  }
  return {};
}

base::Status Node::must_be(Kind wanted, const char* what) const {
  if (kind() == wanted) return {};
  return error(std::string(what) + " must be " + kind_text(wanted) + ", but is " + kind_text(kind()));
}

base::Result<Node> Node::need(std::string_view key) const {
  const Node* found = find(key);
  if (!found) return error("missing field \"" + std::string(key) + "\"");
  if (found->kind() == Kind::kNull) return found->error("the field \"" + std::string(key) + "\" is empty");
  return *found;
}

}  // namespace reeve::yaml
