/// \file
/// What does `reeve promql --stdio` answer? A main around promql::Drive alone, for judges that run before or without
/// the whole engine: the differential test and the fuzzers' reproductions.
#include <iostream>

#include "promql/promql.h"

int main() {
  std::ios::sync_with_stdio(false);
  reeve::promql::Drive drive;
  for (std::string line; std::getline(std::cin, line);) std::cout << drive.answer(line) << '\n' << std::flush;
  return 0;
}
