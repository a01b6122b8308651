#include "runbook/rehearsal/table.h"

#include <algorithm>
#include <cctype>

#include "runbook/context.h"

namespace reeve::runbook {

using model::Value;

namespace {
bool is_position(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c); });
}
}  // namespace

std::string Findings::place(const std::string& key) const {
  for (std::string at = key; !at.empty();) {
    if (places.has(at)) return path + ":" + places[at].as_string();
    const size_t dot = at.rfind('.');
    at = dot == std::string::npos ? "" : at.substr(0, dot);
  }
  return path + ":1:1";
}

void Findings::wrong(const std::string& key, const std::string& why) {
  const std::string first = key.substr(0, key.find('.'));
  const bool placed = places.has(first) || about.empty();
  lines.push_back(place(key) + ": " + (placed ? "" : "case \"" + about + "\": ") + why);
}

TableReader::TableReader(Findings& findings, std::string key, Value value)
    : findings_(findings), key_(std::move(key)), value_(std::move(value)) {
  if (value_.is_null() || value_.is_map() || value_.is_list()) return;
  findings_.wrong(key_, key_.substr(key_.rfind('.') + 1) + " is a table");
  value_ = Value::map();
}

void TableReader::only(const std::vector<std::string>& known) {
  for (const auto& [name, value] : value_.as_map()) {
    if (is_position(name) || std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string near = base::did_you_mean(name, known);
    wrong(name, "unknown key \"" + name + "\"" + (near.empty() ? "" : " (did you mean \"" + near + "\"?)"));
  }
}

// A table with names holds its positions as "1", "2", ...
std::vector<Value> TableReader::positions() const {
  if (value_.is_list()) return value_.as_list();
  std::vector<Value> out;
  for (int i = 1; value_.has(std::to_string(i)); ++i) out.push_back(value_[std::to_string(i)]);
  return out;
}

std::string TableReader::place(const std::string& name) const {
  return findings_.place(name.empty() ? key_ : key(name));
}

std::string TableReader::text(const std::string& name, const std::string& otherwise) const {
  const Value& given = at(name);
  if (given.is_null()) return otherwise;
  if (!given.is_string()) wrong(name, name + " is a text");
  return given.as_string();
}

std::vector<std::string> TableReader::texts(const std::string& name) const {
  const Value& given = at(name);
  if (given.is_string()) return {given.as_string()};
  if (!given.is_null() && !given.is_list()) wrong(name, name + " is a list of texts");
  std::vector<std::string> out;
  for (const Value& item : given.as_list()) {
    if (!item.is_string()) wrong(name, name + " is a list of texts");
    out.push_back(item.text());
  }
  return out;
}

base::Duration TableReader::duration(const std::string& name, base::Duration otherwise) const {
  if (at(name).is_null()) return otherwise;
  const auto read = duration_of(at(name), name);
  if (!read.ok()) wrong(name, read.error().text);
  return read.value_or(otherwise);
}

bool TableReader::flag(const std::string& name, bool otherwise) const {
  if (!at(name).is_null() && !at(name).is_bool()) wrong(name, name + " is true or false");
  return at(name).as_bool(otherwise);
}

std::string TableReader::one_of(const std::string& name, const std::vector<std::string>& words,
                                const std::string& otherwise) const {
  const std::string word = text(name, otherwise);
  if (!at(name).is_null() && !at(name).is_string()) return otherwise;
  if (std::find(words.begin(), words.end(), word) != words.end()) return word;
  const std::string near = base::did_you_mean(word, words);
  wrong(name, name + " is " + base::join(words, ", ") + ", not \"" + word + "\"" +
                  (near.empty() ? "" : " (did you mean \"" + near + "\"?)"));
  return otherwise;
}

}  // namespace reeve::runbook
