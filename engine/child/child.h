/// \file
/// How does the engine run other programs and outlive them? Spawn, frames, deadlines, limits, kill, restart.
///
/// Core thread: spawning happens on it only, because PDEATHSIG follows the spawning thread. posix_spawn, never fork.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/base.h"

namespace reeve::child {

enum class Channel {
  kFrames,  ///< u32 length (little endian), then a MessagePack array, on descriptors 0 and 1
  kLines,   ///< one text line each, at most 1 MiB (the exec protocol)
  kBytes,   ///< raw output, for commands that end by themselves
};

/// `bytes`, or none in a build with sanitizers: their shadow is more than any limit.
constexpr int64_t memory_limit([[maybe_unused]] int64_t bytes) {
#ifdef REEVE_SANITIZED
  return 0;
#else
  return bytes;
#endif
}

struct Limits {
  int64_t memory_bytes = 0;  ///< RLIMIT_DATA; 0: none
  int64_t cpu_seconds = 0;   ///< RLIMIT_CPU
  int64_t open_files = 0;
  bool no_new_privs = true;
  bool dies_with_parent = true;  ///< PDEATHSIG
  bool no_network = false;
  bool seccomp_script = false;  ///< the script worker's filter
};

struct Command {
  std::vector<std::string> argv;                                 ///< argv[0] is a path
  std::vector<std::pair<std::string, std::string>> environment;  ///< all of it: nothing is inherited
  std::string folder;                                            ///< working folder; empty: /
  Channel channel = Channel::kFrames;
  Limits limits;
  std::string name;  ///< for logs: "plugin docker"
};

/// How a process ended.
struct Exit {
  int code = 0;  ///< when signal is 0
  int signal = 0;
  std::string reason;        ///< why the engine ended it itself (a message too long); else empty
  std::string text() const;  ///< "exit 3", "killed by signal 9", or the reason
};

/// Messages longer than these end the process: Exit::reason says so.
inline constexpr size_t kMaxFrame = 64 << 20;
inline constexpr size_t kMaxLine = 1 << 20;
/// What send() queues at most.
inline constexpr size_t kMaxQueued = 64 << 20;

/// One running child. Destroying it kills the process (SIGKILL to its group); it is reaped by and by, and no callback
/// comes any more: it may be destroyed inside one.
class Process {
 public:
  virtual ~Process() = default;
  virtual pid_t pid() const = 0;
  /// Queues bytes (a frame's array, a line without its end, or raw input). False: the queue is full (64 MiB) or it
  /// ended.
  virtual bool send(std::string_view message) = 0;
  virtual void close_input() = 0;
  virtual void signal(int number) = 0;
  /// SIGTERM, then SIGKILL after `grace`.
  virtual void stop(base::Duration grace) = 0;
  /// Stops and continues reading its messages: back-pressure. What was read already is kept back too.
  virtual void pause(bool paused) = 0;
};

struct Callbacks {
  /// Valid during the call only. kBytes: a piece as it was read.
  std::function<void(std::string_view message)> on_message;
  /// Standard error, a line each, cut at 4 KiB; of more than 100 lines or 256 KiB in a second the rest is waited with,
  /// so that one who floods waits for itself.
  std::function<void(std::string_view line)> on_error_line;
  /// Once, the last call, after all that it wrote was handed over. Whatever is left of its process group is killed
  /// first.
  std::function<void(Exit)> on_exit;
};

/// Starts processes through the launcher (`reeve-child exec`), which sets limits and then becomes the program.
class Spawner {
 public:
  virtual ~Spawner() = default;
  /// \errors kNotFound (no such program), kUnavailable.
  virtual base::Result<std::unique_ptr<Process>> spawn(Command command, Callbacks callbacks) = 0;
  /// The path of reeve-child, for those who start its other modes.
  virtual const std::string& child_program() const = 0;
};
/// Ignores SIGPIPE for the whole program. Destroying the spawner kills and reaps what is left.
std::unique_ptr<Spawner> make_spawner(std::string child_program, base::Loop& loop);

/// Delay before restart n (from 0): doubles from 100 ms to 30 s, each with up to 20 % of jitter.
base::Duration back_off(int n, base::Random& random);

}  // namespace reeve::child
