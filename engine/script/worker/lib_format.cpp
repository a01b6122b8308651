// string.format: as stock Lua's, without addresses: %p is refused, %s of a table gives its stable name.
#include <cmath>
#include <cstdio>
#include <cstring>

#include "script/worker/library.h"
#include "script/worker/state.h"

namespace reeve::script {

namespace {
struct Spec {
  char text[32] = "%";
  size_t size = 1;
  char conversion = 0;
  bool has_precision = false;

  void add(char c) {
    if (size + 4 < sizeof text) text[size++] = c;  // room for "ll", the conversion and the end
  }
  void end(const char* length) {
    for (const char* c = length; *c; ++c) text[size++] = *c;
    text[size++] = conversion;
    text[size] = 0;
  }
};

const char* digits(lua_State* lua, const char* p, Spec& spec) {
  int count = 0;
  for (; *p >= '0' && *p <= '9'; ++p) {
    if (++count > 2) luaL_error(lua, "invalid conversion: a width or precision has at most two digits");
    spec.add(*p);
  }
  return p;
}

const char* read_spec(lua_State* lua, const char* p, Spec& spec) {
  int flags = 0;
  for (; *p && std::strchr("-+ #0", *p); ++p) {
    if (++flags > 5) luaL_error(lua, "invalid conversion: repeated flags");
    spec.add(*p);
  }
  p = digits(lua, p, spec);
  if (*p == '.') {
    spec.has_precision = true;
    spec.add(*p);
    p = digits(lua, p + 1, spec);
  }
  spec.conversion = *p;
  return *p ? p + 1 : p;
}

void add_printed(luaL_Buffer* out, int written, const char* text) {
  luaL_addlstring(out, text, written > 0 ? static_cast<size_t>(written) : 0);
}

// The form is built from checked pieces only: flags, digits and a conversion of our own choice.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
void add_number(lua_State* lua, luaL_Buffer* out, Spec& spec, int argument) {
  char room[512];
  if (std::strchr("diuxXoc", spec.conversion)) {
    const lua_Integer n = luaL_checkinteger(lua, argument);
    spec.end(spec.conversion == 'c' ? "" : "ll");
    if (spec.conversion == 'c') {
      return add_printed(out, std::snprintf(room, sizeof room, spec.text, static_cast<int>(n)), room);
    }
    return add_printed(out, std::snprintf(room, sizeof room, spec.text, static_cast<long long>(n)), room);
  }
  const lua_Number n = luaL_checknumber(lua, argument);
  spec.end("");
  add_printed(out, std::snprintf(room, sizeof room, spec.text, n), room);
}

void add_text(lua_State* lua, luaL_Buffer* out, Spec& spec, int argument) {
  size_t size = 0;
  const char* text = push_text(lua, argument, &size);
  if (size > State::of(lua).limits().text) luaL_error(lua, "string.format: an argument is larger than 4 MiB");
  if (spec.size == 1) return luaL_addvalue(out);
  luaL_argcheck(lua, size == std::strlen(text), argument, "string contains zeros");
  if (!spec.has_precision && size >= 100) return luaL_addvalue(out);
  char room[512];
  spec.end("");
  const int written = std::snprintf(room, sizeof room, spec.text, text);
  lua_pop(lua, 1);  // a buffer wants the stack as it left it
  add_printed(out, written, room);
}
#pragma GCC diagnostic pop

/// A number, truth or nil as Lua reads it back exactly.
void add_literal(lua_State* lua, luaL_Buffer* out, int argument) {
  char room[64] = "";
  if (lua_isinteger(lua, argument)) {
    const lua_Integer n = lua_tointeger(lua, argument);
    std::snprintf(room, sizeof room, n == LUA_MININTEGER ? "0x%llx" : "%lld", static_cast<long long>(n));
  } else if (lua_type(lua, argument) == LUA_TNUMBER) {
    const lua_Number n = lua_tonumber(lua, argument);
    std::snprintf(room, sizeof room,
                  std::isinf(n)   ? (n > 0 ? "1e9999" : "-1e9999")
                  : std::isnan(n) ? "(0/0)"
                                  : "%a",
                  n);
  } else {
    luaL_argcheck(lua, lua_type(lua, argument) == LUA_TNIL || lua_type(lua, argument) == LUA_TBOOLEAN, argument,
                  "value has no literal form");
    push_text(lua, argument, nullptr);
    return luaL_addvalue(out);
  }
  luaL_addstring(out, room);
}

void add_quoted(lua_State* lua, luaL_Buffer* out, int argument) {
  if (lua_type(lua, argument) != LUA_TSTRING) return add_literal(lua, out, argument);
  size_t size = 0;
  const char* text = lua_tolstring(lua, argument, &size);
  luaL_addchar(out, '"');
  for (size_t i = 0; i < size; ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '"' || c == '\\' || c == '\n') {
      luaL_addchar(out, '\\');
      luaL_addchar(out, text[i]);
    } else if (c < 32 || c == 127) {
      char room[8];
      const bool digit = i + 1 < size && text[i + 1] >= '0' && text[i + 1] <= '9';
      std::snprintf(room, sizeof room, digit ? "\\%03d" : "\\%d", c);
      luaL_addstring(out, room);
    } else {
      luaL_addchar(out, text[i]);
    }
  }
  luaL_addchar(out, '"');
}
}  // namespace

int l_format(lua_State* lua) {
  const char* p = luaL_checkstring(lua, 1);
  const char* const end = p + lua_rawlen(lua, 1);
  int argument = 1;
  const int arguments = lua_gettop(lua);  // before the buffer puts its own things there
  luaL_Buffer out;
  luaL_buffinit(lua, &out);
  while (p < end) {
    if (*p != '%') {
      luaL_addchar(&out, *p++);
      continue;
    }
    if (*++p == '%') {
      luaL_addchar(&out, *p++);
      continue;
    }
    Spec spec;
    p = read_spec(lua, p, spec);
    luaL_argcheck(lua, ++argument <= arguments || !spec.conversion, argument, "no value");
    if (spec.conversion && std::strchr("diuxXocaAeEfFgG", spec.conversion)) {
      add_number(lua, &out, spec, argument);
    } else if (spec.conversion == 's') {
      add_text(lua, &out, spec, argument);
    } else if (spec.conversion == 'q' && spec.size == 1) {
      add_quoted(lua, &out, argument);
    } else {
      return luaL_error(lua, "invalid conversion '%%%c' to 'format'", spec.conversion ? spec.conversion : ' ');
    }
    if (luaL_bufflen(&out) > State::of(lua).limits().text)
      return luaL_error(lua, "string.format: the result is larger than 4 MiB");
  }
  luaL_pushresult(&out);
  return 1;
}

}  // namespace reeve::script
