#include "yaml/builder.h"

#include <algorithm>

namespace reeve::yaml {

namespace {
constexpr std::string_view kCoreTag = "tag:yaml.org,2002:";

bool is_merge_key(const Node::Data& key) {
  return key.scalar == "<<" && !key.quoted;
}

bool tag_fits(const std::string& tag, std::initializer_list<std::string_view> allowed) {
  if (tag.empty() || tag == "?" || tag == "!") return true;
  return tag.starts_with(kCoreTag) &&
         std::find(allowed.begin(), allowed.end(), tag.substr(kCoreTag.size())) != allowed.end();
}

/// yaml-cpp writes the escapes \N and \_ as one byte each, which is no UTF-8. The file itself is, so whatever is not
/// came from one of them.
std::string whole_utf8(const std::string& value) {
  if (base::is_utf8(value)) return value;
  std::string out;
  for (size_t at = 0, end = 0; at < value.size(); at = end) {
    const auto lead = static_cast<unsigned char>(value[at]);
    if (lead >= 0x80 && lead < 0xc0) out += '\xc2';
    end = at + (lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4);
    out.append(value, at, end - at);
  }
  return out;
}
}  // namespace

Builder::Builder(std::shared_ptr<const Source> source, const Limits& limits)
    : source_(std::move(source)), limits_(limits) {}

void Builder::refuse(size_t offset, const std::string& message) const {
  throw Refused{source_->error(offset, message)};
}

std::shared_ptr<Node::Data> Builder::make(Node::Kind kind, size_t offset) {
  if (++nodes_ > limits_.nodes) refuse(offset, "more than " + std::to_string(limits_.nodes) + " values in one file");
  last_ = std::max(last_, offset);
  auto data = std::make_shared<Node::Data>();
  data->source = source_;
  data->offset = offset;
  data->kind = kind;
  return data;
}

void Builder::null(size_t offset, size_t anchor) {
  // At the end of the file yaml-cpp gives the place of the key.
  if (!open_.empty() && open_.back().key && offset <= open_.back().key->offset) offset = source_->text().size();
  const size_t at = place_of_null(source_->text(), offset);
  done({make(Node::Kind::kNull, at)}, anchor, at);
}

void Builder::scalar(size_t offset, const std::string& tag, size_t anchor, const std::string& value) {
  if (!tag_fits(tag, {"str", "int", "float", "bool", "null"}))
    refuse(offset, "the tag of this value is not known; only plain data is read");
  auto data = make(Node::Kind::kScalar, offset);
  data->style = find_scalar(source_->text(), data->offset);
  if (!is_closed(source_->text(), data->offset, data->style))
    refuse(data->offset, "not valid YAML: this quote is never closed");
  data->quoted = data->style != Style::kPlain || tag == "!" || tag == std::string(kCoreTag) + "str";
  data->scalar = whole_utf8(value);
  done({std::move(data)}, anchor, offset);
}

void Builder::alias(size_t offset, size_t anchor) {
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) refuse(offset, "this alias names the value in which it stands");
  expanded_ += found->second.weight;
  if (expanded_ > limits_.alias_expansions)
    refuse(offset, "the aliases stand for more than " + std::to_string(limits_.alias_expansions) + " values");
  done(found->second, 0, offset);
}

void Builder::open(Node::Kind kind, size_t offset, const std::string& tag, size_t anchor) {
  if (!tag_fits(tag, {kind == Node::Kind::kMap ? "map" : "seq"}))
    refuse(offset, "the tag of this value is not known; only plain data is read");
  if (open_.size() >= limits_.depth)
    refuse(offset, "nested more than " + std::to_string(limits_.depth) + " levels deep");
  Open next;
  next.data = make(kind, offset);
  next.anchor = anchor;
  open_.push_back(std::move(next));
}

void Builder::close() {
  Open last = std::move(open_.back());
  open_.pop_back();
  if (last.data->kind == Node::Kind::kMap) merge(last);
  done({last.data, last.weight, last.height}, last.anchor, last.data->offset);
}

void Builder::done(Built built, size_t anchor, size_t offset) {
  if (open_.size() + built.height > limits_.depth + 1)
    refuse(offset, "nested more than " + std::to_string(limits_.depth) + " levels deep");
  if (anchor != 0) anchors_[anchor] = built;
  if (open_.empty()) {
    root_ = std::move(built.data);
    return;
  }
  Open& in = open_.back();
  in.weight += built.weight;
  in.height = std::max(in.height, built.height + 1);
  if (in.data->kind == Node::Kind::kList) {
    in.data->items.emplace_back(std::move(built.data));
  } else if (!in.key) {
    take_key(in, built, offset);
  } else {
    in.data->pairs.emplace_back(Node(std::move(in.key)), Node(std::move(built.data)));
    in.key = nullptr;
  }
}

void Builder::take_key(Open& map, const Built& built, size_t offset) {
  if (built.data->kind == Node::Kind::kNull)
    refuse(offset, "a key may not be null (quote it when it is meant as text)");
  if (built.data->kind != Node::Kind::kScalar) refuse(offset, "a key must be text, not a list or a map");
  map.key = built.data;
  if (is_merge_key(*built.data)) return;
  const auto [found, is_new] = map.offsets.emplace(built.data->scalar, offset);
  if (is_new) return;
  const int line = source_->position(found->second).line;
  refuse(offset,
         "the key \"" + built.data->scalar + "\" stands here twice (first on line " + std::to_string(line) + ")");
}

void Builder::merge(Open& map) {
  auto& pairs = map.data->pairs;
  const auto is_merge = [](const auto& pair) { return pair.first.scalar() == "<<" && !pair.first.quoted(); };
  if (std::none_of(pairs.begin(), pairs.end(), is_merge)) return;
  std::vector<std::pair<Node, Node>> merges, own;
  for (auto& pair : pairs) (is_merge(pair) ? merges : own).push_back(std::move(pair));
  pairs = std::move(own);
  for (const auto& [key, value] : merges) {
    if (value.kind() == Node::Kind::kMap) {
      merge_one(map, value);
      continue;
    }
    if (value.kind() != Node::Kind::kList) throw Refused{value.error("`<<` merges a map or a list of maps")};
    for (const Node& item : value.items()) {
      if (item.kind() != Node::Kind::kMap) throw Refused{item.error("`<<` merges a map or a list of maps")};
      merge_one(map, item);
    }
  }
}

void Builder::merge_one(Open& map, const Node& from) {
  for (const auto& pair : from.pairs())
    if (map.offsets.emplace(pair.first.scalar(), 0).second) map.data->pairs.push_back(pair);
}

Node Builder::finish() {
  return Node(root_ ? root_ : make(Node::Kind::kNull, 0));
}

}  // namespace reeve::yaml
