# Typed, without this comment and on one line, into a shell of any kind: run by sh, it names the shell that
# waits for it, pulls one line over the terminal with echo off, and prints it for that shell to run.
# No quote but ", no exclamation mark, no backslash before $ ` or \: tcsh and backquotes would read those.
s=$(stty -g) || exit
trap "stty $s; exit 1" 1 2 15
stty -echo -icanon min 0 time 50
read -r c </proc/$PPID/comm || c=$(ps -o comm= -p $PPID)
test "$c" = sh && e=$(readlink /proc/$PPID/exe) && c=$e
printf "\033]7712;R;%s;%s\007" "${c##*/}" $PPID >/dev/tty
IFS= read -r l
stty $s
case $l in *@) printf "%s\n" "${l%@}";; esac
