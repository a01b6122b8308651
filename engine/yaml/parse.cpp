#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/node/node.h>
#include <yaml-cpp/parser.h>

#include <sstream>

#include "yaml/builder.h"
#include "yaml/only_document.h"

namespace reeve::yaml {

namespace {
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

/// Hands yaml-cpp's events to the builder.
class Events : public YAML::EventHandler {
 public:
  Events(Builder& builder, const Source& source) : builder_(builder), source_(source) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { builder_.null(place(mark), anchor); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override { builder_.alias(place(mark), anchor); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    builder_.scalar(place(mark), tag, anchor, value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    builder_.open(Node::Kind::kList, place(mark), tag, anchor);
  }
  void OnSequenceEnd() override { builder_.close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    builder_.open(Node::Kind::kMap, place(mark), tag, anchor);
  }
  void OnMapEnd() override { builder_.close(); }

 private:
  size_t place(const YAML::Mark& mark) const { return source_.offset(mark.line, mark.column); }

  Builder& builder_;
  const Source& source_;
};

/// Learns where the document after ours begins, and reads no further.
class NextDocument : public YAML::EventHandler {
 public:
  struct Found {
    YAML::Mark mark;
  };
  void OnDocumentStart(const YAML::Mark& mark) override { throw Found{mark}; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

base::Error not_yaml(const Source& source, const YAML::Exception& wrong) {
  const size_t offset = source.offset(wrong.mark.line, wrong.mark.column);
  const std::string hint = source.tab_indents(offset) ? " (a tab may not indent: use blanks)" : "";
  return source.error(offset, "not valid YAML: " + wrong.msg + hint);
}

/// yaml-cpp takes whatever stands wrongly indented below a document for a second one, and would drop it silently.
base::Status nothing_is_left(YAML::Parser& parser, const Source& source, size_t last, bool one_document) {
  const auto separated = [&](const YAML::Mark& mark) {
    return source.has_separator(last, source.offset(mark.line, mark.column));
  };
  NextDocument next;
  try {
    parser.HandleNextDocument(next);
  } catch (const NextDocument::Found& found) {
    if (!separated(found.mark))
      return source.error(source.offset(found.mark.line, found.mark.column),
                          "not valid YAML: this belongs to nothing above it (is it indented as meant?)");
    if (one_document)
      return source.error(source.offset(found.mark.line, found.mark.column),
                          "a second document begins here, and would not be read: one document only");
  } catch (const YAML::Exception& wrong) {
    if (one_document || !separated(wrong.mark)) return not_yaml(source, wrong);
  }
  return {};
}

base::Result<Node> read(std::string text, std::string file, const Limits& limits, bool one_document) {
  if (text.size() > limits.bytes)
    return base::invalid(file + ":1:1: the file has " + std::to_string(text.size()) +
                         " bytes, more than the limit of " + std::to_string(limits.bytes));
  if (std::string_view(text).starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  const auto source = std::make_shared<const Source>(std::move(text), std::move(file));
  REEVE_CHECK(source->check_characters());
  REEVE_CHECK(source->check_flow(2 * limits.nodes));
  try {
    Builder builder(source, limits);
    Events events(builder, *source);
    std::istringstream stream(source->text());
    YAML::Parser parser(stream);
    if (parser.HandleNextDocument(events))
      REEVE_CHECK(nothing_is_left(parser, *source, builder.last_offset(), one_document));
    return builder.finish();
  } catch (const Refused& refused) {
    return refused.error;
  } catch (const YAML::Exception& wrong) {
    return not_yaml(*source, wrong);
  } catch (const std::exception& wrong) {
    return source->error(0, std::string("not valid YAML: ") + wrong.what());
  }
}
}  // namespace

base::Result<Node> parse(std::string text, std::string file, const Limits& limits) {
  return read(std::move(text), std::move(file), limits, false);
}

base::Result<Node> parse_only_document(std::string text, std::string file, const Limits& limits) {
  return read(std::move(text), std::move(file), limits, true);
}

}  // namespace reeve::yaml
