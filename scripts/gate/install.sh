#!/bin/sh
# Installs the released program for this machine: downloads its archive, compares the digest, unpacks the one file and runs it once. The action, the hook of pre-commit and the recipes of
# docs/gates.md use it. Needs curl, tar (unzip on Windows), and sha256sum or shasum.
#
# In, by the environment; all are optional:
#   IMAGEPULL_VERSION   such as 0.1.0 or v0.1.0; default: that of this checkout
#   IMAGEPULL_TO        folder for the program; default: .kubectl-imagepull in the home folder
#   IMAGEPULL_SHA256    digest that the archive must have; default: the one in checksums.txt of the release
#   IMAGEPULL_RELEASES  address of a mirror of the releases
# Out: the path of the program, as the only line of standard output. Errors: one line, status 2.
set -eu

fail() {
  printf 'error: %s\n' "$1" >&2
  exit 2
}

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
version=${IMAGEPULL_VERSION:-}
if [ -z "$version" ]; then
  version=$(sed -n 's/^  "version": "\([^"]*\)",$/\1/p' "$here/../../package.json" 2>/dev/null) || version=
  [ -n "$version" ] || fail 'which version is not known: set IMAGEPULL_VERSION, for example to 0.1.0'
fi
version=${version#v}
case $version in
  *[!0-9A-Za-z.-]* | [!0-9]*) fail "\"$version\" is not a version: expected for example 0.1.0" ;;
esac
releases=${IMAGEPULL_RELEASES:-https://github.com/kubectl-imagepull/kubectl-imagepull/releases/download}
case $releases in
  https://*) scheme='=https' ;;
  http://127.0.0.1:*) scheme='=http' ;;
  *) fail 'IMAGEPULL_RELEASES must begin with https://' ;;
esac

case $(uname -s) in
  Linux) os=linux ;;
  Darwin) os=darwin ;;
  MINGW* | MSYS* | CYGWIN*) os=windows ;;
  *) fail "there is no release for $(uname -s)" ;;
esac
case ${RUNNER_ARCH:-$(uname -m)} in
  X64 | x86_64 | amd64) arch=amd64 ;;
  ARM64 | aarch64 | arm64) arch=arm64 ;;
  *) fail "there is no release for ${RUNNER_ARCH:-$(uname -m)}" ;;
esac
archive=kubectl-imagepull_v${version}_${os}_${arch}.tar.gz
name=kubectl-imagepull
if [ "$os" = windows ]; then
  archive=${archive%.tar.gz}.zip
  name=$name.exe
fi

folder=${IMAGEPULL_TO:-${HOME:-.}/.kubectl-imagepull}/v$version
program=$folder/$name
if [ -x "$program" ]; then
  printf '%s\n' "$program"
  exit 0
fi

mkdir -p "$folder"
work=$(mktemp -d "$folder/.download-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM

fetch() { # name
  curl --fail --silent --show-error --location --proto "$scheme" --retry 3 --retry-connrefused --max-time 300 --output "$work/$1" "$releases/v$version/$1" ||
    fail "$releases/v$version/$1 cannot be downloaded (is v$version released?)"
}
digest() { # file
  if command -v sha256sum >/dev/null 2>&1; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

wanted=${IMAGEPULL_SHA256:-}
if [ -z "$wanted" ]; then
  fetch checksums.txt
  while read -r sum file; do
    if [ "$file" = "$archive" ]; then wanted=$sum; fi
  done <"$work/checksums.txt"
  [ -n "$wanted" ] || fail "checksums.txt of v$version does not name $archive"
fi
fetch "$archive"
found=$(digest "$work/$archive")
[ "$found" = "$wanted" ] || fail "$archive has the digest $found, expected $wanted: it is not installed"

case $archive in
  *.zip) unzip -q "$work/$archive" "$name" -d "$work" ;;
  *) tar -xzf "$work/$archive" -C "$work" "$name" ;;
esac || fail "$archive does not hold $name"
chmod 755 "$work/$name"
"$work/$name" version >/dev/null 2>&1 || fail "$name does not run on this machine (on Linux it needs glibc 2.17 or newer, which Alpine does not have)"
mv -f "$work/$name" "$program"
printf '%s\n' "$program"
