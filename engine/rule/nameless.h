/// \file
/// Which alert is this whose labels were redacted? A nameless one has its key and its episode, until its rule is
/// evaluated or its event comes again: what has that key gives it its labels back, and the episode goes on.
///
/// Core thread.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "model/alert.h"
#include "series/series.h"

namespace reeve::rule {

inline constexpr std::string_view kStandIn = "reeve_redacted";
/// `{alertname, reeve_redacted="<begin of the key>"}`: what people and series see of it meanwhile.
model::Labels stand_in(const std::string& name, const std::string& key);

/// Its labels, where its ALERTS series were saved; none: not known.
std::optional<model::Labels> labels_in_series(const series::Source& source, const model::Alert& alert);

/// The nameless alert with this key is found under `identity` from now on. \return its place; end(): there is none.
template <class T>
typename std::map<model::Labels, T>::iterator give_name(std::map<model::Labels, T>& tracks,
                                                        const model::Labels& identity, const std::string& key) {
  for (auto it = tracks.begin(); it != tracks.end(); ++it) {
    if (!it->second.alert.nameless() || it->second.alert.key != key) continue;
    auto node = tracks.extract(it);
    node.key() = identity;
    node.mapped().alert.lost_print.clear();
    return tracks.insert(std::move(node)).position;
  }
  return tracks.end();
}

template <class T>
bool has_nameless(const std::map<model::Labels, T>& tracks) {
  return std::any_of(tracks.begin(), tracks.end(), [](const auto& one) { return one.second.alert.nameless(); });
}

}  // namespace reeve::rule
