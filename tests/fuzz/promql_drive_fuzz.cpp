// Requests to `reeve promql --stdio`: whatever a line holds, the reply is one JSON object with a status.
#include <cstdlib>
#include <string_view>

#include "model/json.h"
#include "promql/promql.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace reeve;
  promql::Drive drive;
  std::string_view rest(reinterpret_cast<const char*>(bytes), size);
  for (int line = 0; line < 8 && !rest.empty(); ++line) {
    const size_t end = rest.find('\n');
    const std::string reply = drive.answer(rest.substr(0, end));
    const auto value = model::parse_json(reply);
    if (!value.ok() || reply.find('\n') != std::string::npos) std::abort();
    const std::string status = (*value)["status"].as_string();
    if (status != "success" && (status != "error" || (*value)["error"].as_string().empty())) std::abort();
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return 0;
}
