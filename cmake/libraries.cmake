# What Debian gives, under one name each. A library's headers are used only in edge .cpp files behind our own headers.
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(spdlog REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(GTest REQUIRED)
find_path(REEVE_LUA_INCLUDE lua.h PATH_SUFFIXES lua5.4 REQUIRED)
# The C++ build of Lua: its errors are exceptions, so destructors run.
find_library(REEVE_LUA_LIBRARY NAMES liblua5.4-c++.a REQUIRED)

add_library(reeve-lua INTERFACE)
target_include_directories(reeve-lua SYSTEM INTERFACE ${REEVE_LUA_INCLUDE})
target_link_libraries(reeve-lua INTERFACE ${REEVE_LUA_LIBRARY} m dl)

# Inside reeve-child: static, so that a worker pays only for what it calls.
find_library(REEVE_RE2_LIBRARY NAMES libre2.a REQUIRED)
add_library(reeve-re2 INTERFACE)
target_link_libraries(reeve-re2 INTERFACE ${REEVE_RE2_LIBRARY} Threads::Threads)

find_library(REEVE_BOOST_JSON NAMES libboost_json.a REQUIRED)
find_library(REEVE_BOOST_CONTAINER NAMES libboost_container.a REQUIRED)
add_library(Boost::json INTERFACE IMPORTED)
target_link_libraries(Boost::json INTERFACE ${REEVE_BOOST_JSON} ${REEVE_BOOST_CONTAINER})

find_path(REEVE_CLI11_INCLUDE CLI/CLI.hpp REQUIRED)
add_library(reeve-cli11 INTERFACE)
target_include_directories(reeve-cli11 SYSTEM INTERFACE ${REEVE_CLI11_INCLUDE})
