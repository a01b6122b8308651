// Frames: hostile MessagePack never crashes and never allocates more than it carries.
#include <cstdlib>
#include <string_view>

#include "model/json.h"
#include "model/msgpack.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace reeve::model;
  const auto value = parse_msgpack({reinterpret_cast<const char*>(data), size});
  if (!value.ok()) return 0;
  const auto again = parse_msgpack(to_msgpack(*value));
  if (!again.ok() || to_json(*again) != to_json(*value)) std::abort();
  return 0;
}
