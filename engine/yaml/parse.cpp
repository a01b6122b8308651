#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <sstream>

#include "yaml/builder.h"

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
}  // namespace

base::Result<Node> parse(std::string text, std::string file, const Limits& limits) {
  if (text.size() > limits.bytes)
    return base::invalid(file + ":1:1: the file has " + std::to_string(text.size()) +
                         " bytes, more than the limit of " + std::to_string(limits.bytes));
  if (std::string_view(text).starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  const auto source = std::make_shared<const Source>(std::move(text), std::move(file));
  REEVE_CHECK(source->check_characters());
  try {
    Builder builder(source, limits);
    Events events(builder, *source);
    std::istringstream stream(source->text());
    YAML::Parser parser(stream);
    parser.HandleNextDocument(events);
    return builder.finish();
  } catch (const Refused& refused) {
    return refused.error;
  } catch (const YAML::Exception& wrong) {
    return source->error(source->offset(wrong.mark.line, wrong.mark.column), "not valid YAML: " + wrong.msg);
  } catch (const std::exception& wrong) {
    return source->error(0, std::string("not valid YAML: ") + wrong.what());
  }
}

}  // namespace reeve::yaml
