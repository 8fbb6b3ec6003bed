# The program of every pane: NUMBER_FILE PROGRAM ARGUMENT...
# Runs PROGRAM, whose death by a signal the shell tells nobody, prints the end mark with its status, then only sleeps: nothing here interprets what is typed.
trap : INT QUIT
trap '' TSTP
unset number
file=$1
shift
IFS= read -r number <"$file"
exec 3>&2 2>/dev/null
(
	# No host fills the disk through ssh's log: no file of PROGRAM's grows beyond 64 MiB, and it lives on.
	trap '' XFSZ
	ulimit -S -f 131072
	exec "$@" 2>&3 3>&-
)
status=$?
trap '' INT QUIT TTOU
stty -echo
IFS= read -r number <"$file"
printf '\033]7711;end;%s;%s\033\\' "$number" "$status"
exec 3>&-
exec sleep 2147483647
