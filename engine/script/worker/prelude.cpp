#include "script/worker/prelude.h"

#include <string>

namespace reeve::script {

namespace {
// Part two: what a run can do.
constexpr char kRun[] = R"lua(
local Run = {}
local params, undos = {}, {}

-- A name that is no parameter stays as it is: it may stand in text from outside. In the script's own text the lint
-- has refused it.
local function prose(text)
  if type(text) ~= "string" then return text end
  return (core.gsub(text, "%${([%w_]+)}", function(name)
    local value = core.rawget(params, name)
    return value ~= nil and tostring(value) or nil
  end))
end

local reserved = set("wait", "timeout", "dry_result")
local function action(plugin, instance, verb, given)
  local args, asked = {}, { instance = instance }
  for key, value in sorted(given or {}) do
    if type(key) ~= "string" then
      fail(plugin .. "." .. verb .. " takes named arguments: " .. plugin .. "." .. verb .. " { name = value }")
    end
    if reserved[key] then asked[key] = value else args[key] = value end
  end
  asked.args = args
  return call("action", plugin .. "." .. verb, asked)
end

-- A second argument that is there and says nothing (a parameter without a value, a label that the alert does not have)
-- names no instance: taken as "the only one" it would act on another target.
local function named_target(plugin, ...)
  local target = ...
  if core.select("#", ...) == 0 then return nil end
  if type(target) == "string" and core.match(target, "%S") then return target end
  local is = type(target) == "string" and "blank" or
             (type(target) == "nil" or type(target) == "userdata") and "nil" or "a " .. type(target)
  fail("run:use(\"" .. plugin .. "\", ...): the instance is " .. is ..
       " (name one, or leave the second argument out for the plugin's only instance)")
end

function Run:use(plugin, ...)
  if type(plugin) ~= "string" then fail("run:use takes the name of a plugin") end
  local target = named_target(plugin, ...)
  local found = call("use", plugin, { target = target })
  local verbs = {}
  return setmetatable({}, {
    __index = function(_, verb)
      if found.actions then
        local is = false
        for _, name in core.ipairs(found.actions) do is = is or name == verb end
        if not is then
          fail(plugin .. " has no action \"" .. tostring(verb) .. "\"" .. hint(verb, found.actions))
        end
      end
      verbs[verb] = verbs[verb] or function(...)
        local given = ...
        if core.select("#", ...) > 0 and type(given) ~= "table" then
          fail(plugin .. "." .. verb .. " takes named arguments: " .. plugin .. "." .. verb .. " { name = value }")
        end
        return action(plugin, found.instance, verb, given)
      end
      return verbs[verb]
    end,
    __newindex = function() fail("the actions of a plugin cannot be changed") end,
    __tostring = function() return found.instance end,
    __metatable = "locked",
  })
end

local wait_keys = set("label", "expr", "check", "every", "hold", "timeout", "absent", "on_timeout")
function Run:wait(given)
  known("run:wait", given, wait_keys, 1)
  if (given.expr == nil) == (given.check == nil) then fail("run:wait needs expr or check, one of the two") end
  local check = given.check
  if check ~= nil and type(check) ~= "function" then fail("run:wait: check is a function") end
  local label = prose(given.label or given[1] or "wait")
  local function ask()
    local tag, value = core.wait(label, {
      expr = given.expr, every = given.every, hold = given.hold, timeout = given.timeout, absent = given.absent,
      on_timeout = given.on_timeout, check = check ~= nil or nil,
    })
    while tag == "check" do tag, value = core.checked(protected(check)) end
    return value
  end
  if given.on_timeout ~= "escalate" then return ask() end
  local ok, value = protected(ask)
  if ok then return value end
  if type(value) == "table" and value.kind == "timeout" then finish("escalated", value.message) end
  core.error(value, 0)
end

local approve_keys = set("text", "by", "within")
function Run:approve(given)
  if type(given) == "string" then given = { given } end
  known("run:approve", given, approve_keys, 1)
  local text = prose(given.text or given[1])
  if type(text) ~= "string" then fail("run:approve needs a text that says what is approved") end
  if given.by ~= nil and (type(given.by) ~= "string" or not core.match(given.by, "%S")) then
    fail("run:approve: by names who may approve")
  end
  return call("approve", text, { by = given.by, within = given.within })
end

-- What an operator reads is something.
local function said(what, given)
  if given == nil then fail(what .. " is nil") end
  return tostring(given)
end

function Run:note(text, values)
  call("note", prose(said("run:note: the text", text)), { values = values })
end

function Run:attach(name, value)
  call("attach", said("run:attach: the name", name), { value = value })
end

function Run:table(name, rows)
  call("table", said("run:table: the name", name), { rows = rows })
end

function Run:undo(fn)
  if type(fn) ~= "function" then fail("run:undo takes a function") end
  insert(undos, fn)
  core.undos(#undos)
end

function Run:try(fn, ...)
  if type(fn) ~= "function" then fail("run:try takes a function") end
  return core.tried(protected(fn, ...))
end

function Run:done(text) finish("done", prose(text or "")) end
function Run:fail(text) finish("failed", prose(text or "failed")) end
function Run:escalate(text) finish("escalated", prose(text or "a person is needed")) end

-- Structured parallelism: waves of branches; a wave is over when each of its branches is.
local each_keys = set("max", "ramp", "stop_after", "key")
local function waves(list, keys, fn, size, limit, ramp, stop_after)
  local results, failures, at = {}, {}, 1
  while at <= #list do
    local wave = {}
    for i = at, core.min(#list, at + core.min(size, limit) - 1) do
      insert(wave, { keys[i], fn(i) })
    end
    local ended = core.branches(wave)
    for i, one in core.ipairs(ended) do
      if one.ok then results[at + i - 1] = one.value else insert(failures, { key = keys[at + i - 1], err = one.err }) end
    end
    if #failures >= stop_after then
      fail(#failures .. " of " .. #list .. " failed, first " .. failures[1].key .. ": " .. core.error_text(failures[1].err))
    end
    at = at + #wave
    if ramp then size = size * 2 end
  end
  return results, failures
end

function Run:each(list, options, fn)
  if type(options) == "function" then options, fn = {}, options end
  if type(list) ~= "table" or #list == 0 then fail("run:each: an empty list is an error: nothing was selected") end
  known("run:each", options, each_keys)
  local keys, seen = {}, {}
  for i, item in core.ipairs(list) do
    local key = tostring(options.key and options.key(item) or (type(item) == "table" and i or item))
    if seen[key] then fail("run:each: two items have the key " .. key) end
    seen[key] = true
    keys[i] = key
  end
  local limit, stop_after = options.max or #list, options.stop_after or 1
  if type(limit) ~= "number" or limit < 1 then fail("run:each: max is a number from 1") end
  if type(stop_after) ~= "number" or stop_after < 1 then fail("run:each: stop_after is a number from 1") end
  local size = options.ramp == false and limit or 1
  return waves(list, keys, function(i) return function() return fn(list[i], i) end end, size, limit,
               options.ramp ~= false, stop_after)
end

function Run:all(functions)
  if type(functions) ~= "table" or #functions == 0 then fail("run:all takes a list of functions") end
  local keys = {}
  for i in core.ipairs(functions) do keys[i] = tostring(i) end
  return waves(functions, keys, function(i) return functions[i] end, #functions, #functions, false, 1)
end

local later = set("mute", "temporary", "call", "restart_with")
setmetatable(Run, { __index = function(_, name)
  if later[name] then fail("run:" .. name .. " is not yet supported") end
  fail("run has no \"" .. tostring(name) .. "\"" .. hint(name, names(Run)))
end })

-- Reading what is no parameter is an error: it would be nil, and nil may be taken as "all of them". A declared one
-- without a value is nil. What a script sets itself it can read.
local function guard(given, declared)
  local known = {}
  for name in sorted(declared) do known[name] = true end
  for name in sorted(given) do known[name] = true end
  setmetatable(given, { __index = function(_, name)
    if not known[name] then fail("there is no parameter \"" .. tostring(name) .. "\"" .. hint(name, names(known))) end
  end })
end

local function main(fn, about, given, declared)
  params = given
  guard(given, declared)
  local run = setmetatable({}, { __index = function(_, name)
    if name == "id" or name == "alert" then return about[name] end
    return Run[name]
  end, __newindex = function() fail("run cannot be changed") end, __metatable = "locked" })
  return fn(run, given)
end

local function clean_up()
  local failures = {}
  while #undos > 0 do
    local undo = remove(undos)
    core.undos(#undos)
    local ok, err = protected(undo)
    if not ok then insert(failures, core.error_text(err)) end
  end
  if #failures > 0 then core.error(concat(failures, "; "), 0) end
end

local methods = { id = true, alert = true, mute = true, temporary = true, call = true, restart_with = true }
for name in sorted(Run) do methods[name] = true end

return {
  globals = { p = p, runbook = runbook, runbook_test = runbook_test }, main = main, clean_up = clean_up,
  keys = { runbook = runbook_keys, limits = limit_keys, param = param_keys, wait = wait_keys, approve = approve_keys,
           each = each_keys, run = methods },
}
)lua";
}  // namespace

std::string_view prelude_text() {
  static const std::string text = std::string(declarations_text()) + kRun;
  return text;
}

}  // namespace reeve::script
