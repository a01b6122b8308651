// Any text: it parses or says where not, and renders or says why not, within its bounds; never a crash.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "template/template.h"

namespace {
using namespace reeve;

void must(bool claim) {
  if (!claim) std::abort();
}

/// `LINE:COL: ` at the front.
bool has_place(const std::string& error) {
  const size_t line = error.find(':'), column = error.find(": ");
  return line != std::string::npos && column != std::string::npos && line < column && line > 0 &&
         error.find_first_not_of("0123456789:") > column;
}

tmpl::Data data() {
  tmpl::Data out;
  out.labels = {{"job", "node"}, {"instance", "a:1"}, {"odd", "\xff\"<&>"}};
  out.external_url = "http://x/y";
  out.value = 12.5;
  out.event = model::Value::map().set("type", "t").set("fields", model::Value::list().push(1).push("a"));
  out.query = [](const std::string& query) -> base::Result<promql::Vector> {
    if (query.size() > 5) return base::invalid("no");
    promql::Element element;
    element.labels = {{"a", query}};
    element.value = 1;
    return promql::Vector{element, element};
  };
  return out;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const tmpl::Data kData = data();
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  for (const tmpl::Functions functions : {tmpl::Functions::kPrometheus, tmpl::Functions::kNone}) {
    const auto parsed = tmpl::Template::parse(text, functions);
    if (!parsed) {
      must(has_place(parsed.error().text));
      continue;
    }
    const auto out = parsed->render(kData);
    must(out.ok() ? out->size() <= (1 << 20) + 1 : has_place(out.error().text));
  }
  return 0;
}
