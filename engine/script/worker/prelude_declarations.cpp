#include "script/worker/prelude.h"

namespace reeve::script {

namespace {
// Part one: what a file declares.
constexpr char kDeclarations[] = R"lua(
local core = ...
local call, protected, fail, finish = core.call, core.protected, core.fail, core.finish
local sorted, type, tostring, setmetatable = core.pairs, core.type, core.tostring, core.setmetatable
local insert, remove, concat = core.insert, core.remove, core.concat

local function set(...)
  local keys = {}
  for _, key in core.ipairs { ... } do keys[key] = true end
  return keys
end

local function names(keys)
  local list = {}
  for key in sorted(keys) do insert(list, key) end
  return list
end

local function hint(word, known)
  local near = core.suggest(tostring(word), known)
  return near ~= "" and " (did you mean \"" .. near .. "\"?)" or ""
end

-- Refuses keys that nobody reads: a typing error would change nothing and say nothing.
local function known(what, given, keys, positions)
  if type(given) ~= "table" then fail(what .. " takes a table, not a " .. type(given)) end
  for key in sorted(given) do
    local position = type(key) == "number" and key <= (positions or 0)
    if not position and not keys[key] then
      fail(what .. ": unknown key \"" .. tostring(key) .. "\"" .. hint(key, names(keys)))
    end
  end
  return given
end

local param_keys = set("default", "match", "min", "max", "from", "values", "required", "doc", "title", "of")
local p = {}
for _, kind in core.ipairs { "string", "int", "number", "bool", "enum", "duration", "bytes", "percent", "host",
                             "hosts", "list" } do
  p[kind] = function(given)
    known("p." .. kind, given or {}, param_keys, kind == "enum" and 1000 or 0)
    local spec = { type = kind }
    local choices = {}
    for key, value in sorted(given or {}) do
      if type(key) == "number" then insert(choices, value) else spec[key] = value end
    end
    if kind == "enum" and not spec.values then spec.values = choices end
    return spec
  end
end

local runbook_keys = set("title", "alerts", "params", "dedup", "locks", "limits", "safety", "mode", "doc")
local limit_keys = set("deadline", "changes")
local function runbook(given)
  known("runbook", given, runbook_keys)
  if given.limits then known("limits", given.limits, limit_keys) end
  return { kind = "runbook", table = given }
end

local function runbook_test(given)
  return { kind = "test", table = given }
end
)lua";
}  // namespace

std::string_view declarations_text() {
  return kDeclarations;
}

}  // namespace reeve::script
