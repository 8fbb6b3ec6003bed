#!/bin/sh
# TOKEN KIND NUMBER CODE: notes in ran.log beside it that it runs and how it ends, and prints what follows from TOKEN.
ran=${0%/*}/ran.log
token=$1
number=$3
code=$4

note() {
	printf '%s %s %s %s\n' "$token" "$1" "$2" "$(date +%s%3N)" >>"$ran"
}

finish() {
	trap '' INT
	note end "$1"
	exit "$1"
}

trap 'stty echo; finish 130' INT
trap 'note hup 0; exit 129' HUP TERM
note start $$
case $2 in
lines) seq -f "OUT-$token-%.0f" 1 "$number" ;;
big) seq -f "OUT-$token-%.0f-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" 1 "$number" ;;
slow)
	i=1
	while [ "$i" -le "$number" ]; do
		printf 'OUT-%s-%s\n' "$token" "$i"
		sleep 0.2
		i=$((i + 1))
	done
	;;
ask)
	printf 'OUT-%s your name? ' "$token"
	IFS= read -r answer
	printf 'OUT-%s got %s\n' "$token" "$answer"
	;;
hidden)
	stty -echo
	printf 'OUT-%s secret: ' "$token"
	IFS= read -r answer
	stty echo
	printf '\nOUT-%s got %s characters\n' "$token" "${#answer}"
	;;
progress)
	for percent in 10 40 70 99; do
		printf '\rOUT-%s %s %%' "$token" "$percent"
		sleep 0.1
	done
	printf '\rOUT-%s done\n' "$token"
	;;
kill9)
	note end 137
	kill -9 $$
	;;
esac
finish "$code"
