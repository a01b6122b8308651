# One static library per line of engine/LAYERS, two programs, one shared object per plugin, one test program per module.

function(reeve_modules layers)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${layers})
  file(STRINGS ${layers} lines REGEX "^[a-z]+:")
  foreach(line IN LISTS lines)
    string(REGEX MATCH "^([a-z]+):([^|]*)(\\|(.*))?$" _ "${line}")
    set(name ${CMAKE_MATCH_1})
    set(links "${CMAKE_MATCH_4}")  # a further MATCHALL forgets the groups of this match
    string(REGEX MATCHALL "[a-z]+" uses "${CMAKE_MATCH_2}")
    string(REGEX MATCHALL "[^ ]+" libraries "${links}")
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/engine/${name}/*.cpp)
    list(FILTER sources EXCLUDE REGEX "/(main|child_main)\\.cpp$")
    if(NOT sources)
      add_library(reeve_${name} INTERFACE)
      set(scope INTERFACE)
    else()
      add_library(reeve_${name} STATIC ${sources})
      set(scope PUBLIC)
      if(name IN_LIST REEVE_FOR_SPEED AND NOT REEVE_SANITIZE)
        target_compile_options(reeve_${name} PRIVATE -O2)
      endif()
    endif()
    target_include_directories(reeve_${name} ${scope} ${CMAKE_SOURCE_DIR}/engine ${CMAKE_SOURCE_DIR}/sdk/include)
    list(TRANSFORM uses PREPEND reeve_)
    target_link_libraries(reeve_${name} ${scope} ${uses} ${libraries})
    list(APPEND names ${name})
  endforeach()
  set(REEVE_MODULES ${names} PARENT_SCOPE)
endfunction()

# bin/reeve, and bin/reeve-child: the thin second program, which takes from the archives only what it calls.
function(reeve_programs)
  if(EXISTS ${CMAKE_SOURCE_DIR}/engine/app/main.cpp)
    add_executable(reeve ${CMAKE_SOURCE_DIR}/engine/app/main.cpp)
    target_link_libraries(reeve PRIVATE reeve_app)
    target_compile_definitions(reeve PRIVATE REEVE_VERSION="${PROJECT_VERSION}")
    set_source_files_properties(${CMAKE_SOURCE_DIR}/engine/app/places.cpp PROPERTIES
                                COMPILE_DEFINITIONS REEVE_BUILT_FROM="${CMAKE_SOURCE_DIR}")
    add_dependencies(reeve reeve-child)
    reeve_lean(reeve)
  endif()
  if(EXISTS ${CMAKE_SOURCE_DIR}/engine/app/child_main.cpp)
    add_executable(reeve-child ${CMAKE_SOURCE_DIR}/engine/app/child_main.cpp)
    target_link_libraries(reeve-child PRIVATE reeve_script reeve_plugin reeve_child reeve_model reeve_base)
    reeve_lean(reeve-child)
  endif()
endfunction()

# plugins/common/<topic>/*.cpp: what plugins share, as one archive of which each takes what it calls.
function(reeve_plugin_common)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/plugins/common/*.cpp)
  add_library(plugin_common STATIC ${sources})
  set_target_properties(plugin_common PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_include_directories(plugin_common PUBLIC ${CMAKE_SOURCE_DIR}/sdk/include ${CMAKE_SOURCE_DIR}/plugins)
  target_link_libraries(plugin_common PUBLIC Threads::Threads)
endfunction()

# reeve_plugin(docker LIBRARIES ...): plugins/docker/*.cpp -> lib/reeve/plugins/docker.so. A plugin sees only sdk/ and plugins/common/.
# plugin_docker_code is the same as an archive, for the tests of its parts.
function(reeve_plugin name)
  cmake_parse_arguments(arg "" "" "LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/plugins/${name}/*.cpp)
  add_library(plugin_${name}_code STATIC ${sources})
  set_target_properties(plugin_${name}_code PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_link_libraries(plugin_${name}_code PUBLIC plugin_common ${arg_LIBRARIES})
  add_library(plugin_${name} MODULE $<TARGET_OBJECTS:plugin_${name}_code>)
  set_target_properties(plugin_${name} PROPERTIES PREFIX "" OUTPUT_NAME ${name}
                        LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/reeve/plugins)
  target_link_libraries(plugin_${name} PRIVATE plugin_common ${arg_LIBRARIES})
  set_target_properties(plugin_${name} PROPERTIES LINK_DEPENDS ${CMAKE_SOURCE_DIR}/cmake/plugin.map)
  target_link_options(plugin_${name} PRIVATE -Wl,--version-script=${CMAKE_SOURCE_DIR}/cmake/plugin.map)
  reeve_lean(plugin_${name})
  set_property(GLOBAL APPEND PROPERTY REEVE_PLUGINS ${name})
endfunction()

# What nearly every test includes, read by the compiler once and for all.
function(reeve_test_headers)
  file(WRITE ${CMAKE_BINARY_DIR}/test_headers.cpp "int main() {}\n")
  add_executable(test_headers ${CMAKE_BINARY_DIR}/test_headers.cpp)  # a program, for its flags to be those of the tests
  target_link_libraries(test_headers PRIVATE GTest::gtest GTest::gmock)
  reeve_test_options(test_headers)
  target_precompile_headers(test_headers PRIVATE <gmock/gmock.h> <gtest/gtest.h> <algorithm> <filesystem> <fstream> <functional>
                            <map> <memory> <optional> <set> <sstream> <string> <vector>)
endfunction()

function(reeve_test_options target)
  target_compile_options(${target} PRIVATE -fpch-preprocess)  # ccache asks for it
  if(NOT REEVE_SANITIZE)
    target_compile_options(${target} PRIVATE -O0 -fno-function-sections -fno-data-sections)  # compiled more often than run
  endif()
endfunction()

# reeve_tests(unit_promql DIR unit/promql LIBRARIES reeve_promql): all *_test.cpp of a folder in one program.
function(reeve_tests name)
  cmake_parse_arguments(arg "" "DIR" "LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${arg_DIR}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} GTest::gtest GTest::gmock GTest::gtest_main)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  reeve_test_options(${name})
  target_precompile_headers(${name} REUSE_FROM test_headers)
  target_compile_definitions(${name} PRIVATE REEVE_TEST_DIR="${CMAKE_SOURCE_DIR}/tests" REEVE_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                             REEVE_BUILD_DIR="${CMAKE_BINARY_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 600)
endfunction()
