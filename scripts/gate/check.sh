#!/usr/bin/env bash
# Runs `check` for the action: annotations into the log, and the reports that the inputs name. Every input comes by the environment and stays one word of the command, whatever it holds.
# In: IMAGEPULL_PROGRAM, INPUT_* as action.yml sets them. Out: the exit status of the check; the outputs of the step.
set -euo pipefail

args=(check --output=github)
each() { # flag, input: each line of the input is one value
  local line
  while IFS= read -r line; do
    line=${line%$'\r'}
    line="${line#"${line%%[![:space:]]*}"}"
    line="${line%"${line##*[![:space:]]}"}"
    [ -z "$line" ] || args+=("$1=$line")
  done <<<"$2"
}
path() { # name, input: a path is one line
  case $2 in *$'\n'* | *$'\r'*)
    echo "::error title=kubectl imagepull check::the input $1 has to be one line"
    exit 2
    ;;
  esac
}

each --filename "${INPUT_MANIFESTS:-}"
each --namespace "${INPUT_NAMESPACE:-}"
each --platform "${INPUT_PLATFORM:-}"
each --secret-file "${INPUT_SECRET_FILE:-}"
each --image-path "${INPUT_IMAGE_PATH:-}"
each --fail-on "${INPUT_FAIL_ON:-}"
each --ignore "${INPUT_IGNORE:-}"
case ${INPUT_LOCAL:-true} in
  true) args+=(--local) ;;
  false) ;;
  *)
    echo '::error title=kubectl imagepull check::the input local has to be true or false'
    exit 2
    ;;
esac
path sarif-file "${INPUT_SARIF_FILE:-}"
path junit-file "${INPUT_JUNIT_FILE:-}"
[ -z "${INPUT_SARIF_FILE:-}" ] || args+=("--report=sarif=$INPUT_SARIF_FILE")
[ -z "${INPUT_JUNIT_FILE:-}" ] || args+=("--report=junit=$INPUT_JUNIT_FILE")

work=$(mktemp -d "${RUNNER_TEMP:-/tmp}/imagepull-XXXXXX")
trap 'rm -rf "$work"' EXIT
[ "${INPUT_SUMMARY:-false}" != true ] || args+=("--report=markdown=$work/summary.md")

status=0
"$IMAGEPULL_PROGRAM" "${args[@]}" 2>"$work/errors" || status=$?

# what stands on standard error is no command of the runner, whatever names are in it
if [ -s "$work/errors" ]; then
  token=$(od -An -N 24 -tx1 /dev/urandom | tr -d ' \n')
  printf '::stop-commands::%s\n' "$token"
  cat "$work/errors"
  printf '::%s::\n' "$token"
fi
# a check that never began has no annotation of its own
if [ "$status" = 2 ] && message=$(grep -m 1 '^error: ' "$work/errors"); then
  message=${message#error: }
  message=${message//'%'/%25}
  message=${message//$'\r'/%0D}
  printf '::error title=kubectl imagepull check::%s\n' "$message"
fi
if [ -s "$work/summary.md" ] && [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then head -c 900000 "$work/summary.md" >>"$GITHUB_STEP_SUMMARY"; fi

if [ -n "${GITHUB_OUTPUT:-}" ]; then
  {
    printf 'status=%s\n' "$status"
    # a report that was not written is not uploaded
    [ -z "${INPUT_SARIF_FILE:-}" ] || [ ! -s "$INPUT_SARIF_FILE" ] || printf 'sarif-file=%s\n' "$INPUT_SARIF_FILE"
    [ -z "${INPUT_JUNIT_FILE:-}" ] || [ ! -s "$INPUT_JUNIT_FILE" ] || printf 'junit-file=%s\n' "$INPUT_JUNIT_FILE"
  } >>"$GITHUB_OUTPUT"
fi
exit "$status"
