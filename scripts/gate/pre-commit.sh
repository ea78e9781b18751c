#!/bin/sh
# The hook of pre-commit: checks the files that it is given, without a cluster. Arguments of the hook come first, each as one word (`--platform=linux/arm64`), then the files.
# Takes kubectl-imagepull of PATH, else installs the release of this revision.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
program=$(command -v kubectl-imagepull) ||
  program=$(IMAGEPULL_TO=${IMAGEPULL_TO:-${XDG_CACHE_HOME:-${HOME:-.}/.cache}/kubectl-imagepull} "$here/install.sh")
for word in "$@"; do
  shift
  # a file that is named like a flag is a file
  if [ -e "$word" ] || [ "${word#-}" = "$word" ]; then word=--filename=$word; fi
  set -- "$@" "$word"
done
work=$(mktemp)
trap 'rm -f "$work"' EXIT
status=0
"$program" check --local "$@" 2>"$work" || status=$?
# among the changed files there need not be one with an image
case $status:$(cat "$work") in '2:error: the manifests name no image'*) exit 0 ;; esac
cat "$work" >&2
exit "$status"
