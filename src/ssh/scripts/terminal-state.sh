# Run by sh with the tag as $1 over a second channel of the session's connection: who has the session's terminal, and in which modes.
# The session's shell is the child with a terminal of the process that serves the connection, ours too. Each line
# begins with the tag: `m ICANON ECHO EOF` (1 where that is Ctrl+D), then `p STATE WCHAN FILE COMM PID ARGV` for the threads in front, then `e`.
# FILE is what a thread reads: tty, block for as much of it as there is, other, or, where that cannot be seen, socket
# or none by what it has open. ARGV is bare for a shell without a script or command, else more, or unknown.
# With `holders` as $2 instead of `p`: `h CHILDREN PID:REAL:EFFECTIVE:WHERE:PLACE:COMM` for all that have the terminal open,
# front or back, as the session's shell itself (leader), started by it (child) or other.
# With `arguments` as $2 also `a PID EFFECTIVE xHEX` for each of the first four processes in front, with the beginning of
# their arguments, and `a more` where there are further ones.
# No tilde stands in what is no comment: line ends travel as such.
tag=$1 about=$2
PATH=/usr/bin:/bin:/usr/sbin:/sbin
export PATH
LC_ALL=C
export LC_ALL
exec 2>/dev/null
say() { command printf '%s\n' "$tag $*"; }
fields() {
  l=
  read -r l <"/proc/$1/stat" || return 1
  set -- ${l##*") "}
  state=$1 parent=$2 group=$3 leader=$4 device=$5 front=$6
}
# All below the process, or where the kernel does not list children, all there are.
below() {
  if test ! -r "/proc/$1/task/$1/children"; then
    for i in /proc/[0-9]*; do found="$found ${i#/proc/}"; done
    return
  fi
  generation=$1
  while test -n "$generation"; do
    next=
    for i in $generation; do
      for c in /proc/$i/task/*/children; do
        k=
        read -r k <"$c"
        next="$next${k:+ $k}"
      done
    done
    found="$found$next"
    generation=$next
  done
}
read_modes() {
  icanon=0 echo=0 eof=0 seen=
  modes=$(command stty -a <"$1")
  case $modes in *"eof = ^D;"*) eof=1 ;; esac
  for word in $modes; do
    case $word in icanon) icanon=1 ;; echo) echo=1 ;; isig | -isig) seen=1 ;; esac
  done
  test -n "$seen"
}
report_modes() { read_modes "$1" && say m $icanon $echo $eof; }
safe() { case $1 in '' | *[!A-Za-z0-9._+:@-]*) echo - ;; *) echo "$1" ;; esac; }
report_thread() {
  fields "$1/task/$2" || return
  wchan=
  read -r wchan <"/proc/$1/task/$2/wchan" || test -n "$wchan" || wchan=-
  file=none
  case $wchan in
    wait_woken | n_tty_read | *tty_read* | tty_wait*)
      number= fd= size=
      read -r number fd k size l <"/proc/$1/task/$2/syscall"
      case $number:$fd in
        [0-9]*:0x? | [0-9]*:0x??)
          file=other
          for c in "$tty" /dev/tty; do test "/proc/$1/fd/$((fd))" -ef $c && file=tty; done
          case $file:$size in tty:0x*) test $((size)) -gt 4096 && file=block ;; esac ;;
        *) for c in /proc/$1/fd/*; do test -S "$c" && file=socket; done ;;
      esac ;;
    *) test "$1" = "$2" || return ;;
  esac
  lines=$((lines + 1))
  test $lines -le $most && say p "$state" "$(safe "$wchan")" $file "$(safe "$comm")" "$1" "$argv"
}
hex() { command od -An -v -tx1 -N321 | command tr -d ' \n'; }
# False when there are too many to be told.
report_arguments() {
  processes=$((processes + 1))
  test $processes -le 4 || { say a more && return 1; }
  say a "$1" "$2" "x$3"
}
# busybox names the shell in its first argument.
argv_of() {
  case $comm in *sh | *sh[0-9]* | busybox) ;; *) echo more && return ;; esac
  command tr '\0' '\n' <"/proc/$1/cmdline" | {
    read -r c
    case $c in *busybox) read -r c ;; esac
    while read -r c; do case $c in -o | +o | --rcfile | --init-file) read -r c ;; '' | -*) ;; *) echo more && exit ;; esac done
    echo bare
  }
}
name_terminal() {
  case $(($1 >> 8 & 4095)) in 136) ;; *) return 1 ;; esac
  tty=/dev/pts/$(($1 & 255 | $1 >> 12 & 1048320))
}
# sudo with use_pty, script and su -P only pass on what a terminal of their own shows: that of a session below them.
enter_inner() {
  for i in $found; do
    fields "$i" && test "$leader" = "$i" && test "$device" != 0 && test "$device" != "$terminal" || continue
    inner=$device inner_front=$front
    while test "$parent" -gt 1 && fields "$parent"; do
      test "$device:$group" = "$terminal:$wanted" || continue
      name_terminal "$inner" && test -r "$tty" || return 1
      terminal=$inner wanted=$inner_front
      return 0
    done
  done
  return 1
}
uids_of() {
  real= effective=
  while read -r k real effective l; do test "$k" = Uid: && return; done <"/proc/$1/status"
  return 1
}
# What left the session may have taken the terminal along, also as /dev/tty.
has_open() {
  for c in /proc/$1/fd/*; do
    test "$c" -ef "$tty" && return
    test "$device" = 0 && test "$c" -ef /dev/tty && return
  done
  return 1
}
report_holders() {
  name_terminal "$terminal" && report_modes "$tty" || return
  holders= parents=
  for i in /proc/[0-9]*; do
    i=${i#/proc/}
    fields "$i" || continue
    parents="$parents $parent"
    test "$device" = "$terminal" || has_open "$i" || continue
    uids_of "$i" || continue
    where=back place=other comm=
    test "$device:$group" = "$terminal:$wanted" && where=front
    test "$parent" = "$session" && place=child
    test "$i" = "$session" && place=leader
    read -r comm <"/proc/$i/comm"
    holders="$holders $i:$real:$effective:$where:$place:$(safe "$comm")"
  done
  for i in $holders; do
    case "$parents " in *" ${i%%:*} "*) k=some ;; *) k=none ;; esac
    say h $k "$i"
  done
}
on_linux() {
  found=
  below "$PPID"
  session=
  for i in $found; do
    fields "$i" && test "$parent" = "$PPID" && test "$leader" = "$i" && test "$device" != 0 && session=$i && break
  done
  test -n "$session" || return
  terminal=$device wanted=$front lines=0
  if test "$about" = holders; then
    report_holders
    return
  fi
  name_terminal "$terminal" && read_modes "$tty" || return
  while test $icanon = 0 && enter_inner; do read_modes "$tty" || return; done
  name_terminal "$terminal"
  say m $icanon $echo $eof
  for i in $found; do
    fields "$i" || continue
    # su -c runs its command in a session of its own, without a terminal to control it, and lets it read ours.
    case $device:$group in
      $terminal:$wanted) ;;
      0:*) test "/proc/$i/fd/0" -ef "$tty" || continue ;;
      *) continue ;;
    esac
    comm=
    read -r comm k <"/proc/$i/comm"
    argv=$(argv_of "$i")
    for c in /proc/$i/task/*; do report_thread "$i" "${c##*/}"; done
    test "$about" = arguments && uids_of "$i" || continue
    report_arguments "$i" "$effective" "$(hex <"/proc/$i/cmdline")" || return
  done
}
elsewhere() {
  all=$(command ps -ax -o pid= -o ppid= -o pgid= -o tpgid= -o tty= -o stat= -o wchan= -o comm=)
  terminal= wanted=
  while read -r pid parent group front device state wchan comm; do
    case $parent:$device in "$PPID":*[0-9a-z]) case $state in *s*) terminal=$device wanted=$front ;; esac ;; esac
  done <<END
$all
END
  test -n "$terminal" || return
  report_modes "/dev/$terminal"
  while read -r pid parent group front device state wchan comm; do
    test "$device:$group" = "$terminal:$wanted" || continue
    say p "${state%"${state#?}"}" "$(safe "$wchan")" none "$(safe "${comm##*/}")" "$pid" unknown
    test "$about" = arguments || continue
    c=$(command ps -o uid= -p "$pid")
    report_arguments "$pid" $c "$(command ps -o args= -p "$pid" | hex)" || return
  done <<END
$all
END
}
processes=0 most=40
test "$about" = arguments && most=8
if test -r /proc/self/stat; then on_linux; else elsewhere; fi
say e
