# shellcheck shell=bash
# Running steps: timed, logged, once, in parallel, until they succeed. Needs env.sh.

seconds_since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }'; }

# stage NAME COMMAND...: runs it, prints one line with its wall time. Do not call it in a condition or an || list:
# that would switch errexit off inside.
stage() {
  local name=$1 start=$EPOCHREALTIME status=0 errexit=+e
  shift
  [[ $- != *e* ]] || errexit=-e
  set +e
  ( set $errexit; "$@" )
  status=$?
  set $errexit
  local line
  line=$(printf '%-24s %6s s' "$name" "$(seconds_since "$start")")
  [ "$status" = 0 ] || line+="  FAILED (status $status; logs: $LOGS)"
  echo "$line" >> "$LOGS/times.log"
  echo "$line" >&2
  return "$status"
}

# logged FILE COMMAND...: output goes to the file; its last lines are shown when the command fails.
logged() {
  local log=$1
  shift
  "$@" >> "$log" 2>&1 || {
    echo "failed: $* (whole log: $log)" >&2
    tail -n 8 "$log" >&2
    return 1
  }
}

# once NAME COMMAND...: a step that is done once in the life of the state directory.
once() {
  local name=$1
  shift
  [ ! -e "$STATE/done/$name" ] || return 0
  stage "  $name" logged "$LOGS/$name.log" "${CLEAN[@]}" "$@"
  touch "$STATE/done/$name"
}

# waitfor SECONDS WHAT COMMAND...: repeats the command until it succeeds.
waitfor() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" > /dev/null 2>&1; do
    [ $SECONDS -lt $end ] || { echo "timed out waiting for $what (logs: $LOGS)" >&2; return 1; }
    sleep 0.3
  done
}

port_open() { (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }

# together FUNCTION...: runs them side by side, each as a stage; fails when one fails, after all have ended.
together() {
  local it pids=() status=0
  for it in "$@"; do
    (stage "$it" "$it") &
    pids+=($!)
  done
  for it in "${pids[@]}"; do wait "$it" || status=1; done
  return $status
}
