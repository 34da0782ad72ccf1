#!/usr/bin/env python3
"""embed.py NAME ROOT OUT FILE…: writes a C++ source that holds the files, named relative to ROOT."""
import os
import sys

name, root, out, files = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
entries = sorted((os.path.relpath(f, root), f) for f in files)
parts = ['#include "base/embedded.h"\n\nnamespace rapport {\nnamespace {\n']
for index, (_, path) in enumerate(entries):
    data = open(path, "rb").read()
    parts.append(f"constexpr char kFile{index}[] = {{{','.join(str(b - 256 if b > 127 else b) for b in data)}{',' if data else ''}0}};\n")
parts.append("constexpr EmbeddedFile kFiles[] = {\n")
for index, (relative, path) in enumerate(entries):
    parts.append(f'    {{"{relative}", {{kFile{index}, {os.path.getsize(path)}}}}},\n')
parts.append(f"}};\n}}  // namespace\nstd::span<const EmbeddedFile> embedded_{name}() {{ return kFiles; }}\n}}  // namespace rapport\n")
os.makedirs(os.path.dirname(out), exist_ok=True)
open(out, "w").write("".join(parts))
