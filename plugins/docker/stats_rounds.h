/// \file
/// What did the containers use when they were last asked?
///
/// The daemon answers a question about one container's use only at its own next look at it, up to a second later. So
/// they are asked side by side, in the background, and a collect never waits: it takes what has been found, each with
/// its own time.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "reeve/json.hpp"

namespace reeve::docker {

class StatsRounds {
 public:
  struct Found {
    Json stats;
    int64_t at_ms = 0;  ///< Unix time of the answer
  };
  explicit StatsRounds(std::string socket) : socket_(std::move(socket)) {}
  /// Ends the round under way.
  ~StatsRounds();
  StatsRounds(const StatsRounds&) = delete;
  StatsRounds& operator=(const StatsRounds&) = delete;

  /// Asks about these containers, unless a round is still under way. What is known of others is forgotten.
  void begin(std::vector<std::string> ids);
  /// The last answer about each, by id; none older than a minute.
  std::map<std::string, Found> found() const;

 private:
  void ask_some();
  std::string socket_;
  mutable std::mutex mutex_;
  std::map<std::string, Found> found_;
  std::vector<std::string> ids_;  ///< of the round; read-only while it is under way
  std::atomic<size_t> next_{0};
  std::atomic<int> asking_{0};
  std::atomic<bool> ending_{false};
  std::vector<std::thread> askers_;
};

}  // namespace reeve::docker
