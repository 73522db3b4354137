# shellcheck shell=bash
# A supervisor in five functions, for a machine without systemd. Needs env.sh.
# STATE/run/NAME.pid holds "pid starttime world": pids are reused, a pid with its start time is not; the world is boot and
# pid namespace. STATE/run/NAME.cmd holds the command line for `restart`. Each service leads a session of its own.
world() { echo "$(cat /proc/sys/kernel/random/boot_id)-$(readlink /proc/self/ns/pid)"; }

# Fields of /proc/PID/stat behind the command name (which may hold spaces): 1 = state, 20 = start time.
proc_field() { sed 's/.*) //' "/proc/$1/stat" 2> /dev/null | cut -d' ' -f"$2"; }

service_pid() { cut -d' ' -f1 "$STATE/run/$1.pid" 2> /dev/null; }

service_alive() {
  local pid start
  read -r pid start _ 2> /dev/null < "$STATE/run/$1.pid" || return 1
  [ -n "$pid" ] && [ "$(proc_field "$pid" 20)" = "$start" ] && [ "$(proc_field "$pid" 1)" != Z ]
}

# What is left of a service whose leader died (RabbitMQ's beam under its shell, workers of an API) keeps its port.
# While a session has members its id is not given to a new process, so the session is still ours. After a reboot
# or in another container the file names another world, and nothing is swept.
service_sweep() {
  local pid where i
  read -r pid _ where 2> /dev/null < "$STATE/run/$1.pid" || return 0
  [ -n "$pid" ] && [ "$where" = "$(world)" ] || return 0
  case $(proc_field "$pid" 1) in '' | Z) ;; *) return 0 ;; esac
  for i in $(ps -o pid= --sid "$pid" 2> /dev/null || true); do kill -KILL "$i" 2> /dev/null || true; done
  for ((i = 0; i < 50; i++)); do
    [ -n "$(ps -o stat= --sid "$pid" 2> /dev/null | sed '/^Z/d')" ] || break
    sleep 0.1
  done
}

# service NAME COMMAND...: starts it unless it runs.
service() {
  local name=$1
  shift
  printf '%q ' "$@" > "$STATE/run/$name.cmd"
  ! service_alive "$name" || return 0
  service_sweep "$name"
  setsid "${CLEAN[@]}" "$@" < /dev/null >> "$LOGS/$name.log" 2>&1 &
  echo "$! $(proc_field $! 20) $(world)" > "$STATE/run/$name.pid"
  disown $!
}

# service_stop NAME [TENTHS]: TERM, then KILL for the whole group (workers, privsep helpers) after 6 s or TENTHS/10.
service_stop() {
  local name=$1 limit=${2:-60} pid i
  pid=$(service_pid "$name") || return 0
  if service_alive "$name"; then
    kill -TERM "$pid" 2> /dev/null || true
    for ((i = 0; i < limit; i++)); do
      service_alive "$name" || break
      sleep 0.1
    done
    kill -KILL -- "-$pid" 2> /dev/null || true
  else
    service_sweep "$name"
  fi
  rm -f "$STATE/run/$name.pid"
}

service_restart() {
  local name=$1 command
  command=$(cat "$STATE/run/$name.cmd" 2> /dev/null) || die "no service named $name; there are: $(service_names | tr '\n' ' ')"
  service_stop "$name"
  eval "service $name $command"
}

service_names() { find "$STATE/run" -maxdepth 1 -name '*.cmd' -printf '%f\n' | sed 's/\.cmd$//' | sort; }
