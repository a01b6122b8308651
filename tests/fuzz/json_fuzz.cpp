// JSON text: never crashes; what is read is written and read again as the same.
#include <cstdlib>
#include <string_view>

#include "model/json.h"
#include "model/msgpack.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace reeve::model;
  const auto value = parse_json({reinterpret_cast<const char*>(data), size});
  if (!value.ok()) return 0;
  const std::string text = to_json(*value);
  const auto again = parse_json(text);
  if (!again.ok() || to_json(*again) != text) std::abort();
  const auto packed = parse_msgpack(to_msgpack(*value));
  if (!packed.ok() || to_json(*packed) != text) std::abort();
  return 0;
}
