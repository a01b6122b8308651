# Language level, warnings, sanitizers, and the fast tools when they are found.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

add_compile_options(-Wall -Wextra -Wpedantic -Werror -Wno-missing-field-initializers -fno-omit-frame-pointer)
add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor> $<$<COMPILE_LANGUAGE:CXX>:-Woverloaded-virtual>)

set(REEVE_SANITIZE "" CACHE STRING "sanitizers, as -fsanitize= takes them")
if(REEVE_SANITIZE)
  # g++ 12 warns of what the sanitizers themselves put in; the dev build looks for the real ones.
  add_compile_options(-fsanitize=${REEVE_SANITIZE} -fno-sanitize-recover=all -g1 -Wno-maybe-uninitialized)
  if(REEVE_SANITIZE STREQUAL "thread")
    add_compile_options(-Wno-tsan -Wno-array-bounds -Wno-stringop-overflow)
  endif()
  add_link_options(-fsanitize=${REEVE_SANITIZE})
  add_compile_definitions(REEVE_SANITIZED=1)
endif()

# Most of the engine runs seldom and is built for size: the pages it holds are what an idle engine costs. What runs for every
# sample, event or entry is built for speed.
set(REEVE_FOR_SPEED base model store ledger series promql)
if(NOT REEVE_SANITIZE)
  add_compile_options(-ffunction-sections -fdata-sections)
endif()

# Takes in the C++ runtime and leaves out what nobody calls.
function(reeve_lean target)
  if(NOT REEVE_SANITIZE)
    target_link_options(${target} PRIVATE -static-libstdc++ -static-libgcc -Wl,--gc-sections)
  endif()
endfunction()

find_program(REEVE_CCACHE ccache)
if(REEVE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths relative to the checkout and no hash of the build folder: two build folders share their objects.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros ${REEVE_CCACHE})
endif()
find_program(REEVE_MOLD mold)
find_program(REEVE_GOLD ld.gold)
if(REEVE_MOLD)
  add_link_options(-fuse-ld=mold)
elseif(REEVE_GOLD)
  add_link_options(-fuse-ld=gold)
endif()
add_link_options(-Wl,--as-needed)
