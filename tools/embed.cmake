# embed(target, name, files…): puts files into the program as constexpr string_views, so that it stays one file
# while SQL stays SQL on disk. The generated header-less source defines `rapport::embedded_<name>()`, a sorted span
# of {path, text}; see src/base/embedded.h.
function(embed target name root)
  set(out ${CMAKE_BINARY_DIR}/embedded/${name}.cpp)
  add_custom_command(OUTPUT ${out}
    COMMAND python3 ${CMAKE_SOURCE_DIR}/tools/embed.py ${name} ${root} ${out} ${ARGN}
    DEPENDS ${CMAKE_SOURCE_DIR}/tools/embed.py ${ARGN}
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()
