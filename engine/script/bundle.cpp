#include "model/json.h"
#include "script/script.h"

namespace reeve::script {

using model::Value;

std::string Bundle::to_bytes() const {
  Value list = Value::list();
  for (const auto& [name, text] : files) list.push(Value::map().set("name", name).set("text", text));
  return model::to_json(Value::map().set("level", kApiLevel).set("main", main).set("files", std::move(list)));
}

base::Result<Bundle> Bundle::from_bytes(const std::string& bytes) {
  REEVE_TRY(const Value read, model::parse_json(bytes));
  if (const int64_t level = read["level"].as_int(); read.has("level") && (level < 1 || level > kApiLevel))
    return base::invalid("a bundle of API level " + read["level"].text() + "; this engine knows up to " +
                         std::to_string(kApiLevel));
  Bundle bundle;
  bundle.main = read["main"].as_string();
  for (const Value& file : read["files"].as_list())
    bundle.files.emplace_back(file["name"].as_string(), file["text"].as_string());
  if (!read.has("level") || bundle.main.empty() || bundle.files.empty())
    return base::invalid("not a bundle of a runbook");
  return bundle;
}

std::string_view without_mark(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

}  // namespace reeve::script
