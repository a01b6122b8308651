/// \file
/// Which files does a runbook consist of? Finding them below the folders, reading them, and what they declare.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runbook/runbook.h"
#include "script/script.h"

namespace reeve::runbook {

/// A file that may be a runbook.
struct Source {
  std::string name;    ///< "docker/restart_container": below its folder, without .lua
  std::string folder;  ///< the runbooks folder
  std::string path() const { return folder + "/" + name + ".lua"; }
};

/// A file below a folder named `runbooks` is named from there, another by itself.
Source source_of(const std::string& path);

/// A file is one source. Every *.lua below the folders but *_test.lua and what lies in a folder named `lib`; of two
/// with one name the first folder's. \errors kNotFound for a folder that is none.
base::Result<std::vector<Source>> find_sources(const std::vector<std::string>& folders);

/// The file with everything it requires (`require "lib/x"` is `<pack>/lib/x.lua`), found by looking for the word.
/// \errors kNotFound, kInvalid (a module outside the pack).
base::Result<script::Bundle> make_bundle(const Source& source);

/// What a file declares, judged. `source` gives the places of errors: `path:line:col: ...`, a line each.
base::Result<Runbook> read_runbook(const Source& source, const script::Bundle& bundle,
                                   const script::Declared& declared);

/// The worker's findings with paths of the disk: "docker/x.lua:3:7: ..." becomes "runbooks/docker/x.lua:3:7: ...".
std::string with_paths(const std::string& findings, const Source& source);

}  // namespace reeve::runbook
