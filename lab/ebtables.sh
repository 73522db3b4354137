#!/bin/sh
# ebtables for Neutron's agent. The ebtables of Debian 12 (nf_tables, 1.8.9) cannot delete a rule with --among-src by what it
# says ("RULE_DELETE failed (Invalid argument)", status 4), and the agent does so for each port that it sees a second time;
# it then tries again at growing intervals, for ever, and wires no port meanwhile. Such a rule is deleted by its number.
ebtables=/usr/sbin/ebtables
case " $* " in
  *" -D "*" --among-src "*) ;;
  *) exec "$ebtables" "$@" ;;
esac
table=filter
chain=
rule=
while [ $# -gt 0 ]; do
  case $1 in
    -t) table=$2 && shift ;;
    -D) chain=$2 && shift ;;
    --concurrent) ;;
    *) rule="$rule $1" ;;
  esac
  shift
done
number=$("$ebtables" -t "$table" -L "$chain" --Ln | sed 's/ *$//' |
  awk -v rule="${rule# }" '{ n = $1; sub(/^[0-9]+\.? /, "") } $0 == rule { print n + 0; exit }')
# Gone already: the rule is not there, as was wanted.
[ -n "$number" ] || exit 0
exec "$ebtables" -t "$table" --concurrent -D "$chain" "$number"
