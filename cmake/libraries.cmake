# What Debian gives, under one name each. A library's headers are used only in edge .cpp files behind our own headers.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(GTest REQUIRED)
find_path(REEVE_LUA_INCLUDE lua.h PATH_SUFFIXES lua5.4 REQUIRED)
# The C++ build of Lua: its errors are exceptions, so destructors run.
find_library(REEVE_LUA_LIBRARY NAMES liblua5.4-c++.a REQUIRED)

add_library(reeve-lua INTERFACE)
target_include_directories(reeve-lua SYSTEM INTERFACE ${REEVE_LUA_INCLUDE})
target_link_libraries(reeve-lua INTERFACE ${REEVE_LUA_LIBRARY} m dl)

# C++ libraries are taken in, archives or headers only: a program pays for the functions it calls, and no second libstdc++
# is loaded for them. (SQLite stays shared: it would come whole, and Debian mends it without us.)
find_library(REEVE_RE2_LIBRARY NAMES libre2.a REQUIRED)
add_library(reeve-re2 INTERFACE)
target_link_libraries(reeve-re2 INTERFACE ${REEVE_RE2_LIBRARY} Threads::Threads)

find_library(REEVE_YAML_CPP_LIBRARY NAMES libyaml-cpp.a REQUIRED)
add_library(reeve-yaml-cpp INTERFACE)
target_link_libraries(reeve-yaml-cpp INTERFACE ${REEVE_YAML_CPP_LIBRARY})

find_path(REEVE_SPDLOG_INCLUDE spdlog/spdlog.h REQUIRED)
add_library(reeve-spdlog INTERFACE)
target_include_directories(reeve-spdlog SYSTEM INTERFACE ${REEVE_SPDLOG_INCLUDE})
target_compile_definitions(reeve-spdlog INTERFACE SPDLOG_FMT_EXTERNAL FMT_HEADER_ONLY=1)

# SHA-256 (with the processor's own instructions) and Ed25519, and nothing else of a cryptographic library.
find_path(REEVE_NETTLE_INCLUDE nettle/eddsa.h REQUIRED)
find_library(REEVE_HOGWEED_LIBRARY NAMES libhogweed.a REQUIRED)
find_library(REEVE_NETTLE_LIBRARY NAMES libnettle.a REQUIRED)
find_library(REEVE_GMP_LIBRARY NAMES libgmp.a REQUIRED)
add_library(reeve-nettle INTERFACE)
target_link_libraries(reeve-nettle INTERFACE ${REEVE_HOGWEED_LIBRARY} ${REEVE_NETTLE_LIBRARY} ${REEVE_GMP_LIBRARY})

find_library(REEVE_BOOST_JSON NAMES libboost_json.a REQUIRED)
find_library(REEVE_BOOST_CONTAINER NAMES libboost_container.a REQUIRED)
add_library(Boost::json INTERFACE IMPORTED)
target_link_libraries(Boost::json INTERFACE ${REEVE_BOOST_JSON} ${REEVE_BOOST_CONTAINER})

find_path(REEVE_CLI11_INCLUDE CLI/CLI.hpp REQUIRED)
add_library(reeve-cli11 INTERFACE)
target_include_directories(reeve-cli11 SYSTEM INTERFACE ${REEVE_CLI11_INCLUDE})
