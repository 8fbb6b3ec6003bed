case $- in *a*) __mcp_export=1; set +a ;; *) __mcp_export= ;; esac
__mcp_n=0
__mcp_user=$(id -un 2>/dev/null | tr -d ';\\\000-\037\177') || :
__mcp_host=$(uname -n 2>/dev/null | tr -d ';\\\000-\037\177') || :
__mcp_esc=$(printf '\033]7712')
__mcp_bel=$(printf '\007')
case ${PS1-} in *__mcp_esc*) ;; *) __mcp_ps1=${PS1-} ;; esac
case ${PS2-} in *__mcp_esc*) ;; *) __mcp_ps2=${PS2-} ;; esac
unset PS1 PS2
PS1='@[@${__mcp_esc};D;@AID@;$((__mcp_n=__mcp_n+1));$?${__mcp_bel}${__mcp_esc};A;@AID@;$__mcp_n;;$__mcp_user;$__mcp_host;${PWD##*[[:cntrl:]\\]*}${__mcp_bel}@]@'$__mcp_ps1
PS2='@[@${__mcp_esc};P;@AID@;$__mcp_n${__mcp_bel}@]@'$__mcp_ps2
if [ -n "$__mcp_export" ]; then set -a; fi
unset __mcp_export
