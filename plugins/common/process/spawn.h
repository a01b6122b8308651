/// \file
/// How does a plugin start a program? argv only, nothing inherited but what is said, never a shell, never fork.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "common/net/deadline.h"
#include "common/net/fault.h"
#include "common/net/socket.h"

namespace reeve::common {

struct Command {
  std::vector<std::string> argv;  ///< argv[0] is a path, or a name that is looked for in kSearchPath
  std::vector<std::pair<std::string, std::string>> environment;  ///< beside PATH and LANG
  std::string folder = "/";
  std::string output_file;   ///< where output and errors are appended; empty: nowhere. For spawn() only
  bool own_session = false;  ///< lives on by itself, else it has a process group of its own
};

inline constexpr const char* kSearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Starts it and does not wait. It has no open descriptors but 0 (nothing), 1 and 2, no blocked signals and default
/// dispositions. Who calls must reap it.
/// \errors kNotFound (no such program), kDenied, kInvalid (empty argv, a text with NUL), kTransient.
Try<pid_t> spawn(const Command& command);

/// How a program ended.
struct Ended {
  int code = 0;  ///< when signal is 0
  int signal = 0;
  std::string out, err;
  bool cut = false;          ///< out or err was longer than its room
  bool late = false;         ///< the deadline passed and its whole process group was killed
  std::string text() const;  ///< "exit 3", "killed by signal 9", "not done in time"
};

/// Runs it to its end, or to the deadline: then the whole process group is killed, and again what it left behind when
/// it ended. `input` is written to its standard input. \errors those of spawn().
Try<Ended> run(const Command& command, std::string_view input, const Deadline& deadline,
               size_t output_room = 256 * 1024);

}  // namespace reeve::common
